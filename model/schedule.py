"""A year of candidates: who might meet what on which day, drawn in one pass and sorted by day.

Nothing here depends on the regime or on what happened before: thinning, presence, decisions and
the draws for them come with the day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.clocks import (
    CALL,
    HOUSEHOLD,
    PERSON,
    PURSUIT,
    Stream,
    Strikes,
    by_day,
    cause,
    stream,
    strike,
)
from model.courses import Courses
from model.dice import Dice
from model.rates import ARREST, COURSE, HOUSEHOLD_CRIMES, STOP, Rates
from model.schema import CARVE_OUTS, CRIMES

#: What the clock of a removable resident can strike, in this order.
PURSUIT_MARKS = ("other_lead", "agency_lead", "court")


@dataclass(frozen=True)
class YearSchedule:
    """All candidates of one calendar year; ``crimes``, ``stops``, ``arrests``, ``calls`` and
    ``pursuits`` by day of the year from 0."""

    year: int
    crimes: Stream
    stops: Stream
    arrests: Stream
    calls: Stream
    pursuits: Stream


def build_schedule(
    rates: Rates, dice: Dice, year: int, days: int, courses: Courses
) -> YearSchedule:
    """Draw the candidates of `year` (of `days` days), and begin its courses in `courses`."""
    people = rates.population
    hazard = rates.person_hazard(year)
    person = strike(dice, PERSON, "person-clock", year, days, rates.cell, hazard.sum(axis=1))
    mark = cause(dice, year, person.code, rates.cell[person.who], hazard)
    begins = person.only(mark == COURSE)
    courses.start_year(year, begins.who, begins.day)
    episode = courses.episodes(year, days)

    stops = person.only(mark == STOP)
    arrests = person.only(mark == ARREST)
    calls = _calls(rates, dice, year, days)

    hazard = rates.household_hazard()
    area = people.area[people.household_start[:-1]]
    home = strike(dice, HOUSEHOLD, "household-clock", year, days, area, hazard.sum(axis=1))
    home_crime = cause(dice, year, home.code, area[home.who], hazard)

    violent = person.only(mark < COURSE)
    code = np.concatenate([violent.code, home.code, episode.code])
    day = np.concatenate([violent.day, home.day, episode.day])
    order = by_day(day)  # and by code within the day: the clocks stand in their order
    victim = np.concatenate([violent.who, people.household_start[home.who], episode.who])
    crime = np.concatenate(
        [
            mark[mark < COURSE],
            home_crime + np.int8(HOUSEHOLD_CRIMES[0]),
            np.full(len(episode.day), CRIMES["partner_violence"], np.int8),
        ]
    )
    course = np.full(len(code), -1, np.int32)
    course[len(violent.code) + len(home.code) :] = courses.of(episode.who)
    return YearSchedule(
        year=year,
        crimes=stream(
            day[order],
            days,
            code=code[order],
            victim=victim[order],
            crime=crime[order],
            course=course[order],
        ),
        stops=stream(stops.day, days, code=stops.code),
        arrests=stream(arrests.day, days, code=arrests.code),
        calls=stream(calls.day, days, code=calls.code),
        pursuits=_pursuits(rates, dice, year, days),
    )


def _calls(rates: Rates, dice: Dice, year: int, days: int) -> Strikes:
    """Occasions to call about what is no crime, of residents who feel the threat: the calls of
    others are the same under every regime, and are not simulated."""
    values = rates.parameters
    adults = rates.pools.callers
    hazard = np.array([values.calls_per_resident / 365.0 * values.exposure])
    cell = np.zeros(len(adults), np.int8)
    return strike(dice, CALL, "call-clock", year, days, cell, hazard, adults)


def _pursuits(rates: Rates, dice: Dice, year: int, days: int) -> Stream:
    """What brings a removable resident to ICE without the police: leads from other sources, and
    days in court. They fall on persons in proportion to how far ICE seeks them."""
    people, values = rates.population, rates.parameters
    who = rates.pools.removables.ids
    flags = people.flags[who]
    pending = (flags >> CARVE_OUTS["felony_pending"] & 1).astype(np.int64)
    # A cell is status, conviction, pending case.
    cell = (people.status[who].astype(np.int64) * rates.removable.shape[1]) + people.conviction[who]
    cell = cell * 2 + pending
    sought, charged = np.broadcast_arrays(rates.removable.reshape(-1, 1), np.arange(2))
    rate = np.stack(
        [
            values.other_lead_ceiling * sought,
            values.agency_lead_rate * sought,
            values.court_rate * sought * charged,
        ],
        axis=-1,
    ).reshape(-1, len(PURSUIT_MARKS))
    hazard = rate * (values.exposure / 365.0)
    strikes = strike(dice, PURSUIT, "pursuit-clock", year, days, cell, hazard.sum(axis=1), who)
    at = cell[np.searchsorted(who, strikes.who)]
    return stream(
        strikes.day,
        days,
        code=strikes.code,
        mark=cause(dice, year, strikes.code, at, hazard),
    )

