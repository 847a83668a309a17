"""How offenders answer, and what silence does to the lethal hazard of a course."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.offending import LETHAL_CEILING, Response, lethal_factor, offending_multiplier
from model.registry import load_parameters

RATIO = st.floats(1e-3, 1e3)
EPSILON = st.floats(0, 1.2)


def multiplier(reporting, clearance=1.0, **parameters):
    values = load_parameters(parameters)
    return float(offending_multiplier(np.array([reporting]), np.array([clearance]), values)[0])


@given(RATIO, RATIO, EPSILON, st.floats(0, 1))
def test_the_multiplier_stays_between_a_half_and_two(reporting, clearance, epsilon, phi):
    assert 0.5 <= multiplier(reporting, clearance, epsilon=epsilon, phi=phi) <= 2.0


@given(EPSILON, st.floats(0, 1))
def test_what_is_seen_at_the_baseline_gives_exactly_one(epsilon, phi):
    assert multiplier(1.0, 1.0, epsilon=epsilon, phi=phi) == 1.0


@given(RATIO, RATIO, EPSILON)
def test_more_reporting_never_raises_offending(one, other, epsilon):
    less, more = sorted((one, other))
    assert multiplier(more, epsilon=epsilon) <= multiplier(less, epsilon=epsilon) + 1e-12


def test_a_tenth_less_reporting_raises_offending_by_the_elasticity():
    assert multiplier(0.9, 0.9, epsilon=0.8, phi=0.3) == pytest.approx(0.9**-0.8)
    # Clearance takes its share of the elasticity, never an effect on top.
    assert multiplier(0.9, 1.0, epsilon=0.8, phi=0.3) == pytest.approx(0.9 ** (-0.8 * 0.7))
    assert multiplier(1.0, 0.9, epsilon=0.8, phi=0.3) == pytest.approx(0.9 ** (-0.8 * 0.3))


def see(response, reported, at_base, groups=1):
    chances = (reported, at_base, 0.2 * reported, 0.2 * at_base)
    response.see(np.zeros(groups, int), *(np.full(groups, chance) for chance in chances))


def test_a_group_without_incidents_is_left_alone():
    response = Response(2, load_parameters())
    see(response, 0.3, 0.5)
    response.close_month(30)
    assert response.multiplier[0] > 1.0 == response.multiplier[1]
    assert response.gain == response.multiplier[0] - 1.0


def test_memory_smooths_a_change_over_months():
    response, steps = Response(1, load_parameters()), []
    for _ in range(60):
        see(response, 0.3, 0.5)
        response.close_month(30)
        steps.append(float(response.multiplier[0]))
    wanted = (0.3 / 0.5) ** -load_parameters().epsilon
    assert 1.0 < steps[0] < steps[5] < steps[-1] <= wanted
    assert steps[-1] == pytest.approx(wanted, rel=0.01)
    assert steps[0] - 1 < 0.3 * (wanted - 1)


@given(st.integers(0, 1000), st.floats(0, 2), st.floats(0, 1))
def test_the_lethal_factor_is_one_at_first_and_three_at_most(unreported, lethal, partner):
    values = load_parameters({"lethal_escalation": lethal, "partner_escalation": partner})
    factors = lethal_factor(np.array([0, unreported, unreported + 1]), values)
    assert factors[0] == 1.0
    assert factors[0] <= factors[1] <= factors[2] <= LETHAL_CEILING == 3.0
