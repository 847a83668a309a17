"""History matching and the posterior: which parameters the targets leave possible, and how likely.

A target's error is the sum of four variances: of the emulator, of chance in a run of the whole
city, of the discrepancy between the study's world and the model's, of the observation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import emcee
import numpy as np
from numpy.typing import NDArray

from experiments.calibration.design import Space
from experiments.calibration.emulator import Emulator
from experiments.calibration.targets import Target, column

#: Pukelsheim's three-sigma rule (1994): beyond it a point is ruled out.
CUTOFF = 3.0
#: The second largest is compared, so that one bad emulator or target rules nothing out alone.
RANK = 2
WALKERS, STEPS, BURN = 64, 6000, 500
PILOT = 1 << 13


@dataclass(frozen=True)
class Evidence:
    """Emulators beside their targets. ``chance`` (n_targets,) is the share of a design run's
    noise that a run of the whole city has: the run's scale."""

    targets: Sequence[Target]
    emulators: Sequence[Emulator]
    chance: NDArray[np.float64]

    def predict(
        self, points: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and total variance but the observation's and the discrepancy's: (n, n_targets)."""
        pairs = [emulator.predict(points) for emulator in self.emulators]
        noise = np.array([emulator.noise for emulator in self.emulators]) * self.chance
        mean, variance = (np.stack(side, axis=1) for side in zip(*pairs, strict=True))
        return mean, variance + noise

    @property
    def observed(self) -> NDArray[np.float64]:
        """The published figures, (n_targets,)."""
        return column(list(self.targets), "estimate")

    @property
    def variance(self) -> NDArray[np.float64]:
        """Of observation and discrepancy, (n_targets,)."""
        return column(list(self.targets), "variance")


def implausibility(evidence: Evidence, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance from every target in standard deviations, (n, n_targets) (Craig et al. 1997)."""
    mean, variance = evidence.predict(points)
    return np.abs(mean - evidence.observed) / np.sqrt(variance + evidence.variance)


def not_ruled_out(evidence: Evidence, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Points whose second largest implausibility is below three, (n,)."""
    distance = np.sort(implausibility(evidence, points), axis=1)
    rank = min(RANK, distance.shape[1])
    return distance[:, -rank] < CUTOFF


def log_likelihood(
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
    observed: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Of `observed` (n_targets,) under independent normals (n, n_targets): shape (n,)."""
    return -0.5 * ((mean - observed) ** 2 / variance + np.log(variance)).sum(axis=1)


def weights(
    mean: NDArray[np.float64], variance: NDArray[np.float64], observed: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Importance weights of a sample of the prior, (n,), summing to one."""
    log = log_likelihood(mean, variance, observed)
    weight = np.exp(log - log.max())
    return weight / weight.sum()


@dataclass(frozen=True)
class Sample:
    """A posterior sample of the cube, with what is known of its quality.

    ``pilot`` (d,) is the posterior mean by importance sampling, a check of the chain's, and
    ``pilot_effective`` the size of that sample.
    """

    points: NDArray[np.float64]
    r_hat: float
    autocorrelation: float
    acceptance: float
    pilot: NDArray[np.float64]
    pilot_effective: float


def posterior(
    evidence: Evidence, space: Space, seed: int, *, steps: int = STEPS, burn: int = BURN
) -> Sample:
    """Sample the posterior with emcee's ensemble (Foreman-Mackey et al. 2013).

    Only the inputs that matter to some emulator are walked over; of the others the posterior is the
    prior. Walkers start from a weighted sample of the prior, so near their distribution.

    Returns
    -------
    All walkers after `burn` steps, with the largest split R-hat over parameters, the mean
    autocorrelation time in steps and the share of moves accepted.
    """
    observed, extra = evidence.observed, evidence.variance
    walked = np.unique(np.concatenate([one.active for one in evidence.emulators]))

    def log_probability(points: NDArray[np.float64]) -> NDArray[np.float64]:
        inside = ((points >= 0) & (points < 1)).all(axis=1)
        result = np.full(len(points), -np.inf)
        if inside.any():
            whole = np.zeros((int(inside.sum()), len(space)))
            whole[:, walked] = points[inside]
            mean, variance = evidence.predict(whole)
            result[inside] = log_likelihood(mean, variance + extra, observed)
        return result

    rng = np.random.RandomState(seed % 2**32)
    start = space.sample(PILOT, seed)
    mean, variance = evidence.predict(start)
    weight = weights(mean, variance + extra, observed)
    chosen = rng.choice(len(start), WALKERS, replace=False, p=weight)
    # Differential evolution forgets in a third of the steps that the stretch move takes here.
    moves = [(emcee.moves.DEMove(), 0.9), (emcee.moves.DESnookerMove(), 0.1)]
    sampler = emcee.EnsembleSampler(
        WALKERS, len(walked), log_probability, vectorize=True, moves=moves
    )
    sampler.random_state = rng.get_state()
    sampler.run_mcmc(start[chosen][:, walked], steps)
    chain = sampler.get_chain(discard=burn)
    points = rng.random((chain.shape[0] * chain.shape[1], len(space)))
    points[:, walked] = chain.reshape(-1, len(walked))
    return Sample(
        points=points,
        r_hat=split_r_hat(chain),
        autocorrelation=float(np.mean(sampler.get_autocorr_time(discard=burn, tol=0))),
        acceptance=float(np.mean(sampler.acceptance_fraction)),
        pilot=weight @ start,
        pilot_effective=float(1 / (weight**2).sum()),
    )


def split_r_hat(chain: NDArray[np.float64]) -> float:
    """The largest split R-hat over parameters (Gelman et al. 2013, 11.4) of a chain of shape
    (steps, walkers, parameters)."""
    half = len(chain) // 2
    parts = np.concatenate([chain[:half], chain[half : 2 * half]], axis=1)
    within = parts.var(axis=0, ddof=1).mean(axis=0)
    between = half * parts.mean(axis=0).var(axis=0, ddof=1)
    return float(np.sqrt((half - 1) / half + between / within / half).max())


def contraction(space: Space, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 - posterior variance / prior variance of every parameter, (d,): 0 is nothing learnt."""
    prior = np.array([prior.variance for prior in space.priors])
    return 1 - space.values(points).var(axis=0) / prior
