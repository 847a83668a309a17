"""Charts to take away: the page's tables, maps and lines as figures of the project's style."""

from __future__ import annotations

import math
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dashboards.plans import Plan
from dashboards.views import by_area, monthly, tables
from experiments.charts import encounters_figure, reporting_figure
from experiments.comparison import Comparison
from experiments.maps import draw_areas
from experiments.privacy import gated
from experiments.style import BASELINE, COLOURS, FAINT, RC
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
    rows = [row for row in table["rows"] if row["x"] is not None]
    height = 1.3 + 0.42 * len(rows)
    with mpl.rc_context(RC):
        figure = Figure(figsize=(9, height))
        axes = figure.subplots()
        figure.subplots_adjust(left=0.4, right=0.8, top=1 - 0.75 / height, bottom=0.55 / height)
        axes.axvline(0, color=FAINT, linewidth=0.8)
        marks = (("o", COLOURS[0], "difference"), ("s", COLOURS[1], "the text itself"),
                 ("D", COLOURS[2], "belief"))
        for place, row in enumerate(rows):
            for shift, (part, (mark, colour, words)) in enumerate(
                zip([row, *row["parts"]], marks, strict=False)
            ):
                if part["x"] is None:
                    continue
                at = place - 0.22 + 0.22 * shift
                if part["low"] is not None:
                    axes.plot([part["low"], part["high"]], [at, at], color=colour, linewidth=1.6)
                axes.plot(part["x"], at, mark, color=colour, markersize=4,
                          label=words if place == 0 else None)
            axes.annotate(f"{row['text']}  ({row['interval']})" if row["interval"] else row["text"],
                          (1.02, place), xycoords=("axes fraction", "data"), va="center",
                          fontsize=8)
        axes.set_yticks(range(len(rows)), [f"{row['label']}\n{row['unit']}" for row in rows],
                        fontsize=7.5)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlabel(table["axis"], fontsize=8)
        figure.text(0.01, 1 - 0.1 / height, table["title"], fontsize=12.5, fontweight="bold",
                    va="top")
        figure.text(0.01, 1 - 0.38 / height, f"B ({plan.labels[1]}) beside A ({plan.labels[0]}); "
                    "bars: 95% t-intervals of paired replicates", color=FAINT, va="top")
        axes.legend(loc="upper right", bbox_to_anchor=(1.0, -0.35 / height), frameon=False,
                    fontsize=7, ncols=3)
    return figure


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
        figure.subplots_adjust(left=0.01, right=0.99, top=0.86, bottom=0.04, wspace=0.02)
        heads = (f"A: {plan.labels[0]}", f"B: {plan.labels[1]}", "B − A")
        for axes, key, head in zip(panels, "abd", heads, strict=True):
            draw_areas(axes, city, values[key], unit=spec["unit"], diverging=key == "d",
                       limits=None if key == "d" else limits)
            axes.set_title(head)
        figure.text(0.01, 0.97, spec["title"], fontsize=13, fontweight="bold", va="top")
    return figure


def monthly_figure(plan: Plan, comparison: Comparison, outcome: str) -> Figure | None:
    """An outcome by month under A and B: mean and range of the replicates."""
    view: dict[str, Any] = monthly(comparison, plan.sides)
    if outcome not in view["lines"]:
        return None
    spec = view["lines"][outcome]
    months = np.arange(len(view["months"]))
    with mpl.rc_context(RC):
        figure = Figure(figsize=(9, 3.6))
        axes = figure.subplots()
        figure.subplots_adjust(left=0.08, right=0.97, top=0.8, bottom=0.12)
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
        figure.text(0.01, 0.97, f"{spec['title']}, by month", fontsize=12.5, fontweight="bold",
                    va="top")
        figure.text(0.01, 0.885, f"{spec['unit']}. Line: mean of the replicates; shade: least to "
                    "greatest.", color=FAINT, va="top")
    return figure
