"""Each analysis of a study finds a truth that was planted."""

import numpy as np
import pandas as pd
import pytest
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from SALib.test_functions import Ishigami
from scipy.stats import t

from experiments.analysis.discovery import boxes, discover
from experiments.analysis.index_estimators import Sample, morris, noise_share, rbd, sobol
from experiments.analysis.pairs import paired_contrasts
from experiments.analysis.regrets import regret
from experiments.analysis.spreads import saving, two_level
from experiments.analysis.values import Values
from model.faults import BadInput

PI = np.pi
ISHIGAMI = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[0, 1]] * 3}
#: Analytic indices for a = 7, b = 0.1 (Ishigami & Homma 1990).
FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)


def ishigami(points):
    return Sample(ISHIGAMI, points, Ishigami.evaluate(-PI + 2 * PI * points), float("nan"))


def by(rows, index):
    return rows[rows["index"] == index].set_index("parameter")


@pytest.mark.parametrize("second_order", [False, True])
def test_sobol_indices_are_those_of_a_known_function(second_order):
    points = sobol_sample.sample(ISHIGAMI, 1024, calc_second_order=second_order, seed=1)
    rows = sobol(ishigami(points), second_order)
    for index, truth in (("first", FIRST), ("total", TOTAL)):
        some = by(rows, index)
        assert some["estimate"].to_numpy() == pytest.approx(truth, abs=0.05)
        inside = np.array(truth)
        assert ((some["low"] <= inside) & (inside <= some["high"])).all()


def test_sobol_leaves_out_blocks_that_are_not_whole():
    points = sobol_sample.sample(ISHIGAMI, 256, calc_second_order=False, seed=1)
    full, cut = ishigami(points), ishigami(points)
    cut.value[7] = np.nan  # of the second block of five
    assert by(sobol(cut), "total")["draws"].iloc[0] == len(points) - 5
    assert by(sobol(full), "total")["draws"].iloc[0] == len(points)
    pd.testing.assert_frame_equal(sobol(full), sobol(full))


def test_morris_screens_out_what_does_nothing_and_finds_the_curved():
    problem = {"num_vars": 3, "names": ["linear", "curved", "idle"], "bounds": [[0, 1]] * 3}
    points = morris_sample.sample(problem, 50, num_levels=4, seed=1)
    value = 3 * points[:, 0] + 8 * (points[:, 1] - 0.5) ** 2
    rows = morris(Sample(problem, points, value, float("nan")))
    star, sigma = by(rows, "mu_star")["estimate"], by(rows, "sigma")["estimate"]
    assert star["linear"] == pytest.approx(3) and sigma["linear"] == pytest.approx(0, abs=1e-9)
    assert star["idle"] == sigma["idle"] == 0
    assert sigma["curved"] > 1


def test_balance_designs_rank_the_parameters_of_any_sample():
    points = np.random.default_rng(1).random((2000, 3))
    first = by(rbd(ishigami(points)), "first")["estimate"]
    assert first.to_numpy() == pytest.approx(FIRST, abs=0.08)


def test_an_outcome_that_does_not_vary_is_refused():
    points = sobol_sample.sample(ISHIGAMI, 8, calc_second_order=False, seed=1)
    with pytest.raises(BadInput, match="same in all 40 draws"):
        sobol(Sample(ISHIGAMI, points, np.ones(len(points)), float("nan")))


def test_noise_is_told_from_what_draws_and_replicates_have_in_common():
    rng = np.random.default_rng(1)
    draw, replicate = rng.normal(size=(400, 1)), 5 * rng.normal(size=(1, 6))
    wide = draw + replicate + rng.normal(size=(400, 6))
    assert noise_share(pd.DataFrame(wide)) == pytest.approx((1 / 6) / (1 + 1 / 6), abs=0.04)


def correlated(rng, n, rho, sd=(1.0, 1.0)):
    cov = [[sd[0] ** 2, rho * sd[0] * sd[1]], [rho * sd[0] * sd[1], sd[1] ** 2]]
    return rng.multivariate_normal([0, 0], cov, size=n).T


