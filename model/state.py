"""What changes: the few columns that a run writes to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: A day after every run's end: the person does not come back.
NEVER = np.int32(2**31 - 1)


def nought(shape: int | tuple[int, ...], dtype: type = np.float64) -> NDArray:
    """Zeros that are in memory already.

    ``np.zeros`` leaves that to the first write of every page, which costs a run more than all of
    its writes do: NumPy asks the system for large pages only where an array is filled.
    """
    array: NDArray = np.empty(shape, dtype)
    array.fill(0)
    return array


def fade_table(half_life: float, days: int = 40_000) -> NDArray[np.float64]:
    """What is left after 0, 1, 2, ... whole days, so that every run rounds alike."""
    return np.exp2(-np.arange(days) / half_life)


class Fading:
    """A quantity per resident that halves every `half_life` days, computed only when touched.

    What is stored is the quantity as it would have been on a day of reference: what is left of it
    later is one factor for all residents, so that reading needs no date of each.
    """

    def __init__(self, n: int, half_life: float, day: int) -> None:
        self._at_reference = nought(n)
        self._reference = day
        self._half_life = half_life

    def _left(self, day: int) -> float:
        return 2.0 ** ((self._reference - day) / self._half_life)

    def read(self, who: NDArray[np.integer], day: int) -> NDArray[np.float64]:
        """The quantity of `who` on `day`, shape (n,)."""
        return self._at_reference[who] * self._left(day)

    def add(self, who: NDArray[np.integer], amount: NDArray[np.float64], day: int) -> None:
        """Add `amount` to `who` on `day`; repeated residents are summed in the order given."""
        np.add.at(self._at_reference, who, amount / self._left(day))

    def put(self, who: NDArray[np.integer], value: NDArray[np.float64], day: int) -> None:
        """Set the quantity of `who` on `day`."""
        self._at_reference[who] = value / self._left(day)

    def forget(self, who: NDArray[np.integer]) -> None:
        """Residents replaced by others take their memories with them."""
        self._at_reference[who] = 0.0

    def refer_to(self, day: int) -> None:
        """Change the day of reference; once a year, lest the factor leave a float's range."""
        self._at_reference *= self._left(day)
        self._reference = day


class Booking(NamedTuple):
    """Persons in custody: who, where, whether a detainer was lodged, and the carve-out flags that
    the custodian sees, the case for which they are held among them; all (n,)."""

    resident: NDArray[np.int64]
    place: NDArray[np.int64]
    lodged: NDArray[np.bool_]
    flags: NDArray[np.uint8]


class State:
    """All that a run changes about residents.

    ``away_until`` is the first day on which a resident is (again) at liberty in the city.
    """

    def __init__(
        self, n: int, *, day: int, news_half_life: float, trust_half_life: float
    ) -> None:
        self.away_until = nought(n, np.int32)
        self.heard = Fading(n, news_half_life, day)
        self.trust_change = Fading(n, trust_half_life, day)
        self.custody: dict[int, list[Booking]] = {}

    def present(self, who: NDArray[np.integer], day: int) -> NDArray[np.bool_]:
        """Who is at liberty in the city on `day`; -1 (nobody in particular) always is."""
        return (self.away_until[who] <= day) | (who < 0)
