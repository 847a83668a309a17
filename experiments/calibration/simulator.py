"""From one set of parameters to the statistics of all targets, by the fewest and smallest runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from experiments import cache
from experiments.calibration.statistics import RUNS, STATISTICS, Point, Run
from experiments.outcomes import YEAR
from model.city import load_city
from model.population import Population
from model.rates import Rates, solve_rates
from model.registry import load_parameters
from model.scenario import Scenario, scenario


@lru_cache(maxsize=4)
def _population(city: str, seed: int, scale: float) -> Population:
    """Shared by all points of a seed: no calibrated parameter bears on who lives where."""
    return cache.population(load_city(city), load_parameters(), seed=seed, scale=scale)


def simulate_point(
    values: Mapping[str, float], seed: int, scale: float, names: Iterable[str] | None = None
) -> dict[str, float]:
    """The statistics of one set of parameters.

    Parameters
    ----------
    values
        Parameters by name; the others keep their defaults.
    seed
        Of all runs of the point.
    scale
        Share of the city in a run of size 1; a run takes `Run.size` of it, at most the whole.
    names
        Statistics wanted; all by default.

    Raises
    ------
    BadInput
        If a parameter is unknown or out of its range.
    """
    from model.policy_model import simulate

    frames: dict[str, Any] = {}
    levels: dict[str, Rates] = {}
    years = {}
    for name, run in RUNS.items():
        setting = run_scenario(run, values, seed, scale)
        people = _population(setting.city, seed, setting.scale)
        key = setting.but(believed=None, raids=(), days=1).model_dump_json()
        if key not in levels:
            levels = {key: solve_rates(people, load_parameters(setting.parameters), setting)}
        ledger = simulate(setting, population=people, rates=levels[key], event_log=run.log)
        frames[name] = ledger.events() if run.log else ledger.frames()
        years[name] = setting.scale * setting.days / YEAR
        if name == "2018":
            whole = people, levels[key]
    people, rates = whole
    point = Point(frames, people, rates, rates.parameters, years)
    wanted = STATISTICS if names is None else names
    return {name: STATISTICS[name][0](point) for name in wanted}


def run_scenario(run: Run, values: Mapping[str, float], seed: int, scale: float) -> Scenario:
    """The scenario of one of a point's runs."""
    defaults = load_parameters()
    parameters = {**values, **run.fixed}
    for name, factor in run.factor.items():
        parameters[name] = factor * parameters.get(name, defaults[name])
    size = min(1.0, scale * run.size)
    return scenario({**run.scenario, "seed": seed, "scale": size, "parameters": parameters})
