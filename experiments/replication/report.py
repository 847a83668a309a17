"""Replications in words: the terminal's table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich.table import Table
from rich.text import Text

from experiments.privacy import Released, gated
from experiments.replication.design import Design
from experiments.terminal import console
from experiments.validation.report import estimate_text

FOOT = (
    "Answer: mean over seeds, with the mean of the estimator's own 95% intervals (of the true "
    "effect: over seeds). Gap: answer less true effect on the same counties, with a 95% interval "
    "over seeds. Covers: share of seeds in which the estimator's interval holds the true effect."
)


def print_table(designs: Sequence[Design], released: Released) -> None:
    """A table a design, to standard output."""
    screen, frame = console(), gated(released)
    for design in designs:
        screen.print(Text(design.title, style="bold"))
        screen.print(Text(design.question, style="dim"))
        for outcome in design.outcomes:
            table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0),
                          expand=True)
            table.add_column(outcome.title, ratio=5)
            for name in (f"effect, {outcome.unit}", "gap"):
                table.add_column(name, justify="right", ratio=3)
            table.add_column("covers", justify="right", ratio=1)
            mine = (frame["design"] == design.name) & (frame["outcome"] == outcome.name)
            for row in frame[mine].itertuples():
                table.add_row(row.title, *cells(row))
            screen.print(table)
        screen.print()
    screen.print(Text(FOOT, style="dim"))


def cells(row: object) -> tuple[str, str, str]:
    """Effect, gap and coverage of a row in print."""
    covers = getattr(row, "covers", None)
    return (
        estimate_text(row.estimate, row.low, row.high, True),  # type: ignore[attr-defined]
        estimate_text(row.gap, row.gap_low, row.gap_high, True),  # type: ignore[attr-defined]
        "" if covers is None or pd.isna(covers) else f"{covers:.0%}",
    )
