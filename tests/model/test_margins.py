"""The population meets the city's tables, and the report says how nearly."""

from __future__ import annotations

import numpy as np
import pytest

from model.city import load_city
from model.margins import CITY, CITYWIDE_ONLY, LEAST_CELL, exact_margins, margin_report
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
    report = exact_margins(full)
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
    rows = exact_margins(full).set_index("quantity")
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


def test_by_area_nothing_made_gives_persons_back():
    people = make(0.01)
    shown, exact = margin_report(people), exact_margins(people)
    by_area = shown.area != CITY
    assert set(shown.quantity[by_area & (shown.unit != "share")]) == {"residents", "households"}
    told = shown[by_area & shown.quantity.isin(CITYWIDE_ONLY)]
    assert len(told) == 3 * people.city.n_areas
    assert told.made.isna().all() and told.difference.isna().all()
    shares = shown[by_area & (shown.unit == "share") & ~shown.quantity.isin(CITYWIDE_ONLY)]
    known = shares.dropna(subset="made")
    assert shares.made.isna().any() and len(known)
    assert np.allclose(known.made * 100, (known.made * 100).round())
    residents = shown[by_area & (shown.quantity == "residents")].set_index("area").made
    persons, here = exact.persons[known.index], known.area.map(residents)
    assert persons.min() >= LEAST_CELL and (here - persons).min() >= LEAST_CELL


def test_hidden_ethnicities_of_an_area_are_never_one_and_never_few():
    people = make(0.01)
    shown, exact = margin_report(people), exact_margins(people)
    rows = (shown.area != CITY) & shown.quantity.isin(ETHNICITIES.names)
    lost = shown[rows & shown.made.isna()].assign(persons=exact.persons).groupby("area").persons
    assert len(lost)
    assert (lost.count() > 1).all() and (lost.sum() >= LEAST_CELL).all()


def test_the_largest_gap_of_any_area_stands_in_the_citywide_row():
    people = make(0.01)
    shown, exact = margin_report(people), exact_margins(people)
    gaps = exact[(exact.area != CITY) & (exact.quantity == "undocumented")].difference.abs()
    row = shown[(shown.area == CITY) & (shown.quantity == "undocumented")]
    assert row.largest_gap.item() == round(gaps.max(), 3) > 0
    assert shown.largest_gap[shown.area != CITY].isna().all()
