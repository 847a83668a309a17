"""The estimators of the literature, from well-kept libraries, on one study's table.

Two-way fixed effects uses places treated earlier as controls for those treated later;
`did2s` (Gardner 2022, in pyfixest) fits the fixed effects on untreated observations alone, so
treated places are never controls. Poisson pseudo-likelihood (pyfixest) takes cells of zero as they
are. Standard errors are clustered by place.
"""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from experiments.privacy import FLOOR
from experiments.replication.design import Estimator
from experiments.replication.panel import Study

#: Periods before and after adoption that an event study tells apart; further ones are pooled.
LEADS, LAGS = 6, 8
Z = 1.959964
#: Places without the treatment that a 95% interval by ranks needs: 1 / 40 lies beyond the last.
PLACEBOS = 39


@dataclass(frozen=True)
class Answer:
    """What an estimator says: effect with its own 95% interval, and by periods since adoption.

    ``by_time`` has the columns since, estimate, low, high; None where the estimator gives none.
    """

    estimate: float
    low: float
    high: float
    by_time: pd.DataFrame | None = None


def answer(study: Study, estimator: Estimator) -> Answer:
    """One estimator's answer in the outcome's unit; NaN where it cannot be fitted."""
    call: Callable[[Study, Estimator], Answer] = {
        "twfe": _twfe, "did2s": _did2s, "poisson": _poisson, "permutation": _permutation,
        "before-after": _before_after,
    }[estimator.kind]
    with warnings.catch_warnings(), _logging_kept():
        warnings.simplefilter("ignore")
        try:
            return _with_enough(study, call(study, estimator))
        except ValueError as error:
            if "Demeaning failed" not in str(error):  # fixed effects that do not converge
                raise
            return Answer(math.nan, math.nan, math.nan)


def _with_enough(study: Study, given: Answer) -> Answer:
    """Periods since adoption that stand on fewer than 20 events are emptied."""
    if given.by_time is None:
        return given
    table = study.table.assign(near=_near(study.table))
    events = table.groupby("near")["a"].sum().reindex(given.by_time["since"]).to_numpy()
    by_time = given.by_time.copy()
    by_time.loc[~(events >= FLOOR), ["estimate", "low", "high"]] = np.nan
    return replace(given, by_time=by_time)


@contextmanager
def _logging_kept() -> Iterator[None]:
    """The root logger as it was: a library on the way sets it up when imported, and Mesa would
    then tell of every step."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def _shares(study: Study, estimator: Estimator) -> tuple[pd.DataFrame, str | None]:
    """Rows with a value, weights among the columns, and the weights' name."""
    table = study.table
    table = table[table["a_of"] > 0]
    value = 100 * table["a"] / table["a_of"]
    if study.outcome.minus_group:
        table, value = table[table["b_of"] > 0], value[table["b_of"] > 0]
        value = value - 100 * table["b"] / table["b_of"]
    weight = {"none": None, "residents": "residents", "of": "a_of"}[estimator.weights]
    table = table.assign(value=value, near=_near(table))
    if weight is not None:
        table = table[table[weight] > 0]
    return table.reset_index(drop=True), weight


def _near(table: pd.DataFrame) -> pd.Series:
    """Periods since adoption within the window; places that never adopt stand at the reference."""
    since = table["since"].clip(-LEADS, LAGS)
    return since.where(table["adopts"] >= 0, -1)


def _twfe(study: Study, estimator: Estimator) -> Answer:
    import pyfixest as pf

    table, weight = _shares(study, estimator)
    more: dict[str, Any] = {"vcov": {"CRV1": "place"}, "weights": weight}
    fit = pf.feols("value ~ treated | place + period", table, **more)
    dynamic = pf.feols("value ~ i(near, ref=-1) | place + period", table, **more)
    return Answer(*_of(fit, "treated"), _by_time(dynamic))


def _did2s(study: Study, estimator: Estimator) -> Answer:
    import pyfixest as pf

    table, weight = _shares(study, estimator)
    table = _identified(table)
    if not table["treated"].any():
        return Answer(math.nan, math.nan, math.nan)
    more: dict[str, Any] = {
        "yname": "value", "first_stage": "~ 0 | place + period", "treatment": "treated",
        "cluster": "place", "weights": weight,
    }
    fit = pf.did2s(table, second_stage="~ treated", **more)
    dynamic = pf.did2s(table, second_stage="~ i(near, ref=-1)", **more)
    return Answer(*_of(fit, "treated"), _by_time(dynamic))


def _identified(table: pd.DataFrame) -> pd.DataFrame:
    """Rows whose place and period each have two untreated observations: fewer give no fixed
    effect, and pyfixest's weights then no longer fit its rows."""
    size = -1
    while len(table) != size:
        size = len(table)
        untreated = table[table["treated"] == 0]
        for key in ("place", "period"):
            counts = untreated[key].value_counts()
            table = table[table[key].isin(counts[counts > 1].index)]
    return table.reset_index(drop=True)


