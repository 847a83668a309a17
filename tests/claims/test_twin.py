"""The engine and its plain twin keep one ledger, event for event; a change of either is noticed."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import model.custody
import model.daily_life
import model.ice
import model.news
import model.offending
import model.policing
import model.policy_model
import model.response
import model.schedule
import tests.twin.book
import tests.twin.clocks
import tests.twin.contacts
import tests.twin.crimes
import tests.twin.custody
import tests.twin.field
import tests.twin.model
import tests.twin.news
import tests.twin.response
from model.layer_files import regime_names
from model.ledger import Ledger
from model.posture import posture_names
from model.scenario import scenario
from model.schema import CHANNELS, CRIMES
from tests.twin import Twin, differences
from tests.twin.cases import (
    CASES,
    LIVELY,
    SCALE,
    engine_run,
    setting_of,
    tally,
    twin_run,
    world,
)

#: The least number of each kind of event over all cases, about half of what was met when written.
LEAST = {
    "lock_up": 30,
    "jail": 35,
    "prison": 5,
    "at_large_city_records": 35,
    "at_large_other_agencies": 40,
    "at_large_other_leads": 80,
    "at_large_bystander": 600,
    "raid_target": 50,
    "raid_bystander": 400,
    "joint_operation": 12,
    "courthouse": 12,
    "citizen met by mistake": 5,
    "citizen met as a bystander": 500,
    "detainer on a citizen": 12,
    "lock_up lodged": 100,
    "lock_up honoured": 30,
    "lock_up lapsed": 10,
    "lock_up declined": 60,
    "jail lodged": 70,
    "jail honoured": 35,
    "jail declined": 15,
    "prison lodged": 15,
    "prison honoured": 5,
    "prison declined": 5,
    "stops": 100_000,
    "arrests": 8_000,
    "status_questions": 500,
    "calls_needed": 50_000,
    "calls_made": 40_000,
    "reported_by_victim": 20_000,
    "reported_by_bystander": 3_000,
    "found_by_police": 900,
    "unreported": 20_000,
    "cleared": 3_000,
    "survey_victimisations": 30_000,
    "partner_episodes": 4000,
    "prevented_by_incapacitation": 3_000,
    "certifications_requested": 45,
    "certifications_granted": 25,
    "families_separated": 350,
    "children_without_parent": 25,
} | dict.fromkeys(CRIMES, 500)
#: The same under each regime, over its two environments.
LEAST_A_REGIME = {
    "lodged": 10,
    "honoured": 3,
    "declined": 1,
    "at_large": 60,
    "raid": 20,
    "status_questions": 10,
    "certifications_requested": 2,
}


TALLIES: dict[str, Counter] = {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("laws")


def met(name, folder) -> Counter:
    """What the engine meets in a case."""
    if name not in TALLIES:
        setting = setting_of(name, folder)
        made = world(setting)
        TALLIES[name] = tally(engine_run(setting, made), made.population)
    return TALLIES[name]


@pytest.mark.parametrize("name", CASES)
def test_engine_and_twin_keep_the_same_ledger(name, folder):
    setting = setting_of(name, folder)
    made = world(setting)
    ledger, twin = engine_run(setting, made), twin_run(setting, made)
    assert differences(ledger, twin) == []
    TALLIES[name] = tally(ledger, made.population)


def test_every_channel_and_outcome_is_met_often_enough_to_be_compared(folder):
    assert set(CHANNELS) <= set(LEAST)
    total = sum((met(name, folder) for name in CASES), Counter())
    assert {what: total[what] for what, least in LEAST.items() if total[what] < least} == {}


@pytest.mark.parametrize("regime", regime_names())
def test_every_regime_meets_ice_in_many_ways(regime, folder):
    total = met(f"{regime} E0", folder) + met(f"{regime} E3", folder)
    few = {what: total[what] for what, least in LEAST_A_REGIME.items() if total[what] < least}
    # Where there is no contact with ICE, no officer asks for ICE's sake.
    assert few == ({"status_questions": 0} if regime == "no-contact" else {})


def test_regimes_differ_in_these_runs_where_the_law_says_so(folder):
    """Cooperation hands over from the lock-up what a ban does not; state law levels both."""
    cooperation = met("full-cooperation E0", folder)
    assert cooperation["lock_up"] > met("welcoming-2021 E0", folder)["lock_up"]
    assert cooperation["joint_operation"] > 0
    assert met("no-contact E0", folder)["joint_operation"] == 0
    assert met("full-cooperation E3", folder)["joint_operation"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(31, 37))
def test_engine_and_twin_agree_over_longer_runs_without_lively_parameters(seed):
    setting = scenario(
        {
            "scale": SCALE,
            "regime": regime_names()[seed % len(regime_names())],
            "baseline": ("welcoming-2012", "full-cooperation")[seed % 2],
            "environment": f"E{seed % 4}",
            "posture": posture_names()[seed % len(posture_names())],
            "start": dt.date(2019, 7, 1),
            "days": 600,
            "seed": seed,
            "parameters": {"exposure": 40.0, "turnover": 0.2, "epsilon": 1.2, "sigma": 1.1},
        }
    )
    made = world(setting)
    assert differences(engine_run(setting, made), twin_run(setting, made)) == []


SHORT = scenario(
    {
        "scale": SCALE,
        "parameters": LIVELY,
        "regime": "full-cooperation",
        "environment": "E0",
        "posture": "2025-surge",
        "start": dt.date(2022, 3, 1),
        "days": 62,
    }
)


@cache
def short_world():
    return world(SHORT)


@cache
def short_twin() -> Twin:
    return twin_run(SHORT, short_world())


@cache
def short_engine() -> Ledger:
    return engine_run(SHORT, short_world())


def test_unchanged_they_agree_on_the_run_that_the_changes_are_tried_on():
    assert differences(short_engine(), short_twin()) == []


def scaled(factor):
    """Multiply what a rule gives by a hair or more."""
    return lambda rule: lambda *given, **named: rule(*given, **named) * factor


def last_first(rule):
    """Turn a race around: the slowest of all come first."""

    def turned(*given):
        *runners, places = given
        return rule(*runners, 10**6)[::-1][:places]

    return turned


def nobody(rule):
    """A rule that gives nothing."""
    return lambda *given: rule(*given)[:0]


def shifted(rule):
    """A little less openness felt."""

    def less(*given):
        felt = rule(*given)
        if isinstance(felt, tuple):
            return felt[0], felt[1] - 0.2
        return replace(felt, shift=felt.shift - 0.2)

    return less


def causes_exchanged(rule):
    """The first two causes of a clock's strike exchanged."""

    def exchanged(*given):
        which = np.asarray(rule(*given))
        other = np.where(which < 2, 1 - which, which).astype(which.dtype)
        return other if which.ndim else int(other)

    return exchanged


