"""The charts of a comparison by group: reporting by status, encounters by channel and by class.

Each is a forest (`experiments.forest`): a panel a group, a row a regime, the paired difference from
the baseline with its intervals; the baseline's level stands under the group's name. Results of one
regime have levels only, a row a group.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from matplotlib.figure import Figure

from experiments.forest import Panel, forest
from experiments.language import Language, decimals, language
from experiments.marks import SMALL_SHARE, Mark, alike
from experiments.outcomes import GROUPS
from experiments.privacy import FLOOR, Released, gated
from experiments.provenance import Provenance
from experiments.settings import Settings
from experiments.style import label
from experiments.uncertainty import leaves_out_zero, reach_kind


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
    """Groups in which nothing happens are left out; those with too few events are only named, and
    so, with their levels, are those in which no difference can be told from zero. Where that is so
    of every class, who is met is drawn as it is under the baseline."""
    told = Provenance.of(runs) if isinstance(runs, Settings) else runs
    cells, say = cells_of(gated(contrasts), grid), language(code)
    levels = cells.xs("level", level="measure").reset_index("group")
    happens = set(levels.loc[levels["estimate"] > 0, "group"])
    hidden = set(levels.loc[levels["suppressed"], "group"]) - happens - {"all"}
    shown = ["all", *(group for group in GROUPS[grid.by] if group in happens)]
    clear = {
        group for group in shown
        if any(mark.clear for mark in marks_of(cells, group, told, say))
    }
    alike = grid is CLASSES and len(shown) > 1 and not clear - {"all"} and bool(told.others)
    if alike:  # the total stands in the chart by channel
        shown.remove("all")
    kept = set(shown) if alike or not told.others else {*clear, "all", grid.about}
    still = [group for group in shown if group not in kept]
    note = ""
    if still:
        names = [
            f"{label(group, code).lower()} "
            f"({_level(cells.loc[(group, 'level', told.baseline)], grid, say)})"
            for group in still
        ]
        base = told.regime(told.baseline, say)
        note = say("chart.not_drawn", base=base, names="; ".join(names))
    if hidden:
        names = [label(group, code).lower() for group in GROUPS[grid.by] if group in hidden]
        note += say("chart.few_channels", floor=str(FLOOR), names="; ".join(names))
    shown = [group for group in shown if group in kept]
    return _grid(runs, contrasts, grid, shown, code, note, levels=alike)


def _grid(
    runs: Settings | Provenance, contrasts: Released, grid: Grid, groups: list[str], code: str,
    note: str = "", *, levels: bool = False,
) -> Figure:
    told = Provenance.of(runs) if isinstance(runs, Settings) else runs
    say = language(code)
    cells = cells_of(gated(contrasts), grid)
    base = told.regime(told.baseline, say)
    title = finding(cells, told, grid, say)
    if title and levels:
        title = say(f"chart.{grid.words}_alike", base=base)
    title = title or say(f"chart.{grid.words}_plain")
    parameters = "par_low" in cells and bool(cells["par_low"].notna().any())
    made = interval_words(
        int(cells["n"].max()), bool(told.others) and not levels, told.draws * parameters, say
    )
    source = f"{note}{made} {told.source(code)}"
    names = [_group_title(group, grid, say) for group in groups]
    if levels or not told.others:
        found = (_mark(cells.loc[(group, "level", told.baseline)], say) for group in groups)
        marks = tuple(replace(mark, clear=True) for mark in found)
        reading = f"{say(f'chart.{grid.words}_axis')}."
        panel = Panel("" if levels else base, "", marks)
        return forest(title, reading, names, [panel], source, say, levels=True)
    panels = [
        Panel(
            name, _level_of(cells.loc[(group, "level", told.baseline)], told, grid, say),
            marks_of(cells, group, told, say),
        )
        for group, name in zip(groups, names, strict=True)
    ]
    reading = say(f"chart.{grid.words}_change", base=base)
    rows = [told.regime(regime, say) for regime in told.others]
    # A fourth column where it saves a row of panels.
    columns = 3 if len(panels) in (3, 5, 6) else 4
    return forest(
        title, reading, rows, panels, source, say, columns=min(columns, len(panels)), shared=True
    )


def _group_title(group: str, grid: Grid, say: Language) -> str:
    whole = {"channel": "chart.all_channels", "carve_out": "chart.all_classes"}
    return say(whole[grid.by]) if group == "all" else label(group, say.code)


def _level_of(row: pd.Series, told: Provenance, grid: Grid, say: Language) -> str:
    """The baseline's level in words, under a panel's title."""
    base = told.regime(told.baseline, say)
    return say("chart.level_words", base=base, words=_level(row, grid, say))


def _level(row: pd.Series, grid: Grid, say: Language) -> str:
    x = row["estimate"]
    if row["suppressed"]:
        return say("chart.too_few")
    if math.isnan(x):
        return say("chart.nothing")
    return say(f"chart.{grid.words}_level", level=say.number(x, decimals(x)))


def marks_of(cells: pd.DataFrame, group: str, told: Provenance, say: Language) -> tuple[Mark, ...]:
    """The marks of one panel: a group's difference under each regime."""
    return alike([_mark(cells.loc[(group, "difference", one)], say) for one in told.others])


