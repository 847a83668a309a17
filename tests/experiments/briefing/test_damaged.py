"""What is damaged or cut is refused by file and key, and never made a page of."""

import json
import shutil

import pandas as pd
import pytest

from experiments.briefing.reference import FOLDER, MAIN
from experiments.cli import main

OLD = "welcoming-2021"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The kept results and their English briefing, to be damaged in a copy."""
    place = tmp_path_factory.mktemp("kept") / "reference"
    shutil.copytree(FOLDER, place)
    return place


def changed(path, change):
    """A JSON file with `change` made in it; gives what undoes it."""
    text = path.read_text("utf-8")
    content = json.loads(text)
    change(content)
    path.write_text(json.dumps(content), "utf-8")
    return lambda: path.write_text(text, "utf-8")


def removed(key):
    return lambda content: content.pop(key)


def of_first(key, value):
    """A fact of the first number, with one entry changed."""
    def change(content):
        content["facts"][content["numbers"][0]["id"]][key] = value
    return change


@pytest.mark.parametrize("option", ["--check", "--explain"])
@pytest.mark.parametrize(
    ("change", "key"),
    [
        *((removed(key), key) for key in ("results", "tables", "numbers", "facts", "files")),
        (lambda content: content.update(results=7), "results"),
        (lambda content: content["numbers"].insert(0, {}), "numbers.0.id"),
        (lambda content: content["numbers"][0].update(id="x"), "no fact 'x'"),
        (of_first("query", "garbage =="), "query: cannot be run"),
    ],
)
def test_a_damaged_register_is_refused_by_key(kept, option, change, key, capsys):
    folder = kept / "briefing-en"
    id = json.loads((folder / "manifest.json").read_text("utf-8"))["numbers"][0]["id"]
    undo = changed(folder / "manifest.json", change)
    try:
        words = [option, *([id] if option == "--explain" else []), str(folder)]
        assert main(["brief", *words]) == 2
    finally:
        undo()
    said = capsys.readouterr().err
    assert "briefing-en/manifest.json: " in said and key in said and "unexpected" not in said


def test_a_fact_of_a_file_that_is_no_table_and_a_missing_page_are_differences(kept, capsys):
    folder = kept / "briefing-en"
    undo = changed(folder / "manifest.json", of_first("file", "../../secret"))
    page = (folder / "briefing.html").rename(kept / "away.html")
    try:
        assert main(["brief", "--check", str(folder)]) == 1
    finally:
        undo()
        page.rename(folder / "briefing.html")
    said = capsys.readouterr().err
    assert "../../secret is no table of the briefing" in said
    assert "briefing.html: not in the folder" in said


@pytest.mark.parametrize("key", ["regimes", "city", "start", "scale", "years"])
def test_a_results_manifest_of_another_kind_is_refused_by_key(kept, key, tmp_path, capsys):
    undo = changed(kept / MAIN / "manifest.json", lambda content: content.update({key: None}))
    try:
        assert main(["brief", str(kept / MAIN), "--out", str(tmp_path / "out")]) == 2
    finally:
        undo()
    assert f"{MAIN}/manifest.json: {key}: found None" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("contrasts", lambda table: table.drop(columns="par_high"), "no column 'par_high'"),
        ("outcomes", lambda table: table.drop(columns="numerator"), "no column 'numerator'"),
        ("contrasts", lambda table: table.assign(low="x"), "low: found words"),
        ("contrasts", lambda table: table[table["by"] == "all"], "by: no rows by status"),
    ],
)
def test_a_table_that_was_cut_or_holds_words_is_refused(kept, name, change, words, capsys):
    file = kept / MAIN / f"{name}.parquet"
    whole = file.read_bytes()
    change(pd.read_parquet(file)).to_parquet(file)
    try:
        assert main(["brief", str(kept / MAIN), "--out", str(kept / "out")]) == 2
    finally:
        file.write_bytes(whole)
    said = capsys.readouterr().err
    assert f"{name}.parquet: " in said and words in said and "unexpected" not in said


def test_a_comparison_too_small_for_any_class_has_a_briefing_without_that_chart(tmp_path):
    small = tmp_path / "small"
    words = ["--scale", "0.02", "--replicates", "2", "--years", "0.25", "--draws", "0", "--quiet"]
    assert main(["compare", OLD, "no-contact", *words, "--out", str(small)]) == 0
    assert main(["brief", str(small), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "briefing.pdf").stat().st_size > 10_000
