"""The agents that are rows: residents, officers and ICE's teams, as Mesa users look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from model.faces import Column, Face, Ids, Rows, face, numbers
from model.schema import (
    AGES,
    CARVE_OUTS,
    CONVICTIONS,
    ETHNICITIES,
    LADDER,
    N_FLAGS,
    SEXES,
    STATUSES,
    Categories,
    class_names,
)
from model.state import NEVER

if TYPE_CHECKING:
    from model.institutions import FieldOffice, PoliceDistrict
    from model.policy_model import PolicyModel
    from model.space import Area

#: The carve-out classes of every value that the flags can take.
FLAG_NAMES = tuple(map(class_names, range(N_FLAGS)))


class Officer(Face):
    """A police officer. Contacts count from the run's first day."""

    __slots__ = ()
    plural: ClassVar[str] = "officers"
    links: ClassVar[tuple[str, ...]] = ("institution",)
    columns: ClassVar[dict[str, Column]] = {
        "unique_id": Column(
            "Number of the agent in its model.",
            lambda m, rows: _ids(m, Officer, rows) + 1 + Resident.count(m),
        ),
        "district": Column(
            "Number of the police district.",
            lambda m, rows: m.population.officer_district[rows],
            lambda m: m.population.city.districts,
        ),
        "compliance": Column(
            "Probability of following the ordinance on one occasion.",
            lambda m, rows: m.population.officer_compliance[rows],
        ),
        "contacts": Column(
            "Contacts with non-citizens so far, in which the ordinance mattered.",
            lambda m, rows: _snapshot(m.officer_contacts, rows),
        ),
    }

    @classmethod
    def count(cls, model: PolicyModel) -> int:
        """Officers of the simulated city."""
        return model.population.n_officers

    @property
    def institution(self) -> PoliceDistrict:
        """The police district."""
        return self.model.police_districts[int(self.model.population.officer_district[self.row])]

    def __repr__(self) -> str:
        return f"<Officer {self.row} (synthetic): district {self.district}>"


class IceTeam(Face):
    """A field team of ICE."""

    __slots__ = ()
    plural: ClassVar[str] = "ICE teams"
    links: ClassVar[tuple[str, ...]] = ("institution",)
    columns: ClassVar[dict[str, Column]] = {
        "unique_id": Column(
            "Number of the agent in its model.",
            lambda m, rows: _ids(m, IceTeam, rows) + 1 + Resident.count(m) + Officer.count(m),
        ),
        "visits": Column("Visits so far.", lambda m, rows: _visits(m, rows)),
    }

    @classmethod
    def count(cls, model: PolicyModel) -> int:
        """Teams of the field office."""
        return len(model.field.team_visits)

    @property
    def institution(self) -> FieldOffice:
        """The field office."""
        return self.model.field_office

    def __repr__(self) -> str:
        return f"<IceTeam {self.row} (synthetic): {self.visits} visits>"


def _ids(model: PolicyModel, kind: type[Face], rows: Rows) -> Ids:
    return np.arange(kind.count(model)) if isinstance(rows, slice) else rows


def _visits(model: PolicyModel, rows: Rows) -> np.ndarray:
    return _snapshot(model.field.team_visits, rows)


def _snapshot(column: np.ndarray, rows: Rows) -> np.ndarray:
    """Rows of a column that runs write to: always a copy, so that nobody writes to it unawares."""
    return column.copy() if isinstance(rows, slice) else column[rows]


def _stored(name: str, meaning: str, categories: Categories | None = None) -> Column:
    """A column of the population."""
    names = categories and categories.names
    return Column(
        meaning,
        lambda m, rows: getattr(m.population, name)[rows],
        (lambda m: names) if names else None,
    )


def _recorded(bit: int) -> Column:
    name = CARVE_OUTS.names[bit].replace("_", " ")
    return Column(
        f"Recorded in the carve-out class {name}, rightly or not.",
        lambda m, rows: (m.population.flags[rows] & np.uint8(1 << bit)) > 0,
    )


def _set_trust(model: PolicyModel, who: Ids, value: Any) -> None:
    wanted = numbers("trust", value, -np.inf, np.inf)
    change = wanted - model.population.trust[who]
    model.state.trust_change.put(who, change, model.today.day)


