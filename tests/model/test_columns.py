"""Sets of agents answer in columns what their agents would answer one by one."""

from __future__ import annotations

import copy
import pickle
import warnings

import mesa
import numpy as np
import pandas as pd
import pytest

from model import row_set
from model.agents import IceTeam, Officer, Resident
from model.columns import ColumnSet
from model.faults import BadInput
from model.policy_model import PolicyModel


@pytest.fixture(scope="module")
def model() -> PolicyModel:
    model = PolicyModel(city="littletown", days=60, rng=1)
    model.run_for(40)
    return model


@pytest.fixture
def fresh() -> PolicyModel:
    return PolicyModel(city="littletown", scale=0.1, days=60, rng=1)


@pytest.fixture(scope="module")
def residents(model) -> ColumnSet[Resident]:
    return model.agents_by_type[Resident]


@pytest.fixture(scope="module")
def few(residents) -> ColumnSet[Resident]:
    """Every fiftieth resident, in another order than that of rows."""
    return residents.select(where=np.arange(len(residents)) % 50 == 0).sort("trust")


@pytest.fixture(scope="module")
def frame(residents) -> pd.DataFrame:
    return pd.DataFrame(residents.get(["status", "ethnicity", "age", "trust", "mixed"]))


def test_all_rows_are_there_for_mesa_and_only_the_institutions_are_kept_by_it(model):
    people = model.population
    sizes = {kind: len(agents) for kind, agents in model.agents_by_type.items()}
    assert sizes[Resident] == people.n == 35_500
    assert sizes[Officer] == people.n_officers > 100
    assert sizes[IceTeam] == len(model.field.team_visits) > 0
    kept = {kind: n for kind, n in sizes.items() if kind not in (Resident, Officer, IceTeam)}
    assert len(model.agents) == sum(kept.values()) > len(kept) > 1


@pytest.mark.parametrize("kind", [Resident, Officer, IceTeam])
def test_every_column_holds_what_the_faces_show(model, kind):
    agents = model.agents_by_type[kind]
    some = agents.select(where=np.arange(len(agents)) % 400 == 0)
    for name in agents.columns:
        shown = [getattr(agent, name) for agent in some]
        assert list(some.get(name)) == shown, name
        assert list(agents.get(name)[some.rows]) == shown, name


def test_get_of_several_attributes_unpacks_by_agent_and_reads_by_column(few):
    table = few.get(["age", "sex", "trust"])
    assert [tuple(row) for row in table] == [(a.age, a.sex, a.trust) for a in few]
    assert np.array_equal(table["trust"], few.get("trust"))


def test_codes_are_positions_among_the_categories(residents):
    names = residents.categories("status")
    assert names[residents.codes("status")[0]] == next(iter(residents)).status
    assert residents.categories("trust") == ()


def test_columns_that_are_read_cannot_be_written_to_by_mistake(residents, model):
    with pytest.raises(ValueError, match="read-only"):
        residents.codes("status")[0] = 5
    residents.codes("away_until")[:] = 1
    assert (model.state.away_until != 1).all()


def test_select_by_columns_is_select_by_a_function_of_agents(residents, few):
    def wanted(agent):
        return agent.status == "undocumented" and agent.ethnicity == "latino"

    by_columns = few.select(status="undocumented", ethnicity="latino")
    assert by_columns.to_list() == few.select(wanted).to_list()
    assert 0 < len(by_columns) < len(few)
    assert by_columns.to_list() == [agent for agent in few if wanted(agent)]
    trusting = residents.get("trust") > 0
    either = ["undocumented", "protected"]
    masked = residents.select(trusting, status=either)
    assert masked == residents.select(
        where=lambda r: (r.get("trust") > 0) & np.isin(r.get("status"), either)
    )
    assert len(masked) > 100


def test_select_takes_a_tuple_of_carve_outs_as_one_value(residents):
    one = residents.select(carve_outs=("gang_database",))
    assert set(one.get("carve_outs")) == {("gang_database",)}
    assert one < residents.select(gang_database=True)


def test_at_most_is_a_number_or_a_share_of_the_set_before_the_filter(few):
    undocumented = few.select(status="undocumented")
    assert few.select(status="undocumented", at_most=3).to_list() == undocumented.to_list()[:3]
    assert len(few.select(at_most=0.5)) == len(few) // 2
    first = few.select(lambda a: a.status == "undocumented", at_most=3)
    assert first.to_list() == undocumented.to_list()[:3]


