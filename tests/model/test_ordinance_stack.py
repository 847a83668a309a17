"""Stacks: the strictest layer that governs an actor binds, per person, and is cited."""

import datetime as dt
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.faults import BadInput
from model.law import ALWAYS, build_law, environment_names, load_environment, timeline_names
from model.layer import ACTIONS, ACTORS, LEVELS, RECIPIENTS, Layer, StatedCell, class_mask
from model.layer_files import FOLDER
from model.ordinance import Stack, class_names, law_names, load_law, load_regime, regime_names
from model.registry import load_parameters
from model.schema import CARVE_OUTS

FLAGS = np.arange(128, dtype=np.uint8)


def stack(regime, environment="E0"):
    return build_law(regime, environment).on(dt.date(2022, 1, 1))


def layer(name, level, classes=(), tier="state"):
    cell = StatedCell(
        actors=("lock_up",),
        actions=("hold",),
        level=level,
        classes=classes,
        text=f"text of {name}",
        says="x",
        checked="memory",
    )
    return Layer(
        name=name, title=name, summary="x", level=tier, binds=("lock_up",), cells=(cell,)
    )


def test_the_strictest_layer_binds_and_is_cited():
    permission = stack("welcoming-2012", "E2").permission("lock_up", "hold")
    assert permission.level == "judicial_warrant"
    assert [cite.layer for cite in permission.cites] == ["trust-2017"]
    assert "5 ILCS 805" in permission.cites[0].text
    alone = stack("welcoming-2012").permission("lock_up", "hold")
    assert alone.level == "carve_outs"
    assert class_names(alone.classes) == CARVE_OUTS.names[:4]
    assert alone.cites[0].layer == "welcoming-2012"
    assert "2-173-042(c)" in alone.cites[0].text


@pytest.mark.parametrize("regime", regime_names())
def test_a_citys_text_never_binds_the_jail_or_the_prisons(regime):
    for actor in ("jail", "prison"):
        for action in ACTIONS:
            assert stack(regime).permission(actor, action).level == "allowed"


def test_the_county_declines_in_its_jail_and_nowhere_else():
    under = stack("full-cooperation", "E1")
    for action in ("hold", "notify", "access", "transfer"):
        assert under.permission("jail", action).level == "judicial_warrant"
        assert under.permission("lock_up", action).level == "allowed"
        assert under.permission("prison", action).level == "allowed"


def test_prisons_hand_over_until_the_way_forward_act():
    for environment, level in [("E1", "allowed"), ("E2", "allowed"), ("E3", "judicial_warrant")]:
        assert stack("welcoming-2021", environment).permission("prison", "transfer").level == level


def test_carve_outs_of_two_layers_combine_by_intersection_per_person():
    wide = layer("wide", "carve_outs", CARVE_OUTS.names[:4])
    narrow = layer("narrow", "carve_outs", ("gang_database", "drug_offence"))
    both = Stack((wide, narrow))
    permission = both.permission("lock_up", "hold")
    assert class_names(permission.classes) == ("gang_database",)
    assert {cite.layer for cite in permission.cites} == {"wide", "narrow"}
    first, second = class_mask(CARVE_OUTS.names[:4]), class_mask(("gang_database", "drug_offence"))
    expected = [bool(flags & first) and bool(flags & second) for flags in range(128)]
    assert both.permits("lock_up", "hold", FLAGS).tolist() == expected
    assert 0 < sum(expected) < 128
    # A warrant excepts from one, a drug offence from the other: the person passes both.
    warrant_and_drugs = class_mask(("criminal_warrant", "drug_offence"))
    assert both.permits("lock_up", "hold", np.uint8(warrant_and_drugs))


@pytest.mark.parametrize("regime", regime_names())
@pytest.mark.parametrize("environment", environment_names())
def test_a_judicial_warrant_always_overrides(regime, environment):
    under = stack(regime, environment)
    signed = np.array([True, False] * 64)
    for actor in ACTORS:
        for action in ACTIONS:
            passed = under.permits(actor, action, FLAGS, signed)
            assert passed[signed].all()
            assert (passed[~signed] == under.permits(actor, action, FLAGS)[~signed]).all()
    assert under.permits("lock_up", "hold", FLAGS, True).all()


def test_no_contact_permits_no_hand_over_from_police():
    for action in ("hold", "notify", "access", "transfer", "share", "join"):
        assert not stack("no-contact").permits("lock_up", action, FLAGS).any()


