"""Rows of a comparison's tables: levels, the paired difference, its parts, and two intervals."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from experiments.comparison import Comparison
from experiments.outcomes import OUTCOMES
from experiments.privacy import FLOOR, gated
from experiments.style import label
from experiments.terminal import decimals, number
from experiments.uncertainty import WITHIN_CHANCE, leaves_out_zero

HIDDEN, NONE = f"< {FLOOR}", "none"
PARTS = {"legal_exposure": "the text itself", "belief": "belief"}
#: Smaller than a single event in any rate, larger than what rounding leaves of a difference.
NOISE = 1e-9
#: Ends of the two intervals: over replicates, and where draws were made over these.
CHANCE, PARAMETERS = ("low", "high"), ("par_low", "par_high")
ENDS = (*CHANCE, *PARAMETERS)


def _without_noise(values: pd.Series) -> pd.Series:
    """Values with what is left of sums that should be nought set to it."""
    return values.mask(values.abs() < NOISE, 0.0)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


class Rows:
    """Rows of one comparison: levels of A and B, the paired difference and its two parts."""

    def __init__(self, comparison: Comparison, sides: tuple[str, str]) -> None:
        frame = with_ends(gated(comparison.released_contrasts))
        frame = frame.assign(**{key: _without_noise(frame[key]) for key in ("estimate", *ENDS)})
        self.a, self.b = sides
        keys = ["outcome", "by", "group", "regime", "measure"]
        self.cells = frame.drop(columns=["paired"]).set_index(keys).sort_index()

    def row(self, outcome: str, by: str = "all", group: str = "all", *, relative: bool) -> dict:
        """One row. Positions are percent of A's level if `relative`, else the outcome's unit."""
        spec = OUTCOMES[outcome]
        cells = self.cells.loc[(outcome, by, group)]
        level_a, level_b = cells.loc[(self.a, "level")], cells.loc[(self.b, "level")]
        change = cells.loc[(self.b, "difference")]
        per = 100 / level_a["estimate"] if relative and level_a["estimate"] else 1.0
        if relative and not level_a["estimate"]:
            per = math.nan
        digits = min(
            decimals(change["estimate"], change["low"], change["high"]),
            1 + decimals(level_a["estimate"]),
        )
        parts = [
            {"kind": kind, "label": words, **self._place(cells, kind, per, digits)}
            for kind, words in PARTS.items()
            if (self.b, kind) in cells.index
        ]
        return {
            "key": f"{outcome}-{by}-{group}",
            "label": spec.title.strip() if by == "all" else label(group),
            "part": spec.title.startswith(" "),
            "meaning": spec.meaning,
            "unit": spec.unit,
            "a": self._level(level_a),
            "b": self._level(level_b),
            **self._place(cells, "difference", per, digits),
            "parts": parts,
        }

    def _level(self, cell: pd.Series) -> str:
        if cell["suppressed"]:
            return HIDDEN
        value = cell["estimate"]
        return NONE if math.isnan(value) else number(value, decimals(value))

    def _place(self, cells: pd.DataFrame, kind: str, per: float, digits: int) -> dict[str, Any]:
        cell = cells.loc[(self.b, kind)]
        if cell["suppressed"] or math.isnan(cell["estimate"]):
            text = HIDDEN if cell["suppressed"] else NONE
            nothing = dict.fromkeys(("x", *ENDS))
            return {"text": text, "interval": "", "parameters": "", "clear": False, **nothing}
        always = all(cell[key] == 0 for key in ("estimate", *CHANCE))
        return {
            "text": number(cell["estimate"], digits, signed=True),
            "interval": "in every pair" if always else interval(cell, CHANCE, digits),
            "parameters": "" if always else interval(cell, PARAMETERS, digits),
            "clear": leaves_out_zero(cell),
            "x": _known(cell["estimate"] * per),
            **{end: _known(cell[end] * per) for end in ENDS},
        }


def with_ends(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Contrasts with the ends of both intervals: NaN where no draws were made."""
    return contrasts.reindex(columns=list(dict.fromkeys([*contrasts.columns, *ENDS])))


def interval(cell: pd.Series, ends: tuple[str, str], digits: int) -> str:
    """An interval in print; empty where there is none."""
    low, high = (cell[end] for end in ends)
    if math.isnan(low):
        return ""
    if ends == PARAMETERS and low == high:
        return WITHIN_CHANCE
    return " to ".join(number(end, digits, signed=True) for end in (low, high))
