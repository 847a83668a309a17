"""The model: one city, one ordinance, one agent per resident."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from types import EllipsisType
from typing import Any, NamedTuple, Unpack

import mesa
import numpy as np
from mesa.discrete_space import Network
from numpy.typing import NDArray

from model import custody, ice, news, offending, policing
from model.belief import Belief, openness
from model.city import load_city
from model.clocks import Stream
from model.courses import Courses
from model.dice import Dice
from model.faults import BadInput, Fault
from model.institutions import (
    CountyJail,
    FieldOffice,
    LockUp,
    PoliceDistrict,
    StatePrison,
    make_institutions,
)
from model.law import laws_of
from model.ledger import Ledger
from model.mesa_scenario import for_mesa, setting_of
from model.month import Month, rest_of_month
from model.ordinance import Layer, Stack
from model.population import Population, synthesise
from model.rates import Rates, law_of_levels, solve_rates
from model.registry import Parameters, load_parameters
from model.reporters import REPORTERS
from model.response import Response
from model.scenario import Raid, Scenario, ScenarioFields
from model.schedule import build_schedule
from model.schema import ETHNICITIES
from model.sets import within
from model.space import Area
from model.state import NEVER, State
from model.traits import Traits

#: Where an announcement is heard of (`Belief.raise_alarm`).
WHOLE_CITY = np.array([-1])


class Today(NamedTuple):
    """The date, as an ordinal (`day`), and as year and day of the year from 0."""

    date: dt.date
    day: int
    year: int
    of_year: int

    @classmethod
    def at(cls, date: dt.date) -> Today:
        """The day of a date."""
        return cls(date, date.toordinal(), date.year, date.timetuple().tm_yday - 1)


class PolicyModel(mesa.Model):
    """Residents, police and ICE in a city under an ordinance.

    Parameters
    ----------
    scenario
        What is run; or give its fields by name (``regime="welcoming-2021", scale=0.01, rng=7``).
    population, rates
        Made before and shared, so that several regimes are run on the same city.
    event_log
        Keep every event, not only monthly counts.
    rng
        The seed, in Mesa's words: 0 if unsaid, drawn anew if None, drawn from a NumPy generator if
        one is given.

    Raises
    ------
    BadInput
        If a field, file or parameter is wrong.
    """

    population: Population
    state: State
    belief: Belief
    field: ice.Field
    today: Today
    month: Month
    officer_contacts: NDArray[np.int64]
    # Made by `make_institutions`.
    police_districts: tuple[PoliceDistrict, ...]
    lock_up: LockUp
    jail: CountyJail
    prison: StatePrison
    field_office: FieldOffice
    space: Network
    areas: tuple[Area, ...]

    def __init__(
        self,
        scenario: Scenario | Any | None = None,
        *,
        population: Population | None = None,
        rates: Rates | None = None,
        event_log: bool = False,
        rng: int | np.random.Generator | EllipsisType | None = ...,
        **fields: Unpack[ScenarioFields],
    ) -> None:
        self.setting = setting_of(scenario, rng, fields)
        super().__init__(rng=self.setting.seed, scenario=for_mesa(scenario, self.setting))
        setting = self.setting
        self.values = load_parameters(setting.parameters)
        if population is None and rates is not None:
            population = rates.population
        if population is None:
            city = load_city(setting.city)
            population = synthesise(
                city, seed=setting.seed, scale=setting.scale, parameters=self.values
            )
        self.population = population
        self.rates = rates or solve_rates(population, self.values, setting)
        _check_shared(setting, self.values, population, self.rates)
        self.dice = Dice(setting.seed)
        self.state = State(
            population.n,
            day=setting.start.toordinal(),
            news_half_life=self.values.news_half_life,
            trust_half_life=self.values.trust_half_life,
        )
        self.belief = Belief(population.city.n_areas, self.rates.threat_weight, self.values)
        self.courses = Courses(self.rates, self.dice)
        self.response = Response(
            population.city.n_areas * len(ETHNICITIES), self.values
        )
        self.leads = ice.Leads(self.values.address_half_life)
        self.ledger = Ledger(population, event_log=event_log)
        self.field = ice.Field(population, self.rates)
        self.operations: tuple[Raid, ...] = ()
        self.officer_contacts = np.zeros(population.n_officers, np.int64)
        self.custodian_compliance = float(population.officer_compliance.mean())
        self._laws = laws_of(setting)
        self._law_changes = {date for law in self._laws for date, _ in law.changes}
        self._alarm_days = np.zeros(population.city.n_areas + 1)
        self._openness_days = 0.0
        self._month_days = 0
        self._later: list[tuple[NDArray[np.int64], float]] = []
        self.today = Today.at(setting.start - dt.timedelta(days=1))
        self._law_of_the_day()
        make_institutions(self)
        self.datacollector = mesa.DataCollector(model_reporters=REPORTERS)

    def step(self) -> None:
        """One day.

        1. Calendar: laws in force, a new year's candidates, operations announced, begun, called off
        2. Police contacts that no crime caused; calls that are not about crime
        3. Crime: incidents, reports, discovery, clearance
        4. Custody: bookings, detainers, hand-overs, releases
        5. ICE field work: visits, operations, bystanders, new leads
        6. News of encounters
        7. Ledger

        Decisions in a phase read the state at its start; writes land at its end. After the
        scenario's last day nothing happens.
        """
        if self.today.day + 1 >= self.setting.end.toordinal():
            return
        self._calendar()
        contacts = policing.contacts(self)
        self._end_phase()
        crimes = offending.crimes(self)
        self._end_phase()
        released = custody.custody(self, contacts, crimes)
        taken = ice.field_work(self, contacts, crimes, released)
        news.spread_news(self, np.concatenate([released.taken, taken]))
        self._close_day()

    def run(self, progress: Callable[[int], None] | None = None) -> Ledger:
        """Step to the scenario's end; `progress` is called with the days done, each month."""
        while self.running:
            self.step()
            if progress and self._month_days == 0:
                progress(int(self.steps))
        return self.ledger

    def meet(
        self,
        who: NDArray[np.int64],
        channel: NDArray[np.int64],
        arrested: NDArray[np.bool_],
        flags: NDArray[np.uint8] | None = None,
    ) -> None:
        """Log that ICE met synthetic persons `who`, and whom it arrested; with their carve-out
        flags where a custodian saw others than their records show."""
        flags = self.population.flags[who] if flags is None else flags
        self.ledger.log("encounter", self.today.day, who, channel, arrested.astype(np.int64), flags)

    def candidates(self, kind: str) -> dict[str, NDArray]:
        """Today's candidates of a `kind` (a stream of `Month`), column by column."""
        stream: Stream = getattr(self.month, kind)
        return stream.of(self.today.of_year - self.month.first)

    def traits(self, who: NDArray[np.integer]) -> Traits:
        """The traits of `who`, fetched once."""
        return Traits(self.rates.traits[who])

    def trust(self, who: NDArray[np.integer]) -> NDArray[np.float64]:
        """Trust in the police of `who` today, in standard deviations, shape (n,)."""
        return self.population.trust[who] + self.state.trust_change.read(who, self.today.day)

    def trust_later(self, who: NDArray[np.int64], change: float) -> None:
        """Change the trust of `who` when the phase ends."""
        self._later.append((who, change))

    def removable_of(self, who: NDArray[np.integer]) -> NDArray[np.float64]:
        """How far ICE seeks `who`, relative to an undocumented person, shape (n,)."""
        people = self.population
        return self.rates.removable[people.status[who], people.conviction[who]]

    def _end_phase(self) -> None:
        """Let the phase's changes of trust land, summed per resident."""
        if self._later:
            residents, changes = zip(*self._later, strict=True)
            who = np.concatenate(residents)
            change = np.repeat(changes, [len(each) for each in residents])
            self.state.trust_change.add(who, change, self.today.day)
            self._later.clear()

    def _calendar(self) -> None:
        """Phase 1."""
        first = self.steps <= 1
        self.today = Today.at(self.today.date + dt.timedelta(days=1))
        self.belief.fade()
        self._law_of_the_day()
        if first or self.today.of_year == 0:
            self._new_year(first)
        if first or self.today.date.day == 1:
            self.month = rest_of_month(self)
        for raid in self.setting.raids:
            begins = raid.begins == self.today.date and not raid.called_off
            if begins or raid.announced == self.today.date:
                self.belief.raise_alarm(WHOLE_CITY, self.values.alarm_size)

    def _new_year(self, first: bool) -> None:
        """Turnover, the year's candidates and the year's usual operations."""
        year = self.today.year
        if first:
            self.courses.already_running(year)
        else:
            self._turnover(year)
        days = 366 if calendar.isleap(year) else 365
        self.schedule = build_schedule(self.rates, self.dice, year, days, self.courses)
        if first:
            self.courses.past(self.today.day)
        # An operation that began in December goes on.
        begun = tuple(
            one
            for one in self.operations
            if one.begins.year == year - 1 and one not in self.setting.raids
        )
        usual = ice.usual_operations(self, self._laws.now, days)
        self.operations = self.setting.raids + begun + usual

    def _turnover(self, year: int) -> None:
        """Residents leave and others like them take their place, without their memories, and
        unknown to ICE; who is in custody or expected back is not replaced."""
        day, state = self.today.day, self.state
        replaced = np.flatnonzero(
            self.dice.uniform_range("turnover", year, 0, self.population.n) < self.values.turnover
        )
        state.heard.refer_to(day)
        state.trust_change.refer_to(day)
        until = state.away_until[replaced]
        replaced = replaced[(until <= day) | (until == NEVER)]
        state.away_until[replaced] = 0
        state.heard.forget(replaced)
        state.trust_change.forget(replaced)
        self.courses.renew(year, replaced)
        self.leads.keep(~within(self.leads.person, replaced))

    def _law_of_the_day(self) -> None:
        """Ask the law again on the first day and on days when a text comes into force."""
        if self.steps > 1 and self.today.date not in self._law_changes:
            return
        date = self.today.date
        self.law, self.base_law, believed = (law.on(date) for law in self._laws)
        self.posture = self._laws.now.posture_on(date)
        self.belief.openness = openness(believed, self.base_law, self.values)

    def _close_day(self) -> None:
        """Phase 7."""
        self._alarm_days += self.belief.alarm_now
        self._openness_days += max(self.belief.openness.felt, 0.0)
        self._month_days += 1
        tomorrow = self.today.date + dt.timedelta(days=1)
        if tomorrow >= self.setting.end:
            self.running = False
        if tomorrow.month == self.today.date.month and self.running:
            return
        self.response.close_month(self._month_days)
        self.ledger.add("largest_offending_change", self.response.largest_change)
        self.ledger.close_month(
            self.today.date,
            self._month_days,
            np.flatnonzero(self.state.away_until > self.today.day),
            self.rates.daily_life.flows(self.values, self._alarm_days, self._openness_days),
        )
        self._alarm_days[:] = 0.0
        self._openness_days, self._month_days = 0.0, 0
        self.datacollector.collect(self)


