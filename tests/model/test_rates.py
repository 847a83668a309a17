"""Hazards: levels from the tables, spread by relative risk, the same city at every scale."""

from dataclasses import replace

import numpy as np
import pytest

from model.rates import (
    CEILING,
    DAYS,
    HOUSEHOLD_CRIMES,
    PERSON_MARKS,
    cells,
    simulated_share,
    solve_rates,
)
from model.registry import load_parameters
from model.risks import SHAPE, age_profile, arrest_risk, violence_risk
from model.schema import CONVICTIONS, CRIMES, STATUSES
from tests.claims.worlds import lively, world


@pytest.fixture(scope="module")
def made():
    return world(lively())


def test_hazards_sum_to_the_incidents_that_were_solved(made):
    people, rates = made
    here = simulated_share(people)
    a_year = rates.person[rates.cell].sum(axis=0) * DAYS
    for mark in range(4):
        wanted = rates.intercepts.incidents[:, mark] @ here
        assert a_year[mark] == pytest.approx(wanted), PERSON_MARKS[mark]
    assert a_year[4] == pytest.approx(rates.intercepts.courses_a_year @ here)


def test_household_hazards_sum_to_the_incidents_that_were_solved(made):
    people, rates = made
    homes = np.diff(np.searchsorted(people.household_start, people.area_start))
    wanted = simulated_share(people) @ rates.intercepts.incidents[:, list(HOUSEHOLD_CRIMES)]
    assert homes @ rates.household * DAYS == pytest.approx(wanted)


def test_clocks_of_crime_run_at_the_ceiling_and_others_at_their_rate(made):
    rates = made.rates
    values, stops = rates.parameters, made.population.city.policing.stops(2022)
    ratio = rates.person_hazard(2022).sum(axis=0) / rates.person.sum(axis=0)
    assert ratio[:4] == pytest.approx(CEILING * values.exposure)
    assert ratio[5] == pytest.approx(stops * values.exposure)
    assert rates.household_hazard() == pytest.approx(rates.household * CEILING * values.exposure)


def test_as_many_courses_begin_as_end_though_nobody_has_two():
    rates = replace(world(lively()).rates, parameters=load_parameters())
    # In a year q of those without a course begin one; a share `stays` of courses outlasts a year.
    length = rates.parameters.partner_course_years
    q, stays = 1 - np.exp(-rates.course_hazard * DAYS), np.exp(-1 / length)
    begun_and_left = q * length * (1 - stays)
    share = np.zeros(len(q))
    for _ in range(100):
        share = share * stays + (1 - share) * begun_and_left
    assert (rates.in_course > 0).sum() > 1000
    assert share == pytest.approx(rates.in_course)
    begin = rates.person[:, PERSON_MARKS.index("partner_course")] * DAYS
    assert (1 - share) * q == pytest.approx(begin)


def test_other_arrests_are_what_the_series_leaves_and_never_negative(made):
    rates = made.rates
    policing = made.population.city.policing
    for year in (2012, 2019, 2022):
        left = policing.arrests(year) - rates.intercepts.cleared_a_year
        left -= rates.stop_arrest_share * policing.stops(year)
        assert rates.other_arrests(year) == pytest.approx(max(0.0, left))
    assert rates.other_arrests(2012) > rates.other_arrests(2022) >= 0


def test_a_hand_over_has_a_chance(made):
    assert 0 < made.rates.pursued <= 1


def test_a_cell_tells_area_age_sex_status_and_conviction(made):
    people, rates = made
    cell = cells(people)
    assert np.array_equal(cell, rates.cell)
    place = np.unravel_index(cell, (people.city.n_areas, *SHAPE))
    for found, column in zip(
        place, (people.area, people.age, people.sex, people.status, people.conviction), strict=True
    ):
        assert np.array_equal(found, column)


def test_ice_seeks_no_citizen_and_residents_only_after_a_conviction(made):
    sought = made.rates.removable
    for status in ("us_born", "naturalized"):
        assert (sought[STATUSES[status]] == 0).all()
    assert (sought[STATUSES["undocumented"]] == 1).all()
    resident = sought[STATUSES["permanent_resident"]]
    assert resident[CONVICTIONS["none"]] == 0 < resident[CONVICTIONS["violent_felony"]]
    assert ((sought >= 0) & (sought <= 1)).all()


def test_threat_is_felt_where_the_traits_say_so(made):
    people, rates = made
    feels = rates.threat_weight > 0
    assert feels[people.status == STATUSES["undocumented"]].all()
    assert np.array_equal(feels, (people.ladder > 0) | people.mixed)
    assert 0 < feels.mean() < 1


def test_the_naturalized_are_raked_to_the_surveys_ratio(made):
    people, rates = made
    violent = rates.person[:, 1:4].sum(axis=1)[rates.cell]
    grown = people.age >= 1
    rate = [
        violent[grown & (people.status == STATUSES[name])].mean()
        for name in ("naturalized", "us_born")
    ]
    # The raking is by the level of each area: the rates themselves meet it nearly.
    assert rate[0] / rate[1] == pytest.approx(rates.parameters.naturalized_rate_ratio, rel=0.1)


def test_relative_risks_are_where_the_evidence_puts_them(made):
    values = made.rates.parameters
    arrest = arrest_risk(values)
    assert arrest.shape == SHAPE
    by_status = arrest[4, 1, :, 0]
    assert by_status[STATUSES["undocumented"]] < by_status[STATUSES["us_born"]]
    women, men = violence_risk(0.85)[3, :, 0, 0]
    assert women / (women + men) == pytest.approx(0.85)
    assert age_profile("violent")[-1] < age_profile("violent")[3]


def test_the_order_of_marks_is_that_of_crimes():
    assert PERSON_MARKS[:4] == CRIMES.names[:4]
    assert CRIMES.codes("burglary", "motor_vehicle_theft", "theft") == HOUSEHOLD_CRIMES


def test_environments_are_compared_under_one_level_of_reporting():
    """Solved each in its own, both would meet the same targets and law could move nothing."""
    people = world(lively()).population

    def solved(environment, under=None):
        setting = lively(environment=environment, solved_under=under)
        return solve_rates(people, load_parameters(setting.parameters), setting).intercepts

    own, shared, alone = solved("E3"), solved("E3", "E0"), solved("E0")
    assert np.array_equal(shared.victim, alone.victim)
    assert (own.victim < alone.victim).all()
