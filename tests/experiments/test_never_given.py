"""What is never given, held over every command and every kind of file that the project writes."""

from __future__ import annotations

import ast
import gzip
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from experiments.cli import build_parser, main
from experiments.outcomes import OUTCOMES
from experiments.privacy import FLOOR

ROOT = Path(__file__).resolve().parents[2]
BELOW_THE_AREA = {"household", "address", "block", "resident", "tract", "zip"}
COUNTS = ("numerator", "denominator", "persons", "count", "counts", "events")
#: Commands whose output this test looks at. The others print texts and tables of the input, write
#: no person's or event's count, or have only summaries over whole cities, as said beside each.
TRIED = {"compare", "run", "study", "sql", "attribute", "brief", "city", "population"}
OTHERS = {
    "regimes": "texts of the law", "postures": "input", "environments": "input",
    "timelines": "input", "parameters": "input", "outcomes": "definitions",
    "completion": "a script", "bench": "times", "check": "rates of the whole city",
    "calibrate": "rates of the whole city", "validate": "differences of rates, small sides empty",
    "dashboard": "the tables and charts of a comparison", "replicate": "made-up counties",
    "sure": "a comparison's estimates", "contrasts": "a study's values, over tasks",
    "sensitivity": "indices of a study", "discover": "ranges of parameters",
    "regret": "a study's values, over tasks", "evidence": "input",
    "headlines": "a comparison's estimates for the whole city",
    "trace": "single synthetic persons, places no smaller than an area",
}
#: Modules that write tables to files, each of which is a `Released` or holds no count of the model.
WRITERS = {
    "experiments/store.py": "takes a `Released`",
    "experiments/comparison.py": "the notebook's table of a `Released`",
    "experiments/cache.py": "columns of synthetic populations in the user's own cache",
    "experiments/calibration/parts.py": "statistics of whole cities, beside the targets",
    "experiments/calibration/calibrate.py": "parameters, and statistics of whole cities",
    "experiments/validation/validate.py": "a `Released`",
    "experiments/analysis/result.py": "a `Released`",
    "experiments/study/task.py": "a `Released`",
    "experiments/study/results.py": "files of tasks put together",
    "experiments/study/plan.py": "the plan: levers and parameters",
    "experiments/briefing/reference.py": "columns of released tables, fewer of them",
    "experiments/briefing/from_study.py": "values of a study's tasks, estimated anew",
    "experiments/study/export.py": "values of a study's tasks, and their codebook",
    "experiments/study/calls.py": "answers from a study's tasks",
    "dashboards/files.py": "a `Released`",
    "experiments/replication/counties.py": "made-up counties",
    "experiments/replication/replicate.py": "estimates on made-up counties",
}
CALLS = re.compile(r"to_(csv|parquet|json|html|stata|excel|feather|pickle)|ParquetWriter|savez"
                   r"|write_table")
SMALL_WORDS = ["--city", "littletown", "--scale", "1", "--years", "0.1", "--quiet",
               "--processes", "1"]
STUDY = """\
name = "tiny"
title = "A tiny study"
question = "What is given?"
[run]
city = "littletown"
scale = 1.0
years = 0.1
replicates = 1
environment = "E0"
posture = "2025-surge"
[levers]
regime = ["welcoming-2012", "full-cooperation"]
"""


def test_every_command_is_tried_or_has_nothing_to_hide():
    (commands,) = (action.choices for action in build_parser()._actions
                   if hasattr(action, "choices") and isinstance(action.choices, dict))
    assert set(commands) - TRIED - set(OTHERS) == set()


def test_only_listed_modules_write_tables():
    found = set()
    for package in ("experiments", "dashboards"):
        for path in (ROOT / package).rglob("*.py"):
            calls = (node.func for node in ast.walk(ast.parse(path.read_text("utf-8")))
                     if isinstance(node, ast.Call))
            names = (getattr(call, "attr", getattr(call, "id", "")) for call in calls)
            if any(CALLS.fullmatch(name) for name in names):
                found.add(path.relative_to(ROOT).as_posix())
    assert len(found) > 5
    assert found - set(WRITERS) - {"experiments/comparison.py"} == set()


