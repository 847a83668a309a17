"""What ``city.toml`` says: a city's names, and a source for every column of its tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.city_tables import TABLES, read_text
from model.faults import BadInput, Fault, nearest
from model.toml_source import KeyPath, TomlSource, parse_toml

STATUSES = ("measured", "modelled", "invented")
SOURCE_KEYS = ("table", "columns", "unit", "period", "status", "source", "days")
CITY_KEYS = ("name", "title", "state", "note", "source")
#: Tables whose columns `city.toml` must give a source for; policing names one in every row.
SOURCED_TABLES = ("areas", "recorded_crime", "adjacency")


@dataclass(frozen=True)
class Source:
    """Where columns of one table come from, their unit and period, and how they were made.

    `status` is measured, modelled or invented; `days` is the length of the period that recorded
    crime was counted over (0 elsewhere).
    """

    table: str
    columns: tuple[str, ...]
    unit: str
    period: str
    status: str
    source: str
    days: int = 0


def read_words(folder: Path) -> tuple[dict[str, str], tuple[Source, ...], list[Fault]]:
    """``city.toml``: the city's names, and a source for every column of its tables."""
    path = folder / "city.toml"
    if not path.exists():
        return {}, (), [missing(path)]
    try:
        file = parse_toml(read_text(path).replace("\r\n", "\n"), str(path))
    except BadInput as error:
        return {}, (), list(error.faults)
    words = dict(file.data)
    strange = [key for key in words if key not in CITY_KEYS]
    faults = [_unknown(file, (key,), "key", key, CITY_KEYS) for key in strange]
    for key in ("name", "title", "state", "note"):
        value = words.setdefault(key, "" if key in ("state", "note") else None)
        if not isinstance(value, str) or not value.replace("\n", " ").isprintable():
            faults.append(_not(file, (key,), value, "text"))
    entries = words.pop("source", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return words, (), [*faults, file.fault(("source",), "not a list", "[[source]] entries")]
    bad = [_source_faults(file, ("source", place), entry) for place, entry in enumerate(entries)]
    faults += [fault for each in bad for fault in each]
    if strange or any(bad):
        return words, (), faults  # what is at fault may be the entry that a column misses
    sources = tuple(Source(**{**entry, "columns": tuple(entry["columns"])}) for entry in entries)
    return words, sources, faults + _uncovered(file, sources)


def _not(file: TomlSource, path: KeyPath, value: Any, allowed: str) -> Fault:
    """The fault of a value of the wrong kind, or of none."""
    return file.fault(path, "missing" if value is None else f"found {value!r}", allowed)


def _unknown(
    file: TomlSource, path: KeyPath, what: str, found: str, names: Iterable[str]
) -> Fault:
    """The fault of a name that does not exist, at its place in the file."""
    names = list(names)
    return file.fault(path, f"unknown {what} {found!r}", ", ".join(names), nearest(found, names))


def _source_faults(file: TomlSource, at: KeyPath, entry: dict[str, Any]) -> list[Fault]:
    """What is wrong with the ``[[source]]`` entry at key path `at`."""
    faults = [
        _unknown(file, (*at, key), "key", key, SOURCE_KEYS)
        for key in entry
        if key not in SOURCE_KEYS
    ]
    for key in ("table", "unit", "period", "status", "source"):
        if not isinstance(entry.get(key), str):
            faults.append(_not(file, (*at, key), entry.get(key), "text"))
    table, columns, days = entry.get("table"), entry.get("columns"), entry.get("days")
    if isinstance(table, str) and table not in SOURCED_TABLES:
        faults.append(_unknown(file, (*at, "table"), "table", table, SOURCED_TABLES))
    elif not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        faults.append(_not(file, (*at, "columns"), columns, "a list of columns"))
    elif isinstance(table, str):
        names = [column.name for column in TABLES[table]]
        faults += [
            _unknown(file, (*at, "columns", place), "column", name, names)
            for place, name in enumerate(columns)
            if name not in names
        ]
    if isinstance(entry.get("status"), str) and entry["status"] not in STATUSES:
        faults.append(_unknown(file, (*at, "status"), "status", entry["status"], STATUSES))
    counted = type(days) is int and 1 <= days <= 36_525
    if (table == "recorded_crime") != (days is not None) or (days is not None and not counted):
        allowed = "days counted over, 1 to 36525, for recorded_crime and no other table"
        faults.append(_not(file, (*at, "days"), days, allowed))
    return faults


def _uncovered(file: TomlSource, sources: tuple[Source, ...]) -> list[Fault]:
    """Columns with no source, or with two, at the last entry of their table."""
    needed = [
        (table, column.name)
        for table in SOURCED_TABLES
        for column in TABLES[table]
        if column.name not in ("area", "name", "area_b")
    ]
    faults = []
    for table, name in needed:
        of_table = [place for place, source in enumerate(sources) if source.table == table]
        given = [place for place in of_table for each in sources[place].columns if each == name]
        if len(given) != 1:
            found = f"{table}.{name} has {f'{len(given)} sources' if given else 'no source'}"
            last = (given or of_table)[-1:]
            faults.append(file.fault(("source", *last), found, "one [[source]] for each column"))
    return faults


def missing(path: Path) -> Fault:
    """The fault of a file that a city needs; names one that was probably meant."""
    close = nearest(path.name, (
        each.name for each in path.parent.glob(f"*{path.suffix}") if each.stem not in TABLES
    ))
    return Fault("missing file", "one is needed", str(path), nearest=close)
