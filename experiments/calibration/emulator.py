"""Emulators: what the model would give between the points at which it was run.

One a statistic: a linear trend and a Gaussian process on the inputs that matter to it (Bastos &
O'Hagan 2009, doi:10.1198/TECH.2009.08019), with the chance of a single run as white noise.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.spatial.distance import cdist
from scipy.stats import pearsonr
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold

#: An input matters if its linear or quadratic part has a p-value below this: of twenty inputs and
#: ten statistics less than one enters by chance.
ACTIVE_P = 0.001
MOST_ACTIVE = 6
FOLDS = 5


@dataclass(frozen=True)
class Emulator:
    """Fitted to one statistic. ``noise`` is the variance of a single run of the design."""

    active: NDArray[np.int64]
    trend: LinearRegression
    process: GaussianProcessRegressor
    scale: float

    @property
    def noise(self) -> float:
        """Variance of a single run of the design about its expectation."""
        return float(self.process.kernel_.k2.noise_level) * self.scale**2

    def predict(
        self, points: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and variance of the expected statistic, (n,) each, at points of the cube (n, d)."""
        inputs, process = _inputs(points, self.active), self.process
        # As `GaussianProcessRegressor.predict`, without the white noise of a run in the variance
        # and at a tenth of its time: a chain asks hundreds of thousands of times.
        size, length = process.kernel_.k1.k1.constant_value, process.kernel_.k1.k2.length_scale
        near = cdist(inputs / length, process.X_train_ / length, "sqeuclidean")
        covariance = size * np.exp(-0.5 * near)
        known = solve_triangular(process.L_, covariance.T, lower=True, check_finite=False)
        variance = np.maximum(size - (known**2).sum(axis=0), 0.0)
        mean = self.trend.predict(inputs) + self.scale * (covariance @ process.alpha_)
        return mean, self.scale**2 * variance


def fit(
    points: NDArray[np.float64],
    outputs: NDArray[np.float64],
    seed: int = 0,
    like: Emulator | None = None,
) -> Emulator:
    """Fit an emulator to runs at `points` (n, d) of the cube that gave `outputs` (n,).

    With `like`, another emulator's inputs, lengths and noise are kept: quick, for held-out runs.
    """
    active = _active(points, outputs) if like is None else like.active
    inputs = _inputs(points, active)
    trend = LinearRegression().fit(inputs, outputs)
    rest = outputs - trend.predict(inputs)
    if like is None:
        scale = float(rest.std()) or 1.0
        kernel = ConstantKernel(0.5, (1e-4, 10.0)) * RBF(
            np.ones(inputs.shape[1]), (0.1, 20.0)
        ) + WhiteKernel(0.5, (1e-8, 2.0))
        process = GaussianProcessRegressor(kernel, random_state=seed)
    else:
        scale = like.scale
        process = GaussianProcessRegressor(like.process.kernel_, optimizer=None)
    with warnings.catch_warnings():
        # A length at its bound means an input that hardly matters: that is an answer.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(inputs, rest / scale)
    return Emulator(active, trend, process, scale)


def _inputs(points: NDArray[np.float64], active: NDArray[np.int64]) -> NDArray[np.float64]:
    """The columns that matter; a column of noughts where none does."""
    return points[:, active] if len(active) else np.zeros((len(points), 1))


def _active(points: NDArray[np.float64], outputs: NDArray[np.float64]) -> NDArray[np.int64]:
    if np.ptp(outputs) == 0:
        return np.empty(0, np.int64)
    centred = points.T - 0.5
    # pearsonr holds for an exactly linear statistic, too.
    p = np.array(
        [min(pearsonr(x, outputs).pvalue, pearsonr(x**2, outputs).pvalue) for x in centred]
    )
    order = np.argsort(p)
    kept = [int(column) for column in order[:MOST_ACTIVE] if p[column] < ACTIVE_P]
    return np.array(sorted(kept), np.int64)


def folds(n: int, seed: int = 0) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows to fit and rows held out, `FOLDS` times."""
    return list(KFold(min(FOLDS, n), shuffle=True, random_state=seed).split(np.arange(n)))


def diagnostics(
    points: NDArray[np.float64], outputs: NDArray[np.float64], like: Emulator, seed: int = 0
) -> dict[str, float]:
    """How well an emulator does on runs that it has not seen, refitted without them.

    Returns
    -------
    ``r2`` of the held-out means, and ``within``: the share of held-out runs within two standard
    deviations (emulator and chance), 0.95 if both are right.
    """
    errors, inside = [], []
    for fitted, held in folds(len(points), seed):
        emulator = fit(points[fitted], outputs[fitted], seed, like)
        mean, variance = emulator.predict(points[held])
        error = outputs[held] - mean
        errors.append(error)
        inside.append(np.abs(error) <= 2 * np.sqrt(variance + emulator.noise) + 1e-12)
    error = np.concatenate(errors)
    spread = float(np.var(outputs))
    r2 = 1 - float(np.mean(error**2)) / spread if spread else 1.0
    return {"r2": r2, "within": float(np.mean(np.concatenate(inside)))}
