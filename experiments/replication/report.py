"""Replications in words: the terminal's table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from experiments.privacy import Released, gated
from experiments.replication.design import Design
from experiments.terminal import console
from experiments.uncertainty import over_draws_said
from experiments.validation.report import estimate_text, range_text

FOOT = (
    "Answer: mean over runs, with the mean of the estimator's own 95% intervals (of the true "
    "effect: for chance, over seeds). Gap: answer less true effect on the same counties (of "
    "percent, their ratio), with a 95% interval for chance, over seeds. Covers: share of the runs "
    "(seeds × draws; those of a seed are alike) in which the estimator's interval holds the true "
    "effect. Percent are averaged as logarithms."
)


def print_table(designs: Sequence[Design], released: Released) -> None:
    """A table a design, to standard output."""
    screen, frame = console(), gated(released)
    draws = int(frame["draws"].max())
    for design in designs:
        screen.print(Text(design.title, style="bold"))
        screen.print(Text(design.question, style="dim"))
        for outcome in design.outcomes:
            table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0),
                          expand=True)
            table.add_column(outcome.title, ratio=5)
            for name in (f"effect, {outcome.unit}", "gap"):
                table.add_column(name, justify="right", ratio=3)
                if draws > 1:
                    table.add_column("over draws", justify="right", ratio=2)
            table.add_column("covers", justify="right", ratio=1)
            mine = (frame["design"] == design.name) & (frame["outcome"] == outcome.name)
            for row in frame[mine].itertuples():
                effect, reach, gap, gap_reach, covers = cells(row)
                told = (effect, reach, gap, gap_reach) if draws > 1 else (effect, gap)
                table.add_row(row.title, *told, covers)
            screen.print(table)
        screen.print()
    drawn = f" Over draws: {over_draws_said(draws)} of the parameters." * (draws > 1)
    screen.print(Text(f"{FOOT}{drawn}", style="dim"))


def cells(row: Any) -> tuple[str, str, str, str, str]:
    """A row in print: effect and gap, each with how far it reaches over draws; and coverage."""
    return (
        estimate_text(row.estimate, row.low, row.high, True),
        range_text(row.par_low, row.par_high),
        estimate_text(row.gap, row.gap_low, row.gap_high, True),
        range_text(row.gap_par_low, row.gap_par_high),
        _covers(row),
    )


def _covers(row: Any) -> str:
    if row.covers is None or pd.isna(row.covers):
        return ""
    return f"{row.covers:.0%} of {row.replicates:.0f}×{row.draws:.0f}"
