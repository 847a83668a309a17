"""Phase 3: crimes. Candidates become incidents; victims and bystanders decide; police find, clear.

Offenders see how much of the crime against a group reaches the police and is cleared, smoothed
over months, against what it would be at the baseline. Both sums are over the same incidents, so
that nothing but a change of decisions can move them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.intercepts import EPISODE_CEILING
from model.ledger import BY_BYSTANDER, BY_VICTIM, CLEARED, FOUND, SURVEYED
from model.policing import Contacts, questions
from model.rates import CEILING, HOUSEHOLD_CRIMES
from model.registry import Parameters
from model.reporting import (
    SURVIVOR_CRIMES,
    clearance_chance,
    reaches_police,
    reports,
    survivor_shift,
)
from model.schema import CRIMES, ETHNICITIES, LADDER, SEXES
from model.sets import unique, within
from model.state import fade_table
from model.traits import Traits

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

PARTNER = CRIMES["partner_violence"]
LETHAL_CEILING = 3.0


class Response:
    """How offenders answer to a group's reporting: a multiplier by (area, ethnicity) of victims.

    ``seen`` (4, n_groups) are fading sums over incidents of the chance to reach the police and of
    clearance, under the run and under the baseline.
    """

    def __init__(self, n_groups: int, values: Parameters) -> None:
        self.values = values
        self.seen = np.zeros((4, n_groups))
        self.month = np.zeros((4, n_groups))
        self.multiplier = np.ones(n_groups)
        self.gain = 0.0
        self._fade = fade_table(values.offender_memory)

    def see(self, group: NDArray[np.integer], *chances: NDArray[np.float64]) -> None:
        """Add the day's incidents: four arrays of shape (n,)."""
        for row, chance in zip(self.month, chances, strict=True):
            row += np.bincount(group, chance, len(row))

    def close_month(self, days: int) -> None:
        """Let memory fade, take the month in, and set the multiplier of the next."""
        # A group's past before its first incidents is the baseline's: months without end, fading.
        new = (self.seen[1] == 0) & (self.month[1] > 0)
        self.seen[:, new] = self.month[[1, 1, 3, 3]][:, new] / (1 - self._fade[days])
        self.seen = self.seen * self._fade[days] + self.month
        self.month[:] = 0.0
        reported, at_base, cleared, cleared_at_base = self.seen
        before = self.multiplier
        self.multiplier = offending_multiplier(
            _ratio(reported, at_base), _ratio(cleared, cleared_at_base), self.values
        )
        self.gain = float(np.abs(self.multiplier - before).max())


