"""Paired differences between regimes, with 95% t-intervals, and their two parts.

Regimes share the city and the dice of a replicate, so what is averaged is the difference within
each replicate. A difference is split exactly into *legal exposure* (the regime is in law, what
people believe is held at the baseline's) and *belief* (all the rest).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from experiments.outcomes import OUTCOMES

CELL = ["outcome", "by", "group"]
MEASURES = ("level", "difference", "legal_exposure", "belief")
LEVEL, CONFIDENCE = "level", 0.95


def interval(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Mean, lower and upper end of the 95% t-interval, and n, of each row.

    Parameters
    ----------
    values : (k, n) one value a replicate; NaN where there is none.

    Returns
    -------
    mean, low, high : (k,) float64. The interval is NaN where fewer than two replicates are there:
        one replicate says nothing of chance.
    n : (k,) int64
    """
    known = ~np.isnan(values)
    n = known.sum(axis=1)
    filled = np.where(known, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=1) / n
        spread = np.where(known, values - mean[:, None], 0.0)
        error = np.sqrt((spread**2).sum(axis=1) / (n - 1) / n)
        half = np.where(n > 1, stdtrit(np.maximum(n - 1, 1), 0.5 + CONFIDENCE / 2) * error, np.nan)
    return mean, mean - half, mean + half, n


def pool(rows: pd.DataFrame) -> pd.DataFrame:
    """Numerators and denominators over the whole period, one row a replicate, run and cell.

    `rows` are those of `tabulate.tabulate` with columns replicate, regime and belief beside.
    """
    keys = ["replicate", "regime", "belief", *CELL]
    pooled = rows.groupby(keys, sort=False, observed=True)[["numerator", "denominator"]].sum()
    return pooled.reset_index()


def contrasts(rows: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Levels of every regime, and differences of the others from `baseline` with their parts.

    Returns
    -------
    One row a regime, measure (`MEASURES`) and cell: estimate, low, high, n, paired (a list, one
    value a replicate in order of seed), numerators and denominators (the counts behind it, an
    array (runs, replicates), for `privacy`).
    """
    pooled = pool(rows)
    per = pooled["outcome"].astype(str).map({name: spec.per for name, spec in OUTCOMES.items()})
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled["value"] = per * pooled["numerator"] / pooled["denominator"]
    wide = {
        name: pooled.pivot(index=["regime", "belief", *CELL], columns="replicate", values=name)
        for name in ("value", "numerator", "denominator")
    }
    runs = list(dict.fromkeys(zip(pooled["regime"], pooled["belief"], strict=True)))
    order = pooled[CELL].drop_duplicates()
    cells = pd.MultiIndex.from_frame(order)

    def run(name: str, regime: str, belief: str = "own") -> NDArray[np.float64]:
        return wide[name].loc[(regime, belief)].reindex(cells).to_numpy(dtype=float)

    def part(regime: str, measure: str, values: NDArray, of: list[tuple[str, str]]) -> pd.DataFrame:
        mean, low, high, n = interval(values)
        # Counts of every run behind the row, (runs, replicates): what the privacy gate weighs.
        numerators, denominators = (
            list(np.stack([run(name, *one) for one in of], axis=1))
            for name in ("numerator", "denominator")
        )
        return order.assign(
            regime=regime, baseline=baseline, measure=measure,
            estimate=mean, low=low, high=high, n=n, paired=list(values),
            numerators=numerators, denominators=denominators,
        )

    parts = []
    base = run("value", baseline)
    for regime in dict.fromkeys(name for name, _ in runs):
        own = [(regime, "own")]
        parts.append(part(regime, "level", run("value", regime), own))
        if regime == baseline:
            continue
        both = [*own, (baseline, "own")]
        total = run("value", regime) - base
        parts.append(part(regime, "difference", total, both))
        if (regime, "held") in runs:
            legal = run("value", regime, "held") - base
            three = [*both, (regime, "held")]
            parts.append(part(regime, "legal_exposure", legal, three))
            parts.append(part(regime, "belief", total - legal, three))
    table = pd.concat(parts, ignore_index=True)
    units = {name: spec.unit for name, spec in OUTCOMES.items()}
    return table.assign(unit=table["outcome"].astype(str).map(units))
