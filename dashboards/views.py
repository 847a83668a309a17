"""A comparison as what the pages draw: rows of tables, monthly lines, values by area.

Everything here is text and numbers of `Released` frames, ready for JSON; a hidden cell is None.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colors

from dashboards.plans import Plan
from dashboards.rows import CHANCE, PARAMETERS, Rows, interval, with_ends
from dashboards.runs import Job
from dashboards.sentences import finding
from experiments.comparison import Comparison
from experiments.maps import DIVERGING, SEQUENTIAL
from experiments.outcomes import GROUPS, HEADLINES, OUTCOMES
from experiments.privacy import gated
from experiments.terminal import decimals
from experiments.uncertainty import over_draws_said
from model.city import City, load_city
from model.law import build_law, load_timeline
from model.layer import Layer
from model.layer_files import load_law, load_regime, regime_names
from model.posture import load_posture
from model.tiles import tile_centres

SHADES = 11
_making = threading.Lock()
#: Lines are drawn where no more than this share of the months is hidden.
MOST_HIDDEN = 0.25


@cache
def full_titles() -> dict[str, str]:
    """Titles that stand by themselves: that of a part follows that of its whole."""
    found, whole = {}, ""
    for key, spec in OUTCOMES.items():
        if spec.title.startswith(" "):
            found[key] = f"{whole}: {spec.title.strip()}"
        else:
            found[key] = whole = spec.title
    return found


def full_title(outcome: str) -> str:
    """The title of an outcome, by itself."""
    return full_titles()[outcome]


def tables(comparison: Comparison, sides: tuple[str, str]) -> list[dict[str, Any]]:
    """The tables of a comparison, each with its rows and the axis of its drawing.

    ``draws`` says whether rows have the interval of the parameters, too.
    """
    rows = Rows(comparison, sides)

    def grouped(outcome: str, by: str, groups: Iterable[str]) -> list[dict[str, Any]]:
        return [rows.row(outcome, by, group, relative=False) for group in groups]

    channels = grouped("encounters", "channel", GROUPS["channel"])
    channels = [row for row in channels if {row["a"], row["b"]} != {"0"}]
    unit = OUTCOMES["encounters"].unit
    made = [
        {
            "key": "headline", "title": "What changes",
            "axis": "difference, % of A's level", "unit": "",
            "rows": [rows.row(outcome, relative=True) for outcome in HEADLINES],
        },
        {
            "key": "status", "title": "Who calls the police, by legal status of the victim",
            "axis": "difference, percentage points", "unit": OUTCOMES["reporting"].unit,
            "rows": grouped("reporting", "status", reversed(GROUPS["status"])),
        },
        {
            "key": "crime", "title": "Who calls the police, by type of crime",
            "axis": "difference, percentage points", "unit": OUTCOMES["reporting"].unit,
            "rows": grouped("reporting", "crime", GROUPS["crime"]),
        },
        {
            "key": "channel", "title": "How undocumented residents meet ICE",
            "axis": "difference", "unit": unit, "rows": channels,
        },
    ]
    draws = len(comparison.settings.draws)
    return [{**table, "draws": draws, "over": over_draws_said(draws)} for table in made]


def monthly(comparison: Comparison, sides: tuple[str, str]) -> dict[str, Any]:
    """Citywide values by month: mean, least and greatest of all runs, for A and B.

    ``mean`` and ``shade`` say what lines and bands are.
    """
    frame = gated(comparison.released_outcomes)
    whole = frame[(frame["by"] == "all") & frame["regime"].isin(sides)]
    keys = ["outcome", "regime", "month"]
    found = whole.groupby(keys, observed=True, sort=True)["value"].agg(
        mean=lambda values: values.mean(skipna=False),
        least=lambda values: values.min(skipna=False),
        most=lambda values: values.max(skipna=False),
    )
    months = sorted(map(str, whole["month"].unique()))
    lines = {}
    for outcome in whole["outcome"].unique():
        spec = OUTCOMES[outcome]
        series = [found.loc[(outcome, side)].reindex(months) for side in sides]
        if any(one["mean"].isna().mean() > MOST_HIDDEN for one in series):
            continue  # what is left would be the months of none, and mislead
        lines[str(outcome)] = {
            "title": full_title(str(outcome)), "unit": spec.unit,
            "series": [
                {key: [_rounded(value) for value in one[key]] for key in ("mean", "least", "most")}
                for one in series
            ],
        }
    return {"months": months, "lines": lines, **_of_runs(comparison)}


def _of_runs(comparison: Comparison) -> dict[str, str]:
    n, draws = len(comparison.manifest["seeds_finished"]), len(comparison.settings.draws)
    replicates = f"{n} replicate{'s' * (n != 1)}"
    if draws:
        return {"mean": f"mean of all {n * draws} runs ({replicates} at {draws} draws each)",
                "shade": "least to greatest of them, chance and parameters together"}
    return {"mean": f"mean of {replicates}", "shade": "least to greatest of them, chance alone"}


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else float(f"{value:.4g}")


def by_area(comparison: Comparison, sides: tuple[str, str]) -> dict[str, Any]:
    """Rates by area, for the whole period and by month, in the order of `area_list`."""
    names = [key for key, spec in OUTCOMES.items() if "area" in spec.by]
    levels = with_ends(gated(comparison.released_contrasts))
    cells = ["outcome", "regime", "measure", "group"]
    levels = levels[levels["by"] == "area"].set_index(cells).sort_index()
    months = gated(comparison.released_outcomes)
    months = months[(months["by"] == "area") & months["regime"].isin(sides)]
    means = months.groupby(["outcome", "regime", "group", "month"], observed=True)["value"].agg(
        lambda values: values.mean(skipna=False)
    )
    city = load_city(comparison.settings.scenario.city)
    order = [str(each) for each in city.numbers]
    every = sorted(map(str, months["month"].unique()))
    found = {}
    for outcome in names:
        spec = OUTCOMES[outcome]
        maps = {
            key: [_rounded(value) for value in
                  levels.loc[(outcome, side, measure)]["estimate"].reindex(order)]
            for key, side, measure in (
                ("a", sides[0], "level"), ("b", sides[1], "level"), ("d", sides[1], "difference"),
            )
        }
        change = levels.loc[(outcome, sides[1], "difference")].reindex(order)
        told = {
            key: ["" if math.isnan(cell["estimate"]) else _two_digits(cell, ends)
                  for _, cell in change.iterrows()]
            for key, ends in (("chance", CHANCE), ("parameters", PARAMETERS))
        }
        by_month = {
            key: [
                [_rounded(value) for value in row]
                for row in means.loc[(outcome, side)].unstack("month")
                .reindex(index=order, columns=every).to_numpy()
            ]
            for key, side in (("a", sides[0]), ("b", sides[1]))
        }
        found[outcome] = {
            "title": spec.title.removesuffix(", by area"), "unit": spec.unit,
            **maps, **told, "months": by_month,
        }
    return {"months": every, "outcomes": found, **area_list(city)}


def _two_digits(cell: pd.Series, ends: tuple[str, str]) -> str:
    """An interval of an area, whose values have two significant digits."""
    return interval(cell, ends, decimals(*(cell[end] for end in ends)))


@lru_cache(maxsize=4)
def _area_list(city: City) -> dict[str, Any]:
    centres = tile_centres(city.tiles)
    return {
        "areas": [
            {"number": int(number_), "name": name_, "x": round(float(x), 3),
             "y": round(float(-y), 3)}
            for number_, name_, (x, y) in zip(city.numbers, city.names, centres, strict=True)
        ],
        "sequential": _shades(SEQUENTIAL), "diverging": _shades(DIVERGING),
    }


def area_list(city: City) -> dict[str, Any]:
    """Areas with the centres of their tiles, and the colours of maps."""
    return _area_list(city)


def _shades(scale: Any) -> list[str]:
    return [colors.to_hex(shade) for shade in scale(np.linspace(0, 1, SHADES))]


@dataclass(frozen=True)
class Shown:
    """All that a page shows of one comparison."""

    comparison: Comparison
    sentences: list[str]
    tables: list[dict[str, Any]]
    monthly: dict[str, Any]
    by_area: dict[str, Any]


def shown(job: Job) -> Shown | None:
    """What is there to show of a job; made once, whoever looks, for each further replicate."""
    with _making:
        comparison, sides = job.comparison, job.plan.sides
        if comparison is None:
            return None
        if job.shown is None or job.shown.comparison is not comparison:
            job.shown = Shown(
                comparison, finding(comparison, sides), tables(comparison, sides),
                monthly(comparison, sides), by_area(comparison, sides),
            )
        found: Shown = job.shown
        return found


def dates(plan: Plan) -> list[dict[str, str]]:
    """What happens on a day of the period: texts that come into force, raids."""
    scenario = plan.settings.scenario
    found: dict[str, list[str]] = {}
    sides = (plan.settings, plan.other) if plan.other else (plan.settings,)
    for mark, each in zip("AB", sides, strict=False):
        if each.scenario.timeline:
            for step in load_timeline(each.scenario.timeline)[0].steps:
                words = [layer_named(each).title for each in step.layers]
                words += [f"end of {layer_named(each).title}" for each in step.repeal]
                if step.posture:
                    words.append(f"federal posture: {load_posture(step.posture).title}")
                here, text = found.setdefault(str(step.date), []), ", ".join(words)
                if f"A: {text}" in here:  # in both histories
                    here[here.index(f"A: {text}")] = text
                else:
                    here.append(f"{mark}: {text}")
    for raid in scenario.raids:
        what = "raid announced, called off" if raid.called_off else "raid announced"
        found.setdefault(str(raid.announced), []).append(what)
        if not raid.called_off:
            found.setdefault(str(raid.begins), []).append("raid begins")
    if not scenario.timeline:
        for regime in plan.settings.regimes:
            layer = load_regime(regime)
            if layer.in_force:
                found.setdefault(str(layer.in_force), []).append(f"{layer.title} passed")
    return [
        {"date": date, "text": "; ".join(words)}
        for date, words in sorted(found.items())
        if str(scenario.start) <= date < str(scenario.end)
    ]


def layer_named(given: str) -> Layer:
    """A city's regime, or a law above it."""
    return load_regime(given) if given in regime_names() else load_law(given)


def law_differences(plan: Plan) -> list[str]:
    """How the two regimes differ, a sentence a clause; for timelines, nothing."""
    from model.plain_words import difference

    if plan.other is not None:
        return []
    first, second = map(load_regime, plan.settings.regimes)
    return difference(first, second)


def openness(plan: Plan) -> list[float]:
    """How open the police-to-ICE channel is at the start, 0 to 1, on each side."""
    scenario = plan.settings.scenario
    return [
        build_law(regime, scenario.environment, scenario.posture).on(scenario.start).openness
        for regime in plan.settings.regimes
    ]
