"""Levels: hazards from the city's tables and intercepts solved so that reporting meets the survey.

Recorded crime by area and type, divided by the share that reaches the police, gives incidents;
relative risks spread them over residents. The intercepts of reporting are solved on the union of
victims, bystanders and police, under the baseline's law, for every draw of the parameters.
Shared by all regimes of one seed: nothing here depends on the regime that is tried.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model import risks
from model.belief import threat_weight
from model.daily_life import DailyLife
from model.intercepts import (
    Intercepts,
    recorded_by_type,
    reporting_groups,
    solve_intercepts,
    target,
)
from model.law import laws_of
from model.ordinance import Stack
from model.pools import Pools
from model.population import Population
from model.posture import load_posture
from model.registry import Parameters
from model.reporting import static_shift
from model.scenario import Scenario
from model.schema import AGES, CONVICTIONS, CRIMES, STATUSES
from model.traits import pack

#: What the clock of a resident can strike, in this order: four crimes, then contacts.
PERSON_MARKS = (
    "sexual_assault",
    "robbery",
    "aggravated_assault",
    "simple_assault",
    "partner_course",
    "stop",
    "arrest",
)
COURSE, STOP, ARREST = map(PERSON_MARKS.index, ("partner_course", "stop", "arrest"))
#: The marks before it are crimes, by their own codes.
assert PERSON_MARKS[:COURSE] == CRIMES.names[:COURSE]
HOUSEHOLD_CRIMES = CRIMES.codes("burglary", "motor_vehicle_theft", "theft")
#: Clocks of crime run at twice the baseline, so that offending can double without a new draw.
CEILING = 2.0
DAYS = 365.0
#: Bounds for lively test cities alone: of a cell's residents, the most that are in a course of
#: partner violence, and of the others the most that begin one in a year.
MOST_IN_COURSE, MOST_TO_BEGIN = 0.6, 0.95
_ROUNDS = 8


@dataclass(frozen=True)
class Rates:
    """Solved levels of one population, parameter set and baseline.

    ``person`` (n_cells, 7) and ``household`` (n_areas, 3) are hazards a day at the baseline; stops
    and arrests for a year's totals of one, multiplied by the year's. ``stop_arrest_share`` is
    the mean over who is stopped, by warrant and status; ``pursued`` the share of matches that ICE
    pursues with a detainer. ``law`` is the stack under which they were solved.
    """

    population: Population
    parameters: Parameters
    law: Stack
    pools: Pools
    cell: NDArray[np.int32]
    person: NDArray[np.float64]
    household: NDArray[np.float64]
    intercepts: Intercepts
    stop_arrest_share: float
    pursued: float

    def person_hazard(self, year: int) -> NDArray[np.float64]:
        """Hazard a day of every mark in every cell, crimes at the ceiling: shape (n_cells, 7)."""
        factor = np.ones(len(PERSON_MARKS))
        factor[:COURSE] = CEILING
        factor[STOP] = self.population.city.policing.stops(year)
        factor[ARREST] = self.other_arrests(year)
        hazard = self.person * (factor * self.parameters.exposure)
        hazard[:, COURSE] = self.course_hazard
        return hazard

    @cached_property
    def in_course(self) -> NDArray[np.float64]:
        """Share of each cell's residents who have a course of partner violence: what begins a day
        times the mean length, shape (n_cells,)."""
        values = self.parameters
        mean_days = values.partner_course_years * DAYS
        return np.minimum(self.person[:, COURSE] * (values.exposure * mean_days), MOST_IN_COURSE)

    @cached_property
    def course_hazard(self) -> NDArray[np.float64]:
        """Hazard a day at which a resident without a course begins one, shape (n_cells,).

        Who has a course at New Year begins no other that year, and nobody two in a year. With a
        share N in courses of mean length m years, as many begin as end, N / m a year, if the
        others begin one in a year with chance q = N / m / (1 - N).
        """
        chance = self.in_course / (1 - self.in_course) / self.parameters.partner_course_years
        return -np.log1p(-np.minimum(chance, MOST_TO_BEGIN)) / DAYS

    def household_hazard(self) -> NDArray[np.float64]:
        """Hazard a day of every household crime by area, at the ceiling: shape (n_areas, 3)."""
        return self.household * (CEILING * self.parameters.exposure)

    def other_arrests(self, year: int) -> float:
        """Arrests a year in the whole city for other causes than the crimes simulated: the
        recorded series (`CPD_ARR`) less clearances and arrests in stops."""
        policing = self.population.city.policing
        in_stops = self.stop_arrest_share * policing.stops(year)
        return max(0.0, policing.arrests(year) - self.intercepts.cleared_a_year - in_stops)

    @cached_property
    def traits(self) -> NDArray[np.uint64]:
        """All that never changes about each resident in one number, shape (n,)."""
        return pack(self.population)

    @cached_property
    def level(self) -> NDArray[np.float64]:
        """What ethnicity, language and baseline trust add to the log odds of reporting: (n,)."""
        people, values = self.population, self.parameters
        shift = static_shift(values, people.ethnicity, people.limited_english)
        return shift + values.trust_slope * people.trust

    @cached_property
    def threat_weight(self) -> NDArray[np.float64]:
        """How much of the threat each resident feels, shape (n,)."""
        return threat_weight(self.population, self.parameters)

    @cached_property
    def daily_life(self) -> DailyLife:
        """Sums of those weights, for what fear keeps people from."""
        return DailyLife.of(self.population, self.threat_weight)

    @cached_property
    def removable(self) -> NDArray[np.float64]:
        """How far ICE seeks a person, by (status, conviction): shape (6, 4), 0 for citizens."""
        values = self.parameters
        table = np.zeros((len(STATUSES), len(CONVICTIONS)))
        table[STATUSES["undocumented"]] = 1.0
        table[STATUSES["protected"]] = values.removable_protected
        table[STATUSES["visa_holder"]] = values.removable_visa
        table[STATUSES["permanent_resident"], 1] = values.removable_resident_misdemeanour
        table[STATUSES["permanent_resident"], 2:] = values.removable_resident_felony
        return table


def law_of_levels(scenario: Scenario) -> Stack:
    """The law under which a scenario's levels are solved: the baseline's on its first day."""
    if scenario.solved_under is not None:
        scenario = scenario.but(environment=scenario.solved_under, timeline=None)
    return laws_of(scenario).base.on(scenario.start)


def solve_rates(population: Population, parameters: Parameters, scenario: Scenario) -> Rates:
    """Solve the levels for `population` under the baseline regime of `scenario`.

    Raises
    ------
    BadInput
        If a target of reporting cannot be met within the parameters given.
    """
    pools = Pools(population, parameters)
    law = law_of_levels(scenario)
    cell = cells(population)
    n_areas, in_one = population.city.n_areas, int(np.prod(risks.SHAPE))
    counts = np.bincount(cell, minlength=n_areas * in_one).reshape(n_areas, in_one)
    person_risk = _victim_risks(population, parameters, counts)

    groups = reporting_groups(population, parameters, pools, person_risk, cell)
    intercepts = solve_intercepts(population.city, parameters, groups, law)
    here = simulated_share(population)
    person = np.zeros((*counts.shape, len(PERSON_MARKS)))
    incidents = intercepts.incidents
    for mark in range(COURSE):
        person[..., mark] = _spread(incidents[:, mark] * here, person_risk[mark], counts)
    courses = intercepts.courses_a_year * here
    person[..., COURSE] = _spread(courses, risks.partner_risk(parameters), counts)
    recorded = population.city.recorded
    person[..., STOP] = _spread(_share(recorded["all"]) * here, risks.stop_risk(parameters), counts)
    arrest_risk = risks.arrest_risk(parameters)
    person[..., ARREST] = _spread(_share(recorded["arrests"]) * here, arrest_risk, counts)

    homes = np.diff(np.searchsorted(population.household_start, population.area_start))
    home_crimes = incidents[:, HOUSEHOLD_CRIMES[0] :] * here[:, None]
    rates = Rates(
        population=population,
        parameters=parameters,
        law=law,
        pools=pools,
        cell=cell,
        person=person.reshape(-1, len(PERSON_MARKS)) / DAYS,
        household=home_crimes / np.maximum(homes, 1)[:, None] / DAYS,
        intercepts=intercepts,
        stop_arrest_share=parameters.stop_arrest_share,
        pursued=0.0,
    )
    in_stop = risks.arrest_in_stop(parameters, population.status, population.flags)
    stops = rates.person[:, STOP][cell]
    rates = replace(rates, stop_arrest_share=float(stops @ in_stop / max(stops.sum(), 1e-300)))
    return replace(rates, pursued=_pursued(rates, in_stop))


def cells(population: Population) -> NDArray[np.int32]:
    """The hazard cell of every resident: area, age, sex, status and conviction in one number."""
    cell = population.area.astype(np.int32)
    for column, size in zip(
        (population.age, population.sex, population.status, population.conviction),
        risks.SHAPE,
        strict=True,
    ):
        cell *= size
        cell += column
    return cell


def simulated_share(population: Population) -> NDArray[np.float64]:
    """Residents simulated over residents in the table, by area: what `scale` came to."""
    return np.diff(population.area_start) / population.city.population


def _share(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return counts / counts.sum()


def _spread(
    per_year: NDArray[np.float64], risk: NDArray[np.float64], counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Spread yearly events of each area over its residents by `risk`: (n_areas, cells in one)."""
    at_risk = counts @ risk.ravel()
    level = np.divide(per_year, at_risk, out=np.zeros_like(per_year), where=at_risk > 0)
    return level[:, None] * risk.ravel()


