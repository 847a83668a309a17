"""Intervals in words: in brackets beside a number, or in a sentence of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from experiments.briefing.document import Inline, Inlines, Mark, Number, Text
from experiments.briefing.facts import Estimate
from experiments.briefing.rules import Verdict, verdict
from experiments.briefing.writer import Writer

CHANCE, DOUBT = ("low", "high"), ("par_low", "par_high")
Size = Callable[[str], Number]


def sizer(write: Writer, found: Estimate, digits: int, scale: float, form: str = "size") -> Size:
    """What gives a column of an estimate as a number in print."""
    def size(column: str) -> Number:
        value = float(getattr(found, column))
        return write.number(found.fact, column, value, digits, scale=scale, form=form)

    return size


def ranges(write: Writer, found: Estimate, size: Size, *, turned: bool) -> Inlines:
    """The interval of chance, and that of doubt about the parameters where they were drawn.

    Ends stand as they are, or with the signs `turned`, so that sizes rise from left to right.
    """
    chance = _ends(write, size, CHANCE, turned=turned)
    if not found.drawn:
        return chance
    if found.doubtless:
        return write("change.ranges_no_doubt", chance=chance)
    return write("change.ranges", chance=chance, doubt=_ends(write, size, DOUBT, turned=turned))


def _ends(write: Writer, size: Size, columns: tuple[str, str], *, turned: bool) -> Inlines:
    """Both ends, or one number where they are the same in print."""
    near, far = (size(column) for column in (columns[::-1] if turned else columns))
    if near.text == far.text:
        return write("change.range_one", low=near)
    return write("change.range", low=near, high=far)


def bounds(
    write: Writer, changes: Mapping[str, Estimate], digits: int, scale: float
) -> Inlines:
    """How large each difference that may be nothing could be either way, a bound a text."""
    parts: list[Inlines] = []
    for regime, change in changes.items():
        column = max(change.ends, key=lambda end: abs(getattr(change, end)))
        number = sizer(write, change, digits, scale)(column)
        shown = any(digit in number.text for digit in "123456789")
        least = write.language.number(10**-digits, digits)
        bound = (*((number,) if shown else write("change.less_than", bound=least)),)
        said = write("change.bound", bound=bound, regime=write.regime(regime))
        parts.append((*said, Mark(change.fact)))
    return write.listed(parts)


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


def afterwards(
    write: Writer, level: Estimate, changes: Mapping[str, Estimate], digits: tuple[int, int],
    scale: float,
) -> Inlines:
    """The intervals of a sentence that has none, as sentences that follow it.

    Parameters
    ----------
    changes
        The differences that the sentence gives, and those that may be nothing.
    digits
        Of the level and of the differences.
    """
    told: list[tuple[Inlines, Estimate, Size, bool]] = []
    if not math.isnan(level.low) and not level.suppressed:
        told.append((write("after.level"), level, sizer(write, level, digits[0], scale), False))
    states = {regime: verdict(change) for regime, change in changes.items()}
    for regime, change in changes.items():
        if states[regime].clear:
            size = sizer(write, change, digits[1], scale)
            name = write("after.under", regime=write.regime(regime))
            told.append((name, change, size, states[regime] is Verdict.FEWER))
    said: list[Inlines] = []
    if told:
        said.append(write("after.chance", list=_each(write, told, CHANCE)))
        drawn = [one for one in told if one[1].drawn]
        wide = [one for one in drawn if not one[1].doubtless]
        if wide:
            said.append(write("after.doubt", list=_each(write, wide, DOUBT)))
        elif drawn:
            said.append(write("after.no_doubt"))
    unclear = [
        (*write("after.open", regime=write.regime(name), **sides(write, change, digits[1], scale)),
         Mark(change.fact))
        for name, change in changes.items() if states[name] is Verdict.UNCLEAR
    ]
    if unclear:
        said.append(write("after.unclear", list=write.listed(unclear)))
    return write.join(said, " ")


def _each(
    write: Writer, told: Sequence[tuple[Inlines, Estimate, Size, bool]], columns: tuple[str, str]
) -> Inlines:
    return write.listed([
        (*_ends(write, size, columns, turned=turned), Text(" "), *name)
        for name, _, size, turned in told
    ])
