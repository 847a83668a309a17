"""Stopping when it is sure: coverage holds, budgets hold, and looks are told."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import skew

from experiments.analysis import until_sure
from experiments.analysis.stopping import LEAST, Estimate, mean_of, over_draws, until
from experiments.analysis.values import Values
from model.faults import BadInput


def stopped(rng, draw, half_width, most=2000):
    values = draw(rng, most)
    looks = until(lambda n: mean_of(values[:n]), half_width, most)
    return looks[-1]


@pytest.mark.parametrize(
    ("draw", "least"),
    [
        (lambda rng, n: rng.normal(size=n), 0.95),
        (lambda rng, n: rng.exponential(size=n) - 1, 0.94),
        (lambda rng, n: (rng.poisson(0.5, size=n) - 0.5) / math.sqrt(0.5), 0.94),
    ],
    ids=["even", "skewed", "rare counts"],
)
def test_the_stated_interval_covers_nearly_as_often_as_it_says(draw, least):
    rng = np.random.default_rng(1)
    for half_width in (0.35, 0.25):
        last = [stopped(rng, draw, half_width, 400) for _ in range(1500)]
        inside = np.mean([abs(look.estimate.mean) <= half_width for look in last])
        assert inside >= least, half_width
        assert {look.replicates for look in last} != {LEAST}


def test_a_look_at_skewed_values_takes_the_longer_arm():
    rng = np.random.default_rng(3)
    even = np.repeat([-1.0, 1.0], 10)
    assert mean_of(even).skewness == 0 and mean_of(even).longer(0.96) == mean_of(even).half(0.96)
    values = rng.exponential(size=40)
    told = mean_of(values)
    assert told.skewness == pytest.approx(skew(values, bias=False) / math.sqrt(40))
    assert told.longer(0.96) > told.half(0.96)
    assert mean_of(-values).longer(0.96) == told.longer(0.96)


def test_the_skewness_of_a_mean_over_draws_is_that_of_its_replicates():
    rng = np.random.default_rng(4)
    noise = rng.exponential(size=(200, 30))
    frame = pd.DataFrame([
        {"draw": draw, "replicate": at, "regime": name, "value": 9.0 * draw + (name == "b") * each}
        for draw, row in enumerate(noise) for at, each in enumerate(row) for name in "ab"
    ])
    told = over_draws(Values(frame, "reporting", ("regime",), (), {}), "regime", "a", "b")
    assert told.mean == pytest.approx(noise.mean()) and told.degrees == 200 * 29
    assert told.skewness == pytest.approx(2 / math.sqrt(6000), rel=0.1)  # an exponential's is 2
    pairs = over_draws(Values(frame[frame.replicate < 2], "reporting", ("regime",), (), {}),
                       "regime", "a", "b")
    assert pairs.skewness == 0


def test_replicates_are_about_those_that_the_spread_needs():
    rng = np.random.default_rng(2)
    number = np.median([stopped(rng, lambda r, n: r.normal(size=n), 0.25).replicates
                        for _ in range(200)])
    needed = (1.96 / 0.25) ** 2
    assert needed < number < 1.6 * needed


def test_a_budget_ends_the_looks():
    looks = until(lambda n: Estimate(0.0, 1.0, n - 1), 0.001, 15)
    assert [look.replicates for look in looks] == [15]
    looks = until(lambda n: Estimate(0.0, 1.0, n - 1), 0.001, 30)
    assert [look.replicates for look in looks] == [20, 25, 30]
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
