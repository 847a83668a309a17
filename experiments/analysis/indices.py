"""Global sensitivity of an outcome, or of a difference, to the uncertain parameters.

Which index is estimated how is in `experiments.analysis.index_estimators`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.analysis.charts import rows_chart
from experiments.analysis.index_estimators import ANALYSES, sample_of, sobol
from experiments.analysis.result import Analysis, spread
from experiments.analysis.values import Values, read_values, source_text, study_manifest
from experiments.privacy import release_estimates
from experiments.terminal import decimals, number
from model.faults import BadInput, Fault

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INDICES = {
    "first": "first: alone", "total": "total: with all interactions",
    "mu_star": "mu*: mean absolute effect", "sigma": "sigma: interaction or curvature",
}
METHODS = {"sobol": "Sobol' indices", "morris": "Morris screening", "rbd": "RBD-FAST indices"}


@dataclass(frozen=True)
class Sensitivity(Analysis):
    """Indices by parameter. Columns: parameter, index (`INDICES`), estimate, low, high, method,
    draws."""

    kind = "sensitivity"
    values: Values
    what: str
    noise: float

    @property
    def method(self) -> str:
        """A key of `METHODS`."""
        return str(self.table()["method"].iloc[0])

    def _leading(self) -> pd.DataFrame:
        table = self.table()
        index = next(name for name in ("total", "mu_star", "first") if name in set(table["index"]))
        return table[table["index"] == index].sort_values("estimate", ascending=False)

    def sentence(self) -> str:
        """The parameter that matters most, and those that cannot be told from none."""
        rows = self._leading()
        top, second = rows.iloc[0], rows.iloc[1] if len(rows) > 1 else None
        none = rows[~(rows["low"] > 0)]
        if not top["low"] > 0:
            return (
                f"With {int(top['draws'])} draws, no parameter's part in {self.what} can be told "
                "from none."
            )
        measure = {
            "total": "with its interactions it accounts for {:.0%} of the variance",
            "first": "alone it accounts for {:.0%} of the variance",
            "mu_star": "a step across its prior moves it by {:.3g} on average",
        }[str(top["index"])].format(top["estimate"])
        tied = second is not None and second["high"] > top["low"]
        head = f"{top['parameter']} matters most for {self.what}: {measure}"
        text = f"{head} ({spread(top['low'], top['high'], 2, signed=False)})"
        if tied and second is not None:
            text += f"; {second['parameter']} may matter as much"
        if len(none):
            text += f". Cannot be told from none: {', '.join(none['parameter'])}"
        return f"{text}."

    def shown(self) -> pd.DataFrame:
        """Parameters in rows, an index a column."""
        table = self.table()
        told: dict[str, Any] = {"parameter": self._leading()["parameter"].tolist()}
        for index in dict.fromkeys(table["index"]):
            rows = table[table["index"] == index].set_index("parameter").loc[told["parameter"]]
            told[INDICES[index].partition(":")[0]] = [
                f"{number(row.estimate, decimals(row.estimate))} "
                f"({spread(row.low, row.high, decimals(row.estimate), signed=False)})"
                if not np.isnan(row.low) else number(row.estimate, decimals(row.estimate))
                for row in rows.itertuples()
            ]
        return pd.DataFrame(told)

    def notes(self) -> list[str]:
        """The method, and how much of the variance is noise."""
        lines = [
            f"{METHODS[self.method]} from SALib, 95% intervals; parameters range over their "
            "priors as the study says. An index speaks of the prior as much as of the model."
        ]
        if np.isnan(self.noise):
            lines.append("One replicate a draw: the share of the variance that is noise is not "
                         "known, and inflates the indices.")
        else:
            lines.append(f"Noise of the replicates is {self.noise:.0%} of the variance over draws; "
                         "it counts as interaction.")
        return lines

    def figure(self) -> Figure:
        """Indices by parameter, the most important first."""
        table = self.table()
        names = list(self._leading()["parameter"])
        unit = self.values.spec.unit if self.method == "morris" else "share of variance"
        panels = [
            (INDICES[index].capitalize(), unit, rows.set_index("parameter").loc[names].itertuples())
            for index, rows in table.groupby("index", sort=False)
        ]
        note = f"{' '.join(self.notes())} Source: {source_text(self.values)}."
        return rows_chart(names, panels, title=self.sentence().partition(". ")[0].rstrip("."),
                          reading=f"Sensitivity of {self.what}.", note=note, signed=False)


def sensitivity(
    study: Any, outcome: str = "", *, lever: str = "regime", position: str | None = None,
    baseline: str | None = None, **cell: Any,
) -> Sensitivity:
    """Sensitivity of an outcome's level under a position of a lever, or of a difference.

    Parameters
    ----------
    study
        A folder or an `experiments.study.Study` whose sampler sampled parameters.
    position, baseline
        The level under `position` (needed where there are several), or its paired difference from
        `baseline` where one is named.
    cell
        ``by``, ``group``, ``where``, as for `read_values`.

    Raises
    ------
    BadInput
        If there is no such study, outcome or position, other levers vary and are not held, the
        study sampled no parameter, or the outcome does not vary.
    """
    values = read_values(study, outcome, **cell)
    chosen = values.chosen(lever, position)
    if others := values.others(lever):
        found = f"several of {', '.join(others)}"
        raise BadInput(Fault(found, "one of each, held by --where NAME=VALUE", key="where"))
    frame = values.frame[values.frame[lever] == chosen]
    what = values.title
    if baseline is not None:
        frame = values.differences(lever, chosen, values.chosen(lever, baseline))
        what = f"the difference between {chosen} and {baseline} in {what}"
    elif values.positions(lever)[1:]:
        what += f" under {chosen}"
    sampled = sample_of(values.study, frame)
    sampler = values.study.file.uncertainties.sampler
    method = sampler if sampler in ("sobol", "morris") else "rbd"
    if method == "sobol" and values.study.file.uncertainties.second_order:
        rows = sobol(sampled, second_order=True)
    else:
        rows = ANALYSES[method](sampled)
    rows = rows.assign(outcome=values.outcome, method=method)
    command = f"carveout sensitivity STUDY --outcome {values.outcome} --position {chosen}"
    command += f" --baseline {baseline}" if baseline else ""
    return Sensitivity(
        release_estimates(rows, "sensitivity"), study_manifest(values, command), values, what,
        sampled.noise,
    )
