"""Estimators of sensitivity indices, by SALib, on the sample of a study.

Morris screening (mu*, sigma) on Morris samples, Sobol' first and total indices on Saltelli's
samples, RBD-FAST first indices on any other sample.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.faults import BadInput, Fault

Problem = dict[str, Any]
#: Of the intervals' resampling. SALib takes 0 for no seed.
SEED = 1
HALF_SAMPLES = 50
#: RBD-FAST sums at most so many harmonics; fewer from small samples, which carry no more.
HARMONICS, DRAWS_A_HARMONIC, LEAST_DRAWS = 10, 16, 32


class Sample(NamedTuple):
    """A sampled function: SALib's problem, points as shares of the priors (draws, parameters),
    mean outcome a draw, and the share of its variance that is noise of the replicates (NaN where
    there is one)."""

    problem: Problem
    points: NDArray[np.float64]
    value: NDArray[np.float64]
    noise: float


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
    found = salib.analyze(sampled.problem, value, calc_second_order=second_order, seed=SEED)
    return _rows(sampled, {"total": "ST", "first": "S1"}, found, len(value))


def morris(sampled: Sample) -> pd.DataFrame:
    """mu* and sigma of the elementary effects; trajectories that are not whole are left out."""
    from SALib.analyze import morris as salib

    block = sampled.problem["num_vars"] + 1
    value = _whole(sampled, block)
    kept = _kept(sampled, block)
    found = salib.analyze(sampled.problem, sampled.points[kept], value, num_levels=4, seed=SEED)
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