def _victim_risks(
    population: Population, values: Parameters, counts: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """Relative risks of the four violent crimes, with the naturalized raked after geography.

    Where people live explains most of the difference by status; what is left between naturalized
    and US-born citizens is met by one multiplier (`NCVS17_CIT_NAT`, `NCVS17_CIT_USB`).
    """
    risk = risks.violence_risk()
    recorded = recorded_by_type(population.city, values)[:, :COURSE]
    reached = np.array([target(values, crime) for crime in range(COURSE)])
    crimes = (recorded / reached).sum(axis=1) * simulated_share(population)
    by_status = (counts * risk.ravel()).reshape(-1, len(AGES) * 2, len(STATUSES), len(CONVICTIONS))
    by_status = by_status.sum(axis=(1, 3))
    # The survey asks persons of 12 and over; the risk below is nought.
    persons = counts.reshape(-1, len(AGES), 2, len(STATUSES), len(CONVICTIONS))[:, 1:]
    persons = np.maximum(persons.sum(axis=(0, 1, 2, 4)), 1)
    raked, naturalized = np.ones(len(STATUSES)), STATUSES["naturalized"]
    # An area's crimes are given: sparing some of its residents raises the level for the others.
    for _ in range(_ROUNDS):
        rate = ((crimes / np.maximum(by_status @ raked, 1e-300)) @ by_status) / persons
        if rate[naturalized] > 0:
            wanted = values.naturalized_rate_ratio * rate[STATUSES["us_born"]]
            raked[naturalized] = wanted / rate[naturalized]
    status = raked[None, None, :, None]
    sexual = risks.violence_risk(values.female_share_sexual_assault)
    return [sexual * status, *[risk * status] * (COURSE - 1)]


def _pursued(rates: Rates, in_stop: NDArray[np.float64]) -> float:
    """Share of matched persons whom ICE pursues with a detainer, solved for `COOK_DET10`.

    Under full cooperation with the 2011 posture, the county jail alone hands over
    ``hand_over_percent`` persons, of any status, for a hundred undocumented residents a year, as it
    did; bookings of that time follow the recorded arrests of 2012. Where the jail holds too few
    for that, all are pursued.
    """
    people, values = rates.population, rates.parameters
    undocumented = np.count_nonzero(people.status == STATUSES["undocumented"])
    lodge = np.array(load_posture("2011-secure-communities").lodge)
    chance = (rates.removable * lodge)[people.status, people.conviction]
    person = rates.person[rates.cell] * DAYS
    booked = person[:, ARREST] * rates.other_arrests(2012)
    booked += person[:, STOP] * people.city.policing.stops(2012) * in_stop
    offenders = rates.pools.offenders
    by_area = np.bincount(people.area[offenders.ids], chance[offenders.ids], people.city.n_areas)
    among = by_area / np.maximum(np.diff(offenders.start), 1)
    cleared = rates.intercepts.cleared * simulated_share(people)
    lodged = float(booked @ chance + cleared @ among) * values.jail_share
    wanted = values.hand_over_percent / 100 * undocumented
    return min(1.0, wanted / lodged) if lodged else 0.0
