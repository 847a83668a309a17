"""The two charts of a comparison: reporting by legal status, and encounters by channel.

Both are grids of small panels that share one scale, a row a regime: a dot at the baseline's level
plus the paired difference, the difference's 95% interval as a bar, the difference in figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.outcomes import GROUPS, OUTCOMES
from experiments.privacy import FLOOR, Released, gated
from experiments.settings import Settings, name
from experiments.style import FAINT, INK, RC, colours, label
from experiments.terminal import decimals, number

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, COLUMNS = 10.0, 3
#: Heights in inches: a regime's row, a panel's title and axis, head and foot of the figure.
ROW, PANEL, HEAD, FOOT = 0.26, 0.5, 1.2, 0.8


@dataclass(frozen=True)
class Words:
    """What a chart says: the finding it looks for, and its plain title when there is none."""

    plain: str
    axis: str
    subject: str
    group: str
    unit: str


REPORTING = Words(
    "Crimes that reach the police, by the victim's legal status",
    "% of victimisations that reach the police",
    "The share of crimes against undocumented residents that reach the police is",
    "undocumented", "points",
)
ENCOUNTERS = Words(
    "Undocumented residents who meet ICE, by channel",
    "encounters per 10,000 undocumented residents a year",
    "Encounters of undocumented residents with ICE are", "all", "per 10,000 a year",
)


def reporting_figure(settings: Settings, contrasts: Released) -> Figure:
    """Share of victimisations that reach the police, by legal status and regime."""
    frame = gated(contrasts)
    cells = frame[(frame["outcome"] == "reporting") & (frame["by"] == "status")]
    return _grid(settings, cells, list(reversed(GROUPS["status"])), REPORTING)


def encounters_figure(settings: Settings, contrasts: Released) -> Figure:
    """Encounters with ICE by channel and regime.

    Channels in which nothing happens are left out; those with too few events are only named.
    """
    frame = gated(contrasts)
    cells = frame[(frame["outcome"] == "encounters") & frame["by"].isin(["all", "channel"])]
    levels = cells[cells["measure"] == "level"]
    happens = set(levels.loc[levels["estimate"] > 0, "group"])
    hidden = set(levels.loc[levels["suppressed"], "group"]) - happens - {"all"}
    shown = [group for group in GROUPS["channel"] if group in happens]
    named = [label(group).lower() for group in GROUPS["channel"] if group in hidden]
    note = f"Fewer than {FLOOR} events, not shown: {'; '.join(named)}. " if named else ""
    return _grid(settings, cells, ["all", *shown], ENCOUNTERS, note)


def _grid(
    settings: Settings, cells: pd.DataFrame, groups: Sequence[str], words: Words, note: str = ""
) -> Figure:
    regimes = [name(regime) for regime in settings.regimes]
    base = name(settings.baseline)
    by_cell = cells.set_index(["group", "measure", "regime"]).sort_index()
    rows = -(-len(groups) // COLUMNS)
    columns = min(COLUMNS, len(groups))
    height = HEAD + FOOT + rows * ROW * len(regimes) + (rows - 1) * PANEL
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height))
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        left = 0.02 + 0.0085 * max(map(len, regimes))
        figure.subplots_adjust(
            left=left, right=0.985, top=1 - HEAD / height, bottom=FOOT / height,
            hspace=PANEL / (ROW * len(regimes)), wspace=0.06,
        )
        spans = [
            _panel(axes, by_cell, group, regimes, base)
            for axes, group in zip(grid.flat, groups, strict=False)
        ]
        for axes in grid.flat[len(groups) :]:
            axes.set_visible(False)
        _frame_axes(grid[0][0], spans, len(regimes))
        for place, axes in enumerate(grid.flat[: len(groups)]):
            # The lowest panel of each column carries the scale.
            axes.tick_params(labelbottom=place + columns >= len(groups))
        grid[0][0].set_yticks(range(len(regimes)), regimes)
        _words(figure, settings, by_cell, regimes, base, words, height, note)
    return figure


def _panel(
    axes: Axes, cells: pd.DataFrame, group: str, regimes: list[str], base: str
) -> tuple[float, float]:
    """Draw one group; returns the span of what was drawn, NaN where nothing was."""
    palette = colours(regimes, base)
    level = cells.loc[(group, "level", base)]
    axes.set_title(label(group))
    ends = []
    if not level["suppressed"] and not math.isnan(level["estimate"]):
        axes.axvline(level["estimate"], color=palette[base], linewidth=0.8, zorder=1)
    for place, regime in enumerate(regimes):
        row = cells.loc[(group, "level", regime)]
        if row["suppressed"]:
            _note(axes, place, "too few to show")
            continue
        if math.isnan(row["estimate"]):
            _note(axes, place, "none")
            continue
        colour = palette[regime]
        x, low, high = row["estimate"], row["low"], row["high"]
        text = number(x, decimals(x))
        if regime == base and len(regimes) > 1:
            low = high = math.nan  # bars are of differences only, so that all mean the same
        if regime != base:
            change = cells.loc[(group, "difference", regime)]
            if change["suppressed"]:
                # The level may be shown, but beside a hidden baseline its difference would tell.
                low = high = math.nan
            else:
                origin = x - change["estimate"]
                low, high = origin + change["low"], origin + change["high"]
                digits = min(decimals(change["estimate"]), max(decimals(level["estimate"]), 1))
                text = number(change["estimate"], digits, signed=True)
        if not math.isnan(low):
            axes.plot([low, high], [place, place], color=colour, linewidth=2, alpha=0.55)
        filled = colour if regime != base else "white"
        axes.plot(x, place, "o", color=colour, markerfacecolor=filled, markersize=5, zorder=3)
        right = max(x, high if not math.isnan(high) else x)
        axes.annotate(
            text, (right, place), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=7.5, color=INK, zorder=4,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.4},
        )
        ends += [value for value in (x, low, high) if not math.isnan(value)]
    return (min(ends), max(ends)) if ends else (math.nan, math.nan)


def _note(axes: Axes, place: int, text: str) -> None:
    axes.annotate(
        text, (0.02, place), xycoords=("axes fraction", "data"), va="center",
        fontsize=7.5, color=FAINT, style="italic",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
    )


def _frame_axes(axes: Axes, spans: list[tuple[float, float]], regimes: int) -> None:
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
    axes.xaxis.set_major_locator(MaxNLocator(5, prune="both"))


def _words(
    figure: Figure, settings: Settings, cells: pd.DataFrame, regimes: list[str], base: str,
    words: Words, height: float, note: str,
) -> None:
    finding = headline(cells, [regime for regime in regimes if regime != base], base, words)
    n = int(cells["n"].max())
    scenario = settings.scenario
    title = fill(finding or words.plain, 88)
    figure.text(0.015, 1 - 0.12 / height, title, fontsize=12.5, fontweight="bold", va="top")
    compared = len(regimes) > 1
    reading = (
        f"{words.axis}. Hollow dot and line: {base}, with its level. Figures with a sign: "
        "difference from it."
        if compared
        else f"{words.axis}."
    )
    reading = reading[0].upper() + reading[1:]
    below = 0.42 + 0.22 * title.count("\n")
    figure.text(0.015, 1 - below / height, reading, color=FAINT, va="top")
    if n > 1:
        interval = f"Bars: 95% t-interval{' of the paired difference' if compared else ''}, n = {n}"
    else:
        interval = "One replicate: no interval"
    seeds = f"seeds {settings.seeds[0]}-{settings.seeds[-1]}" if n > 1 else f"seed {scenario.seed}"
    size = "whole city" if scenario.scale == 1 else f"{scenario.scale:g} of the city"
    source = (
        f"{note}{interval}. Source: Carveout model, synthetic residents, {seeds}, {size}, "
        f"{settings.years:g} year{'s' * (settings.years != 1)} from {scenario.start}, legal "
        f"environment {name(scenario.environment)}, federal posture {name(scenario.posture)}."
    )
    figure.text(0.015, 0.1 / height, fill(source, 185), fontsize=7.5, color=FAINT, va="bottom")


def headline(cells: pd.DataFrame, others: list[str], base: str, words: Words) -> str:
    """The largest difference whose interval leaves out zero, in words; empty if there is none."""
    best, text = 0.0, ""
    for regime in others:
        row = cells.loc[(words.group, "difference", regime)]
        if row["suppressed"] or not (row["low"] > 0 or row["high"] < 0):
            continue
        if abs(row["estimate"]) > best:
            best = abs(row["estimate"])
            way = "higher" if row["estimate"] > 0 else "lower"
            size = number(best, min(decimals(best), 1))
            text = f"{words.subject} {size} {words.unit} {way} under {regime} than under {base}"
    return text


def chart_alt(settings: Settings, contrasts: Released) -> dict[str, str]:
    """A sentence for each chart, for readers who cannot see it; the titles are findings already."""
    frame = gated(contrasts)
    alts = {}
    for stem, outcome in (("reporting", "reporting"), ("encounters", "encounters")):
        spec = OUTCOMES[outcome]
        rows = frame[(frame["outcome"] == outcome) & (frame["by"] == "all")]
        level = rows[(rows["measure"] == "level") & ~rows["suppressed"]]
        values = ", ".join(
            f"{row.regime} {number(row.estimate, decimals(row.estimate))}"
            for row in level.itertuples()
        )
        alts[stem] = f"{spec.title}, {spec.unit}: {values or 'not shown'}."
    return alts


