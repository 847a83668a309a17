"""Attribution to clauses: what each clause contributes to the difference between two ordinances.

Every mixture of the two texts (`model.mixture`) is a coalition of clauses taken from the second;
Shapley values share the difference out among them. Mixtures that come to the same law are run once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments import privacy
from experiments.analysis.charts import difference_unit, rows_chart
from experiments.analysis.clause_shares import Plan, plan, shares
from experiments.analysis.result import Analysis, estimate, in_text, places, reach
from experiments.analysis.runs import (
    asked_for,
    citywide,
    levels,
    made_by,
    processes_of,
    settings_text,
)
from experiments.outcomes import OUTCOMES
from experiments.privacy import ENDS
from experiments.settings import Case, Settings, name, whole
from experiments.study.codebook import full_title
from experiments.terminal import decimals, number
from experiments.uncertainty import leaves_out_zero, over_draws_said

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Laws that are run before orders of the clauses are sampled instead of taking them all.
MOST_LAWS = 64


@dataclass(frozen=True)
class Attribution(Analysis):
    """A difference shared out among clauses: row ``all`` is the whole, the others add up to it.

    Columns: clause, title, estimate, low, high (95% over replicates), n; ``par_low`` and
    ``par_high`` (over draws of the parameters) if there are any; ``alone`` and ``last`` are what
    the clause does taken first and taken last (NaN where orders are sampled).
    """

    kind = "attribution"
    settings: Settings
    outcome: str
    plan: Plan

    @property
    def difference(self) -> float:
        """The second text's mean less the first's, in the outcome's unit."""
        return float(self.table().set_index("clause").loc["all", "estimate"])

    def sentence(self) -> str:
        """The whole, and the clauses whose intervals leave out zero."""
        spec, table = OUTCOMES[self.outcome], self.table()
        whole, parts = table.iloc[0], table.iloc[1:]
        a, b = map(name, self.settings.regimes)
        head = f"From {a} to {b}, {in_text(full_title(self.outcome))} ({spec.unit}) changes by "
        head += f"{estimate(whole)}"
        named = [
            f"{in_text(row.title)} {estimate(row)}"
            for row in parts.itertuples()
            if leaves_out_zero(row._asdict())
        ]
        if not named:
            return f"{head}; no clause's contribution can be told from zero."
        rest = len(parts) - len(named)
        left = f"; the other {rest} cannot be told from zero" if rest else ""
        return f"{head}. Contributions: {'; '.join(named)}{left}."

    def shown(self) -> pd.DataFrame:
        """Clauses with their contributions, and what each does first and last."""
        table, unit = self.table(), OUTCOMES[self.outcome].unit
        told = pd.DataFrame({"clause": table["title"]})
        told[f"contribution, {unit} (95%)"] = [estimate(row) for row in table.itertuples()]
        if "par_low" in table:
            told["over draws"] = [
                reach(row.par_low, row.par_high, places(row.estimate, row.low, row.high))
                for row in table.itertuples()
            ]
        if not self.plan.orders:
            for column, title in (("alone", "taken first"), ("last", "taken last")):
                told[title] = [
                    number(value, decimals(value), signed=True) for value in table[column]
                ]
        return told

    def notes(self) -> list[str]:
        """How the shares are made, and what the intervals hold."""
        laws, n = len(self.plan.regimes), int(self.table()["n"].max())
        made = f"{len(self.plan.law_of)} mixtures of {len(self.plan.clauses)} clauses"
        how = (
            f"{len(self.plan.orders)} sampled orders of {len(self.plan.clauses)} clauses"
            if self.plan.orders
            else f"all {made}"
        )
        return [
            f"Shapley values over {how}, {laws} different laws, {n} paired replicates; the "
            "contributions add up to the whole exactly.",
            f"Intervals: {self._intervals()}. "
            "A contribution is not what changing the clause alone would do: that is 'taken "
            "first'.",
        ]

    def _intervals(self) -> str:
        chance = "Monte Carlo error" + " and sampled orders" * bool(self.plan.orders)
        if draws := len(self.settings.draws):
            return f"{chance}; beside them {over_draws_said(draws)} of the parameters"
        return f"{chance}; parameters are held"

    def figure(self) -> Figure:
        """Contributions with intervals, the whole on top."""
        spec = OUTCOMES[self.outcome]
        a, b = map(name, self.settings.regimes)
        title = f"{full_title(self.outcome)}: what each clause contributes, from {a} to {b}"
        parts = self.table().iloc[1:]
        if (top := _largest(parts)) is not None:
            digits = places(top["estimate"], top["low"], top["high"])
            size = number(top["estimate"], digits, signed=True)
            title = (
                f"{top['title']} contributes most, {size}, to what changes in "
                f"{in_text(full_title(self.outcome))} from {a} to {b}"
            )
        note = (
            f"Chance: 95% t-interval over {int(parts['n'].max())} paired replicates. "
            f"{self.notes()[0]} Source: Carveout model, synthetic residents, "
            f"{settings_text(self.settings)}."
        )
        panel = (full_title(self.outcome), difference_unit(spec.unit), self.table().itertuples())
        return rows_chart(list(self.table()["title"]), [panel], title=title, note=note,
                          reading=f"{b} minus {a}: the whole difference, and what each clause adds "
                                  "to it.")

    def summary(self) -> dict[str, Any]:
        """``difference`` with its interval, and ``clauses``, a mapping each."""
        whole, *parts = self.table().to_dict("records")
        return {
            "analysis": self.kind,
            "outcome": self.outcome,
            "unit": OUTCOMES[self.outcome].unit,
            "difference": whole["estimate"],
            "difference_low": whole["low"],
            "difference_high": whole["high"],
            "n": whole["n"],
            "clauses": [
                {
                    "clause": part["clause"], "title": part["title"],
                    "contribution": part["estimate"],
                    **{key: part[key] for key in (*ENDS, "alone", "last") if key in part},
                }
                for part in parts
            ],
            "exact": not self.plan.orders,
            "laws": len(self.plan.regimes),
            "runs": len(self.plan.regimes) * self.settings.replicates * self.settings.points,
            "sentence": self.sentence(),
            "manifest": self.manifest,
        }


