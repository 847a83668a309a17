"""A difference in percent of the baseline's level, pair by pair, with its intervals.

Claims are often made in percent. The ratio is taken within each pair of runs, so that its interval
has the chance of numerator and denominator in it; the query does the same from the paired values.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import stdtrit

from experiments.briefing.facts import CONTRASTS, Estimate, Fact, Facts
from experiments.briefing.queries import city, identity
from experiments.contrasts import CONFIDENCE
from experiments.uncertainty import ENDS, MANY, two_levels

#: Digits after the point that a percentage keeps: Python and DuckDB then give the same number.
KEPT = 6
NAMES = ("estimate", "low", "high", "par_low", "par_high")


def percent(facts: Facts, regime: str, outcome: str) -> Estimate:
    """A regime's difference in percent of the baseline's level.

    `missing` or `suppressed` where the difference, or a value of a single pair, is.
    """
    baseline = str(facts.manifest["baseline"])
    change = facts.estimate("difference", regime, outcome)
    level = facts.estimate("level", baseline, outcome)
    pairs, base = np.array(change.paired), np.array(level.paired)
    nan = math.nan
    nothing = Estimate(
        change.fact, "percent", regime, outcome, nan, nan, nan, 0,
        suppressed=not change.missing, missing=change.missing,
    )
    drawn = facts.manifest.get("draws") or []
    draws = (drawn if isinstance(drawn, int) else len(drawn)) or 1
    known = len(pairs) and len(pairs) == len(base) and not len(pairs) % draws
    if not known or np.isnan(pairs).any() or np.isnan(base).any() or not base.all():
        return nothing
    values = (pairs / base * 100).reshape(1, -1, draws)
    told = two_levels(values).iloc[0]
    found = dict(zip(NAMES, (
        values.mean(), told["mc_low"], told["mc_high"], told["par_low"], told["par_high"]
    ), strict=True))
    row = {name: round(float(value), KEPT) for name, value in found.items() if value == value}
    query = _query(facts.prefix + CONTRASTS, regime, baseline, outcome, values.shape[1], draws)
    fact = facts.keep(Fact(identity(facts.prefix + CONTRASTS, query),
                           facts.prefix + CONTRASTS, query, (row,)))
    estimate, low, high, par_low, par_high = (row.get(name, nan) for name in NAMES)
    return Estimate(
        fact.id, "percent", regime, outcome, estimate, low, high, values.shape[1],
        suppressed=False, par_low=par_low, par_high=par_high, differing=change.differing,
        pairs=change.pairs,
    )


def _query(
    file: str, regime: str, baseline: str, outcome: str, replicates: int, draws: int
) -> str:
    """The two-way layout of `experiments.uncertainty` in SQL."""
    t = float(stdtrit(max(replicates - 1, 1), 0.5 + CONFIDENCE / 2))
    change = city(measure="difference", regime=regime, outcome=outcome)
    level = city(measure="level", regime=baseline, outcome=outcome)
    shown = {
        "estimate": "mean", "low": "mean - half", "high": "mean + half",
    }
    if replicates > 1 and draws > 1:
        # The least and the greatest of few draws, as `uncertainty.over_draws` takes them.
        ends = (0.0, 1.0) if draws < MANY else [_weibull(end, draws) for end in ENDS]
        shown |= {
            name: f"(SELECT quantile_cont(mean + share * (draws.m - mean), {end!r}) FROM draws)"
            for name, end in zip(NAMES[3:], ends, strict=True)
        }
    columns = ", ".join(f"round({value}, {KEPT}) AS {name}" for name, value in shown.items())
    free = max((replicates - 1) * (draws - 1), 1) * replicates
    return (
        "WITH pairs AS (SELECT 100 * unnest(a.paired) / unnest(b.paired) AS x, "
        f'generate_subscripts(a.paired, 1) - 1 AS pair FROM (SELECT paired FROM "{file}" WHERE '
        f'{change}) a, (SELECT paired FROM "{file}" WHERE {level}) b), '
        f"cells AS (SELECT x, pair // {draws} AS replicate, pair % {draws} AS draw FROM pairs), "
        "replicates AS (SELECT replicate, avg(x) AS m FROM cells GROUP BY replicate), "
        "draws AS (SELECT draw, avg(x) AS m FROM cells GROUP BY draw), "
        "whole AS (SELECT avg(x) AS mean FROM cells), "
        "chance AS (SELECT sum((x - replicates.m - draws.m + mean) ** 2) AS rest FROM cells "
        "JOIN replicates USING (replicate) JOIN draws USING (draw), whole), "
        "spread AS (SELECT CASE WHEN var_samp(m) > 0 THEN "
        f"sqrt(greatest(0, 1 - any_value(rest) / {free} / var_samp(m))) ELSE 0 END AS share "
        "FROM draws, chance), "
        f"half AS (SELECT {t!r} * stddev_samp(m) / sqrt({replicates}) AS half FROM replicates) "
        f"SELECT {columns} FROM whole, spread, half"
    )


def _weibull(end: float, draws: int) -> float:
    """What `quantile_cont` is to be asked for to give the quantile by expected ranks."""
    return (end * (draws + 1) - 1) / (draws - 1)
