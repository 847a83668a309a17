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

from experiments.contrasts import interval

#: Ends of the interval over draws.
ENDS = (0.025, 0.975)
#: So many draws have a middle 95%. Fewer are told by their range, which claims no shape: effects
#: are skewed, and an interval put around a mean would reach to signs that no parameters give.
MANY = 40
#: What is said where draws spread no more than chance does: an interval of no width would say that
#: the parameters are known.
WITHIN_CHANCE = "within chance"


def over_draws(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far values (k, draws) reach over draws, (2, k): the middle 95% of them, or of fewer than
    `MANY` the least and the greatest (of draws at random (draws - 1) / (draws + 1) of all would lie
    between)."""
    if values.shape[1] < MANY:
        return np.stack([values.min(axis=1), values.max(axis=1)])
    # By expected ranks (Weibull): the usual rule holds 90% of the posterior at 40 draws, this 95%.
    return np.quantile(values, ENDS, axis=1, method="weibull")


def reach_kind(draws: int) -> str:
    """Which of the two `over_draws` gives: ``range`` or ``middle``."""
    return "range" if draws < MANY else "middle"


def over_draws_said(draws: int) -> str:
    """What `over_draws` gives, in words."""
    return f"the {'range' if reach_kind(draws) == 'range' else 'middle 95%'} of {draws} draws"


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
    par_low, par_high: `over_draws`, without the chance in them. NaN with fewer than two draws or
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
        par = over_draws(told)
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
