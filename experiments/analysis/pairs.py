"""Paired contrasts of a study, and how many replicates the pairing saved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.analysis.charts import difference_unit, rows_chart
from experiments.analysis.result import Analysis, estimate, places, reach, spread, sure
from experiments.analysis.spreads import saving, two_level
from experiments.analysis.values import (
    PAIR,
    Values,
    read_values,
    source_text,
    study_manifest,
)
from experiments.privacy import release_estimates
from experiments.settings import DEFAULT_BASELINE
from experiments.study.codebook import full_title
from experiments.terminal import number
from experiments.uncertainty import over_draws_said
from model.faults import BadInput, Fault

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class PairedContrasts(Analysis):
    """Differences between positions of a lever, paired by draw and replicate.

    Columns: condition (the other levers), contrast, baseline, estimate, low, high (95%, Monte
    Carlo), par_low, par_high (over the draws' means, noise removed; NaN with one draw), n,
    draws, ratio with ratio_low and ratio_high (replicates that independent seeds would need, over
    those run), independent (that number).
    """

    kind = "contrasts"
    values: Values
    lever: str

    def sentence(self) -> str:
        """The largest difference that is sure, and what pairing saved."""
        table = self.table()
        clear = table[[sure(row.low, row.high) for row in table.itertuples()]]
        what = self.values.title
        if clear.empty:
            head = f"No difference in {what} can be told from zero with these replicates"
        else:
            row = clear.loc[clear["estimate"].abs().idxmax()]
            way = "higher" if row["estimate"] > 0 else "lower"
            digits = places(row["estimate"], row["low"], row["high"])
            size = number(abs(row["estimate"]), digits)
            between = spread(row["low"], row["high"], digits)
            under = f" under {row['condition']}" if row["condition"] else ""
            head = (
                f"The largest sure difference in {what}: {size} {way} with {row['contrast']} than "
                f"with {row['baseline']}{under} ({between})"
            )
        known = table[table["ratio"].map(math.isfinite)]
        if known.empty:
            return f"{head}."
        middle = known.iloc[(known["ratio"] - known["ratio"].median()).abs().argsort().iloc[0]]
        text = f"{head}. Pairing: for {middle['contrast']}, {int(middle['n'])} pairs do what "
        low, high = middle["ratio_low"] * middle["n"], middle["ratio_high"] * middle["n"]
        return text + (
            f"{number(middle['independent'], 0)} independent replicates of each would "
            f"({number(low, 0)} to {number(high, 0)})."
        )

    def shown(self) -> pd.DataFrame:
        """Contrasts in rows."""
        table = self.table()
        told = pd.DataFrame({f"{self.lever} (from {table['baseline'].iloc[0]})": table["contrast"]})
        if table["condition"].any():
            told["where"] = table["condition"]
        told[f"difference, {self.values.spec.unit} (95%)"] = [
            estimate(row) for row in table.itertuples()
        ]
        if table["draws"].max() > 1:
            told["over draws"] = [
                reach(row.par_low, row.par_high, places(row.estimate, row.par_low, row.par_high))
                for row in table.itertuples()
            ]
        told["pairs"] = table["n"].astype(int)
        told["as many independent (95%)"] = [_saved(row) for row in table.itertuples()]
        return told

    def notes(self) -> list[str]:
        """What the intervals hold."""
        draws = int(self.table()["draws"].max())
        mean = "the mean over draws" if draws > 1 else "the mean"
        lines = [f"Intervals: Monte Carlo error of {mean}; it falls with replicates."]
        if draws > 1:
            lines.append(
                f"Over draws: {over_draws_said(draws)} of the parameters; no number of replicates "
                "narrows it. Noise is removed where a draw has two replicates or more."
            )
        if self.values.hidden:
            lines.append(f"{self.values.hidden} values stand on too few events and are left out.")
        return lines

    def figure(self) -> Figure:
        """Differences with their Monte Carlo intervals, and the range over draws."""
        table, spec = self.table(), self.values.spec
        labels = [
            f"{row.contrast}, {row.condition}" if row.condition else row.contrast
            for row in table.itertuples()
        ]
        least, most, draws = (int(each) for each in (
            table["n"].min(), table["n"].max(), table["draws"].max()
        ))
        pairs = f"{least} to {most}" if least < most else f"{most}"
        note = f"Chance: 95% interval of the mean{' over draws' * (draws > 1)}, {pairs} pairs. "
        if draws > 1:
            note += f"Parameters: {over_draws_said(draws)}, noise removed. "
        note += f"Source: {source_text(self.values)}."
        panel = (full_title(self.values.outcome), difference_unit(spec.unit), table.itertuples())
        title = self.sentence().partition(". Pairing")[0].rstrip(".")
        return rows_chart(labels, [panel], title=title, note=note,
                          reading=f"Difference from {table['baseline'].iloc[0]}.")


def _saved(row: Any) -> str:
    if math.isnan(row.ratio):
        return "not known"
    if math.isinf(row.ratio):
        return "no difference in any pair"
    ends = [row.n * end for end in (row.ratio_low, row.ratio_high)]
    return f"{number(row.independent, 0)} ({number(ends[0], 0)} to {number(ends[1], 0)})"


def paired_contrasts(
    study: Any, outcome: str = "", *, lever: str = "regime", baseline: str | None = None,
    **cell: Any,
) -> PairedContrasts:
    """Differences between a lever's positions in a study, paired by draw and replicate.

    Parameters
    ----------
    study
        A folder, an `experiments.study.Study`, or `Values`.
    baseline
        The position that the others are held against; welcoming-2012 if it is there, else the
        first.
    cell
        ``by``, ``group``, ``where``, as for `read_values`.

    Raises
    ------
    BadInput
        If there is no such study, outcome, lever or position, or only one position.
    """
    values = read_values(study, outcome, **cell)
    there = values.positions(lever)
    if baseline is None and DEFAULT_BASELINE in there:
        baseline = DEFAULT_BASELINE
    base = values.chosen(lever, baseline or there[0])
    rows = contrast_rows(values, lever, base)
    command = f"carveout contrasts STUDY --outcome {values.outcome} --lever {lever}"
    return PairedContrasts(
        release_estimates(rows, "contrasts"), study_manifest(values, command), values, lever
    )


def contrast_rows(values: Values, lever: str, baseline: str) -> pd.DataFrame:
    """Rows of `PairedContrasts`, one a position of the lever and combination of the others."""
    rows = []
    others = values.others(lever)
    for position in values.positions(lever):
        if position == baseline:
            continue
        pairs = values.differences(lever, position, baseline)
        groups = pairs.groupby(others, sort=False) if others else [((), pairs)]
        for at, some in groups:
            value, draw, replicate = (some[name].to_numpy() for name in ("value", *PAIR))
            level = two_level(value, draw, replicate if values.common_seeds else None)
            saved = saving(*(some[name].to_numpy() for name in ("first", "second", "draw")))
            rows.append({
                "outcome": values.outcome,
                "condition": ", ".join(
                    f"{name} {one}" for name, one in zip(others, at, strict=True)
                ),
                "contrast": position, "baseline": baseline, **level._asdict(),
                "ratio": saved.ratio, "ratio_low": saved.low, "ratio_high": saved.high,
                "independent": saved.ratio * level.n,
            })
    if not rows:
        found = f"{baseline!r} alone, or no pair"
        raise BadInput(Fault(found, "two positions of the lever in one study", key=lever))
    return pd.DataFrame(rows)
