"""Claims about a loaded city: its figures, its units, and that it cannot change."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from model import schema
from model.city import DATA, City, load_city, shipped_cities
from model.faults import BadInput


@pytest.fixture(scope="module")
def chicago() -> City:
    return load_city("chicago")


def test_chicago_has_the_residents_of_the_2020_census_in_77_areas(chicago: City) -> None:
    assert chicago.n_areas == 77
    assert chicago.population.sum() == 2_746_388
    assert chicago.population.dtype == np.int64
    assert len(chicago.districts) == 22
    assert chicago.pairs.shape == (174, 2)


def test_ethnicities_sum_to_one_in_the_order_of_the_schema(chicago: City) -> None:
    assert chicago.ethnicity_share.shape == (77, len(schema.ETHNICITIES))
    np.testing.assert_allclose(chicago.ethnicity_share.sum(axis=1), 1, rtol=0, atol=1e-12)
    south_lawndale = chicago.ethnicity_share[chicago.area("South Lawndale")]
    assert schema.ETHNICITIES.names[int(south_lawndale.argmax())] == "latino"
    assert (chicago.ethnicity_share >= 0).all()


def test_modelled_shares_meet_their_published_citywide_anchors(chicago: City) -> None:
    undocumented = float(chicago.undocumented_share @ chicago.population)
    assert 170_000 <= undocumented <= 183_000  # CHI_UND
    foreign_born = float(chicago.foreign_born_share @ chicago.population)
    noncitizen = float(chicago.noncitizen_share @ chicago.population)
    assert 0.48 <= noncitizen / foreign_born <= 0.55  # CHI_NONCIT
    for column in ("noncitizen_share", "undocumented_share", "under18_share"):
        assert chicago.source_of("areas", column).status == "modelled"
    assert chicago.source_of("areas", "foreign_born_share").status == "measured"


def test_recorded_crime_is_annual_each_column_by_its_own_period(chicago: City) -> None:
    assert chicago.recorded["all"].sum() == pytest.approx(215_551 * 365 / 334)
    assert chicago.recorded["all_2019"].sum() == pytest.approx(260_998)
    rogers_park = chicago.area("Rogers Park")
    assert chicago.recorded["homicide"][rogers_park] == pytest.approx(8 * 365 / 334)
    share = chicago.recorded["arrests"].sum() / chicago.recorded["all"].sum()
    assert share == pytest.approx(0.112, abs=5e-4)  # CHI_ARRRATE


def test_every_column_of_every_shipped_city_names_its_source() -> None:
    from model.city_sources import SOURCED_TABLES
    from model.city_tables import TABLES

    for name in shipped_cities():
        city = load_city(name)
        for table in SOURCED_TABLES:
            for column in TABLES[table]:
                if column.name not in ("area", "name", "area_b"):
                    source = city.source_of(table, column.name)
                    assert source.source and source.unit and source.period
    assert set(shipped_cities()) >= {"chicago", "littletown"}


def test_no_table_counts_noncitizens_or_undocumented_residents() -> None:
    headings = [path.read_text().splitlines()[0] for path in DATA.glob("*/*.csv")]
    names = [name for heading in headings for name in heading.split(",")]
    sensitive = [name for name in names if "undocumented" in name or "noncitizen" in name]
    assert len(sensitive) >= 4
    assert all(name.endswith("_share") for name in sensitive)


def test_neighbours_are_mutual_sorted_and_those_of_the_pairs(chicago: City) -> None:
    rogers_park = chicago.area(1)
    names = [chicago.names[area] for area in chicago.neighbours(rogers_park)]
    assert names == ["West Ridge", "Edgewater"]
    for area in range(chicago.n_areas):
        around = chicago.neighbours(area)
        assert list(around) == sorted(set(around)) and area not in around
        assert all(area in chicago.neighbours(other) for other in around)
    total = sum(len(chicago.neighbours(area)) for area in range(chicago.n_areas))
    assert total == 2 * len(chicago.pairs)


def test_policing_is_interpolated_between_known_years_and_held_outside(chicago: City) -> None:
    assert chicago.policing.arrests(2019) == 85_714
    assert chicago.policing.arrests(2020) == (85_714 + 37_918) / 2
    assert chicago.policing.arrests(1999) == 145_390
    assert chicago.policing.arrests(2050) == 37_918
    assert chicago.policing.stops(2017) == 285_067
    assert chicago.policing.officers(2019) == 13_181


def test_a_city_cannot_be_written_to(chicago: City) -> None:
    for array in (chicago.population, chicago.ethnicity_share, chicago.recorded["all"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(TypeError):
        chicago.recorded["all"] = chicago.latitude  # type: ignore[index]


def test_an_isolated_area_leaves_every_other_row_bit_for_bit(chicago: City) -> None:
    like = chicago.area("Albany Park")
    more = chicago.with_isolated_area(like)
    assert more.n_areas == chicago.n_areas + 1
    assert (more.population[-1], more.households[-1]) == (1, 1)
    assert len(more.neighbours(77)) == 0
    compared = 0
    for name, before in vars(chicago).items():
        after = getattr(more, name)
        if isinstance(before, np.ndarray):
            rows = before if name == "pairs" else after[:-1]
            assert rows.tobytes() == before.tobytes(), name
            compared += 1
    assert compared >= 15
    for kind, counts in chicago.recorded.items():
        assert more.recorded[kind][:-1].tobytes() == counts.tobytes()
        rate = counts[like] / chicago.population[like]
        assert more.recorded[kind][-1] == pytest.approx(rate)
    assert (more.ethnicity_share[-1] == chicago.ethnicity_share[like]).all()
    assert len({tuple(tile) for tile in more.tiles.tolist()}) == 78
    assert more.districts == chicago.districts
    assert more.digest != chicago.digest


def test_equal_tables_have_equal_digests_and_one_figure_changes_it(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(DATA / "littletown", folder)
    assert load_city(folder).digest == load_city("littletown").digest
    areas = folder / "areas.csv"
    areas.write_text(areas.read_text().replace("5200", "5201"))
    assert load_city(folder).digest != load_city("littletown").digest


def test_the_order_of_rows_in_other_tables_does_not_matter(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(DATA / "littletown", folder)
    for name in ("recorded_crime", "adjacency", "tiles", "policing"):
        path = folder / f"{name}.csv"
        heading, *rows = path.read_text().splitlines()
        path.write_text("\n".join([heading, *reversed(rows)]) + "\n")
    assert load_city(folder).digest == load_city("littletown").digest


def test_an_unknown_city_or_area_is_refused_with_the_nearest_name(chicago: City) -> None:
    with pytest.raises(BadInput, match="did you mean chicago"):
        load_city("chicgo")
    with pytest.raises(BadInput, match="did you mean Albany Park"):
        chicago.area("Albany Prk")
    assert chicago.area("albany park") == chicago.area(14) == chicago.area("14")
