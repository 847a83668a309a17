"""Regimes differ from the first decision that the law touches, and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest

from model import custody, ice
from model.city import load_city
from model.ledger import BY_BYSTANDER, BY_VICTIM, FOUND, SURVEYED
from model.ordinance import regime_names
from model.schema import ETHNICITIES, VIOLENT
from tests.claims.worlds import (
    UNMOVED,
    events,
    history,
    lively,
    model_of,
    play,
    regime_text,
    rows,
    same_events,
    tables,
    world_of,
)

#: Littletown at lively rates: small enough for every regime.
SMALL = {"city": "littletown", "scale": 0.3, "days": 90}


def city_without_immigrants(**changes):
    """Littletown, all of whose residents were born in the United States."""
    city = load_city("littletown")
    none = np.zeros(city.n_areas)
    for name in ("foreign_born", "noncitizen", "undocumented", "limited_english"):
        changes[f"{name}_share"] = none
    return replace(city, **changes)


def city_without_latinos():
    """A city without immigrants in which nobody is taken for one: the Latinos' share is white."""
    city = load_city("littletown")
    share = city.ethnicity_share.copy()
    share[:, ETHNICITIES["white"]] += share[:, ETHNICITIES["latino"]]
    share[:, ETHNICITIES["latino"]] = 0.0
    nobody = np.zeros(city.n_areas)
    return city_without_immigrants(ethnicity_share=share, spanish_at_home_share=nobody)


def test_a_city_without_immigrants_shows_no_difference_between_regimes():
    setting = lively(**SMALL, posture="2025-surge")
    made = world_of(city_without_latinos(), setting)
    runs = [play(setting.but(regime=regime), made) for regime in regime_names()]
    assert len(events(runs[0], "incident")) > 3000
    assert all(same_events(run, runs[0]) for run in runs)
    assert len(events(runs[0], "encounter")) == len(events(runs[0], "detainer")) == 0


def test_without_immigrants_only_a_spill_over_on_citizens_could_make_a_difference():
    def differ(**parameters):
        setting = lively(**SMALL, parameters={"mistaken_citizen": 0.0, **parameters})
        made = world_of(city_without_immigrants(), setting)
        runs = [play(setting.but(regime=name), made) for name in ("no-contact", "full-cooperation")]
        return not same_events(*runs)

    assert not differ(sigma=0.0)
    assert differ()


def test_a_city_with_immigrants_shows_a_difference():
    setting = lively(**SMALL)
    runs = [history(setting.but(regime=name)) for name in ("no-contact", "full-cooperation")]
    assert not same_events(*runs)


def test_candidates_of_a_year_are_the_same_under_every_regime():
    streams = ("crimes", "stops", "arrests", "calls", "pursuits")
    schedules = []
    for regime in ("no-contact", "full-cooperation"):
        model = model_of(lively(regime=regime, days=60))
        model.run()
        schedules.append(model.schedule)
    for name in streams:
        one, other = (getattr(schedule, name) for schedule in schedules)
        assert len(one.columns) > 0 < one.start[-1]
        assert np.array_equal(one.start, other.start)
        assert all(np.array_equal(one.columns[key], other.columns[key]) for key in one.columns)


@pytest.mark.parametrize("environment", ["E0", "E1", "E2", "E3"])
def test_arms_with_the_same_law_and_belief_are_identical(environment, tmp_path):
    other = tmp_path / "of-another-name.toml"
    text = regime_text("welcoming-2021").replace('"welcoming-2021"', '"of-another-name"')
    other.write_text(text, encoding="utf-8")
    one, same, different = (
        history(lively(regime=regime, environment=environment, days=60))
        for regime in ("welcoming-2021", str(other), "full-cooperation")
    )
    assert same_events(one, same)
    assert not same_events(one, different)


def test_regimes_are_alike_until_the_law_first_touches_a_decision():
    one, other = (
        history(lively(regime=regime, parameters=UNMOVED, posture="2017-2019"))
        for regime in ("no-contact", "full-cooperation")
    )
    handed_over = events(other, "detainer")
    mine = set(rows(events(one, "detainer")))
    first = min(row[0] for row in rows(handed_over) if row not in mine)
    assert first > lively().start.toordinal() + 2
    for kind in ("incident", "detainer"):
        before = [events(run, kind) for run in (one, other)]
        before = [table[table[:, 0] < first] for table in before]
        assert len(before[0]) > 0
        assert np.array_equal(*before)


