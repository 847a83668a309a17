"""The intercepts are solved: what they were solved for comes out."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from model.faults import BadInput
from model.intercepts import (
    _NODES,
    _WEIGHTS,
    clearance_target,
    episodes_per_course,
    recorded_by_type,
    target,
    witnesses_silent_mean,
)
from model.rates import solve_rates
from model.registry import load_parameters
from model.schema import CRIMES, VIOLENT
from tests.claims.worlds import lively, world

VALUES = load_parameters()


def test_incidents_times_reporting_are_the_recorded_crimes():
    made = world(lively())
    city = made.population.city
    wanted = recorded_by_type(city, VALUES)
    for crime, name in enumerate(CRIMES):
        incidents = made.rates.intercepts.incidents[:, crime]
        share = wanted[:, crime].sum() / incidents.sum()
        assert share == pytest.approx(target(VALUES, crime), rel=1e-3), name


def test_recorded_assaults_are_told_apart_without_loss():
    city = world(lively()).population.city
    wanted = recorded_by_type(city, VALUES)
    parts = [CRIMES[name] for name in ("aggravated_assault", "simple_assault", "partner_violence")]
    assert wanted[:, parts].sum(axis=1) == pytest.approx(city.recorded["assault_battery"])
    assert (wanted >= 0).all()


@pytest.mark.parametrize("environment", ["E0", "E3"])
def test_reporting_meets_its_target_for_every_draw_of_the_parameters(environment):
    setting = lively(environment=environment, scale=0.003)
    people = world(setting).population
    for draw in ({"beta": 2.5}, {"sigma": 0.0, "trust_slope": 0.8}, {"reported_theft": 0.5}):
        values = load_parameters(draw)
        solved = solve_rates(people, values, setting).intercepts
        recorded = recorded_by_type(people.city, values).sum(axis=0)
        share = recorded / solved.incidents.sum(axis=0)
        wanted = [target(values, crime) for crime in range(len(CRIMES))]
        assert share == pytest.approx(wanted, rel=2e-3)


def test_only_violence_has_bystanders():
    solved = world(lively()).rates.intercepts
    assert np.isfinite(solved.bystander[list(VIOLENT)]).all()
    assert (solved.bystander[len(VIOLENT) :] == -np.inf).all()
    assert ((solved.found > 0) & (solved.found < 0.1)).all()
    assert ((solved.clearance >= 0) & (solved.clearance <= 1)).all()


def test_a_share_that_cannot_be_reached_is_told():
    setting = lively(scale=0.003)
    people = world(setting).population
    values = load_parameters({"bystander_present": 0.0})
    with pytest.raises(BadInput, match="bystander"):
        solve_rates(people, values, setting)


def test_silence_of_witnesses_counts_none_one_or_two():
    speaks = np.array([0.0, 1.0, 0.3])
    silent = witnesses_silent_mean(VALUES, speaks)
    assert silent[0] == 1.0
    assert silent[1] == pytest.approx(1 - VALUES.bystander_present)
    two = VALUES.bystander_present * VALUES.second_bystander
    one = VALUES.bystander_present - two
    none = 1 - VALUES.bystander_present
    assert silent[2] == pytest.approx(none + one * 0.7 + two * 0.49)


def test_a_course_without_effect_of_reports_has_rate_times_length_episodes():
    values = load_parameters(
        {"hazard_after_report": 1.0, "hazard_after_services": 1.0, "hazard_after_arrest": 1.0}
    )
    wanted = values.partner_episode_rate * values.partner_course_years
    assert episodes_per_course(values, 0.475) == pytest.approx(wanted, rel=0.02)
    assert episodes_per_course(VALUES, 0.475) < wanted


def test_episodes_of_a_course_agree_with_a_simulation():
    rng, n = np.random.default_rng(2), 40_000
    rate = VALUES.partner_episode_rate * rng.gamma(VALUES.partner_frailty_shape, size=n)
    rate /= VALUES.partner_frailty_shape
    end = rng.exponential(VALUES.partner_course_years, n)
    reached, arrest = 0.475, clearance_target(VALUES, CRIMES["partner_violence"])
    services = VALUES.services_after_report
    ratio = VALUES.hazard_after_report * (1 - services + services * VALUES.hazard_after_services)
    ratio *= 1 - arrest + arrest * VALUES.hazard_after_arrest
    first_report = np.minimum(rng.exponential(1 / (rate * reached)), end)
    before = rng.poisson(rate * (1 - reached) * first_report) + (first_report < end)
    after = rng.poisson(rate * ratio * (end - first_report))
    simulated = (before + after).mean()
    assert episodes_per_course(VALUES, reached) == pytest.approx(simulated, rel=0.03)


def test_trust_is_integrated_over_its_spread():
    exact, _ = quad(
        lambda x: expit(0.3 + 0.8 * x) * np.exp(-x * x / 2) / np.sqrt(2 * np.pi), -9, 9
    )
    assert expit(0.3 + 0.8 * _NODES) @ _WEIGHTS == pytest.approx(exact, abs=1e-5)


