"""Case histories tell the model's own chances and dice, and persons stay synthetic."""

import json
import re
import shlex

import numpy as np
import pytest

from experiments.cli import build_parser, main, parse
from experiments.trace import trace
from experiments.trace.history import _pairs
from experiments.trace.observer import Observer
from model.faults import BadInput
from model.policy_model import PolicyModel, simulate
from model.population import Population
from model.rates import solve_rates
from model.registry import load_parameters
from model.scenario import Scenario

LIVELY = {"exposure": 20.0, "hand_over_percent": 1.0}
SETTING = Scenario(city="littletown", scale=0.4, days=60, environment="E0",
                   posture="2025-surge", parameters=LIVELY)
OPTIONS = {"city": "littletown", "scale": 0.4, "years": 60 / 365, "environment": "E0",
           "posture": "2025-surge", "parameters": LIVELY}
PAIR = ("welcoming-2012", "full-cooperation")


@pytest.fixture(scope="module")
def observed():
    first = PolicyModel(SETTING)
    people: Population = first.population
    rates = solve_rates(people, load_parameters(LIVELY), SETTING)
    observers = [Observer(first)]
    observers.append(Observer(
        PolicyModel(SETTING.but(regime=PAIR[1]), population=people, rates=rates)
    ))
    for each in observers:
        each.model.run()
    return observers


@pytest.fixture(scope="module")
def traced():
    return trace(*PAIR, find=4, **OPTIONS)


def test_the_observer_changes_nothing(observed):
    plain, seen = simulate(SETTING).frames(), observed[0].frames()
    assert all(plain[name].equals(seen[name]) for name in plain)


def test_every_report_happened_exactly_where_the_dice_fell_below_the_chance(observed):
    for each in observed:
        crimes, witnesses = each.frame("crimes"), each.frame("witnesses")
        assert len(crimes) > 3000 and 0.1 < crimes["happened"].mean() < 0.6
        assert ((crimes["u"] < crimes["p"]) == crimes["happened"]).all()
        spoke = witnesses.groupby("id")["happened"].any().reindex(crimes["id"], fill_value=False)
        assert (spoke.to_numpy() == crimes["by_bystander"].to_numpy()).all()
        assert spoke.sum() > 50 and crimes["id"].is_unique


def test_every_release_was_a_hand_over_exactly_where_the_dice_fell_below_the_chance(observed):
    for each in observed:
        releases = each.frame("releases")
        assert len(releases) > 15 and 0 < releases["happened"].mean() < 1
        assert ((releases["u"] < releases["p"]) == releases["happened"]).all()


def test_the_parts_of_what_was_felt_add_up_to_the_chance(observed):
    from scipy.special import expit

    crimes = observed[1].frame("crimes")
    felt = crimes[["felt_law", "felt_heard", "felt_alarm"]].sum(axis=1)
    logit = crimes["usual"] + crimes["trust"] + crimes["support"] - felt
    assert np.allclose(crimes["there"] * expit(logit), crimes["p"], atol=1e-12)
    assert (crimes["felt_heard"] > 0).sum() > 100


def test_the_same_occasion_has_the_same_dice_under_both(observed):
    one, other = (each.frame("crimes") for each in observed)
    both = one.merge(other, on="id", suffixes=("", "_b"))
    assert len(both) > 0.9 * len(one)
    assert (both["u"] == both["u_b"]).all() and (both["day"] == both["day_b"]).all()


def test_the_most_instructive_differ_and_say_so(traced):
    assert len(traced.histories) == 4
    for each in traced.histories:
        one, other = each.differing()[0]
        assert one.dice == other.dice
        low, high = sorted((one.chance, other.chance))
        assert low <= one.dice < high
        assert "and not under" in each.sentence()
        laws = [side.law for side in each.sides]
        assert len(laws[0]) == len(laws[1]) > 0 and "[MCC 2-173" in laws[0][0]
        assert any("MCC" in line or "heard" in line for line in each.lines())


def test_persons_are_synthetic_and_no_place_is_told(traced):
    area_names = {"area", "community area", "district"}
    for each in traced.histories:
        text = "\n".join(each.lines()) + json.dumps(each.summary())
        assert "Every person is synthetic" in text
        assert not any(re.search(rf"{name} \d", text) for name in area_names)


def test_an_incident_is_found_again_by_its_id(traced, tmp_path):
    wanted = traced.histories[1]
    again = trace(*PAIR, incident=wanted.id, **OPTIONS)
    assert again.histories == (wanted,)
    folder = again.save(tmp_path / "case")
    assert {file.name for file in folder.iterdir()} == {
        f"{wanted.id}.{ending}" for ending in ("txt", "json", "png", "svg")
    } | {"manifest.json"}


def test_the_command_that_repeats_it_is_one_that_the_command_line_understands(traced):
    words = shlex.split(traced.manifest["command"])
    assert parse(build_parser(), words[1:]).command == "trace"


def test_unknown_incidents_are_refused(traced):
    with pytest.raises(BadInput, match="no incident '0000'"):
        trace(*PAIR, incident="0000", **OPTIONS)


def test_regimes_that_do_nothing_different_have_no_case(observed):
    same = _pairs(observed[0], observed[0])
    assert len(same) > 1000 and not same["differs"].any()


@pytest.mark.parametrize(
    ("words", "said"),
    [(["a", "b", "c"], "3 names"), (["nowhere"], "nowhere holds no runs")],
)
def test_wrong_words_are_refused(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["trace", *words]) == 2
    assert said in capsys.readouterr().err and list(tmp_path.iterdir()) == []
