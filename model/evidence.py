"""The figures on which the model stands: one row a figure, with its source.

``checked`` says whether the figure (or its sign) was read in stored text, often a reprint or an
abstract; a figure that was not is a prior with a wide range.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from model.faults import BadInput, Fault

EVIDENCE_FILE = Path(__file__).parent / "evidence.csv"

#: What a row may be used as.
ROLES = ("input", "calibration", "validation", "context")
#: What stands for a source where there is none.
ASSUMPTION = "assumption"


@dataclass(frozen=True)
class Evidence:
    """One published figure. `value`, `low` and `high` are text: some rows hold several numbers."""

    id: str
    quantity: str
    value: str
    low: str
    high: str
    unit: str
    population: str
    source: str
    year: str
    checked: str
    role: str
    note: str

    @property
    def is_checked(self) -> bool:
        """Whether the whole row was read in stored text, nothing of it from memory."""
        return self.checked == "yes" and "unchecked" not in f"{self.quantity} {self.note}"


@cache
def load_evidence(path: Path = EVIDENCE_FILE) -> dict[str, Evidence]:
    """The evidence table by id.

    Raises
    ------
    BadInput
        If a row has too few or too many cells, an unknown role, or an interval that leaves out
        its figure, or if an id comes twice.
    """
    table: dict[str, Evidence] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        width = len(next(rows))
        for row in rows:
            file, line = f"model/{path.name}", rows.line_num
            if len(row) != width:
                raise BadInput(Fault(f"{len(row)} cells", f"{width} cells", file, line))
            if row[0] in table:
                raise BadInput(Fault(f"id {row[0]} twice", "one row an id", file, line))
            one = Evidence(*row)
            if wrong := _row_fault(one, file, line):
                raise BadInput(wrong)
            table[one.id] = one
    return table


def _row_fault(row: Evidence, file: str, line: int) -> Fault | None:
    if row.role not in ROLES:
        guess = next(iter(get_close_matches(row.role, ROLES, n=1)), "")
        return Fault(f"found {row.role!r}", ", ".join(ROLES), file, line, f"{row.id}.role", guess)
    try:
        value, low, high = float(row.value), float(row.low), float(row.high)
    except ValueError:
        return None  # several numbers in one cell, or no interval
    if low <= value <= high:
        return None
    found = f"the interval {low:g} to {high:g} leaves out {value:g}"
    return Fault(found, "low <= value <= high", file, line, f"{row.id}.value")


def source_faults(source: str) -> list[Fault]:
    """Faults of a ``source``: evidence ids parted by commas, or "assumption"."""
    known = [*load_evidence(), ASSUMPTION]
    names = [part.strip() for part in source.split(",")]
    return [
        Fault(
            f"unknown source {name!r}",
            "evidence ids parted by commas, or assumption",
            # Ids are upper case, which `model.faults.nearest` does not look for.
            nearest=next(iter(get_close_matches(name.upper(), known, n=1)), ""),
        )
        for name in names
        if name not in known
    ]
