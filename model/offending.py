"""Phase 3: crimes. Candidates become incidents; victims and bystanders decide; police find, clear.

What a month fixes about a candidate is fetched by the month; see `model.response` for how offenders
answer to what comes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.clocks import Stream, by_day, stream
from model.intercepts import EPISODE_CEILING
from model.ledger import BY_BYSTANDER, BY_VICTIM, CLEARED, FOUND, SURVEYED
from model.policing import Contacts, reported_status
from model.rates import CEILING, HOUSEHOLD_CRIMES
from model.registry import Parameters
from model.reporting import (
    SURVIVOR_CRIMES,
    clearance_chance,
    reaches_police,
    reports,
    survivor_shift,
)
from model.schema import ADULT, CRIMES, ETHNICITIES, FELONIES, LADDER, SEXES
from model.sets import unique, within
from model.traits import Traits

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

PARTNER = CRIMES["partner_violence"]
LETHAL_CEILING = 3.0
_FELONY = np.isin(np.arange(len(CRIMES)), FELONIES)


def month_of_crimes(model: PolicyModel, candidates: Stream) -> tuple[Stream, Stream]:
    """Candidates that offenders take up, and who may see them, with what no day changes.

    What offenders see changes with the month; a course of partner violence with its reports, so
    that its episodes are thinned on the day. The witnesses' ``at`` is the row of the crime.
    """
    rates, dice, year = model.rates, model.dice, model.today.year
    solved = rates.intercepts
    u = dice.uniform("candidate-becomes-incident", year, candidates.columns["code"])
    group = _group(model.traits(candidates.columns["victim"]))
    chance = model.response.multiplier[group] / CEILING
    in_course = candidates.columns["course"] >= 0
    crimes = candidates.beside(u=u, group=group).only(in_course | (u < chance))

    code, victim, crime, course = (
        crimes.columns[name] for name in ("code", "victim", "crime", "course")
    )
    traits = model.traits(victim)
    offender = rates.pools.offenders.pick(traits.area, dice.uniform("offender", year, code))
    episode = np.flatnonzero(course >= 0)
    offender[episode] = model.courses.partner[course[episode]]
    offender[offender == victim] = -1
    found_chance = solved.found[crime]
    crimes = crimes.beside(
        traits=traits.packed,
        offender=offender,
        logit=solved.victim[crime] + rates.level[victim],
        clearance=solved.clearance[crime],
        found_chance=found_chance,
        found=dice.uniform("police-find", year, code) < found_chance,
        u_victim=dice.uniform("victim-reports", year, code),
        u_clear=dice.uniform("clearance", year, code),
        u_survey=dice.uniform("survey", year, code),
    )
    return crimes, _month_of_witnesses(model, crimes, traits.area)


def _month_of_witnesses(
    model: PolicyModel, crimes: Stream, area: NDArray[np.int64]
) -> Stream:
    """The bystanders of violent crimes: all firsts of a day, then all seconds."""
    values, rates, dice, year = model.values, model.rates, model.dice, model.today.year
    crime = crimes.columns["crime"]
    violent = np.flatnonzero(crime < HOUSEHOLD_CRIMES[0])
    u = dice.uniform("bystander-present", year, crimes.columns["code"][violent])
    present = values.bystander_present
    parts: list[dict[str, NDArray]] = []
    for place, share in (("first", present), ("second", present * values.second_bystander)):
        at = violent[u < share]
        code = crimes.columns["code"][at]
        u_who, u_first = dice.uniforms((f"{place}-bystander", "first-bystander"), year, code)
        adults = rates.pools.adults
        parts.append(
            {
                "at": at,
                "who": adults.pick(area[at], u_who)
                if place == "first"
                else adults.pick_another(area[at], u_who, u_first),
                "u": dice.uniform(f"{place}-bystander-reports", year, code),
                "second": np.full(len(at), place == "second"),
            }
        )
    seen = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    day = np.searchsorted(crimes.start, seen["at"], side="right") - 1
    order = by_day(day.astype(np.uint16))
    seen = {name: column[order] for name, column in seen.items()}
    at, who = seen["at"], seen["who"]
    return stream(
        day[order],
        len(crimes.start) - 1,
        **seen,
        traits=rates.traits[who],
        logit=rates.intercepts.bystander[crime[at]] + rates.level[who],
        # Nobody is a witness to what befalls herself, and an area may have no adult at all.
        able=(who >= 0) & (who != crimes.columns["victim"][at]),
    )


def crimes(model: PolicyModel) -> Contacts:
    """The phase: see the module's text."""
    values, belief, day = model.values, model.belief, model.today.day
    today = model.candidates("crimes")
    happens, here = which_happen(model, today)
    one = incidents(model, today, np.flatnonzero(happens), here)
    victim, crime, traits = one.victim, one.crime, Traits(one.traits)

    # Victims. Only who feels the threat decides otherwise than at the baseline.
    logit = one.logit + _trust_shift(model, victim)
    fear, base_fear, threat = np.zeros((3, len(victim)))
    feels = np.flatnonzero(belief.weight_of[traits.felt] > 0)
    feeling = traits.only(feels)
    threat[feels], fear[feels], base_fear[feels] = belief.chill(
        feeling, model.state, victim[feels], day
    )
    for felt, law in ((fear, model.law), (base_fear, model.base_law)):
        felt[feels] -= survivor_shift(values, feeling.rung, crime[feels], law.survivor_support)
    # Where nobody grown-up of a household is there, nobody reports for it.
    p_victim = one.here * reports(logit, fear)
    p_victim_base = one.here * reports(logit, base_fear)

    by_bystander, silent, silent_base = _bystanders(model, happens)
    found, found_chance, clearance = one.found, one.found_chance, one.clearance
    by_victim = one.u_victim < p_victim
    called = by_victim | by_bystander
    reported = called | found
    uncooperative = values.clearance_uncooperative
    cleared = reported & (one.u_clear < clearance * np.where(called, 1.0, uncooperative))
    silent *= 1 - p_victim
    silent_base *= 1 - p_victim_base
    model.response.see(
        one.group,
        reaches_police(silent, found_chance),
        reaches_police(silent_base, found_chance),
        clearance * clearance_chance(silent, found_chance, uncooperative),
        clearance * clearance_chance(silent_base, found_chance, uncooperative),
    )

    silence = np.exp(-values.chilling * values.survey_fear * threat)
    answers = one.here * values.survey_response * values.survey_recall * silence
    fate = BY_VICTIM * by_victim + BY_BYSTANDER * by_bystander + FOUND * found
    fate += CLEARED * cleared + SURVEYED * (one.u_survey < answers)
    model.ledger.log("incident", day, victim, crime, fate)
    _partner_violence(model, one, reported, cleared)
    spoke = np.flatnonzero(by_victim)
    reporter, who, code = victim[spoke], traits.only(spoke), one.code[spoke]
    _certifications(model, who, crime[spoke], code)
    model.trust_later(victim[by_victim & cleared], values.clearance_trust_gain)
    recorded, told = reported_status(model, reporter, who, code)
    caught = cleared & (one.offender >= 0)
    felons = one.offender[caught & _FELONY[crime]]
    return Contacts(one.offender[caught], recorded, told, felons)