def _poisson(study: Study, estimator: Estimator) -> Answer:
    import pyfixest as pf

    if not _tellable(study):
        return Answer(math.nan, math.nan, math.nan)
    table = study.table.assign(near=_near(study.table))
    everywhere_at_once = len(set(study.adopts)) == 1
    if not study.outcome.minus_group and everywhere_at_once:
        return Answer(math.nan, math.nan, math.nan)  # nothing is left to compare with
    if not study.outcome.minus_group:
        table = _with_events(table[table["a_of"] > 0])
        table = table.assign(log_of=np.log(table["a_of"]))
        more: dict[str, Any] = {"vcov": {"CRV1": "place"}, "offset": "log_of"}
        fit = pf.fepois("a ~ treated | place + period", table, **more)
        dynamic = pf.fepois("a ~ i(near, ref=-1) | place + period", table, **more)
        return _percent(*_of(fit, "treated"), _by_time(dynamic))
    both = pd.concat([
        table.assign(count=table[part], of=table[f"{part}_of"], first=int(part == "a"))
        for part in ("a", "b")
    ], ignore_index=True)
    both = both[both["of"] > 0].assign(log_of=lambda rows: np.log(rows["of"]))
    both["effect"] = both["treated"] * both["first"]
    fixed = "place^first + place^period" + ("" if everywhere_at_once else " + period^first")
    fit = pf.fepois(f"count ~ effect | {fixed}", both, vcov={"CRV1": "place"}, offset="log_of")
    return _percent(*_of(fit, "effect"))


def _tellable(study: Study) -> bool:
    """Whether every group has events both with and without the treatment: else there is no ratio,
    and pyfixest's compiled part may end the process."""
    groups = ["a", "b"] if study.outcome.minus_group else ["a"]
    events = study.table.groupby("treated")[groups].sum()
    return len(events) == 2 and bool((events > 0).to_numpy().all())


def _with_events(table: pd.DataFrame) -> pd.DataFrame:
    """Rows whose place and period each have an event: the others tell nothing of a count, and
    where nothing is left pyfixest's compiled part ends the process."""
    size = -1
    while len(table) != size:
        size = len(table)
        for key in ("place", "period"):
            table = table[table.groupby(key)["a"].transform("sum") > 0]
    return table


def _permutation(study: Study, estimator: Estimator) -> Answer:
    """Change of log (group over other group) where it was adopted, against all other places.

    The interval is the spread of the same change in places where nothing happened, studentized:
    small places, whose counts are few, tell as much as large ones. With fewer than 39 of them it
    has no ends: none of so few is expected beyond 2.5 in 100.
    """
    adopted = np.flatnonzero(study.adopts >= 0)
    date = int(study.adopts[adopted[0]])
    sums = study.table.assign(after=study.table["period"] >= date)
    sums = sums.groupby(["place", "after"])[["a", "b"]].sum().unstack()
    change, variance = np.zeros((2, len(sums)))
    for part, sign in (("a", 1), ("b", -1))[: 1 + bool(study.outcome.minus_group)]:
        before, after = (sums[part][when].to_numpy() for when in (False, True))
        change += sign * (np.log(after) - np.log(before))
        variance += 1 / after + 1 / before
    error = np.sqrt(variance)
    placebo = np.isfinite(change)
    placebo[adopted] = False
    if not placebo.any() or not np.isfinite(change[adopted]).all():
        return Answer(math.nan, math.nan, math.nan)
    centre = float(np.average(change[placebo], weights=1 / variance[placebo]))
    effect, own = float(change[adopted].mean()) - centre, float(error[adopted].mean())
    if placebo.sum() < PLACEBOS:
        return _percent(effect, math.nan, math.nan)
    # By expected ranks, as of one place more that is like the others.
    placebos = (change - centre)[placebo] / error[placebo]
    low, high = np.quantile(placebos, [0.025, 0.975], method="weibull")
    return _percent(effect, effect - high * own, effect - low * own)


def _before_after(study: Study, estimator: Estimator) -> Answer:
    """The group's counts after against before, by place: nothing else is held constant."""
    import pyfixest as pf

    if not _tellable(study):
        return Answer(math.nan, math.nan, math.nan)
    fit = pf.fepois("a ~ treated | place", study.table, vcov={"CRV1": "place"})
    return _percent(*_of(fit, "treated"))


def _of(fit: Any, name: str) -> tuple[float, float, float]:
    table = fit.tidy()
    if name not in table.index:
        return math.nan, math.nan, math.nan
    value, error = float(table.loc[name, "Estimate"]), float(table.loc[name, "Std. Error"])
    return value, value - Z * error, value + Z * error


def _by_time(fit: Any) -> pd.DataFrame:
    """Coefficients by periods since adoption, the reference among them."""
    table = fit.tidy()
    rows = [(-1, 0.0, 0.0, 0.0)]
    for name, row in table.iterrows():
        since = str(name).rsplit("::", 1)[-1].strip("[]T.")
        try:
            period = int(float(since))
        except ValueError:
            continue
        value, error = float(row["Estimate"]), float(row["Std. Error"])
        rows.append((period, value, value - Z * error, value + Z * error))
    frame = pd.DataFrame(rows, columns=["since", "estimate", "low", "high"])
    return frame.sort_values("since", ignore_index=True)


def _percent(
    estimate: float, low: float, high: float, by_time: pd.DataFrame | None = None
) -> Answer:
    """Log changes as percent."""
    middle, least, most = (
        100 * math.expm1(one) if math.isfinite(one) else math.nan for one in (estimate, low, high)
    )
    if by_time is not None:
        names = ["estimate", "low", "high"]
        by_time = by_time.assign(**{name: 100 * np.expm1(by_time[name]) for name in names})
    return Answer(middle, least, most, by_time)
