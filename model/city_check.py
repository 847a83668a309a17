"""What a city's folder must hold to: every fault of every table, by file, row and column."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.city_sources import Source, missing, read_words
from model.city_tables import (
    ETHNICITY_COLUMNS,
    EXCLUSIVE_TYPES,
    OPTIONAL_TABLES,
    POLICING_SERIES,
    TABLES,
    Table,
    read_table,
)
from model.faults import Fault

#: Published shares are rounded to a tenth of a per cent, so five of them may exceed one by this.
SHARE_SLACK = 0.005


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
    words, sources, faults = read_words(folder)
    tables: dict[str, Table] = {}
    for name, columns in TABLES.items():
        path = folder / f"{name}.csv"
        if path.exists() or path.is_symlink():
            tables[name], bad = read_table(path, columns)
            faults += bad
        elif name not in OPTIONAL_TABLES:
            faults.append(missing(path))
    areas = tables.get("areas", Table(""))
    faults += _areas(areas)
    # Where a row of the areas cannot be placed, which areas there are is not known, and what other
    # tables say of the area that is gone would be the same fault again.
    numbers = set() if _unplaced(areas, faults) else {area for _, area in areas.rows("area")}
    for name, table in tables.items():
        if name == "policing":
            faults += _policing(table)
        elif name == "adjacency":
            faults += _adjacency(table, numbers)
        elif name != "areas":
            faults += _every_area_once(table, numbers, faults)
    if "recorded_crime" in tables:
        faults += _recorded(tables["recorded_crime"])
    if "tiles" in tables:
        tiles = tables["tiles"]
        where = [(line, (x, y)) for line, x, y in tiles.rows("column", "row")]
        faults += _twice(
            tiles.file, where, "column, row", "tile", "one tile an area", _repeated(tiles)
        )
    order = {str(folder / f"{name}.csv"): place for place, name in enumerate(TABLES)}
    faults.sort(key=lambda fault: (order.get(fault.file, -1), fault.line or 0))
    return CityFiles(words, sources, tables), faults


def _twice(
    file: str,
    values: Iterable[tuple[int, Any]],
    key: str,
    what: str,
    allowed: str,
    passed_over: Collection[int | None] = (),
) -> list[Fault]:
    """A fault for each value that an earlier row has, but for rows at lines `passed_over`."""
    first: dict[Any, int] = {}
    faults = []
    for line, value in values:
        if line not in passed_over and (before := first.setdefault(value, line)) != line:
            found = f"{what} {value!r} stands already in line {before}"
            faults.append(Fault(found, allowed, file, line, key))
    return faults


def _areas_twice(table: Table) -> list[Fault]:
    return _twice(table.file, table.rows("area"), "area", "area", "one row an area")


def _repeated(table: Table) -> set[int | None]:
    """Lines of the rows whose area an earlier row has: whatever they repeat is that one fault."""
    return {fault.line for fault in _areas_twice(table)}


def _unplaced(table: Table, faults: Iterable[Fault]) -> bool:
    """Whether a row of `table` could not be read, or has no area of its own."""
    return any(fault.file == table.file and fault.key in ("", "area") for fault in faults)


def _every_area_once(table: Table, numbers: set[int], faults: Iterable[Fault]) -> list[Fault]:
    """Each area has one row in `table` and no other area has any; `faults` are known before."""
    found = _areas_twice(table)
    if not numbers:
        return found  # the areas could not be read, which is a fault of its own
    found += [
        Fault(f"unknown area {number}", "areas of areas.csv", table.file, line, "area")
        for line, number in table.rows("area")
        if number not in numbers
    ]
    if "area" in table.columns and not _unplaced(table, [*faults, *found]):
        found += [
            Fault(f"no row for area {number}", "one row an area", table.file)
            for number in sorted(numbers.difference(table.columns["area"]))
        ]
    return found


def _areas(table: Table) -> list[Fault]:
    """Rules that join the columns of areas.csv."""
    if "area" in table.columns and not table.lines:
        return [Fault("no rows", "one row an area", table.file)]
    allowed = "a name of its own for each area"
    faults = _areas_twice(table)
    faults += _twice(table.file, table.rows("name"), "name", "name", allowed, _repeated(table))
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
