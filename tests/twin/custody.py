"""Phase 4: bookings, federal matches, detainers, releases; and what a transfer does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.schema import CONVICTIONS
from tests.twin.clocks import FELONY_PENDING
from tests.twin.people import FELONIES, NEVER

if TYPE_CHECKING:
    from tests.twin.model import Twin
    from tests.twin.people import Resident


@dataclass
class Booking:
    """A person in custody."""

    person: Resident
    place: str
    lodged: bool
    #: Carve-out classes on record, with the case for which the person is held.
    flags: int


def custody(model: Twin) -> None:
    """The phase. Who is arrested twice in a day is booked once."""
    for person in model.booked.values():
        _book(model, person)
    for booking in model.in_custody.pop(model.day, []):
        _release(model, booking)


def _book(model: Twin, person: Resident) -> None:
    values, roll, day = model.values, model.dice.roll, model.day
    model.book.contact(day, person, "arrests")
    place = custody_place(model, person)
    mean_days = {"lock_up": 0.0, "jail": values.jail_days, "prison": values.prison_days}[place]
    stay = max(1, math.ceil(-math.log(roll("custody-days", day, person.who)) * mean_days))
    # The day of release is decided on in the evening: a person is at liberty from the next.
    person.away_until = day + stay + 1
    lodged = roll("detainer", day, person.who) < _detainer_chance(model, person)
    flags = person.flags
    felon = person.who in model.felons
    share = values.felony_charge_share if felon else values.felony_charge_other
    if roll("felony-charge", day, person.who) < share:
        flags |= FELONY_PENDING
    if lodged:
        model.book.detainer(day, person, place, "lodged", flags)
        model.book.add("detainers_pending", 1)
    model.in_custody.setdefault(day + stay, []).append(Booking(person, place, lodged, flags))


def custody_place(model: Twin, person: Resident) -> str:
    """Prison for a share of convicted felons, jail for a share of all, else the lock-up."""
    u = model.dice.roll("custody-place", model.day, person.who)
    prison = model.values.prison_share_felony if person.conviction in FELONIES else 0.0
    if u < prison:
        return "prison"
    return "jail" if u < prison + model.values.jail_share else "lock_up"


def _detainer_chance(model: Twin, person: Resident) -> float:
    """By posture, status and conviction; citizens of foreign birth or Latino origin by mistake."""
    if not model.posture.fingerprint_match:
        return 0.0
    if person.citizen:
        mistaken = person.status == "naturalized" or person.ethnicity == "latino"
        return model.values.mistaken_citizen if mistaken else 0.0
    lodge = model.posture.lodge[CONVICTIONS[person.conviction]]
    return person.removable * lodge * model.rates.pursued


def _release(model: Twin, booking: Booking) -> None:
    """The law of the day of release decides."""
    values, roll, day = model.values, model.dice.roll, model.day
    person, place = booking.person, booking.place
    warrant = roll("judicial-warrant", day, person.who) < values.judicial_warrant_share

    def may(action: str) -> bool:
        return bool(model.law.permits(place, action, booking.flags, warrant))

    held = may("hold") and may("transfer")
    told = may("notify") and may("transfer")
    if place == "lock_up" and model.law.contact:
        # An officer in the lock-up may not follow the ordinance, unless there is no contact at all.
        held |= roll("custodian-obeys", day, person.who) >= model.custodian_compliance
    # A lock-up keeps people for a day: ICE comes in time to few, unless a judge sent it.
    if_held = values.hand_over_lock_up if place == "lock_up" and not warrant else 1.0
    if_told = values.hand_over_notified
    if place == "prison":
        if_told = values.hand_over_notified_prison
    chance = 0.0
    if held:
        chance = if_held
    elif told:
        chance = min(if_told, if_held)

    if booking.lodged:
        model.book.add("detainers_pending", -1)
        if roll("hand-over", day, person.who) < chance:
            model.book.detainer(day, person, place, "honoured", booking.flags)
            model.book.encounter(day, person, place, not person.citizen, booking.flags)
            if not person.citizen:
                transfer(model, person)
        elif held or told:
            model.book.detainer(day, person, place, "lapsed", booking.flags)
        else:
            model.book.detainer(day, person, place, "declined", booking.flags)
            if person.removable > 0:
                model.declined.append(person)
    elif (
        person.removable > 0
        and may("access")
        and roll("interview", day, person.who) < values.interview_lead
    ):
        model.interviewed.append(person)


def transfer(model: Twin, person: Resident) -> None:
    """Out of the city, for good or for a time."""
    values, roll, day = model.values, model.dice.roll, model.day
    model.taken.append(person)
    if roll("comes-back", day, person.who) < values.return_share:
        absence = math.ceil(-math.log(roll("absence", day, person.who)) * values.return_days)
        person.away_until = min(day + max(absence, 1), NEVER - 1)
    else:
        person.away_until = NEVER
