"""The drawing of a case history: chances as bars, the dice as marks on the same line."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from experiments.style import COLOURS, FAINT, GRID, INK, RC

if TYPE_CHECKING:
    from experiments.trace.history import History

WIDTH, ROW, HEAD = 9.0, 0.42, 1.5


def drawing(history: History) -> Figure:
    """Decisions in rows, each under both regimes; below, what the persons had heard and the law."""
    decisions = max(len(side.decisions) for side in history.sides)
    below = [
        fill(f"{side.regime}: {line}", 185)
        for side in history.sides
        for line in (*side.felt, *side.heard[:3], *side.law[:4])
    ]
    lines = sum(1 + text.count("\n") for text in below) + 2
    foot = 0.55 + 0.155 * lines
    height = HEAD + foot + ROW * (2 * decisions) + 0.25
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.28, foot / height, 0.69, 1 - (HEAD + foot) / height))
        labels = []
        for at in range(decisions):
            for place, side in enumerate(history.sides):
                if at >= len(side.decisions):
                    continue
                one, y = side.decisions[at], 2.4 * at + place
                labels.append((y, side.regime))
                axes.barh(y, one.chance, height=0.62, color=COLOURS[place], alpha=0.45)
                axes.plot(one.dice, y, "D", markersize=7, color=INK, zorder=3,
                          markerfacecolor=INK if one.made else "white")
                told = f"chance {one.chance:.1%}: {'yes' if one.made else 'no'}"
                axes.annotate(told, (max(one.chance, one.dice), y), xytext=(10, 0),
                              textcoords="offset points", va="center", fontsize=8.5,
                              bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85,
                                    "pad": 0.5})
            longest = max((side.decisions for side in history.sides), key=len)
            what = longest[at].what
            axes.annotate(what[0].upper() + what[1:], (0, 2.4 * at - 0.62), fontsize=9,
                          fontweight="bold", va="bottom")
        axes.set_yticks([y for y, _ in labels], [text for _, text in labels])
        axes.set_ylim(2.4 * (decisions - 1) + 1.6, -1.25)
        axes.set_xlim(0, 1.18)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25%", "50%", "75%", "100%"])
        axes.axvline(1, color=GRID, linewidth=0.8)
        figure.text(0.015, 1 - 0.12 / height, fill(history.sentence(), 115), fontsize=11,
                    fontweight="bold", va="top", linespacing=1.25)
        figure.text(0.015, 1 - 0.95 / height, f"{history.person[0].upper()}{history.person[1:]}. "
                    "Bar: the chance; diamond: the dice, the same under both. Filled: it happens.",
                    color=FAINT, va="top")
        figure.text(0.015, 0.1 / height, "\n".join([*below, "", f"Case {history.id}. Carveout "
                    "model; every person is synthetic."]), fontsize=7.5, color=FAINT, va="bottom",
                    linespacing=1.35)
    return figure