def test_select_by_type_keeps_all_or_none(few):
    assert few.select(agent_type=mesa.Agent) == few
    assert len(few.select(agent_type=Officer)) == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"status": "undocumentd"}, "did you mean undocumented?"),
        ({"statsu": "undocumented"}, "did you mean status?"),
        ({"trust": "high"}, "allowed: numbers"),
        ({"mixed": "yes"}, "allowed: true or false"),
        ({"where": np.ones(3, bool)}, "35,500 of bool"),
    ],
)
def test_select_says_what_is_wrong(residents, wrong, said):
    with pytest.raises(BadInput, match=said.replace("?", r"\?")):
        residents.select(**wrong)


def test_a_function_of_agents_over_many_rows_is_warned_of(residents, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        residents.select(lambda agent: agent.mixed, at_most=2)
    monkeypatch.setattr(row_set, "MANY", 1000)
    with pytest.warns(UserWarning, match="35,500 agents one by one"):
        residents.select(lambda agent: agent.mixed, at_most=2)


def test_groupby_is_that_of_pandas(residents, frame):
    groups = residents.groupby("status")
    assert groups.count() == frame.groupby("status").size().to_dict()
    assert groups.agg("trust", np.mean) == pytest.approx(
        frame.groupby("status")["trust"].mean().to_dict(), abs=1e-12
    )
    pairs = residents.groupby(["status", "ethnicity"])
    assert pairs.count() == frame.groupby(["status", "ethnicity"]).size().to_dict()
    assert pairs.agg("trust", [np.min, np.max]) == {
        key: [values.min(), values.max()]
        for key, values in frame.groupby(["status", "ethnicity"])["trust"]
    }
    assert residents.groupby("mixed").count() == frame.groupby("mixed").size().to_dict()


def test_groups_are_sets_of_agents_as_in_mesa(few):
    groups = few.groupby("status")
    assert len(groups) == len(dict(iter(groups))) == len(set(few.get("status")))
    for status, group in groups:
        assert group.to_list() == [agent for agent in few if agent.status == status]
    assert groups.map(len) == groups.count()
    by_function = few.groupby(lambda agent: agent.status, result_type="list").groups
    assert by_function == {status: group.to_list() for status, group in groups}


def test_agg_takes_python_functions_and_gives_python_numbers(few):
    trust = [agent.trust for agent in few]
    low, high, total = few.agg("trust", [min, max, sum])
    assert (low, high) == (min(trust), max(trust))
    assert total == pytest.approx(sum(trust), abs=1e-9)
    assert {type(value) for value in (low, high, total)} == {float}


@pytest.mark.parametrize("ascending", [True, False])
def test_sort_is_that_of_pythons_sorted_and_stable(few, ascending):
    by_column = few.sort("age", ascending=ascending)
    order = few.categories("age").index
    assert by_column.to_list() == sorted(
        few, key=lambda agent: order(agent.age), reverse=not ascending
    )
    assert by_column.to_list() == few.sort(lambda a: order(a.age), ascending).to_list()


def test_shuffling_repeats_under_a_seed_and_changes_no_run():
    def run(shuffle: bool) -> tuple[list[int], list[int]]:
        model = PolicyModel(city="littletown", scale=0.1, days=31, rng=3)
        orders = []
        if shuffle:
            model.agents_by_type[Resident].shuffle_do(lambda agent: orders.append(agent.row))
        months = model.run().closed_months()
        return orders, [month["victimisations"] for month in months]

    first, again, without = run(True), run(True), run(False)
    assert first == again
    assert sorted(first[0]) == list(range(3550)) != first[0]
    assert first[1] == without[1] and first[1][0] > 0


def test_set_is_seen_by_faces_and_by_the_model(fresh):
    residents = fresh.agents_by_type[Resident]
    latino = residents.select(ethnicity="latino")
    assert latino.set("trust", -2.0) is latino
    agent = next(iter(latino))
    assert agent.trust == pytest.approx(-2.0, abs=1e-12)
    assert fresh.trust(latino.rows) == pytest.approx(np.full(len(latino), -2.0), abs=1e-12)
    other = next(iter(residents - latino))
    assert other.trust == fresh.population.trust[other.row]
    latino.set("heard", np.arange(len(latino)))
    assert latino.get("heard") == pytest.approx(np.arange(len(latino)), rel=1e-12)
    agent.heard = 7
    assert latino.get("heard")[0] == pytest.approx(7, rel=1e-12)


def test_hand_overs_heard_of_raise_the_threat_that_is_felt(fresh):
    undocumented = fresh.agents_by_type[Resident].select(status="undocumented")
    before = undocumented.get("threat")
    undocumented.set("heard", 3.0)
    assert (undocumented.get("threat") > before).all()


def test_who_is_set_away_is_not_met(fresh):
    residents = fresh.agents_by_type[Resident]
    residents.set("away_until", fresh.setting.end.toordinal())
    fresh.run()
    assert not residents.get("at_liberty").any()
    assert [month["stops"] for month in fresh.ledger.closed_months()] == [0, 0, 0]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("status", "us_born", "cannot be set"),
        ("threat", 1.0, "cannot be set"),
        ("trsut", 1.0, r"did you mean trust\?"),
        ("heard", -1, "allowed: numbers from 0"),
        ("heard", float("nan"), "found nan"),
        ("trust", "low", "allowed: numbers"),
        ("trust", [1.0, 2.0], "one value, or 35,500"),
    ],
)
def test_set_refuses_what_is_shared_and_what_is_wrong(residents, name, value, said):
    with pytest.raises(BadInput, match=said):
        residents.set(name, value)


