"""Rounding and choosing by quota: exact in sum, within one of the expectation, without bias."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.dice import Dice
from model.quotas import arrivals, earliest, fill, part, split, spread

shifts = st.floats(1e-9, 1 - 1e-9)
shares = st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(lambda xs: sum(xs) > 0.01)


@given(shares, st.integers(0, 100_000), shifts)
def test_split_is_exact_in_sum_and_each_part_within_one(xs, total, shift):
    parts = split(total, xs, shift)
    assert parts.sum() == total
    assert (parts >= 0).all()
    assert (np.abs(parts - total * np.array(xs) / sum(xs)) <= 1 + 1e-6).all()


@given(st.lists(st.floats(0, 1_000), min_size=1, max_size=50), shifts)
def test_spread_keeps_running_sums_within_one(expected, shift):
    counts = spread(expected, shift)
    assert (counts >= 0).all()
    assert (np.abs(np.cumsum(counts) - np.cumsum(expected)) <= 1 + 1e-6).all()


def test_rounding_has_no_bias_even_for_shares_below_one_person():
    shifts = Dice(1).uniform_range("test", 0, 0, 4_000)
    assert abs(np.mean([part(3, 0.01, shift) for shift in shifts]) - 0.03) < 0.01
    means = np.mean([split(2, (0.1, 0.2, 0.7), shift) for shift in shifts], axis=0)
    assert np.allclose(means, (0.2, 0.4, 1.4), atol=0.03)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=40),
    st.integers(0, 100),
)
def test_fill_meets_the_quota_or_takes_everybody(homes, quota):
    wanted, most = (np.array(column) for column in zip(*homes, strict=True))
    times = Dice(3).uniform_range("test", 0, 0, len(homes))
    taken = fill(times, wanted, most, quota)
    assert taken.sum() == min(quota, most.sum())
    assert (taken >= 0).all() and (taken <= most).all()


def test_fill_asks_in_order_and_goes_beyond_what_is_wanted_only_when_all_have_given():
    times, wanted, most = np.array([3.0, 1.0, 2.0]), np.array([1, 1, 1]), np.array([4, 4, 0])
    assert fill(times, wanted, most, 1).tolist() == [0, 1, 0]
    assert fill(times, wanted, most, 2).tolist() == [1, 1, 0]
    assert fill(times, wanted, most, 4).tolist() == [1, 3, 0]


def test_a_race_chooses_in_proportion_to_weight():
    draws = Dice(5).uniform_range("test", 0, 0, 30_000)
    weights = np.where(np.arange(30_000) % 2 == 0, 3.0, 1.0)
    chosen = earliest(arrivals(draws, weights), 600)
    assert len(np.unique(chosen)) == 600
    assert abs((chosen % 2 == 0).mean() - 0.75) < 0.06
