"""What a city's folder must hold to: every fault of every table, by file, row and column."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.city_tables import (
    ETHNICITY_COLUMNS,
    EXCLUSIVE_TYPES,
    OPTIONAL_TABLES,
    POLICING_SERIES,
    TABLES,
    Table,
    read_table,
    read_text,
)
from model.faults import BadInput, Fault, nearest, unknown

#: Published shares are rounded to a tenth of a per cent, so five of them may exceed one by this.
SHARE_SLACK = 0.005
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


@dataclass(frozen=True)
class CityFiles:
    """A folder as read: ``city.toml``'s words, its sources, and the tables by name."""

    words: dict[str, str]
    sources: tuple[Source, ...]
    tables: dict[str, Table]


def check_city(folder: str | Path) -> list[Fault]:
    """Every fault of a city's folder, each with file, line and column; an empty list if none."""
    return read_city(folder)[1]


def read_city(folder: str | Path) -> tuple[CityFiles, list[Fault]]:
    """The tables of `folder` and every fault in them; use the tables only if there is none."""
    folder = Path(folder)
    if not folder.is_dir():
        found = "not a folder" if folder.exists() else "no such folder"
        return CityFiles({}, (), {}), [Fault(found, "a folder of tables", str(folder))]
    words, sources, faults = _read_words(folder)
    tables: dict[str, Table] = {}
    for name, columns in TABLES.items():
        path = folder / f"{name}.csv"
        if path.exists() or path.is_symlink():
            tables[name], bad = read_table(path, columns)
            faults += bad
        elif name not in OPTIONAL_TABLES:
            faults.append(_missing(path))
    areas = tables.get("areas", Table(""))
    numbers = {number for _, number in areas.rows("area")}
    for name, table in tables.items():
        if name == "policing":
            faults += _policing(table)
        elif name == "adjacency":
            faults += _adjacency(table, numbers)
        else:
            faults += _every_area_once(table, numbers)
    faults += _areas(areas)
    if "recorded_crime" in tables:
        faults += _recorded(tables["recorded_crime"])
    if "tiles" in tables:
        where = [(line, (x, y)) for line, x, y in tables["tiles"].rows("column", "row")]
        faults += _twice(tables["tiles"].file, where, "column, row", "tile", "one tile an area")
    order = {str(folder / f"{name}.csv"): place for place, name in enumerate(TABLES)}
    faults.sort(key=lambda fault: (order.get(fault.file, -1), fault.line or 0))
    return CityFiles(words, sources, tables), faults


def _missing(path: Path) -> Fault:
    close = nearest(path.name, (
        each.name for each in path.parent.glob(f"*{path.suffix}") if each.stem not in TABLES
    ))
    return Fault("missing file", "one is needed", str(path), nearest=close)


def _twice(
    file: str, values: Iterable[tuple[int, Any]], key: str, what: str, allowed: str
) -> list[Fault]:
    """A fault for each value that an earlier row has."""
    first: dict[Any, int] = {}
    faults = []
    for line, value in values:
        if (before := first.setdefault(value, line)) != line:
            found = f"{what} {value!r} stands already in line {before}"
            faults.append(Fault(found, allowed, file, line, key))
    return faults


def _every_area_once(table: Table, numbers: set[int]) -> list[Fault]:
    """Each area has one row in `table` and no other area has any."""
    faults = _twice(table.file, table.rows("area"), "area", "area", "one row an area")
    if table.lines and not numbers:
        return faults  # the areas could not be read, which is a fault of its own
    for line, number in table.rows("area"):
        if number not in numbers:
            found = f"unknown area {number}"
            faults.append(Fault(found, "areas of areas.csv", table.file, line, "area"))
    if "area" in table.columns and None not in table.columns["area"]:
        for number in sorted(numbers.difference(table.columns["area"])):
            faults.append(Fault(f"no row for area {number}", "one row an area", table.file))
    return faults


def _areas(table: Table) -> list[Fault]:
    """Rules that join the columns of areas.csv."""
    if "area" in table.columns and not table.lines:
        return [Fault("no rows", "one row an area", table.file)]
    names = ((line, name) for line, name in table.rows("name"))
    faults = _twice(table.file, names, "name", "name", "a name of its own for each area")
    for line, *shares in table.rows(*ETHNICITY_COLUMNS):
        if (total := sum(shares)) > 1 + SHARE_SLACK:
            found = f"shares sum to {total:.4g}"
            allowed = f"at most {1 + SHARE_SLACK}"
            faults.append(Fault(found, allowed, table.file, line, ", ".join(ETHNICITY_COLUMNS)))
    for part, whole in (
        ("noncitizen_share", "foreign_born_share"),
        ("undocumented_share", "noncitizen_share"),
        ("households", "population"),
    ):
        faults += _at_most(table, part, whole)
    return faults


def _at_most(table: Table, part: str, whole: str) -> list[Fault]:
    return [
        Fault(f"found {small:g}", f"at most {whole}, {large:g}", table.file, line, part)
        for line, small, large in table.rows(part, whole)
        if small > large
    ]


