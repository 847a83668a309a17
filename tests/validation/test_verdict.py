"""A verdict is what holds for every point of the model's interval."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from experiments.validation.effects import Effect
from experiments.validation.row import Row
from experiments.validation.verdict import (
    AGREES,
    BASES,
    DISAGREES,
    NOT_COMPARABLE,
    RIGHT_SIGN,
    claim,
    judge,
)

BEST_FIRST = (AGREES, RIGHT_SIGN, DISAGREES)
TURNED = {"negative": "positive", "positive": "negative"}


def effect(low, high, **more):
    values = {"estimate": (low + high) / 2, "low": low, "high": high, "chance_low": low,
              "chance_high": high, "replicates": 4, "draws": 1, "a": 1.0, "b": 1.0, "small": False}
    return Effect(**{**values, **more})


def row(estimate, low=None, high=None, **more):
    given = {"contrast": "E0 -> E3", "outcome": "reporting", "unit": "points", **more}
    return Row(id="x", estimate=estimate, low=low, high=high, **given)


def level(estimate, low=None, high=None, **more):
    return row(estimate, low, high, contrast="", **more)


@pytest.mark.parametrize(
    ("published", "model", "told", "rests_on"),
    [
        # An effect with an interval.
        (row(-30, -47, -13), effect(-25, -15), AGREES, "interval"),
        (row(-30, -47, -13), effect(-6, -4), RIGHT_SIGN, ""),
        (row(-30, -47, -13), effect(-70, -60), RIGHT_SIGN, ""),
        (row(-30, -47, -13), effect(-20, -4), RIGHT_SIGN, ""),
        (row(-30, -47, -13), effect(4, 6), DISAGREES, ""),
        (row(-30, -47, -13), effect(-3, 1), DISAGREES, ""),
        (row(-30, -47, -13), effect(-40, 20), NOT_COMPARABLE, ""),
        (row(-30, -47, -13, discrepancy=12), effect(-6, -4), AGREES, "discrepancy"),
        # The discrepancy widens the size, never the sign.
        (row(-10, -15, -5, discrepancy=12), effect(0.1, 0.3), DISAGREES, ""),
        (row(-10, -15, -5, discrepancy=12), effect(-0.3, 0.1), NOT_COMPARABLE, ""),
        # No effect found: what is claimed is the range.
        (row(0, -5, 5), effect(0.06, 0.08), AGREES, "interval"),
        (row(-1, -5, 3), effect(1, 2), AGREES, "interval"),
        (row(0, -5, 5), effect(6, 8), DISAGREES, ""),
        (row(0, -5, 5), effect(-24, 24), NOT_COMPARABLE, ""),
        # An estimate alone.
        (row(-30), effect(-31, -27), RIGHT_SIGN, ""),
        (row(-30), effect(27, 31), DISAGREES, ""),
        (row(-30), effect(-31, 1), NOT_COMPARABLE, ""),
        (row(-30, discrepancy=12), effect(-31, -27), AGREES, "discrepancy"),
        (row(0), effect(-1, 1), NOT_COMPARABLE, ""),
        # A sign alone.
        (row("negative"), effect(-2, -0.5), AGREES, "sign"),
        (row("negative", built_in="a rule"), effect(-2, -0.5), AGREES, "rule"),
        (row("negative"), effect(0.5, 2), DISAGREES, ""),
        (row("negative", built_in="a rule"), effect(0.5, 2), DISAGREES, ""),
        (row("negative"), effect(0, 0), DISAGREES, ""),
        (row("negative"), effect(-2, 1), NOT_COMPARABLE, ""),
        # A level.
        (level(45, 40, 50), effect(44, 46), AGREES, "interval"),
        (level(45, 40, 50), effect(30, 35), DISAGREES, ""),
        (level(45, 40, 50), effect(38, 42), NOT_COMPARABLE, ""),
        (level(45, discrepancy=10), effect(38, 42), AGREES, "discrepancy"),
        (level(45), effect(44.9, 45.1), NOT_COMPARABLE, ""),
        # Ratios have no effect at 1.
        (row(1.5, 1.2, 2.0, unit="ratio"), effect(1.05, 1.1), RIGHT_SIGN, ""),
        (row(1.5, 1.2, 2.0, unit="ratio"), effect(0.8, 0.9), DISAGREES, ""),
        (row(1.5, 0.9, 2.0, unit="ratio"), effect(0.95, 1.1), AGREES, "interval"),
    ],
)
def test_the_verdict_follows_the_rule(published, model, told, rests_on):
    judged = judge(published, model)
    assert (judged.verdict, judged.basis) == (told, rests_on)
    assert judged.reason or rests_on == "interval"


def test_where_the_size_is_hardly_tested_the_reason_says_what_part_of_it_the_model_gives():
    near = judge(row(-10, discrepancy=5), effect(-0.8, -0.6))
    assert near.verdict == AGREES and "(7% of the published effect)" in near.reason
    far = judge(row(-10, -12, -8), effect(-26, -24))
    assert far.verdict == RIGHT_SIGN and "(2.5 times of the published effect)" not in far.reason
    assert "(2.5 times the published effect)" in far.reason
    assert "published effect" not in judge(level(45, discrepancy=10), effect(38, 42)).reason


def test_an_opposite_sign_says_that_the_study_gives_no_interval():
    assert judge(row(16, discrepancy=12), effect(-4, -1)).reason.endswith("without an interval")
    assert judge(row(16, 2, 30), effect(-4, -1)).reason == "the opposite sign"


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (None, "no such event"),
        (effect(-31, -27, small=True), "fewer than 20 events"),
        (effect(math.nan, math.nan, estimate=-30.0, replicates=1), "at least two replicates"),
    ],
)
def test_without_an_interval_of_the_model_nothing_is_compared(model, reason):
    judged = judge(row(-30, -47, -13), model)
    assert judged.verdict == NOT_COMPARABLE and reason in judged.reason


def test_over_draws_a_verdict_holds_for_parameters_and_for_chance():
    study = row(-30, -47, -13)
    drawn = effect(-25, -15, draws=20)
    assert judge(study, drawn).verdict == AGREES
    noisy = effect(-25, -15, draws=20, chance_low=-60.0, chance_high=20.0)
    wide = effect(-60, 20, draws=20, chance_low=-25.0, chance_high=-15.0)
    assert judge(study, noisy).verdict == judge(study, wide).verdict == NOT_COMPARABLE
    assert judge(study, noisy).reason.endswith("more replicates")
    assert judge(study, wide).reason.endswith("the posterior is too wide")


numbers = st.floats(-100, 100, allow_subnormal=False)


@st.composite
def studies(draw):
    """A study: with an interval, an estimate alone, or a sign alone; an effect or a level."""
    discrepancy = draw(st.sampled_from([0.0, 3.0, 12.0]))
    kind = draw(st.sampled_from(["interval", "estimate", "sign", "level"]))
    if kind == "sign":
        return row(draw(st.sampled_from(["negative", "positive"])))
    low, estimate, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    ends = {} if kind == "estimate" else {"low": low, "high": high}
    contrast = "" if kind == "level" else "E0 -> E3"
    return row(estimate, **ends, discrepancy=discrepancy, contrast=contrast)


@st.composite
def nested(draw):
    """A model's interval and a wider one around it."""
    low, high = sorted(draw(st.tuples(numbers, numbers)))
    left, right = draw(st.tuples(st.floats(0, 100), st.floats(0, 100)))
    return effect(low, high), effect(low - left, high + right)


