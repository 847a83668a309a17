"""How offenders answer to a group's reporting, month by month.

Offenders see how much of the crime against a group reaches the police and is cleared, smoothed
over months, against what it would be at the baseline. Both sums are over the same incidents, so
that nothing but a change of decisions can move them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.rates import CEILING
from model.registry import Parameters
from model.state import fade_table


class Response:
    """How offenders answer to a group's reporting: a multiplier by (area, ethnicity) of victims.

    ``seen`` (4, n_groups) are fading sums over incidents of the chance to reach the police and of
    clearance, under the run and under the baseline.
    """

    def __init__(self, n_groups: int, values: Parameters) -> None:
        self.values = values
        self.seen = np.zeros((4, n_groups))
        self.month = np.zeros((4, n_groups))
        self.multiplier = np.ones(n_groups)
        self.largest_change = 0.0
        self._fade = fade_table(values.offender_memory)

    def see(self, group: NDArray[np.integer], *chances: NDArray[np.float64]) -> None:
        """Add the day's incidents: four arrays of shape (n,)."""
        for row, chance in zip(self.month, chances, strict=True):
            row += np.bincount(group, chance, len(row))

    def close_month(self, days: int) -> None:
        """Let memory fade, take the month in, and set the multiplier of the next."""
        # A group's past before its first incidents is the baseline's: months without end, fading.
        new = (self.seen[1] == 0) & (self.month[1] > 0)
        self.seen[:, new] = self.month[[1, 1, 3, 3]][:, new] / (1 - self._fade[days])
        self.seen = self.seen * self._fade[days] + self.month
        self.month[:] = 0.0
        reported, at_base, cleared, cleared_at_base = self.seen
        before = self.multiplier
        self.multiplier = offending_multiplier(
            _ratio(reported, at_base), _ratio(cleared, cleared_at_base), self.values
        )
        self.largest_change = float(np.abs(self.multiplier - before).max())


def _ratio(now: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(now, base, out=np.ones_like(now), where=base > 0)


def offending_multiplier(
    reporting: NDArray[np.float64], clearance: NDArray[np.float64], values: Parameters
) -> NDArray[np.float64]:
    """``clip((p/p0)^-epsilon, 1/2, 2)``, a share phi of epsilon acting through clearance.

    Parameters
    ----------
    reporting, clearance : (n_groups,)
        Reporting and clearance over their baselines.
    """
    epsilon, phi = values.offenders_respond * values.epsilon, values.phi
    raw = reporting ** (-epsilon * (1 - phi)) * clearance ** (-epsilon * phi)
    return np.clip(raw, 1 / CEILING, CEILING)
