"""Small lively cities, made once, and the histories that they have under a scenario."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.city import City, load_city
from model.layer_files import FOLDER
from model.ledger import EVENTS, Ledger
from model.policy_model import PolicyModel
from model.population import Population, synthesise
from model.rates import Rates, solve_rates
from model.registry import load_parameters
from model.scenario import Scenario, scenario

#: Rates at which a hundredth of Chicago meets ICE in three months as the whole does in a fortnight.
LIVELY = {
    "exposure": 20.0,
    "hand_over_percent": 1.0,
    "hand_over_lock_up": 0.8,
    "jail_days": 10.0,
    "prison_days": 30.0,
    "judicial_warrant_share": 0.05,
    "mistaken_citizen": 0.01,
    "record_lead": 0.05,
    "return_days": 30.0,
}
#: Nothing that residents feel or learn differs between regimes: fear, support, and what an
#: officer's question or abuse does to trust.
UNMOVED = {
    "chilling": 0.0,
    "survivor_support_logit": 0.0,
    "survey_fear": 0.0,
    "status_question_trust_loss": 0.0,
    "abuse_trust_loss": 0.0,
}
START = dt.date(2022, 1, 1)


class World(NamedTuple):
    """A city's residents and their solved levels."""

    population: Population
    rates: Rates


def lively(**fields: Any) -> Scenario:
    """A lively scenario of a hundredth of Chicago, under the ordinance alone."""
    parameters = LIVELY | fields.pop("parameters", {})
    given = {"scale": 0.01, "days": 90, "seed": 1, "environment": "E0", **fields}
    return scenario({**given, "parameters": parameters})


def world(setting: Scenario) -> World:
    """The city of a scenario; made once for all regimes."""
    return _world(
        setting.city,
        setting.scale,
        setting.seed,
        tuple(sorted(setting.parameters.items())),
        setting.baseline,
        setting.environment,
        setting.start,
    )


@cache
def _world(
    city: str,
    scale: float,
    seed: int,
    parameters: tuple[tuple[str, float], ...],
    baseline: str,
    environment: str,
    start: dt.date,
) -> World:
    values = load_parameters(dict(parameters))
    population = synthesise(load_city(city), seed=seed, scale=scale, parameters=values)
    setting = Scenario(baseline=baseline, environment=environment, start=start)
    return World(population, solve_rates(population, values, setting))


def world_of(city: City, setting: Scenario) -> World:
    """The world of a city that is no folder."""
    values = load_parameters(setting.parameters)
    population = synthesise(city, seed=setting.seed, scale=setting.scale, parameters=values)
    return World(population, solve_rates(population, values, setting))


def model_of(setting: Scenario, made: World | None = None) -> PolicyModel:
    """A model before its first day, with an event log."""
    population, rates = made or world(setting)
    return PolicyModel(setting, population=population, rates=rates, event_log=True)


def play(
    setting: Scenario,
    made: World | None = None,
    change: Callable[[PolicyModel], None] | None = None,
) -> Ledger:
    """The history of a scenario, after a `change` to the model before its first day."""
    model = model_of(setting, made)
    if change:
        change(model)
    return model.run()


@cache
def _history(setting_as_json: str) -> Ledger:
    return play(Scenario.model_validate_json(setting_as_json))


def history(setting: Scenario) -> Ledger:
    """The history of a scenario, run once however many tests ask for it."""
    return _history(setting.model_dump_json())


@cache
def _log(ledger: Ledger) -> dict[str, pd.DataFrame]:
    return ledger.events()


@cache
def events(ledger: Ledger, kind: str) -> NDArray[np.int64]:
    """All events of a kind as rows (day, columns...), sorted: shape (n, columns)."""
    rows = _log(ledger)[kind].to_numpy(np.int64)
    return rows[np.lexsort(rows.T[::-1])]


def all_events(ledger: Ledger) -> dict[str, NDArray[np.int64]]:
    """`events` of every kind."""
    return {kind: events(ledger, kind) for kind in EVENTS}


def same_events(one: Ledger, other: Ledger) -> bool:
    """Whether two histories are the same, event for event."""
    first, second = all_events(one), all_events(other)
    return all(np.array_equal(first[kind], second[kind]) for kind in first)


def rows(table: NDArray[np.int64]) -> list[tuple[int, ...]]:
    """Rows as tuples."""
    return [tuple(row) for row in table.tolist()]


@cache
def tables(ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The frames of a ledger, made once."""
    return ledger.frames()


def city_sum(ledger: Ledger, name: str) -> float:
    """A city-wide sum over the months; 0 if it never occurred."""
    city = tables(ledger)["city"]
    return float(city[name].sum()) if name in city else 0.0


def regime_text(name: str) -> str:
    """The file of a regime that the model brings."""
    return (FOLDER / "ordinances" / f"{name}.toml").read_text(encoding="utf-8")
