"""Phase 2: stops, arrests that no crime simulated caused, questions of status, calls."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.twin.belief import expit, fear, threat

if TYPE_CHECKING:
    from tests.twin.clocks import Candidate
    from tests.twin.model import Twin
    from tests.twin.people import Resident

WARRANT = 1 << 0


def contacts(model: Twin) -> None:
    """The phase."""
    for stop in model.diary.stops[model.of_year]:
        if stop.person.present(model.day):
            _stop(model, stop)
    for arrest in model.diary.arrests[model.of_year]:
        if arrest.person.present(model.day):
            model.booked[arrest.person.who] = arrest.person
    for call in model.diary.calls[model.of_year]:
        if call.person.present(model.day):
            _call(model, call)


def _stop(model: Twin, stop: Candidate) -> None:
    values, person = model.values, stop.person
    model.book.contact(model.day, person, "stops")
    model.recorded[person.who] = person
    arrest_share = values.stop_arrest_share
    if person.flags & WARRANT:
        arrest_share = values.warrant_arrest_share
    if person.status == "undocumented":
        arrest_share *= values.undocumented_arrest_ratio
    elif person.status != "us_born":
        arrest_share *= values.immigrant_arrest_ratio
    if model.dice.roll("stop-arrest", model.year, stop.code) < arrest_share:
        model.booked[person.who] = person
    if model.dice.roll("stop-unfair", model.year, stop.code) < values.unfair_stop_share:
        loss = values.stop_trust_loss
        if not model.law.conduct and person.weight > 0:
            loss += values.abuse_trust_loss
        model.trust_later(person, -loss)
    question(model, person, stop.code, values.status_question_share)


def question(model: Twin, person: Resident, code: int, share: float) -> None:
    """An officer may ask a non-citizen's status, and may tell ICE the answer, where the law lets
    patrol do so or where the officer does not follow it."""
    if person.citizen:
        return
    station = model.stations[model.city.district[person.area]]
    officer = station[int(model.dice.roll("officer", model.year, code) * len(station))]
    officer.contacts += 1
    obeys = model.dice.roll("officer-obeys", model.year, code) < officer.compliance
    wants = model.dice.roll("status-question", model.year, code) < share
    defies = not obeys and model.law.contact
    if not wants or not (defies or model.law.may_ask):
        return
    model.book.contact(model.day, person, "status_questions")
    model.trust_later(person, -model.values.status_question_trust_loss)
    if defies or model.law.permits("patrol", "share", person.flags):
        model.told.append(person)


def call_chance(share: float, fear_of_call: float) -> float:
    """Chance of a call about what is no crime."""
    return expit(math.log(share / (1 - share)) - fear_of_call)


def _call(model: Twin, call: Candidate) -> None:
    values, person = model.values, call.person
    model.book.contact(model.day, person, "calls_needed")
    model.book.weigh("threat", person, threat(model, person))
    model.book.weigh("trust", person, person.trust(model.day))
    chance = call_chance(values.call_share, values.call_ratio * fear(model, person))
    if model.dice.roll("call", model.year, call.code) < chance:
        model.book.contact(model.day, person, "calls_made")
