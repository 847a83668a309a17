"""The analyses read a real study: pairs, preferences, held levers, refusals in a line."""

import json

import pandas as pd
import pytest

from experiments.analysis import (
    discover,
    paired_contrasts,
    read_values,
    regret,
    sensitivity,
    until_sure,
)
from experiments.analysis.values import Values
from experiments.cli import main
from model.faults import BadInput


def test_contrasts_of_a_study_are_paired_by_draw_and_replicate(small):
    done = paired_contrasts(small, "threat")
    row = done.table().iloc[0]
    values = small.values("threat").pivot(
        index=["draw", "replicate"], columns="regime", values="value"
    )
    gap = values["full-cooperation"] - values["welcoming-2012"]
    assert row["estimate"] == pytest.approx(gap.mean(), abs=1e-12) and gap.mean() > 0
    assert (row["n"], row["draws"]) == (4, 2) and row["ratio"] > 1
    assert done.manifest["study"]["kind"] == "carveout study"


def test_a_position_that_moves_several_things_is_one_lever():
    rows = [
        {"draw": 0, "replicate": replicate, "package": package, "weight": weight,
         "regime": regime, "posture": posture, "value": replicate + 10.0 * (package == "b")}
        for package, regime, posture in (("a", "welcoming-2012", "low"), ("b", "no-contact", "x"))
        for weight in ("weak", "strong")
        for replicate in range(3)
    ]
    levers = ("regime", "posture", "package", "weight")
    values = Values(pd.DataFrame(rows), "threat", levers, (), {})
    for lever, others in (("package", ["weight"]), ("regime", ["weight"]), ("weight", ["regime"])):
        assert values.others(lever) == others
    assert paired_contrasts(values, lever="package").table()["estimate"].tolist() == [10, 10]


def test_regret_of_a_study_takes_the_users_direction(small):
    low, high = (
        regret(small, {"threat": way}).table().set_index("contrast") for way in ("low", "high")
    )
    assert low["estimate"]["welcoming-2012"] == 0 < low["estimate"]["full-cooperation"]
    assert high["estimate"]["full-cooperation"] == 0 < high["estimate"]["welcoming-2012"]
    assert low["dominated_by"]["full-cooperation"] == "welcoming-2012"


def test_a_study_that_may_not_be_expanded_further_is_read_as_it_is(small):
    done = until_sure("welcoming-2012", "full-cooperation", "threat", half_width=5.0, most=2,
                      study=small.folder.root)
    assert done.reached and done.table()["n"].tolist() == [2]
    estimate = paired_contrasts(small, "threat").table()["estimate"].iloc[0]
    assert done.table()["estimate"].iloc[0] == pytest.approx(estimate, abs=1e-12)


def test_what_a_study_cannot_answer_is_refused(small):
    with pytest.raises(BadInput, match="2 states"):
        discover(small, "threat", position="full-cooperation", baseline="welcoming-2012",
                 when="higher")
    with pytest.raises(BadInput, match="several of regime"):
        sensitivity(small, "threat")
    with pytest.raises(BadInput, match="did you mean full-cooperation"):
        read_values(small, "threat", where=["regime=full-coperation"])
    with pytest.raises(BadInput, match="1 positions"):
        regret(small, {"threat": "low"}, lever="posture")  # a lever that does not vary is known
    with pytest.raises(BadInput, match="unknown lever 'regimes'"):
        paired_contrasts(small, "threat", lever="regimes")


def test_the_commands_print_save_and_refuse(small, tmp_path, capsys):
    folder = small.folder.root
    out = tmp_path / "contrasts"
    words = ["contrasts", folder, "--outcome", "threat", "--json", "--out", str(out)]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["analysis"] == "contrasts" and "perceived threat" in told["sentence"]
    assert {file.name for file in out.iterdir()} >= {"contrasts.png", "contrasts.parquet"}
    assert main(["regret", folder, "--outcome", "threat"]) == 2
    assert "--prefer low or --prefer high for each --outcome" in capsys.readouterr().err
