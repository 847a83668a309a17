"""How a difference is drawn, in every chart: its dot, its two intervals, and the key to them.

A filled dot is a difference whose intervals all leave out zero; a hollow grey one could not be told
apart from zero. A thick pale bar is the interval of chance, over replicates; a thin line with ends
is that of the parameters, over draws of the posterior, where they were run.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.language import MOST_DIGITS, Language, few_digits
from experiments.style import BASELINE, COLOURS, FAINT, INK, POINT, width_of

CLEAR, UNCLEAR, LEVEL = COLOURS[0], FAINT, BASELINE
#: A difference below this share of the level is called small, however clear it is.
SMALL_SHARE = 0.01
#: Labels of the lines drawn, for tests to find them.
CHANCE, PARAMETERS = "chance", "parameters"
#: How much of its colour the bar of chance keeps.
TINT = 0.45
#: Points: the dot; the bar; the thin line and its ends.
DOT, BAR, THIN, END = 4.8, 4.0, 1.0, 4.5
#: The key: size of type, and inches of a line's sample, beside a word, and between entries.
KEY_TYPE, SAMPLE, BESIDE, APART = 7.5, 0.26, 0.06, 0.18


@dataclass(frozen=True)
class Mark:
    """One row's difference; `note` stands in its place where there is none to draw.

    `precision`: digits after the point, where the words beside the chart have a rule of their own.
    """

    estimate: float
    low: float
    high: float
    clear: bool
    note: str = ""
    wide_low: float = math.nan
    wide_high: float = math.nan
    precision: int | None = None

    @property
    def ends(self) -> list[float]:
        """What an axis must hold."""
        if self.note:
            return []
        found = (self.estimate, self.low, self.high, self.wide_low, self.wide_high)
        return [end for end in found if not math.isnan(end)]

    @property
    def digits(self) -> int:
        """Digits of the estimate, as in a sentence that gives it with its widest interval."""
        if self.precision is not None:
            return self.precision
        return few_digits(self.estimate, min(self.ends), max(self.ends))

    def text(self, say: Language, *, signed: bool) -> str:
        """The estimate in figures; empty beside a note."""
        if self.note:
            return ""
        return (say.change if signed else say.number)(self.estimate, self.digits)


def alike(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The marks of one unit with digits in common: about two figures of the largest estimate, and
    as many more, up to `MOST_DIGITS`, as it takes to see each that is clear. One that is too small
    even for those is not told apart from zero: a filled dot would stand beside a nought.
    """
    found = [mark for mark in marks if not mark.note]
    digits = few_digits(max((abs(mark.estimate) for mark in found), default=0.0))
    sizes = [abs(mark.estimate) for mark in found if mark.clear]
    seen = [size for size in sizes if round(size, MOST_DIGITS)]
    while any(round(size, digits) == 0 for size in seen):
        digits += 1
    return tuple(
        replace(mark, precision=digits, clear=mark.clear and round(mark.estimate, digits) != 0)
        for mark in marks
    )


def draw_mark(
    axes: Axes, mark: Mark, at: float, colour: str = CLEAR, *, upright: bool = False,
    size: float = 1.0,
) -> None:
    """One mark at a row, or `upright` at a place on the lower axis.

    Parameters
    ----------
    colour
        Of a clear mark; one that is not clear is grey.
    size
        Smaller where many stand close.
    """
    def ends(low: float, high: float) -> tuple[list[float], list[float]]:
        return ([at, at], [low, high]) if upright else ([low, high], [at, at])

    ink = colour if mark.clear else UNCLEAR
    if not math.isnan(mark.low):
        axes.plot(*ends(mark.low, mark.high), color=tinted(ink), linewidth=BAR * size,
                  solid_capstyle="butt", label=CHANCE, zorder=2)
    if not math.isnan(mark.wide_low):
        axes.plot(*ends(mark.wide_low, mark.wide_high), "_-" if upright else "|-", color=ink,
                  linewidth=THIN, markersize=END * size, markeredgewidth=THIN,
                  label=PARAMETERS, zorder=2.5)
    x, y = (at, mark.estimate) if upright else (mark.estimate, at)
    axes.plot(x, y, "o", color=ink, markersize=DOT * size, zorder=3,
              markerfacecolor=ink if mark.clear else "white")


def tinted(colour: str) -> str:
    """A paler colour, without transparency, which print and greyscale render in their own ways."""
    red, green, blue = (1 - TINT * (1 - part) for part in to_rgb(colour))
    return to_hex((red, green, blue))


def key_to(marks: Iterable[Mark], say: Language) -> list[tuple[str, dict[str, Any]]]:
    """What a chart of differences shows, in words, each with the line that it explains."""
    shown = [mark for mark in marks if not mark.note]
    entries: list[tuple[bool, str, dict[str, Any]]] = [
        (any(mark.clear for mark in shown), "clear",
         {"marker": "o", "markersize": DOT, "color": CLEAR}),
        (not all(mark.clear for mark in shown), "unclear",
         {"marker": "o", "markersize": DOT, "color": UNCLEAR, "markerfacecolor": "white"}),
        (any(not math.isnan(mark.low) for mark in shown), CHANCE,
         {"color": tinted(UNCLEAR), "linewidth": BAR, "solid_capstyle": "butt"}),
        (any(not math.isnan(mark.wide_low) for mark in shown), PARAMETERS,
         {"color": UNCLEAR, "linewidth": THIN, "marker": "|", "markersize": END}),
    ]
    return [(say(f"chart.key_{name}"), line) for there, name, line in entries if there]


def draw_key(
    figure: Figure, key: Sequence[tuple[str, dict[str, Any]]], at: float, *, left: float = 0.03
) -> None:
    """The key in one line, its middle `at` inches from the top."""
    width, height = figure.get_size_inches()
    x, y = left, 1 - at / height
    for words, line in key:
        sample = DOT / POINT if line.get("marker") == "o" else SAMPLE
        ends = [x + sample / 2] if line.get("marker") == "o" else [x, x + sample]
        figure.add_artist(Line2D([end / width for end in ends], [y] * len(ends), **line))
        x += sample + BESIDE
        figure.text(x / width, y, words, fontsize=KEY_TYPE, color=INK, va="center_baseline")
        x += width_of(words, KEY_TYPE) + APART