def test_the_saving_of_pairing_is_covered_as_often_as_said():
    rng, inside = np.random.default_rng(1), []
    for _ in range(1000):
        first, second = correlated(rng, 12, 0.9)
        found = saving(first, second, np.zeros(12, int))
        inside.append(found.low <= 1 / (1 - 0.9) <= found.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)
    # Spreads that differ make the interval too wide, never too narrow.
    truth = (1 + 4) / (1 + 4 - 2 * 0.8 * 2)
    pairs = (correlated(rng, 12, 0.8, (1.0, 2.0)) for _ in range(1000))
    ends = [saving(*pair, np.zeros(12, int)) for pair in pairs]
    assert np.mean([end.low <= truth <= end.high for end in ends]) > 0.94


def test_saving_is_measured_within_draws():
    rng = np.random.default_rng(2)
    draw = np.repeat(np.arange(50), 10)
    level = 100 * rng.normal(size=50)[draw]  # what parameters do is no saving of the dice
    first, second = correlated(rng, 500, 0.5)
    assert saving(level + first, level + second, draw).ratio == pytest.approx(2.0, rel=0.15)


def test_noise_and_parameters_are_told_apart():
    rng = np.random.default_rng(3)
    draw = np.repeat(np.arange(2000), 4)
    means = 10 + 2 * rng.normal(size=2000)
    found = two_level(means[draw] + 3 * rng.normal(size=8000), draw)
    assert found.estimate == pytest.approx(10, abs=0.2)
    # 95% of draws: 1.96 standard deviations, of the parameters alone.
    assert found.par_high - found.par_low == pytest.approx(2 * 1.96 * 2, rel=0.06)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 3 / np.sqrt(8000), rel=0.06)
    alone = two_level(np.array([1.0, 2.0, 4.0]), np.zeros(3, int))
    assert np.isnan(alone.par_low) and alone.low < alone.estimate == 7 / 3 < alone.high
    single = two_level(np.array([1.0, 2.0, 4.0]), np.arange(3))
    assert np.isnan(single.low) and single.par_low < single.par_high


def test_what_a_seed_does_at_every_draw_counts_once():
    rng = np.random.default_rng(5)
    seeds, draws = 3 * rng.normal(size=6), rng.normal(size=10)
    replicate, draw = (one.ravel() for one in np.meshgrid(np.arange(6), np.arange(10)))
    found = two_level(seeds[replicate] + draws[draw], draw, replicate)
    half = t.ppf(0.975, 5) * seeds.std(ddof=1) / np.sqrt(6)
    assert found.high - found.low == pytest.approx(2 * half)
    assert found.par_high - found.par_low == pytest.approx(np.ptp(draws))
    # Taken as seeds of their own, chance would seem a quarter as large.
    apart = two_level(seeds[replicate] + draws[draw], draw)
    assert apart.high - apart.low < 0.35 * (found.high - found.low)
    # Of one seed in common nothing is known of chance, however many draws it was run at.
    one = two_level(draws, np.arange(10), np.zeros(10, int))
    assert np.isnan([one.low, one.high]).all() and one.par_low < one.par_high
    # A replicate that is not there at every draw is left out.
    some = two_level((seeds[replicate] + draws[draw])[1:], draw[1:], replicate[1:])
    assert (some.n, some.draws) == (50, 10)


def values_of(effects, draws=40, replicates=3, noise=0.1, outcome="encounters", parameters=None):
    """A made-up study: `effects` gives the value of each regime from the parameters a and b."""
    rng = np.random.default_rng(4)
    sample = parameters if parameters is not None else rng.random((draws, 2))
    rows = [
        {"draw": draw, "replicate": replicate, "regime": regime, "a": a, "b": b,
         "value": effect(a, b) + common + noise * rng.normal()}
        for draw, (a, b) in enumerate(sample)
        for replicate, common in enumerate(rng.normal(size=replicates))
        for regime, effect in effects.items()
    ]
    return Values(pd.DataFrame(rows), outcome, ("regime",), ("a", "b"), {})


