"""Who may be picked in each area: bystanders, acquaintances, offenders."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from model.dice import Dice
from model.registry import Parameters
from model.risks import age_profile
from model.schema import AGES

if TYPE_CHECKING:
    from tests.twin.model import Twin
    from tests.twin.people import Resident

Anyone = TypeVar("Anyone")
#: Places in the list of offenders for a relative risk of one.
PLACES_PER_RISK = 0.1


def pick[Anyone](group: list[Anyone], u: float) -> Anyone | None:
    """One of a group by a draw, or nobody where there is none."""
    return group[int(u * len(group))] if group else None


class Pools:
    """Residents by area: adults, those who feel the threat, and offenders, as often as their
    risk of arrest has it."""

    def __init__(self, model: Twin) -> None:
        n = model.city.n_areas
        self.adults: list[list[Resident]] = [[] for _ in range(n)]
        self.feelers: list[list[Resident]] = [[] for _ in range(n)]
        self.offenders: list[list[Resident]] = [[] for _ in range(n)]
        dice = Dice(model.population.seed)
        risk_of_age = dict(zip(AGES, age_profile("arrest").tolist(), strict=True))
        for person in model.residents:
            if person.adult:
                self.adults[person.area].append(person)
            if person.feels:
                self.feelers[person.area].append(person)
            risk = risk_of_age[person.age] * arrest_risk(person, model.values)
            u = dice.roll("offender-places", 0, person.who)
            places = math.floor(PLACES_PER_RISK * risk + u)
            self.offenders[person.area] += [person] * places


def arrest_risk(person: Resident, values: Parameters) -> float:
    """Risk of arrest beside others of the same age (`TX_ARR`, `DART_REARREST`)."""
    risk = values.male_arrest_ratio if person.sex == "male" else 1.0
    if person.status == "undocumented":
        risk *= values.undocumented_arrest_ratio
    elif person.status != "us_born":
        risk *= values.immigrant_arrest_ratio
    if person.conviction == "misdemeanour":
        risk *= values.rearrest_misdemeanour
    elif person.conviction != "none":
        risk *= values.rearrest_felony
    return risk
