"""Chance falls with replicates, parameter uncertainty does not; neither is the other."""

import numpy as np
import pandas as pd
import pytest

from experiments import compare
from experiments.settings import DEFAULT_DRAWS
from experiments.terminal import estimate_text
from experiments.uncertainty import two_levels
from model.faults import BadInput


def layout(rows, replicates, draws, chance, parameters, seed=0):
    """Two-way layouts with known standard deviations of replicates, draws and the rest."""
    rng = np.random.default_rng(seed)
    by_replicate = rng.normal(0, chance, (rows, replicates, 1))
    by_draw = rng.normal(0, parameters, (rows, 1, draws))
    return 3 + by_replicate + by_draw + rng.normal(0, chance, (rows, replicates, draws))


def widths(values):
    told = two_levels(values)
    return (told.mc_high - told.mc_low).mean(), (told.par_high - told.par_low).mean()


def test_chance_falls_with_replicates_and_parameter_uncertainty_does_not():
    few, many = (widths(layout(200, n, 40, 1.0, 2.0)) for n in (4, 16))
    assert many[0] < 0.5 * few[0]
    assert many[1] == pytest.approx(few[1], rel=0.1)


def test_the_parameter_interval_is_that_of_the_draws_without_chance():
    _, wide = widths(layout(300, 5, 200, 1.5, 2.0))
    assert wide == pytest.approx(2 * 1.96 * 2.0, rel=0.05)


def test_where_only_chance_varies_little_parameter_uncertainty_is_claimed():
    _, none = widths(layout(300, 5, 40, 1.5, 0.0))
    _, some = widths(layout(300, 5, 40, 1.5, 2.0))
    assert none < 0.2 * some


@pytest.mark.parametrize(
    "draws, share", [(3, 2 / 4), (8, 7 / 9), (30, 29 / 31), (40, 0.95), (200, 0.95)]
)
def test_of_further_draws_as_many_lie_in_the_parameter_interval_as_is_said(draws, share):
    values = np.exp(layout(4000, 3, draws + 1, 0.0, 1.0))
    told, further = two_levels(values[:, :, :-1]), values[:, 0, -1]
    inside = (told.par_low < further) & (further < told.par_high)
    assert inside.mean() == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("draws", [3, 8, 30, 60])
def test_parameters_that_all_give_one_sign_are_not_said_to_give_the_other(draws):
    values = -np.exp(layout(500, 3, draws, 0.0, 2.0) - 3)
    told = two_levels(values)
    assert (told.par_high < 0).all() and (told.par_low < told.par_high).all()


def test_of_one_replicate_or_one_draw_nothing_is_told_apart():
    assert two_levels(layout(3, 1, 10, 1, 1)).par_low.isna().all()
    assert two_levels(layout(3, 10, 1, 1, 1)).par_low.isna().all()
    assert two_levels(layout(3, 10, 1, 1, 1)).mc_low.notna().all()


def test_a_comparison_over_a_posterior_gives_both_and_solves_levels_at_each_draw(tmp_path):
    path = tmp_path / "posterior.csv"
    path.write_text("beta,awareness\n0.1,0.1\n2.5,0.9\n")
    result = compare(
        ["welcoming-2012", "no-contact"], city="littletown", years=0.15, scale=1.0,
        environment="E0", replicates=2, posterior=path, draws=2, decompose=False, processes=1,
        progress=False,
    )  # fmt: skip
    whole = result.contrasts
    row = whole[
        (whole["by"] == "all") & (whole["outcome"] == "reporting_latino")
        & (whole["measure"] == "difference")
    ].iloc[0]  # fmt: skip
    assert len(row["paired"]) == 4 and row["n"] == 2
    assert (row["low"], row["high"]) == (row["mc_low"], row["mc_high"])
    weak, strong = np.reshape(row["paired"], (2, 2)).mean(axis=0)
    assert strong > weak + 1, "a strong belief raises reporting under no contact much more"
    assert row["par_high"] - row["par_low"] > 1
    assert result.manifest["draws"] == [
        {"beta": 0.1, "awareness": 0.1}, {"beta": 2.5, "awareness": 0.9}
    ]  # fmt: skip
    # The baseline meets the survey's levels at every draw, since they are solved at each.
    level = whole[
        (whole["by"] == "all") & (whole["outcome"] == "reporting_by_victims")
        & (whole["measure"] == "level") & (whole["regime"] == "welcoming-2012")
    ].iloc[0]  # fmt: skip
    at_draw = np.reshape(level["paired"], (2, 2)).mean(axis=0)
    assert abs(at_draw[0] - at_draw[1]) < 3
    assert "--posterior posterior.csv --draws 2" in result.command()


SHORT = {
    "city": "littletown", "scale": 1.0, "years": 0.05, "decompose": False, "processes": 1,
    "progress": False,
}  # fmt: skip
PAIR = ["welcoming-2012", "no-contact"]


def test_both_uncertainties_are_told_unless_one_is_asked_for():
    both = compare(PAIR, replicates=2, **SHORT)
    assert len(both.manifest["draws"]) == DEFAULT_DRAWS
    assert {"mc_low", "par_low"} <= set(both.contrasts)
    assert f"--draws {DEFAULT_DRAWS}" in both.command()
    chance = compare(PAIR, replicates=2, draws=0, **SHORT)
    assert chance.manifest["draws"] == [] and "par_low" not in chance.contrasts
    assert "--draws 0" in chance.command()


@pytest.mark.parametrize("alone", [{"replicates": 1}, {"replicates": 2, "events": True}])
def test_draws_that_would_tell_nothing_are_not_made_unless_asked_for(alone):
    assert compare(PAIR, **alone, **SHORT).manifest["draws"] == []


@pytest.mark.parametrize("given", [
    {"draws": 1}, {"draws": -1}, {"draws": 0, "posterior": ""}, {"draws": 2, "events": True},
])  # fmt: skip
def test_draws_that_cannot_be_are_refused_before_anything_runs(given):
    with pytest.raises(BadInput) as refused:
        compare(PAIR, replicates=2, **SHORT, **given)
    assert len(refused.value.faults) == 1


@pytest.mark.parametrize("sign", [1, -1])
def test_no_star_stands_beside_a_number_that_is_nought_in_print(sign):
    def told(size):
        ends = sorted((sign * size * 0.9, sign * size * 1.1))
        row = {"estimate": sign * size, "low": ends[0], "high": ends[1], "suppressed": False}
        return estimate_text(pd.Series(row), signed=True)

    assert "*" not in told(0.0002) and "*" in told(0.002)
