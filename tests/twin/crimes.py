"""Phase 3: candidates become incidents; victims and bystanders decide; police find and clear."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.schema import CRIMES
from tests.twin.belief import expit, fear, fear_at_baseline, threat
from tests.twin.clocks import CEILING, EPISODE_CEILING, HOUSEHOLD_MARKS
from tests.twin.contacts import question
from tests.twin.courses import after_report
from tests.twin.pools import pick

if TYPE_CHECKING:
    from tests.twin.clocks import Candidate
    from tests.twin.courses import Course
    from tests.twin.model import Twin
    from tests.twin.people import Resident

SURVIVOR_CRIMES = ("sexual_assault", "partner_violence")
FELONIES = (
    "sexual_assault", "robbery", "aggravated_assault", "burglary", "motor_vehicle_theft",
)
MOST_LETHAL = 3.0


@dataclass
class Incident:
    """A crime that happened, and what came of it."""

    candidate: Candidate
    offender: Resident | None
    by_victim: bool = False
    by_bystander: bool = False
    found: bool = False
    cleared: bool = False

    @property
    def reported(self) -> bool:
        """It reached the police in one way or another."""
        return self.by_victim or self.by_bystander or self.found


def crimes(model: Twin) -> None:
    """The phase: all decisions first, then what they change."""
    candidates = model.diary.crimes[model.of_year]
    incidents = [found for one in candidates if (found := _happens(model, one)) is not None]
    for incident in incidents:
        _decide(model, incident)
    _partner_violence(model, incidents)
    for incident in incidents:
        _follow_up(model, incident)


def _happens(model: Twin, candidate: Candidate) -> Incident | None:
    """Thinned by what offenders see (partner violence: by its course); victims of a crime against
    the person must be there, offenders at liberty."""
    code, victim = candidate.code, candidate.person
    if candidate.course is None:
        chance = model.response.multiplier[victim.area, victim.ethnicity] / CEILING
        u = model.dice.roll("offender", model.year, code)
        offender = pick(model.pools.offenders[victim.area], u)
    else:
        hazard = candidate.course.multiplier * leverage(model, victim)
        chance = min(hazard, EPISODE_CEILING) / EPISODE_CEILING
        offender = candidate.course.partner
    if model.dice.roll("candidate-becomes-incident", model.year, code) >= chance:
        return None
    if not victim.present(model.day):
        if candidate.what not in HOUSEHOLD_MARKS:
            return None
        candidate = candidate._replace(person=in_place_of(model, victim))
    if offender in (victim, candidate.person):
        offender = None
    if offender is not None and not offender.present(model.day):
        model.book.add("prevented_by_incapacitation", 1)
        return None
    return Incident(candidate, offender)


def in_place_of(model: Twin, householder: Resident) -> Resident:
    """Who speaks for a household whose householder is not there: the first adult who is."""
    for member in householder.home.members:
        if member.adult and member.present(model.day):
            return member
    return householder


def leverage(model: Twin, victim: Resident) -> float:
    """What a partner's threat to report the victim does to the hazard of episodes: more, the
    more open the channel to ICE is felt to be than under the baseline."""
    return math.exp(model.values.leverage * (victim.weight * model.shift))


def _decide(model: Twin, incident: Incident) -> None:
    values, roll, year = model.values, model.dice.roll, model.year
    candidate = incident.candidate
    victim, code, crime = candidate.person, candidate.code, candidate.what
    kind = CRIMES[crime]
    solved = model.rates.intercepts

    logit = float(solved.victim[kind]) + _own_logit(model, victim)
    base_logit = logit
    if crime in SURVIVOR_CRIMES and victim.rung == "undocumented":
        logit += values.survivor_support_logit * model.law.survivor_support
        base_logit += values.survivor_support_logit * model.base_law.survivor_support
    p_victim = p_victim_base = 0.0
    if victim.present(model.day):
        p_victim = expit(logit - fear(model, victim))
        p_victim_base = expit(base_logit - fear_at_baseline(model, victim))
    incident.by_victim = roll("victim-reports", year, code) < p_victim

    silent, silent_base = 1.0, 1.0
    for which, bystander in bystanders(model, candidate):
        logit = float(solved.bystander[kind]) + _own_logit(model, bystander)
        p, p_base = 0.0, 0.0
        if bystander.present(model.day):
            p = expit(logit - values.witness_ratio * fear(model, bystander))
            p_base = expit(logit - values.witness_ratio * fear_at_baseline(model, bystander))
        if roll(f"{which}-bystander-reports", year, code) < p:
            incident.by_bystander = True
        silent *= 1 - p
        silent_base *= 1 - p_base

    found = float(solved.found[kind])
    incident.found = roll("police-find", year, code) < found
    clearance = float(solved.clearance[kind])
    helped = incident.by_victim or incident.by_bystander
    chance = clearance if helped else clearance * values.clearance_uncooperative
    incident.cleared = incident.reported and roll("clearance", year, code) < chance

    alone = values.clearance_uncooperative
    model.response.see(
        victim,
        reaches_police(p_victim, silent, found),
        reaches_police(p_victim_base, silent_base, found),
        clearance * clearance_chance(p_victim, silent, found, alone),
        clearance * clearance_chance(p_victim_base, silent_base, found, alone),
    )
    answers = values.survey_response * values.survey_recall
    answers *= math.exp(-values.chilling * values.survey_fear * threat(model, victim))
    surveyed = victim.present(model.day) and roll("survey", year, code) < answers
    model.book.incident(model.day, victim, crime, incident, surveyed)


def _own_logit(model: Twin, person: Resident) -> float:
    """What a person brings to the decision: ethnicity, language, trust."""
    values = model.values
    logit = values.trust_slope * person.trust(model.day)
    if person.ethnicity == "latino":
        logit += values.latino_logit
    if person.limited_english:
        logit += values.limited_english_logit
    return logit


def bystanders(model: Twin, candidate: Candidate) -> list[tuple[str, Resident]]:
    """Who saw it: nobody, one or two adults of the area; nobody witnesses their own."""
    if candidate.what in HOUSEHOLD_MARKS:
        return []
    values, victim = model.values, candidate.person
    u = model.dice.roll("bystander-present", model.year, candidate.code)
    adults = model.pools.adults[victim.area]
    shares = {
        "first": values.bystander_present,
        "second": values.bystander_present * values.second_bystander,
    }
    saw = []
    for which, share in shares.items():
        if u < share:
            chosen = model.dice.roll(f"{which}-bystander", model.year, candidate.code)
            person = pick(adults, chosen)
            # The second is another person than the first.
            adults = [adult for adult in adults if adult is not person]
            if person is not None and person is not victim:
                saw.append((which, person))
    return saw


def reaches_police(victim: float, silent: float, found: float) -> float:
    """1 - (1 - P_v) (1 - P_w)^n (1 - d)."""
    return 1 - (1 - victim) * silent * (1 - found)


def clearance_chance(victim: float, silent: float, found: float, alone: float) -> float:
    """Clearance beside that of a case with a victim or witness who helps."""
    nobody = (1 - victim) * silent
    return (1 - nobody) + alone * nobody * found


def _partner_violence(model: Twin, incidents: list[Incident]) -> None:
    """Lethal hazard as it stood in the morning; then what the day's reports change."""
    values = model.values
    episodes: dict[int, tuple[Course, list[Incident]]] = {}
    for incident in incidents:
        course = incident.candidate.course
        if course is None:
            continue
        victim = course.victim
        episodes.setdefault(victim.who, (course, []))[1].append(incident)
        hazard = values.lethal_per_episode * lethal_factor(model, course.unreported)
        model.book.add("partner_episodes", 1)
        model.book.add("homicide_hazard", hazard)
        if victim.ethnicity == "latino" and victim.sex == "female":
            model.book.add("homicide_hazard_latina", hazard)
    for course, day in episodes.values():
        if not any(episode.reported for episode in day):
            course.unreported += len(day)
            continue
        course.unreported = 0
        if not course.reported:
            arrested = any(episode.cleared for episode in day)
            course.multiplier = after_report(model, course.victim, model.year, arrested)
        course.reported = True


