"""Two kinds of not knowing, told apart; and what pairing saves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from experiments.uncertainty import over_draws, two_levels

LEVEL = 0.95


class Spread(NamedTuple):
    """A mean with its Monte Carlo interval, which falls with replicates, and the interval over
    draws of the parameters, which does not."""

    estimate: float
    low: float
    high: float
    par_low: float
    par_high: float
    n: int
    draws: int


def two_level(
    value: NDArray[np.float64],
    draw: NDArray[np.integer],
    replicate: NDArray[np.integer] | None = None,
) -> Spread:
    """The mean over draws, its Monte Carlo t-interval, and how far draws reach without noise.

    Where draws have their seeds in common, `replicate` says which: what a city and its dice do to
    a difference is then the same at every draw, so that replicates alone make chance smaller
    (`uncertainty.two_levels`, of the replicates that are there at every draw); with fewer than two
    of them it is not known. Where every draw has seeds of its own, each draw's mean is drawn
    towards the mean of all by the share of its variance that is noise (as in a random-effects
    analysis of variance). With one replicate a draw the noise cannot be told apart and the range
    holds it; with one draw there is no range.

    Parameters
    ----------
    value, draw, replicate : (n,)
    """
    if replicate is not None:
        wide = pd.Series(value).groupby([replicate, draw]).first().unstack().dropna()
        if min(wide.shape) > 1:
            low, high, par_low, par_high = two_levels(wide.to_numpy()[None]).iloc[0]
            mean = float(wide.to_numpy().mean())
            return Spread(mean, low, high, par_low, par_high, wide.size, wide.shape[1])
        if len(np.unique(draw)) > 1:  # chance that draws have in common cannot be told
            apart = two_level(value, draw)
            return apart._replace(low=np.nan, high=np.nan)
    _, place, count = np.unique(draw, return_inverse=True, return_counts=True)
    means = np.bincount(place, value) / count
    n, draws = len(value), len(count)
    mean = float(means.mean())
    degrees = n - draws
    within = float(((value - means[place]) ** 2).sum() / degrees) if degrees else np.nan
    noise = within * float((1 / count).mean())
    half = t_distribution.ppf(0.5 + LEVEL / 2, degrees) * np.sqrt(noise / draws) if degrees else 0
    low, high = (mean - half, mean + half) if degrees else (np.nan, np.nan)
    if draws == 1:
        return Spread(mean, low, high, np.nan, np.nan, n, draws)
    between = float(means.var(ddof=1))
    kept = 1.0 if not degrees or between == 0 else np.sqrt(max(0.0, 1 - noise / between))
    ends = over_draws((mean + kept * (means - mean))[None])[:, 0]
    return Spread(mean, low, high, float(ends[0]), float(ends[1]), n, draws)


class Saving(NamedTuple):
    """How many times as many replicates independent seeds would need, with its 95% interval."""

    ratio: float
    low: float
    high: float


def saving(
    first: NDArray[np.float64], second: NDArray[np.float64], draw: NDArray[np.integer]
) -> Saving:
    """The variance of a difference of independent runs over that of paired ones.

    ``(Var A + Var B) / Var(A - B) = (Var(A + B) / Var(A - B) + 1) / 2``, within draws. Sums and
    differences of two equally spread normal variables are independent (Pitman 1939,
    doi:10.1093/biomet/31.1-2.9), so that the ratio of their variances is Fisher's F; where the
    spreads differ the interval is somewhat too wide.

    Parameters
    ----------
    first, second, draw : (n,)
        Paired values, and the draw of each; with one pair a draw, all count as one draw.
    """
    labels, place, count = np.unique(draw, return_inverse=True, return_counts=True)
    degrees = len(first) - len(labels)
    if degrees == 0:
        place, count = np.zeros(len(first), int), np.array([len(first)])
        degrees = len(first) - 1
    if degrees < 1:
        return Saving(np.nan, np.nan, np.nan)

    def variance(value: NDArray[np.float64]) -> float:
        means = np.bincount(place, value) / count
        return float(((value - means[place]) ** 2).sum() / degrees)

    both, apart = variance(first + second), variance(first - second)
    if apart == 0:
        return Saving(np.inf, np.inf, np.inf) if both else Saving(np.nan, np.nan, np.nan)
    ratio = both / apart
    ends = ratio / f_distribution.ppf([0.5 + LEVEL / 2, 0.5 - LEVEL / 2], degrees, degrees)
    return Saving((ratio + 1) / 2, (float(ends[0]) + 1) / 2, (float(ends[1]) + 1) / 2)
