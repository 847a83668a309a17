"""Phase 5: field work. Teams work leads, operations by list, joint operations, courthouses."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from model.scenario import Raid
from model.schema import CHANNELS, CONVICTIONS
from tests.twin.custody import transfer
from tests.twin.people import NEVER

if TYPE_CHECKING:
    from tests.twin.model import Twin
    from tests.twin.people import Resident

Runner = TypeVar("Runner")
GANG = 1 << 3
CITY, AGENCIES, OTHER = (
    "at_large_city_records",
    "at_large_other_agencies",
    "at_large_other_leads",
)
LOST = "lost"


@dataclass
class Lead:
    """A person whom ICE could look for, where the lead came from, and when."""

    person: Resident
    origin: str
    day: int


def race[Runner](
    runners: Iterable[Runner],
    weight: Callable[[Runner], float],
    u: Callable[[Runner], float],
    places: int,
) -> list[Runner]:
    """The first finishers of an exponential race: a weighted choice without replacement."""
    return sorted(runners, key=lambda runner: -math.log(u(runner)) / weight(runner))[:places]


def field_work(model: Twin) -> None:
    """The phase. Visits work the leads of the morning; today's new leads wait until tomorrow."""
    values, day = model.values, model.day
    for who in [who for who, lead in model.leads.items() if not _worth_keeping(model, lead)]:
        del model.leads[who]
    usual = int(_usual_visits(model) + model.dice.roll("visits", day, 0))
    listed, warned = _operation_visits(model)
    order = race(
        [model.leads[who] for who in sorted(model.leads)],
        lambda lead: _weight(model, lead),
        lambda lead: model.dice.roll("lead-race", day, lead.person.who),
        usual + listed,
    )
    _visits(model, order[:usual], False, values.field_success)
    success = values.raid_success * (1 - values.evasion) if warned else values.raid_success
    _visits(model, order[usual:], True, success)
    for lead in order:
        del model.leads[lead.person.who]
    _joint_operation(model)
    _courthouse(model)
    _new_leads(model)


def _freshness(model: Twin, lead: Lead) -> float:
    return 2.0 ** (-(model.day - lead.day) / model.values.address_half_life)


def _weight(model: Twin, lead: Lead) -> float:
    priority = model.posture.target_weight[CONVICTIONS[lead.person.conviction]]
    return priority * _freshness(model, lead)


def _worth_keeping(model: Twin, lead: Lead) -> bool:
    recent = model.day - lead.day < model.values.lead_life
    return recent and lead.person.removable > 0 and _weight(model, lead) > 0


def field_scale(model: Twin) -> float:
    """The city that is simulated beside the whole city, in undocumented residents."""
    return model.undocumented / model.values.reference_undocumented * model.values.exposure


def _capacity(model: Twin) -> float:
    """Visits a day that bring the posture's arrests, of targets and of bystanders."""
    values = model.values
    a_year = values.field_capacity * model.posture.at_large_percent / 100 * model.undocumented
    arrests = a_year / 365.0 * values.exposure
    bystanders = values.bystander_met * values.bystander_arrest * model.housemates
    return arrests / (values.field_success + bystanders)


def _usual_visits(model: Twin) -> float:
    """Visits a day: the posture's capacity, and what declined detainers displace to the field."""
    return _capacity(model) + model.values.displacement * len(model.declined)


def _lead_chance(model: Twin) -> float:
    """ICE takes up as many possible leads of its own as its teams can work."""
    values = model.values
    if not model.undocumented:
        return 0.0
    visits = _capacity(model) * 365.0 / values.exposure / model.undocumented
    return min(1.0, values.leads_per_visit * visits / values.other_lead_ceiling)


def usual_operations(model: Twin, year: int, days: int) -> list[Raid]:
    """The operations of a year that nobody announces: the k-th takes place if the posture of its
    first day has so many."""
    values, roll = model.values, model.dice.roll
    operations = []
    for k in range(365):
        begins = dt.date(year, 1, 1) + dt.timedelta(int(roll("operation-begins", year, k) * days))
        if k >= model.laws.now.posture_on(begins).raids_per_year:
            continue
        operations.append(
            Raid(
                announced=begins,
                begins=begins,
                days=int(values.operation_days),
                visits=int(values.operation_visits),
            )
        )
    return operations


def _operation_visits(model: Twin) -> tuple[int, bool]:
    """Visits of the operations under way, and whether their targets were warned."""
    visits, warned = 0.0, False
    for operation in model.operations:
        last = operation.begins + dt.timedelta(operation.days - 1)
        if operation.called_off or not operation.begins <= model.date <= last:
            continue
        visits += operation.visits / operation.days * field_scale(model)
        if operation.leaked or operation.announced < operation.begins:
            warned = True
    return int(visits + model.dice.roll("operation-visits", model.day, 0)), warned