def lethal_factor(model: Twin, unreported: int) -> float:
    """Rise along unreported episodes, at most threefold (`COOK_DVD`)."""
    values = model.values
    return min(1 + values.partner_escalation * values.lethal_escalation * unreported, MOST_LETHAL)


def _follow_up(model: Twin, incident: Incident) -> None:
    """Arrest of the offender, record of the reporter, certification, trust."""
    values, victim, code = model.values, incident.candidate.person, incident.candidate.code
    if incident.cleared and incident.offender is not None:
        model.booked[incident.offender.who] = incident.offender
        if incident.candidate.what in FELONIES:
            model.felons.add(incident.offender.who)
    if not incident.by_victim:
        return
    model.recorded[victim.who] = victim
    if not victim.citizen and incident.candidate.what in SURVIVOR_CRIMES:
        _certification(model, code)
    if incident.cleared:
        model.trust_later(victim, values.clearance_trust_gain)
    question(model, victim, code, values.status_question_report_share)


def _certification(model: Twin, code: int) -> None:
    """A survivor may ask police to certify her help (`UVISA`)."""
    values = model.values
    if (
        model.dice.roll("certification-asked", model.year, code)
        >= values.certification_request_share
    ):
        return
    model.book.add("certifications_requested", 1)
    granted = values.certification_grant_unsupported
    if model.law.survivor_support:
        granted = values.certification_grant_supported
    if model.dice.roll("certification-given", model.year, code) < granted:
        model.book.add("certifications_granted", 1)
