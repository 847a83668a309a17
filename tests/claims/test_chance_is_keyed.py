"""Chance is a function of seed, decision, day and person: never of order or of others."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model import custody, ice, news, offending, policing
from model.clocks import Stream
from model.ledger import Ledger
from model.pools import Pools
from model.rates import cells
from model.scenario import Scenario, scenario
from model.schema import CONVICTIONS, STATUSES
from model.state import Booking
from tests.claims.worlds import (
    World,
    all_events,
    history,
    lively,
    model_of,
    play,
    same_events,
    tables,
    world,
)

POSTURE = """
name = "of-the-test"
title = "Of the test"
summary = "Teams for every lead."
source = "assumption"
fingerprint_match = true
lodge = [0.9, 0.9, 0.9, 0.9]
at_large_percent = 50.0
target_weight = [1.0, 1.0, 1.0, 1.0]
raids_per_year = 0
joint_operations_per_year = 0
courthouse = true
"""
ROOT = Path(__file__).resolve().parents[2]
SETTING = lively(regime="full-cooperation", posture="2025-surge", days=75)


def digest(ledger: Ledger) -> str:
    """A hash of every byte of every table, floats and all."""
    text = hashlib.sha256()
    for name, table in ledger.frames().items():
        text.update(name.encode())
        for column in table:
            values = table[column]
            text.update(f"{column}:{values.dtype.kind}".encode())
            if values.dtype.kind in "if":
                text.update(values.to_numpy().tobytes())
            else:
                text.update("\n".join(map(str, values)).encode())
    return text.hexdigest()


def test_the_same_seed_gives_the_same_bytes_whatever_ran_before():
    first = digest(play(SETTING))
    history(lively(seed=9, regime="no-contact", days=40))
    assert digest(play(SETTING)) == first
    assert digest(play(SETTING.but(seed=2))) != first


def test_the_same_seed_gives_the_same_bytes_in_another_process():
    code = (
        "from tests.claims.test_chance_is_keyed import SETTING, digest, play\n"
        "print(digest(play(SETTING)))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": str(ROOT)}
    out = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout.strip() == digest(history(SETTING))


def test_a_seed_given_as_text_is_the_number():
    number, text = (
        scenario({**SETTING.model_dump(), "days": 31, "seed": seed}) for seed in (42, "42")
    )
    assert number == text == Scenario.model_validate_json(number.model_dump_json())
    assert digest(play(text)) == digest(play(number)) != digest(play(number.but(seed=43)))


# The order of work.


def shuffled(n: int) -> np.ndarray:
    return np.random.default_rng(n).permutation(n)


@pytest.fixture
def shuffle_candidates(monkeypatch):
    days = Stream.days

    def shuffled_days(self, first, last):
        start, columns = days(self, first, last)
        order = np.concatenate(
            [here + shuffled(there - here) for here, there in pairwise(start.tolist())]
        )
        return Stream(start, {name: column[order] for name, column in columns.items()})

    monkeypatch.setattr(Stream, "days", shuffled_days)


@pytest.fixture
def shuffle_custody(monkeypatch):
    """Bookings arrive, wait and are released in another order."""
    custody_phase, book, release = custody.custody, custody._book, custody._release

    def phase(model, *contacts):
        return custody_phase(model, *contacts[::-1])

    def booked(model, who, felony):
        order = shuffled(len(who))
        book(model, who[order], felony[order])

    def released(model):
        waiting = model.state.custody.get(model.today.day, [])
        waiting[:] = [
            Booking(*(column[shuffled(len(column))] for column in one)) for one in waiting[::-1]
        ]
        return release(model)

    monkeypatch.setattr(custody, "custody", phase)
    monkeypatch.setattr(custody, "_book", booked)
    monkeypatch.setattr(custody, "_release", released)


@pytest.fixture
def shuffle_leads(monkeypatch):
    """Leads come in, and news goes out, in another order."""
    add, spread = ice.Leads.add, news.spread_news

    def added(self, person, origin, day):
        order = shuffled(len(person))
        add(self, person[order], origin[order], day)

    def spread_shuffled(model, taken):
        spread(model, taken[shuffled(len(taken))])

    monkeypatch.setattr(ice.Leads, "add", added)
    monkeypatch.setattr(news, "spread_news", spread_shuffled)


@pytest.fixture
def shuffle_contacts(monkeypatch):
    """What the police phases hand to custody and ICE, in another order."""
    for room, name in ((policing, "contacts"), (offending, "crimes")):
        phase = getattr(room, name)

        def shuffled_phase(model, phase=phase):
            found = phase(model)
            return type(found)(*(column[shuffled(len(column))] for column in found))

        monkeypatch.setattr(room, name, shuffled_phase)


def assert_same_ledger(one: Ledger, other: Ledger) -> None:
    """Events and whole numbers exactly, sums of floats to 1e-12."""
    assert same_events(one, other)
    first, second = tables(one), other.frames()
    assert first.keys() == second.keys()
    for name in first:
        pd.testing.assert_frame_equal(
            first[name].sort_index(axis=1),
            second[name].sort_index(axis=1),
            rtol=1e-12,
            atol=1e-12,
            check_dtype=False,
        )


@pytest.mark.parametrize(
    "work",
    ["shuffle_candidates", "shuffle_custody", "shuffle_leads", "shuffle_contacts"],
)
def test_shuffling_the_order_of_work_changes_nothing(work, request):
    in_order = history(SETTING)
    request.getfixturevalue(work)
    assert_same_ledger(in_order, play(SETTING))


# One more resident.


def with_resident(made: World, **resident: object) -> World:
    """The world with one isolated resident more, and the levels that it had: nothing is solved
    again, and the new area's hazards are those of the area that it is like."""
    like = 5
    population = made.population.with_isolated_resident(like, **resident)
    solved = made.rates
    here = made.population.city.n_areas
    cell = cells(population)
    size = len(solved.person) // here

    def also(table: np.ndarray, block: int = 1) -> np.ndarray:
        return np.concatenate([table, table[like * block : (like + 1) * block]])

    rates = replace(
        solved,
        population=population,
        pools=Pools(population, solved.parameters),
        cell=cell,
        person=also(solved.person, size),
        household=also(solved.household),
        intercepts=replace(
            solved.intercepts,
            incidents=also(solved.intercepts.incidents),
            courses_a_year=also(solved.intercepts.courses_a_year),
        ),
    )
    return World(population, rates)