def test_a_set_has_the_algebra_of_sets(residents):
    latino = residents.select(ethnicity="latino")
    undocumented = residents.select(status="undocumented")
    both = latino & undocumented
    assert both == residents.select(ethnicity="latino", status="undocumented")
    assert both <= latino and not latino <= both
    assert len(latino | undocumented) == len(latino) + len(undocumented) - len(both)
    assert (latino | undocumented) - latino == undocumented - both
    with pytest.raises(TypeError, match="no set of this model's residents"):
        latino & residents.model.agents_by_type[Officer]


def test_the_models_own_sets_cannot_be_changed_but_copies_can(residents, few):
    agent = next(iter(few))
    for change in (
        lambda: residents.select(status="undocumented", inplace=True),
        lambda: residents.discard(agent),
        lambda: residents.shuffle(inplace=True),
    ):
        with pytest.raises(TypeError, match=r"copy\(\) gives a set that can"):
            change()
    mine = copy.copy(residents)
    mine.remove(agent)
    assert agent not in mine and len(mine) == len(residents) - 1
    mine.add(agent)
    assert agent in mine and mine == residents
    with pytest.raises(KeyError):
        few.remove(next(iter(residents - few)))


def test_a_set_is_indexed_and_sliced_as_mesas_is(residents, few):
    everybody, some = residents.to_list(), few.to_list()
    assert residents[0] == everybody[0] and residents[-1] == everybody[-1]
    assert few[1] == some[1] and few[np.int64(2)] == some[2]
    assert residents[10:13] == everybody[10:13] and few[::-100] == some[::-100]
    with pytest.raises(IndexError):
        few[len(few)]
    with pytest.raises(TypeError, match=r"get\(name\) gives a column"):
        few["status"]


def test_membership_is_of_this_model_and_type(residents, few, fresh):
    assert next(iter(few)) in few and next(iter(few)) in residents
    assert next(iter(fresh.agents_by_type[Resident])) not in residents
    assert next(iter(residents.model.agents_by_type[Officer])) not in residents
    assert 3 not in residents


def test_do_and_map_call_methods_and_functions(few):
    seen = []
    assert few.do(seen.append) is few and seen == few.to_list()
    assert few.map("__repr__") == [repr(agent) for agent in few]
    assert few.map(lambda agent, more: agent.row + more, more=1) == list(few.rows + 1)


def test_a_set_survives_pickling_with_its_model(fresh):
    fresh.run_for(35)
    some = fresh.agents_by_type[Resident].select(status="undocumented")
    again = pickle.loads(pickle.dumps(some))
    assert np.array_equal(again.rows, some.rows)
    assert list(again.get("trust")) == list(some.get("trust"))
    assert list(again.model.agents_by_type[Resident].groupby("status").count().values()) == list(
        fresh.agents_by_type[Resident].groupby("status").count().values()
    )
    again.model.run()
    fresh.run()
    assert again.model.ledger.closed_months() == fresh.ledger.closed_months()
