"""Findings from a file are computed, judged and told, each fault at its line."""

import json

import pandas as pd
import pytest

from experiments.cli import main
from experiments.manifest import data_hashes
from experiments.replication.replicate import KIND
from experiments.validation.chart import forest
from experiments.validation.effects import Effect
from experiments.validation.row import Row
from experiments.validation.row_files import BUILT_IN, read_rows
from experiments.validation.validate import validate
from experiments.validation.verdict import verdict
from model.evidence import load_evidence
from model.faults import BadInput

HEAD = "id,contrast,outcome,group,period,unit,published,low,high"
GOOD = "a,no-contact -> full-cooperation,reporting,,1,points,-1,-2,0"


def by_id(made):
    return made.rows.set_index("id")


def test_a_finding_is_computed_without_touching_code(made):
    rows = by_id(made)
    assert rows.loc["chill", "model"] < -3
    assert rows.loc["chill", "verdict"] == "agrees"
    assert rows.loc["chill", "model_low"] < rows.loc["chill", "model"] < rows.loc[
        "chill", "model_high"]


def test_where_nothing_can_move_the_model_shows_nothing_and_disagrees(made):
    row = by_id(made).loc["no-chill"]
    assert row["model"] == pytest.approx(0, abs=2)
    assert row["verdict"] == "disagrees"


def test_a_level_is_of_one_side_and_no_effect(made):
    row = by_id(made).loc["level"]
    assert row["effect"] == "level"
    assert 25 < row["model"] < 55
    assert row["verdict"] == "agrees"


def test_the_effect_on_one_group_less_that_on_another(made):
    row = by_id(made).loc["between-groups"]
    assert row["model"] < 0
    assert row["verdict"] in ("agrees", "disagrees")


def test_two_periods_of_one_run_can_be_the_sides(made):
    row = by_id(made).loc["years-apart"]
    assert row["effect"] == "ratio"
    assert 0.8 < row["model"] < 1.25


def test_environments_are_compared_under_one_level(made):
    """The survey finds more reporting where state law closes the channel, from the same levels."""
    assert by_id(made).loc["environment", "model"] > 0


def test_what_the_model_does_not_have_is_said_so(made):
    row = by_id(made).loc["nothing-like-it"]
    assert (row["verdict"], row["reason"]) == ("not comparable", "the model has no such thing")


def test_results_do_not_depend_on_what_else_is_asked(made, rows_file, tmp_path):
    text = rows_file.read_text()
    start = text.index('[[rows]]\nid = "level"')
    alone = tmp_path / "alone.toml"
    alone.write_text(text[start : text.index("[[rows]]", start + 1)])
    again = validate(alone, scale=1, replicates=3, seed=3, processes=1, progress=False)
    assert by_id(again).loc["level", "model"] == by_id(made).loc["level", "model"]


