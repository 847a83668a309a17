"""From counts to effects with their two uncertainties: chance and parameters, never mixed.

The counts of all replicates are pooled before anything is divided, so that rare events do not
bias a ratio. What one replicate adds to a pooled effect is its jackknife pseudo-value (Miller 1974,
"The jackknife: a review"); with one a replicate and draw, chance and parameters are told apart as
anywhere else (`experiments.uncertainty`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import privacy
from experiments.outcomes import YEAR
from experiments.uncertainty import two_levels
from experiments.validation.plan import Contrast, Side, key_of, outcome_key
from experiments.validation.row import IN_UNITS

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """The model's effect. ``low``, ``high`` are the interval that is shown: over parameter draws
    if there are several, else for chance alone. ``area``: of single areas."""

    estimate: float
    low: float
    high: float
    chance_low: float
    chance_high: float
    replicates: int
    draws: int
    a: float
    b: float
    small: bool
    area: bool = False


class Counts:
    """Counts of finished runs, to be asked for by side."""

    def __init__(self, rows: pd.DataFrame) -> None:
        keys = ["regime", "outcome", "month", "belief", "replicate"]
        pairs = rows.astype({"outcome": str, "month": str})
        self._cells = pairs.set_index(keys)[["numerator", "denominator"]].sort_index()
        self.draws = sorted(set(rows["belief"]), key=int)
        self.replicates = sorted(set(rows["replicate"]))

    def of(self, side: Side) -> Floats:
        """Numerator and denominator over the side's months: (2, draws, replicates)."""
        cells = self._cells.loc[(key_of(side.scenario), outcome_key(side.outcome))]
        kept = cells[cells.index.get_level_values("month").isin(side.months)]
        sums = kept.groupby(["belief", "replicate"]).sum()
        order = pd.MultiIndex.from_product([self.draws, self.replicates])
        shape = (len(self.draws), len(self.replicates))
        return np.stack([
            sums[name].reindex(order).to_numpy(float).reshape(shape)
            for name in ("numerator", "denominator")
        ])


def effect_of(contrast: Contrast, counts: Counts) -> Effect:
    """The model's effect of one finding."""
    sums = np.stack([counts.of(side) for side in contrast.sides])  # (sides, 2, draws, replicates)
    per = np.array([side.outcome.per for side in contrast.sides])
    n = sums.shape[-1]

    def effect(kept: Floats) -> Floats:
        """One effect a draw, of counts summed over some replicates: (sides, 2, draws) in."""
        with np.errstate(invalid="ignore", divide="ignore"):
            values = per[:, None] * kept[:, 0] / kept[:, 1]
            measured = _measured(contrast, values)
        return measured * (contrast.factor if contrast.row.measure in IN_UNITS else 1.0)

    total = sums.sum(axis=-1)
    by_draw = effect(total)
    without = np.stack([effect(total - sums[..., one]) for one in range(n)])
    told = two_levels(_pseudo_values(by_draw, without)[None]).iloc[0]
    ends = ("par_low", "par_high") if len(by_draw) > 1 else ("mc_low", "mc_high")
    low, high, chance_low, chance_high = (
        float(told[name]) for name in (*ends, "mc_low", "mc_high")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = per[:2] * total[:2, 0].sum(axis=-1) / total[:2, 1].sum(axis=-1)
    small = any(
        _small(side, sums[place].sum(axis=(1, 2)))
        for place, side in enumerate(contrast.sides)
        if place != 0 or contrast.row.measure != "level"
    )
    area = any("area" in side.outcome.numerator.where for side in contrast.sides)
    return Effect(
        float(by_draw.mean()), low, high, chance_low, chance_high, n, len(by_draw),
        float(a), float(b), small, area,
    )


def _measured(contrast: Contrast, values: Floats) -> Floats:
    """The effect of side b against side a, from values (sides, draws)."""
    kind = contrast.row.measure
    a, b = values[0], values[1]
    if kind == "elasticity":
        return np.log(b / a) / np.log(values[3] / values[2])
    own = _one(kind, a, b)
    if not contrast.row.minus_group:
        return own
    other = _one(kind, values[2], values[3])
    return own / other if kind in ("ratio", "odds ratio") else own - other


def _one(kind: str, a: Floats, b: Floats) -> Floats:
    if kind == "level":
        return b
    if kind == "difference":
        return b - a
    if kind == "percent":
        return 100 * (b / a - 1)
    if kind == "odds ratio":
        return (b / (100 - b)) / (a / (100 - a))
    if kind == "ratio":
        return b / a
    return np.log(b / a) * (100 if kind == "log points" else 1)


def _pseudo_values(by_draw: Floats, without: Floats) -> Floats:
    """(replicates, draws), with mean `by_draw` (draws,) over replicates; `without` are the effects
    without each replicate."""
    n = len(without)
    with np.errstate(invalid="ignore"):
        return by_draw + (n - 1) * (without.mean(axis=0) - without)


def _small(side: Side, sums: Floats) -> bool:
    """Whether a side stands on too few persons or events to be shown (`privacy.too_small`)."""
    row = pd.DataFrame({"outcome": [side.outcome.name], "by": ["all"]})
    if "area" in side.outcome.numerator.where:
        row["by"] = "area"
    months = len(side.months)
    days = round(months * YEAR / 12)
    return bool(privacy.too_small(row, sums[:1], sums[1:], days)[0])
