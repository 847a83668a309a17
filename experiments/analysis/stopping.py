"""When to stop adding replicates: the rule, apart from what is run.

Looking again and again at an interval and stopping when it suits makes it too narrow: the stop
comes early where the spread happens to look small. What is done about it (Chow & Robbins 1965,
doi:10.1214/aoms/1177700156; Glynn & Whitt 1992, doi:10.1214/aoap/1177005777):

- no look before `LEAST` replicates, and then only after every growth by a quarter;
- the looks are at a wider interval (`LOOK`) than the one that is stated;
- where values are skewed, a sample that lacks the long tail looks less spread *and* has its mean
  off to one side: a look takes the longer arm of a t-interval mended for skewness (Johnson 1978,
  Journal of the American Statistical Association 73:536; Chen 1995, the same 90:767);
- the interval that is stated has the half-width *asked for*, not the smaller one that was seen.

Coverage of made-up data, the least over half-widths of 0.15 to 0.6 standard deviations, 3,000
runs or more each: 96.8% of normal values, 95.2% of exponential, 96.2% of Poisson counts of mean
0.5, 94.4% of lognormal values of skewness 3.3. With 10 replicates for the first look and without
the third point it was 96.1%, 89.1%, 88.7% and 89.4%. A test holds the first three.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as t_distribution

from experiments.analysis.values import Values

LEAST, GROWTH = 20, 1.25
#: Confidence at which is looked, and that is stated.
LOOK, STATED = 0.96, 0.95


class Estimate(NamedTuple):
    """A mean, its standard error, the degrees of freedom of that, and the mean's own skewness: that
    of n values over the root of n."""

    mean: float
    error: float
    degrees: int
    skewness: float = 0.0

    def half(self, confidence: float) -> float:
        """Half of the t-interval; infinite without degrees of freedom."""
        return self._quantile(confidence) * self.error

    def longer(self, confidence: float) -> float:
        """The longer arm of the interval that is mended for skewness; never less than `half`."""
        quantile = self._quantile(confidence)
        return (quantile + abs(self.skewness) * (1 + 2 * quantile**2) / 6) * self.error

    def _quantile(self, confidence: float) -> float:
        return math.inf if self.degrees < 1 else _quantile(confidence, self.degrees)


@cache
def _quantile(confidence: float, degrees: int) -> float:
    return float(t_distribution.ppf(0.5 + confidence / 2, degrees))


class Look(NamedTuple):
    """One look: replicates so far, and what they gave."""

    replicates: int
    estimate: Estimate


def until(
    more: Callable[[int], Estimate], half_width: float, most: int, budget: float = math.inf,
    begin: int = LEAST,
) -> list[Look]:
    """Looks until the interval is narrow enough, `most` replicates are done, or time is over.

    Parameters
    ----------
    more
        Makes so many replicates in all, and estimates from them.
    budget
        Minutes. No batch is begun that would outlast it at the speed so far.
    """
    looks: list[Look] = []
    begun, replicates = time.perf_counter(), min(begin, most)
    while True:
        looks.append(Look(replicates, more(replicates)))
        enough = looks[-1].estimate.longer(LOOK) <= half_width
        after = min(most, max(replicates + 1, math.ceil(replicates * GROWTH)))
        minutes = (time.perf_counter() - begun) / 60
        if enough or after == replicates or minutes * after / replicates > budget:
            return looks
        replicates = after


def mean_of(values: NDArray[np.float64]) -> Estimate:
    """The mean of independent values."""
    n = len(values)
    rest = values - values.mean()
    error = math.sqrt(float(rest @ rest) / (n - 1) / n) if n > 1 else math.inf
    third = float((rest**3).sum()) * n / ((n - 1) * (n - 2)) if n > 2 else 0.0
    return Estimate(float(values.mean()), error, n - 1, _ratio(third / n**2, error))


def _ratio(third: float, error: float) -> float:
    """The skewness of something with this third central moment and standard deviation."""
    return third / error**3 if 0 < error < math.inf else 0.0


def over_draws(values: Values, lever: str, a: str, b: str) -> Estimate:
    """The mean over draws of the paired difference, with its Monte Carlo error alone."""
    pairs = values.differences(lever, values.chosen(lever, b), values.chosen(lever, a))
    if values.common_seeds:
        # What a seed does to a difference is the same at every draw: one value a replicate.
        cells = ["draw", *values.others(lever)]
        wide = pairs.pivot(index="replicate", columns=cells, values="value").dropna()
        return mean_of(wide.to_numpy().mean(axis=1))
    groups = pairs.groupby(["draw", *values.others(lever)])["value"]
    means, count, variance = groups.mean(), groups.count(), groups.var(ddof=1)
    degrees = int((count - 1).sum())
    if degrees < 1:
        return Estimate(float(means.mean()), math.inf, 0)
    within = float((variance * (count - 1)).sum() / degrees)
    error = math.sqrt(within * float((1 / count).sum())) / len(count)
    # With two replicates a draw the rest is as far on either side, and says nothing of skewness.
    cubes = groups.apply(lambda some: ((some - some.mean()) ** 3).sum())
    known = float(((count - 1) * (count - 2) / count).sum())
    cube = float(cubes.sum()) / known if known else 0.0
    third = cube * float((1 / count**2).sum()) / len(count) ** 3
    return Estimate(float(means.mean()), error, degrees, _ratio(third, error))
