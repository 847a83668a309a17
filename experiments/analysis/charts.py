"""The chart that most analyses share: a row each, a dot with its interval, figures beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import fill, wrap
from typing import TYPE_CHECKING, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.analysis.result import sure
from experiments.style import COLOURS, FAINT, INK, RC
from experiments.terminal import decimals, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, ROW, HEAD, FOOT = 9.0, 0.36, 0.8, 0.95
#: Letters of a title's line, and what a third line takes.
TITLE, LINE = 100, 0.2


class Dot(NamedTuple):
    """A row of the chart; NaN ends draw no interval. ``strong`` is a total, set in ink."""

    label: str
    estimate: float
    low: float
    high: float
    strong: bool = False
    series: int = 0


def dot_chart(
    dots: Sequence[Dot],
    *,
    title: str,
    axis: str,
    note: str,
    signed: bool = True,
    zero: bool = True,
    legend: Sequence[str] = (),
) -> Figure:
    """Dots with their 95% intervals, top to bottom.

    Hollow where the interval holds zero. Rows of one label share a line; ``legend`` names their
    series, told by colour and by place.
    """
    labels = list(dict.fromkeys(dot.label for dot in dots))
    series = max((dot.series for dot in dots), default=0) + 1
    head = head_of(title)
    height = head + FOOT + ROW * len(labels) * (1 + 0.45 * (series - 1))
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height))
        left = min(0.42, 0.04 + 0.0088 * max(map(len, labels), default=0))
        place = (left, FOOT / height, 0.97 - left, 1 - (head + FOOT) / height)
        axes = figure.add_axes(place)
        for dot in dots:
            shift = 0.0 if series == 1 else 0.5 * (dot.series / (series - 1) - 0.5)
            _draw(axes, dot, labels.index(dot.label) + shift, signed)
        _frame(axes, dots, zero)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.set_yticks(range(len(labels)), labels)
        for text in axes.get_yticklabels():
            strong = any(dot.strong for dot in dots if dot.label == text.get_text())
            text.set_fontweight("bold" if strong else "normal")
        axes.set_xlabel(axis, color=FAINT)
        words(figure, title, note, height)
        for at, told in enumerate(legend):
            figure.text(
                left + 0.2 * at, 1 - (head - 0.14) / height, f"\N{BLACK CIRCLE} {told}",
                color=COLOURS[at % len(COLOURS)], va="top",
            )
    return figure


def head_of(title: str) -> float:
    """Inches that a title takes, with room for a legend below it."""
    return HEAD + LINE * max(0, len(wrap(title, TITLE)) - 2)


def words(figure: Figure, title: str, note: str, height: float) -> None:
    """The title, which is the finding, and the note at the foot."""
    figure.text(0.015, 1 - 0.12 / height, fill(title, TITLE), fontsize=11.5, fontweight="bold",
                va="top", linespacing=1.25)
    figure.text(0.015, 0.1 / height, fill(note, 185), fontsize=7.5, color=FAINT, va="bottom")


def _draw(axes: Axes, dot: Dot, place: float, signed: bool) -> None:
    colour = INK if dot.strong else COLOURS[dot.series % len(COLOURS)]
    if math.isnan(dot.estimate):
        axes.annotate("not shown: too few events", (0.02, place), va="center", fontsize=7.5,
                      xycoords=("axes fraction", "data"), color=FAINT, style="italic")
        return
    spread = not math.isnan(dot.low)
    if spread:
        axes.plot([dot.low, dot.high], [place, place], color=colour, linewidth=2.2, alpha=0.5,
                  solid_capstyle="butt")
    filled = colour if not spread or not signed or sure(dot.low, dot.high) else "white"
    axes.plot(dot.estimate, place, "o", color=colour, markerfacecolor=filled, markersize=5.5,
              zorder=3)
    end = max(dot.estimate, dot.high) if spread else dot.estimate
    text = number(dot.estimate, decimals(dot.estimate), signed=signed)
    axes.annotate(text, (end, place), xytext=(6, 0), textcoords="offset points", va="center",
                  fontsize=8, color=INK)


def _frame(axes: Axes, dots: Sequence[Dot], zero: bool) -> None:
    """A scale with room for the figures on the right, and a line at zero."""
    ends = [
        end for dot in dots for end in (dot.estimate, dot.low, dot.high) if not math.isnan(end)
    ]
    if zero:
        axes.axvline(0, color=FAINT, linewidth=0.8, zorder=1)
        ends.append(0.0)
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    reach = (high - low) or abs(high) or 1.0
    axes.set_xlim(low - 0.05 * reach, high + 0.16 * reach)
    axes.xaxis.set_major_locator(MaxNLocator(6, prune="both"))
