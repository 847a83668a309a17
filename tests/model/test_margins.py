"""The population meets the city's tables, and the report says how nearly."""

from __future__ import annotations

import numpy as np
import pytest

from model.city import load_city
from model.margins import CITY, LEAST_CELL, margin_report
from model.population import Population, synthesise
from model.registry import load_parameters
from model.schema import AGES, ETHNICITIES, STATUSES


def make(scale: float, city: str = "chicago") -> Population:
    return synthesise(load_city(city), seed=1, scale=scale, parameters=load_parameters())


@pytest.fixture(scope="module")
def full() -> Population:
    return make(1.0)


def margins(people: Population) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Table shares and members by quantity, counted here without the report."""
    city = people.city
    pairs = {
        name: (city.ethnicity_share[:, i], people.ethnicity == i)
        for i, name in enumerate(ETHNICITIES)
    }
    return pairs | {
        "foreign-born": (city.foreign_born_share, people.status != STATUSES["us_born"]),
        "non-citizen": (
            city.noncitizen_share,
            people.status >= STATUSES["permanent_resident"],
        ),
        "undocumented": (city.undocumented_share, people.status == STATUSES["undocumented"]),
        "under 18": (city.under18_share, people.age <= AGES["12-17"]),
        "limited English": (city.limited_english_share, people.limited_english),
    }


def check(people: Population, citywide: float) -> None:
    city, scale = people.city, people.scale
    residents = np.bincount(people.area, minlength=city.n_areas)
    households = np.bincount(people.area[people.household_start[:-1]], minlength=city.n_areas)
    assert (np.abs(residents - city.population * scale) <= 1).all()
    assert (np.abs(households - city.households * scale) <= 1).all()
    for quantity, (share, members) in margins(people).items():
        made = np.bincount(people.area[members], minlength=city.n_areas)
        assert (np.abs(made - share * residents) <= 1 + 1e-6).all(), quantity
        table = np.average(share, weights=city.population)
        assert made.sum() / people.n == pytest.approx(table, rel=citywide), quantity


def test_the_full_city_meets_every_table(full):
    assert full.n == 2_746_388
    assert full.n_households == full.city.households.sum()
    check(full, citywide=0.001)


@pytest.mark.parametrize(("scale", "citywide"), [(0.1, 0.002), (0.01, 0.02), (0.001, 0.2)])
def test_small_cities_meet_every_table_within_a_person_an_area(scale, citywide):
    check(make(scale), citywide)


def test_an_invented_city_meets_its_tables():
    check(make(1.0, "littletown"), citywide=0.02)


def test_the_report_agrees_with_a_count_of_the_columns(full):
    report = margin_report(full)
    cities = report[report.area == CITY].set_index("quantity")
    assert set(margins(full)) < set(cities.index)
    areas = report[report.area != CITY].set_index(["quantity", "area"]).sort_index()
    for quantity, (share, members) in margins(full).items():
        assert cities.made[quantity] == pytest.approx(members.mean())
        rows = areas.loc[quantity]
        assert list(rows.index) == list(full.city.numbers)
        assert np.allclose(rows.table, share)
        assert np.nanmax(rows.difference.abs()) < 0.001
    assert np.allclose(report.difference, report.made - report.table, equal_nan=True)


def test_records_and_mixed_families_are_reported_beside_what_was_published(full):
    rows = margin_report(full).set_index("quantity")
    for quantity, published, tolerance in (
        ("undocumented: any conviction", 0.075, 0.002),
        ("undocumented: felony", 0.027, 0.0015),
        ("gang database: Black or Latino men", 0.913, 0.0001),
        ("gang database: listed wrongly", 0.112, 0.0001),
        ("families with an undocumented member: mixed status", 0.87, 0.015),
        ("families with an undocumented member: a US-born citizen", 0.74, 0.015),
    ):
        assert rows.table[quantity] == pytest.approx(published)
        assert rows.made[quantity] == pytest.approx(published, abs=tolerance)
    assert rows.made["gang database"] * full.n == pytest.approx(134_200, abs=1)


def test_a_population_that_misses_its_tables_shows_in_the_report():
    people = make(0.05)
    spoilt = people.columns() | {"status": np.zeros_like(people.status)}
    report = margin_report(Population.from_columns(people.city, 1, 0.05, spoilt))
    city = report[report.area == CITY].set_index("quantity")
    assert np.isnan(city.made["undocumented"])
    fair = margin_report(people)
    fair = fair[fair.area == CITY].set_index("quantity")
    assert abs(fair.difference["foreign-born"]) < 0.001


def test_by_area_statuses_are_shares_and_small_cells_are_missing():
    people = make(0.01)
    report = margin_report(people)
    areas = report[report.area != CITY]
    assert set(areas.quantity[areas.unit != "share"]) == {"residents", "households"}
    shares = areas[areas.unit == "share"]
    assert shares.made.dropna().between(0, 1).all()
    assert shares.made.isna().any() and shares.made.notna().any()
    residents = areas[areas.quantity == "residents"].set_index("area").made
    persons = shares.made * shares.area.map(residents)
    assert persons.dropna().min() >= LEAST_CELL - 1e-6
