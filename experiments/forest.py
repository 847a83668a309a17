"""Forest charts: differences beside a line at zero, drawn by `experiments.marks`, in panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.language import Language, places
from experiments.marks import CLEAR, LEVEL, Mark, draw_key, draw_mark, key_to
from experiments.style import BASELINE, FAINT, INK, RC, width_of, wrapped

WIDTH = 7.4
#: Heights in inches: a row; a line of the title, of a panel's title, of the reading, of a panel's
#: unit, of the small print; the key; an axis with its ticks; the gap between rows of panels.
ROW, TITLE, NAME, READING, UNIT, SMALL = 0.16, 0.19, 0.14, 0.14, 0.12, 0.11
KEY, AXIS, BETWEEN = 0.19, 0.18, 0.05
#: Sizes of type in points.
TITLE_TYPE, READING_TYPE, NAME_TYPE, FIGURE_TYPE, SMALL_TYPE = 12, 8.5, 9, 7.5, 7
ROW_TYPE = 8
#: Inches between neighbouring panels, and beside a word.
GAP, PAD = 0.2, 0.1
#: A panel whose longest reach from zero is a smaller part of the widest's has a scale of its own.
OWN_SCALE = 0.125


@dataclass(frozen=True)
class Panel:
    """One outcome or group: its title, what stands below that, and a mark a row."""

    title: str
    unit: str
    marks: tuple[Mark, ...]

    @property
    def reach(self) -> tuple[float, float]:
        """Ends of what is drawn, zero among them."""
        found = [0.0, *(end for mark in self.marks for end in mark.ends)]
        return min(found), max(found)


@dataclass(frozen=True)
class _Place:
    """Where a panel goes in inches: from the left, from the top, its title over it; its scale."""

    panel: Panel
    left: float
    top: float
    over: float
    span: tuple[float, float]
    ticks: bool


def forest(
    title: str, reading: str, rows: Sequence[str], panels: Sequence[Panel], source: str,
    say: Language, *, columns: int = 0, shared: bool = False, levels: bool = False,
    signed: bool = True,
) -> Figure:
    """Draw panels that share their rows.

    Parameters
    ----------
    columns
        Panels side by side; by default all of them.
    shared
        Whether panels are of one unit and share a scale. One whose marks would be too small to
        see has its own and says so.
    levels
        Marks are levels, not differences: black, without a sign and without a line at zero.
    signed
        Whether figures carry a plus.
    """
    signed = signed and not levels
    columns = columns or len(panels)
    left = max(width_of(row, ROW_TYPE) for row in rows) + PAD
    pitch = (WIDTH - left) / columns
    texts = [mark.text(say, signed=signed) for panel in panels for mark in panel.marks]
    figures = max(width_of(text, FIGURE_TYPE) for text in texts) + 0.06
    wide = pitch - figures - GAP
    scales = _scales(panels, shared)
    panels, own = _told(panels, scales, pitch - PAD, say)
    heading = wrapped(title, TITLE_TYPE, bold=True)
    if own:
        source = f"{say('chart.own_scales')} {source}"
    below = wrapped(reading, READING_TYPE)
    small = wrapped(source, SMALL_TYPE)
    key = [] if levels else key_to([mark for panel in panels for mark in panel.marks], say)
    head = 0.06 + TITLE * _lines(heading) + READING * _lines(below)
    head += KEY * bool(key) + 0.06
    placed, height = _placed(
        panels, scales, head, left, pitch, ROW * len(rows), columns,
        every=own or not shared,
    )
    height += 0.1 + SMALL * _lines(small)
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height))
        for number, place in enumerate(placed):
            axes = figure.add_axes((
                place.left / WIDTH, 1 - (place.top + ROW * len(rows)) / height,
                wide / WIDTH, ROW * len(rows) / height,
            ))
            _panel(axes, place, wide, figures, say, levels=levels, signed=signed)
            names = rows if number % columns == 0 else [""] * len(rows)
            axes.set_yticks(range(len(rows)), names, fontsize=ROW_TYPE)
        figure.text(0, 1 - 0.06 / height, heading, fontsize=TITLE_TYPE, fontweight="bold", va="top")
        at = 0.06 + TITLE * _lines(heading) + 0.03
        figure.text(0, 1 - at / height, below, fontsize=READING_TYPE, color=FAINT, va="top")
        draw_key(figure, key, at + READING * _lines(below) + KEY / 2)
        figure.text(0, 0.04 / height, small, fontsize=SMALL_TYPE, color=FAINT, va="bottom")
    return figure


def _lines(text: str) -> int:
    return text.count("\n") + 1 if text else 0


def _scales(panels: Sequence[Panel], shared: bool) -> list[tuple[float, float] | None]:
    """The scale that panels share; None for one with a scale of its own."""
    if not shared:
        return [None] * len(panels)
    low = min(panel.reach[0] for panel in panels)
    high = max(panel.reach[1] for panel in panels)
    most = max(-low, high)
    far = [max(-panel.reach[0], panel.reach[1]) for panel in panels]
    return [None if 0 < reach < OWN_SCALE * most else (low, high) for reach in far]


def _told(
    panels: Sequence[Panel], scales: Sequence[tuple[float, float] | None], room: float,
    say: Language,
) -> tuple[list[Panel], bool]:
    """Panels with their words in lines that fit, and whether only some have their own scale."""
    own = any(scale is None for scale in scales) and any(scale is not None for scale in scales)
    told = []
    for panel, scale in zip(panels, scales, strict=True):
        words = [panel.unit, *([say("chart.own_scale")] if own and scale is None else [])]
        told.append(Panel(
            wrapped(panel.title, NAME_TYPE, bold=True, width=room),
            wrapped("; ".join(words), FIGURE_TYPE, width=room), panel.marks,
        ))
    return told, own


def _placed(
    panels: Sequence[Panel], scales: Sequence[tuple[float, float] | None], top: float,
    left: float, pitch: float, tall: float, columns: int, *, every: bool,
) -> tuple[list[_Place], float]:
    """Each panel's place, and where the last ends. With `every`, each has its ticks' numbers."""
    placed = []
    for first in range(0, len(panels), columns):
        row = panels[first : first + columns]
        over = UNIT * max(_lines(panel.unit) for panel in row) + 0.07
        top += over + NAME * max(_lines(panel.title) for panel in row) + 0.03
        for column, panel in enumerate(row):
            number = first + column
            lowest = number + columns >= len(panels)
            placed.append(_Place(
                panel, left + column * pitch, top, over, scales[number] or panel.reach,
                every or lowest,
            ))
        last = first + columns >= len(panels)
        # Where the last row is not full, the one above it has ticks as well.
        ticked = last or every or len(panels) - first < 2 * columns
        top += tall + AXIS * ticked + BETWEEN * (not last)
    return placed, top


def _panel(
    axes: Axes, place: _Place, wide: float, figures: float, say: Language, *, levels: bool,
    signed: bool,
) -> None:
    panel = place.panel
    tall = ROW * len(panel.marks)
    axes.text(0, 1 + (place.over - 0.02) / tall, panel.unit, transform=axes.transAxes,
              fontsize=FIGURE_TYPE, color=FAINT, va="top")
    axes.text(0, 1 + place.over / tall, panel.title, transform=axes.transAxes, fontsize=NAME_TYPE,
              fontweight="bold", va="bottom")
    if not levels:
        axes.axvline(0, color=BASELINE, linewidth=0.9, zorder=1)
    for row, mark in enumerate(panel.marks):
        if mark.note:
            axes.annotate(
                mark.note, (0.03, row), xycoords=("axes fraction", "data"), va="center",
                fontsize=FIGURE_TYPE, color=FAINT, style="italic", zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
            )
            continue
        draw_mark(axes, mark, row, LEVEL if levels else CLEAR)
        axes.annotate(
            mark.text(say, signed=signed), (1 + figures / wide, row), va="center", ha="right",
            xycoords=("axes fraction", "data"), fontsize=FIGURE_TYPE, annotation_clip=False,
            color=INK if mark.clear or levels else FAINT,
        )
    low, high = place.span
    room = 0.07 * ((high - low) or 1.0)
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(len(panel.marks) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(5 if wide > 1.3 else 4, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda x, _: say.number(x, places(x), signed=signed))
    )
    axes.tick_params(labelbottom=place.ticks)
