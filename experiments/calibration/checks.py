"""Posterior predictive checks: would the fitted model have given what was published?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.calibration.targets import Target

#: Repetitions of observation and discrepancy for every run.
REPEATS = 200
OUTSIDE = (0.05, 0.95)


def predictive(
    targets: Sequence[Target], outputs: NDArray[np.float64], seed: int
) -> pd.DataFrame:
    """Compare runs at posterior draws with every target.

    Parameters
    ----------
    outputs : (n, n_targets) statistics of runs at `n` posterior draws.

    Returns
    -------
    One row a target: name, title, kind, unit, estimate, low and high (95%: observation and
    discrepancy), model, model_low and model_high (95% of runs, chance of a run included), p (the
    probability that a replicated figure is at least the published one; NaN where it was solved
    for) and outside (p not within 0.05 to 0.95).
    """
    rng = np.random.default_rng([seed, 3])
    rows = []
    for target, made in zip(targets, outputs.T, strict=True):
        spread = np.sqrt(target.variance)
        replicated = made[:, None] + rng.normal(0.0, spread, (len(made), REPEATS))
        # Ties count half: a count of nought in the data and in most runs is no surprise.
        p = np.mean(replicated > target.estimate) + np.mean(replicated == target.estimate) / 2
        solved = target.kind == "solved"
        low, high = np.quantile(made, [0.025, 0.975])
        rows.append(
            {
                "target": target.name,
                "title": target.title,
                "kind": target.kind,
                "evidence": target.evidence,
                "unit": target.unit,
                "estimate": target.estimate,
                "low": target.estimate - 1.96 * spread,
                "high": target.estimate + 1.96 * spread,
                "model": float(np.mean(made)),
                "model_low": float(low),
                "model_high": float(high),
                "p": np.nan if solved else float(p),
                "outside": bool(not solved and not OUTSIDE[0] <= p <= OUTSIDE[1]),
            }
        )
    return pd.DataFrame(rows)