def hold(frame: pd.DataFrame, where: str) -> None:
    """The rules for any table of results."""
    names = {str(name).lower() for name in frame.columns}
    assert not names & BELOW_THE_AREA, where
    if "person" in names:
        assert "area" not in names
        assert frame["person"].str.fullmatch(r"synthetic person [0-9]+-[0-9]{6}").all(), where
    if not {"by", "outcome"} <= names:
        return
    by_area = frame[frame["by"].astype(str) == "area"]
    allowed = {name for name, outcome in OUTCOMES.items() if outcome.by == ("area",)}
    assert set(by_area["outcome"].astype(str)) <= allowed, where
    for column in names & set(COUNTS):
        assert pd.to_numeric(by_area[column]).isna().all(), where
    if "numerator" in names:
        counted = frame["outcome"].astype(str).map(lambda name: OUTCOMES[name].counts)
        counts = pd.to_numeric(frame.loc[counted.astype(bool), "numerator"]).dropna()
        assert ((counts == 0) | (counts >= FLOOR)).all(), where
    if "suppressed" in names and "value" in names:
        empty = frame["suppressed"].astype(str).str.lower().isin(("true", "1"))
        assert pd.to_numeric(frame.loc[empty, "value"]).isna().all(), where


def tables(path: Path) -> list[pd.DataFrame]:
    """Every table in a file; none in a picture or a text."""
    if path.suffix == ".parquet":
        return [pd.read_parquet(path)]
    if path.suffix == ".dta":
        return [pd.read_stata(path)]
    if path.suffixes[-1:] == [".csv"]:
        return [pd.read_csv(path)]
    if path.name.endswith(".csv.gz"):
        return [pd.read_csv(io.BytesIO(gzip.decompress(path.read_bytes())))]
    if path.suffix == ".json":
        return [pd.DataFrame(rows) for rows in row_lists(json.loads(path.read_text("utf-8")))]
    return []


def row_lists(content: object) -> list[list[dict]]:
    """Every list of objects in a JSON document."""
    if isinstance(content, dict):
        return [rows for each in content.values() for rows in row_lists(each)]
    if isinstance(content, list) and content and all(isinstance(one, dict) for one in content):
        return [content, *(rows for one in content for rows in row_lists(one))]
    return []


@pytest.fixture(scope="module")
def written(small, tmp_path_factory):
    """A folder with everything that the tried commands write and print."""
    folder = tmp_path_factory.mktemp("given")
    small.save(folder / "compare")
    (folder / "tiny.toml").write_text(STUDY)
    commands = {
        "run": ["run", "no-contact", *SMALL_WORDS, "--replicates", "1", "--events", "--json",
                "--out", "run"],
        "study": ["study", "run", "tiny.toml", "--out", "study", "--processes", "1", "--quiet",
                  "--json"],
        "export": ["study", "export", "study", "--out", "csv", "--json"],
        "stata": ["study", "export", "study", "--format", "stata", "--out", "stata", "--json"],
        "sql": ["sql", "study", "SELECT * FROM cells", "--json"],
        "results": ["sql", "study", "SELECT * FROM results", "--json"],
        "attribute": ["attribute", "welcoming-2012", "full-cooperation", "--outcome", "reporting",
                      *SMALL_WORDS, "--replicates", "2", "--most-laws", "8", "--out", "attribute",
                      "--json"],
        "brief": ["brief", "compare", "--out", "brief", "--json"],
        "map": ["city", "map", "littletown", "--out", "map", "--json"],
        "describe": ["city", "describe", "littletown", "--json"],
        "population": ["population", "--city", "littletown", "--scale", "1", "--json"],
    }
    assert {words[0] for words in commands.values()} | {"compare"} == TRIED
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, words in commands.items():
            printed = io.StringIO()
            patch.setattr("sys.stdout", printed)
            assert main(words) == 0, name
            (folder / f"{name}.printed.json").write_text(printed.getvalue())
    return folder


def test_no_file_and_no_print_of_any_command_gives_what_is_never_given(written):
    held = {}
    for path in sorted(path for path in written.rglob("*") if path.is_file()):
        for table in tables(path):
            hold(table, path.name)
            held[path.suffix] = held.get(path.suffix, 0) + len(table)
    assert set(held) >= {".parquet", ".csv", ".json", ".dta"} and min(held.values()) > 10


def test_no_text_names_a_person_who_is_not_synthetic_or_puts_a_status_beside_an_area(written):
    from model.city import load_city

    areas = "|".join(map(re.escape, load_city("littletown").names))
    texts = [path for path in written.rglob("*")
             if path.suffix in (".html", ".svg", ".txt", ".md", ".json") and path.is_file()]
    assert len(texts) > 10
    for path in texts:
        text = path.read_text("utf-8", errors="replace")
        assert not re.search(r"(?<!synthetic )\bperson \d", text), path.name
        if path.name not in ("describe.printed.json", "population.printed.json"):
            # What is said of an area and of a status is not said on one line.
            beside = rf"\b({areas})\b[^\n]{{0,80}}undocumented[^\n]{{0,20}}\d"
            assert not re.search(beside, text), path.name
