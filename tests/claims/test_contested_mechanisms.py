"""Each contested mechanism has one switch, and the switch turns off all of it."""

import numpy as np

from model.ledger import SURVEYED
from model.registry import load_parameters
from model.schema import CRIMES
from tests.claims.worlds import (
    UNMOVED,
    city_sum,
    events,
    history,
    lively,
    model_of,
    tables,
    world,
)

REGIMES = ("no-contact", "full-cooperation")
PARTNER = CRIMES["partner_violence"]
#: As strong as the ranges of the parameters allow.
STRONG = {"beta": 3.0, "awareness": 1.0, "symbolic_weight": 1.0, "sigma": 1.2}
#: What else than fear moves victims: support, trust, and offenders' answer to reports.
FEAR_ALONE = {
    name: value for name, value in UNMOVED.items() if name not in ("chilling", "survey_fear")
} | {"offenders_respond": 0.0, "gamma": 0.0, "alarm_size": 0.0}


def test_every_switch_is_a_parameter_of_nought_or_one_that_no_draw_moves():
    values = load_parameters()
    for name in ("chilling", "offenders_respond", "partner_escalation"):
        entry = values.entry(name)
        assert (entry.low, entry.default, entry.high) == (0.0, 1.0, 1.0)
        assert (entry.distribution, entry.unit) == ("fixed", "switch")


def fates(regime, **parameters):
    """Incidents of a regime's first day, before anything else than fear could move them."""
    alone = STRONG | FEAR_ALONE | {"survey_fear": 2.0, "exposure": 100.0}
    setting = lively(regime=regime, days=1, parameters=alone | parameters)
    return events(history(setting), "incident")


def test_without_chilling_no_victim_reports_or_answers_a_survey_otherwise():
    strict, wide = (fates(regime, chilling=0.0) for regime in REGIMES)
    assert np.array_equal(strict, wide)
    assert (strict[:, 3] & SURVEYED > 0).sum() > 50


def test_with_chilling_both_reports_and_answers_fall_where_the_channel_is_open():
    strict, wide = (fates(regime, chilling=1.0) for regime in REGIMES)
    assert np.array_equal(strict[:, :3], wide[:, :3])
    for bit in (1, SURVEYED):
        assert (wide[:, 3] & bit > 0).sum() < (strict[:, 3] & bit > 0).sum()


def test_without_chilling_fear_keeps_nobody_from_work_school_services_or_calls():
    run = history(lively(regime="full-cooperation", posture="2025-surge",
                         parameters=STRONG | {"chilling": 0.0}))  # fmt: skip
    people = tables(run)["people"]
    assert people[["work_days_lost", "school_days_lost", "services_avoided"]].sum().sum() == 0
    setting = lively(parameters={"chilling": 0.0})
    share = setting.parameters.get("call_share", load_parameters().call_share)
    made = people["calls_made"].sum() / people["calls_needed"].sum()
    assert abs(made - share) < 4 * np.sqrt(share * (1 - share) / people["calls_needed"].sum())


def test_offenders_who_do_not_respond_offend_alike_under_every_regime():
    for respond in (0.0, 1.0):
        model = model_of(
            lively(
                regime="full-cooperation",
                parameters=STRONG | {"epsilon": 1.2, "offenders_respond": respond},
            )
        )
        model.run()
        assert (model.response.multiplier == 1.0).all() == (respond == 0.0)
        # What offenders could see did move.
        assert not np.array_equal(*model.response.seen[:2])


def lethal(**parameters):
    run = history(lively(parameters=parameters))
    return city_sum(run, "homicide_hazard") / city_sum(run, "partner_episodes")


def test_without_escalation_every_episode_is_as_lethal_as_the_first():
    per_episode = load_parameters().lethal_per_episode
    assert abs(lethal(partner_escalation=0.0) / per_episode - 1) < 1e-9
    assert lethal(lethal_escalation=2.0) > 1.1 * per_episode


def episodes(regime, **parameters):
    setting = lively(regime=regime, parameters=STRONG | UNMOVED | parameters)
    table = events(history(setting), "incident")
    felt = world(setting).rates.threat_weight[table[:, 1]] > 0
    return table[(table[:, 2] == PARTNER) & felt]


def test_leverage_is_off_and_raises_violence_only_where_the_channel_is_open():
    strict, wide = (len(episodes(regime)) for regime in REGIMES)
    assert abs(strict - wide) < 0.02 * wide
    strict, wide = (len(episodes(regime, leverage=2.0)) for regime in REGIMES)
    assert strict < 0.9 * wide


def test_leverage_leaves_the_baseline_as_it_is():
    off, on = (episodes("welcoming-2012", leverage=value) for value in (0.0, 2.0))
    assert np.array_equal(off, on)
    assert len(off) > 100


def test_members_of_mixed_households_feel_the_threat_without_spill_over_too():
    made = world(lively(parameters={"sigma": 0.0}))
    people, weight = made.population, made.rates.threat_weight
    undocumented = people.status == 5
    at_home = people.mixed & ~undocumented
    assert at_home.sum() > 500
    assert set(weight[at_home]) == {load_parameters().rung_mixed_household}
    assert (weight[~people.mixed & ~undocumented] == 0).all()
    spilt = world(lively()).rates.threat_weight
    assert (spilt >= weight).all()