@given(studies(), nested())
def test_noise_never_betters_a_verdict(published, intervals):
    """A wider interval of the model leaves the verdict, worsens it, or says nothing."""
    narrow, wide = (judge(published, one).verdict for one in intervals)
    if wide != NOT_COMPARABLE:
        assert narrow != NOT_COMPARABLE
        assert BEST_FIRST.index(wide) >= BEST_FIRST.index(narrow)


@given(studies(), nested())
def test_mirrored_data_give_the_same_verdict(published, intervals):
    mirrored = published.model_copy(update={
        "estimate": TURNED[published.estimate] if published.sign_only else -published.estimate,
        "low": None if published.high is None else -published.high,
        "high": None if published.low is None else -published.low,
    })
    for one in intervals:
        there, here = judge(mirrored, effect(-one.high, -one.low)), judge(published, one)
        assert (there.verdict, there.basis) == (here.verdict, here.basis)


@given(studies(), nested())
def test_a_wider_discrepancy_never_loses_an_agreement(published, intervals):
    assume(not published.sign_only)
    wider = published.model_copy(update={"discrepancy": published.discrepancy + 5})
    for one in intervals:
        if judge(published, one).verdict == AGREES:
            assert judge(wider, one).verdict == AGREES


@given(studies(), nested())
def test_an_agreement_lies_within_the_claim_and_says_what_it_rests_on(published, intervals):
    for one in intervals:
        judged, claimed = judge(published, one), claim(published)
        assert (judged.basis in BASES) == (judged.verdict == AGREES)
        if judged.verdict == AGREES:
            assert claimed.low <= one.low and one.high <= claimed.high
            none = published.nothing
            assert not claimed.sign or min(claimed.sign * (one.low - none),
                                           claimed.sign * (one.high - none)) > 0