class Incidents(NamedTuple):
    """The day's incidents, each of shape (n,): event code, victim with packed traits and group,
    crime type, course of partner violence (-1: none), offender (-1: nobody of the city); the log
    odds that the victim reports without fear and at usual trust, chance and fact of discovery by
    police, chance of clearance, draws, and whether the victim is there."""

    code: NDArray[np.uint64]
    victim: NDArray[np.int64]
    traits: NDArray[np.uint64]
    group: NDArray[np.int64]
    crime: NDArray[np.int8]
    course: NDArray[np.int32]
    offender: NDArray[np.int64]
    logit: NDArray[np.float64]
    found_chance: NDArray[np.float64]
    found: NDArray[np.bool_]
    clearance: NDArray[np.float64]
    u_victim: NDArray[np.float64]
    u_clear: NDArray[np.float64]
    u_survey: NDArray[np.float64]
    here: NDArray[np.bool_]


def which_happen(
    model: PolicyModel, today: dict[str, NDArray]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which candidates become incidents: victim of a crime against the person at home, offender at
    liberty, and partner violence as its course stands; and whose victims are at home."""
    state, day, course = model.state, model.today.day, today["course"]
    here = state.present(today["victim"], day)
    happens = (today["crime"] >= HOUSEHOLD_CRIMES[0]) | here
    episode = np.flatnonzero(course >= 0)
    hazard = model.courses.multiplier[course[episode]]
    hazard = hazard * leverage(model, Traits(today["traits"][episode]))
    chance = np.minimum(hazard, EPISODE_CEILING) / EPISODE_CEILING
    happens[episode] &= today["u"][episode] < chance
    prevented = happens & ~state.present(today["offender"], day)
    model.ledger.add("prevented_by_incapacitation", np.count_nonzero(prevented))
    return happens & ~prevented, here


def incidents(
    model: PolicyModel, today: dict[str, NDArray], rows: NDArray[np.intp], here: NDArray[np.bool_]
) -> Incidents:
    """The candidates in `rows`. Of a household whose householder is not `here`, another member is
    the victim."""
    columns = {name: today[name][rows] for name in Incidents._fields if name != "here"}
    one = Incidents(**columns, here=here[rows])
    absent = np.flatnonzero(~one.here)
    who = _in_place_of(model, one.victim[absent])
    one.victim[absent] = who
    one.here[absent] = model.state.present(who, model.today.day)
    one.traits[absent] = model.rates.traits[who]
    one.group[absent] = _group(model.traits(who))
    solved = model.rates.intercepts.victim[one.crime[absent]]
    one.logit[absent] = solved + model.rates.level[who]
    one.offender[absent] = np.where(one.offender[absent] == who, -1, one.offender[absent])
    return one


def _in_place_of(model: PolicyModel, absent: NDArray[np.int64]) -> NDArray[np.int64]:
    """Who speaks for a household whose householder is not there: its first adult who is, else
    still the householder. Shape (n,)."""
    people, stand_in = model.population, absent.copy()
    for place, home in enumerate(people.household[absent]):
        member = people.members_of(np.array([home]))
        able = (people.age[member] >= ADULT) & model.state.present(member, model.today.day)
        stand_in[place] = member[able][0] if able.any() else absent[place]
    return stand_in


def leverage(model: PolicyModel, victim: Traits) -> NDArray[np.float64]:
    """Hazard ratio of episodes by the partner's leverage: a threat to report the victim, worth
    more the more open the channel to ICE is felt to be than under the baseline. 1 at the
    baseline, and unless the switch ``leverage`` is on."""
    felt = model.belief.weight_of[victim.felt] * model.belief.openness.shift
    return np.exp(model.values.leverage * felt)


def _group(traits: Traits) -> NDArray[np.int64]:
    """The group of a victim that offenders can see: area and ethnicity."""
    return traits.area * len(ETHNICITIES) + traits.ethnicity


def _trust_shift(model: PolicyModel, who: NDArray[np.int64]) -> NDArray[np.float64]:
    """What trust gained or lost adds to the log odds that `who` report."""
    change = model.state.trust_change.read(who, model.today.day)
    return model.values.trust_slope * change


def _bystanders(
    model: PolicyModel, happens: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Whether a bystander reports, and the chance that none does, now and at the baseline: arrays
    over the candidates that happen."""
    ratio, belief, day = model.values.witness_ratio, model.belief, model.today.day
    n = np.count_nonzero(happens)
    spoke, silent, silent_base = np.zeros(n, bool), np.ones(n), np.ones(n)
    seen = model.candidates("witnesses")
    at = seen["at"] - model.month.crimes.start[model.today.of_year - model.month.first]
    some = np.flatnonzero(happens[at])
    rows = (np.cumsum(happens) - 1)[at[some]]
    who, logit, speaks = seen["who"][some], seen["logit"][some], seen["u"][some]
    traits = Traits(seen["traits"][some])
    logit += _trust_shift(model, who)
    fear, base_fear = np.zeros((2, len(rows)))
    feels = np.flatnonzero(belief.weight_of[traits.felt] > 0)
    _, fear[feels], base_fear[feels] = belief.chill(
        traits.only(feels), model.state, who[feels], day
    )
    here = seen["able"][some] & model.state.present(who, day)
    chance = here * reports(logit, ratio * fear)
    base_chance = here * reports(logit, ratio * base_fear)
    firsts = len(some) - np.count_nonzero(seen["second"][some])
    for part in (slice(None, firsts), slice(firsts, None)):
        spoke[rows[part]] |= speaks[part] < chance[part]
        silent[rows[part]] *= 1 - chance[part]
        silent_base[rows[part]] *= 1 - base_chance[part]
    return spoke, silent, silent_base


def _partner_violence(
    model: PolicyModel,
    one: Incidents,
    reported: NDArray[np.bool_],
    cleared: NDArray[np.bool_],
) -> None:
    """Lethal hazard of the day's episodes, and what first reports do to their courses."""
    rows = np.flatnonzero(one.course >= 0)
    values, courses = model.values, model.courses
    course, traits = one.course[rows], Traits(one.traits[rows])
    hazard = values.lethal_per_episode * lethal_factor(courses.unreported[course], values)
    latina = (traits.ethnicity == ETHNICITIES["latino"]) & (traits.sex == SEXES["female"])
    model.ledger.add("partner_episodes", len(rows))
    model.ledger.add("homicide_hazard", hazard.sum())
    model.ledger.add("homicide_hazard_latina", hazard[latina].sum())

    told = reported[rows]
    np.add.at(courses.unreported, course[~told], 1)
    courses.unreported[course[told]] = 0
    first = unique(course[told & ~courses.reported[course]])
    arrested = within(first, np.sort(course[cleared[rows]]))
    victims = courses.victim[first]
    u = model.dice.uniform("course-services", model.today.year, victims)
    courses.multiplier[first] = courses.after_report(u < values.services_after_report, arrested)
    courses.reported[first] = True


def lethal_factor(unreported: NDArray[np.integer], values: Parameters) -> NDArray[np.float64]:
    """Rise of the lethal hazard along unreported episodes, at most threefold."""
    rise = values.partner_escalation * values.lethal_escalation * unreported
    return np.minimum(1 + rise, LETHAL_CEILING)


def _certifications(
    model: PolicyModel,
    traits: Traits,
    crime: NDArray[np.integer],
    code: NDArray[np.uint64],
) -> None:
    """Survivors who reported ask police to certify their help (U and T visas; `UVISA`)."""
    values, year = model.values, model.today.year
    rows = np.flatnonzero(
        (traits.rung >= LADDER["lawful_noncitizen"])
        & ((crime == SURVIVOR_CRIMES[0]) | (crime == SURVIVOR_CRIMES[1]))
    )
    asks = model.dice.uniform("certification-asked", year, code[rows])
    code = code[rows[asks < values.certification_request_share]]
    granted = (
        values.certification_grant_supported
        if model.law.survivor_support
        else values.certification_grant_unsupported
    )
    given = model.dice.uniform("certification-given", year, code) < granted
    model.ledger.add("certifications_requested", len(code))
    model.ledger.add("certifications_granted", given.sum())
