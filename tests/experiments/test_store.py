"""A results folder is there whole or not at all, and nobody's folder is lost."""

from __future__ import annotations

import errno

import pytest

from experiments.store import SaveError, check_folder, free_folder, results_folder
from model.faults import BadInput


def test_a_folder_that_exists_is_not_overwritten(tmp_path):
    with pytest.raises(BadInput, match="--force"):
        check_folder(tmp_path, force=False)


def test_force_replaces_results_and_nothing_else(tmp_path):
    mine = tmp_path / "thesis"
    mine.mkdir()
    (mine / "chapter.txt").write_text("x")
    with pytest.raises(BadInput, match="no results folder"):
        check_folder(mine, force=True)
    (mine / "manifest.json").write_text("{}")
    with results_folder(check_folder(mine, force=True), force=True) as folder:
        (folder / "new").write_text("y")
    assert [path.name for path in mine.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["thesis"]


def test_a_full_disk_is_said_in_one_line_and_leaves_what_was_there(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text("old")
    with pytest.raises(SaveError, match="disk is full"), results_folder(out, force=True) as folder:
        (folder / "half").write_text("x")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert (out / "manifest.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_nothing_is_visible_until_the_end(tmp_path):
    out = tmp_path / "out"
    with results_folder(out, force=False) as folder:
        (folder / "a").write_text("x")
        assert not out.exists()
    assert (out / "a").exists()


def test_a_folder_made_meanwhile_by_another_is_kept(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(SaveError), results_folder(out, force=False) as folder:
        (folder / "a").write_text("x")
        out.mkdir()
        (out / "theirs").write_text("y")
    assert [path.name for path in out.iterdir()] == ["theirs"]


def test_a_file_in_the_way_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match="is a file"):
        check_folder(tmp_path / "file" / "out", force=False)


def test_the_default_folder_is_the_next_free_number(tmp_path):
    (tmp_path / "compare-001").mkdir()
    assert free_folder(tmp_path, "compare").name == "compare-002"
