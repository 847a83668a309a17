"""Phase 5: field work. Teams work leads, operations by list, joint operations, courthouses.

Leads compete by an exponential race keyed by day and person, never by their place in a list: one
more lead then changes whom it displaces, and nobody else.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.clocks import Stream, who_of
from model.custody import Custody, transfer
from model.law import Law
from model.policing import Contacts
from model.population import Population
from model.posture import Posture
from model.quotas import arrivals
from model.rates import Rates
from model.registry import Parameters
from model.scenario import Raid
from model.schedule import PURSUIT_MARKS
from model.schema import CARVE_OUTS, CHANNELS, STATUSES
from model.sets import unique, within
from model.state import NEVER, fade_table

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

#: Where a lead came from, and the channel of an arrest that follows from it.
CITY_RECORDS, OTHER_AGENCIES, OTHER = CHANNELS.codes(
    "at_large_city_records", "at_large_other_agencies", "at_large_other_leads"
)
BYSTANDER, RAID_TARGET, RAID_BYSTANDER, JOINT, COURT = CHANNELS.codes(
    "at_large_bystander", "raid_target", "raid_bystander", "joint_operation", "courthouse"
)
#: Origin of a lead that a closed database keeps from ICE, and that nothing else gives it. It keeps
#: its place among the others and is never visited, so that what closing prevents is prevented:
#: teams do not turn to other persons instead.
LOST = len(CHANNELS)
OTHER_LEAD, AGENCY_LEAD, COURT_DATE = range(len(PURSUIT_MARKS))
GANG = 1 << CARVE_OUTS["gang_database"]
UNDOCUMENTED = STATUSES["undocumented"]


class Field:
    """The field office of one city: its size against the reference city, its teams, the
    gang-listed residents whom it seeks, and how many undocumented residents live with an
    undocumented resident, on average."""

    def __init__(self, people: Population, rates: Rates) -> None:
        values = rates.parameters
        self.undocumented = int((people.status == UNDOCUMENTED).sum())
        self.scale = self.undocumented / values.reference_undocumented * values.exposure
        self.team_visits = np.zeros(max(1, round(values.teams * self.scale)), np.int64)
        removables = rates.pools.removables.ids.astype(np.int64)
        sought = rates.removable[people.status[removables], people.conviction[removables]] > 0
        self.gang_listed = removables[sought & (people.flags[removables] & GANG > 0)]
        homes = np.bincount(people.household[people.status == UNDOCUMENTED])
        self.housemates = float((homes * (homes - 1)).sum()) / max(self.undocumented, 1)

    def visits_a_day(self, posture: Posture, values: Parameters) -> float:
        """Visits a day that bring the arrests at large for which the posture has teams, those of
        bystanders among them, if every address were fresh."""
        a_year = values.field_capacity * posture.at_large_percent / 100 * self.undocumented
        arrests = a_year / 365.0 * values.exposure
        bystanders = values.bystander_met * values.bystander_arrest * self.housemates
        return arrests / (values.field_success + bystanders)

    def lead_chance(self, posture: Posture, values: Parameters) -> float:
        """Chance that a possible lead of ICE's own comes up: it finds as many as its teams can
        work."""
        if not self.undocumented:
            return 0.0
        visits = self.visits_a_day(posture, values) * 365.0 / values.exposure / self.undocumented
        return min(1.0, values.leads_per_visit * visits / values.other_lead_ceiling)


class Leads:
    """Persons whom ICE could look for: sorted ids, where each lead came from, and its day."""

    def __init__(self, address_half_life: float) -> None:
        self.person = np.empty(0, np.int64)
        self.origin = np.empty(0, np.int64)
        self.day = np.empty(0, np.int64)
        self.worth = fade_table(address_half_life)

    def add(self, person: NDArray[np.int64], origin: NDArray[np.int64], day: int) -> None:
        """Take in new leads; a person who is known already is refreshed, and of several origins
        on one day the first in the order of channels counts, `LOST` last."""
        if not len(person):
            return
        order = np.lexsort((origin, person))
        person, origin = person[order], origin[order]
        new = np.append(True, person[1:] != person[:-1])
        new &= (origin != LOST) | ~within(person, self.person[self.origin != LOST])
        person, origin = person[new], origin[new]
        old = ~within(self.person, person)
        person = np.concatenate([self.person[old], person])
        order = np.argsort(person)
        self.person = person[order]
        self.origin = np.concatenate([self.origin[old], origin])[order]
        self.day = np.concatenate([self.day[old], np.full(len(origin), day)])[order]

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Drop the other leads."""
        self.person, self.origin, self.day = self.person[rows], self.origin[rows], self.day[rows]


