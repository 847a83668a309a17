"""Phase 4: bookings, federal matches, detainers, transfers, releases.

A booking's fingerprints are matched federally whatever the city decides. Where a person is held
(police lock-up, county jail, state prison) is drawn at the booking; what the law allows is asked
on the day of release. Who is booked on a felony charge has a felony case pending while held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.ledger import DETAINER_OUTCOMES, PLACES
from model.policing import ARREST, Contacts
from model.records import BIT
from model.schema import CHANNELS, CONVICTIONS, ETHNICITIES, FIRST_NONCITIZEN, STATUSES
from model.sets import unique, within
from model.state import NEVER, Booking

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

LOCK_UP, JAIL, PRISON = range(len(PLACES))
LODGED, HONOURED, LAPSED, DECLINED = range(len(DETAINER_OUTCOMES))
NONVIOLENT_FELONY = CONVICTIONS["nonviolent_felony"]


class Custody(NamedTuple):
    """What the phase leaves for ICE and the news, resident ids: whose detainer the law had the
    custodian decline, whom ICE interviewed in custody, who was handed over."""

    declined: NDArray[np.int64]
    interviewed: NDArray[np.int64]
    taken: NDArray[np.int64]


def custody(model: PolicyModel, *phases: Contacts) -> Custody:
    """The phase. Who is arrested twice in a day is booked in the earlier phase."""
    booked, felons = (
        unique(np.concatenate([getattr(phase, name) for phase in phases]))
        for name in ("booked", "felons")
    )
    _book(model, booked, within(booked, felons))
    return _release(model)


def _book(model: PolicyModel, who: NDArray[np.int64], felony: NDArray[np.bool_]) -> None:
    """Take `who` into custody, match their fingerprints and lodge detainers.

    Parameters
    ----------
    felony
        Whether they are arrested for a felony that the model simulates.
    """
    people, values, day = model.population, model.values, model.today.day
    model.ledger.log("contact", day, who, ARREST)
    conviction = people.conviction[who]
    u_place, u_days, u_detainer, u_charge = model.dice.uniforms(
        ("custody-place", "custody-days", "detainer", "felony-charge"), day, who
    )
    charged = u_charge < np.where(felony, values.felony_charge_share, values.felony_charge_other)
    flags = people.flags[who] | np.where(charged, BIT["felony_pending"], 0).astype(np.uint8)
    place = custody_place(
        u_place,
        conviction >= NONVIOLENT_FELONY,
        values.jail_share,
        values.prison_share_felony,
    )
    mean = np.array([0.0, values.jail_days, values.prison_days])[place]
    stay = np.ceil(-np.log(u_days) * mean)
    stay = np.maximum(stay, 1).astype(np.int32)
    # The day of release is decided on in the evening: a person is at liberty from the next.
    model.state.away_until[who] = day + stay + 1

    lodged = u_detainer < detainer_chance(model, who)
    model.ledger.log("detainer", day, who[lodged], place[lodged], LODGED, flags[lodged])
    model.ledger.add("detainers_pending", lodged.sum())
    # Nothing that the ledger counts depends on the release of others.
    tracked = np.flatnonzero(lodged | (people.status[who] >= FIRST_NONCITIZEN))
    for days in unique(stay[tracked]):
        rows = tracked[stay[tracked] == days]
        model.state.custody.setdefault(day + int(days), []).append(
            Booking(who[rows], place[rows], lodged[rows], flags[rows])
        )


def custody_place(
    u: NDArray[np.float64], felon: NDArray[np.bool_], jail_share: float, prison_share: float
) -> NDArray[np.int64]:
    """Prison for a share of convicted felons, jail for a share of all, else the lock-up: (n,)."""
    prison = np.where(felon, prison_share, 0.0)
    return np.where(u < prison, PRISON, np.where(u < prison + jail_share, JAIL, LOCK_UP))


def detainer_chance(model: PolicyModel, who: NDArray[np.int64]) -> NDArray[np.float64]:
    """Chance that a detainer is lodged on a booked person: posture, status, conviction.

    A citizen who is naturalized or Latino meets one by mistake.
    """
    if not model.posture.fingerprint_match:
        return np.zeros(len(who))
    people = model.population
    status, conviction = people.status[who], people.conviction[who]
    chance = model.rates.removable[status, conviction] * np.array(model.posture.lodge)[conviction]
    chance *= model.rates.pursued
    mistaken = (status == STATUSES["naturalized"]) | (
        (status == STATUSES["us_born"]) & (people.ethnicity[who] == ETHNICITIES["latino"])
    )
    return chance + model.values.mistaken_citizen * mistaken


def _release(model: PolicyModel) -> Custody:
    """Decide on those whose custody ends today."""
    people, values, law, day = model.population, model.values, model.law, model.today.day
    bookings = model.state.custody.pop(day, [])
    if not bookings:
        none = np.empty(0, np.int64)
        return Custody(none, none, none)
    who, place, lodged, flags = (np.concatenate(column) for column in zip(*bookings, strict=True))
    u_warrant, u_obeys, u_hand_over, u_interview = model.dice.uniforms(
        ("judicial-warrant", "custodian-obeys", "hand-over", "interview"), day, who
    )
    warrant = u_warrant < values.judicial_warrant_share
    held, told, open_to_ice = np.zeros((3, len(who)), bool)
    for code, name in enumerate(PLACES):
        at = np.flatnonzero(place == code)
        if not len(at):
            continue
        here = flags[at], warrant[at]
        held[at] = law.permits(name, "hold", *here) & law.permits(name, "transfer", *here)
        told[at] = law.permits(name, "notify", *here) & law.permits(name, "transfer", *here)
        open_to_ice[at] = law.permits(name, "access", *here)
    # An officer in the lock-up may not follow the ordinance, unless there is no contact at all.
    defied = u_obeys >= model.custodian_compliance
    held |= (place == LOCK_UP) & defied & law.contact
    chance = hand_over_chance(model, place, held, told, warrant)
    honoured = lodged & (u_hand_over < chance)
    refused = ~(held | told)
    lapsed, declined = lodged & ~honoured & ~refused, lodged & refused
    for these, outcome in ((honoured, HONOURED), (lapsed, LAPSED), (declined, DECLINED)):
        model.ledger.log("detainer", day, who[these], place[these], outcome, flags[these])
    model.ledger.add("detainers_pending", -lodged.sum())
    arrested = people.status[who[honoured]] >= FIRST_NONCITIZEN
    model.meet(who[honoured], place[honoured], arrested, flags[honoured])

    sought = model.rates.removable[people.status[who], people.conviction[who]] > 0
    interviewed = ~lodged & sought & open_to_ice & (u_interview < values.interview_lead)
    gone = who[honoured & (people.status[who] >= FIRST_NONCITIZEN)]
    transfer(model, gone)
    return Custody(who[declined & sought], who[interviewed], gone)


def hand_over_chance(
    model: PolicyModel,
    place: NDArray[np.int64],
    held: NDArray[np.bool_],
    told: NDArray[np.bool_],
    warrant: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Chance that a detainer ends in a hand-over, shape (n,).

    A jail or prison keeps who is held until ICE comes, and a prison's release dates are known
    long before. A lock-up keeps people for a day: ICE comes in time to a few only, but with a
    judge's warrant.
    """
    values = model.values
    at_once = (place == LOCK_UP) & ~warrant
    if_held = np.where(at_once, values.hand_over_lock_up, 1.0)
    if_told = np.where(
        place == PRISON, values.hand_over_notified_prison, values.hand_over_notified
    )
    return np.where(held, if_held, np.where(told, np.minimum(if_told, if_held), 0.0))


def transfer(model: PolicyModel, who: NDArray[np.int64]) -> None:
    """Take persons out of the city, for good or for a time."""
    if not len(who):
        return
    values, day = model.values, model.today.day
    back = model.dice.uniform("comes-back", day, who) < values.return_share
    absence = np.ceil(-np.log(model.dice.uniform("absence", day, who)) * values.return_days)
    until = np.minimum(day + np.maximum(absence, 1), NEVER - 1)
    model.state.away_until[who] = np.where(back, until, NEVER)


assert CHANNELS.codes(*PLACES) == (LOCK_UP, JAIL, PRISON)
