"""Until it is sure: replicates are added until an interval is as narrow as was asked for.

The rule, and how well its intervals cover, stand in `stopping`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.charts import difference_unit, rows_chart
from experiments.analysis.result import Analysis, in_text, spread, sure
from experiments.analysis.runs import (
    asked_for,
    citywide,
    levels,
    made_by,
    processes_of,
    settings_text,
)
from experiments.analysis.stopping import (
    LEAST,
    LOOK,
    STATED,
    Estimate,
    Look,
    mean_of,
    over_draws,
    until,
)
from experiments.analysis.values import read_values, source_text, study_manifest
from experiments.outcomes import OUTCOMES
from experiments.privacy import release_estimates
from experiments.settings import MAX_REPLICATES, Case, name, real, whole
from experiments.study.codebook import full_title
from experiments.terminal import decimals, number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

@dataclass(frozen=True)
class Sequential(Analysis):
    """A difference known as well as was asked for, or as the budget allowed.

    Columns, one row a look: n (replicates), estimate, low, high (95% t-interval as if there had
    been no other look), looked (what the rule looks at: the longer arm at 96%, mended for
    skewness), target (the half-width), done (whether the rule was met). The interval that may be
    stated is `interval`.
    """

    kind = "sure"
    outcome: str
    first: str
    second: str
    half_width: float
    source: str

    @property
    def reached(self) -> bool:
        """Whether the interval is as narrow as was asked for."""
        return bool(self.table()["done"].iloc[-1])

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval: of the half-width asked for where it was reached."""
        last = self.table().iloc[-1]
        if self.reached:
            return last["estimate"] - self.half_width, last["estimate"] + self.half_width
        return last["low"], last["high"]

    def sentence(self) -> str:
        """The difference, its interval, and whether it is as narrow as was asked for."""
        spec, last = OUTCOMES[self.outcome], self.table().iloc[-1]
        low, high = self.interval
        digits = decimals(last["estimate"], self.half_width)
        what = f"{in_text(full_title(self.outcome))} ({spec.unit})"
        end = "" if sure(low, high) else ": it cannot be told from zero"
        asked = f"\N{PLUS-MINUS SIGN}{number(self.half_width, decimals(self.half_width))}"
        stop = "as narrow as asked for" if self.reached else (
            f"the budget ended before the {asked} asked for was reached"
        )
        return (
            f"From {self.first} to {self.second}, {what} changes by "
            f"{number(last['estimate'], digits, signed=True)} ({spread(low, high, digits)}{end}) "
            f"after {int(last['n'])} paired replicates; {stop}."
        )

    def shown(self) -> pd.DataFrame:
        """The looks in rows."""
        table = self.table()
        half = (table["high"] - table["low"]) / 2
        looked = f"looked at ({LOOK:.0%}, longer arm)"
        return pd.DataFrame({
            "replicates": table["n"].astype(int).astype(str),
            "difference": [
                number(value, decimals(value), signed=True) for value in table["estimate"]
            ],
            "half-width (95%)": [number(value, decimals(value)) for value in half],
            looked: [number(value, decimals(value)) for value in table["looked"]],
            "asked for": number(self.half_width, decimals(self.half_width)),
        })

    def notes(self) -> list[str]:
        """What stopping by looks does to an interval."""
        return [
            "Stopping when an interval is narrow favours samples that look less spread than they "
            f"are. So the first look is at {LEAST} replicates, the next after a quarter more; "
            f"looks are at {LOOK:.0%} and mended for skewness, and the 95% interval stated has the "
            "half-width asked for.",
            "Monte Carlo error only: parameters are held, and no number of replicates narrows what "
            "they leave open.",
        ]

    def figure(self) -> Figure:
        """The interval at each look."""
        table, spec = self.table(), OUTCOMES[self.outcome]
        last = {**table.iloc[-1].to_dict(), "low": self.interval[0], "high": self.interval[1]}
        rows = pd.concat([table, pd.DataFrame([last])])
        labels = [*(f"{int(n)} replicates" for n in table["n"]), "Stated"]
        panel = (full_title(self.outcome), difference_unit(spec.unit), rows.itertuples())
        return rows_chart(labels, [panel], title=self.sentence().rstrip("."),
                          reading="The difference and its interval at each look, and as stated.",
                          note=f"Source: {self.source}.", digits=decimals)

    def summary(self) -> dict[str, Any]:
        """With the interval stated, and whether it was reached."""
        low, high = self.interval
        last = self.table().iloc[-1]
        stated = {"difference": last["estimate"], "low": low, "high": high, "n": last["n"],
                  "reached": self.reached, "half_width": self.half_width}
        return {**stated, **super().summary()}


