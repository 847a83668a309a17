"""Model against target: the starting calibration, and what falls out of it.

Some levels are *solved*: intercepts and rates are found so that they come out, and the table shows
how far one run misses them by chance. The others *fall* as they may.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import chi2

from experiments import cache
from model.city import load_city
from model.evidence import load_evidence
from model.intercepts import clearance_target, recorded_by_type, target
from model.margins import LEAST_CELL, mixed_households
from model.population import Population
from model.rates import simulated_share, solve_rates
from model.registry import Parameters, load_parameters
from model.scenario import Scenario
from model.scenario import scenario as check_scenario
from model.schema import AGES, CHANNELS, CRIMES, HAND_OVER_CHANNELS, STATUSES, VIOLENT

#: Unit of events in a year; other figures are shares and rates of many.
COUNT = "a year"
Frames = Mapping[str, pd.DataFrame]

#: The runs, each a year: what differs from the baseline's default scenario.
RUNS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "full cooperation, 2011": {
        "regime": "full-cooperation",
        "environment": "E0",
        "posture": "2011-secure-communities",
        "start": "2012-01-01",
    },
    "2021": {"environment": "E2", "posture": "2015-priority", "start": "2021-01-01"},
    "2025 surge": {"posture": "2025-surge", "start": "2025-01-01"},
}


@dataclass(frozen=True)
class Target:
    """One figure: which run it is of, what the model gives, and what it should meet."""

    name: str
    run: str
    unit: str
    model: float
    target: float
    low: float | None
    high: float | None
    source: str
    kind: Literal["solved", "falls"]

    @property
    def difference(self) -> float:
        """Model less target."""
        return self.model - self.target

    @property
    def within(self) -> bool | None:
        """Whether the model lies in the target's interval; None where it has none."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.model <= self.high

    @property
    def small(self) -> bool:
        """Whether the model's figure is a count too small to be shown."""
        return self.unit == COUNT and self.model < LEAST_CELL


def targets(scale: float = 1.0, seed: int = 1) -> list[Target]:
    """Run the model and compare it with all targets.

    Parameters
    ----------
    scale
        Share of the city to simulate; smaller is quicker and noisier.
    seed
        Of the one run a scenario.
    """
    values = load_parameters()
    found: list[Target] = []
    for run, changes in RUNS.items():
        setting = check_scenario({"scale": scale, "seed": seed, **changes})
        frames, people = _run(setting, values)
        found += _MEASURES[run](run, frames, people, values)
    return found


def _run(setting: Scenario, values: Parameters) -> tuple[Frames, Population]:
    from model.policy_model import simulate

    people = cache.population(
        load_city(setting.city), values, seed=setting.seed, scale=setting.scale
    )
    rates = solve_rates(people, values, setting)
    return simulate(setting, population=people, rates=rates).frames(), people


