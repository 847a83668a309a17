"""Phase 6: arrests by ICE are heard of at home, among acquaintances and in the neighbourhood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.pools import pick

if TYPE_CHECKING:
    from tests.twin.model import Twin
    from tests.twin.people import Resident

#: Acquaintances have ids of their own in the dice: 128 places a person.
PLACES = 128


def spread_news(model: Twin) -> None:
    """The phase."""
    _families(model)
    values, day = model.values, model.day
    for person in model.taken:
        for other in person.home.members:
            if other is not person:
                other.heard.add(1.0, day)
        for other in acquaintances(model, person):
            other.heard.add(values.acquaintance_weight, day)
        residents = model.residents_of[person.area]
        model.air.news[person.area] += values.neighbourhood_weight * 1000.0 / residents


def _families(model: Twin) -> None:
    """Homes that somebody was taken from and others stay in, and children alone in them."""
    for home in {person.home.number: person.home for person in model.taken}.values():
        left = [person for person in home.members if person.present(model.day)]
        if not left:
            continue
        model.book.add("families_separated", 1)
        if not any(person.adult for person in left):
            model.book.add("children_without_parent", len(left))


def acquaintances(model: Twin, person: Resident) -> list[Resident]:
    """Who of a person's acquaintances hears of it today. They are fixed: residents who feel the
    threat, in the same area or beside it."""
    values, roll = model.values, model.dice.roll
    beside = model.neighbours[person.area]
    hear = []
    for place in range(int(values.acquaintances)):
        key = person.who * PLACES + place
        area = person.area
        if beside and roll("acquaintance-local", 0, key) >= values.acquaintance_local:
            area = beside[int(roll("acquaintance-area", 0, key) * len(beside))]
        known = pick(model.pools.feelers[area], roll("acquaintance", 0, key))
        if known is None or known is person:
            continue
        if roll("acquaintance-hears", model.day, key) < values.acquaintance_hears:
            hear.append(known)
    return hear
