"""Residents, households and officers: one object each, with what a run changes about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from model.registry import Parameters
from model.schema import AGES, CONVICTIONS, ETHNICITIES, SEXES, STATUSES
from tests.twin.courses import draw_history

if TYPE_CHECKING:
    from tests.twin.model import Twin

NEVER = 2**31 - 1
CHILDREN = ("0-11", "12-17")
FELONIES = ("nonviolent_felony", "violent_felony")
COLUMNS = (
    "household",
    "age",
    "sex",
    "ethnicity",
    "status",
    "conviction",
    "flags",
    "limited_english",
    "follows_news",
    "mixed",
    "trust",
)


class Fading:
    """A quantity that halves every `half_life` days."""

    __slots__ = ("day", "half_life", "value")

    def __init__(self, half_life: float, day: int) -> None:
        self.value, self.half_life, self.day = 0.0, half_life, day

    def read(self, day: int) -> float:
        """What is left on `day`."""
        return self.value * 2.0 ** (-(day - self.day) / self.half_life)

    def add(self, amount: float, day: int) -> None:
        """Add `amount` on `day`."""
        self.value, self.day = self.read(day) + amount, day


class Household:
    """A home: its place in the city, its area, its members, the householder first."""

    __slots__ = ("area", "members", "number")

    def __init__(self, number: int, area: int) -> None:
        self.number, self.area = number, area
        self.members: list[Resident] = []


class Resident(mesa.Agent):
    """One resident. Categories are kept by name."""

    def __init__(self, model: Twin, who: int, home: Household, cell: int, row: tuple) -> None:
        super().__init__(model)
        values = model.values
        self.who, self.home, self.cell = who, home, cell
        _, age, sex, ethnicity, status, conviction, self.flags, *rest = row
        self.limited_english, self.follows_news, self.mixed, self.baseline_trust = rest
        self.age, self.sex = AGES.names[age], SEXES.names[sex]
        self.ethnicity, self.status = ETHNICITIES.names[ethnicity], STATUSES.names[status]
        self.conviction = CONVICTIONS.names[conviction]
        self.citizen = self.status in ("us_born", "naturalized")
        self.adult = self.age not in CHILDREN
        self.removable = removable(self, values)
        self.rung = rung(self)
        self.weight = threat_weight(self, values)
        self.away_until = 0
        self.heard = Fading(values.news_half_life, model.day)
        self.trust_change = Fading(values.trust_half_life, model.day)

    @property
    def area(self) -> int:
        """Index of the area of the home."""
        return self.home.area

    @property
    def feels(self) -> bool:
        """Whether threats of enforcement can concern this resident at all."""
        return self.rung != "none" or self.mixed

    def present(self, day: int) -> bool:
        """At liberty in the city."""
        return self.away_until <= day

    def trust(self, day: int) -> float:
        """Trust in the police, in standard deviations."""
        return self.baseline_trust + self.trust_change.read(day)

    def is_replaced(self, day: int) -> None:
        """Leave for good; somebody alike moves in, who remembers nothing, is unknown to ICE, and
        in whose course of partner violence other reports were made. Whoever is in custody or
        expected back is not replaced."""
        if self.away_until <= day or self.away_until == NEVER:
            self.away_until = 0
            self.heard.value = 0.0
            self.trust_change.value = 0.0
            if self.who in self.model.courses:
                draw_history(self.model, self.model.courses[self.who])
            self.model.leads.pop(self.who, None)


class Officer(mesa.Agent):
    """One police officer: the chance of following the ordinance on one occasion."""

    def __init__(self, model: Twin, district: int, compliance: float) -> None:
        super().__init__(model)
        self.district, self.compliance = district, compliance
        self.contacts = 0


def removable(person: Resident, values: Parameters) -> float:
    """How far ICE seeks a person, beside an undocumented one: 0 for citizens."""
    if person.status == "undocumented":
        return 1.0
    if person.status == "protected":
        return values.removable_protected
    if person.status == "visa_holder":
        return values.removable_visa
    if person.status == "permanent_resident" and person.conviction == "misdemeanour":
        return values.removable_resident_misdemeanour
    if person.status == "permanent_resident" and person.conviction in FELONIES:
        return values.removable_resident_felony
    return 0.0


def rung(person: Resident) -> str:
    """The rung of the threat ladder (`ASAD20`)."""
    if person.status == "undocumented":
        return "undocumented"
    if not person.citizen:
        return "lawful_noncitizen"
    if person.ethnicity != "latino":
        return "none"
    return "naturalized_latino" if person.status == "naturalized" else "us_born_latino"


def threat_weight(person: Resident, values: Parameters) -> float:
    """How much of the threat a person feels: 1 undocumented, less down the ladder."""
    if person.rung == "undocumented":
        return 1.0
    weight = {
        "none": 0.0,
        "us_born_latino": values.rung_us_born_latino,
        "naturalized_latino": values.rung_naturalized_latino,
        "lawful_noncitizen": values.rung_lawful_noncitizen,
    }[person.rung]
    weight *= values.sigma
    return max(weight, values.rung_mixed_household) if person.mixed else weight


def make_people(model: Twin) -> tuple[list[Household], list[Resident], list[list[Officer]]]:
    """Households and residents in the order of the population's rows; officers by district."""
    people = model.population
    first = people.household_start.tolist()
    areas = people.area.tolist()
    homes = [Household(h, areas[first[h]]) for h in range(people.n_households)]
    residents = []
    cells = model.rates.cell.tolist()
    columns = [getattr(people, name).tolist() for name in COLUMNS]
    for who, row in enumerate(zip(*columns, strict=True)):
        home = homes[row[0]]
        resident = Resident(model, who, home, cells[who], row)
        home.members.append(resident)
        residents.append(resident)
    stations: list[list[Officer]] = [[] for _ in people.city.districts]
    for district, compliance in zip(
        people.officer_district.tolist(), people.officer_compliance.tolist(), strict=True
    ):
        stations[district].append(Officer(model, district, compliance))
    return homes, residents, stations
