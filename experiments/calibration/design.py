"""Where to run the model: low-discrepancy points of the priors, in the unit cube."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from model.faults import BadInput, Fault, unknown
from model.registry import Parameters, load_parameters

#: What is calibrated, in the order of the design's columns. All else keeps its default.
UNCERTAIN = (
    "beta", "sigma", "awareness", "gamma", "alarm_size", "alarm_half_life", "alarm_residual",
    "witness_ratio", "latino_logit", "epsilon", "phi", "offender_memory", "hand_over_percent",
    "hand_over_notified", "hand_over_notified_prison", "hand_over_lock_up", "field_capacity",
    "record_lead", "substitution", "displacement", "lethal_per_episode",
)  # fmt: skip


class Space:
    """The prior as a cube: `values` of points in [0, 1)^d, and `cube` of values.

    Every coordinate of the cube is a prior's probability, so that the prior is uniform there.
    """

    def __init__(
        self, names: Sequence[str] = UNCERTAIN, parameters: Parameters | None = None
    ) -> None:
        registry = parameters if parameters is not None else load_parameters()
        faults = []
        for name in names:
            if name not in registry:
                faults.append(unknown("parameter", name, registry))
            elif not registry.entry(name).is_free:
                faults.append(Fault("found a fixed parameter", "one with a prior", key=name))
        if faults:
            raise BadInput(faults)
        self.names = tuple(names)
        self.priors = [registry.entry(name).prior for name in names]

    def __len__(self) -> int:
        return len(self.names)

    def values(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Parameter values (n, d) of points of the cube (n, d)."""
        columns = zip(self.priors, np.atleast_2d(points).T, strict=True)
        return np.stack([prior.ppf(column) for prior, column in columns], axis=1)

    def cube(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the cube (n, d) of parameter values (n, d)."""
        columns = zip(self.priors, np.atleast_2d(values).T, strict=True)
        return np.stack([prior.cdf(column) for prior, column in columns], axis=1)

    def named(self, point: NDArray[np.float64]) -> Mapping[str, float]:
        """One point (d,) as parameters by name."""
        return dict(zip(self.names, map(float, self.values(point)[0]), strict=True))

    def sample(self, n: int, seed: int) -> NDArray[np.float64]:
        """A scrambled Sobol' sample of the cube, (n, d)."""
        power = int(np.ceil(np.log2(max(n, 2))))
        sampler = qmc.Sobol(len(self), rng=np.random.default_rng(seed))
        return sampler.random_base2(power)[:n]
