"""Shapley values have the properties that define them, and share a real difference out exactly."""

from itertools import islice, permutations

import numpy as np
import pytest

from experiments.analysis.clause_shares import Plan, shares
from experiments.analysis.shapley_values import (
    along,
    by_orders,
    coalitions,
    sampled_orders,
    shapley,
)

PLAYERS = ("detainers", "carve_outs", "conduct", "codification")


def worths(seed, players=PLAYERS, replicates=5):
    rng = np.random.default_rng(seed)
    return {some: rng.normal(size=replicates) for some in coalitions(players)}


def test_contributions_add_up_in_every_replicate():
    worth = worths(1)
    values = shapley(PLAYERS, worth)
    whole = worth[frozenset(PLAYERS)] - worth[frozenset()]
    assert np.allclose(values.sum(axis=0), whole, rtol=0, atol=1e-12)


def test_a_player_who_adds_nothing_gets_nothing():
    worth = worths(2)
    worth = {some: worth[some - {"carve_outs"}] for some in worth}
    assert np.allclose(shapley(PLAYERS, worth)[1], 0, atol=1e-15)


def test_players_who_add_the_same_get_the_same():
    by_size = np.random.default_rng(3).normal(size=(5, 4))
    worth = {some: by_size[len(some)] for some in coalitions(PLAYERS)}
    values = shapley(PLAYERS, worth)
    assert np.allclose(values, values[0])


def test_values_of_two_games_add():
    one, other = worths(4), worths(5)
    both = {some: one[some] + other[some] for some in one}
    assert np.allclose(shapley(PLAYERS, both), shapley(PLAYERS, one) + shapley(PLAYERS, other))


def test_values_of_a_known_game():
    # The glove game: "a" has a left glove, the others a right one each; a pair is worth 1.
    worth = {some: np.array([float("a" in some and len(some) > 1)]) for some in coalitions("abc")}
    assert np.allclose(shapley("abc", worth)[:, 0], [2 / 3, 1 / 6, 1 / 6])


def test_the_mean_over_all_orders_is_the_shapley_value():
    worth = worths(6)
    gains = by_orders(PLAYERS, worth, list(permutations(PLAYERS)))
    assert np.allclose(gains.mean(axis=0), shapley(PLAYERS, worth))


def test_sampled_orders_come_with_their_reverse_and_still_add_up():
    orders = [order for pair in islice(sampled_orders(PLAYERS, 0), 3) for order in pair]
    assert orders[1] == orders[0][::-1] and len(set(orders)) > 2
    worth = {some: value for some, value in worths(7).items() if some in along(orders)}
    made = Plan(PLAYERS, {some: at for at, some in enumerate(worth)}, (), tuple(orders))
    rows = shares(made, {str(at): worth[some] for some, at in made.law_of.items()})
    assert rows["clause"][0] == "all"
    assert rows["estimate"][1:].sum() == pytest.approx(rows["estimate"][0], abs=1e-12)
    assert (rows["high"] > rows["low"]).all() and rows["alone"].isna().all()


def test_intervals_cover_the_share_as_often_as_they_say():
    # Worths are sums of the players' own shares 1, 2, 3, 4 and noise that a replicate's runs share.
    rng, inside = np.random.default_rng(8), []
    own = dict(zip(PLAYERS, (1.0, 2.0, 3.0, 4.0), strict=True))
    for _ in range(150):
        noise = {player: rng.normal(scale=2, size=6) for player in PLAYERS}
        worth = {
            some: sum((own[player] + noise[player] for player in some), np.zeros(6))
            for some in coalitions(PLAYERS)
        }
        made = Plan(PLAYERS, {some: at for at, some in enumerate(worth)}, (), ())
        rows = shares(made, {str(at): worth[some] for some, at in made.law_of.items()})
        for row in rows[1:].itertuples():
            inside.append(row.low <= own[row.clause] <= row.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)
