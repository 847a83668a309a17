"""Courses of partner violence: they begin, change with reports, and end (`XIE_LYNCH`)."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import gammaincinv

from tests.twin.pools import pick

if TYPE_CHECKING:
    from tests.twin.model import Twin
    from tests.twin.people import Resident

PARTNER_COURSE = 4  # place in the hazards of a person
#: No arrest can raise the hazard further than candidates are drawn for.
HIGHEST_RATIO = 1.4
#: For cities with lively rates alone.
MOST_IN_COURSE, MOST_TO_BEGIN = 0.6, 0.95


@dataclass
class Course:
    """One course. Times are ordinal dates with a fraction; `unreported` counts the episodes since
    the last report, `multiplier` is the hazard beside that before the first."""

    victim: Resident
    partner: Resident | None
    begin: float
    end: float
    frailty: float
    multiplier: float = 1.0
    reported: bool = False
    unreported: int = 0


def course_of_the_year(model: Twin, victim: Resident, year: int, day: int) -> Course:
    """The course that begins on `day` of the year."""
    dice, who = model.dice, victim.who
    begin = dt.date(year, 1, 1).toordinal() + day + dice.roll("course-begins", year, who)
    return Course(
        victim,
        _partner(model, victim, year),
        begin,
        begin - math.log(dice.roll("course-length", year, who)) * _mean_days(model),
        _frailty(model, who, year),
    )


def courses_already_running(model: Twin, year: int) -> dict[int, Course]:
    """The stock at the start of a run, by victim: a stationary share of residents has a course,
    and longer courses are likelier to have been reported."""
    dice = model.dice
    new_year = dt.date(year, 1, 1).toordinal()
    running = {}
    for victim in model.residents:
        who = victim.who
        if dice.roll("course-already", year, who) <= 1 - share_in_course(model, victim):
            continue
        elapsed = -math.log(dice.roll("course-elapsed", year, who)) * _mean_days(model)
        remaining = -math.log(dice.roll("course-length", year, who)) * _mean_days(model)
        frailty = _frailty(model, who, year)
        course = Course(
            victim, _partner(model, victim, year), new_year - elapsed, new_year + remaining, frailty
        )
        running[who] = course
    return running


def draw_history(model: Twin, course: Course) -> None:
    """Whether a course was reported before today, at the baseline, and what followed."""
    values, roll, who = model.values, model.dice.roll, course.victim.who
    year, elapsed = model.year, model.day - course.begin
    reports = values.partner_episode_rate / 365.0 * values.reported_partner_violence
    course.unreported, course.multiplier = 0, 1.0
    course.reported = roll("course-reported", year, who) > math.exp(
        -reports * course.frailty * elapsed
    )
    if course.reported:
        arrested = roll("course-arrested", year, who) < values.clearance_assault
        course.multiplier = after_report(model, course.victim, year, arrested)


def share_in_course(model: Twin, person: Resident) -> float:
    """Share of persons alike who have a course: those that begin times how long they last."""
    a_day = model.person_hazard[person.cell][PARTNER_COURSE] * model.values.exposure
    return min(a_day * _mean_days(model), MOST_IN_COURSE)


def hazard_of_a_course(model: Twin, person: Resident) -> float:
    """Hazard a day that a person without a course begins one, such that as many begin as end
    although who has one begins no other, and nobody two in a year."""
    share = share_in_course(model, person)
    in_a_year = share / (1 - share) / model.values.partner_course_years
    return -math.log1p(-min(in_a_year, MOST_TO_BEGIN)) / 365.0


def after_report(model: Twin, victim: Resident, year: int, arrested: bool) -> float:
    """The hazard ratio after a first report, by whether services and an arrest followed."""
    values = model.values
    ratio = values.hazard_after_report
    if model.dice.roll("course-services", year, victim.who) < values.services_after_report:
        ratio *= values.hazard_after_services
    if arrested:
        ratio *= values.hazard_after_arrest
    return min(ratio, HIGHEST_RATIO)


def _mean_days(model: Twin) -> float:
    return model.values.partner_course_years * 365.0


def _frailty(model: Twin, who: int, year: int) -> float:
    """Gamma-distributed with mean one."""
    shape = model.values.partner_frailty_shape
    u = model.dice.roll("course-frailty", year, who)
    return max(float(gammaincinv(shape, u)) / shape, 1e-9)


def _partner(model: Twin, victim: Resident, year: int) -> Resident | None:
    """The first adult of the other sex at home, else somebody of the area."""
    for other in victim.home.members:
        if other.adult and other.sex != victim.sex:
            return other
    u = model.dice.roll("course-partner", year, victim.who)
    somebody = pick(model.pools.offenders[victim.area], u)
    return None if somebody is victim else somebody
