"""The tables of a city's folder: which columns they have, and how a file becomes columns.

Reading never stops at the first fault: whatever can be read is read, and every fault is named by
file, line and column. Rules that join rows or tables are in `model.city_check`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.faults import BadInput, Fault, nearest
from model.plain_file import read_bytes

#: A city of a thousand areas needs a tenth of this; more is not a city's table.
MAX_BYTES = 5_000_000
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
MAX_NAME = 60


@dataclass(frozen=True)
class Column:
    """One column: its name, its kind (``int``, ``float`` or ``str``), and what it may hold."""

    name: str
    kind: type = float
    low: float = 0.0
    high: float = 1e9
    blank: bool = False
    words: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """What a cell may hold, in words."""
        if self.words:
            return " or ".join(self.words)
        if self.kind is str:
            return f"text of up to {MAX_NAME if not self.blank else 300} characters"
        number = "a whole number" if self.kind is int else "a number"
        return f"{number} from {self.low:.12g} to {self.high:.12g}"

    def read(self, cell: str) -> Any:
        """The value of `cell`; ``None`` where the column may be blank and is.

        Raises
        ------
        ValueError
            If the cell cannot stand in this column.
        """
        cell = cell.strip()
        if self.blank and not cell:
            return None
        if self.words and cell not in self.words:
            raise ValueError
        if self.kind is str:
            if not cell.isprintable() or not cell or len(cell) > (300 if self.blank else MAX_NAME):
                raise ValueError
            return cell
        if not NUMBER.fullmatch(cell):
            raise ValueError
        value = float(cell)
        if not self.low <= value <= self.high or (self.kind is int and not value.is_integer()):
            raise ValueError
        return self.kind(value)


def _shares(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, high=1.0) for name in names)


AREA = Column("area", int, 1, 99_999)
ETHNICITY_COLUMNS = ("latino_share", "black_share", "white_share", "asian_share")
#: Recorded types that exclude one another; the other columns cut across them.
EXCLUSIVE_TYPES = (
    "homicide",
    "sexual_assault",
    "robbery",
    "assault_battery",
    "burglary",
    "theft",
    "motor_vehicle_theft",
)
RECORDED_TYPES = (*EXCLUSIVE_TYPES, "domestic", "all", "arrests", "all_2019")
POLICING_SERIES = ("arrests", "stops", "officers")

#: Every table of a city, by file name without ``.csv``.
TABLES: dict[str, tuple[Column, ...]] = {
    "areas": (
        AREA,
        Column("name", str),
        Column("population", int, 1, 5e7),
        Column("households", int, 1, 5e7),
        *_shares(*ETHNICITY_COLUMNS),
        *_shares("foreign_born_share", "noncitizen_share", "undocumented_share"),
        *_shares("spanish_at_home_share", "limited_english_share", "under18_share"),
        Column("median_income", float, 0, 1e7),
        Column("latitude", float, -90, 90),
        Column("longitude", float, -180, 180),
        Column("district", int, 0, 99_999),
    ),
    "recorded_crime": (AREA, *(Column(name, float, 0, 1e8) for name in RECORDED_TYPES)),
    "adjacency": (Column("area_a", int, 1, 99_999), Column("area_b", int, 1, 99_999)),
    "policing": (
        Column("series", str, words=POLICING_SERIES),
        Column("year", int, 1900, 2200),
        Column("value", float, 0, 1e9),
        Column("low", float, 0, 1e9, blank=True),
        Column("high", float, 0, 1e9, blank=True),
        Column("checked", str, words=("yes", "no")),
        Column("source", str),
        Column("note", str, blank=True),
    ),
    "tiles": (AREA, Column("column", int, 0, 9_999), Column("row", int, 0, 9_999)),
}
#: Tables that a folder may leave out: a tile map is then computed from the coordinates.
OPTIONAL_TABLES = ("tiles",)


@dataclass(frozen=True)
class Table:
    """A table as read: values by column (``None`` for a cell at fault), and each row's line."""

    file: str
    columns: dict[str, list[Any]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def rows(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """``(line, value, ...)`` for the rows in which every named cell could be read."""
        if all(name in self.columns for name in names):
            for row in zip(self.lines, *(self.columns[name] for name in names), strict=True):
                if None not in row:
                    yield row


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """The text of a UTF-8 file, refused by its size before a byte of it is read.

    Raises
    ------
    BadInput
        If the file is missing, no plain file, larger than `limit` bytes, empty, binary, unreadable
        or not UTF-8.
    """

    def refuse(found: str, allowed: str, line: int | None = None) -> BadInput:
        return BadInput(Fault(found, allowed, str(path), line))

    data = read_bytes(path, "a text file", limit)
    if not data.strip():
        raise refuse("an empty file", "a text file with its heading")
    if b"\0" in data:
        raise refuse("a binary file", "UTF-8 text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(f"byte 0x{data[error.start]:02x}", "UTF-8 text", line) from None


def read_table(path: Path, columns: tuple[Column, ...]) -> tuple[Table, list[Fault]]:
    """Read a CSV file into `columns`, with every fault of its heading, rows and cells."""
    table = Table(str(path))
    faults: list[Fault] = []
    try:
        text = read_text(path)
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        heading = [name.strip() for name in next(reader)]
        places, faults = _heading(table.file, heading, columns)
        table.columns.update((column.name, []) for column, _ in places)
        for row in reader:
            if any(cell.strip() for cell in row):
                faults += _row(table, reader.line_num, row, places, len(heading))
    except BadInput as error:
        return table, list(error.faults)
    except csv.Error as error:
        found, line = f"not CSV ({error})", reader.line_num
        faults.append(Fault(found, "comma-separated rows", table.file, line))
    return table, faults


def _heading(
    file: str, heading: list[str], columns: tuple[Column, ...]
) -> tuple[list[tuple[Column, int]], list[Fault]]:
    """Where each column stands, and what is wrong with the heading."""
    names = [column.name for column in columns]
    missing = [name for name in names if name not in heading]
    faults = [Fault("missing column", ", ".join(names), file, 1, name) for name in missing]
    seen: set[str] = set()
    for name in heading:
        if name not in names:
            close = nearest(name, names)
            faults.append(Fault("unknown column", ", ".join(names), file, 1, name or "''", close))
        elif name in seen:
            faults.append(Fault("column given twice", "each column once", file, 1, name))
        seen.add(name)
    places = [(column, heading.index(column.name)) for column in columns if column.name in seen]
    return places, faults


def _row(
    table: Table, line: int, row: list[str], places: list[tuple[Column, int]], width: int
) -> list[Fault]:
    """Add one row to `table`; the faults of its cells."""
    if len(row) != width:
        return [Fault(f"{len(row)} fields", f"{width} as in the heading", table.file, line)]
    faults = []
    table.lines.append(line)
    for column, place in places:
        try:
            value = column.read(row[place])
        except ValueError:
            value = None
            found = f"found {row[place][:MAX_NAME]!r}" if row[place].strip() else "an empty cell"
            close = nearest(row[place], column.words) if column.words else ""
            faults.append(Fault(found, column.allowed, table.file, line, column.name, close))
        table.columns[column.name].append(value)
    return faults
