"""Clocks: keyed exponential gaps, and the diary of a year's candidates.

An event's code is who (32 bits), which of the year's strikes (12 bits), which clock (8 bits).
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from model.dice import Dice
from tests.twin.courses import Course, course_of_the_year, hazard_of_a_course

if TYPE_CHECKING:
    from tests.twin.model import Twin
    from tests.twin.people import Household, Resident

PERSON, HOUSEHOLD, EPISODE, CALL, PURSUIT = range(5)
STRIKES = 1 << 12
PERSON_MARKS = (
    "sexual_assault",
    "robbery",
    "aggravated_assault",
    "simple_assault",
    "partner_course",
    "stop",
    "arrest",
)
HOUSEHOLD_MARKS = ("burglary", "motor_vehicle_theft", "theft")
PURSUIT_MARKS = ("other_lead", "agency_lead", "court")
#: Candidates of crime come at twice the baseline, episodes of partner violence at 1.4 times.
CEILING, EPISODE_CEILING = 2.0, 1.4
FELONY_PENDING = 1 << 2


class Candidate(NamedTuple):
    """What may happen: a crime, with its victim, or a contact."""

    code: int
    person: Resident
    what: str
    course: Course | None = None


class Diary:
    """A year's candidates, a list for each day of the year from 0."""

    def __init__(self) -> None:
        self.crimes: dict[int, list[Candidate]] = defaultdict(list)
        self.stops: dict[int, list[Candidate]] = defaultdict(list)
        self.arrests: dict[int, list[Candidate]] = defaultdict(list)
        self.calls: dict[int, list[Candidate]] = defaultdict(list)
        self.pursuits: dict[int, list[Candidate]] = defaultdict(list)


def event_code(clock: int, who: int, strike: int) -> int:
    """The code of one event."""
    return who | strike << 32 | clock << 44


def strikes(
    dice: Dice, name: str, year: int, who: int, rate: float, start: float, end: float
) -> Iterator[tuple[int, float]]:
    """Which strike and when, in days of the year, of one member's clock at `rate` a day."""
    if rate <= 0.0:
        return
    time = start - math.log(dice.roll(name, year, who)) / rate
    for strike in range(STRIKES):
        if time >= end:
            return
        yield strike, time
        time -= math.log(dice.roll(name, year, who | (strike + 1) << 32)) / rate


def cause(dice: Dice, year: int, code: int, hazards: list[float]) -> int:
    """Which of several causes struck, in proportion to their hazards."""
    u, total, up_to = dice.roll("cause", year, code), sum(hazards), 0.0
    for which, hazard in enumerate(hazards[:-1]):
        up_to += hazard
        if u < up_to / total:
            return which
    return len(hazards) - 1


def write_diary(model: Twin, year: int) -> Diary:
    """Let every clock of the city run for a year. The order in which they run decides nothing."""
    diary = Diary()
    days = 366 if calendar.isleap(year) else 365
    new_year = dt.date(year, 1, 1).toordinal()
    for who in [who for who, course in model.courses.items() if course.end <= new_year]:
        del model.courses[who]
    factors = person_factors(model, year)
    for resident in model.residents:
        _person_clock(model, diary, resident, year, days, factors)
        if resident.feels and resident.adult:
            _call_clock(model, diary, resident, year, days)
        if not resident.citizen:
            _pursuit_clock(model, diary, resident, year, days)
    for home in model.homes:
        _household_clock(model, diary, home, year, days)
    for course in model.courses.values():
        _episode_clock(model, diary, course, year, new_year, days)
    return diary


def person_factors(model: Twin, year: int) -> list[float]:
    """What a resident's hazards at the baseline are multiplied by: crimes come as candidates,
    stops and arrests follow the city's series."""
    values, police = model.values, model.city.policing
    stops, arrests = police.stops(year), police.arrests(year)
    in_crimes = model.rates.intercepts.cleared_a_year
    in_stops = model.rates.stop_arrest_share * stops
    other_arrests = max(0.0, arrests - in_crimes - in_stops)
    # Courses have a hazard of their own.
    factors = [CEILING] * 4 + [0.0, stops, other_arrests]
    return [factor * values.exposure for factor in factors]


def _person_clock(
    model: Twin, diary: Diary, person: Resident, year: int, days: int, factors: list[float]
) -> None:
    base = model.person_hazard[person.cell]
    hazards = [hazard * factor for hazard, factor in zip(base, factors, strict=True)]
    hazards[PERSON_MARKS.index("partner_course")] = hazard_of_a_course(model, person)
    for k, time in strikes(
        model.dice, "person-clock", year, person.who, sum(hazards), 0.0, float(days)
    ):
        code, day = event_code(PERSON, person.who, k), int(time)
        mark = PERSON_MARKS[cause(model.dice, year, code, hazards)]
        if mark == "partner_course":
            if person.who not in model.courses:
                model.courses[person.who] = course_of_the_year(model, person, year, day)
        elif mark == "stop":
            diary.stops[day].append(Candidate(code, person, mark))
        elif mark == "arrest":
            diary.arrests[day].append(Candidate(code, person, mark))
        else:
            diary.crimes[day].append(Candidate(code, person, mark))


def _household_clock(model: Twin, diary: Diary, home: Household, year: int, days: int) -> None:
    exposure = model.values.exposure
    hazards = [hazard * CEILING * exposure for hazard in model.household_hazard[home.area]]
    for k, time in strikes(
        model.dice, "household-clock", year, home.number, sum(hazards), 0.0, float(days)
    ):
        code = event_code(HOUSEHOLD, home.number, k)
        crime = HOUSEHOLD_MARKS[cause(model.dice, year, code, hazards)]
        diary.crimes[int(time)].append(Candidate(code, home.members[0], crime))


def _episode_clock(
    model: Twin, diary: Diary, course: Course, year: int, new_year: int, days: int
) -> None:
    a_year = model.values.partner_episode_rate * EPISODE_CEILING * course.frailty
    start, end = max(course.begin - new_year, 0.0), min(course.end - new_year, float(days))
    who = course.victim.who
    for k, time in strikes(model.dice, "episode-clock", year, who, a_year / 365.0, start, end):
        code = event_code(EPISODE, who, k)
        candidate = Candidate(code, course.victim, "partner_violence", course)
        diary.crimes[int(time)].append(candidate)


def _call_clock(model: Twin, diary: Diary, person: Resident, year: int, days: int) -> None:
    rate = model.values.calls_per_resident / 365.0 * model.values.exposure
    for k, time in strikes(model.dice, "call-clock", year, person.who, rate, 0.0, float(days)):
        code = event_code(CALL, person.who, k)
        diary.calls[int(time)].append(Candidate(code, person, "call"))


def _pursuit_clock(model: Twin, diary: Diary, person: Resident, year: int, days: int) -> None:
    values = model.values
    charged = bool(person.flags & FELONY_PENDING)
    a_year = [values.other_lead_ceiling, values.agency_lead_rate, values.court_rate * charged]
    hazards = [rate * person.removable * values.exposure / 365.0 for rate in a_year]
    for k, time in strikes(
        model.dice, "pursuit-clock", year, person.who, sum(hazards), 0.0, float(days)
    ):
        code = event_code(PURSUIT, person.who, k)
        mark = PURSUIT_MARKS[cause(model.dice, year, code, hazards)]
        diary.pursuits[int(time)].append(Candidate(code, person, mark))
