"""Households of one area: their sizes, the ethnicity of their members, where the children live.

Everybody lives in a household: the tables tell nothing of students' halls, shelters or the jail.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betainc

from model.city import City
from model.dice import Dice
from model.quotas import AreaDice, Codes, Floats, Ints, arrivals, fill, part, split, spread
from model.registry import Parameters
from model.schema import ETHNICITIES

#: Order in which ethnicities are dealt out over households, those with larger households first.
DEALT = np.array(ETHNICITIES.codes("latino", "other", "asian", "black", "white"), dtype=np.uint8)


@dataclass(frozen=True)
class AreaQuota:
    """Whole numbers of one area, rounded from its tables: what the population must add up to."""

    residents: int
    households: int
    children: int
    ethnicity: Ints
    us_born: int
    naturalized: int
    lawful: int
    undocumented: int
    limited_english: int


@dataclass(frozen=True)
class Households:
    """The households of one area; members stand together, adults first, in household order.

    Attributes
    ----------
    sizes, children : (h,) int64
        Members, and those of them under eighteen; every household has an adult.
    ethnicity : (n,) uint8
        Of each member.
    """

    sizes: Ints
    children: Ints
    ethnicity: Codes

    @cached_property
    def adults(self) -> Ints:
        """(h,) members of eighteen or more."""
        return self.sizes - self.children

    @cached_property
    def starts(self) -> Ints:
        """(h,) the place of each household's first member."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def of(self) -> Ints:
        """(n,) the household of each member."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def place(self) -> Ints:
        """(n,) the place of each member within the household: 0 is the householder."""
        return np.arange(len(self.of)) - self.starts[self.of]

    @cached_property
    def householder_ethnicity(self) -> Codes:
        """(h,) the ethnicity of the first adult, which stands for the household's."""
        return self.ethnicity[self.starts]


def area_quotas(city: City, scale: float, dice: Dice) -> list[AreaQuota]:
    """The quotas of every area at `scale`, from the city's tables and keyed rounding."""
    residents = spread(city.population * scale, dice.roll("population: residents", 0, 0))
    residents = np.maximum(residents, np.rint(city.population * scale) >= 1).astype(np.int64)
    households = spread(city.households * scale, dice.roll("population: households", 0, 0))
    households = np.clip(households, np.minimum(residents, 1), residents)
    return [
        _area_quota(city, area, int(residents[area]), int(households[area]), dice)
        for area in range(city.n_areas)
    ]


def _area_quota(city: City, area: int, n: int, households: int, dice: Dice) -> AreaQuota:
    roll = AreaDice(dice, int(city.numbers[area])).one
    undocumented = float(city.undocumented_share[area])
    noncitizen = max(float(city.noncitizen_share[area]), undocumented)
    foreign = max(float(city.foreign_born_share[area]), noncitizen)
    shares = (1 - foreign, foreign - noncitizen, noncitizen - undocumented, undocumented)
    us_born, naturalized, lawful, undocumented_n = split(n, shares, roll("status quota"))
    children = part(n, float(city.under18_share[area]), roll("children quota"))
    return AreaQuota(
        residents=n,
        households=households,
        children=min(children, n - households),
        ethnicity=split(n, city.ethnicity_share[area], roll("ethnicity quota")),
        us_born=int(us_born),
        naturalized=int(naturalized),
        lawful=int(lawful),
        undocumented=int(undocumented_n),
        limited_english=part(
            n, float(city.limited_english_share[area]), roll("limited English quota")
        ),
    )


def make_households(quota: AreaQuota, draw: AreaDice, p: Parameters) -> Households:
    """Households of one area that meet its residents, households, ethnicities and children."""
    sizes = household_sizes(quota.residents, quota.households, draw, p)
    ethnicity = _deal_ethnicity(sizes, quota.ethnicity, draw, p)
    return Households(sizes, _place_children(sizes, quota.children, draw, p), ethnicity)


def household_sizes(residents: int, households: int, draw: AreaDice, p: Parameters) -> Ints:
    """Sizes (households,) that sum to `residents`, each at least 1, in keyed order.

    Members beside the first follow a negative binomial with the area's mean and the shape
    ``household_size_shape``, taken at equally spaced quantiles so that it holds in small areas
    too. What truncation and rounding leave over goes to, or comes from, keyed households.
    """
    shape = p.household_size_shape
    mean = residents / households - 1
    most = int(p.household_most)
    order = np.argsort(draw.each("household order", households))
    quantile = (np.arange(households) + draw.one("household size")) / households
    below = betainc(shape, np.arange(1, most), shape / (shape + mean)) if mean > 0 else [1.0]
    sizes = np.empty(households, dtype=np.int64)
    sizes[order] = 1 + np.searchsorted(below, quantile)
    left = residents - int(sizes.sum())
    while left:
        # In the keyed order every other household is as likely to be large as any other.
        candidates = np.argsort(draw.each("household repair", households))
        if left < 0:
            candidates = candidates[sizes[candidates] > 1]
        sizes[candidates[: abs(left)]] += np.sign(left)
        left = residents - int(sizes.sum())
    return sizes


def _deal_ethnicity(sizes: Ints, quota: Ints, draw: AreaDice, p: Parameters) -> Codes:
    """Ethnicity (n,) of each member: dealt household by household, then a few exchanged.

    Dealing in runs keeps nearly all households homogeneous and meets the quota exactly; larger
    households come earlier in the deal by ``household_size_tilt`` a person.
    """
    households = len(sizes)
    rank = draw.each("household ethnicity", households) - p.household_size_tilt * sizes
    order = np.argsort(rank)
    dealt_before = np.empty(households, dtype=np.int64)
    dealt_before[order] = np.cumsum(sizes[order]) - sizes[order]
    starts = np.cumsum(sizes) - sizes
    n = int(sizes.sum())
    # Position in the deal: the household's own, plus the member's place in it.
    position = np.arange(n) + np.repeat(dealt_before - starts, sizes)
    ethnicity = DEALT[np.searchsorted(np.cumsum(quota[DEALT]), position, side="right")]
    mixing = draw.each("household mixing", n)
    moved = np.flatnonzero(mixing < p.household_ethnic_mixing)
    ethnicity[moved] = ethnicity[moved[np.argsort(mixing[moved])]]
    return ethnicity


def _place_children(sizes: Ints, quota: int, draw: AreaDice, p: Parameters) -> Ints:
    """Children (h,) of each household, `quota` in all; nobody's household is children only.

    A household of three or more chosen to have children has one to all but two of its members,
    the larger numbers being likelier; where the quota needs more, lone parents with several.
    """
    draws = draw.each("children's household", len(sizes))
    times = arrivals(draws, np.where(sizes > 2, 1.0, p.lone_parent_weight))
    spread_out = np.sqrt(draw.each("children of household", len(sizes)))
    wanted = 1 + (np.maximum(sizes - 2, 0) * spread_out).astype(np.int64)
    return fill(times, wanted, sizes - 1, quota)


def household_rates(weights: dict[str, float], households: Households) -> Floats:
    """(h,) the weight of each householder's ethnicity."""
    table = np.array([weights[name] for name in ETHNICITIES])
    return table[households.householder_ethnicity]
