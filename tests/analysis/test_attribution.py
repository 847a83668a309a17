"""Attribution on real runs: exact sums, laws run once, refusals in a line."""

import json

import pandas as pd
import pytest

from experiments.analysis import attribute
from experiments.analysis.attribution import _largest
from experiments.analysis.clause_shares import plan
from experiments.analysis.laws import effect
from experiments.analysis.runs import asked_for
from experiments.cli import main
from model.faults import BadInput
from model.law import build_law
from model.policy_model import simulate
from model.registry import load_parameters
from model.scenario import Scenario

SMALL = {"city": "littletown", "scale": 0.2, "years": 0.1, "replicates": 2}
PAIR = ("welcoming-2012", "dhs-ban")


@pytest.fixture(scope="module")
def small():
    said = []
    parameters = {"exposure": 20.0}
    done = attribute(*PAIR, "threat", say=said.append, progress=False, processes=1, draws=0,
                     parameters=parameters, **SMALL)
    return done, said


def test_contributions_of_clauses_add_up_to_the_difference(small):
    done, _ = small
    table = done.table()
    assert abs(done.difference) > 0
    assert table["estimate"][1:].sum() == pytest.approx(done.difference, abs=1e-12)
    told = done.summary()
    shares = [each["contribution"] for each in told["clauses"]]
    assert sum(shares) == pytest.approx(told["difference"], abs=1e-12)


def test_the_number_of_runs_is_said_before(small):
    done, said = small
    assert said == [f"{len(done.plan.regimes)} laws x 2 replicates = {done.summary()['runs']} runs"]


def test_an_attribution_is_saved_whole(small, tmp_path):
    done, _ = small
    path = done.save(tmp_path / "out")
    names = {file.name for file in path.iterdir()}
    assert names == {"attribution.parquet", "attribution.png", "attribution.svg",
                     "attribution.txt", "manifest.json"}
    assert json.loads((path / "manifest.json").read_text())["command"].startswith(
        "carveout attribute welcoming-2012 dhs-ban --years 0.1"
    )


def test_contributions_have_both_uncertainties_and_add_up_at_every_draw():
    done = attribute(*PAIR, "threat", progress=False, processes=1, draws=3,
                     parameters={"exposure": 20.0}, **SMALL)
    whole, parts = done.table().iloc[0], done.table().iloc[1:]
    assert parts["estimate"].sum() == pytest.approx(whole["estimate"], abs=1e-12)
    assert (done.table()["n"] == SMALL["replicates"]).all()
    assert done.summary()["runs"] == len(done.plan.regimes) * SMALL["replicates"] * 3
    # No clause between these texts has its share by chance: the beliefs differ by the draw.
    assert whole["par_high"] - whole["par_low"] > whole["high"] - whole["low"]
    assert "--draws 3" in done.manifest["command"]
    assert "over draws" in done.shown()


def test_no_clause_is_called_largest_while_another_may_be_as_large():
    rows = pd.DataFrame({"title": ["one", "other"], "estimate": [-5.0, 3.0],
                         "low": [-6.0, 2.5], "high": [-4.0, 3.5]})
    assert _largest(rows)["title"] == "one"
    assert _largest(rows.assign(high=[-3.0, 3.5])) is None
    assert _largest(rows.assign(high=[1.0, 3.5])) is None


def asked(a, b, **options):
    return asked_for(a, b, {**SMALL, **options})


def test_mixtures_that_come_to_one_law_are_run_once():
    pair = ("welcoming-2012", "welcoming-2021")
    known = {"parameters": {"symbolic_weight": 0}}
    alone, under_state_law = (
        plan(*pair, asked(*pair, environment=name, **known), 64) for name in ("E0", "E3")
    )
    assert len(alone.law_of) == len(under_state_law.law_of) == 64
    assert len(under_state_law.regimes) < len(alone.regimes) < 64
    # State law already forbids what the clause on detainers forbids: taking it changes nothing.
    for some, law in under_state_law.law_of.items():
        assert under_state_law.law_of[some | {"detainers"}] == law


def test_laws_of_one_effect_give_one_history_and_others_do_not():
    values = {"exposure": 20.0}
    setting = Scenario(
        city="littletown", scale=0.2, days=40, environment="E0", parameters=values
    )
    # Where no class is excepted, police hold on a judge's warrant only: detainers say no more.
    names = [f"welcoming-2012+{parts}@welcoming-2021"
             for parts in ("carve_outs", "detainers,carve_outs", "detainers")]
    keys = [effect(build_law(name, "E0").changes[0][1], load_parameters(values)) for name in names]
    assert keys[0] == keys[1] != keys[2]
    frames = [simulate(setting.but(regime=name)).frames() for name in names]
    assert all(frames[0][name].equals(frames[1][name]) for name in frames[0])
    assert not all(frames[0][name].equals(frames[2][name]) for name in frames[0])


def test_too_many_laws_are_sampled_by_orders_that_still_reach_both_ends():
    made = plan("full-cooperation", "no-contact", asked("full-cooperation", "no-contact"), 20)
    assert made.orders and frozenset() in made.law_of and frozenset(made.clauses) in made.law_of
    assert len(made.regimes) <= max(20, 4 * (len(made.clauses) + 1))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["welcoming-2012", "welcoming-2012"], "twice"),
        (["welcoming-2012", "dhs-ban", "--outcome", "reportin"], "did you mean reporting"),
        (["welcoming-2012", "dhs-ban", "--outcome", "area_stops"], "by area only"),
        (["welcoming-2012", "dhs-ban", "--most-laws", "one"], "most-laws: found 'one'"),
        (["welcoming-2012", "dhs-bam"], "did you mean dhs-ban"),
    ],
)
def test_wrong_requests_are_refused_in_a_line(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["attribute", *words, "--out", "new"]) == 2
    assert said in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_too_few_events_are_not_shared_out():
    with pytest.raises(BadInput, match="fewer than 20 events"):
        attribute(*PAIR, "citizens_met", progress=False, processes=1,
                  **SMALL | {"replicates": 1, "posture": "2025-surge", "most_laws": 4})
