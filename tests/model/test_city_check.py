"""Claims about `check_city`: every fault of a folder is named by file, line and column."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from model.city import DATA, load_city
from model.city_check import check_city
from model.faults import BadInput, Fault


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "town"
    shutil.copytree(DATA / "littletown", place)
    return place


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"the test expects {old!r} in {path.name}"
    path.write_text(text.replace(old, new, 1))


def one_fault(folder: Path) -> Fault:
    faults = check_city(folder)
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


@pytest.mark.parametrize("name", ["chicago", "littletown"])
def test_shipped_cities_have_no_fault(name: str) -> None:
    assert check_city(DATA / name) == []


CELLS = [
    # file, old, new, line, key, words of the message
    ("areas.csv", "1,Harbour,5200", "1,Harbour,many", 2, "population", "found 'many'"),
    ("areas.csv", "0.30,0.22", "nan,0.22", 3, "latino_share", "found 'nan'"),
    ("areas.csv", "0.30,0.22", "inf,0.22", 3, "latino_share", "found 'inf'"),
    ("areas.csv", "0.30,0.22", "-0.1,0.22", 3, "latino_share", "from 0 to 1"),
    ("areas.csv", "0.30,0.22", "1.2,0.22", 3, "latino_share", "from 0 to 1"),
    ("areas.csv", "6400,2100", "6400.5,2100", 4, "population", "a whole number"),
    ("areas.csv", "6400,2100", "6_400,2100", 4, "population", "found '6_400'"),
    ("areas.csv", "6400,2100", ",2100", 4, "population", "an empty cell"),
    ("areas.csv", "0.72,0.08,0.16,0.02", "0.72,0.18,0.16,0.02", 4, "latino_share", "sum to 1.08"),
    ("areas.csv", "0.09,0.03,0.01", "0.02,0.03,0.01", 6, "noncitizen_share", "foreign_born_share"),
    ("areas.csv", "0.09,0.03,0.01", "0.09,0.03,0.04", 6, "undocumented_share", "noncitizen"),
    ("areas.csv", "3900,1500", "3900,4500", 6, "households", "at most population"),
    ("areas.csv", "2,Old Town", "2,Harbour", 3, "name", "stands already in line 2"),
    ("recorded_crime.csv", "1,0,3,6,70", "1,0,3,6,-70", 2, "assault_battery", "found '-70'"),
    ("recorded_crime.csv", "30,330,35", "30,200,35", 2, "all", "less than its types"),
    ("recorded_crime.csv", "30,330,35", "30,330,350", 2, "arrests", "at most all"),
    ("adjacency.csv", "2,5", "2,9", 6, "area_b", "unknown area 9"),
    ("adjacency.csv", "2,5", "2,2", 6, "area_b", "borders itself"),
    ("adjacency.csv", "2,5", "4,2", 6, "area_a, area_b", "stands already in line 5"),
    ("tiles.csv", "2,2,0", "2,1,0", 3, "column, row", "stands already in line 2"),
    ("policing.csv", "stops,2015", "stop,2015", 5, "series", "did you mean stops"),
    ("policing.csv", "arrests,2019", "arrests,2015", 3, "series, year", "already in line 2"),
    ("policing.csv", "700,,", "700,800,", 4, "low", "at most value"),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "key", "words"), CELLS)
def test_a_wrong_cell_is_named_by_file_line_and_column(
    folder: Path, file: str, old: str, new: str, line: int, key: str, words: str
) -> None:
    edit(folder / file, old, new)
    fault = one_fault(folder)
    assert Path(fault.file).name == file
    assert fault.line == line
    assert fault.key.startswith(key)
    assert words in str(fault)
    with pytest.raises(BadInput) as refused:
        load_city(folder)
    assert refused.value.faults == (fault,)


def test_shares_that_exceed_one_by_rounding_only_are_accepted(folder: Path) -> None:
    edit(folder / "areas.csv", "0.72,0.08,0.16,0.02", "0.72,0.08,0.185,0.02")
    assert check_city(folder) == []
    city = load_city(folder)
    assert city.ethnicity_share[2].sum() == pytest.approx(1, abs=1e-12)
    edit(folder / "areas.csv", "0.72,0.08,0.185,0.02", "0.72,0.08,0.186,0.02")
    assert "sum to 1.006" in str(one_fault(folder))


def test_a_duplicated_area_is_named_with_both_lines(folder: Path) -> None:
    edit(folder / "areas.csv", "2,Old Town", "1,Old Town")
    fault = one_fault(folder)
    assert (fault.line, fault.key) == (3, "area")
    assert "stands already in line 2" in fault.found


@pytest.mark.parametrize(("file", "old", "new"), [
    ("areas.csv", "1,Harbour,", "2,Harbour,"),
    ("areas.csv", "2,Old Town,", "two,Old Town,"),
    ("areas.csv", "2,Old Town,", "2,Old Town"),
    ("areas.csv", "3,Mill Row,", "2,Old Town,"),
    ("recorded_crime.csv", "\n2,", "\n1,"),
    ("recorded_crime.csv", "\n2,", "\n9,"),
    ("tiles.csv", "\n2,2,0", "\n1,1,0"),
    ("tiles.csv", "\n2,2,0", "\n2,2"),
])
def test_an_area_given_wrongly_is_one_fault_and_not_one_for_each_row_that_names_it(
    folder: Path, file: str, old: str, new: str
) -> None:
    edit(folder / file, old, new)
    assert Path(one_fault(folder).file).name == file


def test_a_missing_and_an_unknown_column_are_named_with_the_nearest(folder: Path) -> None:
    edit(folder / "areas.csv", "latino_share", "latinoshare")
    missing, unknown = check_city(folder)
    assert (missing.key, missing.line) == ("latino_share", 1)
    assert (unknown.key, unknown.nearest) == ("latinoshare", "latino_share")


def test_a_missing_file_is_named_with_the_file_that_was_probably_meant(folder: Path) -> None:
    (folder / "recorded_crime.csv").rename(folder / "recorded_crimes.csv")
    fault = one_fault(folder)
    assert Path(fault.file).name == "recorded_crime.csv"
    assert fault.nearest == "recorded_crimes.csv"


def test_an_area_without_a_row_elsewhere_is_named(folder: Path) -> None:
    edit(folder / "recorded_crime.csv", "6,2,4,17,170,22,80,35,90,420,60,430\n", "")
    assert "no row for area 6" in str(one_fault(folder))


def test_many_faults_are_all_named_at_once_and_in_order(folder: Path) -> None:
    edit(folder / "areas.csv", "5200,2300", "x,y")
    edit(folder / "areas.csv", "0.72,", "7.2,")
    edit(folder / "adjacency.csv", "4,6", "6,6")
    edit(folder / "city.toml", 'state = "Illinois"', 'stat = "Illinois"')
    where = [(Path(fault.file).name, fault.line) for fault in check_city(folder)]
    assert where == [
        ("city.toml", 6),
        ("areas.csv", 2),
        ("areas.csv", 2),
        ("areas.csv", 4),
        ("adjacency.csv", 9),
    ]


def empty(path: Path) -> None:
    path.write_bytes(b"")


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 20)


def latin_1(path: Path) -> None:
    path.write_bytes(path.read_bytes() + "7,Süd".encode("latin-1"))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def one_row_short(path: Path) -> None:
    path.write_text(path.read_text() + "7,8\n" if path.suffix == ".csv" else "a = ")


@pytest.mark.parametrize("file", ["areas.csv", "city.toml", "tiles.csv"])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (empty, "an empty file"),
        (binary, "a binary file"),
        (latin_1, "UTF-8 text"),
        (a_folder, "is a folder"),
        (one_row_short, ""),
    ],
)
def test_a_spoilt_file_is_one_of_the_faults_and_no_traceback(
    folder: Path, file: str, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(folder / file)
    faults = check_city(folder)
    assert any(Path(fault.file).name == file and words in str(fault) for fault in faults)
    with pytest.raises(BadInput):
        load_city(folder)


def test_a_file_of_100_megabytes_is_refused_without_being_read(folder: Path) -> None:
    os.truncate(folder / "areas.csv", 100_000_000)
    begun = time.perf_counter()
    faults = check_city(folder)
    assert time.perf_counter() - begun < 0.5
    assert any("100.0 MB, not read" in fault.found for fault in faults)


def test_an_areas_table_of_a_heading_only_is_refused(folder: Path) -> None:
    path = folder / "areas.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert any("no rows" in str(fault) for fault in check_city(folder))


def test_a_city_without_borders_is_sound(folder: Path) -> None:
    (folder / "adjacency.csv").write_text("area_a,area_b\n")
    assert check_city(folder) == []
    assert load_city(folder).pairs.shape == (0, 2)


SOURCES = [
    ('status = "invented"', 'status = "inventd"', "did you mean invented"),
    ('table = "areas"', 'table = "area"', "did you mean areas"),
    ('"population", "households"', '"populaton", "households"', "did you mean population"),
    ('"population", "households"', '"population"', "areas.households has no source"),
    ('"median_income", ', '"median_income", "population", ', "population has 2 sources"),
    ("days = 365", "days = 0", "found 0"),
    ("days = 365", "days = true", "found True"),
    ("days = 365\n", "", "days counted over"),
    ('unit = "persons; households"', "unit = 3", "found 3"),
    ('name = "littletown"', "name = 7", "found 7"),
    ("[[source]]", "[[sources]]", "did you mean source"),
    ("[[source]]", "[[source", "not TOML"),
]


@pytest.mark.parametrize(("old", "new", "words"), SOURCES)
def test_a_fault_among_the_sources_is_named(folder: Path, old: str, new: str, words: str) -> None:
    edit(folder / "city.toml", old, new)
    faults = check_city(folder)
    assert any(words in str(fault) for fault in faults), faults
    assert {Path(fault.file).name for fault in faults} == {"city.toml"}


@pytest.mark.parametrize(("old", "new", "line", "key"), [
    ('title = "Littletown', 'tittle = "Littletown', 5, "tittle"),
    ('unit = "recorded incidents', 'unt = "recorded incidents', 43, "source.3.unt"),
    ("days = 365", "days = 0", 45, "source.3.days"),
    ('"burglary", "theft"', '"burglary", "thefts"', 40, "source.3.columns.5"),
    ('"median_income", ', "", 29, "source.2"),
])
def test_a_fault_of_city_toml_names_its_line_and_key(
    folder: Path, old: str, new: str, line: int, key: str
) -> None:
    edit(folder / "city.toml", old, new)
    assert (line, key) in [(fault.line, fault.key) for fault in check_city(folder)]
    assert all(fault.line for fault in check_city(folder))


def test_a_folder_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    assert "no such folder" in str(one_fault(tmp_path / "nowhere"))
