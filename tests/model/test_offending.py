"""How offenders answer, and what silence does to the lethal hazard of a course."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.ledger import BY_VICTIM, SURVEYED
from model.offending import LETHAL_CEILING, lethal_factor
from model.pools import Pool
from model.rates import HOUSEHOLD_CRIMES
from model.registry import load_parameters
from model.response import Response, offending_multiplier
from model.schema import ADULT
from model.state import NEVER
from tests.claims.worlds import lively, model_of

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
    assert response.largest_change == response.multiplier[0] - 1.0


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


def test_offenders_who_do_not_respond_leave_everything_as_it_is():
    assert multiplier(0.1, 0.1, epsilon=1.2, offenders_respond=0.0) == 1.0


@given(st.integers(0, 1000), st.floats(0, 2), st.floats(0, 1))
def test_the_lethal_factor_is_one_at_first_and_three_at_most(unreported, lethal, partner):
    values = load_parameters({"lethal_escalation": lethal, "partner_escalation": partner})
    factors = lethal_factor(np.array([0, unreported, unreported + 1]), values)
    assert factors[0] == 1.0
    assert factors[0] <= factors[1] <= factors[2] <= LETHAL_CEILING == 3.0


@given(st.floats(1e-9, 1 - 1e-9), st.floats(1e-9, 1 - 1e-9), st.integers(0, 6))
def test_the_second_bystander_is_somebody_else(first, second, adults):
    pool = Pool(np.arange(10, 10 + adults, dtype=np.int32), np.array([0, adults]))
    area, u, v = np.array([0]), np.array([first]), np.array([second])
    one, other = pool.pick(area, u)[0], pool.pick_another(area, v, u)[0]
    assert (one == -1) == (adults == 0)
    assert (other == -1) == (adults < 2)
    assert one != other or adults == 0


def test_every_other_adult_is_the_second_bystander_alike():
    pool, n = Pool(np.arange(5, dtype=np.int32), np.array([0, 5])), 4000
    u = (np.arange(n) + 0.5) / n
    picked = pool.pick_another(np.zeros(n, int), u, np.full(n, 0.5))
    assert np.bincount(picked, minlength=5).tolist() == [1000, 1000, 0, 1000, 1000]


def test_a_householder_who_is_away_reports_nothing():
    """Another adult of the household does, or nobody."""
    model = model_of(lively(days=30, parameters={"survey_fear": 0.0}))
    people, away = model.population, model.state.away_until
    householders = people.household_start[:-1].astype(np.int64)
    away[householders[::2]] = NEVER
    # In every fourth household nobody is left at all.
    gone = np.isin(people.household, np.arange(people.n_households)[::4])
    away[gone] = NEVER
    incidents = model.run().events()["incident"]
    incidents = incidents[incidents["crime"] >= HOUSEHOLD_CRIMES[0]]
    who, fate = incidents["person"].to_numpy(), incidents["fate"].to_numpy()
    home = people.household[who]
    speaks = fate & (BY_VICTIM | SURVEYED) > 0
    assert speaks.sum() > 200
    assert not speaks[gone[who]].any()
    # Crimes befall the household all the same, and police find some.
    assert gone[who].mean() == pytest.approx(0.25, abs=0.06)
    # A child speaks for nobody.
    assert (people.age[who[speaks]] >= ADULT).all()
    stand_in = who != householders[home]
    # The others stand in for a householder in custody.
    assert (home[stand_in] % 4 == 2).mean() > 0.9
    assert stand_in.sum() > 30
    assert speaks[stand_in].mean() > 0.2