def _largest(parts: pd.DataFrame) -> pd.Series | None:
    """The clause whose contribution is surely the largest: no other's interval reaches its own."""
    ends = parts[["low", "high"]].abs()
    least = ends.min(axis=1).where(parts["low"] * parts["high"] > 0, 0.0)
    at = parts["estimate"].abs().idxmax()
    others = ends.drop(index=at).max(axis=1)
    return parts.loc[at] if least[at] > others.max() or (others.empty and least[at] > 0) else None


def attribute(
    a: str,
    b: str,
    outcome: str = "reporting",
    *,
    most_laws: int | str = MOST_LAWS,
    posterior: str | Path | None = None,
    draws: int | str | None = None,
    processes: int | str | None = None,
    progress: bool = True,
    say: Callable[[str], None] = lambda text: None,
    **options: Any,
) -> Attribution:
    """Share the difference between regimes `a` and `b` out among the clauses in which they differ.

    Parameters
    ----------
    outcome
        A name that ``carveout outcomes`` lists, citywide.
    most_laws
        Different laws that are run at most. Where the mixtures come to more, orders of the clauses
        are sampled; the shares still add up exactly, and the intervals hold the sampling.
    posterior, draws
        As `experiments.compare` takes them: by default every law is run at eight draws in every
        replicate, and with 0 at the default parameters alone.
    say
        Told the number of runs before they begin.
    options
        Those of `experiments.compare` that say what is run: years, replicates, seed, scale,
        environment, posture, city, start, parameters, raids.

    Raises
    ------
    BadInput
        If anything asked for is wrong, the texts do not differ, or there are too few events to
        show.
    """
    asked, spec = asked_for(a, b, options, posterior=posterior, draws=draws), citywide(outcome)
    workers = processes_of(processes)
    most = whole("most-laws", most_laws, 2, 100_000)
    made = plan(a, b, asked, most)
    cases = [
        Case(at * asked.points + draw, str(law), "own", asked.scenario.but(
            seed=seed, regime=regime, parameters={**values, **asked.scenario.parameters},
        ), outcomes=(spec,))
        for at, seed in enumerate(asked.seeds)
        for draw, values in enumerate(asked.draws or ({},))
        for law, regime in enumerate(made.regimes)
    ]
    drawn = f" x {asked.points} draws" if asked.draws else ""
    say(f"{len(made.regimes)} laws x {asked.replicates} replicates{drawn} = {len(cases)} runs")
    begun = time.perf_counter()
    rows = shares(made, levels(cases, workers, progress), len(asked.draws))
    seconds = time.perf_counter() - begun
    return Attribution(
        privacy.release_estimates(rows, "attribution"),
        made_by(asked, "attribute", seconds, workers, outcome=outcome, most_laws=most),
        asked, outcome, made,
    )
