"""Residents in households: order, chance, scale, and what one more resident changes."""

from __future__ import annotations

import numpy as np
import pytest

from model.city import load_city
from model.faults import BadInput
from model.margins import mixed_households
from model.person_columns import COLUMNS, PERSON_COLUMNS
from model.population import Population, synthesise
from model.registry import load_parameters
from model.schema import AGES, CONVICTIONS, ETHNICITIES, LADDER, STATUSES

ADULT = AGES["18-24"]
UNDOCUMENTED, US_BORN = STATUSES.codes("undocumented", "us_born")


def make(seed=1, scale=0.05, **overrides) -> Population:
    return synthesise(
        load_city("chicago"), seed=seed, scale=scale, parameters=load_parameters(overrides)
    )


@pytest.fixture(scope="module")
def people() -> Population:
    return make()


def same(a: Population, b: Population) -> bool:
    ours, theirs = a.columns(), b.columns()
    return all(np.array_equal(ours[name], theirs[name]) for name in COLUMNS)


def test_rows_are_sorted_by_area_then_household(people):
    assert (np.diff(people.area) >= 0).all()
    assert set(np.diff(people.household)) == {0, 1}
    sizes = np.diff(people.household_start)
    assert (sizes >= 1).all()
    assert np.array_equal(np.repeat(np.arange(people.n_households), sizes), people.household)
    areas = np.repeat(np.arange(people.city.n_areas), np.diff(people.area_start))
    assert np.array_equal(areas, people.area)
    first, last = people.household_start[:-1], people.household_start[1:] - 1
    assert np.array_equal(people.area[first], people.area[last])


def test_the_first_of_every_household_is_an_adult(people):
    assert (people.age[people.household_start[:-1]] >= ADULT).all()
    assert (people.age < ADULT).mean() > 0.15


def test_single_households_are_common_and_children_never_live_alone(people):
    sizes = np.diff(people.household_start)
    assert 0.25 < (sizes == 1).mean() < 0.45
    assert sizes.max() < 25


def test_most_households_are_of_one_ethnicity_and_some_are_not(people):
    first = people.household_start[:-1]
    several = np.diff(people.household_start) > 1
    low, high = (f.reduceat(people.ethnicity, first) for f in (np.minimum, np.maximum))
    assert 0.8 < (low == high)[several].mean() < 0.97


def test_mixed_means_undocumented_and_others_under_one_roof(people):
    first = people.household_start[:-1]
    undocumented = np.add.reduceat((people.status == UNDOCUMENTED).astype(int), first)
    sizes = np.diff(people.household_start)
    expected = (undocumented > 0) & (undocumented < sizes)
    assert expected.sum() > 1_000
    assert np.array_equal(people.mixed, expected[people.household])


def test_families_with_undocumented_members_are_mixed_as_published(people):
    families, mixed, with_us_born = mixed_households(people)
    assert families > 2_000
    assert mixed.sum() / families == pytest.approx(0.87, abs=0.03)
    assert with_us_born.sum() / families == pytest.approx(0.74, abs=0.03)


def test_undocumented_residents_are_mostly_latino_and_of_working_age(people):
    who = people.status == UNDOCUMENTED
    assert (people.ethnicity[who] == ETHNICITIES["latino"]).mean() > 0.7
    working = np.isin(people.age[who], AGES.codes("18-24", "25-34", "35-49", "50-64"))
    assert working.mean() > 0.85
    assert (people.age[who] < ADULT).mean() == pytest.approx(0.07, abs=0.01)


def test_the_ladder_follows_status_and_ethnicity(people):
    latino = people.ethnicity == ETHNICITIES["latino"]
    for status, rung_latino, rung_other in (
        ("us_born", "us_born_latino", "none"),
        ("naturalized", "naturalized_latino", "none"),
        ("permanent_resident", "lawful_noncitizen", "lawful_noncitizen"),
        ("visa_holder", "lawful_noncitizen", "lawful_noncitizen"),
        ("protected", "lawful_noncitizen", "lawful_noncitizen"),
        ("undocumented", "undocumented", "undocumented"),
    ):
        who = people.status == STATUSES[status]
        assert set(people.ladder[who & latino]) == {LADDER[rung_latino]}
        assert set(people.ladder[who & ~latino]) == {LADDER[rung_other]}


def test_trust_is_centred_and_differs_by_ethnicity(people):
    assert people.trust.mean() == pytest.approx(0, abs=0.02)
    assert people.trust.std() == pytest.approx(1, abs=0.05)
    of = {name: people.trust[people.ethnicity == i].mean() for i, name in enumerate(ETHNICITIES)}
    assert of["white"] > of["latino"] + 0.2 > of["black"] + 0.3


def test_officers_stand_by_district_and_mostly_comply(people):
    assert people.n_officers == pytest.approx(people.city.policing.officers(2022) * 0.05, abs=1)
    assert (np.diff(people.officer_district) >= 0).all()
    counts = np.bincount(people.officer_district, minlength=len(people.city.districts))
    assert np.array_equal(counts, np.diff(people.officer_start))
    assert people.officer_compliance.mean() == pytest.approx(0.93, abs=0.02)
    assert ((people.officer_compliance > 0) & (people.officer_compliance <= 1)).all()


def test_the_same_seed_makes_the_same_city_and_text_spells_it(people):
    assert same(people, make(seed=1))
    assert same(make(seed="42", scale=0.01), make(seed=42, scale=0.01))
    assert make(seed="42", scale=0.01).seed == 42


