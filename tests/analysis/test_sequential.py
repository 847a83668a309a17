"""Stopping when it is sure: coverage holds, budgets hold, and looks are told."""

import math

import numpy as np
import pytest

from experiments.analysis import until_sure
from experiments.analysis.sequential import LEAST, Estimate, mean_of, until
from model.faults import BadInput


def stopped(rng, draw, half_width, most=2000):
    values = draw(rng, most)
    looks = until(lambda n: mean_of(values[:n]), half_width, most)
    return looks[-1]


@pytest.mark.parametrize(
    ("draw", "least"),
    [
        (lambda rng, n: rng.normal(size=n), 0.945),
        (lambda rng, n: rng.exponential(size=n) - 1, 0.86),
    ],
    ids=["even", "skewed"],
)
def test_the_stated_interval_covers_and_strong_skew_costs_less_than_a_tenth(draw, least):
    rng = np.random.default_rng(1)
    for half_width in (0.6, 0.3):
        last = [stopped(rng, draw, half_width) for _ in range(600)]
        inside = np.mean([abs(look.estimate.mean) <= half_width for look in last])
        assert inside >= least, half_width
        assert {look.replicates for look in last} != {LEAST}


def test_replicates_are_about_those_that_the_spread_needs():
    rng = np.random.default_rng(2)
    number = np.median([stopped(rng, lambda r, n: r.normal(size=n), 0.25).replicates
                        for _ in range(200)])
    needed = (1.96 / 0.25) ** 2
    assert needed < number < 1.6 * needed


def test_a_budget_ends_the_looks():
    looks = until(lambda n: Estimate(0.0, 1.0, n - 1), 0.001, 15)
    assert [look.replicates for look in looks] == [10, 13, 15]
    assert len(until(lambda n: Estimate(0.0, 1.0, n - 1), 0.001, 10_000, budget=1e-12)) == 1
    assert [look.replicates for look in until(lambda n: Estimate(0, 0, n - 1), 1, 4)] == [4]
    assert mean_of(np.array([1.0])).half(0.95) == math.inf


@pytest.fixture(scope="module")
def run():
    said = []
    done = until_sure(
        "welcoming-2012", "full-cooperation", "threat", half_width=1e-9, most=3, city="littletown",
        scale=0.2, years=0.1, environment="E0", processes=1, progress=False, say=said.append,
    )
    return done, said


def test_what_was_not_reached_is_not_claimed(run):
    done, said = run
    assert said == ["3 replicates: 6 runs more"] and not done.reached
    assert "the budget ended before" in done.sentence()
    assert done.interval == (done.table()["low"].iloc[-1], done.table()["high"].iloc[-1])
    assert done.summary()["n"] == 3 and len(done.figure().axes) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"half_width": "0"}, "half-width: found '0'"),
        ({"half_width": 1, "most": 1}, "most: found 1"),
        ({"half_width": 1, "budget": "-2"}, "budget: found '-2'"),
        ({"half_width": 1, "outcome": "threats"}, "did you mean threat"),
    ],
)
def test_wrong_requests_are_refused(given, said):
    outcome = given.pop("outcome", "threat")
    with pytest.raises(BadInput, match=said):
        until_sure("welcoming-2012", "dhs-ban", outcome, **given)
