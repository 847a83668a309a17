"""SQL and exports give what `values` gives, and hostile SQL gets nothing."""

import gzip
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from experiments.cli import main
from experiments.study.export import STATA_NAME, stata_names
from model.faults import BadInput

MEAN = (
    "SELECT regime, avg(value) AS mean FROM results "
    "WHERE outcome = 'reporting' AND \"by\" = 'all' GROUP BY regime ORDER BY regime"
)


def test_sql_and_values_agree(small):
    told = small.query(MEAN).set_index("regime")["mean"]
    values = small.values("reporting").groupby("regime").value.mean()
    assert told.to_dict() == pytest.approx(values.to_dict(), rel=1e-12) and len(told) == 2


def test_a_hidden_cell_is_null_in_sql(small):
    hidden = small.query("SELECT count(*) n, count(value) v FROM cells WHERE suppressed")
    assert hidden.n[0] > 100 and hidden.v[0] == 0
    shown = small.query(
        "SELECT count(*) AS n FROM cells WHERE NOT suppressed AND \"by\" <> 'area' "
        "AND numerator BETWEEN 1 AND 19 AND outcome = 'arrests'"
    )
    assert shown.n[0] == 0


@pytest.mark.parametrize("view", ["tasks", "cells", "outcomes", "failures", "results"])
def test_every_view_can_be_read(small, view):
    assert len(small.query(f"SELECT * FROM {view} LIMIT 3")) == (0 if view == "failures" else 3)


def hostile(folder: Path) -> list[str]:
    return [
        f"COPY (SELECT 1) TO '{folder}/x.csv'",
        f"SELECT * FROM read_text('{folder}/manifest.json')",
        f"SELECT * FROM '{folder}/manifest.json'",
        f"SELECT * FROM glob('{folder}/*')",
        f"ATTACH '{folder}/x.db'",
        f"EXPORT DATABASE '{folder}/x'",
        "SELECT * FROM query('COPY (SELECT 1) TO ''x.csv''')",
        "CREATE TABLE x AS SELECT 1",
        "DROP VIEW results",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "SELECT 1; SELECT 2",
        "SELECT * FROM small",
        "SELECT * FROM pd",
        "",
        "SELEC 1",
    ]


@pytest.mark.parametrize("number", range(len(hostile(Path()))))
def test_sql_reads_nothing_else_and_writes_nothing(small, number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(BadInput, match="sql: "):
        small.query(hostile(tmp_path)[number])
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_sql_on_the_command_line_as_table_json_and_csv(small, capsys):
    place = small.folder.root
    assert main(["sql", place, MEAN]) == 0
    assert "welcoming-2012" in capsys.readouterr().out
    assert main(["sql", place, MEAN, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert main(["sql", place, MEAN, "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "regime,mean" and len(lines) == 1 + len(rows) == 3
    assert main(["sql", place, "SELECT nothing FROM results"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("form", ["csv", "stata", "r"])
def test_an_export_holds_the_values_and_a_codebook_of_every_column(small, form, tmp_path):
    out = tmp_path / "out"
    assert main(["study", "export", small.folder.root, "--format", form, "--out", str(out)]) == 0
    book = pd.read_csv(out / "codebook.csv").fillna("")
    read = {
        "csv": lambda stem: pd.read_csv(out / f"{stem}.csv"),
        "stata": lambda stem: pd.read_stata(out / f"{stem}.dta"),
        "r": lambda stem: pd.read_csv(out / f"{stem}.csv.gz"),
    }[form]
    values, cells = read("values"), read("cells")
    names = "stata" if form == "stata" else "column"
    assert set(values) | set(cells) == set(book[names])
    assert book.meaning.str.len().min() > 4 and book.source.str.len().min() > 4
    assert book.set_index("column").unit["reporting"] == "% of victimisations"
    held = small.values("reporting").set_index("task").value
    assert values.set_index("task").reporting.to_dict() == pytest.approx(held.to_dict())
    assert len(cells) == small.query("SELECT count(*) n FROM cells").n[0]
    assert json.loads((out / "manifest.json").read_text())["kind"] == "carveout export"
    again = tmp_path / "again"
    main(["study", "export", small.folder.root, "--format", form, "--out", str(again)])
    for path in out.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_rs_script_names_every_column_with_a_class(small, tmp_path):
    out = tmp_path / "out"
    main(["study", "export", small.folder.root, "--format", "r", "--out", str(out)])
    script = (out / "read.R").read_text()
    for stem in ("values", "cells"):
        head = gzip.decompress((out / f"{stem}.csv.gz").read_bytes()).split(b"\n")[0].decode()
        classes = re.findall(r'"(\w+)" = "(?:numeric|factor|character|logical)"',
                             script.split(f"{stem} <- ")[1].split("))\n")[0])
        assert classes == head.split(",")
    assert '"suppressed" = "logical"' in script
    text = gzip.decompress((out / "cells.csv.gz").read_bytes()).decode()
    assert text.splitlines()[1].rsplit(",", 1)[1] in ("TRUE", "FALSE")


def test_statas_names_are_short_and_no_two_alike():
    made = stata_names(["a" * 40, "a" * 41, "by", "x.y"])
    assert len(set(made.values())) == 4 and made["by"] == "by_" and made["x.y"] == "x_y"
    assert max(map(len, made.values())) <= STATA_NAME


def test_status_is_json_with_counts(small, capsys):
    assert main(["study", "status", small.folder.root, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["total"], told["done"], told["failed"]) == (8, 8, 0)