def _visits(model: Twin, leads: list[Lead], raid: bool, success: float) -> None:
    """Targets who are found are taken; then who else is at home is met, and some are taken. What
    a closed database keeps from ICE is no visit."""
    values, roll, day = model.values, model.dice.roll, model.day
    leads = [lead for lead in leads if lead.origin != LOST]
    targets = {lead.person.who for lead in leads}
    for lead in leads:
        person = lead.person
        found = roll("target-found", day, person.who) < success * _freshness(model, lead)
        if found and person.present(day):
            model.book.encounter(day, person, "raid_target" if raid else lead.origin, True)
            transfer(model, person)
    others = {other.who: other for lead in leads for other in lead.person.home.members}
    for who, other in others.items():
        if who in targets or not other.present(day):
            continue
        if roll("bystander-met", day, who) >= values.bystander_met:
            continue
        arrested = (
            other.status == "undocumented"
            and roll("bystander-arrested", day, who) < values.bystander_arrest
        )
        channel = "raid_bystander" if raid else "at_large_bystander"
        model.book.encounter(day, other, channel, arrested)
        if arrested:
            transfer(model, other)
    if raid:
        # By visit and resident, so that its expectation does not depend on the scale.
        for lead in leads:
            area = lead.person.area
            size = values.seen_alarm * values.alarm_size * values.alarm_residents
            model.air.alarm_area(area, size / model.residents_of[area])


def _joint_operation(model: Twin) -> None:
    """With the police against gangs: meets some of the gang-listed whom ICE seeks."""
    values, roll, day = model.values, model.dice.roll, model.day
    a_day = model.posture.joint_operations_per_year / 365.0 * field_scale(model)
    number = int(a_day * values.joint_persons + roll("joint-operation", day, 0))
    if number == 0 or not model.law.joint_operations:
        return
    listed = [person for person in model.gang_listed if person.present(day)]
    met = race(
        listed,
        lambda person: person.removable,
        lambda person: roll("joint-race", day, person.who),
        number,
    )
    for person in met:
        arrested = roll("joint-arrest", day, person.who) < values.joint_arrest
        model.book.encounter(day, person, "joint_operation", arrested)
        if arrested:
            transfer(model, person)


def _courthouse(model: Twin) -> None:
    """Who comes to court may be arrested there, where the posture has it."""
    if not model.posture.courthouse:
        return
    values, roll, day = model.values, model.dice.roll, model.day
    pursuits = model.diary.pursuits[model.of_year]
    for who in {one.person.who for one in pursuits if one.what == "court"}:
        person = model.residents[who]
        if person.present(day) and roll("court-arrest", day, who) < values.court_arrest:
            model.book.encounter(day, person, "courthouse", True)
            transfer(model, person)


def record_reach(model: Twin) -> float:
    """How far ICE sees into police records: itself, else through the agencies that still do."""
    values, law = model.values, model.law
    if law.database_open("ice"):
        return 1.0
    if law.database_open("dhs"):
        return values.indirect_dhs
    if law.database_open("federal"):
        return values.indirect_dhs * values.indirect_federal
    return 0.0


def _new_leads(model: Twin) -> None:
    """From records, questions, custody, and ICE's own sources. Of several origins on one day the
    first in the order of channels counts; a known person's lead is refreshed. What a closed
    database keeps from ICE takes the place of a lead, but of none that there is."""
    values, roll, day = model.values, model.dice.roll, model.day

    def sought(person: Resident) -> bool:
        return roll("sought", day, person.who) < person.removable

    found: list[tuple[Resident, str]] = [
        (person, CITY)
        for person in model.told
        if sought(person) and roll("told-becomes-lead", day, person.who) < values.told_lead
    ]
    direct = values.record_lead * record_reach(model)
    elsewhere = values.substitution * (values.record_lead - direct)
    for person in (model.recorded | model.booked).values():
        if not sought(person):
            continue
        u = roll("record-becomes-lead", day, person.who)
        if u < direct:
            found.append((person, CITY))
        elif u < direct + elsewhere:
            found.append((person, AGENCIES))
        elif u < values.record_lead:
            found.append((person, LOST))
    for pursuit in model.diary.pursuits[model.of_year]:
        if pursuit.what == "agency_lead":
            found.append((pursuit.person, AGENCIES))
        elif pursuit.what == "other_lead" and (
            roll("lead-comes-up", model.year, pursuit.code) < _lead_chance(model)
        ):
            found.append((pursuit.person, OTHER))
    for person in model.declined:
        if roll("declined-becomes-lead", day, person.who) < values.declined_lead:
            found.append((person, OTHER))
    found += [(person, OTHER) for person in model.interviewed if sought(person)]

    todays: dict[int, Lead] = {}
    order = (*CHANNELS, LOST)
    for person, origin in sorted(found, key=lambda one: order.index(one[1])):
        known = person.who in model.leads and model.leads[person.who].origin != LOST
        if person.away_until != NEVER and not (origin == LOST and known):
            todays.setdefault(person.who, Lead(person, origin, day))
    model.leads.update(todays)
