"""A study's file: bad ones get file, line, key and reason; good ones become the plan they say."""

import numpy as np
import pytest

from experiments.cli import main
from experiments.study.design import MORRIS_LEVELS, draws, unit_sample
from experiments.study.file import load_study, overridden, parse_study, ready_studies
from experiments.study.levers import MIXTURE, combinations
from experiments.study.plan import make_plan
from experiments.study.task import Done, Task, run_task
from experiments.telling import lines
from model.cells import clause_cells
from model.faults import BadInput
from model.layer_files import load_regime
from model.registry import load_parameters
from model.scenario import Scenario

HEAD = 'name = "x"\ntitle = "t"\nquestion = "q"\n'
BAD = [
    ("[run]\nreplicates = 0", "5: run.replicates: found 0"),
    ("[run]\nscale = 2", "5: run.scale: found 2"),
    ("[run]\nscale = 0.000001", "5: run.scale: found 1e-06; allowed: at least"),
    ("[run]\nyaers = 2", "5: run.yaers: unknown key; allowed: .*; did you mean years"),
    ("[run]\nstart = 2022-01-01T00:00:00",
     "5: run.start: found 2022-01-01 00:00:00; allowed: a date as 2022-01-01"),
    ("[levers.when.a]\nstart = 2022-01-01T00:00:00", "5: levers.when.a.start: found 2022-01-01 00"),
    ("[levers]\nstart = [2022-01-01, 2023-01-01T00:00:00]",
     "5: levers.start.1: found 2023-01-01 00:00:00; allowed: a date as 2022-01-01"),
    ("[run]\nstart = 1500-01-01", "5: run.start: found 1500-01-01; allowed: a date from 1900"),
    ("[run]\nregime = 'no-contct'", "5: run.regime: unknown regime .* did you mean no-contact"),
    ("[run]\ncity = 'atlantis'", "5: run.city: "),
    ("outcomes = ['reportin']", "4: outcomes.0: unknown outcome .* did you mean reporting"),
    ("[levers]\nregime = []", "5: levers.regime: no value"),
    ("[levers]\nregime = ['no-contact', 'no-contact']", "5: levers.regime.1: 'no-contact' twice"),
    ("[levers]\nregimes = ['no-contact']", "5: levers.regimes: .* did you mean regime"),
    ("[levers]\nstart = ['someday']", "5: levers.start.0: found 'someday'; allowed: a date"),
    ("[levers]\nstart = [2022-01-01, 2023-01-01]\n[levers.raid.a]\n"
     "raids = [{announced = 2022-03-01, begins = 2022-03-10}]",
     "7: levers.raid.a.raids.0: announced 2022-03-01, .* allowed: a day of it from 2023-01-01"),
    ("[levers.x]\na = 3", "5: levers.x.a: found 3; allowed: a table"),
    ("[levers.value.a]\nregime = 'no-contact'", "4: levers.value: a lever cannot be called"),
    ("[levers.x.a]\nclauses.detainer = 'honour all'",
     "5: levers.x.a.clauses.detainer: unknown clause .* did you mean detainers"),
    ("[levers.x.a]\nclauses.detainers = 'never'", "5: levers.x.a.clauses.detainers: found 'never'"),
    ("[levers.x.a]\nclauses.database_access = {ice='open', dhs='closed', federal='open'}",
     "5: levers.x.a.clauses.database_access: open to ICE, closed to DHS"),
    ("[levers.x.a]\nparameters.beta = 99.0", "5: levers.x.a.parameters.beta: found 99"),
    ("[levers.x.a]\nenvironment = 'E1'\n[levers.y.b]\nenvironment = 'E2'",
     "6: levers.y.b: environment is also set by the lever x"),
    ("[factorial]\nfrom = 'welcoming-2012'\nto = 'welcoming-2012'",
     "6: factorial.to: no clause differs"),
    ("[factorial]\nfrom = 'welcoming-2012'", "4: factorial.to: missing"),
    ("[uncertainties]\nsampler = 'sobl'", "5: uncertainties.sampler: .* did you mean sobol"),
    ("[uncertainties]\nsampler = 'morris'\ndraws = 4", "5: uncertainties.sampler: .* no parameter"),
    ("[uncertainties]\ndraws = 4", "5: uncertainties.draws: 4 draws without a sampler"),
    ("[uncertainties]\nsampler = 'sobol'\ndraws = 3\nparameters.beta = 'prior'",
     "6: uncertainties.draws: found 3; allowed: a power of two"),
    ("[uncertainties]\nsampler = 'grid'\nparameters.betta = 'prior'",
     "6: uncertainties.parameters.betta: unknown parameter .* did you mean beta"),
    ("[uncertainties]\nsampler = 'monte carlo'\nparameters.beta = [2.0, 1.0]",
     r"6: uncertainties.parameters.beta: found \[2.0, 1.0\]"),
    ("[uncertainties]\nsampler = 'monte carlo'\nparameters.beta = [0.0, 9.0]",
     r"6: uncertainties.parameters.beta: found \[0.0, 9.0\]"),
    ("[levers.beta.a]\n[uncertainties]\nsampler = 'grid'\nparameters.beta = 'prior'",
     "4: levers.beta: is also an uncertain parameter"),
    ("question = 'q'", "not TOML"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_a_bad_study_is_told_by_file_line_key_and_reason(text, said, tmp_path, capsys):
    path = tmp_path / "bad.toml"
    path.write_text(HEAD + text + "\n")
    with pytest.raises(BadInput, match=rf"bad\.toml:\d*.*{said.split(': ')[-1]}") as told:
        make_plan(*load_study(path))
    if said[0].isdigit():
        with pytest.raises(BadInput, match=rf"bad\.toml:{said}"):
            make_plan(*load_study(path))
    assert main(["study", "run", str(path), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.splitlines() == lines(told.value)
    assert not (tmp_path / "out").exists()


FORM = (
    "outcomes = ['reportin']\n[run]\nyaers = 2\n[levers]\nregimes = ['a']\n"
    "[uncertainties]\nsampler = 'sobl'\n"
)
NAMES = (
    "[run]\ncity = 'atlantis'\n[levers]\nenvironment = ['E0', 'E7']\n[levers.x.a]\n"
    "clauses.detainer = 'honour all'\nparameters.beta = 99.0\n"
    "[uncertainties]\nsampler = 'sobol'\nparameters.betta = 'prior'\n"
)
VALUES = (
    "[levers.x.a]\nclauses.detainers = 'never'\n"
    "[levers.x.b]\nclauses.status_inquiry = 'perhaps'\n"
)


@pytest.mark.parametrize(
    ("text", "at"), [(FORM, [4, 6, 8, 10]), (NAMES, [5, 7, 9, 10, 13]), (VALUES, [5, 7])]
)
def test_every_fault_of_a_study_is_told_at_once(text, at):
    with pytest.raises(BadInput) as told:
        plan_of(text)
    assert [fault.line for fault in told.value.faults] == at


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "databses", "--out", "o"], "did you mean databases"),
        (["run", "databases", "--out", "o", "--scale", "2"], "scale: found '2'"),
        (["run", "databases", "--out", "o", "--replicates", "x"], "replicates: found 'x'"),
        (["run", "databases", "--out", "o", "--processes", "0"], "processes: found '0'"),
        (["run", "databases", "--out", "nowhere://x"], "out: found 'nowhere://x'"),
        (["status", "."], "holds no study"),
        (["export", ".", "--out", "o"], "holds no study"),
    ],
)
def test_bad_words_are_told_in_a_line_and_nothing_is_written(
    words, said, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["study", *words]) == 2
    told = capsys.readouterr().err
    assert said in told and len(told.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def plan_of(text):
    return make_plan(*parse_study(HEAD + text))


def rows_of(text, replicates=range(2)):
    return list(plan_of(text).rows(replicates))


LEVERS = "[levers]\nregime = ['no-contact', 'dhs-ban']\nenvironment = ['E0', 'E1', 'E2']\n"
UNKNOWN = "[uncertainties]\nsampler = 'monte carlo'\ndraws = 3\nparameters.beta = 'prior'\n"


def test_every_combination_of_levers_draws_and_replicates_is_one_task():
    rows = rows_of(LEVERS + UNKNOWN)
    assert len(rows) == 2 * 3 * 2 * 3 == plan_of(LEVERS + UNKNOWN).total(2)
    keys = {(r["regime"], r["environment"], r["draw"], r["replicate"]) for r in rows}
    assert len(keys) == len({r["task"] for r in rows}) == len(rows)
    first = Scenario.model_validate_json(rows[0]["scenario"])
    assert first.parameters == {"beta": rows[0]["beta"]} and first.seed == rows[0]["seed"]


def test_tasks_of_a_part_share_city_and_seed():
    rows = rows_of(LEVERS + UNKNOWN + "seed = 1\n[run]\nseed = 7\n")
    for part in {row["part"] for row in rows}:
        assert len({(r["city"], r["seed"]) for r in rows if r["part"] == part}) == 1
    assert {row["seed"] for row in rows} == {7, 8}
    own = rows_of(LEVERS + UNKNOWN + "[run]\nseeds = 'own'\n")
    assert {row["seed"] for row in own} == set(range(6))
    assert all(row["seed"] == row["replicate"] * 3 + row["draw"] for row in own)


def test_more_replicates_leave_the_tasks_there_are_as_they_are():
    few, many = rows_of(LEVERS + UNKNOWN), rows_of(LEVERS + UNKNOWN, range(4))
    assert [row["task"] for row in many][: len(few)] == [row["task"] for row in few]


def test_a_decomposed_study_runs_each_regime_with_belief_held_at_the_baselines():
    rows = rows_of("[run]\ndecompose = true\n[levers]\nregime = ['welcoming-2012', 'dhs-ban']\n")
    assert [(r["regime"], r["belief"]) for r in rows[:3]] == [
        ("welcoming-2012", "own"), ("dhs-ban", "own"), ("dhs-ban", "held"),
    ]
    assert Scenario.model_validate_json(rows[2]["scenario"]).believed == "welcoming-2012"


def test_a_factorial_is_every_mixture_of_two_regimes():
    made = combinations(*parse_study(
        HEAD + "[factorial]\nfrom = 'welcoming-2012'\nto = 'welcoming-2021'\n"
        "together = [['detainers', 'carve_outs', 'information_sharing']]\n"
    ))
    assert len(made) == 2**4 and "detainers+carve_outs+information_sharing" in made[0].labels
    assert [one.labels["regime"] for one in made].count(MIXTURE) == len(made) - 2

    def levels(layer):
        return {key: (cell.level, cell.classes) for key, cell in clause_cells(layer).items()}

    for one, name in ((made[0], "welcoming-2012"), (made[-1], "welcoming-2021")):
        assert levels(load_regime(one.scenario.regime)) == levels(load_regime(name))


def test_a_regimes_file_is_taken_into_the_plan_and_needed_no_more(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text((load_file("dhs-ban")).replace('name = "dhs-ban"', 'name = "mine"'))
    rows = rows_of(f"[run]\nregime = '{path}'\n")
    path.unlink()
    assert load_regime(Scenario.model_validate_json(rows[0]["scenario"]).regime).name == "mine"
    assert rows[0]["regime"] == "mine" and str(tmp_path) not in str(rows)


def load_file(name):
    from model.layer_files import FOLDER

    return (FOLDER / "ordinances" / f"{name}.toml").read_text()


@pytest.mark.parametrize("sampler", ["monte carlo", "latin hypercube", "sobol", "morris"])
def test_samples_fill_the_priors_and_repeat(sampler):
    text = (
        f"[uncertainties]\nsampler = '{sampler}'\ndraws = 16\n"
        "[uncertainties.parameters]\nbeta = 'prior'\nsigma = [0.2, 0.4]\ngamma = 'prior'\n"
    )
    study, source = parse_study(HEAD + text)
    frame, spec = draws(study, source), study.uncertainties
    size = {"sobol": 16 * (3 + 2), "morris": 16 * (3 + 1)}.get(sampler, 16)
    assert len(frame) == size and frame.equals(draws(study, source))
    shares = unit_sample(spec)
    assert shares.min() >= 0 and shares.max() <= 1
    assert abs(shares.mean(axis=0) - 0.5).max() < 0.25
    entry = load_parameters().entry("beta")
    assert np.allclose(frame.beta, entry.prior.ppf(shares[:, 0]))
    assert frame.sigma.between(0.2, 0.4).all()
    if sampler == "latin hypercube":
        assert sorted((shares * 16).astype(int)[:, 0]) == list(range(16))
    if sampler == "morris":
        assert len(np.unique(shares.round(9))) == MORRIS_LEVELS


def test_a_grid_is_every_combination_of_its_values():
    frame = draws(*parse_study(
        HEAD + "[uncertainties]\nsampler = 'grid'\ndraws = 2\n"
        "[uncertainties.parameters]\nbeta = 'prior'\nsigma = [0.2, 0.4, 0.6]\n"
    ))
    assert len(frame) == 6 and frame.beta.nunique() == 2 and set(frame.sigma) == {0.2, 0.4, 0.6}


@pytest.mark.parametrize("name", ready_studies())
def test_a_ready_study_runs_at_a_small_scale(name):
    """Its plan is made whole; of its tasks the first and the last are run."""
    study, source = load_study(name)
    assert study.name == name
    # Long enough that an operation of the study falls in the run.
    changes = {"scale": 0.002, "replicates": 2, "years": 0.3 if name == "raid-threat" else 0.02}
    if study.uncertainties.sampler != "none":
        changes["draws"] = 2
    study = overridden(study, changes)
    plan = make_plan(study, source)
    rows = list(plan.rows(range(2)))
    assert len(rows) == plan.total(2) == len({row["task"] for row in rows})
    from experiments.study.identity import code_digest

    for row in (rows[0], rows[-1]):
        task = Task(row["task"], row["part"], row["scenario"], plan.outcomes, code_digest(),
                    row["belief"])
        done = run_task(task)
        assert isinstance(done, Done) and len(done.data) > 1000


def test_there_are_ready_studies_for_the_main_questions(capsys):
    assert len(ready_studies()) >= 6
    assert main(["study", "list"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in ready_studies())
