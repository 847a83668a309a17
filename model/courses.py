"""Courses of partner violence: they begin, have episodes, change with reports, and end.

When a course begins and would end, who the partner is, its frailty and its candidate episodes are
fixed by keyed draws; a run changes only how the hazard stands after reports. Sources: `XIE_LYNCH`,
`COOK_DVD`. Times are days by ordinal date, with a fraction.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from model.clocks import EPISODE, Strikes, chosen, recur
from model.dice import Dice
from model.intercepts import EPISODE_CEILING, clearance_target, target
from model.rates import Rates
from model.schema import ADULT, CRIMES
from model.sets import within

PARTNER = CRIMES["partner_violence"]


class Courses:
    """The running courses of one run, sorted by victim; a resident has at most one a year."""

    def __init__(self, rates: Rates, dice: Dice) -> None:
        self.rates = rates
        self.dice = dice
        self.victim = np.empty(0, np.int64)
        self.partner = np.empty(0, np.int64)
        self.begin = np.empty(0)
        self.end = np.empty(0)
        self.frailty = np.empty(0)
        self.multiplier = np.empty(0)
        self.reported = np.empty(0, bool)
        self.unreported = np.empty(0, np.int64)

    def _columns(self) -> dict[str, NDArray]:
        return {name: column for name, column in vars(self).items() if column is not None
                and isinstance(column, np.ndarray)}

    def keep(self, rows: NDArray) -> None:
        """Keep some courses, by mask or in a new order."""
        for name, column in self._columns().items():
            setattr(self, name, column[rows])

    def _add(self, victim: NDArray[np.int64], **columns: NDArray) -> None:
        new = dict(
            victim=victim,
            multiplier=np.ones(len(victim)),
            reported=np.zeros(len(victim), bool),
            unreported=np.zeros(len(victim), np.int64),
            **columns,
        )
        for name, column in self._columns().items():
            setattr(self, name, np.concatenate([column, new[name]]))
        self.keep(np.argsort(self.victim, kind="stable"))

    def start_year(self, year: int, victim: NDArray[np.int64], day: NDArray[np.integer]) -> None:
        """Drop courses that are over, and begin those whose clock strikes this year.

        Parameters
        ----------
        victim, day : (n,) integers
            Residents and days of the year from 0, sorted by day. Who has a course already this
            year does not begin another: `Rates.course_hazard` allows for it.
        """
        new_year = dt.date(year, 1, 1).toordinal()
        self.keep(self.end > new_year)
        victim, first = np.unique(victim, return_index=True)
        fresh = ~within(victim, self.victim)
        victim, day = victim[fresh], day[first][fresh].astype(np.int64)
        values = self.rates.parameters
        begin = new_year + day + self.dice.uniform("course-begins", year, victim)
        length = -np.log(self.dice.uniform("course-length", year, victim))
        self._add(
            victim,
            partner=self._partners(year, victim),
            begin=begin,
            end=begin + length * values.partner_course_years * 365.0,
            frailty=self._frailty(year, victim),
        )

    def already_running(self, year: int) -> None:
        """The stationary stock at the New Year before the start: courses that began before."""
        rates, dice = self.rates, self.dice
        mean_days = rates.parameters.partner_course_years * 365.0
        victim = chosen(dice, "course-already", year, rates.cell, rates.in_course)
        new_year = dt.date(year, 1, 1).toordinal()
        elapsed = -np.log(dice.uniform("course-elapsed", year, victim)) * mean_days
        remaining = -np.log(dice.uniform("course-length", year, victim)) * mean_days
        self._add(
            victim,
            partner=self._partners(year, victim),
            begin=new_year - elapsed,
            end=new_year + remaining,
            frailty=self._frailty(year, victim),
        )

    def past(self, day: int) -> None:
        """Courses that began before a run's first day `day` may have been reported by then."""
        year = dt.date.fromordinal(day).year
        self._draw_history(year, np.flatnonzero(self.begin < day), day)

    def renew(self, year: int, replaced: NDArray[np.integer]) -> None:
        """Residents `replaced` at New Year, ascending: who moves in brings a course where who left
        had one, with a history of reports of its own."""
        new_year = dt.date(year, 1, 1).toordinal()
        self._draw_history(year, np.flatnonzero(within(self.victim, replaced)), new_year)

    def _draw_history(self, year: int, rows: NDArray[np.int64], day: int) -> None:
        """Whether courses were reported before `day`, at the baseline, and what followed."""
        values, dice, victim = self.rates.parameters, self.dice, self.victim[rows]
        elapsed = day - self.begin[rows]
        reports_a_day = values.partner_episode_rate / 365.0 * target(values, PARTNER)
        silent = np.exp(-reports_a_day * self.frailty[rows] * elapsed)
        reported = dice.uniform("course-reported", year, victim) > silent
        arrested = dice.uniform("course-arrested", year, victim) < clearance_target(values, PARTNER)
        served = dice.uniform("course-services", year, victim) < values.services_after_report
        self.reported[rows] = reported
        self.multiplier[rows] = np.where(reported, self.after_report(served, arrested), 1.0)
        self.unreported[rows] = 0

    def after_report(
        self, served: NDArray[np.bool_], arrested: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """The hazard ratio after a first report, by what followed it (`XIE_LYNCH`)."""
        values = self.rates.parameters
        ratio = values.hazard_after_report * np.where(served, values.hazard_after_services, 1.0)
        ratio = ratio * np.where(arrested, values.hazard_after_arrest, 1.0)
        return np.minimum(ratio, EPISODE_CEILING)

    def episodes(self, year: int, days: int) -> Strikes:
        """Candidate episodes of the year, at the ceiling of the hazard."""
        values = self.rates.parameters
        new_year = dt.date(year, 1, 1).toordinal()
        rate = values.partner_episode_rate / 365.0 * EPISODE_CEILING * self.frailty
        member = self.victim.astype(np.uint64)
        from_day = np.maximum(self.begin - new_year, 0.0)
        first = from_day - np.log(self.dice.uniform("episode-clock", year, member)) / rate
        until = np.minimum(self.end - new_year, float(days))
        return recur(
            self.dice, EPISODE, "episode-clock", year, member, rate, first, until
        )

    def of(self, victim: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of the courses of `victim`, who all have one."""
        return np.searchsorted(self.victim, victim)

    def _frailty(self, year: int, victim: NDArray[np.int64]) -> NDArray[np.float64]:
        shape = self.rates.parameters.partner_frailty_shape
        frailty = gammaincinv(shape, self.dice.uniform("course-frailty", year, victim)) / shape
        # A frailty of nothing would make a clock that never strikes, by a division by zero.
        return np.maximum(frailty, 1e-9)

    def _partners(self, year: int, victim: NDArray[np.int64]) -> NDArray[np.int64]:
        """An adult of the other sex in the household, else somebody of the area; -1 if nobody."""
        people = self.rates.population
        partner = self.rates.pools.offenders.pick(
            people.area[victim], self.dice.uniform("course-partner", year, victim)
        )
        partner[partner == victim] = -1
        first = people.household_start[people.household[victim]].astype(np.int64)
        size = people.household_start[people.household[victim] + 1] - first
        found = np.zeros(len(victim), bool)
        for place in range(int(size.max(initial=0))):
            inside = place < size
            row = np.where(inside, first + place, 0)
            suits = inside & ~found & (people.age[row] >= ADULT)
            suits &= people.sex[row] != people.sex[victim]
            partner[suits] = row[suits]
            found |= suits
        return partner
