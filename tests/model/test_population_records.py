"""Convictions and carve-out flags: who has them, how often, and how often wrongly."""

from __future__ import annotations

import numpy as np
import pytest

from model.city import load_city
from model.population import Population, synthesise
from model.records import BIT, record_intensity
from model.registry import load_parameters
from model.schema import AGES, CARVE_OUTS, CONVICTIONS, ETHNICITIES, SEXES, STATUSES

FELONY = CONVICTIONS["nonviolent_felony"]
UNDOCUMENTED, US_BORN = STATUSES.codes("undocumented", "us_born")


@pytest.fixture(scope="module")
def people() -> Population:
    return synthesise(load_city("chicago"), seed=1, scale=0.1, parameters=load_parameters())


def flagged(people: Population, name: str) -> np.ndarray:
    return (people.flags & BIT[name]) > 0


def test_children_have_no_record(people):
    children = people.age < AGES["18-24"]
    assert children.sum() > 10_000
    assert not people.conviction[children].any()
    assert not people.flags[children].any()


def test_undocumented_residents_are_convicted_at_the_published_shares(people):
    conviction = people.conviction[people.status == UNDOCUMENTED]
    assert (conviction > 0).mean() == pytest.approx(0.075, abs=0.006)
    assert (conviction >= FELONY).mean() == pytest.approx(0.027, abs=0.004)
    assert 0 < (conviction == CONVICTIONS["violent_felony"]).sum() < (conviction >= FELONY).sum()


def test_us_born_adults_are_convicted_more_often_than_immigrants_and_men_than_women(people):
    adult = people.age >= AGES["18-24"]
    convicted = people.conviction > 0
    us_born = convicted[adult & (people.status == US_BORN)].mean()
    assert us_born == pytest.approx(0.22, abs=0.015)
    assert us_born > 2 * convicted[adult & (people.status == STATUSES["naturalized"])].mean()
    men = convicted[adult & (people.sex == SEXES["male"])].mean()
    assert men / convicted[adult & (people.sex == SEXES["female"])].mean() == pytest.approx(4, 0.1)


def test_records_rise_with_an_areas_arrests(people):
    city = people.city
    intensity = record_intensity(city, 0.5)
    assert np.average(intensity, weights=city.population) == pytest.approx(1)
    assert (record_intensity(city, 0.0) == 1).all()
    us_born = (people.status == US_BORN) & (people.age >= AGES["18-24"])
    low, high = np.quantile(intensity, (0.25, 0.75))
    rates = [
        (people.conviction[us_born & chosen[people.area]] > 0).mean()
        for chosen in (intensity < low, intensity > high)
    ]
    assert rates[1] > 1.8 * rates[0]


def test_felonies_are_recorded_imperfectly_both_ways(people):
    recorded, felon = flagged(people, "felony_conviction"), people.conviction >= FELONY
    assert recorded[felon].mean() == pytest.approx(0.92, abs=0.01)
    wrongly = recorded & ~felon
    assert wrongly.sum() > 100
    assert wrongly.sum() < 0.1 * recorded.sum()


def test_the_gang_database_has_the_published_size_and_make_up(people):
    listed = flagged(people, "gang_database")
    assert listed.sum() == pytest.approx(134_200 * 0.1, abs=1)
    men = listed & (people.sex == SEXES["male"])
    men &= np.isin(people.ethnicity, ETHNICITIES.codes("black", "latino"))
    assert men.sum() / listed.sum() == pytest.approx(0.913, abs=0.001)
    assert not (people.gang_error & ~listed).any()
    assert people.gang_error.sum() / listed.sum() == pytest.approx(0.112, abs=0.001)


def test_wrong_gang_entries_fall_on_the_convicted_less_often_than_founded_ones(people):
    listed = flagged(people, "gang_database")
    founded = people.conviction[listed & ~people.gang_error] > 0
    wrong = people.conviction[people.gang_error] > 0
    assert founded.mean() > 1.4 * wrong.mean()


def test_offence_classes_follow_the_conviction_they_come_from(people):
    lesser = np.isin(people.conviction, CONVICTIONS.codes("misdemeanour", "nonviolent_felony"))
    violent = people.conviction == CONVICTIONS["violent_felony"]
    for name, possible in (
        ("drug_offence", lesser),
        ("prostitution_offence", lesser),
        ("child_sex_offence", violent),
    ):
        assert flagged(people, name).sum() > 50
        assert not flagged(people, name)[~possible].any()


def test_every_carve_out_class_has_undocumented_and_other_residents(people):
    undocumented = people.status == UNDOCUMENTED
    for name in CARVE_OUTS:
        if name != "child_sex_offence":
            assert flagged(people, name)[undocumented].any()
        assert flagged(people, name)[~undocumented].any()
    assert 0 < flagged(people, "criminal_warrant").mean() < 0.05
    assert 0 < flagged(people, "felony_pending").mean() < 0.02
