"""Clocks: keyed exponential gaps, and the streams of candidates that they make.

An event's code is who (32 bits), which of the year's strikes (12 bits) and which clock (8 bits):
it is the same whatever else happens, so that a draw for the event is the same too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.dice import Dice

PERSON, HOUSEHOLD, EPISODE, CALL, PURSUIT = range(5)
#: Members whose clocks run together: their strikes stay inside the processor's cache.
BLOCK = 1 << 16
_WHO = np.uint64(0xFFFFFFFF)
_STRIKE, _CLOCK = 32, 44


class Strikes(NamedTuple):
    """Events of one clock: day of the year and code, both ``(n,)``, sorted by day, then code."""

    day: NDArray[np.uint16]
    code: NDArray[np.uint64]

    @property
    def who(self) -> NDArray[np.int64]:
        """The resident or household."""
        return who_of(self.code)

    def only(self, chosen: NDArray[np.bool_]) -> Strikes:
        """Some of the events."""
        return Strikes(self.day[chosen], self.code[chosen])


def who_of(code: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The residents or households in the codes of events."""
    return (code & _WHO).view(np.int64)


def event_code(clock: int, who: int, strike: int) -> int:
    """The code of one event: the scalar form of what `Strikes` holds."""
    return who | strike << _STRIKE | clock << _CLOCK


def by_day(day: NDArray[np.uint16]) -> NDArray[np.intp]:
    """The order of events by day that keeps their order within a day.

    NumPy sorts numbers of 16 bits by radix, five times faster than it sorts days with codes.
    """
    return np.argsort(day, kind="stable")


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
        The members' ids, ascending; by default their position.
    """
    none_all_year = np.exp(-hazard * days)
    blocks = []
    for start in range(0, len(cell), BLOCK):
        block = cell[start : start + BLOCK]
        if who is None:
            u = dice.uniform_range(name, year, start, start + len(block))
        else:
            u = dice.uniform(name, year, who[start : start + BLOCK])
        struck = np.flatnonzero(u > none_all_year[block])
        rate = hazard[block[struck]]
        # Rounding may put a first strike at the very end of the last day.
        first = np.minimum(-np.log(u[struck]) / rate, days - 2.0**-20)
        member = struck + start if who is None else who[start + struck]
        member = member.astype(np.uint64)
        blocks.append(list(_recur(dice, name, year, member, rate, first, float(days))))
    # Everybody's first strikes, then the second ones: the order of their codes.
    return _sorted(clock, [one for same in zip_longest(*blocks) for one in same if one])


def chosen(
    dice: Dice, name: str, when: int, cell: NDArray[np.integer], chance: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Members, by position, who are chosen with the chance of their cell: ascending.

    Parameters
    ----------
    cell : (n,) integers
        The cell of each member; `chance` (n_cells,) is that of its members.
    """
    spared = 1 - chance
    parts = []
    for start in range(0, len(cell), BLOCK):
        block = cell[start : start + BLOCK]
        u = dice.uniform_range(name, when, start, start + len(block))
        parts.append(np.flatnonzero(u > spared[block]) + start)
    return np.concatenate([np.empty(0, np.int64), *parts])


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
    """Strikes of members, ascending, at `time` and again until `end`, in days of the year: all
    shapes (n,)."""
    return _sorted(clock, list(_recur(dice, name, year, member, rate, time, end)))


def _recur(
    dice: Dice,
    name: str,
    year: int,
    member: NDArray[np.uint64],
    rate: NDArray[np.float64],
    time: NDArray[np.float64],
    end: NDArray[np.float64] | float,
) -> Iterator[tuple[NDArray[np.uint16], NDArray[np.uint64]]]:
    """Days and codes (without the clock) of everybody's first strike, of the second, and so on."""
    for k in range(1 << (_CLOCK - _STRIKE)):
        running = time < end
        if not running.all():
            member, rate, time = member[running], rate[running], time[running]
            end = end if isinstance(end, float) else end[running]
        if len(member) == 0:
            break
        yield time.astype(np.uint16), member | np.uint64(k << _STRIKE)
        again = member | np.uint64((k + 1) << _STRIKE)
        time = time - np.log(dice.uniform(name, year, again)) / rate


def _sorted(
    clock: int, found: list[tuple[NDArray[np.uint16], NDArray[np.uint64]]]
) -> Strikes:
    """The strikes of a clock, found in the order of their codes."""
    days, codes = zip((np.empty(0, np.uint16), np.empty(0, np.uint64)), *found, strict=True)
    day = np.concatenate(days)
    order = by_day(day)
    return Strikes(day[order], np.concatenate(codes)[order] | np.uint64(clock << _CLOCK))


def cause(
    dice: Dice,
    year: int,
    code: NDArray[np.uint64],
    cell: NDArray[np.integer],
    hazard: NDArray[np.float64],
) -> NDArray[np.int8]:
    """Which of several causes struck, in proportion to their shares of the hazard.

    Parameters
    ----------
    code : (n,) uint64
        The events.
    cell : (n,) integers
        The cell of each event's member; `hazard` (n_cells, m) that of each cause.
    """
    u = dice.uniform("cause", year, code)
    total = hazard.sum(axis=1)
    cumulative = np.cumsum(hazard, axis=1) / np.where(total > 0, total, 1.0)[:, None]
    which = np.zeros(len(code), np.int8)
    for column in range(hazard.shape[1] - 1):
        which += u >= np.ascontiguousarray(cumulative[:, column])[cell]
    return which


class Stream(NamedTuple):
    """Columns of one kind of candidate; those of day ``d`` are ``start[d]:start[d + 1]``.

    A column has the candidates along its last axis.
    """

    start: NDArray[np.int64]
    columns: dict[str, NDArray]

    def of(self, day: int) -> dict[str, NDArray]:
        """The day's columns (views)."""
        rows = slice(self.start[day], self.start[day + 1])
        return {name: column[..., rows] for name, column in self.columns.items()}

    def days(self, first: int, last: int) -> Stream:
        """The days from `first` up to `last`, counted from 0 (views)."""
        rows = slice(self.start[first], self.start[last])
        columns = {name: column[..., rows] for name, column in self.columns.items()}
        return Stream(self.start[first : last + 1] - self.start[first], columns)

    def only(self, chosen: NDArray[np.bool_]) -> Stream:
        """Some of the candidates."""
        rows = np.flatnonzero(chosen)
        columns = {name: column[..., rows] for name, column in self.columns.items()}
        return Stream(np.searchsorted(rows, self.start), columns)

    def beside(self, **columns: NDArray) -> Stream:
        """With further columns."""
        return Stream(self.start, self.columns | columns)


def stream(day: NDArray[np.integer], days: int, **columns: NDArray) -> Stream:
    """Make a stream of columns that are sorted by `day`."""
    return Stream(np.searchsorted(day, np.arange(days + 1, dtype=day.dtype)), columns)
