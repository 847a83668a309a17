"""Phase 2: police contacts that no crime caused, and calls that are not about crime."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from model.ledger import CONTACTS
from model.schema import CARVE_OUTS, STATUSES
from model.traits import Traits

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

STOP, ARREST, QUESTION, CALL_NEEDED, CALL_MADE = range(len(CONTACTS))
WARRANT = 1 << CARVE_OUTS["criminal_warrant"]
FIRST_NONCITIZEN = STATUSES["permanent_resident"]


class Contacts(NamedTuple):
    """What a phase leaves for custody and ICE, resident ids all: who is booked, which non-citizens'
    records were written, and whose status police told ICE."""

    booked: NDArray[np.int64]
    recorded: NDArray[np.int64]
    told: NDArray[np.int64]


def contacts(model: PolicyModel) -> Contacts:
    """Stops, arrests for other causes than the crimes simulated, and calls."""
    today, values = model.today, model.values
    stops = model.schedule.stops.of(today.of_year)
    here = model.state.present(stops["who"], today.day)
    who, code = stops["who"][here], stops["code"][here]
    u_arrest, u_unfair = model.dice.uniforms(("stop-arrest", "stop-unfair"), today.year, code)
    traits = model.traits(who)
    warrant = traits.flags & WARRANT > 0
    taken = u_arrest < np.where(warrant, values.warrant_arrest_share, values.stop_arrest_share)
    recorded, told = questions(model, who, traits, code, values.status_question_share)

    arrests = model.schedule.arrests.of(today.of_year)["who"]
    arrests = arrests[model.state.present(arrests, today.day)]

    unfair = u_unfair < values.unfair_stop_share
    model.trust_later(who[unfair], -values.stop_trust_loss)
    if not model.law.conduct:
        # Threats about status concern those who feel them.
        unfair &= model.belief.weight_of[traits.felt] > 0
        model.trust_later(who[unfair], -values.abuse_trust_loss)
    model.ledger.log("contact", today.day, who, STOP)
    _calls(model)
    return Contacts(np.concatenate([who[taken], arrests]), recorded, told)


def questions(
    model: PolicyModel,
    who: NDArray[np.int64],
    traits: Traits,
    code: NDArray[np.uint64],
    share: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The non-citizens in contacts, and those of them whose status police tell ICE.

    An officer asks where the law lets patrol ask, or where the officer does not follow it; and
    shares the answer likewise. Nothing would follow from a citizen's answer.
    """
    rows = np.flatnonzero(traits.status >= FIRST_NONCITIZEN)
    who, traits, code = who[rows], traits.only(rows), code[rows]
    obeys = officer_obeys(model, traits.area, code)
    wants = model.dice.uniform("status-question", model.today.year, code) < share
    defies = ~obeys & model.law.contact
    asks = wants & (model.law.may_ask | defies)
    shares = model.law.permits("patrol", "share", traits.flags) | defies
    asked = who[asks]
    model.trust_later(asked, -model.values.status_question_trust_loss)
    model.ledger.log("contact", model.today.day, asked, QUESTION)
    return who, who[asks & shares]


def officer_obeys(
    model: PolicyModel, area: NDArray[np.integer], code: NDArray[np.uint64]
) -> NDArray[np.bool_]:
    """Whether the officer who handles a contact with a resident of `area` obeys the ordinance."""
    people, year = model.population, model.today.year
    district = people.city.district[area]
    first = people.officer_start[district].astype(np.int64)
    size = people.officer_start[district + 1] - first
    u_officer, u_obeys = model.dice.uniforms(("officer", "officer-obeys"), year, code)
    officer = first + (u_officer * size).astype(np.int64)
    np.add.at(model.officer_contacts, officer, 1)
    return u_obeys < people.officer_compliance[officer]


def call_chance(share: float, fear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance of a call about what is no crime: `share` without fear, logit minus fear."""
    return expit(logit(share) - fear)


def _calls(model: PolicyModel) -> None:
    today, values = model.today, model.values
    calls = model.schedule.calls.of(today.of_year)
    here = model.state.present(calls["who"], today.day)
    who = calls["who"][here]
    threat, fear, _ = model.belief.chill(model.traits(who), model.state, who, today.day)
    u = model.dice.uniform("call", today.year, calls["code"][here])
    made = u < call_chance(values.call_share, values.call_ratio * fear)
    model.ledger.log("contact", today.day, who, CALL_NEEDED)
    model.ledger.log("contact", today.day, who[made], CALL_MADE)
    # Occasions to call fall on residents at random: a sample of those who feel the threat.
    model.ledger.weigh("threat", who, threat)
    model.ledger.weigh("trust", who, model.trust(who))