def _mark(row: pd.Series, say: Language) -> Mark:
    note = ""
    if row["suppressed"]:
        note = say("chart.too_few")
    elif math.isnan(row["estimate"]):
        note = say("chart.nothing")
    low, high = (float(row.get(end, math.nan)) for end in ("par_low", "par_high"))
    return Mark(
        float(row["estimate"]), float(row["low"]), float(row["high"]), leaves_out_zero(row), note,
        low, high,
    )


def cells_of(frame: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """The cells of a chart by group, measure and regime."""
    chosen = frame[(frame["outcome"] == grid.outcome) & frame["by"].isin(["all", grid.by])]
    return chosen.set_index(["group", "measure", "regime"]).sort_index()


def interval_words(n: int, compared: bool, draws: int, say: Language) -> str:
    """How a chart's intervals were made, in its small print; `draws` are 0 where none are shown."""
    if n < 2:
        return f"{say('chart.interval_none')}."
    made = say("chart.interval_pairs" if compared else "chart.interval_alone", n=str(n))
    if not draws:
        return f"{made}."
    reach = say(f"page.reach_{reach_kind(draws)}", draws=say.number(draws))
    return f"{made}. {say('chart.interval_parameters', reach=reach)}."


def finding(cells: pd.DataFrame, told: Provenance, grid: Grid, say: Language) -> str:
    """The largest difference whose intervals leave out zero, in words, or that all such are small,
    or that none does, but in other groups; empty where there is no interval."""
    marks = marks_of(cells, grid.about, told, say)
    found = [
        (mark, regime) for mark, regime in zip(marks, told.others, strict=True)
        if not mark.note and not math.isnan(mark.low)
    ]
    clear = [one for one in found if one[0].clear]
    if not clear:
        shifts = any(
            mark.clear for group in cells.index.unique("group") if group not in ("all", grid.about)
            for mark in marks_of(cells, group, told, say)
        )
        return say(f"chart.{grid.words}_{'shift' if shifts else 'none'}") if found else ""
    best, regime = max(clear, key=lambda one: abs(one[0].estimate))
    level = cells["estimate"].get((grid.about, "level", told.baseline), math.nan)
    if abs(best.estimate) < SMALL_SHARE * level:
        return say(f"chart.{grid.words}_small")
    return say(
        f"chart.{grid.words}_finding", size=say.number(abs(best.estimate), best.digits),
        way=say(f"chart.{grid.more if best.estimate > 0 else grid.fewer}"),
        regime=told.regime(regime, say), base=told.regime(told.baseline, say),
    )


def chart_alt(
    runs: Settings | Provenance, contrasts: Released, code: str = "en",
    grids: Sequence[Grid] = (REPORTING, ENCOUNTERS),
) -> dict[str, str]:
    """A sentence for each chart, for readers who cannot see it: levels, and what differs."""
    told = Provenance.of(runs) if isinstance(runs, Settings) else runs
    say, frame = language(code), gated(contrasts)
    alts = {}
    for grid in grids:
        cells = cells_of(frame, grid)
        levels = cells.xs(("level", told.baseline), level=("measure", "regime"))
        groups = [
            say("alt.value", group=_group_title(group, grid, say),
                list=", ".join(_told(cells, group, told, grid, say)))
            for group in ["all"] * (grid.by != "status") + list(GROUPS[grid.by])
            if group in levels.index and levels.loc[group, "estimate"] > 0
        ]
        reading = say(f"chart.{grid.words}_axis")
        alts[grid.words] = say(
            "alt.levels", reading=f"{reading}.", values="; ".join(groups) or say("alt.hidden")
        )
    return alts


def _told(
    cells: pd.DataFrame, group: str, told: Provenance, grid: Grid, say: Language
) -> list[str]:
    """A panel in words: the baseline's level, and each difference that can be told from zero."""
    said = [_level_of(cells.loc[(group, "level", told.baseline)], told, grid, say)]
    for regime, mark in zip(told.others, marks_of(cells, group, told, say), strict=True):
        value = mark.note or mark.text(say, signed=True)
        if not mark.note and not mark.clear:
            value = say("alt.unclear", value=value)
        said.append(say("alt.one", regime=told.regime(regime, say), value=value))
    return said
