"""Cases that show the rule of `experiments.validation.verdict`, for docs/validation.md."""

from __future__ import annotations

from typing import Any

from experiments.validation.effects import Effect
from experiments.validation.row import Row
from experiments.validation.verdict import claim, judge

#: What a study says, as the keys of a row; and the model's intervals, narrow ones first.
CASES: tuple[tuple[str, dict[str, Any], tuple[tuple[float, float], ...]], ...] = (
    ("an interval", {"estimate": -30, "low": -47, "high": -13},
     ((-25, -15), (-6, -4), (4, 6), (-20, -4), (-3, 1), (-40, 20))),
    ("the same, discrepancy 12", {"estimate": -30, "low": -47, "high": -13, "discrepancy": 12},
     ((-6, -4), (0.1, 0.3))),
    ("no effect, with an interval", {"estimate": 0, "low": -5, "high": 5},
     ((0.06, 0.08), (6, 8), (-24, 24))),
    ("no effect, discrepancy 12", {"estimate": 0, "discrepancy": 12}, ((-20, 20), (-24, 24))),
    ("an estimate, discrepancy 12", {"estimate": -30, "discrepancy": 12}, ((-31, -27), (-60, -5))),
    ("an estimate, nothing more", {"estimate": -30}, ((-31, -27), (27, 31), (-31, 1))),
    ("a sign: negative", {"estimate": "negative"}, ((-2, -0.5), (0, 0), (0.5, 2), (-2, 1))),
    ("a sign that a rule gives", {"estimate": "negative", "built_in": "fear never raises it"},
     ((-2, -0.5),)),
    ("a level, with an interval", {"estimate": 45, "low": 40, "high": 50, "effect": "level"},
     ((44, 46), (38, 42), (30, 35))),
    ("a level, nothing more", {"estimate": 45, "effect": "level"}, ((44.9, 45.1),)),
)


def case_rows() -> list[tuple[str, ...]]:
    """A line a case: what the study says, what it claims, the model's interval, verdict, reason."""
    lines: list[tuple[str, ...]] = []
    for words, keys, intervals in CASES:
        row = Row(id="case", unit="points", **{"effect": "difference", **keys})
        ends = "" if row.low is None else f" ({row.low:g} to {row.high:g})"
        size = "" if row.sign_only else f": {row.estimate:g}{ends}"
        for low, high in intervals:
            effect = Effect((low + high) / 2, low, high, low, high, 4, 1, 0.0, 0.0, False)
            told = judge(row, effect)
            lines.append(
                (f"{words}{size}", _allowed(row), f"{low:g} to {high:g}", told.verdict, told.reason)
            )
    return lines


def _allowed(row: Row) -> str:
    claimed = claim(row)
    if row.sign_only:
        return "below 0" if claimed.sign < 0 else "above 0"
    if claimed.point:
        return "below 0, no size" if claimed.sign < 0 else "nothing"
    return f"{claimed.low:.3g} to {claimed.high:.3g}"