def a_hair_off(rule):
    """Every amount of a month off by a thousandth of a millionth."""
    return lambda *given: {name: flow * (1 + 1e-9) for name, flow in rule(*given).items()}


def never_in_jail(rule):
    """A share of nought for the jail."""
    return lambda u, felon, jail_share, prison_share: rule(u, felon, 0.0, prison_share)


def lock_up_only(rule):
    """Everybody is held in the lock-up."""
    return lambda model, person: "lock_up"


def every_crime(felonies):
    """Every crime is a felony."""
    return CRIMES.names


ENGINE_CHANGES = {
    "1 calendar: openness": (model.policy_model, "openness", shifted),
    "1 clocks: cause": (model.schedule, "cause", causes_exchanged),
    "2 contacts: calls": (model.policing, "call_chance", scaled(0.9)),
    "3 crime: reports": (model.offending, "reports", scaled(0.9)),
    "3 crime: response": (model.response, "offending_multiplier", scaled(1.1)),
    "3 crime: lethal hazard": (model.offending, "lethal_factor", scaled(1 + 1e-9)),
    "4 custody: place": (model.custody, "custody_place", never_in_jail),
    "4 custody: detainer": (model.custody, "detainer_chance", scaled(0.5)),
    "4 custody: felonies": (model.offending, "_FELONY", np.logical_not),
    "5 field: race": (model.ice, "race", last_first),
    "5 field: bystanders": (model.ice, "housemates", nobody),
    "6 news: acquaintances": (model.news, "acquaintances", nobody),
    "7 ledger: daily life": (model.daily_life.DailyLife, "flows", a_hair_off),
}
TWIN_CHANGES = {
    "1 calendar: openness": (tests.twin.model, "openness", shifted),
    "1 clocks: cause": (tests.twin.clocks, "cause", causes_exchanged),
    "2 contacts: calls": (tests.twin.contacts, "call_chance", scaled(0.9)),
    "3 crime: reports": (tests.twin.crimes, "expit", scaled(0.9)),
    "3 crime: response": (tests.twin.response, "multiplier", scaled(1.1)),
    "3 crime: lethal hazard": (tests.twin.crimes, "lethal_factor", scaled(1 + 1e-9)),
    "4 custody: place": (tests.twin.custody, "custody_place", lock_up_only),
    "4 custody: felonies": (tests.twin.crimes, "FELONIES", every_crime),
    "5 field: race": (tests.twin.field, "race", last_first),
    "6 news: acquaintances": (tests.twin.news, "acquaintances", nobody),
    "7 ledger: daily life": (tests.twin.book, "losses", a_hair_off),
}


@pytest.mark.parametrize("what", ENGINE_CHANGES)
def test_a_rule_changed_in_the_engine_alone_is_noticed(what, monkeypatch):
    module, name, change = ENGINE_CHANGES[what]
    monkeypatch.setattr(module, name, change(getattr(module, name)))
    assert differences(engine_run(SHORT, short_world()), short_twin()) != []


@pytest.mark.parametrize("what", TWIN_CHANGES)
def test_a_rule_changed_in_the_twin_alone_is_noticed(what, monkeypatch):
    module, name, change = TWIN_CHANGES[what]
    monkeypatch.setattr(module, name, change(getattr(module, name)))
    assert differences(short_engine(), twin_run(SHORT, short_world())) != []
