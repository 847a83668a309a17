"""Global sensitivity of an outcome, or of a difference, to the uncertain parameters.

The methods are SALib's: Morris screening (mu*, sigma) on Morris samples, Sobol' first and total
indices on Saltelli's samples, RBD-FAST first indices on any other sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.charts import Dot, dot_chart
from experiments.analysis.result import Analysis, spread
from experiments.analysis.values import Values, read_values, source_text, study_manifest
from experiments.privacy import release_estimates
from experiments.terminal import decimals, number
from model.faults import BadInput, Fault

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Problem = dict[str, Any]
INDICES = {
    "first": "first: alone", "total": "total: with all interactions",
    "mu_star": "mu*: mean absolute effect", "sigma": "sigma: interaction or curvature",
}
HALF_SAMPLES = 50
#: RBD-FAST sums at most so many harmonics; fewer from small samples, which carry no more.
HARMONICS, DRAWS_A_HARMONIC, LEAST_DRAWS = 10, 16, 32
METHODS = {"sobol": "Sobol' indices", "morris": "Morris screening", "rbd": "RBD-FAST indices"}


class Sample(NamedTuple):
    """A sampled function: SALib's problem, points as shares of the priors (draws, parameters),
    mean outcome a draw, and the share of its variance that is noise of the replicates (NaN where
    there is one)."""

    problem: Problem
    points: NDArray[np.float64]
    value: NDArray[np.float64]
    noise: float


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
        indices = list(dict.fromkeys(table["index"]))
        dots = [
            Dot(name, row.estimate, row.low, row.high, series=at)
            for name in self._leading()["parameter"]
            for at, index in enumerate(indices)
            for row in table[(table["index"] == index) & (table["parameter"] == name)].itertuples()
        ]
        axis = self.values.spec.unit if self.method == "morris" else "share of variance"
        note = f"{' '.join(self.notes())} Source: {source_text(self.values)}."
        return dot_chart(dots, title=self.sentence().partition(". ")[0].rstrip("."), axis=axis,
                         note=note, signed=False, legend=[INDICES[index] for index in indices])


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


def sample_of(study: Any, frame: pd.DataFrame) -> Sample:
    """The study's sample with the mean of `frame`'s values at each draw; NaN where there is none.

    Raises
    ------
    BadInput
        If the study sampled no parameter.
    """
    from experiments.study.design import unit_sample

    spec = study.file.uncertainties
    if spec.sampler in ("none", "grid", "posterior"):
        allowed = "a study with the sampler sobol, morris or latin hypercube"
        raise BadInput(Fault(f"the sampler {spec.sampler!r}", allowed, key="study"))
    points = unit_sample(spec)
    wide = frame.pivot_table(index="draw", columns="replicate", values="value")
    wide = wide.reindex(range(len(points)))
    return Sample(study.problem, points, wide.mean(axis=1).to_numpy(), noise_share(wide))


def noise_share(wide: pd.DataFrame) -> float:
    """The share of the variance of a draw's mean that is noise: what is left of (draws,
    replicates) when both main effects are taken out."""
    full = wide.dropna().to_numpy()
    draws, replicates = full.shape
    if replicates < 2 or draws < 2:
        return float("nan")
    rest = full - full.mean(axis=1, keepdims=True) - full.mean(axis=0) + full.mean()
    error = float((rest**2).sum()) / ((draws - 1) * (replicates - 1)) / replicates
    return error / float(full.mean(axis=1).var(ddof=1))


def sobol(sampled: Sample, second_order: bool = False) -> pd.DataFrame:
    """First and total indices; blocks of Saltelli's sample that are not whole are left out."""
    from SALib.analyze import sobol as salib

    size = sampled.problem["num_vars"]
    block = 2 * size + 2 if second_order else size + 2
    value = _whole(sampled, block)
    # Saltelli, Annoni et al. (2010) estimate best where the mean is taken out.
    value = (value - value.mean()) / value.std()
    found = salib.analyze(sampled.problem, value, calc_second_order=second_order, seed=0)
    return _rows(sampled, {"total": "ST", "first": "S1"}, found, len(value))


def morris(sampled: Sample) -> pd.DataFrame:
    """mu* and sigma of the elementary effects; trajectories that are not whole are left out."""
    from SALib.analyze import morris as salib

    block = sampled.problem["num_vars"] + 1
    value = _whole(sampled, block)
    kept = _kept(sampled, block)
    found = salib.analyze(sampled.problem, sampled.points[kept], value, num_levels=4, seed=0)
    rows = _rows(sampled, {"mu_star": "mu_star"}, found, len(value))
    sigma = rows.assign(index="sigma", estimate=np.asarray(found["sigma"]), low=np.nan, high=np.nan)
    return pd.concat([rows, sigma], ignore_index=True)


def rbd(sampled: Sample) -> pd.DataFrame:
    """First indices by random balance designs, from a sample of any kind.

    Raises
    ------
    BadInput
        If fewer than `LEAST_DRAWS` draws are done.
    """
    from SALib.analyze import rbd_fast

    known = ~np.isnan(sampled.value)
    if known.sum() < LEAST_DRAWS:
        raise BadInput(Fault(f"{known.sum()} draws done", f"at least {LEAST_DRAWS}", key="study"))
    value = _varying(sampled.value[known])
    points = sampled.points[known]
    # SALib's correction for bias divides by the draws less twice the harmonics.
    harmonics = min(HARMONICS, len(value) // DRAWS_A_HARMONIC)

    def first(rows: NDArray[np.integer]) -> NDArray[np.float64]:
        found = rbd_fast.analyze(
            sampled.problem, points[rows], value[rows], M=harmonics, num_resamples=2
        )
        return np.asarray(found["S1"], float)

    # SALib's own interval repeats the whole sample. Half-samples spread about the whole as much
    # as the whole does about the truth (Politis, Romano & Wolf 1999, Subsampling, ch. 2).
    rng, every = np.random.default_rng(0), np.arange(len(value))
    halves = [first(rng.permutation(every)[: len(every) // 2]) for _ in range(HALF_SAMPLES)]
    found = {"S1": first(every), "S1_conf": 1.96 * np.std(halves, axis=0, ddof=1)}
    return _rows(sampled, {"first": "S1"}, found, len(value))


ANALYSES: dict[str, Callable[[Sample], pd.DataFrame]] = {
    "sobol": sobol, "morris": morris, "rbd": rbd
}


def _kept(sampled: Sample, block: int) -> NDArray[np.bool_]:
    whole = ~np.isnan(sampled.value).reshape(-1, block).any(axis=1)
    return np.repeat(whole, block)


def _whole(sampled: Sample, block: int) -> NDArray[np.float64]:
    return _varying(sampled.value[_kept(sampled, block)])


def _varying(value: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(value) < 2 or np.ptp(value) == 0:
        found = f"an outcome that is the same in all {len(value)} draws that are done"
        raise BadInput(Fault(found, "one that varies", key="outcome"))
    return value


def _rows(sampled: Sample, indices: dict[str, str], found: Any, draws: int) -> pd.DataFrame:
    names = sampled.problem["names"]
    parts = []
    for index, key in indices.items():
        estimate, half = np.asarray(found[key], float), np.asarray(found[f"{key}_conf"], float)
        parts.append(pd.DataFrame({
            "parameter": names, "index": index, "estimate": estimate, "low": estimate - half,
            "high": estimate + half, "draws": draws,
        }))
    return pd.concat(parts, ignore_index=True)
