"""What the model gives for a target: the runs it takes, and the figure made of them.

A statistic reads the ledger's frames of a few short runs of a scaled city. Effects are differences
within a pair of runs that share the city and the dice, so that little chance is left in them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.ledger import REPORTED
from model.population import Population
from model.rates import Rates
from model.registry import Parameters
from model.scenario import Raid
from model.schema import AGES, CHANNELS, CRIMES, ETHNICITIES, HAND_OVER_CHANNELS, STATUSES, VIOLENT

VIOLENCE = [CRIMES.names[code] for code in VIOLENT]
HAND_OVERS = {CHANNELS.names[code] for code in HAND_OVER_CHANNELS}


@dataclass(frozen=True)
class Run:
    """One run: what differs from the default scenario, and its size against the base scale.

    With `log` single incidents are kept instead of the ledger's tables.
    """

    scenario: Mapping[str, Any]
    size: float = 1.0
    fixed: Mapping[str, float] = field(default_factory=dict)
    factor: Mapping[str, float] = field(default_factory=dict)
    log: bool = False


_COOPERATION: dict[str, Any] = {
    "regime": "full-cooperation", "baseline": "full-cooperation", "environment": "E0",
    "posture": "2011-secure-communities", "start": "2012-01-01", "days": 59,
}  # fmt: skip
#: With these the felt openness of a believed no-contact text is two thirds of full openness: what
#: it was before a programme that raised transfers by half (`GJW_DET`). A national study: tau is 1.
_FELT = {
    "tau": 1.0, "awareness": 1 / 3, "credibility_announced": 1.0, "credibility_order": 1.0,
    "credibility_ordinance": 1.0, "symbolic_weight": 0.0,
}  # fmt: skip
_DAY = dt.date(2025, 6, 6)
_OPERATION: dict[str, Any] = {"start": _DAY, "environment": "E3", "days": 56}
#: Everybody who follows the news hears of it; visits seen in the street are left out.
_ANNOUNCED = (Raid(announced=_DAY, begins=_DAY, days=14, visits=0),)

RUNS: dict[str, Run] = {
    "after": Run(_COOPERATION, 1.0, _FELT),
    "before": Run(
        {**_COOPERATION, "believed": "no-contact"}, 1.0, _FELT, {"hand_over_percent": 2 / 3}
    ),
    "calm": Run(_OPERATION, 2.0, log=True),
    "operation": Run({**_OPERATION, "raids": _ANNOUNCED}, 2.0, log=True),
    "2018": Run({"environment": "E2", "start": "2018-01-01", "days": 150}),
    "2021": Run(
        {"environment": "E2", "posture": "2015-priority", "start": "2021-01-01", "days": 120}
    ),
}


@dataclass(frozen=True)
class Point:
    """What one set of parameters gave: frames by run, with population, levels and parameters.

    ``years`` are those of the whole city that a run's days and residents amount to.
    """

    frames: Mapping[str, Mapping[str, pd.DataFrame]]
    people: Population
    rates: Rates
    values: Parameters
    years: Mapping[str, float]


Measure = Callable[[Point], float]
#: By name: the measure, and the run whose scale decides how much chance is in it.
STATISTICS: dict[str, tuple[Measure, str]] = {}


def statistic(run: str) -> Callable[[Measure], Measure]:
    """Enter a measure under its name; `run` is what it is measured in."""

    def enter(measure: Measure) -> Measure:
        STATISTICS[measure.__name__] = (measure, run)
        return measure

    return enter


def change(after: float, before: float) -> float:
    """In percent."""
    return 100 * (after / before - 1)


def _survey_share(rows: pd.DataFrame) -> float:
    """Percent of the victimisations told to the virtual survey that were said to be reported."""
    return 100 * float(rows["survey_reported"].sum() / rows["survey_victimisations"].sum())


@statistic("after")
def reporting_change(point: Point) -> float:
    """Latino victims' reporting in the crime survey, after against before fingerprint sharing."""
    shares = []
    for run in ("after", "before"):
        crime = point.frames[run]["crime"]
        shares.append(_survey_share(crime[crime["ethnicity"] == "latino"]))
    return change(*shares)


def _partner_calls(point: Point, run: str, first: int, last: int) -> float:
    """Reported episodes of partner violence in the days `first` to before `last` of a run."""
    log = point.frames[run]["incident"]
    day = log["day"] - _DAY.toordinal()
    rows = log[(log["crime"] == CRIMES["partner_violence"]) & (day >= first) & (day < last)]
    return float(((rows["fate"] & REPORTED) > 0).sum())


@statistic("calm")
def partner_calls_two_weeks(point: Point) -> float:
    """Reported partner violence in the two weeks after an announced operation, against none."""
    return change(*(_partner_calls(point, run, 0, 14) for run in ("operation", "calm")))


@statistic("calm")
def partner_calls_july(point: Point) -> float:
    """The same in the days 25 to 55 after."""
    return change(*(_partner_calls(point, run, 25, 56) for run in ("operation", "calm")))


@statistic("2018")
def latino_violent_reporting(point: Point) -> float:
    """Violence against Latino victims that the survey finds reported."""
    crime = point.frames["2018"]["crime"]
    return _survey_share(crime[(crime["ethnicity"] == "latino") & crime["crime"].isin(VIOLENCE)])