def test_another_seed_makes_another_city(people):
    other = make(seed=2)
    assert abs(other.n - people.n) <= 1
    for name in ("status", "ethnicity", "age", "sex", "trust", "flags", "officer_compliance"):
        ours, theirs = people.columns()[name], other.columns()[name]
        common = min(len(ours), len(theirs))
        assert (ours[:common] != theirs[:common]).mean() > 0.05, name


def test_rates_do_not_depend_on_scale():
    large, small = make(seed=3, scale=0.2), make(seed=3, scale=0.02)
    kinds = {"status": STATUSES, "ethnicity": ETHNICITIES, "age": AGES, "conviction": CONVICTIONS}
    for name, codes in kinds.items():
        for code in range(len(codes)):
            rates = [(p.columns()[name] == code).mean() for p in (large, small)]
            noise = np.sqrt(rates[0] / small.n)
            assert abs(rates[0] - rates[1]) < 5 * noise, (name, code)
    sizes = [
        np.bincount(np.diff(p.household_start), minlength=8)[:8] / p.n_households
        for p in (large, small)
    ]
    assert np.allclose(*sizes, atol=0.02)


def test_tiny_cities_have_no_bias_and_empty_no_area():
    made = [make(seed=seed, scale=0.001) for seed in range(12)]
    for people in made:
        assert (np.diff(people.area_start) >= 1).all()
        assert len(set(people.area[people.household_start[:-1]])) == 77
    share = np.mean([(people.status == UNDOCUMENTED).mean() for people in made])
    city = made[0].city
    table = np.average(city.undocumented_share, weights=city.population)
    assert share == pytest.approx(table, rel=0.02)


def test_every_setting_of_the_registry_still_makes_a_city_that_meets_its_quotas():
    registry = load_parameters()
    kinds = ("undocumented_", "household_", "immigrant_", "conviction_", "gang_", "lone_")
    names = [name for name in registry if name.startswith(kinds)]
    assert len(names) > 20
    for end in ("low", "high"):
        extreme = {name: getattr(registry.entry(name), end) for name in names}
        people = make(scale=0.005, **extreme)
        city = people.city
        table = np.average(city.undocumented_share, weights=city.population)
        assert (people.status == UNDOCUMENTED).mean() == pytest.approx(table, abs=0.002)
        assert (people.age[people.household_start[:-1]] >= ADULT).all()


def test_one_isolated_resident_leaves_everybody_else_as_they_were(people):
    more = people.with_isolated_resident(29, status="visa_holder", conviction="misdemeanour")
    assert (more.n, more.n_households) == (people.n + 1, people.n_households + 1)
    assert more.city.n_areas == people.city.n_areas + 1
    before, after = people.columns(), more.columns()
    for name in COLUMNS:
        assert after[name].dtype == before[name].dtype
        assert after[name][: len(before[name])].tobytes() == before[name].tobytes(), name
        one_more = not name.startswith("officer")
        assert len(after[name]) == len(before[name]) + one_more
    assert more.status[-1] == STATUSES["visa_holder"]
    assert more.area_start[-1] == more.household_start[-1] == more.n
    assert more.area[-1] == people.city.n_areas
    assert len(people.city.neighbours(0)) > 0 == len(more.city.neighbours(more.area[-1]))


def test_an_area_added_to_the_tables_changes_no_other_areas_residents():
    city, parameters = load_city("littletown"), load_parameters()
    plain = synthesise(city, seed=4, parameters=parameters)
    wider = synthesise(city.with_isolated_area(0), seed=4, parameters=parameters)
    assert wider.n == plain.n + 1
    for name in ("household", "age", "sex", "ethnicity", "status", "limited_english", "mixed"):
        assert np.array_equal(wider.columns()[name][:-1], plain.columns()[name])


def test_columns_come_back_as_the_same_population(people):
    kept = {name: column.copy() for name, column in people.columns().items()}
    back = Population.from_columns(people.city, "1", people.scale, kept)
    assert same(back, people) and back.seed == people.seed
    assert {name: column.dtype for name, column in kept.items()} == COLUMNS


def test_columns_cannot_be_written_to(people):
    for column in (*people.columns().values(), people.ladder):
        with pytest.raises(ValueError):
            column[0] = 1


def test_spoilt_columns_are_refused_by_name(people):
    kept = people.columns()
    for spoil, key in (
        ({"status": kept["status"].astype(np.int64)}, "status"),
        ({"trust": kept["trust"][:-1]}, "trust"),
        ({"household_start": kept["household_start"] - 1}, "household_start"),
        ({"area_start": kept["area_start"][:-1]}, "area_start"),
    ):
        with pytest.raises(BadInput) as error:
            Population.from_columns(people.city, 1, people.scale, kept | spoil)
        assert key in {fault.key for fault in error.value.faults}
    with pytest.raises(BadInput, match="missing column"):
        Population.from_columns(people.city, 1, 1.0, {n: kept[n] for n in PERSON_COLUMNS})
    with pytest.raises(BadInput, match="did you mean status"):
        Population.from_columns(people.city, 1, 1.0, kept | {"statuss": kept["status"]})


@pytest.mark.parametrize("seed", ["abc", None, 1.5, True, ""])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(BadInput, match="seed: found"):
        make(seed=seed)


@pytest.mark.parametrize("scale", [0, -0.1, 1.01, float("nan"), float("inf"), "1", None, True])
def test_a_scale_out_of_range_is_refused(scale):
    with pytest.raises(BadInput, match="scale: found"):
        make(scale=scale)