def _baseline(run: str, frames: Frames, people: Population, values: Parameters) -> list[Target]:
    crime = frames["crime"].groupby("crime").sum(numeric_only=True)
    crime = crime.reindex(list(CRIMES))
    share = crime["reported"] / crime["victimisations"]
    here = simulated_share(people)
    recorded = (recorded_by_type(people.city, values) * here[:, None]).sum(axis=0)
    rows = []
    survey = ("RAPE", "ROB", "AGG", "SIMP", "IPV", "BURG", "MVT", "THEFT")
    for code, (name, evidence) in enumerate(zip(CRIMES, survey, strict=True)):
        words = name.replace("_", " ")
        low, high = _interval(f"NCVS17_P_{evidence}", 0.01)
        rows += [
            Target(f"{words}: reported", run, "share", share[name],
                   target(values, code), low, high, f"NCVS17_P_{evidence}", "solved"),
            Target(f"{words}: recorded", run, "crimes", crime["reported"][name],
                   float(recorded[code]), None, None, "City of Chicago 2022", "solved"),
            Target(f"{words}: cleared", run, "share",
                   crime["cleared"][name] / crime["reported"][name],
                   clearance_target(values, code), None, None, "CHI_ARRRATE", "solved"),
        ]  # fmt: skip
    violent = crime.loc[[CRIMES.names[code] for code in VIOLENT]].sum()
    household = crime.drop([CRIMES.names[code] for code in VIOLENT]).sum()
    rows += [
        _from_evidence("violence: reported, Illinois", run, "share", "IL1719_P_VIOL",
                       violent["reported"] / violent["victimisations"], 0.01),
        _from_evidence("property: reported, Illinois", run, "share", "IL1719_P_PROP",
                       household["reported"] / household["victimisations"], 0.01),
        Target("violence: found by police", run, "share",
               violent["found_by_police"] / violent["reported"], 0.06, None, None, "BJS03_WHO",
               "solved"),
        *_by_citizenship(run, frames, people),
        *_by_area(run, frames, people, values),
    ]  # fmt: skip
    people_frame = frames["people"]
    scale = people.n / people.city.population.sum()
    policing = people.city.policing
    rows += [
        Target("arrests a year", run, "arrests", people_frame["arrests"].sum(),
               policing.arrests(2022) * scale, None, None, "CPD_ARR", "solved"),
        Target("stops a year", run, "stops", people_frame["stops"].sum(),
               policing.stops(2022) * scale, None, None, "CPD_TS", "solved"),
        Target("arrested at large, % of undocumented", run, "% of undocumented a year",
               _percent(frames, people, set(CHANNELS) - _hand_overs()), 0.25, 0.1, 0.4,
               "D_AOR_RATE, TRAC_SRC, OP_2018", "falls"),
        Target("partner deaths (target: the county's)", run, "a year",
               frames["city"]["homicide_hazard"].sum() / scale, 37, None, None, "COOK_DVD",
               "falls"),
    ]  # fmt: skip
    families, mixed, _ = mixed_households(people)
    rows.append(
        Target("mixed-status, of undocumented families", run, "share",
               mixed.sum() / families,
               0.87, None, None, "MIXED", "falls")
    )  # fmt: skip
    return rows


def _by_citizenship(run: str, frames: Frames, people: Population) -> list[Target]:
    """Violent victimisation over that of US-born citizens."""
    crime = frames["crime"]
    violent = crime[crime["crime"].isin([CRIMES.names[code] for code in VIOLENT[:4]])]
    counts = violent.groupby("status")["victimisations"].sum()
    # The survey asks persons of 12 and over.
    asked = people.status[people.age >= AGES["12-17"]]
    residents = pd.Series(np.bincount(asked, minlength=len(STATUSES)), index=list(STATUSES))
    rate = counts / residents
    noncitizens = list(STATUSES)[2:]
    non = counts[noncitizens].sum() / residents[noncitizens].sum()
    return [
        Target("violence 12+, naturalized / US-born", run, "ratio",
               rate["naturalized"] / rate["us_born"], 9.1 / 21.9, 0.25, 0.6,
               "NCVS17_CIT_NAT, NCVS17_CIT_USB", "solved"),
        Target("violence 12+, non-citizens / US-born", run, "ratio",
               non / rate["us_born"], 16.2 / 21.9, 0.5, 1.0, "NCVS17_CIT_NON, NCVS17_CIT_USB",
               "falls"),
    ]  # fmt: skip


def _by_area(
    run: str, frames: Frames, people: Population, values: Parameters
) -> list[Target]:
    """Recorded crime over the areas: how much of its variation comes out."""
    made = frames["crime_area"].groupby(["area", "crime"])["reported"].sum().unstack()
    made = made.reindex(people.city.numbers)[list(CRIMES)].to_numpy()
    wanted = recorded_by_type(people.city, values) * simulated_share(people)[:, None]
    return [
        Target(f"{name.replace('_', ' ')}: over areas", run, "r",
               float(pd.Series(made[:, code]).corr(pd.Series(wanted[:, code]))), 1.0, None, None,
               "City of Chicago 2022", "solved")
        for code, name in enumerate(CRIMES)
    ]  # fmt: skip


