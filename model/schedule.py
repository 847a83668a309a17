"""A year of candidates: who might meet what on which day, drawn in one pass and sorted by day.

Nothing here depends on the regime or on what happened before: thinning, presence and decisions
come with the day. The draws that decide them are made here, in passes over the year that stay
inside the processor's cache.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.clocks import CALL, HOUSEHOLD, PERSON, PURSUIT, Stream, Strikes, cause, sort_key, stream, strike
from model.courses import COURSE_MARK, Courses
from model.dice import Dice
from model.pools import ADULT
from model.rates import HOUSEHOLD_CRIMES, Rates
from model.reporting import static_shift
from model.schema import CARVE_OUTS, CRIMES, ETHNICITIES, VIOLENT

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
    begins = person.only(mark == COURSE_MARK)
    courses.start_year(year, begins.who, begins.day)
    episode = courses.episodes(year, days)

    arrests = person.only(mark == COURSE_MARK + 2)

    hazard = rates.household_hazard()
    area = people.area[people.household_start[:-1]]
    home = strike(dice, HOUSEHOLD, "household-clock", year, days, area, hazard.sum(axis=1))
    home_crime = cause(dice, year, home.code, area[home.who], hazard)

    violent = person.only(mark < COURSE_MARK)
    code = np.concatenate([violent.code, home.code, episode.code])
    day = np.concatenate([violent.day, home.day, episode.day])
    order = np.argsort(sort_key(day, code))
    victim = np.concatenate([violent.who, people.household_start[home.who], episode.who])
    crime = np.concatenate(
        [
            mark[mark < COURSE_MARK],
            home_crime + HOUSEHOLD_CRIMES[0],
            np.full(len(episode.day), CRIMES["partner_violence"]),
        ]
    )
    crimes = _crimes(rates, dice, year, courses, code[order], victim[order], crime[order])
    return YearSchedule(
        year=year,
        crimes=stream(day[order], days, **crimes),
        stops=_stops(dice, year, days, person.only(mark == COURSE_MARK + 1)),
        arrests=stream(arrests.day, days, who=arrests.who),
        calls=_calls(rates, dice, year, days),
        pursuits=_pursuits(rates, dice, year, days),
    )


def _crimes(
    rates: Rates,
    dice: Dice,
    year: int,
    courses: Courses,
    code: NDArray[np.uint64],
    victim: NDArray[np.int64],
    crime: NDArray[np.int64],
) -> dict[str, NDArray]:
    """Candidates of all crime types with the draws that will decide them."""
    people, values, solved = rates.population, rates.parameters, rates.intercepts

    def u(decision: str) -> NDArray[np.float64]:
        return dice.uniform(decision, year, code)

    area = people.area[victim]
    episode = crime == CRIMES["partner_violence"]
    course = np.full(len(victim), -1)
    course[episode] = courses.of(victim[episode])
    offender = rates.pools.offenders.pick(area, u("offender"))
    offender[episode] = courses.partner[course[episode]]

    shift = static_shift(values, people.ethnicity[victim], people.limited_english[victim])
    present = u("bystander-present")
    two = values.bystander_present * values.second_bystander
    violent = np.isin(crime, VIOLENT)
    bystanders, logits = [], []
    for which, share in (("first", values.bystander_present), ("second", two)):
        there = np.flatnonzero(violent & (present < share))
        who = np.full(len(victim), -1)
        who[there] = rates.pools.adults.pick(
            area[there], dice.uniform(f"{which}-bystander", year, code[there])
        )
        # Nobody is a witness to what befalls herself.
        who[who == victim] = -1
        logit = np.full(len(victim), -np.inf)
        there = np.flatnonzero(who >= 0)
        logit[there] = solved.bystander[crime[there]] + static_shift(
            values, people.ethnicity[who[there]], people.limited_english[who[there]]
        )
        bystanders.append(who)
        logits.append(logit)
    return dict(
        code=code,
        victim=victim,
        crime=crime,
        course=course,
        area=area,
        group=area.astype(np.int64) * len(ETHNICITIES) + people.ethnicity[victim],
        offender=offender,
        logit=solved.victim[crime] + shift,
        first=bystanders[0],
        second=bystanders[1],
        first_logit=logits[0],
        second_logit=logits[1],
        u_accept=u("candidate-becomes-incident"),
        u_victim=u("victim-reports"),
        u_first=u("first-bystander-reports"),
        u_second=u("second-bystander-reports"),
        u_found=u("police-find"),
        u_clear=u("clearance"),
        u_survey=u("survey"),
    )


def _stops(dice: Dice, year: int, days: int, stops: Strikes) -> Stream:
    """Stops, with the draws that decide how they end."""
    return stream(
        stops.day,
        days,
        code=stops.code,
        who=stops.who,
        u_arrest=dice.uniform("stop-arrest", year, stops.code),
        u_unfair=dice.uniform("stop-unfair", year, stops.code),
    )


def _calls(rates: Rates, dice: Dice, year: int, days: int) -> Stream:
    """Occasions to call about what is no crime, of residents who feel the threat: the calls of
    others are the same under every regime, and are not simulated."""
    values = rates.parameters
    feelers = rates.pools.feelers.ids
    adult = feelers[rates.population.age[feelers] >= ADULT]
    hazard = np.array([values.calls_per_resident / 365.0 * values.exposure])
    calls = strike(
        dice, CALL, "call-clock", year, days, np.zeros(len(adult), np.int8), hazard, adult
    )
    return stream(
        calls.day,
        days,
        code=calls.code,
        who=calls.who,
        u_call=dice.uniform("call", year, calls.code),
    )


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
            values.other_lead_rate * sought,
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
        who=strikes.who,
        mark=cause(dice, year, strikes.code, at, hazard),
    )

