"""Findings in a CSV or TOML file, each fault at its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from experiments.validation.row import ARM_FIELDS, CONTRAST, IN_UNITS, NOTHING, UNITS, Row
from model.city_tables import read_text
from model.faults import BadInput, Fault, nearest
from model.toml_source import KeyPath, TomlSource, read_toml, shown

BUILT_IN = Path(__file__).parent / "rows.toml"
COLUMNS = (*Row.model_fields, "published")


class RowFile(BaseModel):
    """The tables ``[[rows]]`` of a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: tuple[Row, ...] = Field(description="tables [[rows]]")


@dataclass(frozen=True)
class RowSource(TomlSource):
    """A file of findings, whose faults name a key as the file does."""

    def as_written(self, path: KeyPath) -> KeyPath:
        """``estimate`` has another name, ``published``."""
        if len(path) == 3 and path[2] == "estimate":
            row = self.data["rows"][path[1]]
            if "published" in row and "estimate" not in row:
                return (*path[:2], "published")
        return path

    def fault(
        self, path: KeyPath, found: str, allowed: str = "", nearest_name: str = ""
    ) -> Fault:
        """A fault at a key path of this document."""
        return super().fault(self.as_written(path), found, allowed, nearest_name)


@dataclass(frozen=True)
class CsvSource(RowSource):
    """A CSV file: row ``i`` stands on ``lines[i]``, and a key is a column."""

    lines: tuple[int, ...] = ()

    def line(self, path: KeyPath) -> int:
        """The line of a row."""
        place = path[1] if len(path) > 1 else None
        return self.lines[place] if isinstance(place, int) else 1

    def fault(
        self, path: KeyPath, found: str, allowed: str = "", nearest_name: str = ""
    ) -> Fault:
        """A fault in a cell, named by its column."""
        key = str(self.as_written(path)[2]) if len(path) > 2 else ""
        return Fault(found, allowed, self.file, self.line(path), key, nearest_name)


@dataclass(frozen=True)
class Rows:
    """Findings, and the file that each comes from, to say where a fault stands."""

    rows: tuple[Row, ...]
    source: TomlSource

    def fault(self, index: int, key: str, fault: Fault) -> Fault:
        """`fault` told at the place of key `key` of row `index`."""
        return self.source.fault(("rows", index, key), fault.found, fault.allowed, fault.nearest)


def read_rows(path: str | Path = BUILT_IN) -> Rows:
    """Read findings from a file: CSV if its name ends so, else TOML.

    Raises
    ------
    BadInput
        If the file is missing or broken, a column or key is unknown, a cell is out of range, an id
        comes twice, or an interval excludes its estimate: each with file, line, key.
    """
    path = Path(path)
    source = _csv(path) if path.suffix.lower() == ".csv" else _toml(path)
    rows = source.check(RowFile).rows
    if faults := _faults(rows, source):
        raise BadInput(faults)
    return Rows(rows, source)


def _toml(path: Path) -> RowSource:
    source = read_toml(path)
    return RowSource(source.file, source.data, source.text)


def _csv(path: Path) -> CsvSource:
    text = read_text(path)
    file = shown(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        cells = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        fault = Fault(f"not CSV ({error})", "comma-separated rows", file, reader.line_num)
        raise BadInput(fault) from None
    faults = [
        Fault("unknown column", ", ".join(COLUMNS), file, 1, name or "''", nearest(name, COLUMNS))
        for name in head
        if name not in COLUMNS
    ]
    twice = {name for name in head if head.count(name) > 1}
    faults += [Fault("column given twice", "each column once", file, 1, one) for one in twice]
    faults += [
        Fault(f"{len(row)} cells", f"{len(head)} as in the heading", file, line)
        for line, row in cells
        if len(row) != len(head)
    ]
    if not cells:
        faults.append(Fault("no rows", "at least one finding", file, 1))
    if faults:
        raise BadInput(faults)
    rows = [dict(zip(head, row, strict=True)) for _, row in cells]
    return CsvSource(file, {"rows": rows}, text, tuple(line for line, _ in cells))


def _faults(rows: tuple[Row, ...], source: TomlSource) -> list[Fault]:
    """What is wrong between the fields of a row, and between rows."""
    faults = [] if rows else [source.fault(("rows",), "no rows", "at least one finding")]
    seen: set[str] = set()
    for index, row in enumerate(rows):

        def fault(key: str, found: str, allowed: str, index: int = index) -> None:
            faults.append(source.fault(("rows", index, key), found, allowed))

        if not row.id.isprintable():
            fault("id", f"found {row.id!r}", "letters, digits and signs, in one line")
        if row.id in seen:
            fault("id", f"found {row.id!r} twice", "each id once")
        seen.add(row.id)
        low, high = row.low, row.high
        if (low is None) != (high is None):
            fault("low" if low is None else "high", "half an interval", "low and high, or neither")
        elif low is not None and high is not None:
            if low > high:
                fault("low", f"found {low:g} above high", f"at most {high:g}")
            elif isinstance(row.estimate, float) and not low <= row.estimate <= high:
                found = f"an interval of {low:g} to {high:g} excludes its estimate"
                fault("estimate", found, f"{row.estimate:g} within low and high")
            elif row.sign_only:
                fault("low", f"an interval beside {row.estimate!r}", "a number with it, or a sign")
        for key in ("estimate", "low", "high"):
            value = getattr(row, key)
            if row.measure in NOTHING and isinstance(value, float) and value <= 0:
                fault(key, f"found {value:g} for a {row.measure}", "above 0")
            if row.measure == "percent" and isinstance(value, float) and value < -100:
                fault(key, f"found {value:g} percent", "-100, which leaves nothing, or more")
        if row.not_comparable:
            continue
        for key, found, allowed in _contradictions(row):
            fault(key, found, allowed)
        if row.estimate is None:
            fault("estimate", "missing", "a number, negative or positive")
        if row.effect == "level" and row.contrasted:
            fault("effect", "a level of a contrast", "one side, or another effect")
        elif row.measure == "level" and row.minus_group:
            fault("minus_group", "a group taken off a level", "a contrast, or group_a and group_b")
        relative = UNITS.get(row.unit, "difference") not in IN_UNITS and row.unit != "percent"
        if row.measure in IN_UNITS and relative:
            fault("unit", f"a {row.measure} in {row.unit!r}", "points, percent, own, or per 10,000")
        elif row.measure not in IN_UNITS and row.measure != UNITS.get(row.unit):
            fault("effect", f"{row.measure!r} in {row.unit!r}", f"unit {row.measure!r}")
        if row.measure == "elasticity" and not row.of:
            fault("of", "missing", "the outcome whose change moves the other")
        if row.measure == "level" and row.sign_only:
            fault("estimate", "the sign of a level", "a number, or a contrast")
    return faults


def _contradictions(row: Row) -> Iterator[tuple[str, str, str]]:
    """Cells of which one would be ignored, or that would tell of nothing: key, found, allowed."""
    given = [f"{name}_{which}" for name in ARM_FIELDS for which in "ab"]
    if row.contrast:
        for key in (key for key in given if getattr(row, key)):
            yield key, "found beside a contrast", "one of them"
    for name in ("group", "period"):
        one, two = (getattr(row, f"{name}_{which}") for which in "ab")
        if one and one == two:
            yield f"{name}_b", f"found {two!r} on both sides", f"two, or {name} alone"
    if row.minus_group and row.minus_group == row.group:
        yield "minus_group", f"found {row.minus_group!r}, the group itself", "another group"
    if row.estimator and row.design == CONTRAST:
        yield "estimator", "found without a design", "the design that it is one of"
