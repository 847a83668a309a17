"""Charts to take away: the page's tables, maps and lines as figures of the project's style."""

from __future__ import annotations

import math
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dashboards.plans import Plan
from dashboards.rows import ENDS, NONE, PARTS
from dashboards.views import by_area, full_title, monthly, tables
from experiments.charts import encounters_figure, interval_words, reporting_figure
from experiments.comparison import Comparison
from experiments.forest import WIDTH, Panel, forest
from experiments.language import Language, language
from experiments.maps import draw_areas
from experiments.marks import Mark
from experiments.privacy import gated
from experiments.provenance import Provenance
from experiments.style import BASELINE, COLOURS, FAINT, RC, wrapped
from model.city import load_city

CHARTS = ("headline", "crime", "reporting", "encounters", "map", "monthly")
#: Tables of `views.tables` behind the charts of that name.
TABLE_OF = {"headline": "headline", "crime": "crime", "reporting": "status",
            "encounters": "channel"}


def chart(plan: Plan, comparison: Comparison, what: str, which: str) -> Figure | None:
    """The figure of a chart's name; None if there is none of it in this comparison."""
    if what == "reporting":
        return reporting_figure(comparison.settings, comparison.released_contrasts)
    if what == "encounters":
        return encounters_figure(comparison.settings, comparison.released_contrasts)
    if what == "map":
        return map_figure(plan, comparison, which)
    if what == "monthly":
        return monthly_figure(plan, comparison, which)
    return difference_figure(plan, comparison, TABLE_OF[what])


def chart_table(plan: Plan, comparison: Comparison, what: str, which: str) -> pd.DataFrame | None:
    """What a chart draws, as a table; None if there is no such chart."""
    if what == "monthly":
        frame = gated(comparison.released_outcomes)
        chosen = frame[(frame["by"] == "all") & (frame["outcome"] == which)]
        return chosen if len(chosen) else None
    frame = gated(comparison.released_contrasts).drop(columns="paired")
    if what == "map":
        chosen = frame[(frame["by"] == "area") & (frame["outcome"] == which)]
        names = {str(number): name for number, name in _areas(comparison)}
        return chosen.assign(area=chosen["group"].astype(str).map(names)) if len(chosen) else None
    outcome, by = {"crime": ("reporting", "crime"), "reporting": ("reporting", "status"),
                   "encounters": ("encounters", "channel")}.get(what, ("", "all"))
    chosen = frame[frame["by"] == by]
    return chosen[chosen["outcome"] == outcome] if outcome else chosen


def _areas(comparison: Comparison) -> list[tuple[int, str]]:
    city = load_city(comparison.settings.scenario.city)
    return list(zip(city.numbers.tolist(), city.names, strict=True))


def difference_figure(plan: Plan, comparison: Comparison, key: str) -> Figure:
    """Differences of one table with their intervals and, where told apart, their two parts."""
    table = next(one for one in tables(comparison, plan.sides) if one["key"] == key)
    say, rows = language(), table["rows"]
    kinds = [("Difference", rows)] + [
        (words.capitalize(), [_part(row, kind) for row in rows])
        for kind, words in PARTS.items() if any(_part(row, kind) for row in rows)
    ]
    _, _, unit = table["axis"].partition("difference, ")
    unit, labels = unit or table["unit"], [row["label"] for row in rows]
    marks = [[_mark(one, say) for one in found] for _, found in kinds]
    names = [name for name, _ in kinds]
    if relative := key == "headline":
        # Outcomes differ too much in their spread for one scale: a panel each.
        labels, names = names, [full_title(row["key"].partition("-")[0]) for row in rows]
        marks = [list(one) for one in zip(*marks, strict=True)]
    panels = [
        Panel(name, unit, tuple(found)) for name, found in zip(names, marks, strict=True)
    ]
    parameters = any(not math.isnan(mark.wide_low) for panel in panels for mark in panel.marks)
    draws = len(comparison.settings.draws) * parameters
    made = interval_words(len(comparison.settings.seeds), True, draws, say)
    return forest(
        table["title"], f"B ({plan.labels[1]}) minus A ({plan.labels[0]}).",
        labels, panels, f"{made} {_source(comparison)}", say, columns=3 if relative else 0,
        shared=not relative,
    )


