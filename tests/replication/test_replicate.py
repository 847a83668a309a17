"""Virtual replications: designs are files, estimators find what was planted, the gap is told."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from experiments.replication.counties import margins, sample_counties, write_counties
from experiments.replication.design import LAYERS, Estimator, Outcome, design_names, load_design
from experiments.replication.estimators import Answer, answer
from experiments.replication.panel import Study, _table, studies_of
from experiments.replication.replica import Replica
from experiments.replication.replicate import _effects, replicate
from experiments.replication.worlds import plan, runs
from model.city_check import check_city
from model.faults import BadInput
from model.law import build_law
from model.layer_files import load_law
from model.posture import load_posture
from model.stack import Stack

SMALL = """\
name = "small"
title = "A small design"
question = "Does it run?"
study = "none"
start = 2011-01-01
years = 1
period = "quarter"
parameters = {{ beta = {beta}, hand_over_percent = 1.0 }}
[world]
counties = 8
residents = 500
[before]
layers = ["before-fingerprints"]
posture = "before-fingerprint-sharing"
[treatment]
{treatment}
[timing]
first = 2011-07-01
never = 0.5
earlier_with = {{ immigrants = 1.0 }}
[[outcomes]]
name = "latino"
title = "Latino victims"
count = "{count}"
of = "survey_victimisations"
group = "ethnicity=latino"
truth = {{ count = "reported", of = "victimisations", group = "ethnicity=latino" }}
[[estimators]]
name = "{estimator}"
kind = "did2s"
title = "Two-stage"
weights = "of"
"""
TREATED = 'repeal = ["before-fingerprints"]\nposture = "2011-secure-communities"'


def small(folder, treatment=TREATED, count="survey_reported", estimator="did2s", beta=3.0):
    path = folder / ("small.toml" if beta == 3.0 else f"small-{beta}.toml")
    path.write_text(
        SMALL.format(treatment=treatment, count=count, estimator=estimator, beta=beta)
    )
    return path


@pytest.fixture(scope="module")
def replicated(tmp_path_factory):
    return replicate(small(tmp_path_factory.mktemp("design")), replicates=1, seed=4, progress=False)


def test_opening_the_channel_lowers_true_reporting(replicated):
    true = replicated.effects.set_index("estimator").loc["true"]
    assert true["estimate"] < -1
    assert 10 < true["base"] < 70


def test_the_estimators_gap_is_its_answer_less_the_truth(replicated):
    rows = replicated.effects.set_index("estimator")
    gap = rows.loc["did2s", "estimate"] - rows.loc["true", "estimate"]
    assert rows.loc["did2s", "gap"] == pytest.approx(gap)
    assert rows.loc["did2s", "low"] < rows.loc["did2s", "estimate"] < rows.loc["did2s", "high"]


def test_answers_over_draws_are_those_of_runs_at_each_draw(tmp_path):
    stated = [small(tmp_path, beta=value) for value in (0.1, 3.0)]
    single = [replicate(one, replicates=2, seed=4, draws=0, progress=False) for one in stated]
    free = tmp_path / "free.toml"
    free.write_text(stated[0].read_text().replace("beta = 0.1, ", ""))
    posterior = tmp_path / "posterior.csv"
    posterior.write_text("beta\n0.1\n3\n")
    drawn = replicate(free, replicates=2, seed=4, posterior=posterior, draws=2, progress=False)
    rows = drawn.effects.set_index("estimator")
    assert (rows["draws"] == 2).all() and "--draws 2" in drawn.manifest["command"]
    for name in ("estimate", "gap"):
        alone = [one.effects.set_index("estimator").loc["did2s", name] for one in single]
        assert alone[0] != alone[1]
        assert rows.loc["did2s", name] == pytest.approx(np.mean(alone))
    assert all(one.effects["par_low"].isna().all() for one in single)
    ends = rows.loc["did2s", ["gap_par_low", "gap", "gap_par_high"]].astype(float)
    assert ends.is_monotonic_increasing


def test_one_seed_tells_nothing_of_draws_and_is_run_at_the_defaults(tmp_path):
    made = replicate(small(tmp_path), replicates=1, seed=4, progress=False)
    assert (made.effects["draws"] == 1).all() and "--draws 0" in made.manifest["command"]


def test_replicas_are_the_same_in_any_number_of_processes(tmp_path):
    path = small(tmp_path)
    one, two = (replicate(path, replicates=2, seed=4, draws=0, processes=count, progress=False)
                for count in (1, 2))
    assert one.effects.equals(two.effects) and one.by_time.equals(two.by_time)


def test_a_draw_does_not_change_what_a_design_states(tmp_path):
    path = small(tmp_path)
    posterior = tmp_path / "posterior.csv"
    posterior.write_text("beta\n0.1\n3\n")
    made = replicate(path, replicates=2, seed=4, posterior=posterior, draws=2, progress=False)
    row = made.effects.set_index("estimator").loc["true"]
    assert row["par_low"] == pytest.approx(row["par_high"])


def test_a_treatment_that_changes_nothing_has_no_true_effect(tmp_path):
    design = load_design(small(tmp_path, 'posture = "before-fingerprint-sharing"'))
    asked = plan(design, 4)
    with runs(design, asked, 4) as arriving:
        (study,) = studies_of(design, asked, arriving, 4)
    assert (study.on == study.off).all() and study.on.sum() > 100
    assert study.true_effect() == 0.0


def test_counties_are_a_city_that_passes_the_check(tmp_path):
    counties = sample_counties(30, 1)
    assert check_city(write_counties(tmp_path, counties, 500.0)) == []
    for name, entry in margins()["margins"].items():
        assert counties[name].between(entry["low"], entry["high"]).all()


def test_attributes_go_together_as_stated():
    ranks = sample_counties(4000, 2).filter(like="rank_").rename(columns=lambda one: one[5:])
    found = ranks.corr("spearman")
    for pair, stated in margins()["correlations"].items():
        a, b = pair.split()
        # Spearman's of a Gaussian copula is 6/pi asin(r/2), a little less than r.
        assert found.loc[a, b] == pytest.approx(6 / np.pi * np.arcsin(stated / 2), abs=0.05)
    assert sample_counties(5, 3).equals(sample_counties(5, 3))


def test_who_adopts_earlier_has_more_of_what_hastens_it():
    design = load_design("fingerprint-rollout")
    asked = plan(design, 1)
    never = (asked.cohort == -1).mean()
    assert never == pytest.approx(design.timing.never, abs=0.01)
    ranks = asked.places["rank_immigrants"]
    assert ranks[asked.cohort == 0].mean() > ranks[asked.cohort == 3].mean() > 0
    assert len(set(asked.dates)) == design.timing.cohorts


@pytest.mark.parametrize("name", design_names())
def test_every_design_that_comes_along_can_be_read(name):
    design = load_design(name)
    assert design.name == name
    assert all(design.estimators_of(one) for one in design.outcomes)


def test_before_fingerprints_the_channel_is_two_thirds_open_and_detainers_are_two_thirds():
    layer = load_law(LAYERS / "before-fingerprints.toml")
    open_now = build_law("full-cooperation", "E0").changes[0][1]
    before = Stack((*open_now.layers, layer)).openness
    assert before / open_now.openness == pytest.approx(2 / 3, abs=0.1)
    fewer = load_posture(LAYERS / "before-fingerprint-sharing.toml").lodge
    assert np.array(fewer) / np.array(load_posture("2011-secure-communities").lodge) == (
        pytest.approx(2 / 3, abs=0.01))


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (("survey_reported", "survey_reportd"), 'count = "survey_reportd"',
         "outcomes.0.count: unknown count 'survey_reportd'; allowed: victimisations"),
        (("survey_reported", "survey_reportd"), 'count = "survey_reportd"',
         "did you mean survey_reported?"),
        (("ethnicity=latino", "ethnicity=latin"), 'group = "ethnicity=latin"',
         "did you mean latino?"),
        (('kind = "did2s"', 'kind = "did3s"'), 'kind = "did3s"', "twfe, did2s"),
        (('repeal = ["before-', 'repeal = ["befor-'), "repeal",
         "did you mean before-fingerprints?"),
        (("immigrants = 1.0", "imigrants = 1.0"), "earlier_with", "did you mean immigrants?"),
        (("2011-07-01", "2010-07-01"), "first =", "dates after 2011-01-01"),
        (("2011-07-01", "2013-07-01"), "first =", "and before 2012-01-01"),
        (('kind = "did2s"', 'kind = "poisson"'), "[[outcomes]]", "an estimator among twfe"),
        (("beta = 3.0", "beta = 9.0"), "parameters =", "found 9.0; allowed: a number from 0 to 3"),
    ],
)
def test_a_bad_design_is_refused_at_its_line(tmp_path, change, place, words, capsys):
    path = small(tmp_path)
    text = path.read_text().replace(*change)
    path.write_text(text)
    line = text[: text.index(place)].count("\n") + 1
    assert main(["replicate", str(path), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert f"small.toml:{line}: " in said and words in said
    assert not (tmp_path / "out").exists()


def test_every_fault_of_a_design_is_told_at_once_by_line(tmp_path):
    path = small(tmp_path)
    text = path.read_text().replace("survey_reported", "survey_reportd")
    path.write_text(text.replace("immigrants = 1.0", "imigrants = 1.0").replace("beta =", "bta ="))
    with pytest.raises(BadInput) as error:
        load_design(path)
    assert {fault.key for fault in error.value.faults} >= {
        "parameters.bta", "timing.earlier_with.imigrants", "outcomes.0.count",
    }
    lines = [fault.line for fault in error.value.faults]
    assert lines == sorted(lines)


def test_an_unknown_design_is_refused_with_the_nearest():
    with pytest.raises(BadInput, match="did you mean fingerprint-rollout"):
        load_design("fingerprint-rolout")


def test_the_command_writes_what_it_prints(tmp_path, capsys):
    out = tmp_path / "out"
    words = ["replicate", str(small(tmp_path)), "--counties", "12", "--replicates", "1", "--quiet",
             "--out", str(out), "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["estimator"] for row in told["effects"]] == ["true", "did2s"]
    assert {"effects.csv", "by_time.csv", "manifest.json", "small-latino.png"} <= {
        path.name for path in out.iterdir()}
    assert not {"place", "county"} & set(pd.read_csv(out / "effects.csv"))


# What an estimator finds is held against tables with an effect planted in them.


def planted(effect, *, share, places=80, periods=16, noise=0.0, seed=0, minus=False, single=False,
            base=20.0):
    """A study in which reporting of 40 in 100 changes by `effect(since)` points, or counts by
    that many percent; a quarter of the places never adopt."""
    dice = np.random.default_rng(seed)
    adopts = np.where(np.arange(places) % 4 == 0, -1, 5 + 2 * (np.arange(places) % 4))
    if single:
        adopts = np.where(np.arange(places) == 0, 8, -1)
    since = np.arange(periods) - adopts[:, None]
    change = np.where((adopts[:, None] >= 0) & (since >= 0), effect(since), 0.0)
    level = dice.normal(0, 0.1, (places, 1)) + 0.3 * np.sin(np.arange(periods) / 3)
    of = np.full((places, periods), 400.0)
    other = np.zeros_like(of)
    if share:
        a = of * (0.4 + 0.05 * level + change / 100)
    else:
        a = dice.poisson(base * np.exp(level) * (1 + change / 100)).astype(float)
        other = dice.poisson(60 * np.exp(level)).astype(float)
    seen = np.stack([a + noise * dice.normal(size=of.shape), of, other, of])
    group = {"minus_group": "ethnicity=non_latino"} if minus else {}
    outcome = Outcome(name="x", title="x", count="reported", of="victimisations" if share else "",
                      **group)
    table = _table(seen, adopts, np.full(places, 1000.0))
    return Study(outcome, table, seen, seen, adopts)


def estimator(kind):
    return Estimator(name=kind, kind=kind, title=kind)


@pytest.mark.parametrize("kind", ["twfe", "did2s"])
def test_an_effect_equal_for_all_is_found(kind):
    study = planted(lambda since: -6.0, share=True, noise=2.0)
    given = answer(study, estimator(kind))
    assert given.estimate == pytest.approx(-6, abs=0.4)
    assert given.low < -6 < given.high


def test_growing_effects_mislead_two_way_fixed_effects_and_not_the_two_stage_estimator():
    """Places treated early are poor controls for those treated late."""
    study = planted(lambda since: -1.0 * (since + 1), share=True)
    cells = study.table[study.table["treated"] == 1]
    true = -(cells["since"] + 1).mean()
    assert answer(study, estimator("did2s")).estimate == pytest.approx(true, abs=0.05)
    assert answer(study, estimator("twfe")).estimate > true + 0.5


def test_the_event_study_follows_the_effect_and_is_flat_before():
    study = planted(lambda since: -1.0 * (since + 1), share=True)
    path = answer(study, estimator("did2s")).by_time.set_index("since")["estimate"]
    assert path.loc[:-1].abs().max() < 0.1
    assert path.loc[4] == pytest.approx(-5, abs=0.2)


def test_poisson_takes_cells_of_nought_and_finds_the_percentage():
    study = planted(lambda since: -50.0, share=False, base=1.0)
    assert (study.table["a"] == 0).any()
    given = answer(study, estimator("poisson"))
    assert given.low < -50 < given.high
    assert given.high < -30


@pytest.mark.parametrize("kind", ["poisson", "before-after"])
@pytest.mark.parametrize("minus", [False, True])
@pytest.mark.parametrize(("base", "effect"), [(0.0, 0.0), (1.0, -100.0)])
def test_a_count_has_no_answer_where_a_side_has_no_event(base, effect, minus, kind):
    study = planted(lambda since: effect, share=False, base=base, minus=minus)
    assert math.isnan(answer(study, estimator(kind)).estimate)


def test_permutation_has_no_answer_without_events():
    study = planted(lambda since: 0.0, share=False, base=0.0, single=True)
    assert math.isnan(answer(study, estimator("permutation")).estimate)


def test_permutation_knows_chance_by_the_places_where_nothing_happened():
    changed = planted(lambda since: 40.0, share=False, minus=True, single=True)
    given = answer(changed, estimator("permutation"))
    assert given.low < 40 < given.high and given.low > 0
    same = answer(planted(lambda since: 0.0, share=False, minus=True, single=True, seed=3),
                  estimator("permutation"))
    assert same.low < 0 < same.high


def test_a_permutation_of_few_places_has_no_interval():
    """Of 38 places like it, one is beyond all others by chance 1 time in 39: oftener than 2.5%."""
    few, enough = (planted(lambda since: 40.0, share=False, minus=True, single=True, places=size)
                   for size in (39, 40))
    given = [answer(study, estimator("permutation")) for study in (few, enough)]
    assert [math.isnan(one.low) for one in given] == [True, False]
    assert all(math.isfinite(one.estimate) for one in given)


def replica_of(true, estimate):
    none = pd.DataFrame()
    low, high = estimate - 20, estimate + 20
    return Replica((true,), (10.0,), ({"x": Answer(estimate, low, high)},), none)


def recorded(made, draws, *, share):
    """Effects of replicas of one outcome, by estimator."""
    outcome = SimpleNamespace(name="o", share=share, unit="points" if share else "percent")
    estimators = (Estimator(name="x", kind="twfe", title="X"),)
    design = SimpleNamespace(name="d", outcomes=(outcome,), estimators_of=lambda _: estimators)
    return pd.DataFrame(_effects(design, made, draws)).set_index("estimator")


def test_percent_are_averaged_as_ratios():
    """Half as many and twice as many are no change on average; as percent they would be +25."""
    made = [replica_of(-50.0, 100.0), replica_of(100.0, -50.0)]
    rows = recorded(made, 1, share=False)
    assert rows["estimate"].tolist() == pytest.approx([0.0, 0.0], abs=1e-12)
    assert rows.loc["x", "gap"] == pytest.approx(0.0, abs=1e-12)
    rows = recorded([replica_of(-50.0, -25.0)] * 2, 1, share=False)
    assert rows.loc["x", "gap"] == pytest.approx(50.0)  # 0.75 / 0.5
    rows = recorded(made, 1, share=True)
    assert rows.loc["x", "estimate"] == pytest.approx(25.0)


def test_a_seed_at_which_an_estimator_fails_is_left_out_of_its_row_alone():
    made = [replica_of(1.0, 2.0), replica_of(3.0, 5.0), replica_of(9.0, 9.0),
            replica_of(9.0, math.nan)]
    rows = recorded(made, 2, share=True)
    assert (rows.loc["true", "estimate"], rows.loc["true", "replicates"]) == (5.5, 2)
    assert (rows.loc["x", "estimate"], rows.loc["x", "gap"]) == (3.5, 1.5)
    assert (rows.loc["x", "replicates"], rows.loc["x", "covers"]) == (1, 1.0)


def test_everybody_is_a_group_too(tmp_path):
    """Counts of no group, and of one group alone, have nothing to be taken off."""
    path = small(tmp_path)
    text = path.read_text().replace('group = "ethnicity=latino"\n', "").replace(
        ', group = "ethnicity=latino"', "")
    path.write_text(text.replace("years = 1", "years = 0.75"))
    design = load_design(path)
    asked = plan(design, 4)
    with runs(design, asked, 4) as arriving:
        (study,) = studies_of(design, asked, arriving, 4)
    assert study.on[1].sum() > 100
    assert study.on[2:].sum() == 0
