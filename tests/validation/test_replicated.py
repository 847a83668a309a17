"""Findings answered by virtual replications, run for it or made before."""

import json

import pandas as pd
import pytest

from experiments.calibration.posterior import load_posterior
from experiments.manifest import data_hashes, draws_digest
from experiments.replication.found import is_kept, kept_manifest
from experiments.replication.replicate import KIND
from experiments.validation.validate import validate
from model.faults import BadInput


def test_designs_are_not_run_again_where_the_kept_run_is_the_one_that_would_be_made(monkeypatch):
    kept = kept_manifest()
    monkeypatch.setattr("experiments.replication.found.data_hashes", lambda: kept["hashes"])
    drawn = load_posterior().take(kept["draws"])
    asked = {"replicates": kept["replicates"], "seed": kept["seed"], "drawn": drawn}
    assert is_kept(**asked)
    others = {"replicates": kept["replicates"] + 1, "seed": kept["seed"] + 1,
              "drawn": [*drawn[:-1], {**drawn[-1], "beta": 0.0}]}
    for name, other in others.items():
        assert not is_kept(**{**asked, name: other}), name
    monkeypatch.setattr("experiments.replication.found.data_hashes", dict)
    assert not is_kept(**asked)


def replication(folder, **changes):
    """A folder as ``carveout replicate`` leaves it, with one design's effects."""
    folder.mkdir()
    effects = [("fingerprint-rollout", "latino", name, "points", value, value - 2, value + 2, 40.0)
               for name, value in (("true", -3.0), ("did2s", -4.0))]
    names = ["design", "outcome", "estimator", "unit", "estimate", "seeds_low", "seeds_high",
             "base"]
    table = pd.DataFrame(effects, columns=names).assign(low=-9.0, high=1.0, replicates=3, draws=1)
    table.to_csv(folder / "effects.csv", index=False)
    made = {"kind": KIND, "hashes": dict(data_hashes()), **changes}
    (folder / "manifest.json").write_text(json.dumps(made))
    return folder


DESIGNED = "id,design,outcome,estimator,unit,published,low,high\n"


def test_a_finding_can_be_answered_by_a_replication_made_before(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f"{DESIGNED}a,fingerprint-rollout,latino,did2s,points,-3,-7,-1\n"
                    "b,fingerprint-rollout,latino,true,percent,-30,-47,-13\n")
    made = validate(path, replications=[replication(tmp_path / "made")], draws=0, progress=False)
    rows = made.rows.set_index("id")
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
        ("a,two-way,latino,did2s,points,-3,-5,-1", "unknown design 'two-way'"),
    ],
)
def test_a_row_that_names_an_unknown_design_outcome_or_estimator_is_refused(tmp_path, row, words):
    path = tmp_path / "rows.csv"
    path.write_text(DESIGNED + row + "\n")
    with pytest.raises(BadInput, match=f"rows.csv:2: .*{words}"):
        validate(path, progress=False)


def test_a_row_cannot_state_what_the_file_of_a_design_does(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("id,design,contrast,published\na,one-city,E0 -> E3,4\n")
    with pytest.raises(BadInput, match="rows.csv:2: contrast: found contrast beside a replication"):
        validate(path, progress=False)


def test_replications_at_few_draws_are_refused_since_they_are_met_more_easily(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f"{DESIGNED}a,fingerprint-rollout,latino,did2s,points,-3,-5,-1\n")
    few = replication(tmp_path / "few")
    table = pd.read_csv(few / "effects.csv").assign(draws=2)
    table.to_csv(few / "effects.csv", index=False)
    with pytest.raises(BadInput, match="few was made at 2 draws; allowed: 8 draws or more"):
        validate(path, replications=[few], progress=False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.drop(columns="draws"), "effects.csv:1: draws: no such column"),
        (lambda table: table.assign(estimate="abc"), "effects.csv:2: estimate: found 'abc'"),
        (lambda table: table.assign(unit="furlongs"), "effects.csv:2: unit: found 'furlongs'"),
        (lambda table: table[:0], "effects.csv:1: no rows"),
        (lambda table: pd.concat([table, table[:1]]), "effects.csv:4: a row twice"),
    ],
)
def test_a_damaged_table_of_effects_is_refused_by_line(tmp_path, change, words):
    path = tmp_path / "rows.csv"
    path.write_text(f"{DESIGNED}a,fingerprint-rollout,latino,did2s,points,-3,-5,-1\n")
    made = replication(tmp_path / "made")
    change(pd.read_csv(made / "effects.csv")).to_csv(made / "effects.csv", index=False)
    with pytest.raises(BadInput, match=words):
        validate(path, replications=[made], draws=0, progress=False)


def test_true_effects_alone_are_read_and_chance_alone_does_not_pass_for_draws(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f"{DESIGNED}a,fingerprint-rollout,latino,true,points,-3,-7,-1\n")
    made = replication(tmp_path / "made")
    pd.read_csv(made / "effects.csv")[:1].to_csv(made / "effects.csv", index=False)
    told = validate(path, replications=[made, made], draws=0, progress=False)
    assert list(told.rows["model"]) == [-3.0]
    with pytest.raises(BadInput, match="tells chance alone"):
        validate(path, replications=[made], progress=False)


def test_replications_of_another_version_are_refused(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f"{DESIGNED}a,fingerprint-rollout,latino,did2s,points,-3,-5,-1\n")
    old = replication(tmp_path / "old", hashes={"code": "another"})
    with pytest.raises(BadInput, match="other code or data"):
        validate(path, replications=[old], progress=False)


def test_replications_at_other_draws_are_refused(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f"{DESIGNED}a,fingerprint-rollout,latino,did2s,points,-3,-5,-1\n")
    drawn = load_posterior().take(8)
    for name, digest in (("same", draws_digest(drawn)), ("other", draws_digest(drawn[::-1]))):
        made = replication(tmp_path / name, drawn=digest)
        ends = {"draws": 8, "par_low": -4.5, "par_high": -3.5}
        table = pd.read_csv(made / "effects.csv").assign(**ends)
        table.to_csv(made / "effects.csv", index=False)
    made = validate(path, replications=[tmp_path / "same"], progress=False)
    (row,) = made.rows.to_dict("records")
    assert (row["par_low"], row["par_high"]) == (-4.5, -3.5)
    with pytest.raises(BadInput, match="other was made at other draws of the parameters"):
        validate(path, replications=[tmp_path / "other"], progress=False)
