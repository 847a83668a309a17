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
    """A quantity per resident that fades with time and is computed only when touched.

    Stored as a value and the day on which it held; ``read`` and ``add`` take whole days.
    """

    def __init__(self, n: int, half_life: float) -> None:
        # Value and day lie side by side: both are fetched from memory at once.
        self._cell = nought((n, 2))
        self.value, self.day = self._cell.T
        self.table = fade_table(half_life)

    def read(self, who: NDArray[np.integer], day: int) -> NDArray[np.float64]:
        """The quantity of `who` on `day`, shape (n,)."""
        cell = self._cell[who]
        # Who was never touched has a value and a day of nought.
        age = np.minimum(day - cell[:, 1].astype(np.int64), len(self.table) - 1)
        return cell[:, 0] * self.table[age]

    def add(self, who: NDArray[np.integer], amount: NDArray[np.float64], day: int) -> None:
        """Add `amount` to `who` on `day`; repeated residents are summed in the order given."""
        # Bring all to today first: a resident who occurs twice is written twice alike.
        self.value[who] = self.read(who, day)
        self.day[who] = day
        np.add.at(self.value, who, amount)

    def forget(self, who: NDArray[np.integer]) -> None:
        """Residents replaced by others take their memories with them."""
        self.value[who] = 0.0


class Booking(NamedTuple):
    """A person in custody: who, where, and whether a detainer was lodged."""

    resident: NDArray[np.int64]
    place: NDArray[np.int64]
    lodged: NDArray[np.bool_]


class State:
    """All that a run changes about residents.

    ``away_until`` is the first day on which a resident is (again) at liberty in the city.
    """

    def __init__(self, n: int, *, news_half_life: float, trust_half_life: float) -> None:
        self.away_until = nought(n, np.int32)
        self.heard = Fading(n, news_half_life)
        self.trust_change = Fading(n, trust_half_life)
        self.custody: dict[int, list[Booking]] = {}

    def present(self, who: NDArray[np.integer], day: int) -> NDArray[np.bool_]:
        """Who is at liberty in the city on `day`; -1 (nobody in particular) always is."""
        return (self.away_until[who] <= day) | (who < 0)