def race(
    weight: NDArray[np.float64], u: NDArray[np.float64], places: int
) -> NDArray[np.intp]:
    """The first `places` finishers of an exponential race, in order: a weighted choice without
    replacement (Efraimidis & Spirakis 2006, doi:10.1016/j.ipl.2005.11.003).

    Parameters
    ----------
    weight, u : (n,)
        Rates, and one uniform draw each.
    """
    time = arrivals(u, weight)
    if places < len(time):
        # The few who come first, without sorting the rest.
        first = np.sort(np.argpartition(time, places)[:places])
        return first[np.argsort(time[first], kind="stable")]
    return np.argsort(time, kind="stable")


def field_work(
    model: PolicyModel, contacts: Contacts, crimes: Contacts, custody: Custody
) -> NDArray[np.int64]:
    """The phase; returns who was taken. Visits work the leads of the morning; the day's new leads
    are worked from tomorrow."""
    values, day = model.values, model.today.day
    leads = model.leads
    age = day - leads.day
    weight = np.array(model.posture.target_weight)[model.population.conviction[leads.person]]
    weight = weight * leads.worth[age]
    # Whom ICE does not seek never becomes a lead.
    worked = (age < values.lead_life) & (weight > 0)
    leads.keep(worked)
    weight = weight[worked]
    effort = model.field.visits_a_day(model.posture, values)
    effort += values.displacement * len(custody.declined)
    usual = int(effort + model.dice.roll("visits", day, 0))
    listed, evaded = _operation_visits(model)
    order = race(weight, model.dice.uniform("lead-race", day, leads.person), usual + listed)
    taken = [
        _visit(model, order[:usual], raid=False, success=values.field_success),
        _visit(
            model,
            order[usual:],
            raid=True,
            success=values.raid_success * (1 - values.evasion * evaded),
        ),
    ]
    unvisited = np.ones(len(leads.person), bool)
    unvisited[order] = False
    leads.keep(unvisited)
    taken += [_joint_operations(model), _courthouse(model)]
    _new_leads(model, contacts, crimes, custody)
    return np.concatenate(taken)


def month_of_pursuits(model: PolicyModel, pursuits: Stream) -> Stream:
    """What brings residents to ICE without the police, with the draw for ICE's own leads."""
    code = pursuits.columns["code"]
    u = model.dice.uniform("lead-comes-up", model.today.year, code)
    return pursuits.beside(who=who_of(code), u=u)


def usual_operations(model: PolicyModel, law: Law, days: int) -> tuple[Raid, ...]:
    """The unannounced operations of this year, on days drawn by key: the k-th takes place if the
    posture of its first day has so many."""
    values, year = model.values, model.today.year
    new_year = dt.date(year, 1, 1)
    most = max(posture.raids_per_year for _, posture in law.postures)
    operations = []
    for k in range(most):
        of_year = int(model.dice.roll("operation-begins", year, k) * days)
        begins = new_year + dt.timedelta(of_year)
        if k >= law.posture_on(begins).raids_per_year:
            continue
        operations.append(
            Raid(
                announced=begins,
                begins=begins,
                days=int(values.operation_days),
                visits=int(values.operation_visits),
            )
        )
    return tuple(operations)


def _operation_visits(model: PolicyModel) -> tuple[int, bool]:
    """Visits of the operations under way, and whether their targets were warned."""
    visits, warned = 0.0, False
    for operation in model.operations:
        begins = operation.begins.toordinal()
        if operation.called_off or not begins <= model.today.day < begins + operation.days:
            continue
        visits += operation.visits / operation.days * model.field.scale
        warned |= operation.leaked or operation.announced < operation.begins
    return int(visits + model.dice.roll("operation-visits", model.today.day, 0)), warned


def _visit(
    model: PolicyModel, rows: NDArray[np.intp], *, raid: bool, success: float
) -> NDArray[np.int64]:
    """Visit the leads in `rows`; returns who was taken, bystanders among them."""
    rows = rows[model.leads.origin[rows] != LOST]
    if not len(rows):
        return np.empty(0, np.int64)
    people, values, day = model.population, model.values, model.today.day
    leads = model.leads
    target, origin = leads.person[rows], leads.origin[rows]
    visits = model.field.team_visits
    np.add.at(visits, np.arange(len(rows)) % len(visits), 1)
    chance = success * leads.worth[day - leads.day[rows]]
    found = model.dice.uniform("target-found", day, target) < chance
    found &= model.state.present(target, day)
    channel = np.full(len(rows), RAID_TARGET) if raid else origin
    taken = target[found]
    model.meet(taken, channel[found], np.ones(len(taken), bool))
    transfer(model, taken)

    others = housemates(people, target)
    others = others[~within(others, np.sort(target))]
    others = others[model.state.present(others, day)]
    met = others[model.dice.uniform("bystander-met", day, others) < values.bystander_met]
    arrested = (people.status[met] == UNDOCUMENTED) & (
        model.dice.uniform("bystander-arrested", day, met) < values.bystander_arrest
    )
    model.meet(met, np.full(len(met), RAID_BYSTANDER if raid else BYSTANDER), arrested)
    transfer(model, met[arrested])
    if raid:
        # By visit and resident, so that its expectation does not depend on the scale.
        area = people.area[target]
        residents = people.area_start[area + 1] - people.area_start[area]
        size = values.seen_alarm * values.alarm_size * values.alarm_residents / residents
        model.belief.raise_alarm(area, size)
    return np.concatenate([taken, met[arrested]])


