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
from dashboards.runs import Job
from experiments.comparison import Comparison
from experiments.maps import DIVERGING, SEQUENTIAL
from experiments.outcomes import GROUPS, HEADLINES, OUTCOMES
from experiments.privacy import FLOOR, gated
from experiments.style import label
from experiments.terminal import decimals, number
from experiments.uncertainty import leaves_out_zero
from model.city import City, load_city
from model.law import build_law, load_timeline
from model.layer import Layer
from model.layer_files import load_law, load_regime, regime_names
from model.posture import load_posture
from model.tiles import tile_centres

HIDDEN, NONE = f"< {FLOOR}", "none"
PARTS = {"legal_exposure": "the text itself", "belief": "belief"}
SHADES = 11
_making = threading.Lock()
#: Smaller than a single event in any rate, larger than what rounding leaves of a difference.
NOISE = 1e-9
ENDS = ("low", "high")
#: With those over draws of the parameters, where they were run.
ENDS_ALL = (*ENDS, "par_low", "par_high")
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


def _without_noise(values: pd.Series) -> pd.Series:
    """Values with what is left of sums that should be nought set to it."""
    return values.mask(values.abs() < NOISE, 0.0)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


class Rows:
    """Rows of one comparison: levels of A and B, the paired difference and its two parts."""

    def __init__(self, comparison: Comparison, sides: tuple[str, str]) -> None:
        frame = gated(comparison.released_contrasts)
        frame = frame.assign(**{key: _without_noise(frame[key]) for key in ("estimate", *ENDS)})
        self.a, self.b = sides
        keys = ["outcome", "by", "group", "regime", "measure"]
        self.cells = frame.drop(columns=["paired"]).set_index(keys).sort_index()

    def row(self, outcome: str, by: str = "all", group: str = "all", *, relative: bool) -> dict:
        """One row. Positions are percent of A's level if `relative`, else the outcome's unit."""
        spec = OUTCOMES[outcome]
        cells = self.cells.loc[(outcome, by, group)]
        level_a, level_b = cells.loc[(self.a, "level")], cells.loc[(self.b, "level")]
        change = cells.loc[(self.b, "difference")]
        per = 100 / level_a["estimate"] if relative and level_a["estimate"] else 1.0
        if relative and not level_a["estimate"]:
            per = math.nan
        digits = min(
            decimals(change["estimate"], change["low"], change["high"]),
            1 + decimals(level_a["estimate"]),
        )
        parts = [
            {"kind": kind, "label": words, **self._place(cells, kind, per, digits)}
            for kind, words in PARTS.items()
            if (self.b, kind) in cells.index
        ]
        return {
            "key": f"{outcome}-{by}-{group}",
            "label": spec.title.strip() if by == "all" else label(group),
            "part": spec.title.startswith(" "),
            "meaning": spec.meaning,
            "unit": spec.unit,
            "a": self._level(level_a),
            "b": self._level(level_b),
            **self._place(cells, "difference", per, digits),
            "parts": parts,
        }

    def _level(self, cell: pd.Series) -> str:
        if cell["suppressed"]:
            return HIDDEN
        value = cell["estimate"]
        return NONE if math.isnan(value) else number(value, decimals(value))

    def _place(self, cells: pd.DataFrame, kind: str, per: float, digits: int) -> dict[str, Any]:
        cell = cells.loc[(self.b, kind)]
        if cell["suppressed"] or math.isnan(cell["estimate"]):
            text = HIDDEN if cell["suppressed"] else NONE
            nothing = dict.fromkeys(("x", *ENDS_ALL))
            return {"text": text, "interval": "", "clear": False, **nothing}
        value, low, high = cell["estimate"], cell["low"], cell["high"]
        interval = ""
        if not math.isnan(low):
            ends = (number(end, digits, signed=True) for end in (low, high))
            interval = " to ".join(ends)
            if value == low == high == 0:
                interval = "in every pair"
        return {
            "text": number(value, digits, signed=True),
            "interval": interval,
            "clear": leaves_out_zero(cell),
            "x": _known(value * per),
            **{end: _known(cell.get(end, math.nan) * per) for end in ENDS_ALL},
        }


def tables(comparison: Comparison, sides: tuple[str, str]) -> list[dict[str, Any]]:
    """The tables of a comparison, each with its rows and the axis of its drawing."""
    rows = Rows(comparison, sides)

    def grouped(outcome: str, by: str, groups: Iterable[str]) -> list[dict[str, Any]]:
        return [rows.row(outcome, by, group, relative=False) for group in groups]

    channels = grouped("encounters", "channel", GROUPS["channel"])
    channels = [row for row in channels if {row["a"], row["b"]} != {"0"}]
    unit = OUTCOMES["encounters"].unit
    return [
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


def finding(comparison: Comparison, sides: tuple[str, str]) -> list[str]:
    """What the main outcomes say, each in a sentence that claims no more than its interval."""
    rows = Rows(comparison, sides)
    subjects = {
        "reporting_undocumented": ("the share of crimes against undocumented residents that reach "
                                   "the police", "percentage points"),
        "encounters": ("encounters of undocumented residents with ICE",
                       "per 10,000 undocumented residents a year"),
        "victimisations": ("crimes (reported or not)", "per 10,000 residents a year"),
    }
    sentences = []
    for outcome, (subject, unit) in subjects.items():
        row = rows.row(outcome, relative=False)
        if row["x"] is None:
            text = f"too few events to say anything of {subject}."
        elif row["x"] == 0 and row["interval"] in ("", "in every pair"):
            text = f"{subject}: no difference at all, in any replicate so far."
        elif not row["interval"]:
            text = f"{subject}: {row['text']} {unit} in the first replicate; no interval yet."
        elif row["clear"]:
            way = "higher" if row["x"] > 0 else "lower"
            text = (
                f"{subject} {'is' if 'share' in subject else 'are'} {way} by "
                f"{row['text'].lstrip('+\N{MINUS SIGN}')} {unit} (95% interval of the difference: "
                f"{row['interval']})."
            )
        else:
            text = (
                f"{subject}: no difference that can be told from chance ({row['text']} {unit}, "
                f"95% interval {row['interval']})."
            )
        sentences.append(text[0].upper() + text[1:])
    return sentences


def monthly(comparison: Comparison, sides: tuple[str, str]) -> dict[str, Any]:
    """Citywide values by month: mean, least and greatest of the replicates, for A and B."""
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
    return {"months": months, "lines": lines}


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else float(f"{value:.4g}")


def by_area(comparison: Comparison, sides: tuple[str, str]) -> dict[str, Any]:
    """Rates by area, for the whole period and by month, in the order of `area_list`."""
    names = [key for key, spec in OUTCOMES.items() if "area" in spec.by]
    levels = gated(comparison.released_contrasts)
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
            **maps, "months": by_month,
        }
    return {"months": every, "outcomes": found, **area_list(city)}


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