def test_a_planted_difference_is_found_and_said():
    values = values_of({"welcoming-2012": lambda a, b: 20.0, "other": lambda a, b: 15.0 + 2 * a})
    done = paired_contrasts(values)
    row = done.table().iloc[0]
    a = values.frame.groupby("draw")["a"].first()
    assert row["low"] < -5 + 2 * a.mean() < row["high"] and row["draws"] == 40
    assert row["ratio"] > 20
    assert "lower with other than with welcoming-2012" in done.sentence()
    assert "120 pairs do what" in done.sentence()
    assert len(done.figure().texts) >= 2


def test_no_difference_is_claimed_where_there_is_none():
    same = values_of({"welcoming-2012": lambda a, b: 20.0, "other": lambda a, b: 20.0}, noise=1.0)
    done = paired_contrasts(same)
    assert done.sentence().startswith("No difference in undocumented residents who meet ICE")


def test_prim_finds_a_planted_box():
    rng = np.random.default_rng(5)
    x = pd.DataFrame(rng.random((400, 3)), columns=["a", "b", "c"])
    x["law"] = rng.choice(["E0", "E3"], 400)
    planted = ((x["a"] > 0.6) & (x["law"] == "E0")).to_numpy()
    rows, path = boxes(x, planted, density=0.95)
    best = rows.iloc[0]
    assert best["method"] == "prim" and best["coverage"] > 0.9 and best["density"] > 0.95
    conditions = best["rule"].split(" and ")
    assert sorted(each.split()[0] for each in conditions) == ["a", "law"]
    assert "law E0" in conditions
    assert float(best["rule"].partition("a above ")[2].split()[0]) == pytest.approx(0.6, abs=0.05)
    leaf = rows[rows["method"] == "cart"].sort_values("coverage").iloc[-1]
    assert leaf["coverage"] > 0.9 and leaf["density"] > 0.9
    assert path["density"].iloc[0] == pytest.approx(planted.mean())


def test_discovery_says_where_a_regime_is_above_and_where_never():
    values = values_of(
        {"one": lambda a, b: 10 + 4 * (a > 0.7), "other": lambda a, b: 12.0}, draws=200
    )
    done = discover(values, position="one", baseline="other", when="higher")
    assert "ICE: higher with one than with other in 3" in done.sentence()
    assert "have a above 0." in done.sentence() and done.unsure < 0.02
    assert len(done.figure().axes) == 1
    flat = values_of({"one": lambda a, b: 1.0, "other": lambda a, b: 2.0}, draws=30, noise=0.0)
    none = discover(flat, position="one", baseline="other", when="higher")
    assert "in 0% of 30 states; no condition" in none.sentence()


def test_regret_and_dominance_of_a_known_table():
    # "x" costs 1 or 5, "y" 3 always, "z" 4 always: y dominates z; x and y neither.
    sample = np.array([[0.0, 0], [1.0, 0]])
    effects = {"x": lambda a, b: 1 + 4 * a, "y": lambda a, b: 3.0, "z": lambda a, b: 4.0}
    values = values_of(effects, parameters=sample, noise=0.0)
    done = regret({"encounters": values}, {"encounters": "low"})
    table = done.table().set_index("contrast")
    assert table["estimate"].to_dict() == pytest.approx({"x": 1.0, "y": 1.0, "z": 2.0})
    assert table["worst_regret"].to_dict() == pytest.approx({"x": 2.0, "y": 2.0, "z": 3.0})
    assert table["share_best"].to_dict() == pytest.approx({"x": 0.5, "y": 0.5, "z": 0.0})
    assert table["dominated_by"].to_dict() == {"x": "", "y": "", "z": "y"}
    assert "z (by y)" in done.sentence() and "here low encounters" in done.sentence()
    other_way = regret({"encounters": values}, {"encounters": "high"})
    assert other_way.table().set_index("contrast")["dominated_by"]["y"] == "z"


@pytest.mark.parametrize("prefer", [{}, {"encounters": "best"}])
def test_the_direction_is_the_users_to_give(prefer):
    values = values_of({"x": lambda a, b: 1.0, "y": lambda a, b: 2.0}, draws=2)
    with pytest.raises(BadInput, match="prefer"):
        regret({"encounters": values}, prefer)
