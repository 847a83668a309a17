"""Regret and dominance across a lever's positions under deep uncertainty.

Regret is how far a position falls short of the best one in the same state of the world (a draw,
and the other levers), in the direction that the *user* prefers (Savage 1951,
doi:10.1080/01621459.1951.10500768). Which direction is better is never the model's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.charts import rows_chart
from experiments.analysis.result import Analysis, estimate
from experiments.analysis.values import Values, read_values, source_text, study_manifest
from experiments.privacy import release_estimates
from experiments.terminal import decimals, number
from model.faults import BadInput, Fault, unknown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DIRECTIONS = {"low": 1.0, "high": -1.0}
RESAMPLES = 400


@dataclass(frozen=True)
class Regret(Analysis):
    """How far each position of a lever is from the best, by outcome.

    Columns: outcome, contrast (the position), estimate (mean regret), low, high (95%, replicates
    resampled), worst_regret, share_best (of states), dominated_by (positions at least as good in
    every state and every outcome), draws, n (states).
    """

    kind = "regret"
    values: tuple[Values, ...]
    lever: str
    prefer: Mapping[str, str]

    def sentence(self) -> str:
        """The least mean regret of each outcome, and who is dominated, as preferred."""
        told = []
        for values in self.values:
            rows = self._rows(values)
            best = rows.loc[rows["estimate"].idxmin()]
            rest = rows[rows["contrast"] != best["contrast"]]
            clear = bool((rest["low"] > best["high"]).all()) and len(rest) > 0
            least = "has the least mean regret" if clear else (
                "has the least mean regret, though others are within the noise of the replicates"
            )
            told.append(
                f"where {self.prefer[values.outcome]} {values.outcome} is preferred, "
                f"{best['contrast']} {least} and is best in {best['share_best']:.0%} of "
                f"{int(best['n'])} states"
            )
        table = self.table()
        lost = table[table["dominated_by"] != ""].drop_duplicates("contrast")
        text = "; ".join(told)
        text = text[0].upper() + text[1:] + "."
        if len(lost):
            names = ", ".join(
                f"{row.contrast} (by {row.dominated_by})" for row in lost.itertuples()
            )
            text += f" Never better in any state, on the means: {names}."
        return text

    def _rows(self, values: Values) -> pd.DataFrame:
        table = self.table()
        return table[table["outcome"] == values.outcome]

    def shown(self) -> pd.DataFrame:
        """Positions in rows, outcomes one after the other."""
        table = self.table()
        return pd.DataFrame({
            self.lever: table["contrast"],
            "outcome (preferred)": [f"{each} ({self.prefer[each]})" for each in table["outcome"]],
            "mean regret (95%)": [estimate(row, signed=False) for row in table.itertuples()],
            "worst": [number(value, decimals(value)) for value in table["worst_regret"]],
            "best in": [f"{value:.0%}" for value in table["share_best"]],
            "dominated by": table["dominated_by"],
        })

    def notes(self) -> list[str]:
        """What regret is, and whose preference it takes."""
        return [
            "Regret: how far from the best position in the same state (draw and other levers). "
            "The direction is the one that was asked for; the model prefers none.",
            "Intervals: replicates resampled. The best of noisy values looks better than it is, "
            "so that regrets are somewhat too large; more replicates mend that.",
        ]

    def figure(self) -> Figure:
        """Mean regret of each position with its interval; outcomes beside each other."""
        names = list(self._rows(self.values[0]).sort_values("estimate")["contrast"])
        panels = [
            (f"{self.prefer[each.outcome]} {each.outcome} preferred".capitalize(), each.spec.unit,
             self._rows(each).set_index("contrast").loc[names].itertuples())
            for each in self.values
        ]
        title = self.sentence().partition(";")[0].partition(". ")[0].rstrip(".")
        note = f"{self.notes()[0]} Intervals: 95%, replicates resampled. Source: " \
               f"{source_text(self.values[0])}."
        return rows_chart(names, panels, title=title, note=note, signed=False,
                          reading="Mean regret; a dot at zero: the best in every state.")


def regret(
    study: Any, prefer: Mapping[str, str], *, lever: str = "regime", **cell: Any
) -> Regret:
    """Regret of a lever's positions under the states of a study.

    Parameters
    ----------
    study
        A folder, an `experiments.study.Study`, or a mapping of outcome to `Values`.
    prefer
        Outcome = "low" or "high": the direction that the *user* prefers.
    cell
        ``by``, ``group``, ``where``, as for `read_values`.

    Raises
    ------
    BadInput
        If there is no such study, outcome, lever or direction.
    """
    if not prefer:
        raise BadInput(Fault("no preference", "an outcome with low or high", key="prefer"))
    faults = [
        unknown("direction", direction, DIRECTIONS, key=f"prefer {outcome}")
        for outcome, direction in prefer.items()
        if direction not in DIRECTIONS
    ]
    if faults:
        raise BadInput(faults)
    read = tuple(
        study[outcome] if isinstance(study, Mapping) else read_values(study, outcome, **cell)
        for outcome in prefer
    )
    tables = [_states(values, lever, DIRECTIONS[prefer[values.outcome]]) for values in read]
    rows = pd.concat(
        [_rows(values, *table) for values, table in zip(read, tables, strict=True)]
    )
    dominated = _dominated([names for names, _ in tables], [cost for _, cost in tables])
    rows["dominated_by"] = rows["contrast"].map(dominated)
    words = " ".join(f"--outcome {name} --prefer {way}" for name, way in prefer.items())
    manifest = study_manifest(read[0], f"carveout regret STUDY {words} --lever {lever}")
    released = release_estimates(rows.reset_index(drop=True), "regret")
    return Regret(released, manifest, read, lever, dict(prefer))


def _states(
    values: Values, lever: str, sign: float
) -> tuple[list[str], NDArray[np.float64]]:
    """Positions, and what each costs, (positions, states, replicates); states in which a position
    has no value are left out."""
    names = values.positions(lever)
    wide = values.frame.pivot_table(
        index=["draw", *values.others(lever)], columns=[lever, "replicate"], values="value"
    )
    wide = wide.dropna()
    if len(names) < 2 or wide.empty:
        raise BadInput(Fault(f"{len(names)} positions with {len(wide)} states that have all",
                             "two positions and one state", key=lever))
    cost = np.stack([sign * wide[name].to_numpy() for name in names])
    return names, cost


def _rows(values: Values, names: list[str], cost: NDArray[np.float64]) -> pd.DataFrame:
    short = _regrets(cost.mean(axis=2))
    low = high = np.full(len(names), np.nan)
    replicates = cost.shape[2]
    if replicates > 1:
        rng = np.random.default_rng(0)
        again = [
            _regrets(cost[:, :, rng.integers(replicates, size=replicates)].mean(axis=2)).mean(1)
            for _ in range(RESAMPLES)
        ]
        low, high = np.quantile(again, [0.025, 0.975], axis=0)
    return pd.DataFrame({
        "outcome": values.outcome, "contrast": names, "estimate": short.mean(axis=1),
        "low": low, "high": high, "worst_regret": short.max(axis=1),
        "share_best": (short <= 0).mean(axis=1), "n": short.shape[1],
        "draws": values.frame["draw"].nunique(),
    })


def _regrets(cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each position costs beyond the cheapest in each state: (positions, states)."""
    return cost - cost.min(axis=0)


def _dominated(
    names: list[list[str]], costs: list[NDArray[np.float64]]
) -> dict[str, str]:
    """Positions no worse in any state and outcome, and better in one, on the means."""
    every = [cost.mean(axis=2) for cost in costs]
    told = {}
    for at, name in enumerate(names[0]):
        better = []
        for other, rival in enumerate(names[0]):
            gaps = [cost[other] - cost[at] for cost in every]
            if all((gap <= 0).all() for gap in gaps) and any((gap < 0).any() for gap in gaps):
                better.append(rival)
        told[name] = ", ".join(better)
    return told