def test_csv_and_toml_say_the_same(tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text(f"{HEAD}\n{GOOD}\n")
    text = tmp_path / "rows.toml"
    text.write_text('[[rows]]\nid="a"\ncontrast="no-contact -> full-cooperation"\n'
                    'outcome="reporting"\nperiod=1\nunit="points"\npublished=-1\nlow=-2\nhigh=0\n')
    assert read_rows(table).rows == read_rows(text).rows


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,no-contact -> full-cooperation,reporting,,1,points,-1,2,3", "excludes its estimate"),
        ("a,no-contact -> full-cooperaton,reporting,,1,points,-1,-2,0", "full-cooperation?"),
        ("a,no-contact -> full-cooperation,reprting,,1,points,-1,-2,0", "did you mean reporting?"),
        ("a,no-contact,reporting,,1,points,-1,-2,0", "two sides as A -> B"),
        ("a,E0 -> E3,reporting,ethnicity=latin,1,points,-1,-2,0", "did you mean latino?"),
        ("a,E0 -> E3,reporting,channel=jail,1,points,-1,-2,0", "status, ethnicity, crime"),
        ("a,E0 -> E3,reporting,,5-1,points,-1,-2,0", "the first before the last"),
        ("a,E0 -> E3,reporting,,1,yards,-1,-2,0", "points, percent"),
        ("a,E0 -> E3,victimisations,,1,points,-1,-2,0", "is no share"),
        ("a,E0 -> E3,reporting,,1,points,-1,-2,", "half an interval"),
        ("a,E0 -> E3,reporting,,1,points,many,,", "number, negative or positive"),
        ("a,E0 -> E3,,,1,points,1,,", "an outcome"),
    ],
)
def test_a_bad_row_is_refused_at_its_line(tmp_path, row, words, capsys):
    path = tmp_path / "rows.csv"
    path.write_text(f"{HEAD}\n{GOOD.replace('a,', 'first,', 1)}\n{row}\n")
    out = tmp_path / "out"
    assert main(["validate", "--rows", str(path), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "rows.csv:3: " in said and words in said
    assert not out.exists()


def test_an_unknown_column_is_refused_with_the_nearest(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f"{HEAD},perod\n{GOOD},1\n")
    with pytest.raises(BadInput, match=r"rows.csv:1: perod: unknown column.*did you mean period"):
        read_rows(path)


def test_the_command_prints_one_object_a_finding(rows_file, tmp_path, capsys):
    text = rows_file.read_text()
    start = text.index('[[rows]]\nid = "level"')
    alone = tmp_path / "alone.toml"
    alone.write_text(text[start : text.index("[[rows]]", start + 1)])
    out = tmp_path / "out"
    words = ["validate", "--rows", str(alone), "--replicates", "2", "--scale", "1",
             "--out", str(out), "--processes", "1", "--quiet", "--json"]
    assert main(words) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    wanted = {"id", "published", "low", "high", "model", "model_low", "model_high", "verdict"}
    assert wanted <= set(row)
    assert row["published"] == 40
    assert {path.name for path in out.iterdir()} == {
        "validation.csv", "validation.md", "validation.html", "forest.png", "forest.svg",
        "manifest.json"}


def effect(estimate, low, high, small=False):
    return Effect(estimate, low, high, low, high, 4, 1, 1.0, 1.0, small)


def row(estimate, low=None, high=None, **more):
    return Row(id="x", contrast="E0 -> E3", outcome="reporting", unit="points",
               estimate=estimate, low=low, high=high, **more)


@pytest.mark.parametrize(
    ("published", "model", "told"),
    [
        (row(-30, -47, -13), effect(-20, -25, -15), "agrees"),
        (row(-30, -47, -13), effect(-5, -6, -4), "right sign"),
        (row(-30, -47, -13, discrepancy=12), effect(-5, -6, -4), "agrees"),
        (row(-30, -47, -13), effect(5, 4, 6), "disagrees"),
        (row(-30, -47, -13), effect(-1, -3, 1), "disagrees"),
        (row(-30, -47, -13), effect(-10, -40, 20), "not comparable"),
        (row(0, -2, 2), effect(0.5, -1, 2), "agrees"),
        (row(-30), effect(-29, -31, -27), "agrees"),
        (row("negative"), effect(-1, -2, -0.5), "agrees"),
        (row("negative"), effect(1, 0.5, 2), "disagrees"),
        (row("negative"), effect(-1, -2, 1), "disagrees"),
        (row(-30), effect(-29, -31, -27, small=True), "not comparable"),
    ],
)
def test_the_verdict_follows_the_rule(published, model, told):
    assert verdict(published, model)[0] == told


def test_every_finding_kept_for_validation_is_in_the_built_in_rows():
    ids = {row.id.partition("-")[0] for row in read_rows(BUILT_IN).rows}
    kept = {one.id for one in load_evidence().values() if one.role == "validation"}
    assert kept and kept <= ids
    assert ids <= set(load_evidence())


def test_the_chart_shows_only_what_passed_the_gate(made):
    assert len(forest(made.released).axes) >= 3
    with pytest.raises(TypeError):
        forest(made.rows)


def replication(folder, **changes):
    """A folder as ``carveout replicate`` leaves it, with one design's effects."""
    folder.mkdir()
    effects = [("fingerprint-rollout", "latino", name, "points", value, value - 2, value + 2, 40.0)
               for name, value in (("true", -3.0), ("did2s", -4.0))]
    names = ["design", "outcome", "estimator", "unit", "estimate", "seeds_low", "seeds_high",
             "base"]
    table = pd.DataFrame(effects, columns=names).assign(low=-9.0, high=1.0, replicates=3)
    table.to_csv(folder / "effects.csv", index=False)
    made = {"kind": KIND, "hashes": dict(data_hashes()), **changes}
    (folder / "manifest.json").write_text(json.dumps(made))
    return folder


DESIGNED = "id,design,outcome,estimator,unit,published,low,high\n"


def test_a_finding_can_be_answered_by_a_replication_made_before(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f"{DESIGNED}a,fingerprint-rollout,latino,did2s,points,-3,-5,-1\n"
                    "b,fingerprint-rollout,latino,true,percent,-30,-47,-13\n")
    made = validate(path, replications=[replication(tmp_path / "made")], progress=False)
    rows = by_id(made)
    assert (rows.loc["a", "model"], rows.loc["a", "model_low"]) == (-4.0, -6.0)
    # In percent of the level without the treatment, 40.
    assert rows.loc["b", "model"] == pytest.approx(-7.5)
    assert list(rows["verdict"]) == ["agrees", "right sign"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,fingerprint-rolout,latino,did2s,points,-3,-5,-1", "did you mean fingerprint-rollout"),
        ("a,fingerprint-rollout,latinos,did2s,points,-3,-5,-1", "did you mean latino"),
        ("a,fingerprint-rollout,latino,did3s,points,-3,-5,-1", "did you mean did2s"),
        ("a,fingerprint-rollout,latino,did2s,log,-3,-5,-1", "own, percent, points"),
    ],
)
def test_a_row_that_names_an_unknown_design_outcome_or_estimator_is_refused(tmp_path, row, words):
    path = tmp_path / "rows.csv"
    path.write_text(DESIGNED + row + "\n")
    with pytest.raises(BadInput, match=f"rows.csv:2: .*{words}"):
        validate(path, progress=False)


def test_replications_of_another_version_are_refused(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f"{DESIGNED}a,fingerprint-rollout,latino,did2s,points,-3,-5,-1\n")
    old = replication(tmp_path / "old", hashes={"code": "another"})
    with pytest.raises(BadInput, match="other code or data"):
        validate(path, replications=[old], progress=False)


def test_parameter_draws_and_chance_are_told_apart(tmp_path, rows_file):
    text = rows_file.read_text()
    start = text.index('[[rows]]\nid = "environment"')
    path = tmp_path / "rows.toml"
    alone = text[start : text.index("[[rows]]", start + 1)]
    path.write_text(alone.replace('parameters = "beta=3"\n', ""))
    posterior = tmp_path / "posterior.csv"
    posterior.write_text("beta,sigma\n0,0.5\n3,1.2\n")
    made = validate(path, scale=1, replicates=2, seed=3, processes=1, progress=False,
                    posterior=posterior, draws=2)
    row = by_id(made).loc["environment"]
    assert row["draws"] == 2
    # One draw has no chilling but the survey's own fear, the other much.
    assert row["model_high"] - row["model_low"] > 3
    assert row["chance_low"] < row["model"] < row["chance_high"]
    with pytest.raises(BadInput, match="a posterior to draw from"):
        validate(path, draws=5, progress=False)
