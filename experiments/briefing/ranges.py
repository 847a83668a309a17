"""Intervals in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from experiments.briefing.document import Inline, Inlines, Mark, Number
from experiments.briefing.facts import Estimate
from experiments.briefing.writer import Writer

CHANCE, DOUBT = ("low", "high"), ("par_low", "par_high")
Size = Callable[[str], Number]


def sizer(write: Writer, found: Estimate, digits: int, scale: float, form: str = "size") -> Size:
    """What gives a column of an estimate as a number in print."""
    def size(column: str) -> Number:
        value = float(getattr(found, column))
        return write.number(found.fact, column, value, digits, scale=scale, form=form)

    return size


def ranges(
    write: Writer, found: Estimate, size: Size, *, turned: bool, short: bool = False
) -> Inlines:
    """The interval of chance, and that of doubt about the parameters where they were drawn; in
    `short` one range that holds both.

    Ends stand as they are, or with the signs `turned`, so that sizes rise from left to right.
    """
    if short:
        return _ends(write, size, found.ends, turned)
    chance = _ends(write, size, CHANCE, turned)
    if not found.drawn:
        return chance
    if found.doubtless:
        return write("change.ranges_no_doubt", chance=chance)
    return write("change.ranges", chance=chance, doubt=_ends(write, size, DOUBT, turned))


def _ends(write: Writer, size: Size, columns: tuple[str, str], turned: bool) -> Inlines:
    """Both ends, or one number where they are the same in print."""
    near, far = (size(column) for column in (columns[::-1] if turned else columns))
    if near.text == far.text:
        return write("change.range_one", low=near)
    return write("change.range", low=near, high=far)


def bounds(
    write: Writer, changes: Mapping[str, Estimate], digits: int, scale: float
) -> Inlines:
    """How large each difference that may be nothing could be either way, a bound a text."""
    return write.listed([
        write("change.bound", bound=bound(write, change, digits, scale), regime=write.regime(name))
        for name, change in changes.items()
    ])


def bound(write: Writer, change: Estimate, digits: int, scale: float) -> Inlines:
    """How large a difference that may be nothing could be either way."""
    number = sizer(write, change, digits, scale)(change.farthest)
    shown = any(digit in number.text for digit in "123456789")
    least = write.language.number(10**-digits, digits)
    said = (number,) if shown else write("change.less_than", bound=least)
    return (*said, Mark(change.fact))


def sides(
    write: Writer, change: Estimate, digits: int, scale: float
) -> dict[str, str | Inline | Inlines]:
    """Both ends of a difference that may be nothing, each with its direction: ``low``, ``high``."""
    size = sizer(write, change, digits, scale)
    return {
        slot: write(
            f"change.side_{'fewer' if getattr(change, column) < 0 else 'more'}",
            size=size(column),
        )
        for slot, column in zip(("low", "high"), change.ends, strict=True)
    }