def _recorded(table: Table) -> list[Fault]:
    """Parts of recorded crime do not exceed the whole."""
    faults = [fault for part in ("domestic", "arrests") for fault in _at_most(table, part, "all")]
    for line, total, *parts in table.rows("all", *EXCLUSIVE_TYPES):
        if sum(parts) > total:
            found = f"{total:g}, less than its types together"
            faults.append(Fault(found, f"at least {sum(parts):g}", table.file, line, "all"))
    return faults


def _adjacency(table: Table, numbers: set[int]) -> list[Fault]:
    """Borders join two different known areas, each pair once."""
    faults = []
    pairs = []
    for line, a, b in table.rows("area_a", "area_b"):
        for key, number in (("area_a", a), ("area_b", b)):
            if numbers and number not in numbers:
                found = f"unknown area {number}"
                faults.append(Fault(found, "areas of areas.csv", table.file, line, key))
        if a == b:
            faults.append(
                Fault(f"area {a} borders itself", "two areas", table.file, line, "area_b")
            )
        pairs.append((line, (min(a, b), max(a, b))))
    return faults + _twice(table.file, pairs, "area_a, area_b", "pair", "each border once")


def _policing(table: Table) -> list[Fault]:
    """Each series has a year at least, and no year twice."""
    rows = [(line, (series, year)) for line, series, year in table.rows("series", "year")]
    faults = _twice(table.file, rows, "series, year", "year", "each year of a series once")
    faults += _at_most(table, "low", "value") + _at_most(table, "value", "high")
    if "series" in table.columns:
        absent = set(POLICING_SERIES).difference(table.columns["series"])
        allowed = "at least one year of " + ", ".join(POLICING_SERIES)
        faults += [Fault(f"no year of {name}", allowed, table.file) for name in sorted(absent)]
    return faults


def _read_words(folder: Path) -> tuple[dict[str, str], tuple[Source, ...], list[Fault]]:
    """``city.toml``: the city's names, and a source for every column of its tables."""
    path = folder / "city.toml"
    file = str(path)
    if not path.exists():
        return {}, (), [_missing(path)]
    try:
        text = read_text(path)
        words = tomllib.loads(text)
    except BadInput as error:
        return {}, (), list(error.faults)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        return {}, (), [Fault(f"not TOML: {error}", "TOML", file, int(at[1]) if at else None)]
    faults = [unknown("key", key, CITY_KEYS, file=file) for key in words if key not in CITY_KEYS]
    for key in ("name", "title", "state", "note"):
        value = words.setdefault(key, "" if key in ("state", "note") else None)
        if not isinstance(value, str) or not value.replace("\n", " ").isprintable():
            faults.append(Fault(f"found {value!r}", "text", file, key=key))
    entries = words.pop("source", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return words, (), [*faults, Fault("not a list", "[[source]] entries", file, key="source")]
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("[[source]]")]
    sources = []
    for place, entry in enumerate(entries):
        line = lines[place] if len(lines) == len(entries) else None
        found = _source_faults(file, line, entry)
        faults += found
        if not found:
            sources.append(Source(**{**entry, "columns": tuple(entry["columns"])}))
    return words, tuple(sources), faults + _uncovered(file, sources, entries)


def _source_faults(file: str, line: int | None, entry: dict[str, Any]) -> list[Fault]:
    """What is wrong with one ``[[source]]`` entry."""
    here = {"file": file, "line": line}
    faults = [unknown("key", key, SOURCE_KEYS, **here) for key in entry if key not in SOURCE_KEYS]
    for key in ("table", "unit", "period", "status", "source"):
        if not isinstance(entry.get(key), str):
            faults.append(Fault(f"found {entry.get(key)!r}", "text", file, line, key))
    table, columns, days = entry.get("table"), entry.get("columns"), entry.get("days")
    if isinstance(table, str) and table not in SOURCED_TABLES:
        faults.append(unknown("table", table, SOURCED_TABLES, key="table", **here))
    elif not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        faults.append(Fault(f"found {columns!r}", "a list of columns", file, line, "columns"))
    elif isinstance(table, str):
        names = [column.name for column in TABLES[table]]
        bad = [name for name in columns if name not in names]
        faults += [unknown("column", name, names, key="columns", **here) for name in bad]
    if isinstance(entry.get("status"), str) and entry["status"] not in STATUSES:
        faults.append(unknown("status", entry["status"], STATUSES, key="status", **here))
    counted = type(days) is int and 1 <= days <= 36_525
    if (table == "recorded_crime") != (days is not None) or (days is not None and not counted):
        allowed = "days counted over, 1 to 36525, for recorded_crime and no other table"
        faults.append(Fault(f"found {days!r}", allowed, file, line, "days"))
    return faults


def _uncovered(file: str, sources: list[Source], entries: list[Any]) -> list[Fault]:
    """Columns with no source, or with two."""
    if len(sources) < len(entries):
        return []  # an entry at fault may be the one that is missed here
    given = [(source.table, name) for source in sources for name in source.columns]
    needed = [
        (table, column.name)
        for table in SOURCED_TABLES
        for column in TABLES[table]
        if column.name not in ("area", "name", "area_b")
    ]
    faults = []
    for table, name in needed:
        if (times := given.count((table, name))) != 1:
            found = f"{table}.{name} has {'no source' if not times else f'{times} sources'}"
            faults.append(Fault(found, "one [[source]] for each column", file, key="source"))
    return faults
