"""The chart that most analyses share: a forest (`experiments.forest`) of rows of their tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from experiments.analysis.result import places, sure
from experiments.forest import Panel, forest
from experiments.language import language
from experiments.marks import Mark

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Digits = Callable[[float, float, float], int]


def mark(row: Any, digits: Digits = places) -> Mark:
    """A row of a table with estimate, low and high, and par_low and par_high where it has them.

    Its figures have the digits of the sentence above the chart.
    """
    low, high = (float(getattr(row, end, math.nan)) for end in ("par_low", "par_high"))
    hidden = language()("chart.too_few") if math.isnan(row.estimate) else ""
    clear = sure(row.low, row.high) and (math.isnan(low) or sure(low, high))
    precision = None if hidden else digits(row.estimate, row.low, row.high)
    return Mark(row.estimate, row.low, row.high, clear, hidden, low, high, precision)


def rows_chart(
    labels: Sequence[str], panels: Sequence[tuple[str, str, Iterable[Any]]], *, title: str,
    reading: str, note: str, signed: bool = True, columns: int = 0,
    digits: Digits = places,
) -> Figure:
    """Rows with their intervals, top to bottom; panels are (title, unit, a row a label).

    Panels of one unit share a scale, unless that would hide one. Without `signed`, figures have no
    plus: what is drawn is no difference.
    """
    drawn = [
        Panel(name, unit, tuple(mark(row, digits) for row in rows)) for name, unit, rows in panels
    ]
    shared = len({panel.unit for panel in drawn}) == 1 and len(drawn) > 1
    return forest(
        title, reading, labels, drawn, note, language(), columns=min(columns, len(drawn)),
        shared=shared, signed=signed,
    )


def difference_unit(unit: str) -> str:
    """The unit of a difference: percentage points where the outcome is a share."""
    return "percentage points" if unit.startswith("%") else unit