# Legal exposure and belief.


def felt(**fields):
    """What residents of a model hold the channel's openness to be."""
    model = model_of(lively(**fields))
    model.step()
    return model.belief.openness


def test_belief_held_at_the_baseline_is_what_baseline_residents_believe():
    arms = {"regime": "full-cooperation", "believed": "welcoming-2012"}
    assert felt(**arms) == felt(regime="welcoming-2012") != felt(regime="full-cooperation")
    assert felt(**arms).shift == 0.0


def test_saying_what_is_believed_changes_nothing_when_it_is_the_truth():
    one = history(lively(regime="full-cooperation"))
    other = history(lively(regime="full-cooperation", believed="full-cooperation"))
    assert same_events(one, other)


def test_exposure_and_belief_are_the_two_ways_to_the_whole(monkeypatch):
    """With the clauses on conduct and survivors aside and nobody taken, exposure alone leaves
    reporting as it was, and belief alone makes the whole of its change."""
    for room in (custody, ice):
        monkeypatch.setattr(room, "transfer", lambda model, who: None)
    quiet = UNMOVED | {"chilling": 1.0, "gamma": 0.0, "alarm_size": 0.0, "beta": 3.0}
    base, exposure, belief, whole = (
        play(lively(regime=regime, believed=believed, parameters=quiet))
        for regime, believed in (
            ("welcoming-2012", "welcoming-2012"),
            ("full-cooperation", "welcoming-2012"),
            ("welcoming-2012", "full-cooperation"),
            ("full-cooperation", "full-cooperation"),
        )
    )
    incidents = [rows(events(run, "incident")) for run in (base, exposure, belief, whole)]
    assert incidents[0] == incidents[1] != incidents[2] == incidents[3]
    detainers = [rows(events(run, "detainer")) for run in (base, exposure, belief, whole)]
    assert detainers[0] != detainers[1]


# Fear off.


def fates(run):
    """Fate of every incident by (day, person, crime), where that names one."""
    table = events(run, "incident")
    keys, first, counts = np.unique(table[:, :3], axis=0, return_index=True, return_counts=True)
    once = counts == 1
    fate = table[first[once], 3] & ~SURVEYED
    return dict(zip(rows(keys[once]), fate.tolist(), strict=True))


def test_fear_off_gives_the_same_incident_the_same_report_under_every_regime():
    # Trust slope nought: who is away neither sees an arrest cleared nor loses trust in a stop.
    parameters = UNMOVED | {"trust_slope": 0.0}
    runs = [
        fates(history(lively(regime=name, posture="2025-surge", parameters=parameters)))
        for name in ("no-contact", "full-cooperation")
    ]
    both = runs[0].keys() & runs[1].keys()
    assert len(both) > 0.98 * len(runs[0]) > 10_000
    # Victims and police decide alike to the last one; a bystander who was taken cannot speak, nor
    # can a household of which nobody is left.
    other = {k: runs[0][k] ^ runs[1][k] for k in both}
    assert all(fate & FOUND == 0 for fate in other.values())
    assert all(fate & BY_VICTIM == 0 for k, fate in other.items() if k[2] in VIOLENT)
    for bit in (BY_BYSTANDER, BY_VICTIM):
        assert sum(fate & bit > 0 for fate in other.values()) < 0.002 * len(both)


def test_fear_on_gives_some_incidents_another_report():
    runs = [fates(history(lively(regime=name))) for name in ("no-contact", "full-cooperation")]
    both = runs[0].keys() & runs[1].keys()
    assert sum((runs[0][k] ^ runs[1][k]) & BY_VICTIM > 0 for k in both) > 10


def test_fear_off_and_nobody_taken_leaves_every_crime_and_report_equal(monkeypatch):
    for room in (custody, ice):
        monkeypatch.setattr(room, "transfer", lambda model, who: None)
    runs = [
        play(lively(regime=name, posture="2025-surge", parameters=UNMOVED))
        for name in ("no-contact", "welcoming-2012", "full-cooperation")
    ]
    for run in runs[1:]:
        assert np.array_equal(events(run, "incident"), events(runs[0], "incident"))
        one, other = (tables(one)["people"] for one in (run, runs[0]))
        same = ["stops", "arrests", "calls_needed", "calls_made"]
        assert one[same].equals(other[same])
    assert not np.array_equal(events(runs[0], "encounter"), events(runs[2], "encounter"))
