"""What an address may ask to be run."""

import pytest

from dashboards.address import View
from dashboards.edited import edits_between, folder, pasted_edits, regime_path, told, value_text
from dashboards.plans import comparison_plan, timeline_plan
from dashboards.timeline import DEFAULT
from experiments.cli import build_parser, parse
from model.faults import BadInput
from model.layer_files import FOLDER, load_regime, regime_names

QUICK = View(city="littletown", years="0.1", replicates="1")


@pytest.mark.parametrize(
    ("view", "says"),
    [
        (View(a="../../etc/passwd"), "regime"),
        (View(a="<img src=x onerror=alert(1)>"), "regime"),
        (View(city="/etc"), "city"),
        (View(posture="x.toml"), "posture"),
        (View(environment="../E0"), "environment"),
        (View(b="welcoming-2012"), "two regimes that differ"),
        (View(years="13"), "years"),
        (View(years="nan"), "years"),
        (View(replicates="21"), "replicates"),
        (View(draws="51"), "draws"),
        (View(draws="1"), "draws"),
        (View(draws="six"), "draws"),
        (View(city="littletown", years="0.1", replicates="20", draws="24"), "runs"),
        (View(scale="2"), "scale"),
        (View(seed="-1"), "seed"),
        (View(start="yesterday"), "start"),
        (View(raids=("begins=2022-01-01,visits=1e9",)), "visits"),
        (View(raids=("begins=2022-01-01",) * 11), "raids"),
        (View(years="10"), "years of a whole city"),
        (View(edits_a=(("detainers", "never"),)), "detainers"),
        (View(edits_a=(("carve_outs", "left_handed"),)), "carve_outs"),
    ],
)
def test_what_an_address_may_not_ask_is_refused_in_words(view, says):
    with pytest.raises(BadInput) as caught:
        comparison_plan(view)
    assert says in str(caught.value)
    assert not any(str(folder()) in line for line in told(caught.value))


def test_equal_requests_have_one_id_and_others_another():
    plan = comparison_plan(QUICK)
    assert comparison_plan(QUICK).key == plan.key
    edited = QUICK.but(edits_b=(("conduct", "not prohibited"),))
    keys = {comparison_plan(view).key
            for view in (QUICK, edited, QUICK.but(seed="1"), QUICK.but(environment="E0"))}
    assert len(keys) == 4 and plan.key in keys


def test_an_edited_regime_says_what_was_chosen_and_the_rest_is_the_preset():
    path = regime_path("welcoming-2012", (("database_access", "federal"),
                                          ("detainers", "judicial warrant only"),
                                          ("information_sharing", "lawful order only")))
    base, edited = load_regime("welcoming-2012"), load_regime(path)
    changed = {clause for clause, _ in edits_between(base, edited)}
    assert changed == {"database_access", "detainers", "information_sharing", "carve_outs"}
    assert value_text(edited, "database_access") == "federal"
    assert edited.in_force is None
    assert edited.clauses.detainers.checked == "hypothetical"
    assert edited.clauses.conduct == base.clauses.conduct


@pytest.mark.parametrize("preset", [name for name in regime_names() if not load_regime(name).cells])
def test_a_pasted_file_becomes_edits_that_make_the_same_regime(preset):
    text = (FOLDER / "ordinances" / f"{preset}.toml").read_text("utf-8")
    edits = pasted_edits("welcoming-2012", text)
    again = load_regime(regime_path("welcoming-2012", edits))
    assert edits_between(load_regime(preset), again) == ()


def test_a_pasted_file_with_cells_is_sent_to_the_command_line():
    text = (FOLDER / "ordinances" / "no-contact.toml").read_text("utf-8")
    with pytest.raises(BadInput, match="carveout compare"):
        pasted_edits("welcoming-2012", text)


@pytest.mark.parametrize(
    "text",
    ["", "name = ", "x" * 70_000, "name = '../../x'", "[clauses.detainers]\nvalue = '__import__'",
     "level = 'state'", "\x00", "a = " + "[" * 5_000],
    ids=["empty", "torn", "long", "path", "code", "state", "zero", "deep"],
)
def test_a_hostile_file_is_refused_and_nothing_of_it_stays(text):
    before = sorted(folder().iterdir())
    with pytest.raises(BadInput) as caught:
        pasted_edits("welcoming-2012", text)
    assert sorted(folder().iterdir()) == before
    assert not any(str(folder()) in line for line in told(caught.value))


def test_a_plan_says_the_command_that_the_command_line_understands():
    view = QUICK.but(raids=("begins=2022-01-03",), edits_b=(("conduct", "not prohibited"),))
    plan = comparison_plan(view)
    words = plan.command.split()
    arguments = parse(build_parser(), words[1:])
    assert arguments.command == "compare" and arguments.years == "0.1"
    assert arguments.regimes[1] == plan.files[0].name
    compile(plan.python, "python", "exec")


def test_a_plan_carries_its_draws_and_says_them_again():
    view = QUICK.but(replicates="2", draws="3")
    plan = comparison_plan(view)
    assert plan.draws == 3 and len(plan.cases) == 2 * 3 * 3
    assert [plan.number(case) for case in plan.cases[::3]] == list(range(6))
    assert len({tuple(case.scenario.parameters.items()) for case in plan.cases}) == 3
    assert parse(build_parser(), plan.command.split()[1:]).draws == "3"
    assert "    draws=3," in plan.python
    assert comparison_plan(view.but(draws="0")).key != plan.key
    both = timeline_plan(DEFAULT.but(city="littletown", years="1", draws="4"))
    assert both.python.count(f"draws={both.draws},") == 2 and both.draws


def test_unasked_the_first_page_tells_chance_and_parameters():
    plan = comparison_plan(View())
    assert plan.draws > 1 and plan.replicates > 1


@pytest.mark.parametrize("view", [QUICK.but(draws="6"), QUICK.but(replicates="2", draws="0")])
def test_one_replicate_and_no_draws_stand_at_the_defaults(view):
    plan = comparison_plan(view)
    assert plan.draws == 0 and {case.draw for case in plan.cases} == {None}
    assert "--draws 0" in plan.command and "draws=0," in plan.python


def test_two_histories_are_one_plan_in_pairs():
    plan = timeline_plan(DEFAULT.but(city="littletown", years="1", draws="0"))
    assert len(plan.cases) == 2 * plan.replicates
    seeds = [case.scenario.seed for case in plan.cases]
    assert seeds == sorted(seeds)
    assert len({case.scenario.timeline for case in plan.cases}) == 2
    with pytest.raises(BadInput):
        timeline_plan(DEFAULT.but(moved=()))
    with pytest.raises(BadInput):
        timeline_plan(DEFAULT.but(moved=(("99", "2017-01-01"),)))
