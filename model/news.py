"""Phase 6: encounters are heard of, in the household, among acquaintances, in the neighbourhood.

Acquaintances are fixed by keyed draws among those who feel the threat, in the same area or beside
it: whom a person knows depends on nothing that happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.ice import housemates
from model.population import Population
from model.schema import ADULT

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
    family = _family(people, taken)
    friend = acquaintances(model, taken)
    who = np.concatenate([family, friend])
    amount = np.where(np.arange(len(who)) < len(family), 1.0, values.acquaintance_weight)
    feels = model.belief.weight[who] > 0
    model.state.heard.add(who[feels], amount[feels], day)
    area = people.area[taken]
    residents = np.diff(people.area_start)[area]
    np.add.at(model.belief.area_news, area, values.neighbourhood_weight * 1000.0 / residents)


def _family(people: Population, who: NDArray[np.int64]) -> NDArray[np.int64]:
    """The other members of the household of each of `who`; of several, each counts."""
    homes = people.household[who]
    size = people.household_start[homes + 1] - people.household_start[homes]
    member = people.members_of(homes)
    return member[member != np.repeat(who, size)]


def _families(model: PolicyModel, taken: NDArray[np.int64]) -> None:
    """Count the families that the day's arrests separated, and the children left without a
    grown-up at home."""
    people = model.population
    members = housemates(people, taken)
    at_home = model.state.away_until[members] <= model.today.day
    child = people.age[members] < ADULT
    # Members come by household.
    home = np.cumsum(np.diff(people.household[members], prepend=-1) != 0) - 1
    someone = np.bincount(home, at_home) > 0
    grown_up = np.bincount(home, at_home & ~child) > 0
    model.ledger.add("families_separated", someone.sum())
    model.ledger.add("children_without_parent", (at_home & child & ~grown_up[home]).sum())


def acquaintances(model: PolicyModel, who: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which acquaintances of `who` hear of what befell them today; an acquaintance of two of
    them occurs twice."""
    people, values, dice = model.population, model.values, model.dice
    each = int(values.acquaintances)
    key = (who[:, None] * PLACES + np.arange(each)).ravel()
    person = np.repeat(who, each)
    u_local, u_area, u_known = dice.uniforms(
        ("acquaintance-local", "acquaintance-area", "acquaintance"), 0, key
    )
    home = people.area[person].astype(np.int64)
    beside, first = people.city.neighbour_lists
    size = first[home + 1] - first[home]
    away = (u_local >= values.acquaintance_local) & (size > 0)
    area = home.copy()
    area[away] = beside[first[home[away]] + (u_area[away] * size[away]).astype(np.int64)]
    known = model.rates.pools.feelers.pick(area, u_known)
    hears = dice.uniform("acquaintance-hears", model.today.day, key) < values.acquaintance_hears
    return known[hears & (known >= 0) & (known != person)]
