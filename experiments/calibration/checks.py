"""Posterior predictive checks: would the fitted model have given what was published?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from experiments.calibration.targets import Target

OUTSIDE = (0.05, 0.95)


def predictive(targets: Sequence[Target], outputs: NDArray[np.float64]) -> pd.DataFrame:
    """Compare runs at posterior draws with every target.

    Parameters
    ----------
    outputs : (n, n_targets) statistics of runs at `n` posterior draws.

    Returns
    -------
    One row a target: name, title, kind, unit, estimate, low and high (95%: observation and
    discrepancy), model, model_low and model_high (95% of runs, chance of a run included), p (the
    probability that a replicated figure is at least the published one; NaN where it was solved
    for), p_error (its standard error: it is a mean over `n` runs) and outside (p not within 0.05
    to 0.95).
    """
    rows = []
    for target, made in zip(targets, outputs.T, strict=True):
        spread = np.sqrt(target.variance)
        # Observation and discrepancy are normal, so each run's own probability is exact.
        each = ndtr((made - target.estimate) / spread)
        p, error = np.mean(each), np.std(each, ddof=1) / np.sqrt(len(each))
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
                "p_error": np.nan if solved else float(error),
                "outside": bool(not solved and not OUTSIDE[0] <= p <= OUTSIDE[1]),
            }
        )
    return pd.DataFrame(rows)
