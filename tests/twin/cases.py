"""The runs on which engine and twin are compared, lively enough that every rule is met."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from model.city import load_city
from model.layer_files import regime_names
from model.ledger import CONTACTS, DETAINER_OUTCOMES, PLACES, Ledger
from model.policy_model import simulate as simulate_engine
from model.population import Population, synthesise
from model.rates import Rates, solve_rates
from model.registry import load_parameters
from model.scenario import Raid, Scenario, scenario
from model.schema import CHANNELS, CRIMES, STATUSES
from tests.twin.compare import outcomes
from tests.twin.model import Twin, simulate

#: Rates at which a city of 3,000 meets in half a year what Chicago meets in a week.
LIVELY = {
    "exposure": 40.0,
    "hand_over_percent": 1.0,
    "hand_over_notified": 0.5,
    "judicial_warrant_share": 0.1,
    "mistaken_citizen": 0.01,
    "jail_share": 0.4,
    "jail_days": 10.0,
    "prison_share_felony": 0.5,
    "prison_days": 30.0,
    "interview_lead": 0.5,
    "return_days": 30.0,
    "return_share": 0.6,
    "record_lead": 0.2,
    "bystander_arrest": 0.4,
    "operation_visits": 800.0,
    "joint_persons": 30.0,
    "court_rate": 10.0,
    "court_arrest": 0.4,
    "certification_request_share": 0.5,
    "leverage": 1.0,
    "hand_over_lock_up": 0.7,
    "hand_over_notified_prison": 0.8,
    "told_lead": 0.5,
    # An area has some 40 residents here: one visit must not silence it for good.
    "alarm_residents": 1000.0,
}
SCALE = 0.0011
DAYS = 180

FILES = {
    "turns.toml": """
name = "turns"
title = "Turns"
summary = "Laws and postures that change while the run goes on."
[[steps]]
date = 2021-11-20
layers = ["trust-2017", "full-cooperation"]
[[steps]]
date = 2022-01-01
posture = "2025-surge"
[[steps]]
date = 2022-02-10
layers = ["way-forward-2021", "welcoming-2021"]
[[steps]]
date = 2022-03-15
repeal = ["way-forward-2021", "trust-2017"]
""",
    "courts.toml": """
name = "courts"
title = "Courts"
summary = "Arrests in courthouses, and little else."
source = "assumption"
fingerprint_match = false
lodge = [0.0, 0.0, 0.0, 0.0]
at_large_percent = 0.05
target_weight = [1.0, 0.0, 2.0, 0.5]
raids_per_year = 0
joint_operations_per_year = 0
courthouse = true
""",
}


def _day(number: int) -> dt.date:
    return dt.date(2022, 1, 1) + dt.timedelta(number)


RAIDS = (
    Raid(announced=_day(10), begins=_day(20), days=10, visits=2000, leaked=True),
    Raid(announced=_day(40), begins=_day(50), days=5, visits=500, called_off=True),
    Raid(announced=_day(80), begins=_day(80), days=8, visits=3000),
)
SURPRISE = (Raid(announced=_day(30), begins=_day(30), days=6, visits=2500),)
SPECIAL: dict[str, dict[str, Any]] = {
    "raids": {"raids": RAIDS, "environment": "E1", "regime": "ice-ban-2019"},
    "turns": {
        "timeline": "turns.toml",
        "start": dt.date(2021, 11, 1),
        "environment": "E1",
        "seed": 21,
    },
    "history": {"timeline": "chicago-history", "start": dt.date(2020, 12, 1), "seed": 22},
    "believed": {
        "regime": "full-cooperation",
        "believed": "no-contact",
        "environment": "E2",
        "posture": "2015-priority",
        "parameters": LIVELY | {"stop_arrest_share": 0.4, "jail_share": 0.1},
        "seed": 23,
    },
    "prisons": {
        "environment": "E3",
        "posture": "2025-surge",
        "parameters": LIVELY | {"prison_share_felony": 0.5, "undocumented_arrest_ratio": 1.5},
        "seed": 32,
    },
    "courts": {"posture": "courts.toml", "environment": "E0", "seed": 8},
    "littletown": {
        "city": "littletown",
        "scale": 0.07,
        "regime": "full-cooperation",
        "environment": "E0",
        "posture": "2011-secure-communities",
        "parameters": LIVELY | {"exposure": 100.0},
        "days": 120,
        "seed": 25,
    },
}
#: Fields of a scenario by case: every regime under two environments, and each special thing.
CASES: dict[str, dict[str, Any]] = {
    f"{regime} {environment}": {
        "regime": regime,
        "environment": environment,
        "posture": posture,
        "seed": number,
        "days": days,
        "raids": SURPRISE,
    }
    for number, regime in enumerate(regime_names())
    for environment, posture, days in (("E0", "2017-2019", DAYS), ("E3", "2025-surge", DAYS // 3))
} | SPECIAL


def setting_of(name: str, folder: Path) -> Scenario:
    """The scenario of a case; its files of law are written into `folder`."""
    fields = {"scale": SCALE, "days": DAYS, "parameters": LIVELY, **CASES[name]}
    for key in ("timeline", "posture"):
        if fields.get(key) in FILES:
            path = folder / fields[key]
            path.write_text(FILES[fields[key]], encoding="utf-8")
            fields[key] = str(path)
    return scenario(fields)


@dataclass(frozen=True)
class World:
    """A city with its levels, made once for a scenario's seed, parameters and baseline."""

    population: Population
    rates: Rates


def world(setting: Scenario) -> World:
    """The city of a scenario, as the engine makes it."""
    values = load_parameters(setting.parameters)
    population = synthesise(
        load_city(setting.city), seed=setting.seed, scale=setting.scale, parameters=values
    )
    return World(population, solve_rates(population, values, setting))


def engine_run(setting: Scenario, made: World) -> Ledger:
    """The engine's ledger, events and all."""
    return simulate_engine(
        setting, population=made.population, rates=made.rates, event_log=True
    )


def twin_run(setting: Scenario, made: World) -> Twin:
    """The twin after the same run."""
    return simulate(setting, population=made.population, rates=made.rates)


def tally(ledger: Ledger, people: Population) -> Counter:
    """How often each kind of event was met, by name, and the month's sums."""
    met: Counter = Counter()
    events = ledger.events()
    citizen = people.status <= STATUSES["naturalized"]
    for crime, fate in _rows(events["incident"], "crime", "fate"):
        met.update([CRIMES.names[crime], *outcomes(fate)])
    for kind, times in Counter(events["contact"]["kind"].tolist()).items():
        met[CONTACTS[kind]] += times
    for who, place, outcome in _rows(events["detainer"], "person", "place", "outcome"):
        done = DETAINER_OUTCOMES[outcome]
        met.update([done, f"{PLACES[place]} {done}"])
        met["detainer on a citizen"] += bool(citizen[who]) and done == "lodged"
    for who, channel in _rows(events["encounter"], "person", "channel"):
        name = CHANNELS.names[channel]
        met[name] += 1
        met["at_large"] += name.startswith("at_large")
        met["raid"] += name.startswith("raid")
        met["citizen met by mistake"] += bool(citizen[who]) and name in PLACES
        met["citizen met as a bystander"] += bool(citizen[who]) and name.endswith("bystander")
    city = ledger.frames()["city"].drop(columns="month")
    met.update(city.sum().to_dict())
    return met


def _rows(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[int, ...]]:
    return zip(*(frame[column].tolist() for column in columns), strict=True)
