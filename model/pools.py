"""Who may be picked: static lists of residents by area, so that a keyed draw is one look-up.

A list depends on the population alone, never on the run, and is ordered by area: a resident who is
added in an area of their own comes last and moves nobody else's place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.dice import Dice
from model.population import Population
from model.registry import Parameters
from model.risks import arrest_risk
from model.schema import ADULT, FIRST_NONCITIZEN

#: Places in the list of offenders for a relative risk of one: keeps it shorter than the city.
PLACES_PER_RISK = 0.1


@dataclass(frozen=True)
class Pool:
    """Residents grouped by area: those of area ``a`` are ``ids[start[a]:start[a + 1]]``."""

    ids: NDArray[np.int32]
    start: NDArray[np.int64]

    def pick(
        self, area: NDArray[np.integer], u: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """A resident of each `area` by a uniform draw; -1 where the area has none."""
        first = self.start[area]
        size = self.start[area + 1] - first
        place = first + (u * size).astype(np.int64)
        if len(self.ids) == 0:
            return np.full(len(place), -1, np.int64)
        return np.where(size > 0, self.ids[np.minimum(place, len(self.ids) - 1)], -1)


    def pick_another(
        self, area: NDArray[np.integer], u: NDArray[np.float64], before: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """A resident of each `area` who is not whom the draw `before` picks there; -1 where the
        area has no other."""
        size = self.start[area + 1] - self.start[area]
        place = (u * (size - 1)).astype(np.int64)
        place += place >= (before * size).astype(np.int64)
        if len(self.ids) == 0:
            return np.full(len(place), -1, np.int64)
        row = np.minimum(self.start[area] + place, len(self.ids) - 1)
        return np.where(size > 1, self.ids[row], -1)


def pool(population: Population, ids: NDArray[np.integer]) -> Pool:
    """Group ascending resident `ids` (repeats weigh) by area."""
    return Pool(ids.astype(np.int32), np.searchsorted(ids, population.area_start))


@dataclass(frozen=True)
class Pools:
    """The pools of one population under one set of parameters."""

    population: Population
    parameters: Parameters

    @cached_property
    def adults(self) -> Pool:
        """Who can be a bystander."""
        return pool(self.population, np.flatnonzero(self.population.age >= ADULT))

    @cached_property
    def feelers(self) -> Pool:
        """Who feels the threat at all: the only residents who carry news and alarm."""
        population = self.population
        return pool(population, np.flatnonzero((population.ladder > 0) | population.mixed))

    @cached_property
    def callers(self) -> NDArray[np.int32]:
        """Adults who feel the threat: the only ones whose calls are simulated; ascending ids."""
        feelers = self.feelers.ids
        return feelers[self.population.age[feelers] >= ADULT]

    @cached_property
    def removables(self) -> Pool:
        """Non-citizens, whom ICE may look for."""
        return pool(
            self.population,
            np.flatnonzero(self.population.status >= FIRST_NONCITIZEN),
        )

    @cached_property
    def offenders(self) -> Pool:
        """Who commits the crimes: adolescents and adults, repeated in proportion to the risk."""
        people, values = self.population, self.parameters
        weight = arrest_risk(values)[people.age, people.sex, people.status, people.conviction]
        u = Dice(people.seed).uniform_range("offender-places", 0, 0, people.n)
        places = np.floor(PLACES_PER_RISK * weight + u).astype(np.int64)
        return pool(people, np.repeat(np.arange(people.n), places))
