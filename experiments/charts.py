"""The charts of a comparison by group: reporting by status, encounters by channel and by class.

All are grids of small panels that share one scale, a row a regime: a dot at the baseline's level
plus the paired difference, the difference's 95% interval as a bar, the difference in figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.forest import WIDTH
from experiments.language import Language, decimals, language, places
from experiments.outcomes import GROUPS
from experiments.privacy import FLOOR, Released, gated
from experiments.provenance import Provenance
from experiments.settings import Settings
from experiments.style import FAINT, INK, RC, colours, label, wrapped
from experiments.uncertainty import leaves_out_zero

COLUMNS = 3
#: Heights in inches: a regime's row, a panel's axis and title of one line, a line of a title more,
#: head and foot of the figure.
ROW, PANEL, LINE, HEAD, FOOT = 0.16, 0.34, 0.13, 0.72, 0.36
#: Room in inches between two panels' titles.
GAP = 0.12
#: Share of the scale at its right end where no tick is set, so that neighbours' figures stay apart.
EDGE = 0.1


@dataclass(frozen=True)
class Grid:
    """A chart in panels: its phrases start with `words`; its finding is about the group `about`."""

    words: str
    outcome: str
    by: str
    about: str
    more: str = "more"
    fewer: str = "fewer"


REPORTING = Grid("reporting", "reporting", "status", "undocumented", "more_often", "less_often")
ENCOUNTERS = Grid("encounters", "encounters", "channel", "all")
CLASSES = Grid("classes", "encounters", "carve_out", "none")


def reporting_figure(
    runs: Settings | Provenance, contrasts: Released, code: str = "en"
) -> Figure:
    """Share of victimisations that reach the police, by legal status and regime."""
    return _grid(runs, contrasts, REPORTING, list(reversed(GROUPS["status"])), code)


def encounters_figure(
    runs: Settings | Provenance, contrasts: Released, code: str = "en"
) -> Figure:
    """Encounters with ICE by channel and regime."""
    return _happening(runs, contrasts, ENCOUNTERS, code)


def classes_figure(runs: Settings | Provenance, contrasts: Released, code: str = "en") -> Figure:
    """Encounters with ICE by carve-out class, and of persons in none."""
    return _happening(runs, contrasts, CLASSES, code)


def _happening(
    runs: Settings | Provenance, contrasts: Released, grid: Grid, code: str
) -> Figure:
    """Groups in which nothing happens are left out; those with too few events are only named."""
    frame = gated(contrasts)
    cells = frame[(frame["outcome"] == grid.outcome) & frame["by"].isin(["all", grid.by])]
    levels = cells[cells["measure"] == "level"]
    happens = set(levels.loc[levels["estimate"] > 0, "group"])
    hidden = set(levels.loc[levels["suppressed"], "group"]) - happens - {"all"}
    shown = [group for group in GROUPS[grid.by] if group in happens]
    names = [label(group, code).lower() for group in GROUPS[grid.by] if group in hidden]
    said = language(code)("chart.few_channels", floor=str(FLOOR), names="; ".join(names))
    return _grid(runs, contrasts, grid, ["all", *shown], code, said if names else "")


def _grid(
    runs: Settings | Provenance, contrasts: Released, grid: Grid, groups: list[str], code: str,
    note: str = "",
) -> Figure:
    told = Provenance.of(runs) if isinstance(runs, Settings) else runs
    say, regimes, base = language(code), list(told.regimes), told.baseline
    cells = cells_of(gated(contrasts), grid)
    # Four, seven or eight panels leave less of the page empty in rows of four.
    columns = 4 if len(groups) in (4, 7, 8) else min(COLUMNS, len(groups))
    rows = -(-len(groups) // columns)
    names = [told.regime(regime, say) for regime in regimes]
    left = 0.02 + 0.0088 * max(map(len, names))
    room = (0.985 - left) * WIDTH / columns - GAP
    titles = [
        wrapped(_panel_title(group, grid, say), 9, bold=True, width=room) for group in groups
    ]
    lines = LINE * max(title.count("\n") for title in titles)
    panel = PANEL + lines
    heading = wrapped(_title(told, cells, grid, say), 12, bold=True)
    head = HEAD + lines + 0.19 * heading.count("\n")
    small = wrapped(_small(told, cells, note, say), 7)
    foot = FOOT + 0.11 * small.count("\n")
    height = head + foot + rows * ROW * len(regimes) + (rows - 1) * panel
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height))
        axes_of = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        figure.subplots_adjust(
            left=left, right=0.985, top=1 - head / height,
            bottom=foot / height, hspace=panel / (ROW * len(regimes)), wspace=0.06,
        )
        spans = []
        for axes, group, title in zip(axes_of.flat, groups, titles, strict=False):
            axes.set_title(title)
            spans.append(_panel(axes, cells, group, regimes, base, say))
        for axes in axes_of.flat[len(groups) :]:
            axes.set_visible(False)
        _frame_axes(axes_of[0][0], spans, len(regimes), say)
        for place, axes in enumerate(axes_of.flat[: len(groups)]):
            # The lowest panel of each column carries the scale.
            axes.tick_params(labelbottom=place + columns >= len(groups))
        axes_of[0][0].set_yticks(range(len(regimes)), names)
        _words(figure, told, grid, height, heading, small, say)
    return figure


def _panel_title(group: str, grid: Grid, say: Language) -> str:
    whole = {"channel": "chart.all_channels", "carve_out": "chart.all_classes"}
    return say(whole[grid.by]) if group == "all" else label(group, say.code)


def cells_of(frame: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """The cells of a chart by group, measure and regime."""
    chosen = frame[(frame["outcome"] == grid.outcome) & frame["by"].isin(["all", grid.by])]
    return chosen.set_index(["group", "measure", "regime"]).sort_index()


def _panel(
    axes: Axes, cells: pd.DataFrame, group: str, regimes: list[str], base: str, say: Language,
) -> tuple[float, float]:
    """Draw one group; returns the span of what was drawn, NaN where nothing was."""
    palette = colours(regimes, base)
    level = cells.loc[(group, "level", base)]
    ends = []
    if not level["suppressed"] and not math.isnan(level["estimate"]):
        axes.axvline(level["estimate"], color=palette[base], linewidth=0.8, zorder=1)
    for place, regime in enumerate(regimes):
        row = cells.loc[(group, "level", regime)]
        if row["suppressed"]:
            _note(axes, place, say("chart.too_few"))
            continue
        if math.isnan(row["estimate"]):
            _note(axes, place, say("chart.nothing"))
            continue
        colour = palette[regime]
        x, low, high = row["estimate"], row["low"], row["high"]
        wide = [row.get("par_low", math.nan), row.get("par_high", math.nan)]
        text = say.number(x, decimals(x))
        if regime == base and len(regimes) > 1:
            low = high = math.nan  # bars are of differences only, so that all mean the same
            wide = [math.nan, math.nan]
        if regime != base:
            change = cells.loc[(group, "difference", regime)]
            if change["suppressed"]:
                # The level may be shown, but beside a hidden baseline its difference would tell.
                low = high = math.nan
                wide = [math.nan, math.nan]
            else:
                origin = x - change["estimate"]
                low, high = origin + change["low"], origin + change["high"]
                wide = [origin + change.get(end, math.nan) for end in ("par_low", "par_high")]
                digits = min(decimals(change["estimate"]), max(decimals(level["estimate"]), 1))
                text = say.change(change["estimate"], digits)
        if not math.isnan(low):
            axes.plot([low, high], [place, place], color=colour, linewidth=2, alpha=0.55)
            axes.plot(wide, [place, place], color=colour, linewidth=0.8)
        filled = colour if regime != base else "white"
        axes.plot(x, place, "o", color=colour, markerfacecolor=filled, markersize=5, zorder=3)
        right = max(end for end in (x, high, wide[1]) if not math.isnan(end))
        axes.annotate(
            text, (right, place), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=7.5, color=INK, zorder=4,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.4},
        )
        ends += [value for value in (x, low, high, *wide) if not math.isnan(value)]
    return (min(ends), max(ends)) if ends else (math.nan, math.nan)


def _note(axes: Axes, place: int, text: str) -> None:
    axes.annotate(
        text, (0.02, place), xycoords=("axes fraction", "data"), va="center",
        fontsize=7.5, color=FAINT, style="italic",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
    )


def _frame_axes(
    axes: Axes, spans: list[tuple[float, float]], regimes: int, say: Language
) -> None:
    """One scale for all panels, with room on the right for the figures."""
    known = [span for span in spans if not math.isnan(span[0])]
    low = min((span[0] for span in known), default=0.0)
    high = max((span[1] for span in known), default=1.0)
    reach = (high - low) or max(abs(high), 1.0) * 0.1
    # A scale that begins near zero begins at zero, so that lengths can be compared.
    # No rate is negative: a bar that reaches below zero is cut there.
    start = -0.03 * high if low < 0.3 * high else low - 0.08 * reach
    axes.set_xlim(start, high + 0.28 * (high - start))
    axes.set_ylim(regimes - 0.4, -0.6)
    left, right = axes.get_xlim()
    last = right - EDGE * (right - left)
    ticks = MaxNLocator(4).tick_values(left, right)
    axes.set_xticks([tick for tick in ticks if left < tick <= last])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: say.number(x, places(x))))


def _words(
    figure: Figure, told: Provenance, grid: Grid, height: float, title: str, small: str,
    say: Language,
) -> None:
    figure.text(0.0, 1 - 0.08 / height, title, fontsize=12, fontweight="bold", va="top")
    compared = len(told.regimes) > 1
    reading = say(
        "chart.reading_compared" if compared else "chart.reading_alone",
        axis=say(f"chart.{grid.words}_axis"), base=told.regime(told.baseline, say),
    )
    below = 0.33 + 0.19 * title.count("\n")
    figure.text(0.0, 1 - below / height, reading, fontsize=8.5, color=FAINT, va="top")
    figure.text(0.0, 0.05 / height, small, fontsize=7, color=FAINT, va="bottom")


def _small(told: Provenance, cells: pd.DataFrame, note: str, say: Language) -> str:
    """What is left out, what the bars are, and the source."""
    if "par_low" in cells and cells["par_low"].notna().any():
        note = f"{note}{say('chart.interval_parameters')}. "
    said = bars(int(cells["n"].max()), len(told.regimes) > 1, say)
    return f"{note}{said}. {told.source(say.code)}"


def _title(told: Provenance, cells: pd.DataFrame, grid: Grid, say: Language) -> str:
    return finding(cells, told, grid, say) or say(f"chart.{grid.words}_plain")


def bars(n: int, compared: bool, say: Language) -> str:
    """What the bars of a chart are."""
    if n < 2:
        return say("chart.interval_none")
    return say("chart.interval_pairs" if compared else "chart.interval_alone", n=str(n))


def finding(cells: pd.DataFrame, told: Provenance, grid: Grid, say: Language) -> str:
    """The largest difference whose interval leaves out zero, in words; empty if there is none."""
    best, text = 0.0, ""
    for regime in told.others:
        row = cells.loc[(grid.about, "difference", regime)]
        if row["suppressed"] or not leaves_out_zero(row):
            continue
        if abs(row["estimate"]) > best:
            best = abs(row["estimate"])
            text = say(
                f"chart.{grid.words}_finding",
                size=say.number(best, decimals(best)),
                way=say(f"chart.{grid.more if row['estimate'] > 0 else grid.fewer}"),
                regime=told.regime(regime, say), base=told.regime(told.baseline, say),
            )
    return text


def chart_alt(
    runs: Settings | Provenance, contrasts: Released, code: str = "en",
    grids: Sequence[Grid] = (REPORTING, ENCOUNTERS),
) -> dict[str, str]:
    """A sentence for each chart, for readers who cannot see it; the titles are findings already."""
    told = Provenance.of(runs) if isinstance(runs, Settings) else runs
    say, frame = language(code), gated(contrasts)
    alts = {}
    for grid in grids:
        cells = cells_of(frame, grid)
        levels = cells[~cells["suppressed"]].xs("level", level="measure")
        groups = []
        for group in dict.fromkeys(levels.index.get_level_values("group")):
            values = [
                say("alt.one", regime=told.regime(regime, say), value=say.number(x, decimals(x)))
                for regime, x in levels.loc[group, "estimate"].items()
                if x > 0
            ]
            if values:
                named = label(group, code)
                groups.append(say("alt.value", group=named, list=", ".join(values)))
        reading = say(f"chart.{grid.words}_axis")
        values_text = "; ".join(groups) or say("alt.hidden")
        alts[grid.words] = say("alt.levels", reading=reading + ".", values=values_text)
    return alts