def _check_shared(
    setting: Scenario, values: Parameters, population: Population, rates: Rates
) -> None:
    """Refuse a population or levels that were made for another run than `setting`."""
    pairs = (
        ("seed", population.seed, setting.seed),
        ("scale", population.scale, setting.scale),
        ("parameters", rates.parameters == values, True),
        ("rates", rates.population is population, True),
        ("law of the levels", _below(rates.law) == _below(law_of_levels(setting)), True),
    )
    faults = [
        Fault(f"found {given!r} in what was made before", f"{wanted!r}", key=key)
        for key, given, wanted in pairs
        if given != wanted
    ]
    if faults:
        raise BadInput(faults)


def _below(law: Stack) -> tuple[Layer, ...]:
    """State, county and city: federal postures are compared on the same levels."""
    return tuple(layer for layer in law.layers if layer.level != "federal")


def simulate(
    setting: Scenario,
    *,
    population: Population | None = None,
    rates: Rates | None = None,
    event_log: bool = False,
    ledger: Ledger | None = None,
    progress: Callable[[int], None] | None = None,
) -> Ledger:
    """Run a scenario to its end; see `PolicyModel`.

    Parameters
    ----------
    ledger
        Count into this one of the same `population`, which keeps what else its class counts.
    """
    model = PolicyModel(setting, population=population, rates=rates, event_log=event_log)
    if ledger is not None:
        model.ledger = ledger
    ledger = model.run(progress)
    # A model of Mesa refers to itself. Left to the garbage collector, its columns would still be
    # there when the next run needs as much memory, and that run would take a tenth longer.
    model.__dict__.clear()
    return ledger
