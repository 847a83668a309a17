"""The runs on which engine and twin are compared, lively enough that every rule is met."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from model.city import load_city
from model.layer_files import regime_names
from model.ledger import EVENTS, Ledger
from model.policy_model import simulate as simulate_engine
from model.population import Population, synthesise
from model.rates import Rates, solve_rates
from model.registry import load_parameters
from model.scenario import Raid, Scenario, scenario
from tests.twin.compare import NAMES, differences
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
    "leverage_logit": 0.5,
}
SCALE = 0.0011
DAYS = 180

START = dt.date(2022, 1, 1)
RAIDS = (
    Raid(
        announced=START + dt.timedelta(10),
        begins=START + dt.timedelta(20),
        days=10,
        visits=2000,
        leaked=True,
    ),
    Raid(
        announced=START + dt.timedelta(40), begins=START + dt.timedelta(50), days=5, called_off=True
    ),
    Raid(
        announced=START + dt.timedelta(80), begins=START + dt.timedelta(80), days=8, visits=3000
    ),
)
TIMELINE = """
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
"""
COURTHOUSE = """
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
"""


@dataclass(frozen=True)
class World:
    """A city with its levels, made once for a scenario's seed, parameters and baseline."""

    population: Population
    rates: Rates


def cases(folder: Path) -> dict[str, Scenario]:
    """Scenarios by name: every regime under two environments, and one for each special thing.
    Files of laws and postures are written into `folder`."""
    (folder / "turns.toml").write_text(TIMELINE, encoding="utf-8")
    (folder / "courts.toml").write_text(COURTHOUSE, encoding="utf-8")
    regimes = {}
    for number, name in enumerate(regime_names()):
        for environment, posture in (("E0", "2017-2019"), ("E3", "2025-surge")):
            regimes[f"{name} {environment}"] = {
                "regime": name,
                "environment": environment,
                "posture": posture,
                "seed": number % 3,
            }
    special = {
        "raids": {"raids": RAIDS, "environment": "E1", "regime": "ice-ban-2019"},
        "turns": {
            "timeline": str(folder / "turns.toml"),
            "start": dt.date(2021, 11, 1),
            "environment": "E1",
            "seed": 5,
        },
        "history": {"timeline": "chicago-history", "start": dt.date(2020, 12, 1), "seed": 6},
        "believed": {
            "regime": "full-cooperation",
            "believed": "no-contact",
            "environment": "E2",
            "posture": "2015-priority",
            "seed": 7,
        },
        "courts": {"posture": str(folder / "courts.toml"), "environment": "E0", "seed": 8},
        "littletown": {"city": "littletown", "scale": 0.05, "environment": "E0", "seed": 9},
    }
    return {
        name: scenario({"scale": SCALE, "days": DAYS, "parameters": LIVELY, **fields})
        for name, fields in (regimes | special).items()
    }


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