KEYS = [(actor, action, to) for actor in ACTORS for action in ACTIONS for to in RECIPIENTS]
ABOVE = [load_law(name) for name in law_names()]
CLASSES = st.lists(st.sampled_from(CARVE_OUTS.names), min_size=1, unique=True).map(tuple)
OTHER_LEVELS = st.sampled_from([each for each in LEVELS if each != "carve_outs"])
MADE = st.builds(layer, st.just("made"), st.just("carve_outs"), CLASSES) | st.builds(
    layer, st.just("made"), OTHER_LEVELS
)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(regime_names()),
    st.lists(st.sampled_from(ABOVE) | MADE, max_size=3),
    st.sampled_from(ABOVE) | MADE,
)
def test_adding_a_layer_never_permits_more(regime, layers, added):
    before = Stack((load_regime(regime), *layers))
    after = Stack((*before.layers, added))
    for actor, action, to in KEYS:
        old = before.permits(actor, action, FLAGS, recipient=to)
        new = after.permits(actor, action, FLAGS, recipient=to)
        assert not (new & ~old).any()
        levels = [LEVELS[each.permission(actor, action, to).level] for each in (before, after)]
        assert levels[0] <= levels[1]
    assert after.openness <= before.openness + 1e-12


@pytest.mark.parametrize("environment", environment_names())
def test_openness_orders_the_regimes(environment):
    ordered = ["full-cooperation", "welcoming-2012", "proposal-2025", "welcoming-2021"]
    values = [stack(name, environment).openness for name in [*ordered, "no-contact"]]
    assert values == sorted(values, reverse=True)
    assert values[-1] == 0.0
    assert values[0] > values[-2]


def test_openness_is_one_for_full_cooperation_without_other_layers():
    assert stack("full-cooperation").openness == Stack().openness == 1.0
    assert stack("oak-lawn-2019").openness == 1.0


def test_closing_a_database_lowers_openness():
    values = [stack(name).openness for name in ("welcoming-2012", "ice-ban-2019", "dhs-ban")]
    assert values[0] > values[1] > values[2]


def test_the_carve_outs_matter_less_under_state_law():
    gaps = [
        stack("welcoming-2012", name).openness - stack("welcoming-2021", name).openness
        for name in ("E0", "E2", "E3")
    ]
    assert gaps[0] > gaps[1] > gaps[2] > 0
    assert gaps[2] < gaps[0] / 5


def test_openness_follows_the_parameters():
    under = stack("welcoming-2021")
    closed = load_parameters({"openness_warrant": 0.0, "openness_database_federal": 0.0})
    assert under.openness > under.openness_under(closed) == 0.0


def test_databases_are_told_apart_by_who_reads_them():
    open_to = {
        name: [to for to in RECIPIENTS if stack(name).database_open(to)]
        for name in ("welcoming-2012", "ice-ban-2019", "dhs-ban", "no-contact")
    }
    assert open_to == {
        "welcoming-2012": ["ice", "dhs", "federal"],
        "ice-ban-2019": ["dhs", "federal"],
        "dhs-ban": ["federal"],
        "no-contact": [],
    }


def test_the_citys_questions_are_answered():
    old, new = stack("full-cooperation"), stack("welcoming-2021")
    assert (old.may_ask, old.joint_operations, old.survivor_support, old.conduct) == (
        True,
        True,
        False,
        False,
    )
    assert (new.may_ask, new.joint_operations, new.survivor_support, new.conduct) == (
        False,
        False,
        True,
        True,
    )
    assert stack("ice-ban-2019").codification == "announced"
    assert stack("dhs-ban").codification == "executive order"
    assert new.codification == "ordinance"


def test_without_the_city_state_law_is_left_in_place():
    left = stack("welcoming-2021", "E3").without_city()
    assert left.city.name == "full-cooperation"
    assert left == stack("full-cooperation", "E3")
    assert left.permission("lock_up", "hold").level == "judicial_warrant"


def test_an_unknown_cell_and_a_second_city_are_refused():
    with pytest.raises(BadInput, match="unknown institution 'jailer'.*did you mean jail"):
        Stack().permission("jailer", "hold")
    with pytest.raises(BadInput, match="unknown recipient"):
        Stack().database_open("cia")
    with pytest.raises(BadInput, match="two cities' layers"):
        Stack((load_regime("welcoming-2012"), load_regime("welcoming-2021")))


