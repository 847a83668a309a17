"""Is it the same ledger? Events as multisets and whole numbers exactly, floats to 1e-12."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from model.ledger import (
    CONTACTS,
    DETAINER_OUTCOMES,
    INCIDENT_OUTCOMES,
    PLACES,
    Ledger,
    carve_out,
)
from model.schema import CHANNELS, CRIMES
from tests.twin.book import BY_BYSTANDER, BY_VICTIM, CLEARED, FOUND, SURVEYED, Book, Month

if TYPE_CHECKING:
    from tests.twin.model import Twin

TOLERANCE = 1e-12
SHOWN = 4
#: Names of the codes in the ledger's events, by column.
NAMES = {
    "crime": CRIMES.names,
    "kind": CONTACTS,
    "place": PLACES,
    "outcome": DETAINER_OUTCOMES,
    "channel": CHANNELS.names,
}
FLOWS = ("threat", "trust", "work_days_lost", "school_days_lost", "services_avoided")


def differences(ledger: Ledger, twin: Twin) -> list[str]:
    """What the engine's ledger (kept with its event log) and the twin's book do not share; empty
    if they agree."""
    found = list(_event_differences(ledger, twin.book))
    frames = ledger.frames()
    names = list(dict.fromkeys(frames["people"]["month"]))
    months = twin.book.months[:-1]
    if names != [month.name for month in months]:
        return [*found, f"months: engine {names}, twin {[month.name for month in months]}"]
    for month in months:
        found += _sum_differences(frames["city"], month)
        found += _group_differences(frames["people"], month)
    return found + list(_table_differences(frames, twin))


def _event_differences(ledger: Ledger, book: Book) -> Iterator[str]:
    for kind, frame in ledger.events().items():
        columns = {name: frame[name].tolist() for name in frame}
        for name in columns.keys() & NAMES.keys():
            columns[name] = [NAMES[name][code] for code in columns[name]]
        engine = Counter(zip(*columns.values(), strict=True))
        twin = Counter(book.events[kind])
        yield from _counter_differences(f"event {kind}", engine, twin)


def _counter_differences(what: str, engine: Counter, twin: Counter) -> Iterator[str]:
    for owner, only in (("engine", engine - twin), ("twin", twin - engine)):
        if only:
            examples = sorted(only.items())[:SHOWN]
            yield f"{what}: {sum(only.values())} only in the {owner}, such as {examples}"


def _far(one: float, other: float) -> bool:
    return not math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _sum_differences(city: pd.DataFrame, month: Month) -> Iterator[str]:
    row = city[city["month"] == month.name].iloc[0].drop("month").to_dict()
    for name in sorted(row.keys() | month.sums.keys()):
        engine, twin = float(row.get(name, 0.0)), month.sums.get(name, 0.0)
        if _far(engine, twin):
            yield f"sum {name} in {month.name}: engine {engine!r}, twin {twin!r}"


def _group_differences(people: pd.DataFrame, month: Month) -> Iterator[str]:
    """Residents, and flows by status and ethnicity."""
    for row in people[people["month"] == month.name].to_dict("records"):
        group = row["status"], row["ethnicity"]
        if row["residents"] != month.residents[group]:
            yield f"residents {group} in {month.name}: {row['residents']}, {month.residents[group]}"
        if row["person_days"] != month.residents[group] * month.days:
            yield f"person-days {group} in {month.name}"
        for name in FLOWS:
            engine, twin = row[name], month.flows[name][group]
            if _far(engine, twin):
                yield f"flow {name} of {group} in {month.name}: engine {engine!r}, twin {twin!r}"


def _table_differences(frames: dict[str, pd.DataFrame], twin: Twin) -> Iterator[str]:
    """The ledger's monthly tables against counts of the twin's events."""
    twins = twin_tables(twin)
    for name, groups, counted in (
        ("crime", ("status", "ethnicity", "crime"), INCIDENT_OUTCOMES),
        ("crime_area", ("area", "crime"), ("victimisations", "reported", "cleared")),
        ("people", ("status", "ethnicity"), CONTACTS),
        ("people_area", ("area",), ("stops", "arrests", "encounters")),
        ("encounters", ("channel", "status", "conviction", "carve_out"), ("met", "arrested")),
        ("detainers", ("place", "status", "conviction", "carve_out"), DETAINER_OUTCOMES),
    ):
        engine: Counter = Counter()
        keys = [frames[name][column].tolist() for column in ("month", *groups)]
        for outcome in counted:
            counts = frames[name][outcome].tolist()
            for *key, count in zip(*keys, counts, strict=True):
                if count:
                    engine[*key, outcome] += int(count)
        yield from _counter_differences(f"table {name}", +engine, +twins[name])


def twin_tables(twin: Twin) -> dict[str, Counter]:
    """Counts of the twin's events by table, keyed by (month, group..., outcome)."""
    tables: dict[str, Counter] = {
        name: Counter()
        for name in ("crime", "crime_area", "people", "people_area", "encounters", "detainers")
    }
    month_of = _months(twin)
    numbers = twin.city.numbers.tolist()
    for day, who, crime, fate in twin.book.events["incident"]:
        person, month = twin.residents[who], month_of[day]
        for outcome in outcomes(fate):
            tables["crime"][month, person.status, person.ethnicity, crime, outcome] += 1
            if outcome in ("victimisations", "reported", "cleared"):
                tables["crime_area"][month, numbers[person.area], crime, outcome] += 1
    for day, who, kind in twin.book.events["contact"]:
        person, month = twin.residents[who], month_of[day]
        tables["people"][month, person.status, person.ethnicity, kind] += 1
        if kind in ("stops", "arrests"):
            tables["people_area"][month, numbers[person.area], kind] += 1
    for day, who, channel, arrested, flags in twin.book.events["encounter"]:
        person, month = twin.residents[who], month_of[day]
        tables["people_area"][month, numbers[person.area], "encounters"] += 1
        for outcome in ("met", "arrested")[: 1 + arrested]:
            key = month, channel, person.status, person.conviction, carve_out(flags), outcome
            tables["encounters"][key] += 1
    for day, who, place, outcome, flags in twin.book.events["detainer"]:
        person = twin.residents[who]
        key = month_of[day], place, person.status, person.conviction, carve_out(flags), outcome
        tables["detainers"][key] += 1
    return tables


def _months(twin: Twin) -> dict[int, str]:
    """The month of every day of the run, by ordinal."""
    start, end = twin.setting.start, twin.setting.end
    days = range(start.toordinal(), end.toordinal())
    return {day: f"{start.fromordinal(day):%Y-%m}" for day in days}


def outcomes(fate: int) -> list[str]:
    """The outcomes of incidents that a fate counts under."""
    reported = bool(fate & (BY_VICTIM | BY_BYSTANDER | FOUND))
    counts = {
        "victimisations": True,
        "reported_by_victim": fate & BY_VICTIM,
        "reported_by_bystander": fate & BY_BYSTANDER,
        "found_by_police": fate & FOUND,
        "reported": reported,
        "unreported": not reported,
        "cleared": fate & CLEARED,
        "survey_victimisations": fate & SURVEYED,
        "survey_reported": fate & SURVEYED and reported,
    }
    return [name for name, counted in counts.items() if counted]
