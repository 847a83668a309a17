"""Claims about what ``carveout city`` says and writes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from experiments.city_commands import check, describe, tiles
from model.city import DATA
from model.faults import BadInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "town"
    shutil.copytree(DATA / "littletown", place)
    return place


def test_a_sound_city_is_checked_without_a_line() -> None:
    assert check("chicago") == []


def test_each_fault_is_a_line_with_file_row_and_column(folder: Path) -> None:
    path = folder / "areas.csv"
    path.write_text(path.read_text().replace("5200,2300", "5200,x").replace("0.72,", "7.2,"))
    first, second = check(folder)
    assert first.startswith(f"{path}:2: households: found 'x'; allowed: ")
    assert second.startswith(f"{path}:4: latino_share: found '7.2'; allowed: ")


def test_an_unknown_city_is_a_line_too() -> None:
    (line,) = check("chicgo")
    assert "did you mean chicago?" in line


def test_a_description_is_json_and_gives_no_count_of_undocumented_residents() -> None:
    told = describe("chicago")
    assert json.loads(json.dumps(told)) == told
    assert (told["areas"], told["residents"], told["police_districts"]) == (77, 2_746_388, 22)
    sensitive = {key: value for key, value in told.items() if "undoc" in key or "nonci" in key}
    assert len(sensitive) == 2
    for key, value in sensitive.items():
        assert key.endswith("_share_modelled") and 0 < value < 1


def test_tiles_are_written_where_there_are_none_and_kept_where_there_are(folder: Path) -> None:
    path = folder / "tiles.csv"
    before = path.read_bytes()
    path.unlink()
    assert tiles(folder) == (path, 1.0)
    assert path.read_bytes() == before
    path.write_text("mine")
    with pytest.raises(BadInput, match="exists already"):
        tiles(folder)
    assert path.read_text() == "mine"


def test_force_mends_a_broken_tile_table(folder: Path) -> None:
    path = folder / "tiles.csv"
    before = path.read_bytes()
    path.write_text("area,column,row\n1,0,0\n2,0,0\n")
    assert check(folder)
    tiles(folder, force=True)
    assert path.read_bytes() == before
    assert check(folder) == []
    assert sorted(folder.glob(".*")) == []


def test_a_city_with_other_faults_gets_no_tiles(folder: Path) -> None:
    (folder / "tiles.csv").unlink()
    (folder / "adjacency.csv").unlink()
    with pytest.raises(BadInput, match="missing file"):
        tiles(folder)
    assert not (folder / "tiles.csv").exists()
