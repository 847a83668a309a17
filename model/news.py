"""Phase 6: encounters are heard of, in the household, among acquaintances, in the neighbourhood.

Acquaintances are fixed by keyed draws among those who feel the threat, in the same area or beside
it: whom a person knows depends on nothing that happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.ice import housemates
from model.pools import ADULT

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

#: Acquaintances have ids of their own in the dice: 128 places a person.
PLACES = 128


def spread_news(model: PolicyModel, taken: NDArray[np.int64]) -> None:
    """Let the day's arrests by ICE be heard of."""
    if not len(taken):
        return
    people, values, day = model.population, model.values, model.today.day
    _families(model, taken)
    heard, weight = [], []
    for person in np.sort(taken):
        family = housemates(people, np.array([person]))
        family = family[family != person]
        friends = acquaintances(model, int(person))
        heard += [family, friends]
        weight += [np.ones(len(family)), np.full(len(friends), values.acquaintance_weight)]
    who = np.concatenate(heard)
    amount = np.concatenate(weight)
    feels = model.belief.weight[who] > 0
    model.state.heard.add(who[feels], amount[feels], day)
    area = people.area[taken]
    residents = np.diff(people.area_start)[area]
    np.add.at(model.belief.area_news, area, values.neighbourhood_weight * 1000.0 / residents)


def _families(model: PolicyModel, taken: NDArray[np.int64]) -> None:
    """Count the families that the day's arrests separated, and the children left without a
    grown-up at home."""
    people = model.population
    members = housemates(people, taken)
    at_home = model.state.away_until[members] <= model.today.day
    child = people.age[members] < ADULT
    homes, home = np.unique(people.household[members], return_inverse=True)
    someone = np.bincount(home, at_home, len(homes)) > 0
    grown_up = np.bincount(home, at_home & ~child, len(homes)) > 0
    model.ledger.add("families_separated", someone.sum())
    model.ledger.add("children_without_parent", (at_home & child & ~grown_up[home]).sum())


def acquaintances(model: PolicyModel, person: int) -> NDArray[np.int64]:
    """Who of a person's acquaintances hears of what befell them today."""
    people, values, dice = model.population, model.values, model.dice
    key = person * PLACES + np.arange(int(values.acquaintances))
    home = int(people.area[person])
    beside = people.city.neighbours(home)
    area = np.full(len(key), home)
    if len(beside):
        away = dice.uniform("acquaintance-local", 0, key) >= values.acquaintance_local
        which = (dice.uniform("acquaintance-area", 0, key) * len(beside)).astype(np.int64)
        area = np.where(away, beside[which], area)
    known = model.rates.pools.feelers.pick(area, dice.uniform("acquaintance", 0, key))
    hears = dice.uniform("acquaintance-hears", model.today.day, key) < values.acquaintance_hears
    return known[hears & (known >= 0) & (known != person)]