def _cooperation(run: str, frames: Frames, people: Population, values: Parameters) -> list[Target]:
    return [
        Target("handed over by the jail, % of undocumented", run, "% of undocumented a year",
               _percent(frames, people, {"jail"}, list(STATUSES)), values.hand_over_percent,
               0.34, 0.54,
               "COOK_DET10, D_DET_RATE", "solved")
    ]  # fmt: skip


def _year_2021(run: str, frames: Frames, people: Population, values: Parameters) -> list[Target]:
    scale = people.n / people.city.population.sum()
    detainers = frames["detainers"].groupby("place").sum(numeric_only=True)
    lock_up = detainers.reindex(["lock_up"]).fillna(0.0).loc["lock_up"]
    return [
        Target("detainers lodged with police, a year", run, "a year", lock_up["lodged"] / scale,
               56, *_a_year_from_a_quarter(14), "CPD_ICE_LOG", "falls"),
        Target("hand-overs by police, a year", run, "a year", lock_up["honoured"] / scale, 0,
               *_a_year_from_a_quarter(0), "CPD_ICE_LOG", "falls"),
    ]  # fmt: skip


def _a_year_from_a_quarter(count: int) -> tuple[float, float]:
    """Exact Poisson interval (95%) of a count in one quarter, times four."""
    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return 4 * low, 4 * chi2.ppf(0.975, 2 * count + 2) / 2


def _surge(run: str, frames: Frames, people: Population, values: Parameters) -> list[Target]:
    return [
        Target("arrested at large, % of undocumented", run, "% of undocumented a year",
               _percent(frames, people, set(CHANNELS) - _hand_overs()), 4.0, 2.0, 6.0,
               "MIDWAY_N", "falls")
    ]  # fmt: skip


_MEASURES: dict[str, Callable[[str, Frames, Population, Parameters], list[Target]]] = dict(
    zip(RUNS, (_baseline, _cooperation, _year_2021, _surge), strict=True)
)


def _hand_overs() -> set[str]:
    return {CHANNELS.names[code] for code in HAND_OVER_CHANNELS}


def _percent(
    frames: Frames,
    people: Population,
    channels: set[str],
    statuses: Sequence[str] = ("undocumented",),
) -> float:
    """Residents of some statuses whom ICE arrested in some channels, for a hundred undocumented
    residents, in the year."""
    rows = frames["encounters"]
    rows = rows[rows["channel"].isin(channels) & rows["status"].isin(statuses)]
    undocumented = int((people.status == STATUSES["undocumented"]).sum())
    return 100 * float(rows["arrested"].sum()) / undocumented


def _interval(evidence: str, factor: float) -> tuple[float | None, float | None]:
    row = load_evidence()[evidence]
    if not row.low or not row.high:
        return None, None
    return float(row.low) * factor, float(row.high) * factor


def _from_evidence(
    name: str, run: str, unit: str, evidence: str, model: float, factor: float
) -> Target:
    low, high = _interval(evidence, factor)
    value = float(load_evidence()[evidence].value) * factor
    return Target(name, run, unit, float(model), value, low, high, evidence, "falls")


def check(*, json: bool = False, scale: float = 1.0, seed: int = 1) -> list[Target]:
    """Print model against target with the differences; see `targets`."""
    rows = targets(scale, seed)
    if json:
        from experiments.json_form import as_json

        fields = ("name", "run", "unit", "model", "target", "difference", "low", "high", "within",
                  "source", "kind")  # fmt: skip
        hidden = {"model": None, "difference": None}
        shown = [
            {field: getattr(row, field) for field in fields} | (hidden if row.small else {})
            for row in rows
        ]
        print(as_json(shown))
        return rows
    from experiments.check_tables import print_targets

    print_targets(rows, scale, seed)
    return rows