@statistic("2018")
def violent_reporting(point: Point) -> float:
    """Violence that the survey finds reported."""
    crime = point.frames["2018"]["crime"]
    return _survey_share(crime[crime["crime"].isin(VIOLENCE)])


@statistic("2018")
def property_reporting(point: Point) -> float:
    """Property crime that the survey finds reported."""
    crime = point.frames["2018"]["crime"]
    return _survey_share(crime[~crime["crime"].isin(VIOLENCE)])


@statistic("2018")
def noncitizen_violence(point: Point) -> float:
    """Violence without partners against non-citizens over US-born, persons of 12 and over."""
    crime, people = point.frames["2018"]["crime"], point.people
    rows = crime[crime["crime"].isin(VIOLENCE[:4])]
    counts = rows.groupby("status")["victimisations"].sum().reindex(list(STATUSES)).to_numpy()
    asked = people.status[people.age >= AGES["12-17"]]
    residents = np.bincount(asked, minlength=len(STATUSES))
    first = STATUSES["permanent_resident"]
    non = counts[first:].sum() / residents[first:].sum()
    return float(non / (counts[0] / residents[0]))


@statistic("2018")
def offending_response(point: Point) -> float:
    """Rise of offending where reporting is 10% lower: the elasticity itself, clipping aside."""
    return 100 * (0.9**-point.values.epsilon - 1)


@statistic("2018")
def partner_deaths(point: Point) -> float:
    """Expected deaths by partner violence in the whole city."""
    return float(point.frames["2018"]["city"]["homicide_hazard"].sum() / point.years["2018"])


def _arrested(point: Point, run: str) -> tuple[pd.DataFrame, float]:
    frames = point.frames[run]
    met, people = frames["encounters"], frames["people"]
    days = people.loc[people["status"] == "undocumented", "person_days"].sum()
    return met[met["status"] == "undocumented"], float(days) / 365.0


@statistic("2018")
def arrests_at_large(point: Point) -> float:
    """Arrests that begin with no custody, percent of undocumented residents a year."""
    met, years = _arrested(point, "2018")
    return 100 * float(met.loc[~met["channel"].isin(HAND_OVERS), "arrested"].sum()) / years


@statistic("2018")
def community_share(point: Point) -> float:
    """Arrests at large over those and prisons'.

    A stay in prison outlasts the run: of the detainers lodged there, those are counted that will
    end in a hand-over.
    """
    met, _ = _arrested(point, "2018")
    large = float(met.loc[~met["channel"].isin(HAND_OVERS), "arrested"].sum())
    lodged = point.frames["2018"]["detainers"]
    here = (lodged["place"] == "prison") & (lodged["status"] == "undocumented")
    prison = point.values.hand_over_notified_prison * float(lodged.loc[here, "lodged"].sum())
    return large / max(large + prison, 1.0)


@statistic("2018")
def convicted_at_large(point: Point) -> float:
    """Percent of those arrested at large who have a conviction."""
    met, _ = _arrested(point, "2018")
    large = met[~met["channel"].isin(HAND_OVERS)]
    convicted = large.loc[large["conviction"] != "none", "arrested"].sum()
    return 100 * float(convicted / max(large["arrested"].sum(), 1))


def _lock_up(point: Point, outcome: str) -> float:
    detainers = point.frames["2021"]["detainers"]
    count = detainers.loc[detainers["place"] == "lock_up", outcome].sum()
    return float(count) / point.years["2021"]


@statistic("2021")
def police_requests(point: Point) -> float:
    """Detainers lodged with the police in the whole city."""
    return _lock_up(point, "lodged")


@statistic("2021")
def police_transfers(point: Point) -> float:
    """Detainers that the police honoured."""
    return _lock_up(point, "honoured")


def _weight(point: Point, who: NDArray[np.bool_]) -> float:
    """Mean weight of the threat over the adults among `who`."""
    adults = who & (point.people.age > AGES["12-17"])
    return float(point.rates.threat_weight[adults].mean())


@statistic("2018")
def family_ladder(point: Point) -> float:
    """Mean threat in immigrant families all of whom are citizens or permanent residents, over that
    in those with another member."""
    people = point.people
    home = people.household
    foreign = np.isin(home, home[people.status > STATUSES["us_born"]])
    insecure = np.isin(home, home[people.status > STATUSES["permanent_resident"]])
    return _weight(point, foreign & ~insecure) / _weight(point, insecure)


@statistic("2018")
def latino_ladder(point: Point) -> float:
    """Mean threat of US-born Latino adults over that of the undocumented."""
    latino = point.people.ethnicity == ETHNICITIES["latino"]
    born = latino & (point.people.status == STATUSES["us_born"])
    return _weight(point, born) / _weight(point, point.people.status == STATUSES["undocumented"])


@statistic("2018")
def all_latino_ladder(point: Point) -> float:
    """Mean threat of all Latino adults over that of the undocumented."""
    latino = point.people.ethnicity == ETHNICITIES["latino"]
    return _weight(point, latino) / _weight(point, point.people.status == STATUSES["undocumented"])