def _ratio(now: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(now, base, out=np.ones_like(now), where=base > 0)


def offending_multiplier(
    reporting: NDArray[np.float64], clearance: NDArray[np.float64], values: Parameters
) -> NDArray[np.float64]:
    """``clip((p/p0)^-epsilon, 1/2, 2)``, a share phi of epsilon acting through clearance.

    Parameters
    ----------
    reporting, clearance : (n_groups,)
        Reporting and clearance over their baselines.
    """
    epsilon, phi = values.epsilon, values.phi
    raw = reporting ** (-epsilon * (1 - phi)) * clearance ** (-epsilon * phi)
    return np.clip(raw, 1 / CEILING, CEILING)


def crimes(model: PolicyModel) -> Contacts:
    """The phase: see the module's text."""
    today, values, belief = model.today, model.values, model.belief
    solved = model.rates.intercepts
    one = _incidents(model)
    victim, traits, crime, code = one.victim, one.traits, one.crime, one.code
    decisions = ("victim-reports", "police-find", "clearance", "survey")
    u_victim, u_found, u_clear, u_survey = model.dice.uniforms(decisions, today.year, code)

    # Victims. Only who feels the threat decides otherwise than at the baseline.
    logit = solved.victim[crime] + _level(model, victim)
    fear, base_fear, threat = np.zeros((3, len(victim)))
    feels = np.flatnonzero(belief.weight_of[traits.felt] > 0)
    feeling = traits.only(feels)
    threat[feels], fear[feels], base_fear[feels] = belief.chill(
        feeling, model.state, victim[feels], today.day
    )
    now, base = (
        survivor_shift(values, feeling.rung, crime[feels], law.survivor_support)
        for law in (model.law, model.base_law)
    )
    fear[feels] -= now
    base_fear[feels] -= base
    p_victim, p_victim_base = reports(logit, fear), reports(logit, base_fear)

    by_bystander, silent, silent_base = _bystanders(model, one)
    found_chance = solved.found[crime]
    by_victim = u_victim < p_victim
    found = u_found < found_chance
    reported = by_victim | by_bystander | found
    uncooperative = values.clearance_uncooperative
    clearance = solved.clearance[crime]
    helps = np.where(by_victim | by_bystander, 1.0, uncooperative)
    cleared = reported & (u_clear < clearance * helps)
    silent = silent * (1 - p_victim)
    silent_base = silent_base * (1 - p_victim_base)
    model.response.see(
        _group(traits),
        reaches_police(silent, found_chance),
        reaches_police(silent_base, found_chance),
        clearance * clearance_chance(silent, found_chance, uncooperative),
        clearance * clearance_chance(silent_base, found_chance, uncooperative),
    )

    answers = values.survey_response * values.survey_recall * np.exp(-values.survey_fear * threat)
    fate = BY_VICTIM * by_victim + BY_BYSTANDER * by_bystander + FOUND * found
    fate += CLEARED * cleared + SURVEYED * (u_survey < answers)
    model.ledger.log("incident", today.day, victim, crime, fate)
    _partner_violence(model, one, reported, cleared)
    reporter, who = victim[by_victim], traits.only(by_victim)
    _certifications(model, who, crime[by_victim], code[by_victim])
    model.trust_later(victim[by_victim & cleared], values.clearance_trust_gain)
    recorded, told = questions(
        model, reporter, who, code[by_victim], values.status_question_report_share
    )
    return Contacts(one.offender[cleared & (one.offender >= 0)], recorded, told)


class Incidents(NamedTuple):
    """The day's incidents: event code, victim with their traits, crime type, course of partner
    violence (-1: none) and offender (-1: nobody of the city), each of shape (n,)."""

    code: NDArray[np.uint64]
    victim: NDArray[np.int64]
    traits: Traits
    crime: NDArray[np.int8]
    course: NDArray[np.int32]
    offender: NDArray[np.int64]


def _incidents(model: PolicyModel) -> Incidents:
    """Candidates that become incidents: thinned by what offenders see (partner violence: by its
    course), victim at home, offender at liberty."""
    state, day, year = model.state, model.today.day, model.today.year
    candidates = model.schedule.crimes.of(model.today.of_year)
    code, victim, course = candidates["code"], candidates["victim"], candidates["course"]
    traits = model.traits(victim)
    chance = model.response.multiplier[_group(traits)] / CEILING
    episode = np.flatnonzero(course >= 0)
    chance[episode] = model.courses.multiplier[course[episode]] / EPISODE_CEILING
    accepted = model.dice.uniform("candidate-becomes-incident", year, code) < chance
    accepted &= (candidates["crime"] >= HOUSEHOLD_CRIMES[0]) | state.present(victim, day)
    rows = np.flatnonzero(accepted)
    victim, course = victim[rows], course[rows]
    u = model.dice.uniform("offender", year, code[rows])
    offender = model.rates.pools.offenders.pick(traits.area[rows], u)
    episode = np.flatnonzero(course >= 0)
    offender[episode] = model.courses.partner[course[episode]]
    offender[offender == victim] = -1
    free = state.present(offender, day)
    model.ledger.add("prevented_by_incapacitation", len(rows) - free.sum())
    rows = rows[free]
    return Incidents(
        code[rows],
        victim[free],
        traits.only(rows),
        candidates["crime"][rows],
        course[free],
        offender[free],
    )


def _group(traits: Traits) -> NDArray[np.int64]:
    """The group of a victim that offenders can see: area and ethnicity."""
    return traits.area * len(ETHNICITIES) + traits.ethnicity


def _level(model: PolicyModel, who: NDArray[np.int64]) -> NDArray[np.float64]:
    """What ethnicity, language and trust add to the log odds that `who` report."""
    change = model.state.trust_change.read(who, model.today.day)
    return model.rates.level[who] + model.values.trust_slope * change


def _bystanders(
    model: PolicyModel, one: Incidents
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Whether a bystander reports, and the chance that none does, now and at the baseline."""
    values, belief, today = model.values, model.belief, model.today
    n = len(one.code)
    spoke, silent, silent_base = np.zeros(n, bool), np.ones(n), np.ones(n)
    violent = np.flatnonzero(one.crime < HOUSEHOLD_CRIMES[0])
    u_present, u_first, u_second, u_first_speaks, u_second_speaks = model.dice.uniforms(
        (
            "bystander-present",
            "first-bystander",
            "second-bystander",
            "first-bystander-reports",
            "second-bystander-reports",
        ),
        today.year,
        one.code[violent],
    )
    first = u_present < values.bystander_present
    second = u_present < values.bystander_present * values.second_bystander
    rows = np.concatenate([violent[first], violent[second]])
    who = model.rates.pools.adults.pick(
        one.traits.area[rows], np.concatenate([u_first[first], u_second[second]])
    )
    traits = model.traits(who)
    speaks = np.concatenate([u_first_speaks[first], u_second_speaks[second]])
    logit = model.rates.intercepts.bystander[one.crime[rows]] + _level(model, who)
    fear, base_fear = np.zeros((2, len(rows)))
    feels = np.flatnonzero(belief.weight_of[traits.felt] > 0)
    _, fear[feels], base_fear[feels] = belief.chill(
        traits.only(feels), model.state, who[feels], today.day
    )
    # Nobody is a witness to what befalls herself, and an area may have no adult at all.
    here = (who >= 0) & (who != one.victim[rows]) & model.state.present(who, today.day)
    chance = here * reports(logit, values.witness_ratio * fear)
    base_chance = here * reports(logit, values.witness_ratio * base_fear)
    for part in (slice(None, first.sum()), slice(first.sum(), None)):
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
    course, traits = one.course[rows], one.traits.only(rows)
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
