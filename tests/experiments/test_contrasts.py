"""Differences are paired, their intervals are Student's, and their two parts add up exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from experiments.contrasts import contrasts, interval

RATES = {("a", "own"): [40, 44, 39], ("b", "own"): [43, 46, 43], ("b", "held"): [41, 45, 40]}


def rows(replicates: int = 3) -> pd.DataFrame:
    """Two months of `reporting`, numerators of 1,000 victimisations a month."""
    return pd.DataFrame(
        [
            (i, regime, belief, month, "reporting", "all", "all", 10.0 * rates[i], 1000.0)
            for (regime, belief), rates in RATES.items()
            for i in range(replicates)
            for month in ("2022-01", "2022-02")
        ],
        columns=["replicate", "regime", "belief", "month", "outcome", "by", "group",
                 "numerator", "denominator"],
    )


def row(table: pd.DataFrame, measure: str, regime: str = "b") -> pd.Series:
    found = table[(table["measure"] == measure) & (table["regime"] == regime)]
    assert len(found) == 1
    return found.iloc[0]


def test_the_interval_is_students_of_the_paired_differences():
    got = row(contrasts(rows(), "a"), "difference")
    paired = np.array([3.0, 2.0, 4.0])
    low, high = stats.t.interval(0.95, 2, paired.mean(), stats.sem(paired))
    assert np.allclose([got["estimate"], got["low"], got["high"]], [3.0, low, high])
    assert got["n"] == 3
    assert np.allclose(got["paired"], paired)


def test_legal_exposure_and_belief_add_up_exactly_in_every_replicate():
    table = contrasts(rows(), "a")
    parts = np.array(row(table, "legal_exposure")["paired"]) + row(table, "belief")["paired"]
    assert (parts == row(table, "difference")["paired"]).all()
    assert np.allclose(row(table, "legal_exposure")["paired"], [1, 1, 1])


def test_one_replicate_has_no_interval():
    got = row(contrasts(rows(1), "a"), "difference")
    assert got["n"] == 1 and got["estimate"] == 3
    assert np.isnan(got["low"]) and np.isnan(got["high"])


def test_the_order_of_results_changes_nothing():
    shuffled = rows().sample(frac=1, random_state=3)
    keys = ["regime", "measure"]
    first, second = (
        contrasts(table, "a").sort_values(keys)["estimate"].tolist() for table in (rows(), shuffled)
    )
    assert first == second


def test_a_replicate_without_events_drops_out_of_n():
    mean, low, high, n = interval(np.array([[1.0, np.nan, 3.0]]))
    assert (mean[0], n[0]) == (2.0, 2) and low[0] < 2 < high[0]


def test_the_parts_of_a_real_run_add_up(small):
    table = small.contrasts
    wide = table[~table["suppressed"]].pivot_table(
        index=["regime", "outcome", "by", "group"], columns="measure", values="estimate",
        observed=True,
    ).dropna()
    # Figures by area are rounded to two digits on their way out, their parts each for itself.
    wide = wide[wide.index.get_level_values("by") != "area"]
    assert len(wide) > 50
    assert np.allclose(wide["legal_exposure"] + wide["belief"], wide["difference"], atol=1e-9)
