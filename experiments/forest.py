"""Forest charts: differences with their intervals beside a line at zero, in panels side by side.

A filled dot is a difference whose intervals leave out zero; a hollow grey one could not be told
apart from zero. A thick bar is the interval over replicates, a thin one that with doubt about the
parameters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.language import Language, decimals, places
from experiments.style import BASELINE, COLOURS, FAINT, INK, RC, wrapped

WIDTH = 7.4
ROW, HEAD, PANEL_HEAD, AXIS, FOOT = 0.18, 0.33, 0.4, 0.2, 0.22
#: Characters of a title and of the small print that fit the width.
TITLE, SMALL = 84, 185


@dataclass(frozen=True)
class Mark:
    """One row's difference; `note` stands in its place where there is none to draw."""

    estimate: float
    low: float
    high: float
    clear: bool
    note: str = ""
    wide_low: float = math.nan
    wide_high: float = math.nan


@dataclass(frozen=True)
class Panel:
    """One outcome: its title, its unit, and a mark a row."""

    title: str
    unit: str
    marks: tuple[Mark, ...]


def forest(
    title: str, reading: str, rows: Sequence[str], panels: Sequence[Panel], source: str,
    say: Language,
) -> Figure:
    """Draw panels that share their rows."""
    lines = wrapped(title, 12, bold=True)
    head = HEAD + 0.19 * lines.count("\n") + (0.2 if reading else 0.0)
    small = wrapped(source, 7)
    foot = FOOT + 0.11 * small.count("\n")
    height = head + PANEL_HEAD + ROW * len(rows) + AXIS + foot
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height))
        axes_of = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        left = 0.02 + 0.0088 * max(map(len, rows))
        figure.subplots_adjust(
            left=left, right=0.985, top=1 - (head + PANEL_HEAD) / height,
            bottom=(foot + AXIS) / height, wspace=0.08,
        )
        for axes, panel in zip(axes_of, panels, strict=True):
            _panel(axes, panel, len(rows), len(panels), say)
        axes_of[0].set_yticks(range(len(rows)), rows)
        figure.text(0.0, 1 - 0.06 / height, lines, fontsize=12, fontweight="bold", va="top")
        if reading:
            below = 0.3 + 0.19 * lines.count("\n")
            figure.text(0.0, 1 - below / height, reading, fontsize=8.5, color=FAINT, va="top")
        figure.text(0.0, 0.05 / height, small, fontsize=7, color=FAINT, va="bottom")
    return figure


def _panel(axes: Axes, panel: Panel, rows: int, panels: int, say: Language) -> None:
    axes.set_title(f"{fill(panel.title, {1: 90, 2: 46}.get(panels, 30))}", pad=15, fontsize=9)
    axes.text(
        0, 1.0, panel.unit, transform=axes.transAxes, fontsize=7.5, color=FAINT, va="bottom"
    )
    axes.axvline(0, color=BASELINE, linewidth=0.9, zorder=1)
    ends = [0.0]
    for place, mark in enumerate(panel.marks):
        if mark.note:
            axes.annotate(
                mark.note, (0.03, place), xycoords=("axes fraction", "data"), va="center",
                fontsize=7.5, color=FAINT, style="italic", zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
            )
            continue
        colour = COLOURS[0] if mark.clear else FAINT
        for low, high, width in (
            (mark.wide_low, mark.wide_high, 0.9), (mark.low, mark.high, 2.6),
        ):
            if not math.isnan(low):
                axes.plot([low, high], [place, place], color=colour, linewidth=width, alpha=0.7)
                ends += [low, high]
        axes.plot(
            mark.estimate, place, "o", color=colour, markersize=5, zorder=3,
            markerfacecolor=colour if mark.clear else "white",
        )
        ends.append(mark.estimate)
        right = max(x for x in (mark.estimate, mark.high, mark.wide_high) if not math.isnan(x))
        axes.annotate(
            say.change(mark.estimate, decimals(mark.estimate)), (right, place),
            xytext=(4, 0), textcoords="offset points", va="center", fontsize=7.5, zorder=4,
            color=INK if mark.clear else FAINT,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.3},
        )
    reach = (max(ends) - min(ends)) or 1.0
    axes.set_xlim(min(ends) - 0.08 * reach, max(ends) + 0.3 * reach)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: say.number(x, places(x))))
