"""Keyed quotas: how a table's shares become whole persons, without bias at any scale.

Rounding is systematic: cumulated expectations are cut at the whole numbers after one keyed shift.
Every count then lies within one of its expectation, sums are exact, and the mean over seeds is the
expectation itself, so a share of one in a thousand survives in an area of thirty residents.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.dice import Dice

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]


class AreaDice:
    """The draws of one area's population, keyed by the area's number and a place within it.

    Because no key runs across areas, an area added to a city changes no other area's residents.
    """

    def __init__(self, dice: Dice, area: int) -> None:
        self._dice, self._area = dice, area

    def each(self, decision: str, count: int) -> Floats:
        """(count,) draws in (0, 1), one for each place of the area in order."""
        return self.of(decision, np.arange(count))

    def of(self, decision: str, who: NDArray[np.integer]) -> Floats:
        """Draws in (0, 1) for the places `who` of the area."""
        return self._dice.uniform(f"population: {decision}", self._area, who)

    def one(self, decision: str) -> float:
        """One draw for the area as a whole."""
        return self._dice.roll(f"population: {decision}", self._area, 0)


def spread(expected: ArrayLike, shift: float) -> Ints:
    """Whole numbers near `expected` (n,), their running sums within one of the expected ones.

    `shift` in (0, 1) is the keyed draw that decides the rounding.
    """
    bounds = np.floor(np.cumsum(np.asarray(expected, dtype=np.float64)) + shift)
    return np.diff(bounds, prepend=0.0).astype(np.int64)


def split(total: int, shares: ArrayLike, shift: float) -> Ints:
    """`total` divided by `shares` (k,), each part within one of its expectation; exact in sum."""
    cumulated = np.cumsum(np.asarray(shares, dtype=np.float64))
    if total == 0 or cumulated[-1] <= 0:
        return np.zeros(len(cumulated), dtype=np.int64)
    bounds = np.minimum(np.floor(cumulated / cumulated[-1] * total + shift), total)
    bounds[-1] = total
    return np.diff(bounds, prepend=0.0).astype(np.int64)


def part(total: int, share: float, shift: float) -> int:
    """The whole number of `total` that `share` stands for, rounded by the keyed `shift`."""
    return int(min(np.floor(total * share + shift), total))


def arrivals(draws: Floats, weights: Floats) -> Floats:
    """Arrival times of an exponential race: the k earliest are k chosen in proportion to weight.

    Weights must be positive; see Efraimidis & Spirakis (2006), doi:10.1016/j.ipl.2005.11.003.
    """
    return -np.log(draws) / weights


def earliest(times: Floats, count: int) -> Ints:
    """Positions of the `count` smallest of `times`, in increasing position."""
    if count >= len(times):
        return np.arange(len(times))
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    return np.sort(np.argpartition(times, count - 1)[:count])


def fill(times: Floats, wanted: Ints, most: Ints, quota: int) -> Ints:
    """Persons taken from each household until `quota` is met.

    Households come in the order of `times` (h,) and give the number `wanted` (h,) of them; when
    all have, they are asked again in the same order for as many as there are, `most` (h,). The
    last one asked gives only what is still missing.

    Returns
    -------
    (h,) int64
        Sums to `quota`, or to ``most.sum()`` when that is smaller.
    """
    taken = np.zeros(len(times), dtype=np.int64)
    asked = np.flatnonzero(most > 0)
    asked = asked[np.argsort(times[asked])]
    for limit in (np.minimum(wanted, most), most):
        offer = (limit - taken)[asked]
        before = np.cumsum(offer) - offer
        taken[asked] += np.clip(quota - taken.sum() - before, 0, offer)
        if taken.sum() >= quota:
            break
    return taken
