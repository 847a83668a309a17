"""Leads, the race for visits, and who shares a household."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.ice import (
    CITY_RECORDS,
    OTHER,
    OTHER_AGENCIES,
    Leads,
    housemates,
    race,
    record_lead_chances,
)
from model.registry import load_parameters
from tests.claims.worlds import lively, model_of, world

IDS = st.lists(st.integers(0, 40), min_size=1, max_size=30)


def leads_with(*additions):
    leads = Leads(240.0)
    for day, person, origin in additions:
        leads.add(np.array(person, np.int64), np.array(origin, np.int64), day)
    return leads


@given(IDS, IDS)
def test_leads_are_sorted_persons_each_once(first, second):
    leads = leads_with((1, first, [OTHER] * len(first)), (5, second, [CITY_RECORDS] * len(second)))
    assert leads.person.tolist() == sorted(set(first) | set(second))
    refreshed = np.isin(leads.person, second)
    assert (leads.day == np.where(refreshed, 5, 1)).all()
    assert (leads.origin == np.where(refreshed, CITY_RECORDS, OTHER)).all()


def test_of_several_origins_on_one_day_the_first_channel_counts():
    leads = leads_with((1, [7, 7, 7], [OTHER, CITY_RECORDS, OTHER_AGENCIES]))
    assert (leads.person.tolist(), leads.origin.tolist()) == ([7], [CITY_RECORDS])


def test_leads_that_are_dropped_leave_the_others():
    leads = leads_with((1, [3, 5, 9], [OTHER] * 3))
    leads.keep(leads.person != 5)
    assert leads.person.tolist() == [3, 9]
    assert len(leads.origin) == len(leads.day) == 2


def test_a_lead_is_worth_half_after_its_half_life():
    assert leads_with().worth[[0, 240, 480]].tolist() == [1.0, 0.5, 0.25]


@given(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=30, unique=True), st.integers(0, 8))
def test_one_more_runner_displaces_the_last_and_nobody_else(u, places):
    u = np.array(u)
    weight = np.ones(len(u))
    before = race(weight[:-1], u[:-1], places).tolist()
    after = race(weight, u, places).tolist()
    newcomer = len(u) - 1
    others = [one for one in after if one != newcomer]
    assert others == before[: len(after) - (newcomer in after)]


def test_the_race_is_won_in_proportion_to_weight():
    rng = np.random.default_rng(1)
    weight = np.array([1.0, 2.0, 5.0])
    wins = np.bincount([race(weight, rng.random(3), 1)[0] for _ in range(8000)], minlength=3)
    assert np.abs(wins / 8000 - weight / 8).max() < 0.02


def test_housemates_are_all_members_of_the_households_each_once():
    people = world(lively()).population
    big = int(np.argmax(np.diff(people.household_start)))
    first = int(people.household_start[big])
    asked = np.array([first + 1, first, 0])
    found = housemates(people, asked)
    assert found.tolist() == sorted(set(found.tolist()))
    homes = set(people.household[asked].tolist())
    assert found.tolist() == np.flatnonzero(np.isin(people.household, list(homes))).tolist()


@pytest.mark.parametrize("environment", ["E0", "E3"])
def test_closing_databases_never_raises_the_chance_of_a_lead(environment):
    chances = []
    for regime in ("full-cooperation", "ice-ban-2019", "dhs-ban", "no-contact"):
        model = model_of(lively(regime=regime, environment=environment, days=1))
        model.step()
        chances.append(record_lead_chances(model))
    direct, any_way = zip(*chances, strict=True)
    assert list(direct) == sorted(direct, reverse=True)
    assert list(any_way) == sorted(any_way, reverse=True)
    assert direct[-1] == 0.0
    assert all(0 <= d <= a for d, a in chances)
    values = load_parameters(lively().parameters)
    assert any_way[-1] == pytest.approx(values.substitution * values.record_lead)
