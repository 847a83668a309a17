"""The map: community areas as cells of a Mesa space, neighbours connected.

An area shows rates and shares. How many undocumented residents it has, and anything from which
that number follows, is not among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from mesa.discrete_space import Cell, Network

from model.agents import Resident
from model.city_tables import RECORDED_TYPES
from model.columns import ColumnSet
from model.faults import BadInput, unknown

if TYPE_CHECKING:
    from model.policy_model import PolicyModel


class Area(Cell):
    """A community area; its ``coordinate`` is its own number, its ``position`` in degrees."""

    model: PolicyModel
    index: int

    @property
    def name(self) -> str:
        """The area's name."""
        return self.model.population.city.names[self.index]

    @property
    def district(self) -> int:
        """Number of its police district."""
        city = self.model.population.city
        return int(city.districts[city.district[self.index]])

    @property
    def residents(self) -> ColumnSet[Resident]:
        """The simulated residents."""
        start = self.model.population.area_start
        rows = np.arange(start[self.index], start[self.index + 1])
        return ColumnSet(self.model, Resident, rows)

    @property
    def foreign_born_share(self) -> float:
        """Share of residents born abroad, from the city's table."""
        return float(self.model.population.city.foreign_born_share[self.index])

    @property
    def median_income(self) -> float:
        """US dollars a year by household, from the city's table."""
        return float(self.model.population.city.median_income[self.index])

    @property
    def alarm(self) -> float:
        """Alarm from operations seen in the area and from announcements, in log odds today."""
        alarm = self.model.belief.alarm_now
        return float(alarm[self.index] + alarm[-1])

    def recorded_rate(self, kind: str = "all") -> float:
        """Crimes recorded by the police a year per 1,000 residents, from the city's table.

        Raises
        ------
        BadInput
            If there is no such type of recorded crime.
        """
        city = self.model.population.city
        if kind not in city.recorded:
            raise BadInput(unknown("recorded type", kind, RECORDED_TYPES))
        return float(1000 * city.recorded[kind][self.index] / city.population[self.index])

    def __repr__(self) -> str:
        return f"<Area {self.coordinate}: {self.name}>"


def make_space(model: PolicyModel) -> Network:
    """The areas as a network of cells, from the table of areas that share a border."""
    city = model.population.city
    graph = nx.Graph()
    graph.add_nodes_from(city.numbers.tolist())
    graph.add_edges_from(city.numbers[city.pairs].tolist())
    places = dict(
        zip(
            city.numbers.tolist(),
            np.stack([city.longitude, city.latitude], axis=1),
            strict=True,
        )
    )
    space = Network(graph, random=model.random, cell_klass=Area, layout=places)
    for index, area in enumerate(space):
        area.model, area.index = model, index
    return space
