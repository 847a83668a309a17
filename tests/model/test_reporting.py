"""Whether a crime reaches the police: the equations of the ODD text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.registry import load_parameters
from model.reporting import (
    clearance_chance,
    reaches_police,
    reports,
    static_shift,
    survivor_shift,
)
from model.schema import CRIMES, ETHNICITIES, LADDER

CHANCE = st.floats(0, 1)
VALUES = load_parameters()


@given(st.floats(-8, 8), st.floats(0, 5))
def test_fear_never_raises_reporting_and_none_leaves_it(logit, fear):
    with_fear, without = reports(np.array([logit]), fear), reports(np.array([logit]), 0.0)
    assert 0 < with_fear[0] <= without[0] < 1
    assert without[0] == pytest.approx(1 / (1 + np.exp(-logit)))


@given(CHANCE, CHANCE, CHANCE)
def test_the_union_is_at_least_each_way_and_at_most_their_sum(victim, witness, found):
    silent = np.array([(1 - victim) * (1 - witness)])
    union = reaches_police(silent, np.array([found]))[0]
    assert max(victim, witness, found) - 1e-12 <= union
    assert union <= min(1.0, victim + witness + found) + 1e-12


@given(CHANCE, CHANCE, CHANCE)
def test_clearance_needs_a_report_and_cooperation_helps(silent, found, ratio):
    arrays = [np.array([one]) for one in (silent, found)]
    chance = clearance_chance(*arrays, ratio)[0]
    assert -1e-12 <= chance <= reaches_police(*arrays)[0] + 1e-12
    assert chance <= clearance_chance(*arrays, 1.0)[0] + 1e-12


def test_what_police_alone_found_clears_at_the_ratio():
    nobody, sure = np.array([0.0]), np.array([1.0])
    assert clearance_chance(sure, sure, 0.4)[0] == pytest.approx(0.4)
    assert clearance_chance(nobody, nobody, 0.4)[0] == 1.0


def test_survivors_alone_are_supported_and_only_removable_ones():
    rung = np.arange(len(LADDER))
    for crime in CRIMES:
        shift = survivor_shift(VALUES, rung, CRIMES[crime], True)
        expected = np.zeros(len(LADDER))
        if crime in ("sexual_assault", "partner_violence"):
            expected[LADDER["undocumented"]] = VALUES.survivor_support_logit
        assert shift.tolist() == expected.tolist()


def test_without_support_survivors_report_as_others_do():
    rung = np.arange(len(LADDER))
    shift = survivor_shift(VALUES, rung, CRIMES["partner_violence"], False)
    assert (shift == 0).all()


def test_language_and_ethnicity_shift_the_level():
    ethnicity = np.array([ETHNICITIES["latino"], ETHNICITIES["white"]])
    shift = static_shift(VALUES, ethnicity, np.array([True, False]))
    assert shift.tolist() == [VALUES.latino_logit + VALUES.limited_english_logit, 0.0]