def _part(row: dict[str, Any], kind: str) -> dict[str, Any]:
    return next((part for part in row["parts"] if part["kind"] == kind), {})


def _mark(one: dict[str, Any], say: Language) -> Mark:
    if one.get("x") is None:
        note = say("chart.nothing" if one.get("text") == NONE else "chart.too_few")
        return Mark(math.nan, math.nan, math.nan, False, note)
    low, high, wide_low, wide_high = (
        math.nan if one[end] is None else one[end] for end in ENDS
    )
    return Mark(one["x"], low, high, one["clear"], "", wide_low, wide_high)


def _source(comparison: Comparison) -> str:
    return Provenance.of(comparison.settings).source()


def map_figure(plan: Plan, comparison: Comparison, outcome: str) -> Figure | None:
    """An outcome by area under A, under B, and the difference."""
    view = by_area(comparison, plan.sides)
    if outcome not in view["outcomes"]:
        return None
    spec = view["outcomes"][outcome]
    city = load_city(comparison.settings.scenario.city)
    values = {key: np.array([math.nan if one is None else one for one in spec[key]])
              for key in "abd"}
    shown = np.concatenate([values["a"], values["b"]])
    shown = shown[~np.isnan(shown)]
    limits = (float(shown.min()), float(shown.max())) if len(shown) else None
    with mpl.rc_context(RC):
        figure = Figure(figsize=(14, 7))
        panels = figure.subplots(1, 3)
        figure.subplots_adjust(left=0.01, right=0.99, top=0.86, bottom=0.09, wspace=0.02)
        heads = (f"A: {plan.labels[0]}", f"B: {plan.labels[1]}", "B − A")
        for axes, key, head in zip(panels, "abd", heads, strict=True):
            draw_areas(axes, city, values[key], unit=spec["unit"], diverging=key == "d",
                       limits=None if key == "d" else limits)
            axes.set_title(head)
        figure.text(0.01, 0.97, spec["title"], fontsize=13, fontweight="bold", va="top")
        figure.text(0.01, 0.01, _source(comparison), fontsize=8, color=FAINT, va="bottom")
    return figure


def monthly_figure(plan: Plan, comparison: Comparison, outcome: str) -> Figure | None:
    """An outcome by month under A and B: mean and range of all runs."""
    view: dict[str, Any] = monthly(comparison, plan.sides)
    if outcome not in view["lines"]:
        return None
    spec = view["lines"][outcome]
    months = np.arange(len(view["months"]))
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 3.4))
        axes = figure.subplots()
        figure.subplots_adjust(left=0.08, right=0.985, top=0.8, bottom=0.2)
        for side, colour, mark, series in zip(
            plan.labels, (BASELINE, COLOURS[0]), "os", spec["series"], strict=True
        ):
            mean, least, most = (np.array(series[key], float) for key in ("mean", "least", "most"))
            axes.fill_between(months, least, most, color=colour, alpha=0.15, linewidth=0)
            axes.plot(months, mean, marker=mark, markersize=4, color=colour, label=side)
        step = max(1, len(months) // 12)
        axes.set_xticks(months[::step], view["months"][::step], fontsize=7.5)
        axes.grid(axis="y")
        axes.legend(frameon=False, fontsize=8)
        figure.text(0, 0.98, f"{spec['title']}, by month", fontsize=12, fontweight="bold",
                    va="top")
        figure.text(0, 0.9, f"{spec['unit']}. Line: {view['mean']}; shade: {view['shade']}.",
                    fontsize=8.5, color=FAINT, va="top")
        figure.text(0, 0.012, wrapped(_source(comparison), 7), fontsize=7, color=FAINT, va="bottom")
    return figure