def until_sure(
    a: str,
    b: str,
    outcome: str = "reporting",
    *,
    half_width: float | str,
    most: int | str = 200,
    budget: float | str | None = None,
    study: Any = None,
    lever: str = "regime",
    where: Any = (),
    processes: int | str | None = None,
    progress: bool = True,
    say: Callable[[str], None] = lambda text: None,
    **options: Any,
) -> Sequential:
    """Add replicates until the difference from regime `a` to `b` is known to plus-minus
    `half_width`, or `most` replicates or `budget` minutes are over.

    Parameters
    ----------
    study
        A study's folder that is expanded; `a` and `b` are then positions of its `lever`, and the
        interval is the Monte Carlo interval of the mean over its draws. Without, the two are run.
    options
        What is run, as for `attribute`, but not ``replicates``.

    Raises
    ------
    BadInput
        If anything asked for is wrong, or too few events may be shown.
    """
    width = real("half-width", half_width, 0, 1e12)
    top = whole("most", most, 2, MAX_REPLICATES)
    minutes = math.inf if budget is None else real("budget", budget, 0, 1e6)
    told = {"half_width": f"{width:g}", "most": top, "budget": budget}
    if study is not None:
        return _expanded(study, outcome, (lever, a, b, where), (width, top, minutes), say)
    asked, spec = asked_for(a, b, {**options, "replicates": top}), citywide(outcome)
    workers = processes_of(processes)
    known: dict[str, NDArray[np.float64]] = {}

    def more(replicates: int) -> Estimate:
        begun = len(known.get(a, ()))
        cases = [
            Case(at, regime, "own", asked.scenario.but(seed=asked.seeds[at], regime=regime),
                 outcomes=(spec,))
            for at in range(begun, replicates)
            for regime in (a, b)
        ]
        say(f"{replicates} replicates: {len(cases)} runs more")
        for regime, values in levels(cases, workers, progress).items():
            known[regime] = np.concatenate([known.get(regime, np.empty(0)), values])
        return mean_of(known[b] - known[a])

    begun = time.perf_counter()
    looks = until(more, width, top, minutes)
    manifest = made_by(asked, "sure", time.perf_counter() - begun, workers,
                       outcome=outcome, **told, replicates=None)
    source = f"Carveout model, synthetic residents, {settings_text(asked)}"
    return _finished(looks, manifest, outcome, name(a), name(b), width, source)


def _expanded(
    study: Any, outcome: str, cell: tuple[str, str, str, Any],
    rule: tuple[float, int, float], say: Callable[[str], None],
) -> Sequential:
    """`until_sure` on a study, which it expands."""
    from experiments.study import open_study
    from experiments.study.running import expand_study

    lever, a, b, where = cell
    read = partial(read_values, outcome=outcome, where=where)

    def more(replicates: int) -> Estimate:
        if replicates > len(open_study(study).plan["replicate"].unique()):
            say(f"{replicates} replicates of every task")
            expand_study(study, replicates)
        return over_draws(read(study), lever, a, b)

    opened = open_study(study)
    now = len(opened.plan["replicate"].unique())
    # What counts are degrees of freedom: draws give more of them where their seeds differ.
    draws = len(opened.plan["draw"].unique()) if opened.file.run.seeds == "own" else 1
    begin = max(now, 2, math.ceil(1 + (LEAST - 1) / draws))
    looks = until(more, rule[0], max(rule[1], now), rule[2], begin)
    values = read(study)
    words = f"carveout sure {a} {b} --study STUDY --outcome {outcome} --half-width {rule[0]:g}"
    words += f" --lever {lever}" * (lever != "regime")
    return _finished(looks, study_manifest(values, words), outcome, a, b, rule[0],
                     source_text(values))


def _finished(
    looks: list[Look], manifest: dict[str, Any], outcome: str, first: str, second: str,
    width: float, source: str,
) -> Sequential:
    rows = pd.DataFrame([
        {
            "n": look.replicates, "estimate": look.estimate.mean,
            "low": look.estimate.mean - look.estimate.half(STATED),
            "high": look.estimate.mean + look.estimate.half(STATED),
            "looked": look.estimate.longer(LOOK), "target": width,
            "done": look.estimate.longer(LOOK) <= width,
        }
        for look in looks
    ])
    released = release_estimates(rows.assign(outcome=outcome), "sure")
    return Sequential(released, manifest, outcome, first, second, width, source)
