"""Simulated recovery: parameters hidden in synthetic data, looked for with the same machinery.

Two kinds of data. *Emulated*: many, from the emulators (simulation-based calibration, Talts et al.
2018, arXiv:1804.06788); they show whether the inference is right. *Simulated*: runs of the model at
points of the prior, held out when the emulators are fitted; they show whether the emulators are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.calibration.design import Space
from experiments.calibration.emulator import fit, folds
from experiments.calibration.inference import Evidence, weights

LEVELS = (0.5, 0.8, 0.95)
SAMPLE = 1 << 13
BINS = 10


@dataclass(frozen=True)
class Recovery:
    """Where the hidden values lie in their posteriors: ranks in [0, 1], shape (trials, d)."""

    kind: str
    names: tuple[str, ...]
    ranks: NDArray[np.float64]

    def table(self) -> pd.DataFrame:
        """Coverage by parameter and over all of them.

        Returns
        -------
        Columns parameter, level, coverage, error (binomial, one standard error of the level), n,
        and uniform_p (chi-square of the ranks; of the parameter, not the level).
        """
        n = len(self.ranks)
        rows = []
        for name, ranks in [*zip(self.names, self.ranks.T, strict=True), ("all", self.ranks)]:
            for level in LEVELS:
                inside = np.abs(ranks - 0.5) <= level / 2
                # Parameters of one trial share its data: trials are counted, not parameters.
                error = np.sqrt(level * (1 - level) / n)
                p = np.nan if name == "all" else uniform_p(ranks)
                rows.append((self.kind, name, level, float(inside.mean()), error, n, p))
        head = ["data", "parameter", "level", "coverage", "error", "n", "uniform_p"]
        return pd.DataFrame(rows, columns=head)


def uniform_p(ranks: NDArray[np.float64]) -> float:
    """p-value of a chi-square test that ranks in [0, 1] are uniform."""
    counts = np.histogram(ranks, BINS, (0, 1))[0]
    return float(stats.chisquare(counts).pvalue)


def emulated(evidence: Evidence, space: Space, trials: int, seed: int) -> Recovery:
    """Hide `trials` points of the prior in data that the emulators make."""
    rng = np.random.default_rng([seed, 1])
    hidden = rng.random((trials, len(space)))
    mean, variance = evidence.predict(hidden)
    data = rng.normal(mean, np.sqrt(variance + evidence.variance))
    sample = space.sample(SAMPLE, seed + 1)
    made, spread = evidence.predict(sample)
    spread = spread + evidence.variance
    ranks = [
        _ranks(sample, weights(made, spread, one), truth)
        for one, truth in zip(data, hidden, strict=True)
    ]
    return Recovery("emulated", space.names, np.array(ranks))


def simulated(
    whole: Evidence,
    points: NDArray[np.float64],
    outputs: NDArray[np.float64],
    space: Space,
    seed: int,
) -> Recovery:
    """Hide every one of `points` (n, d) of the prior, at which the model gave `outputs`
    (n, n_targets), from emulators that are refitted without it."""
    rng = np.random.default_rng([seed, 2])
    extra = whole.variance
    sample = space.sample(SAMPLE, seed + 2)
    ranks = np.empty_like(points)
    for fitted, held in folds(len(points), seed):
        emulators = [
            fit(points[fitted], one[fitted], seed, like)
            for one, like in zip(outputs.T, whole.emulators, strict=True)
        ]
        # The data are single runs of the scaled city: their whole chance is in them.
        evidence = Evidence(whole.targets, emulators, np.ones(len(emulators)))
        made, spread = evidence.predict(sample)
        for row in held:
            data = rng.normal(outputs[row], np.sqrt(extra))
            weight = weights(made, spread + extra, data)
            ranks[row] = _ranks(sample, weight, points[row])
    return Recovery("simulated", space.names, ranks)


def _ranks(
    sample: NDArray[np.float64], weight: NDArray[np.float64], truth: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Posterior probability below each hidden value, (d,)."""
    return np.clip(weight @ (sample < truth), 0.0, 1.0)