def housemates(people: Population, who: NDArray[np.int64]) -> NDArray[np.int64]:
    """All members of the households of `who`, each once, ascending."""
    return people.members_of(unique(people.household[who]))


def _joint_operations(model: PolicyModel) -> NDArray[np.int64]:
    """Operations with the police against gangs, where the law allows them; returns who was taken.

    Each meets some of the gang-listed residents whom ICE seeks, by a race among those at home.
    """
    day, values = model.today.day, model.values
    a_day = model.posture.joint_operations_per_year / 365.0 * model.field.scale
    number = int(a_day * values.joint_persons + model.dice.roll("joint-operation", day, 0))
    if not number or not model.law.joint_operations:
        return np.empty(0, np.int64)
    who = model.field.gang_listed[model.state.present(model.field.gang_listed, day)]
    u = model.dice.uniform("joint-race", day, who)
    who = np.sort(who[race(model.removable_of(who), u, number)])
    arrested = model.dice.uniform("joint-arrest", day, who) < values.joint_arrest
    model.meet(who, np.full(len(who), JOINT), arrested)
    transfer(model, who[arrested])
    return who[arrested]


def _courthouse(model: PolicyModel) -> NDArray[np.int64]:
    """Arrests of persons who come to court, where the posture has them; returns who was taken."""
    if not model.posture.courthouse:
        return np.empty(0, np.int64)
    day = model.today.day
    pursuits = model.candidates("pursuits")
    who = unique(pursuits["who"][pursuits["mark"] == COURT_DATE])
    who = who[model.state.present(who, day)]
    who = who[model.dice.uniform("court-arrest", day, who) < model.values.court_arrest]
    model.meet(who, np.full(len(who), COURT), np.ones(len(who), bool))
    transfer(model, who)
    return who


def record_lead_chances(model: PolicyModel) -> tuple[float, float]:
    """Chance that a police record becomes a lead directly, and by way of other sources.

    Direct: by ICE where the database is open to it, else through the widest agency that still
    reads it. A part of what closing loses is found elsewhere (`substitution`).
    """
    values, law = model.values, model.law
    if law.database_open("ice"):
        reach = 1.0
    elif law.database_open("dhs"):
        reach = values.indirect_dhs
    elif law.database_open("federal"):
        reach = values.indirect_dhs * values.indirect_federal
    else:
        reach = 0.0
    direct = values.record_lead * reach
    return direct, direct + values.substitution * (values.record_lead - direct)


def _new_leads(
    model: PolicyModel, contacts: Contacts, crimes: Contacts, custody: Custody
) -> None:
    """The day's leads: from records, questions, custody, and ICE's own sources."""
    day, dice = model.today.day, model.dice
    recorded = unique(
        np.concatenate([contacts.recorded, contacts.booked, crimes.recorded, crimes.booked])
    )
    recorded = _sought(model, recorded)
    direct, any_way = record_lead_chances(model)
    u = dice.uniform("record-becomes-lead", day, recorded)
    told = _sought(model, unique(np.concatenate([contacts.told, crimes.told])))
    told = told[dice.uniform("told-becomes-lead", day, told) < model.values.told_lead]
    declined = custody.declined[
        dice.uniform("declined-becomes-lead", day, custody.declined) < model.values.declined_lead
    ]
    pursuits = model.candidates("pursuits")
    comes_up = pursuits["u"] < model.field.lead_chance(model.posture, model.values)
    own_leads = pursuits["who"][(pursuits["mark"] == OTHER_LEAD) & comes_up]
    sources = [
        (recorded[u < direct], CITY_RECORDS),
        (told, CITY_RECORDS),
        (recorded[(u >= direct) & (u < any_way)], OTHER_AGENCIES),
        (recorded[(u >= any_way) & (u < model.values.record_lead)], LOST),
        (pursuits["who"][pursuits["mark"] == AGENCY_LEAD], OTHER_AGENCIES),
        (own_leads, OTHER),
        (declined, OTHER),
        (_sought(model, custody.interviewed), OTHER),
    ]
    person = np.concatenate([who for who, _ in sources])
    origin = np.repeat([source for _, source in sources], [len(who) for who, _ in sources])
    here = model.state.away_until[person] != NEVER
    model.leads.add(person[here], origin[here], day)


def _sought(model: PolicyModel, who: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of `who` whom ICE would follow up, in proportion to how far it seeks them."""
    u = model.dice.uniform("sought", model.today.day, who)
    return who[u < model.removable_of(who)]


assert CITY_RECORDS < OTHER_AGENCIES < OTHER < LOST  # Leads.add lets the first count
