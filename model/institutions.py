"""The institutions: the only agents that Mesa keeps itself, in ``model.agents``.

They act in the rooms of the day, on columns; here they answer what the law lets them do and what
has passed through their hands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NoReturn

import mesa
import numpy as np

from model.agents import ROW_AGENTS, IceTeam, Officer, Resident
from model.columns import ColumnSet
from model.ice import LOST
from model.ledger import PLACES
from model.schema import FIRST_NONCITIZEN
from model.space import make_space

if TYPE_CHECKING:
    from model.policy_model import PolicyModel
    from model.stack import Permission


class Lasting(mesa.Agent):
    """An agent that the model keeps to its end."""

    def remove(self) -> NoReturn:
        """Refused: the day is not run without it.

        Raises
        ------
        TypeError
            Always, and so for ``model.remove_all_agents()``.
        """
        raise TypeError(
            f"{self!r} cannot be removed: institutions and the rows of residents, officers and ICE "
            "teams are the model; agents of your own leave by their own remove()"
        )


class Institution(Lasting):
    """A body that the law binds: `actor` is its name there."""

    actor: ClassVar[str]

    def permission(self, action: str, recipient: str | None = None) -> Permission:
        """What today's law lets it do, with the texts that say so; see `Stack.permission`.

        Raises
        ------
        BadInput
            If there is no such action or recipient.
        """
        return self.model.law.permission(self.actor, action, recipient)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}>"


class PoliceDistrict(Institution):
    """A police district, its officers and its residents.

    Parameters
    ----------
    index
        Its place among the city's districts, from 0.
    """

    actor = "patrol"

    def __init__(self, model: PolicyModel, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.number = int(model.population.city.districts[index])

    @property
    def officers(self) -> ColumnSet[Officer]:
        """Who serves in it."""
        start = self.model.population.officer_start
        return ColumnSet(self.model, Officer, np.arange(start[self.index], start[self.index + 1]))

    @property
    def residents(self) -> ColumnSet[Resident]:
        """Who lives in its areas."""
        people = self.model.population
        areas = np.flatnonzero(people.city.district == self.index)
        start = people.area_start
        rows = [np.arange(start[area], start[area + 1]) for area in areas]
        return ColumnSet(self.model, Resident, np.concatenate(rows))

    @property
    def contacts(self) -> int:
        """Contacts so far of its officers with non-citizens."""
        return self.officers.agg("contacts", sum)

    def __repr__(self) -> str:
        return f"<PoliceDistrict {self.number}>"


class Custodian(Institution):
    """A place of custody."""

    @property
    def detainers_pending(self) -> int:
        """Persons held there whose detainer is not decided yet."""
        return sum(int(lodged.sum()) for _, lodged in self._held())

    @property
    def noncitizens_held(self) -> int:
        """Non-citizens held there."""
        status = self.model.population.status
        first = FIRST_NONCITIZEN
        return sum(int((status[who] >= first).sum()) for who, _ in self._held())

    def _held(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Residents held whose release is tracked, and whether a detainer was lodged."""
        place = PLACES.index(self.actor)
        bookings = [one for day in self.model.state.custody.values() for one in day]
        here = [booking.place == place for booking in bookings]
        return [
            (booking.resident[at], booking.lodged[at])
            for booking, at in zip(bookings, here, strict=True)
        ]


class LockUp(Custodian):
    """The police lock-ups, as one."""

    actor = "lock_up"


class CountyJail(Custodian):
    """The county's jail."""

    actor = "jail"


class StatePrison(Custodian):
    """The state's prisons, as one."""

    actor = "prison"


class FieldOffice(Lasting):
    """ICE's field office: its teams, leads and capacity under today's posture."""

    @property
    def teams(self) -> ColumnSet[IceTeam]:
        """The field teams."""
        return ColumnSet(self.model, IceTeam)

    @property
    def visits(self) -> int:
        """Visits of all teams so far."""
        return self.teams.agg("visits", sum)

    @property
    def leads(self) -> int:
        """Persons on the list of leads."""
        return int((self.model.leads.origin != LOST).sum())

    @property
    def visits_a_day(self) -> float:
        """Visits a day for which the posture has teams."""
        return self.model.field.visits_a_day(self.model.posture, self.model.values)

    def __repr__(self) -> str:
        return f"<FieldOffice {self.unique_id}: {len(self.teams)} teams>"


def make_institutions(model: PolicyModel) -> None:
    """Register residents, officers and teams, make the institutions and the map.

    Gives the model ``police_districts``, ``lock_up``, ``jail``, ``prison``, ``field_office``,
    ``space`` and ``areas`` (its cells, by index).
    """
    # Rows have the first unique ids, so that agents which Mesa numbers itself come after them.
    model.agent_id_counter += sum(kind.count(model) for kind in ROW_AGENTS)
    for kind in ROW_AGENTS:
        model.agents_by_type[kind] = ColumnSet(model, kind, registered=True)
    model.police_districts = tuple(
        PoliceDistrict(model, index) for index in range(len(model.population.city.districts))
    )
    model.lock_up, model.jail, model.prison = LockUp(model), CountyJail(model), StatePrison(model)
    model.field_office = FieldOffice(model)
    model.space = make_space(model)
    model.areas = tuple(model.space)
