"""The perceived threat: who feels it, what law and news make of it, and how it fades."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.belief import Belief, Openness, felt_weights, heard_effect, openness, rung_weights
from model.law import build_law
from model.policy_model import WHOLE_CITY
from model.registry import load_parameters
from model.schema import LADDER
from model.state import State
from model.traits import FIELDS, Traits

VALUES = load_parameters()
DATE = dt.date(2022, 1, 1)


def law(regime, environment="E0"):
    return build_law(regime, environment).on(DATE)


def person(rung, *, mixed=0, area=0, follows_news=0):
    packed = 0
    for name, value in (
        ("rung", LADDER[rung]),
        ("mixed", mixed),
        ("area", area),
        ("follows_news", follows_news),
    ):
        packed |= value << int(FIELDS[name].shift)
    return Traits(np.array([packed], np.uint64))


def chill(belief, traits, heard=0.0, day=100):
    state = State(1, day=day, news_half_life=180.0, trust_half_life=365.0)
    if heard:
        state.heard.add(np.array([0]), np.array([heard]), day)
    return [float(part[0]) for part in belief.chill(traits, state, np.array([0]), day)]


def test_the_ladder_falls_from_the_undocumented_to_those_who_feel_nothing():
    alone = rung_weights(VALUES)[:, 0]
    assert alone[LADDER["none"]] == 0.0
    assert alone[LADDER["undocumented"]] == 1.0
    assert (np.diff(alone) > 0).all()


def test_a_mixed_household_lifts_whoever_lives_in_it():
    weights = rung_weights(VALUES)
    assert (weights[:, 1] >= weights[:, 0]).all()
    assert (weights[:-1, 1] >= VALUES.rung_mixed_household).all()


def test_without_spill_over_only_the_undocumented_and_their_families_feel_it():
    weights = rung_weights(load_parameters({"sigma": 0.0}))
    assert weights[:-1, 0].sum() == 0.0
    assert (weights[:-1, 1] == VALUES.rung_mixed_household).all()
    assert weights[-1].tolist() == [1.0, 1.0]


def test_the_packed_table_of_weights_is_the_ladder():
    table = felt_weights(VALUES)
    for rung in LADDER:
        for mixed in (0, 1):
            felt = person(rung, mixed=mixed).felt
            assert table[felt][0] == rung_weights(VALUES)[LADDER[rung], mixed]


@given(st.floats(0, 50), st.floats(0, 50))
def test_what_is_heard_saturates(less, more):
    less, more = sorted((less, more))
    effects = heard_effect(np.array([0.0, less, more]))
    assert effects[0] == 0.0
    assert effects[1] <= effects[2] <= 1.0


def test_the_baseline_shifts_nothing_and_opener_texts_shift_more():
    base = law("welcoming-2012")
    shift = [
        openness(law(name), base, VALUES).shift
        for name in ("no-contact", "welcoming-2021", "welcoming-2012", "full-cooperation")
    ]
    assert shift[2] == 0.0
    assert shift == sorted(shift)
    assert shift[0] < 0 < shift[3]


def test_what_state_law_leaves_open_is_the_environment_whatever_the_city_says():
    for environment in ("E0", "E2", "E3"):
        base = law("welcoming-2012", environment)
        felt = [
            openness(law(name, environment), base, VALUES)
            for name in ("no-contact", "full-cooperation")
        ]
        assert felt[0].environment == felt[1].environment == base.openness_under(VALUES)


def test_where_the_state_binds_only_the_symbol_is_left_of_an_unbinding_text():
    silent = load_parameters({"symbolic_weight": 0.0})
    e0, e3 = (
        openness(law("full-cooperation", e), law("welcoming-2012", e), silent).shift
        for e in ("E0", "E3")
    )
    assert 0 <= e3 < e0
    louder = openness(law("full-cooperation", "E3"), law("welcoming-2012", "E3"), VALUES).shift
    assert louder > e3


def test_an_announcement_is_believed_less_than_an_ordinance():
    base = law("welcoming-2012")
    full = openness(law("full-cooperation"), base, VALUES).shift
    announced = openness(law("oak-lawn-2019"), base, VALUES).shift
    ratio = VALUES.credibility_announced / VALUES.credibility_ordinance
    assert announced == pytest.approx(ratio * full)


def belief_with(openness_felt, values=VALUES):
    made = Belief(2, np.ones(1), values)
    made.openness = openness_felt
    return made


def test_nothing_heard_at_the_baseline_is_the_baselines_fear_to_the_last_bit():
    made = belief_with(Openness(0.3141592, 0.0), load_parameters({"beta": 1.234567}))
    for rung in LADDER:
        _, fear, base = chill(made, person(rung))
        assert fear == base


def test_fear_is_the_slope_times_the_index():
    made = belief_with(Openness(0.2, 0.3))
    threat, fear, base = chill(made, person("undocumented"), heard=1.0)
    assert threat == pytest.approx(0.5 + VALUES.gamma * (1 - np.exp(-1)))
    assert fear == pytest.approx(VALUES.tau * VALUES.beta * threat)
    assert base == pytest.approx(VALUES.tau * VALUES.beta * 0.2)


def test_the_switch_takes_all_fear_away_and_leaves_the_index():
    made = belief_with(Openness(0.2, 0.3), load_parameters({"chilling": 0.0}))
    made.raise_alarm(WHOLE_CITY, 1.0)
    threat, fear, base = chill(made, person("undocumented", follows_news=1), heard=2.0)
    assert threat > 0.5
    assert (fear, base) == (0.0, 0.0)


def test_alarm_reaches_who_follows_the_news_or_lives_where_it_was_seen():
    made = belief_with(Openness(0.0, 0.0))
    made.raise_alarm(WHOLE_CITY, 0.5)
    deaf, hears = (chill(made, person("undocumented", follows_news=n))[1] for n in (0, 1))
    assert (deaf, hears) == (0.0, pytest.approx(0.5))
    made.raise_alarm(np.array([1]), 0.25)
    near, far = (chill(made, person("undocumented", area=a))[1] for a in (1, 0))
    assert (near, far) == (pytest.approx(0.25), 0.0)


def test_alarm_halves_in_its_half_life_but_for_a_residual():
    made = belief_with(Openness(0.0, 0.0), load_parameters({"alarm_residual": 0.0}))
    made.raise_alarm(WHOLE_CITY, 1.0)
    for _ in range(int(VALUES.alarm_half_life)):
        made.fade()
    assert made.alarm.sum() == pytest.approx(0.5)
    slow = belief_with(Openness(0.0, 0.0))
    slow.raise_alarm(WHOLE_CITY, 1.0)
    for _ in range(int(VALUES.alarm_half_life)):
        slow.fade()
    assert 0.5 < slow.alarm.sum() < 0.6
