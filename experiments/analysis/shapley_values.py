"""Shapley values: what each part contributes to a difference, adding up to it exactly.

Shapley, L. S. (1953). A value for n-person games. In: Contributions to the Theory of Games II,
307-317. Sampled orders: Castro, Gomez & Tejada (2009), doi:10.1016/j.cor.2008.04.004, each with
its reverse (Mitchell et al. 2022, JMLR 23(43)).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

Coalition = frozenset[str]
Order = tuple[str, ...]


def coalitions(players: Sequence[str]) -> Iterator[Coalition]:
    """Every set of players, the empty one first and all of them last."""
    for size in range(len(players) + 1):
        yield from map(frozenset, combinations(players, size))


def shapley(
    players: Sequence[str], worth: Mapping[Coalition, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Exact Shapley values.

    Parameters
    ----------
    worth
        The worth of every coalition, shape (replicates,) each.

    Returns
    -------
    (players, replicates) float64; each column adds up to the worth of all less that of none.

    Raises
    ------
    KeyError
        If the worth of a coalition is missing.
    """
    k = len(players)
    weight = [factorial(size) * factorial(k - size - 1) / factorial(k) for size in range(k)]
    values = []
    for player in players:
        others = [other for other in players if other != player]
        gains = [
            weight[len(some)] * (worth[some | {player}] - worth[some])
            for some in coalitions(others)
        ]
        values.append(np.sum(gains, axis=0))
    return np.array(values)


def by_orders(
    players: Sequence[str],
    worth: Mapping[Coalition, NDArray[np.float64]],
    orders: Sequence[Order],
) -> NDArray[np.float64]:
    """What each player adds when they come in each order, (orders, players, replicates).

    The mean over orders estimates `shapley`; it adds up exactly whichever orders are taken.
    """
    place = {player: at for at, player in enumerate(players)}
    gains = np.empty((len(orders), len(players), len(worth[frozenset()])))
    for at, order in enumerate(orders):
        before: Coalition = frozenset()
        for player in order:
            after = before | {player}
            gains[at, place[player]] = worth[after] - worth[before]
            before = after
    return gains


def along(orders: Collection[Order]) -> set[Coalition]:
    """The coalitions that come about when players come in each of `orders`."""
    return {frozenset(order[:size]) for order in orders for size in range(len(order) + 1)}


def sampled_orders(players: Sequence[str], seed: int) -> Iterator[tuple[Order, Order]]:
    """Random orders without end, each with its reverse."""
    rng = np.random.default_rng(seed)
    while True:
        order = tuple(players[at] for at in rng.permutation(len(players)))
        yield order, order[::-1]
