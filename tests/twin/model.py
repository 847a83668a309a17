"""The twin's model: the same day in seven phases."""

from __future__ import annotations

import calendar
import datetime as dt

import mesa

from model.city import load_city
from model.dice import Dice
from model.law import laws_of
from model.population import Population, synthesise
from model.rates import Rates, solve_rates
from model.registry import load_parameters
from model.scenario import Raid, Scenario
from model.stack import Stack
from tests.twin.belief import Air, openness
from tests.twin.book import Book
from tests.twin.clocks import write_diary
from tests.twin.contacts import contacts
from tests.twin.courses import Course, courses_already_running, draw_history
from tests.twin.crimes import crimes
from tests.twin.custody import Booking, custody
from tests.twin.field import GANG, Lead, field_work, usual_operations
from tests.twin.news import spread_news
from tests.twin.people import Resident, make_people
from tests.twin.pools import Pools
from tests.twin.response import Response


class Twin(mesa.Model):
    """Residents, police and ICE, an object each.

    Parameters
    ----------
    setting
        What is run.
    population, rates
        Made before, or made here: the residents' columns and the solved levels are data to the
        twin.
    """

    def __init__(
        self, setting: Scenario, population: Population | None = None, rates: Rates | None = None
    ) -> None:
        super().__init__(rng=setting.seed)
        self.setting = setting
        self.values = load_parameters(setting.parameters)
        self.population = population or synthesise(
            load_city(setting.city),
            seed=setting.seed,
            scale=setting.scale,
            parameters=self.values,
        )
        self.rates = rates or solve_rates(self.population, self.values, setting)
        self.city = self.population.city
        self.dice = Dice(setting.seed)
        self.person_hazard = self.rates.person.tolist()
        self.household_hazard = self.rates.household.tolist()
        self.laws = laws_of(setting)
        self.stacks: list[Stack] = []
        self._today(setting.start - dt.timedelta(days=1))
        self._people()
        self.pools = Pools(self)
        self.air = Air(self.city.n_areas, self.values)
        self.response = Response(self.city.n_areas, self.values)
        self.book = Book()
        self.courses: dict[int, Course] = {}
        self.in_custody: dict[int, list[Booking]] = {}
        self.leads: dict[int, Lead] = {}
        self.usual_operations: list[Raid] = []
        self._new_month()

    def _today(self, date: dt.date) -> None:
        """Set the date: `day` is its ordinal, `of_year` counts from 0."""
        self.date, self.day = date, date.toordinal()
        self.year, self.of_year = date.year, date.timetuple().tm_yday - 1

    def _people(self) -> None:
        self.homes, self.residents, self.stations = make_people(self)
        compliance = [officer.compliance for station in self.stations for officer in station]
        self.custodian_compliance = sum(compliance) / len(compliance)
        self.neighbours = [self.city.neighbours(a).tolist() for a in range(self.city.n_areas)]
        self.residents_of = [0] * self.city.n_areas
        for person in self.residents:
            self.residents_of[person.area] += 1
        self.undocumented = sum(person.status == "undocumented" for person in self.residents)
        pairs = sum(
            person.status == other.status == "undocumented" and other is not person
            for home in self.homes
            for person in home.members
            for other in home.members
        )
        #: Undocumented residents who live with an undocumented resident, on average.
        self.housemates = pairs / max(self.undocumented, 1)
        self.gang_listed = [
            person for person in self.residents if person.removable > 0 and person.flags & GANG
        ]

    def step(self) -> None:
        """One day."""
        self._calendar()
        contacts(self)
        self._land()
        crimes(self)
        self._land()
        custody(self)
        field_work(self)
        spread_news(self)
        self._close_day()

    def trust_later(self, person: Resident, change: float) -> None:
        """Change a person's trust when the phase ends."""
        self.later.append((person, change))

    def _land(self) -> None:
        for person, change in self.later:
            person.trust_change.add(change, self.day)
        self.later.clear()

    def _calendar(self) -> None:
        """Phase 1: the law, a new year, announcements; yesterday's lists are put away."""
        self._today(self.date + dt.timedelta(days=1))
        self.booked: dict[int, Resident] = {}
        self.felons: set[int] = set()
        self.recorded: dict[int, Resident] = {}
        self.told: list[Resident] = []
        self.declined: list[Resident] = []
        self.interviewed: list[Resident] = []
        self.taken: list[Resident] = []
        self.later: list[tuple[Resident, float]] = []
        self.air.fade()
        stacks = [law.on(self.date) for law in self.laws]
        if stacks != self.stacks:
            self.stacks = stacks
            self.law, self.base_law, believed = stacks
            self.environment, self.shift = openness(believed, self.base_law, self.values)
        self.posture = self.laws.now.posture_on(self.date)
        first = self.date == self.setting.start
        if first:
            self.courses = courses_already_running(self, self.year)
        if first or self.of_year == 0:
            self._new_year(first)
        for raid in self.setting.raids:
            begins = raid.begins == self.date and not raid.called_off
            if begins or raid.announced == self.date:
                self.air.alarm_city(self.values.alarm_size)

    def _new_year(self, first: bool) -> None:
        """Some residents are replaced; every clock runs for a year; operations are planned."""
        if not first:
            for person in self.residents:
                if self.dice.roll("turnover", self.year, person.who) < self.values.turnover:
                    person.is_replaced(self.day)
        self.diary = write_diary(self, self.year)
        if first:
            for course in self.courses.values():
                if course.begin < self.day:
                    draw_history(self, course)
        days = 366 if calendar.isleap(self.year) else 365
        begun = [one for one in self.usual_operations if one.begins.year == self.year - 1]
        self.usual_operations = begun + usual_operations(self, self.year, days)
        self.operations = [*self.setting.raids, *self.usual_operations]

    def _close_day(self) -> None:
        """Phase 7."""
        self.month_days += 1
        for area in range(self.city.n_areas):
            self.alarm_days[area] += self.air.area_alarm(area)
        self.city_alarm_days += self.air.city_alarm()
        self.openness_days += max(self.environment + self.shift, 0.0)
        tomorrow = self.date + dt.timedelta(days=1)
        self.running = tomorrow < self.setting.end
        if tomorrow.month != self.date.month or not self.running:
            change = self.response.close_month(self.month_days)
            self.book.add("largest_offending_change", change)
            self.book.close_month(self, self.month_days)
            self._new_month()

    def _new_month(self) -> None:
        self.month_days = 0
        self.alarm_days = [0.0] * self.city.n_areas
        self.city_alarm_days = 0.0
        self.openness_days = 0.0


def simulate(
    setting: Scenario, *, population: Population | None = None, rates: Rates | None = None
) -> Twin:
    """Run a scenario to its end; what happened stands in the twin's ``book``."""
    twin = Twin(setting, population, rates)
    while twin.running:
        twin.step()
    return twin