def _set_heard(model: PolicyModel, who: Ids, value: Any) -> None:
    model.state.heard.put(who, numbers("heard", value, 0, 1e6), model.today.day)


def _set_away_until(model: PolicyModel, who: Ids, value: Any) -> None:
    model.state.away_until[who] = numbers("away_until", value, 0, int(NEVER)).astype(np.int32)


class Resident(Face):
    """A synthetic resident of the city; nothing about a resident is finer than the area."""

    __slots__ = ()
    plural: ClassVar[str] = "residents"
    links: ClassVar[tuple[str, ...]] = ("household_members", "cell")
    columns: ClassVar[dict[str, Column]] = {
        "unique_id": Column(
            "Number of the agent in its model.", lambda m, rows: _ids(m, Resident, rows) + 1
        ),
        "area": _stored("area", "Index of the community area, from 0."),
        "area_name": Column(
            "Name of the community area.",
            lambda m, rows: m.population.area[rows],
            lambda m: m.population.city.names,
        ),
        "household": _stored("household", "Index of the household."),
        "age": _stored("age", "Age band in years.", AGES),
        "sex": _stored("sex", "Sex.", SEXES),
        "ethnicity": _stored("ethnicity", "Ethnicity.", ETHNICITIES),
        "limited_english": _stored("limited_english", "Speaks English less than very well."),
        "status": _stored("status", "Legal status.", STATUSES),
        "mixed": _stored("mixed", "Lives in a household with undocumented and other members."),
        "conviction": _stored("conviction", "Gravest conviction.", CONVICTIONS),
        "carve_outs": Column(
            "Carve-out classes in which the person is recorded, rightly or not.",
            lambda m, rows: m.population.flags[rows],
            lambda m: FLAG_NAMES,
        ),
        **{name: _recorded(bit) for bit, name in enumerate(CARVE_OUTS)},
        "gang_error": _stored("gang_error", "In the gang database without grounds."),
        "follows_news": _stored("follows_news", "Hears of announcements and threats."),
        "rung": _stored("ladder", "Rung of the threat ladder: who feels enforcement.", LADDER),
        "threat_weight": Column(
            "How much of the threat is felt, 1 for the undocumented.",
            lambda m, rows: _snapshot(m.belief.weight, rows),
        ),
        "trust": Column(
            "Trust in the police today, in standard deviations.",
            lambda m, rows: m.trust(_ids(m, Resident, rows)),
            write=_set_trust,
        ),
        "heard": Column(
            "Hand-overs heard of, faded to today.",
            lambda m, rows: m.state.heard.read(_ids(m, Resident, rows), m.today.day),
            write=_set_heard,
        ),
        "threat": Column(
            "Perceived threat of enforcement today, an index.",
            lambda m, rows: m.belief.threat(
                m.population, m.state, _ids(m, Resident, rows), m.today.day
            ),
        ),
        "at_liberty": Column(
            "Neither in custody today nor taken out of the city.",
            lambda m, rows: m.state.away_until[rows] <= m.today.day,
        ),
        "away_until": Column(
            "First day of being (again) at liberty, an ordinal of the calendar; 0 if never away.",
            lambda m, rows: _snapshot(m.state.away_until, rows),
            write=_set_away_until,
        ),
    }

    @classmethod
    def count(cls, model: PolicyModel) -> int:
        """Residents of the simulated city."""
        return model.population.n

    @property
    def household_members(self) -> tuple[Resident, ...]:
        """Everyone of the household, this resident included, the householder first."""
        start = self.model.population.household_start
        home = self.household
        return tuple(
            face(Resident, self.model, row) for row in range(int(start[home]), int(start[home + 1]))
        )

    @property
    def cell(self) -> Area:
        """The community area, a cell of ``model.space``."""
        return self.model.areas[self.area]

    def __repr__(self) -> str:
        what = ", ".join((self.age, self.sex, self.ethnicity, self.status, self.area_name))
        return f"<Resident {self.row} (synthetic person): {what}>"


#: Every type of agent that is a row, in the order of their unique ids.
ROW_AGENTS: tuple[type[Face], ...] = (Resident, Officer, IceTeam)
