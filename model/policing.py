"""Phase 2: police contacts that no crime caused, and calls that are not about crime."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from model.clocks import Stream, who_of
from model.ledger import CONTACTS
from model.risks import arrest_in_stop
from model.schema import FIRST_NONCITIZEN
from model.traits import Traits

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

STOP, ARREST, QUESTION, CALL_NEEDED, CALL_MADE = range(len(CONTACTS))


class Contacts(NamedTuple):
    """What a phase leaves for custody and ICE, resident ids all: who is booked, which non-citizens'
    records were written, whose status police told ICE, and who is booked for a felony simulated."""

    booked: NDArray[np.int64]
    recorded: NDArray[np.int64]
    told: NDArray[np.int64]
    felons: NDArray[np.int64]


def month_of_stops(model: PolicyModel, stops: Stream) -> tuple[Stream, Stream]:
    """Stops with what no day changes about them; and those of non-citizens, with the officer."""
    values = model.values
    code = stops.columns["code"]
    who = who_of(code)
    stops = stops.beside(who=who)
    traits = model.traits(who)
    u_arrest = model.dice.uniform("stop-arrest", model.today.year, code)
    u_unfair = model.dice.uniform("stop-unfair", model.today.year, code)
    noncitizen = traits.status >= FIRST_NONCITIZEN
    checks = stops.only(noncitizen)
    return stops.beside(
        taken=u_arrest < arrest_in_stop(values, traits.status, traits.flags),
        unfair=u_unfair < values.unfair_stop_share,
        feels=model.belief.weight_of[traits.felt] > 0,
    ), checks.beside(
        **_encounter(model, traits.only(noncitizen), checks.columns["code"])._asdict()
    )


def month_of_calls(model: PolicyModel, calls: Stream) -> Stream:
    """Occasions to call with what no day changes about them."""
    who = who_of(calls.columns["code"])
    return calls.beside(
        who=who,
        traits=model.rates.traits[who],
        trust=model.population.trust[who],
        u=model.dice.uniform("call", model.today.year, calls.columns["code"]),
    )


def contacts(model: PolicyModel) -> Contacts:
    """Stops, arrests for other causes than the crimes simulated, and calls."""
    day, values = model.today.day, model.values
    stops = model.candidates("stops")
    here = model.state.present(stops["who"], day)
    who = stops["who"][here]
    checks = model.candidates("checks")
    rows = np.flatnonzero(model.state.present(checks["who"], day))
    recorded = checks["who"][rows]
    told = questions(
        model,
        recorded,
        Encounter(*(checks[name][rows] for name in Encounter._fields)),
        values.status_question_share,
    )

    arrests = model.candidates("arrests")["who"]
    arrests = arrests[model.state.present(arrests, day)]

    unfair = stops["unfair"] & here
    model.trust_later(stops["who"][unfair], -values.stop_trust_loss)
    if not model.law.conduct:
        # Threats about status concern those who feel them.
        unfair &= stops["feels"]
        model.trust_later(stops["who"][unfair], -values.abuse_trust_loss)
    model.ledger.log("contact", day, who, STOP)
    _calls(model)
    taken = stops["who"][stops["taken"] & here]
    return Contacts(np.concatenate([taken, arrests]), recorded, told, np.empty(0, np.int64))


class Encounter(NamedTuple):
    """Who of the police meets a non-citizen: the resident's carve-out flags, the officer, whether
    the officer obeys the ordinance, and the draw for asking about status; all (n,)."""

    flags: NDArray[np.int64]
    officer: NDArray[np.int64]
    obeys: NDArray[np.bool_]
    u_asks: NDArray[np.float64]


def reported_status(
    model: PolicyModel, who: NDArray[np.int64], traits: Traits, code: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The non-citizens among those who report a crime, and those of them whose status police tell
    ICE."""
    rows = np.flatnonzero(traits.status >= FIRST_NONCITIZEN)
    who = who[rows]
    share = model.values.status_question_report_share
    return who, questions(model, who, _encounter(model, traits.only(rows), code[rows]), share)


def _encounter(
    model: PolicyModel, traits: Traits, code: NDArray[np.uint64]
) -> Encounter:
    """The officer of the resident's district who handles a contact."""
    people, dice, year = model.population, model.dice, model.today.year
    district = people.city.district[traits.area]
    first = people.officer_start[district].astype(np.int64)
    size = people.officer_start[district + 1] - first
    u_officer, u_obeys, u_asks = dice.uniforms(
        ("officer", "officer-obeys", "status-question"), year, code
    )
    officer = first + (u_officer * size).astype(np.int64)
    return Encounter(traits.flags, officer, u_obeys < people.officer_compliance[officer], u_asks)


def questions(
    model: PolicyModel, who: NDArray[np.int64], met: Encounter, share: float
) -> NDArray[np.int64]:
    """Those of the non-citizens `who` whose status police tell ICE.

    An officer asks where the law lets patrol ask, or where the officer does not follow it; and
    shares the answer likewise. Nothing would follow from a citizen's answer.
    """
    np.add.at(model.officer_contacts, met.officer, 1)
    defies = ~met.obeys & model.law.contact
    asks = (met.u_asks < share) & (model.law.may_ask | defies)
    asked = who[asks]
    shares = model.law.permits("patrol", "share", met.flags[asks]) | defies[asks]
    model.trust_later(asked, -model.values.status_question_trust_loss)
    model.ledger.log("contact", model.today.day, asked, QUESTION)
    return asked[shares]


def call_chance(share: float, fear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance of a call about what is no crime: `share` without fear, logit minus fear."""
    return expit(logit(share) - fear)


def _calls(model: PolicyModel) -> None:
    day, values = model.today.day, model.values
    calls = model.candidates("calls")
    rows = np.flatnonzero(model.state.present(calls["who"], day))
    who = calls["who"][rows]
    threat, fear, _ = model.belief.chill(Traits(calls["traits"][rows]), model.state, who, day)
    made = calls["u"][rows] < call_chance(values.call_share, values.call_ratio * fear)
    model.ledger.log("contact", day, who, CALL_NEEDED)
    model.ledger.log("contact", day, who[made], CALL_MADE)
    # Occasions to call fall on residents at random: a sample of those who feel the threat.
    model.ledger.weigh("threat", who, threat)
    model.ledger.weigh("trust", who, calls["trust"][rows] + model.state.trust_change.read(who, day))
