"""The model behaves as a Mesa user expects of a Mesa model."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import mesa
import numpy as np
import pytest
from mesa.experimental.scenarios import Scenario as MesaScenario

from model.agents import IceTeam, Officer, Resident
from model.faults import BadInput
from model.policy_model import PolicyModel
from model.reporters import REPORTERS
from model.scenario import Scenario, ScenarioFields

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"city": "littletown", "days": 60}


def run(**fields) -> PolicyModel:
    model = PolicyModel(**SMALL, **fields)
    model.run()
    return model


def last(model: PolicyModel) -> dict:
    return {name: values[-1] for name, values in model.datacollector.model_vars.items()}


@pytest.mark.parametrize("processes", [1, 2])
def test_a_batch_run_gives_one_row_a_run_equal_to_the_run_alone(processes):
    regimes = ["welcoming-2012", "full-cooperation"]
    rows = mesa.batch_run(
        PolicyModel,
        parameters={**SMALL, "regime": regimes},
        rng=[1, 2],
        number_processes=processes,
        max_steps=60,
        display_progress=False,
    )
    found = {(row["regime"], row["rng"]): row for row in rows}
    assert len(rows) == len(found) == 4
    for (regime, seed), row in found.items():
        alone = last(run(regime=regime, rng=seed))
        assert {name: row[name] for name in alone} == alone
        assert row["days"] == 60 and row["total_victimisations"] > 100
    assert found[regimes[0], 1]["total_stops"] != found[regimes[0], 2]["total_stops"]


def test_runs_of_a_batch_without_seeds_differ_and_a_model_without_one_does_not():
    rows = mesa.batch_run(
        PolicyModel, parameters=SMALL, rng=[None, None], max_steps=60, display_progress=False
    )
    assert len({row["total_stops"] for row in rows}) == 2
    assert PolicyModel(**SMALL).setting.seed == 0
    assert PolicyModel(**SMALL, rng=None).setting.seed != 0


def test_the_model_names_every_field_of_a_scenario():
    assert set(ScenarioFields.__annotations__) == set(Scenario.model_fields)
    hints = get_type_hints(PolicyModel.__init__)
    assert get_args(hints["fields"]) == (ScenarioFields,)


def test_levels_solved_under_another_law_are_refused():
    made = PolicyModel(**SMALL).rates
    assert PolicyModel(**SMALL, regime="full-cooperation", rates=made).rates is made
    for other in ({"baseline": "full-cooperation"}, {"environment": "E0"}):
        with pytest.raises(BadInput, match="law of the levels"):
            PolicyModel(**SMALL, **other, rates=made)


def test_the_collector_has_a_row_a_month_that_adds_up():
    model = run(rng=1)
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == list(REPORTERS)
    assert list(table["month"]) == ["2022-01", "2022-02", "2022-03"]
    assert table["month_days"].sum() == 60
    frames = model.ledger.frames()
    assert table["victimisations"].sum() == frames["crime"]["victimisations"].sum() > 100
    assert table["encounters"].sum() == frames["encounters"]["met"].sum() > 0
    assert table["ice_arrests"].sum() == frames["encounters"]["arrested"].sum()
    assert table["detainers_lodged"].sum() == frames["detainers"]["lodged"].sum() > 0
    assert table["total_victimisations"].iloc[-1] == table["victimisations"].sum()
    assert (table["reporting_rate"] == table["reported"] / table["victimisations"]).all()
    assert (table["hand_overs"] <= table["ice_arrests"]).all()


def test_hand_overs_are_arrests_that_began_in_custody():
    model = PolicyModel(
        **SMALL, regime="full-cooperation", environment="E0", rng=1, parameters={"exposure": 20}
    )
    encounters = model.run().frames()["encounters"]
    custody = encounters["channel"].isin(["lock_up", "jail", "prison"])
    assert last(model)["total_hand_overs"] == encounters.loc[custody, "arrested"].sum() > 0


def test_collecting_before_the_first_month_has_ended_gives_nothing_yet():
    model = PolicyModel(**SMALL, rng=1)
    model.datacollector.collect(model)
    assert last(model)["victimisations"] is None
    assert last(model)["total_victimisations"] == 0


def test_agents_can_be_collected_by_type():
    model = PolicyModel(city="littletown", scale=0.1, days=31, rng=1)
    model.datacollector = mesa.DataCollector(
        agenttype_reporters={
            Resident: {"trust": "trust"},
            Officer: {"contacts": "contacts"},
            IceTeam: {"visits": lambda team: team.visits},
        }
    )
    model.run()
    table = model.datacollector.get_agenttype_vars_dataframe(Resident)
    assert len(table) == 3550
    assert list(table["trust"]) == list(model.agents_by_type[Resident].get("trust"))
    officers = model.datacollector.get_agenttype_vars_dataframe(Officer)
    assert officers["contacts"].sum() == model.officer_contacts.sum()


def test_stepping_and_running_for_days_come_to_the_same():
    stepped, ran = PolicyModel(**SMALL, rng=1), PolicyModel(**SMALL, rng=1)
    for _ in range(45):
        stepped.step()
    ran.run_for(45)
    assert stepped.steps == ran.steps == 45 and stepped.time == ran.time == 45.0
    assert stepped.today == ran.today
    assert last(stepped) == last(ran)
    assert stepped.running and ran.running


def test_a_run_ends_with_its_scenario_and_nothing_happens_after():
    model = PolicyModel(**SMALL, rng=1)
    model.run_model()
    assert not model.running and model.steps == 60
    assert model.today.date == model.setting.start.replace(month=3, day=1)
    months = list(model.ledger.closed_months())
    model.run_for(30)
    model.step()
    assert model.ledger.closed_months() == months and not model.running


def test_scenarios_of_mesa_and_of_ours_and_keywords_are_the_same_run():
    given = MesaScenario(regime="no-contact", rng=3, **SMALL)
    by_mesa = PolicyModel(scenario=given)
    by_ours = PolicyModel(Scenario(regime="no-contact", seed=3, **SMALL))
    by_name = PolicyModel(regime="no-contact", rng=3, **SMALL)
    assert by_mesa.setting == by_ours.setting == by_name.setting
    assert by_mesa.scenario is given
    assert by_ours.scenario.regime == by_name.scenario.regime == "no-contact"
    assert by_name.scenario.rng == 3
    models = (by_mesa, by_ours, by_name)
    assert len({model.random.random() for model in models}) == 1
    for model in models:
        model.run()
    assert last(by_mesa) == last(by_ours) == last(by_name)
    assert last(by_mesa)["total_victimisations"] > 100


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: PolicyModel(scenario=MesaScenario(rng=1, regim="no-contact")), "mean regime"),
        (lambda: PolicyModel(regim="no-contact"), "mean regime"),
        (lambda: PolicyModel("no-contact"), "its fields by name"),
        (lambda: PolicyModel(rng="seven"), "whole number"),
    ],
)
def test_what_is_misspelt_is_refused(make, said):
    with pytest.raises(BadInput, match=said):
        make()


def test_importing_running_and_looking_warn_of_nothing():
    program = (
        "from model.policy_model import PolicyModel\n"
        "from model.agents import Resident\n"
        "model = PolicyModel(city='littletown', scale=0.1, days=40, rng=1)\n"
        "model.run()\n"
        "residents = model.agents_by_type[Resident]\n"
        "print(residents.select(status='undocumented').map(lambda agent: agent.trust)[0] < 9)\n"
        "print(len(model.datacollector.get_model_vars_dataframe()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", "2"]


def test_the_page_for_mesa_users_shows_what_its_commands_print():
    done = doctest.testfile(str(ROOT / "docs" / "mesa.md"), module_relative=False)
    assert done.attempted > 20
    assert done.failed == 0


def test_a_generator_as_rng_gives_the_seed_and_the_seed_the_run():
    seeds = [PolicyModel(**SMALL, rng=np.random.default_rng(3)).setting.seed for _ in range(2)]
    assert seeds[0] == seeds[1] == PolicyModel(**SMALL, rng=seeds[0]).setting.seed
    rng = np.random.default_rng(3)
    assert PolicyModel(**SMALL, rng=rng).setting.seed != PolicyModel(**SMALL, rng=rng).setting.seed