def without(run: Ledger, who: int) -> dict[str, np.ndarray]:
    """All events but those of one resident."""
    return {kind: table[table[:, 1] != who] for kind, table in all_events(run).items()}


@pytest.mark.parametrize("status", ["us_born", "naturalized", "permanent_resident"])
def test_one_isolated_resident_more_leaves_everyone_elses_history_as_it_was(status):
    # At rates so high that the newcomer meets crime and police too; ICE does not seek them.
    setting = SETTING.but(parameters={**SETTING.parameters, "exposure": 60.0})
    setting = setting.but(scale=0.005)
    made = world(setting)
    run = history(setting)
    more = play(setting, with_resident(made, status=status))
    newcomer = made.population.n
    assert sum((table[:, 1] == newcomer).sum() for table in all_events(more).values()) > 0
    before, after = all_events(run), without(more, newcomer)
    assert all(np.array_equal(before[kind], after[kind]) for kind in before)


def test_a_lead_that_is_never_worked_changes_nobodys_history(tmp_path):
    """Leads are drawn by person: a place in the list would move with every lead before it."""
    posture = tmp_path / "not-the-violent.toml"
    posture.write_text(
        POSTURE.replace("50.0", "1.0").replace("[1.0, 1.0, 1.0, 1.0]", "[1.0, 1.0, 1.0, 1e-9]"),
        encoding="utf-8",
    )
    setting = SETTING.but(posture=str(posture))
    people = world(setting).population
    sought = (people.status == STATUSES["undocumented"]) & (
        people.conviction == CONVICTIONS["violent_felony"]
    )
    runs, waiting = [], []
    for more in (0, 3):
        model = model_of(setting)
        for _ in range(10):
            model.step()
        passed_over = np.setdiff1d(np.flatnonzero(sought), model.leads.person)[:more]
        model.leads.add(passed_over, np.full(more, ice.OTHER), model.today.day)
        assert len(model.leads.person) > 10
        runs.append(model.run())
        waiting.append(set(model.leads.person.tolist()))
    extra = waiting[1] - waiting[0]
    assert extra
    assert extra <= set(passed_over.tolist())
    assert min(extra) < max(waiting[0])
    assert (all_events(runs[0])["encounter"][:, 2] == ice.OTHER).sum() > 3
    assert same_events(*runs)


def test_a_newcomer_whom_ice_seeks_displaces_nobody_where_teams_can_visit_every_lead(tmp_path):
    posture = tmp_path / "every-lead.toml"
    posture.write_text(POSTURE, encoding="utf-8")
    setting = SETTING.but(posture=str(posture), scale=0.005)
    setting = setting.but(parameters={**SETTING.parameters, "exposure": 60.0})
    made = world(setting)
    more = with_resident(made, status="undocumented", conviction="violent_felony")
    model = model_of(setting, more)
    newcomer, left = made.population.n, []
    while model.running:
        model.step()
        left.append(int((model.leads.day < model.today.day).sum()))
    assert max(left) == 0
    before, after = all_events(history(setting)), without(model.ledger, newcomer)
    assert len(before["encounter"]) > 50
    assert sum((table[:, 1] == newcomer).sum() for table in all_events(model.ledger).values()) > 0
    assert all(np.array_equal(before[kind], after[kind]) for kind in before)
