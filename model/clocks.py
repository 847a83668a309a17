"""Clocks: keyed exponential gaps, and the streams of candidates that they make.

An event's code is who (32 bits), which of the year's strikes (12 bits) and which clock (8 bits):
it is the same whatever else happens, so that a draw for the event is the same too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.dice import CHUNK, Dice

PERSON, HOUSEHOLD, EPISODE, CALL, PURSUIT = range(5)
_WHO = np.uint64(0xFFFFFFFF)
_STRIKE, _CLOCK, _DAY = 32, 44, 52
_CODE = np.uint64((1 << _CLOCK) - 1)


class Strikes(NamedTuple):
    """Events of one clock: day of the year and code, both ``(n,)``, sorted by day, then code."""

    day: NDArray[np.int64]
    code: NDArray[np.uint64]

    @property
    def who(self) -> NDArray[np.int64]:
        """The resident or household."""
        return (self.code & _WHO).astype(np.int64)

    def only(self, chosen: NDArray[np.bool_]) -> Strikes:
        """Some of the events."""
        return Strikes(self.day[chosen], self.code[chosen])


def event_code(clock: int, who: int, strike: int) -> int:
    """The code of one event: the scalar form of what `Strikes` holds."""
    return who | strike << _STRIKE | clock << _CLOCK


def sort_key(day: NDArray[np.integer], code: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One number by which events of several clocks are sorted: day, clock, strike, who."""
    return (day.astype(np.uint64) << np.uint64(_DAY)) | code


def strike(
    dice: Dice,
    clock: int,
    name: str,
    year: int,
    days: int,
    cell: NDArray[np.integer],
    hazard: NDArray[np.float64],
    who: NDArray[np.integer] | None = None,
) -> Strikes:
    """Let the clocks of many members run for a year.

    Parameters
    ----------
    clock, name
        The clock's number in codes, and its name in the dice.
    days
        Length of the year.
    cell : (n,) integers
        The cell of each member; `hazard` (n_cells,) is its hazard a day.
    who : (n,) integers, optional
        The members' ids; by default their position.
    """
    none_all_year = np.exp(-hazard * days)
    members, draws, cells = [], [], []
    for start in range(0, len(cell), CHUNK):
        stop = min(start + CHUNK, len(cell))
        if who is None:
            u = dice.uniform_range(name, year, start, stop)
        else:
            u = dice.uniform(name, year, who[start:stop])
        struck = np.flatnonzero(u > none_all_year[cell[start:stop]])
        draws.append(u[struck])
        cells.append(cell[start:stop][struck])
        members.append(struck + start if who is None else who[start:stop][struck])
    if not members:
        return Strikes(np.empty(0, np.int64), np.empty(0, np.uint64))
    rate = hazard[np.concatenate(cells)]
    # Rounding may put a first strike at the very end of the last day.
    first = np.minimum(-np.log(np.concatenate(draws)) / rate, days - 2.0**-20)
    member = np.concatenate(members).astype(np.uint64)
    return recur(dice, clock, name, year, member, rate, first, np.full(len(rate), float(days)))


def recur(
    dice: Dice,
    clock: int,
    name: str,
    year: int,
    member: NDArray[np.uint64],
    rate: NDArray[np.float64],
    time: NDArray[np.float64],
    end: NDArray[np.float64],
) -> Strikes:
    """Strikes at `time` and again until `end`, in days of the year: all shapes (n,)."""
    found = []
    for k in range(1 << (_CLOCK - _STRIKE)):
        running = time < end
        member, rate, time, end = member[running], rate[running], time[running], end[running]
        if len(member) == 0:
            break
        found.append(sort_key(time.astype(np.int64), member | np.uint64(k << _STRIKE)))
        again = member | np.uint64((k + 1) << _STRIKE)
        time = time - np.log(dice.uniform(name, year, again)) / rate
    packed = np.concatenate(found) if found else np.empty(0, np.uint64)
    packed.sort()
    code = (packed & _CODE) | np.uint64(clock << _CLOCK)
    return Strikes((packed >> np.uint64(_DAY)).astype(np.int64), code)


def cause(
    dice: Dice, year: int, code: NDArray[np.uint64], cumulative: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Which of several causes struck: `cumulative` (n, m) shares of the hazard, in order."""
    u = dice.uniform("cause", year, code)
    which = np.zeros(len(code), np.int64)
    for column in range(cumulative.shape[1] - 1):
        which += u >= cumulative[:, column]
    return which


class Stream(NamedTuple):
    """Columns of one kind of candidate; those of day ``d`` are ``start[d]:start[d + 1]``."""

    start: NDArray[np.int64]
    columns: dict[str, NDArray]

    def of(self, day: int) -> dict[str, NDArray]:
        """The day's columns (views)."""
        rows = slice(self.start[day], self.start[day + 1])
        return {name: column[rows] for name, column in self.columns.items()}


def stream(day: NDArray[np.integer], days: int, **columns: NDArray) -> Stream:
    """Make a stream of columns that are sorted by `day`."""
    return Stream(np.searchsorted(day, np.arange(days + 1)), columns)
