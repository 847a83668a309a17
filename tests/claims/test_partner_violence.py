"""Partner violence is a course: a first report lowers its hazard, silence raises what is lethal."""

from dataclasses import replace

import numpy as np

from model.ledger import REPORTED
from model.rates import simulated_share
from model.registry import load_parameters
from model.scenario import scenario
from model.schema import CRIMES
from tests.claims.test_levels import TENTH
from tests.claims.worlds import (
    World,
    city_sum,
    events,
    history,
    lively,
    model_of,
    play,
    rows,
    world,
)

PARTNER = CRIMES["partner_violence"]
#: Nobody is arrested for it, so that no partner is away when an episode would come.
UNARRESTED = {"clearance_assault": 0.0, "epsilon": 0.0}
#: Years in which nothing but time, and residents who are replaced, could move the level.
LASTING = scenario(
    {
        "scale": 0.03,
        "days": 3 * 365,
        "environment": "E0",
        "parameters": UNARRESTED
        | {"exposure": 4.0, "turnover": 0.2, "jail_days": 1.0, "prison_share_felony": 0.0},
    }
)


def episodes(run):
    table = events(run, "incident")
    return table[table[:, 2] == PARTNER]


def play_with(setting, **parameters):
    """A history of the same city and levels, under other parameters of the courses."""
    made = world(setting)
    other = setting.but(parameters={**setting.parameters, **parameters})
    rates = replace(made.rates, parameters=load_parameters(other.parameters))
    return play(other, World(made.population, rates))


def test_episodes_after_a_report_are_a_part_of_those_without_its_effect():
    setting = lively(parameters=UNARRESTED, days=180)
    lower, without = (
        set(rows(episodes(play_with(setting, hazard_after_report=ratio))[:, :2]))
        for ratio in (0.3, 1.0)
    )
    assert lower < without
    assert len(lower) < 0.97 * len(without)


def test_the_first_report_lowers_the_hazard_once():
    setting = lively(parameters=UNARRESTED | {"services_after_report": 0.0}, days=180)
    model = model_of(setting)
    model.step()
    known_before = set(model.courses.victim[model.courses.reported].tolist())
    model.run()
    values, courses = model.values, model.courses
    assert set(courses.multiplier[courses.reported]) == {values.hazard_after_report}
    assert set(courses.multiplier[~courses.reported]) == {1.0}
    new = courses.victim[courses.reported]
    assert len(set(new.tolist()) - known_before) > 50
    reported = {row[1] for row in rows(episodes(model.ledger)) if row[3] & REPORTED}
    # Whose first report a run saw had an episode that reached the police.
    start = model.setting.start.toordinal()
    first_day = {row[1] for row in rows(episodes(model.ledger)) if row[0] == start}
    assert set(new.tolist()) - known_before - first_day <= reported


def test_unreported_episodes_raise_the_lethal_hazard_at_most_threefold():
    per_episode = {}
    for escalation in (0.0, 2.0):
        run = play(lively(parameters={"lethal_escalation": escalation}, days=60))
        hazard, found = (city_sum(run, name) for name in ("homicide_hazard", "partner_episodes"))
        per_episode[escalation] = hazard / found / load_parameters().lethal_per_episode
    assert abs(per_episode[0.0] - 1) < 1e-9
    assert 1 < per_episode[2.0] < 3


def test_episodes_come_at_the_rate_that_the_tables_ask_for():
    # A little fewer: some partners are in custody when an episode would come.
    run, made = history(TENTH), world(TENTH)
    found = city_sum(run, "partner_episodes")
    incidents = made.rates.intercepts.incidents[:, PARTNER]
    wanted = float(incidents @ simulated_share(made.population))
    assert found == len(episodes(run)) > 4000
    assert abs(found / wanted - 0.99) < 0.04, (found, wanted)


def test_partner_violence_keeps_its_level_over_the_years():
    # At four times the rates, where one in five of those most at risk has a course at a time.
    made, table = world(LASTING), episodes(history(LASTING))
    by_year = np.bincount((table[:, 0] - LASTING.start.toordinal()) // 365)
    incidents = made.rates.intercepts.incidents[:, PARTNER] * LASTING.parameters["exposure"]
    wanted = float(incidents @ simulated_share(made.population))
    assert len(by_year) == 3
    assert wanted > 5000
    assert np.abs(by_year / wanted - 1).max() < 0.07, by_year / wanted


def test_who_moves_in_brings_a_course_where_who_left_had_one():
    model = model_of(lively(days=500, parameters={"turnover": 0.3}))
    while model.today.of_year or model.steps < 2:
        before, known = model.courses.victim.copy(), model.courses.reported.copy()
        model.step()
    replaced = np.flatnonzero(
        model.dice.uniform_range("turnover", model.today.year, 0, model.population.n)
        < model.values.turnover
    )
    running = model.courses.end > model.today.day
    assert set(model.courses.victim[running]) >= set(before) & set(model.courses.victim)
    left = np.isin(before, replaced) & np.isin(before, model.courses.victim)
    assert left.sum() > 30
    now = model.courses.reported[model.courses.of(before[left])]
    assert (now != known[left]).any()


def test_an_episode_befalls_who_has_a_course():
    model = model_of(lively(days=60))
    run = model.run()
    victims = {row[1] for row in rows(episodes(run))}
    assert len(victims) > 100
    assert victims <= set(model.courses.victim.tolist())
    assert len(np.unique(model.courses.victim)) == len(model.courses.victim)


