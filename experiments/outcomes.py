"""Named outcomes, as data: what is counted, over what, for whom, and in which plain words.

An outcome is a ratio of two columns of the ledger's monthly frames. Adding one is adding an entry
to `OUTCOMES`; the runner, the contrasts, the tables and the charts then know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.schema import (
    CARVE_OUTS,
    CHANNELS,
    CONVICTIONS,
    CRIMES,
    ETHNICITIES,
    HAND_OVER_CHANNELS,
    PLACES,
    STATUSES,
    VIOLENT,
)

#: Days of a resident-year: rates are per 365 days lived here, leap years included.
YEAR = 365.0
#: Every group of a breakdown, so that a group in which nothing happened still has its row of zero.
GROUPS: dict[str, tuple[str, ...]] = {
    "status": STATUSES.names,
    "ethnicity": ETHNICITIES.names,
    "crime": CRIMES.names,
    "channel": CHANNELS.names,
    "conviction": CONVICTIONS.names,
    "carve_out": ("none", *CARVE_OUTS.names),
    "place": PLACES,
}
#: Breakdowns whose groups add up to the whole. Carve-out classes overlap: a person can be in two.
PARTITIONS = frozenset(GROUPS) - {"carve_out"} | {"area"}

Where = Mapping[str, tuple[str, ...]]
VIOLENT_CRIMES = tuple(CRIMES.names[code] for code in VIOLENT)
WITHOUT_PARTNER = tuple(name for name in CRIMES if name != "partner_violence")
CITIZENS = ("us_born", "naturalized")
UNDOCUMENTED: Where = {"status": ("undocumented",)}


@dataclass(frozen=True)
class Column:
    """One column of one frame of the ledger, for the rows that `where` admits."""

    frame: str
    name: str
    where: Where = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """A rate that regimes are compared by.

    ``value = per * numerator / denominator``. `by` lists the breakdowns offered beside the whole;
    a denominator without that column stays whole. `counts` is false for an index or an expected
    number, in which no person or event is counted; `share` is true when the numerator is a part
    of the denominator. `area` outcomes are given by community area, as rates only.
    """

    name: str
    title: str
    unit: str
    meaning: str
    numerator: Column
    denominator: Column
    per: float = 100.0
    by: tuple[str, ...] = ()
    counts: bool = True
    share: bool = False
    headline: bool = False


def _reporting(
    name: str, title: str, meaning: str, column: str = "reported", *,
    crimes: tuple[str, ...] = CRIMES.names, of: str = "victimisations",
    by: tuple[str, ...] = ("status", "ethnicity", "crime"), unit: str = "% of victimisations",
    headline: bool = False, where: Where | None = None,
) -> Outcome:
    rows: Where = {"crime": crimes, **(where or {})}
    return Outcome(
        name, title, unit, meaning, Column("crime", column, rows), Column("crime", of, rows),
        by=by, share=True, headline=headline,
    )


def _met(
    name: str, title: str, meaning: str, *, column: str = "met", where: Where | None = None,
    by: tuple[str, ...] = (), headline: bool = False,
) -> Outcome:
    return Outcome(
        name, title, "per 10,000 undocumented residents a year", meaning,
        Column("encounters", column, {**UNDOCUMENTED, **(where or {})}),
        Column("people", "person_years", UNDOCUMENTED),
        per=10_000, by=by, headline=headline,
    )


def _per_resident(
    name: str, title: str, meaning: str, frame: str, column: str, *, per: float = 10_000,
    by: tuple[str, ...] = ("status", "ethnicity"), where: Where | None = None,
    people: str = "people", headline: bool = False, counts: bool = True,
    of: Where | None = None, whom: str = "residents",
) -> Outcome:
    return Outcome(
        name, title, f"per {per:,.0f} {whom} a year", meaning,
        Column(frame, column, where or {}), Column(people, "person_years", of or {}),
        per=per, by=by, headline=headline, counts=counts,
    )


def _in_the_city(
    name: str, title: str, meaning: str, frame: str, column: str, *, where: Where | None = None,
    by: tuple[str, ...] = (), headline: bool = False, counts: bool = True,
) -> Outcome:
    return Outcome(
        name, title, "a year in the whole city", meaning, Column(frame, column, where or {}),
        Column("clock", "city_years"), per=1, by=by, headline=headline, counts=counts,
    )


_ENTRIES = (
    # Who calls the police
    _reporting("reporting", "Crimes that reach the police",
               "Of all victimisations, those that police learn of from anyone.", headline=True),
    _reporting("reporting_latino", "  of Latino victims",
               "The same, when the victim is Latino.",
               where={"ethnicity": ("latino",)}, by=(), headline=True),
    _reporting("reporting_undocumented", "  of undocumented victims",
               "The same, when the victim has no legal status.",
               where=UNDOCUMENTED, by=(), headline=True),
    _reporting("reporting_violent", "  violent crimes",
               "The same, for crimes against a person.", crimes=VIOLENT_CRIMES, headline=True),
    _reporting("reporting_without_partner_violence", "  without partner violence",
               "The same, leaving out violence by a partner.", crimes=WITHOUT_PARTNER),
    _reporting("reporting_by_victims", "Reported by the victim",
               "Of all victimisations, those that the victim reports.", "reported_by_victim"),
    _reporting("reporting_by_bystanders", "Reported by a bystander",
               "Of violent victimisations, those that someone who saw them reports.",
               "reported_by_bystander", crimes=VIOLENT_CRIMES),
    _reporting("found_by_police", "Found by police themselves",
               "Of all victimisations, those that police come upon.", "found_by_police"),
    _reporting("survey_reporting", "Reporting as a crime survey finds it",
               "Of the victimisations told to the virtual survey, those said to be reported.",
               "survey_reported", of="survey_victimisations", unit="% of those told"),
    _reporting("clearance", "Crimes cleared",
               "Of the crimes that reach the police, those cleared.", "cleared", of="reported",
               unit="% of reported"),
    # Crime
    _per_resident("victimisations", "Victimisations",
                  "Crimes suffered, reported or not.", "crime", "victimisations",
                  by=("status", "ethnicity", "crime"), headline=True),
    _per_resident("recorded_crime", "Crimes that police record",
                  "Crimes that reach the police: a police measure, not the crime survey's.",
                  "crime", "reported", by=("status", "ethnicity", "crime")),
    _per_resident("partner_episodes", "Episodes of partner violence",
                  "Single episodes within courses of violence by a partner.",
                  "city", "partner_episodes", by=()),
    _in_the_city("homicide_hazard", "Partner homicides expected",
                 "Accumulated lethal hazard of partner violence: an expectation, not a count.",
                 "city", "homicide_hazard", counts=False),
    _in_the_city("homicide_hazard_latina", "Partner homicides expected, Latina women",
                 "The same, for Latina women.", "city", "homicide_hazard_latina", counts=False),
    _in_the_city("prevented_by_incapacitation", "Crimes prevented by incapacitation",
                 "Crimes that did not happen: the offender was in custody or had been transferred.",
                 "city", "prevented_by_incapacitation"),
    # Who meets ICE
    _met("encounters", "Undocumented residents who meet ICE",
         "Encounters by any channel.", by=("channel", "conviction", "carve_out"), headline=True),
    _met("hand_overs", "  handed over by lock-up, jail or prison",
         "Encounters that begin with the police, the county jail or a prison.",
         where={"channel": tuple(CHANNELS.names[code] for code in HAND_OVER_CHANNELS)},
         by=("channel", "conviction"), headline=True),
    _met("encounters_no_class", "  of them in no carve-out class",
         "Encounters of persons whom no carve-out of the 2012 text names.",
         where={"carve_out": ("none",)}, by=("channel",), headline=True),
    _met("ice_arrests", "Undocumented residents arrested by ICE",
         "Encounters that end in an arrest.", column="arrested", by=("channel", "conviction")),
    _per_resident("encounters_by_status", "Residents who meet ICE",
                  "Encounters of anyone, by legal status.", "encounters", "met", by=("status",)),
    _in_the_city("citizens_met", "Citizens who meet ICE by mistake or as bystanders",
                 "Encounters of US-born and naturalized citizens.", "encounters", "met",
                 where={"status": CITIZENS}, headline=True),
    _in_the_city("detainers_lodged", "Detainers lodged",
                 "Requests by ICE to hold a person in custody.", "detainers", "lodged",
                 by=("place",)),
    _in_the_city("detainers_honoured", "Detainers honoured",
                 "Requests that end in a transfer.", "detainers", "honoured", by=("place",)),
    _in_the_city("detainers_lapsed", "Detainers lapsed",
                 "Requests that the law lets the custodian answer, to which ICE does not come in"
                 " time.", "detainers", "lapsed", by=("place",)),
    _in_the_city("detainers_declined", "Detainers declined",
                 "Requests that the law has the custodian decline.", "detainers", "declined",
                 by=("place",)),
    _in_the_city("families_separated", "Families separated",
                 "Households that lose a member to ICE.", "city", "families_separated",
                 headline=True),
    _in_the_city("children_without_parent", "Children left without a parent",
                 "Children whose household loses its last adult.", "city",
                 "children_without_parent"),
    # Police contact
    _per_resident("stops", "Police stops", "Stops by police; no fingerprints are taken.",
                  "people", "stops", per=1_000),
    _per_resident("arrests", "Police arrests", "Bookings, each matched federally.",
                  "people", "arrests", per=1_000),
    _per_resident("status_questions", "Police questions about status",
                  "Occasions on which an officer asks for legal status.", "people",
                  "status_questions"),
    # Daily life
    Outcome("calls_made", "Calls that are not about crime", "% of those needed",
            "Of occasions to call for help other than crime, those on which somebody calls.",
            Column("people", "calls_made"), Column("people", "calls_needed"),
            by=("status", "ethnicity"), share=True),
    _per_resident("work_days_lost", "Work days lost to fear",
                  "Days on which fear keeps an adult from work.", "people", "work_days_lost",
                  per=100, where=UNDOCUMENTED, of=UNDOCUMENTED, by=(),
                  whom="undocumented residents", headline=True),
    _per_resident("school_days_lost", "School days lost to fear",
                  "Days on which fear keeps a child from school.", "people", "school_days_lost",
                  per=100),
    _per_resident("services_avoided", "Visits to services avoided",
                  "Visits to clinics and city services not made.", "people", "services_avoided",
                  per=100),
    Outcome("threat", "Perceived threat", "index",
            "Mean of the threat index over occasions to call for help; not a probability.",
            Column("people", "threat"), Column("people", "calls_needed"), per=1, counts=False,
            by=("status", "ethnicity")),
    Outcome("certifications", "Survivors' certifications granted", "% of requests",
            "Of requests to certify a victim's cooperation, those granted.",
            Column("city", "certifications_granted"), Column("city", "certifications_requested"),
            share=True),
    # By community area: rates only
    Outcome("area_reporting", "Crimes that reach the police, by area", "% of victimisations",
            "Of victimisations in an area, those that police learn of.",
            Column("crime_area", "reported"), Column("crime_area", "victimisations"),
            by=("area",), share=True),
    _per_resident("area_victimisations", "Victimisations, by area",
                  "Crimes suffered by an area's residents.", "crime_area", "victimisations",
                  by=("area",), people="people_area"),
    _per_resident("area_stops", "Police stops, by area", "Stops of an area's residents.",
                  "people_area", "stops", by=("area",), people="people_area", per=1_000),
    _per_resident("area_encounters", "Residents who meet ICE, by area",
                  "Encounters of an area's residents, whatever their status.",
                  "people_area", "encounters", by=("area",), people="people_area"),
)

OUTCOMES: dict[str, Outcome] = {outcome.name: outcome for outcome in _ENTRIES}
HEADLINES = tuple(outcome.name for outcome in _ENTRIES if outcome.headline)
