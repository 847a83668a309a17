"""How offenders answer to what they see of a group's reporting, from month to month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.registry import Parameters
from model.schema import ETHNICITIES

if TYPE_CHECKING:
    from tests.twin.people import Resident

Group = tuple[int, str]
LEAST, MOST = 0.5, 2.0
REPORTED, REPORTED_BASE, CLEARED, CLEARED_BASE = range(4)


class Response:
    """A multiplier of offending by (area, ethnicity) of the victims.

    `seen` are fading sums of the chances to reach the police and to be cleared, under the run and
    at the baseline.
    """

    def __init__(self, n_areas: int, values: Parameters) -> None:
        self.values = values
        groups = [(area, ethnicity) for area in range(n_areas) for ethnicity in ETHNICITIES]
        self.seen = {group: [0.0] * 4 for group in groups}
        self.month = {group: [0.0] * 4 for group in groups}
        self.multiplier = dict.fromkeys(groups, 1.0)

    def see(self, victim: Resident, *chances: float) -> None:
        """Take in an incident."""
        sums = self.month[victim.area, victim.ethnicity]
        for which, chance in enumerate(chances):
            sums[which] += chance

    def close_month(self, days: int) -> float:
        """Memory fades, the month is taken in, the next month's multiplier set. Gives the largest
        change of it."""
        fade = 2.0 ** (-days / self.values.offender_memory)
        for group, month in self.month.items():
            if self.seen[group][REPORTED_BASE] == 0 and month[REPORTED_BASE] > 0:
                # The past before the run is the baseline's: months without end, fading.
                past = [month[REPORTED_BASE]] * 2 + [month[CLEARED_BASE]] * 2
                self.seen[group] = [sum_ / (1 - fade) for sum_ in past]
        gain = 0.0
        for group, month in self.month.items():
            seen = [old * fade + new for old, new in zip(self.seen[group], month, strict=True)]
            self.seen[group], self.month[group] = seen, [0.0] * 4
            before = self.multiplier[group]
            self.multiplier[group] = multiplier(
                _ratio(seen[REPORTED], seen[REPORTED_BASE]),
                _ratio(seen[CLEARED], seen[CLEARED_BASE]),
                self.values,
            )
            gain = max(gain, abs(self.multiplier[group] - before))
        return gain


def _ratio(now: float, base: float) -> float:
    return now / base if base > 0 else 1.0


def multiplier(reporting: float, clearance: float, values: Parameters) -> float:
    """``clip((p/p0)^-epsilon, 1/2, 2)``, a share phi of epsilon acting through clearance."""
    epsilon, phi = values.offenders_respond * values.epsilon, values.phi
    raw = reporting ** (-epsilon * (1 - phi)) * clearance ** (-epsilon * phi)
    return min(max(raw, LEAST), MOST)