def test_a_law_is_a_value():
    law = build_law("welcoming-2012", "E3", "low")
    assert law == build_law("welcoming-2012", "E3", "low")
    assert hash(law) == hash(build_law("welcoming-2012", "E3", "low"))
    assert law != build_law("welcoming-2012", "E2", "low")
    assert pickle.loads(pickle.dumps(law)) == law
    assert law.changes[0][0] == ALWAYS


def test_environments_add_a_layer_each():
    names = [[each.name for each in load_environment(name)[1]] for name in environment_names()]
    assert names == [
        [],
        ["cook-county-2011"],
        ["cook-county-2011", "trust-2017"],
        ["cook-county-2011", "trust-2017", "way-forward-2021"],
    ]


def test_chicagos_history_is_one_law():
    law = build_law("full-cooperation", "E3", timeline="chicago-history")
    in_force = {
        dt.date(2011, 9, 6): [],
        dt.date(2011, 9, 7): ["cook-county-2011"],
        dt.date(2012, 9, 12): ["cook-county-2011", "welcoming-2012"],
        dt.date(2018, 1, 1): ["trust-2017", "cook-county-2011", "welcoming-2012"],
        dt.date(2020, 1, 1): ["trust-2017", "cook-county-2011", "ice-ban-2019"],
        dt.date(2021, 3, 1): ["trust-2017", "cook-county-2011", "welcoming-2021"],
    }
    for date, names in in_force.items():
        found = [each.name for each in law.on(date).layers if each.level != "federal"]
        assert [name for name in found if name != "full-cooperation"] == names, date
    assert "way-forward-2021" in map(str, law.on(dt.date(2021, 8, 2)).layers)
    assert law.posture_on(dt.date(2018, 1, 1)).name == "2017-2019"
    assert timeline_names() == ("chicago-history",)


TIMELINE = """name = "mine"
title = "Mine"
summary = "Mine."
[[steps]]
date = 2020-01-01
layers = ["welcoming-2012"]
[[steps]]
date = 2021-01-01
layers = ["mine.toml"]
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("2021-01-01", "2019-01-01", 8, "found 2019-01-01; allowed: after 2020-01-01"),
        ("2021-01-01", "2020-01-01", 8, "after 2020-01-01"),
        ("2021-01-01", '"2021"', 8, "a date as 2022-01-01"),
        ("welcoming-2012", "welcoming-212", 6, "did you mean welcoming-2012"),
        ('layers = ["mine.toml"]', 'posture = "lo"', 9, "did you mean low"),
        ('layers = ["mine.toml"]', 'repeal = ["trust-2017"]', 9, "not in force"),
        ('layers = ["mine.toml"]', 'layer = ["x"]', 9, "did you mean layers"),
    ],
)
def test_a_wrong_timeline_is_told_by_file_and_line(tmp_path, old, new, line, words):
    path = tmp_path / "history.toml"
    path.write_text(TIMELINE.replace(old, new))
    with pytest.raises(BadInput) as error:
        build_law("full-cooperation", "E0", timeline=path)
    fault = error.value.faults[0]
    assert (fault.file, fault.line) == (str(path), line)
    assert words in str(fault)


def test_every_wrong_name_of_a_timeline_is_told_at_once(tmp_path):
    path = tmp_path / "history.toml"
    path.write_text(TIMELINE.replace('["welcoming-2012"]', '["welcoming-212", "trust-2107"]')
                    + 'posture = "lo"\n')
    with pytest.raises(BadInput) as error:
        build_law("full-cooperation", "E0", timeline=path)
    found = [(fault.line, fault.key) for fault in error.value.faults]
    assert found[:2] == [(6, "steps.0.layers.0"), (6, "steps.0.layers.1")]
    assert "steps.1.posture" in {key for _, key in found}


def test_a_timeline_of_ones_own_finds_files_beside_it_and_keeps_the_environment(tmp_path):
    shipped = (FOLDER / "ordinances" / "no-contact.toml").read_text()
    (tmp_path / "mine.toml").write_text(shipped.replace('name = "no-contact"', 'name = "mine"'))
    (tmp_path / "history.toml").write_text(TIMELINE)
    law = build_law("full-cooperation", "E2", timeline=tmp_path / "history.toml")
    last = law.on(dt.date(2022, 1, 1))
    assert last.city.name == "mine"
    assert "trust-2017" in map(str, last.layers)
    assert law.on(dt.date(2019, 1, 1)).city.name == "full-cooperation"
