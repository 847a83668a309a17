"""The runs behind a design: every place under every date of adoption, and never, with one chance.

A city's law holds for all its areas, so each cohort has a run of its own in which all places adopt
on its date; a place's data are those of the run of its own cohort. The run without adoption, on
the same seeds, is what the true effect is measured against.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.replication.counties import areas_as_places, sample_counties, write_counties
from experiments.replication.design import LAYERS, Change, Design, Stratum, own
from experiments.replication.measures import Events, Periods
from experiments.settings import days_of
from model.city import load_city
from model.policy_model import simulate
from model.population import Population, synthesise
from model.rates import solve_rates
from model.registry import load_parameters
from model.scenario import Raid, Scenario, scenario

#: Data of places that never adopt; and the world in which nobody does.
NEVER, NOWHERE = -1, -2
FREQUENCY = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}


@dataclass(frozen=True)
class Plan:
    """Who adopts when. ``cohort`` (places,) indexes `dates`, `NEVER` where a place does not."""

    places: pd.DataFrame
    dates: tuple[dt.date, ...]
    cohort: NDArray[np.int64]
    stratum: NDArray[np.int64]
    periods: Periods


@dataclass(frozen=True)
class Run:
    """One run's events, for the places of one stratum and one cohort.

    ``rows`` are those places among all. `NOWHERE` is the world without any adoption; it is
    `NEVER`'s too where no news crosses borders.
    """

    rows: NDArray[np.int64]
    cohort: int
    events: Events
    people: Population


def plan(design: Design, seed: int) -> Plan:
    """Places, dates of adoption and strata of one seed."""
    world = design.world
    if world.city is None:
        places = sample_counties(world.counties, seed)
    else:
        places = areas_as_places(load_city(world.city))
    timing, n = design.timing, len(places)
    last = timing.last or timing.first
    step = (last - timing.first) / max(timing.cohorts - 1, 1)
    dates = tuple(timing.first + round(step / dt.timedelta(1) * one) * dt.timedelta(1)
                  for one in range(timing.cohorts))
    dice = np.random.default_rng([seed, 2])
    late = dice.normal(size=n)
    for name, weight in timing.earlier_with.items():
        late -= weight * (places[f"rank_{name}"] - 0.5).to_numpy() * np.sqrt(12)
    order = np.argsort(late)
    adopting = n - round(timing.never * n)
    cohort = np.full(n, NEVER)
    cohort[order[:adopting]] = np.arange(adopting) * timing.cohorts // max(adopting, 1)
    if timing.largest:
        cohort[:] = NEVER
        cohort[np.argsort(-places["size"].to_numpy(), kind="stable")[: timing.largest]] = 0
    stratum = np.zeros(n, np.int64)
    for number, one in enumerate(world.strata):
        within = np.ones(n, bool)
        for name, (low, high) in one.where.items():
            rank = places[f"rank_{name}"].to_numpy()
            within &= (rank >= low) & (rank <= high)
        stratum[within] = number
    return Plan(places, dates, cohort, stratum, _periods(design))


def _periods(design: Design) -> Periods:
    first = design.start
    last = first + dt.timedelta(days=days_of(first, design.years) - 1)
    found = pd.period_range(first, last, freq=FREQUENCY[design.period])
    edges = [max(one.start_time.date(), first).toordinal() for one in found]
    edges.append(last.toordinal() + 1)
    return Periods(np.array(edges, np.int64), tuple(map(str, found)))


@contextmanager
def runs(
    design: Design, asked: Plan, seed: int, drawn: Mapping[str, float] | None = None
) -> Iterator[Iterator[Run]]:
    """The runs of one seed, made one by one; files that they need are gone afterwards.

    `drawn` are parameters of a posterior; what the design itself states comes before them.
    """
    with tempfile.TemporaryDirectory(prefix="carveout-") as name:
        folder = Path(name)
        for path in LAYERS.glob("*.toml"):
            shutil.copy(path, folder)
        yield _runs(design, asked, seed, folder, drawn or {})


def _runs(
    design: Design, asked: Plan, seed: int, folder: Path, drawn: Mapping[str, float]
) -> Iterator[Run]:
    for number, stratum in enumerate(design.world.strata):
        rows = np.flatnonzero(asked.stratum == number)
        here = set(asked.cohort[rows].tolist())
        if not here:
            continue
        city = design.world.city
        if city is None:
            place = folder / f"counties-{number}"
            place.mkdir()
            counties = asked.places.iloc[rows]
            city = str(write_counties(place, counties, design.world.residents))
        setting = _setting(design, stratum, seed, city, drawn)
        values = load_parameters(setting.parameters)
        people = synthesise(
            load_city(city), seed=seed, scale=setting.scale, parameters=values
        )
        rates = None
        nowhere = {NOWHERE} if design.timing.announced else set()
        for cohort in sorted(here | {NEVER} | nowhere):
            date = asked.dates[cohort] if cohort >= 0 else None
            timeline = _timeline(design, date, folder / f"run-{number}-{cohort}.toml")
            one = setting.but(timeline=str(timeline), raids=_raids(design, asked, cohort, date))
            if rates is None:
                rates = solve_rates(people, values, one)
            ledger = simulate(one, population=people, rates=rates, event_log=True)
            yield Run(rows, cohort, ledger.events(), people)


def _setting(
    design: Design, stratum: Stratum, seed: int, city: str, drawn: Mapping[str, float]
) -> Scenario:
    return scenario({
        "regime": stratum.regime or design.before.regime, "baseline": design.before.baseline,
        "environment": "E0", "city": city, "scale": design.world.scale, "seed": seed,
        "start": design.start, "days": days_of(design.start, design.years),
        "parameters": {**drawn, **design.parameters, **stratum.parameters},
    })


def _raids(
    design: Design, asked: Plan, cohort: int, date: dt.date | None
) -> tuple[Raid, ...]:
    """The operation that adoption brings, and the news of each cohort's start everywhere."""
    treatment = design.treatment
    raids = []
    if date is not None and treatment.days:
        raids.append(Raid(announced=date, begins=date, days=treatment.days,
                          visits=treatment.visits))
    if design.timing.announced and cohort != NOWHERE:
        raids += [
            Raid(announced=day, begins=day, days=1, visits=0, called_off=True)
            for day in asked.dates
        ]
    return tuple(raids)


def _timeline(design: Design, date: dt.date | None, path: Path) -> Path:
    """The dated law of one run as a file: what stood before, the nation's changes, adoption."""
    steps: dict[dt.date, list[Change]] = {
        design.start: [Change(layers=design.before.layers, posture=design.before.posture)]
    }
    for one in design.national:
        steps.setdefault(one.date, []).append(one)
    if date is not None:
        steps.setdefault(date, []).append(design.treatment)
    lines = ['name = "run"', 'title = "One run"', 'summary = "Made for a replication."']
    for day in sorted(steps):
        lines += ["", "[[steps]]", f"date = {day}"]
        for key in ("layers", "repeal"):
            names = [name for one in steps[day] for name in getattr(one, key)]
            if key == "layers":
                names = [own(name) for name in names]
            if names:
                lines.append(f"{key} = [{', '.join(f'"{name}"' for name in names)}]")
        postures = [one.posture for one in steps[day] if one.posture]
        if postures:
            lines.append(f'posture = "{own(postures[-1])}"')
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
