"""Two uncertainties told apart: chance in the runs, and what is not known of the parameters.

Every replicate (a city and its dice) is run at every draw of the posterior. Chance falls with
replicates; the spread over draws does not, once the chance in it is taken out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from experiments.contrasts import interval

#: Ends of the interval over draws.
ENDS = (0.025, 0.975)
#: From so many draws on, the ends are looked up among them. The least and the greatest of fewer
#: would hold too little: of six, five sevenths.
MANY = 40


def two_levels(values: NDArray[np.float64]) -> pd.DataFrame:
    """Monte Carlo and parameter intervals of each row's mean.

    A two-way layout without repetition: value = mean + replicate + draw + rest. Replicate means
    share their draws, so they spread by chance alone; draw means share their replicates, so what
    the rest adds to their spread is its mean square over the number of replicates (Searle, Casella
    & McCulloch 1992, 4.4), and is taken out.

    Parameters
    ----------
    values : (k, replicates, draws); NaN where there is none.

    Returns
    -------
    mc_low, mc_high: 95% t-interval over replicates; NaN with fewer than two.
    par_low, par_high: where 95% of draws lie, without the chance in them: their middle, or with
    fewer than `MANY` Student's interval for one more of them. NaN with fewer than two draws or
    replicates, of which nothing can be told apart.
    """
    _, replicates, draws = values.shape
    with np.errstate(invalid="ignore"):
        by_replicate, by_draw = values.mean(axis=2), values.mean(axis=1)
    _, mc_low, mc_high, _ = interval(by_replicate)
    par = np.full((2, len(values)), np.nan)
    if replicates > 1 and draws > 1:
        mean = by_draw.mean(axis=1, keepdims=True)
        rest = values - by_replicate[:, :, None] - by_draw[:, None, :] + mean[:, :, None]
        chance = (rest**2).sum(axis=(1, 2)) / ((replicates - 1) * (draws - 1)) / replicates
        spread = by_draw.var(axis=1, ddof=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(spread > 0, np.maximum(0.0, 1 - chance / spread), 0.0)
        share = np.where(np.isnan(spread), np.nan, share)
        told = mean + np.sqrt(share)[:, None] * (by_draw - mean)
        if draws < MANY:
            reach = stdtrit(draws - 1, ENDS[1]) * np.sqrt((1 + 1 / draws) * share * spread)
            par = mean.ravel() + np.outer((-1, 1), reach)
        else:
            par = np.quantile(told, ENDS, axis=1)
    return pd.DataFrame(
        {"mc_low": mc_low, "mc_high": mc_high, "par_low": par[0], "par_high": par[1]}
    )


def leaves_out_zero(row: pd.Series | Mapping[str, Any]) -> bool:
    """Whether a difference is told apart from zero, by chance and where known by parameters."""
    ends = [(row["low"], row["high"])]
    if "par_low" in row and not np.isnan(row["par_low"]):
        ends.append((row["par_low"], row["par_high"]))
    return all(low > 0 or high < 0 for low, high in ends)


def with_two_levels(contrasts: pd.DataFrame, draws: int) -> pd.DataFrame:
    """Contrasts of runs at `draws` draws, each replicate's together, with the four columns more.

    ``low`` and ``high`` become the Monte Carlo interval, ``n`` the number of replicates.
    """
    paired = np.stack(contrasts["paired"].to_list())
    values = paired.reshape(len(paired), -1, draws)
    told = two_levels(values).set_index(contrasts.index)
    return contrasts.assign(low=told["mc_low"], high=told["mc_high"], n=values.shape[1], **told)
