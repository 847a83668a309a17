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
    values, dice = model.values, model.dice
    new_year = dt.date(year, 1, 1).toordinal()
    running = {}
    for victim in model.residents:
        who = victim.who
        begins = model.person_hazard[victim.cell][PARTNER_COURSE] * values.exposure
        if dice.roll("course-already", year, who) <= math.exp(-begins * _mean_days(model)):
            continue
        elapsed = -math.log(dice.roll("course-elapsed", year, who)) * _mean_days(model)
        remaining = -math.log(dice.roll("course-length", year, who)) * _mean_days(model)
        frailty = _frailty(model, who, year)
        course = Course(
            victim, _partner(model, victim, year), new_year - elapsed, new_year + remaining, frailty
        )
        reports = values.partner_episode_rate / 365.0 * frailty * values.reported_partner_violence
        if dice.roll("course-reported", year, who) > math.exp(-reports * elapsed):
            course.reported = True
            arrested = dice.roll("course-arrested", year, who) < values.clearance_assault
            course.multiplier = after_report(model, victim, year, arrested)
        running[who] = course
    return running


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
