"""Claims about what ``carveout city`` says and writes."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path

import pytest

from experiments.city_commands import check, describe, draw_map, tiles
from experiments.store import SaveError
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


def test_a_name_too_long_for_the_system_is_an_unknown_city() -> None:
    (line,) = check("w" * 5000)
    assert line.startswith("unknown city")


def test_a_missing_table_is_not_mistaken_for_another_that_is_there(folder: Path) -> None:
    (folder / "areas.csv").rename(folder / "area.csv")
    assert "did you mean area.csv?" in check(folder)[0]
    (folder / "area.csv").unlink()
    assert "did you mean" not in check(folder)[0]


def test_a_map_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SaveError, match="not saved to map: "):
        draw_map("littletown", "all", tmp_path / "file" / "map")
    with pytest.raises(BadInput, match="out: found"):
        draw_map("littletown", "all", Path(""))
    whole = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.suffix == ".svg":
            raise OSError(errno.ENOSPC, "No space left on device")
        return whole(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(SaveError, match="no space left"):
        draw_map("littletown", "all", tmp_path / "map")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
