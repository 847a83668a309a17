"""The screen of ``carveout check``: crime by type in one table, all else in another."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from experiments.check import COUNT, Target
from experiments.terminal import console
from model.margins import LEAST_CELL
from model.schema import CRIMES

#: Columns of the table by crime type: the end of a target's name, a title, and the format.
BY_CRIME = (
    ("reported", "reported, share", ".3f"),
    ("recorded", "recorded a year", ",.0f"),
    ("cleared", "cleared, share", ".3f"),
    ("over areas", "over areas, r", ".3f"),
)


def print_targets(rows: Sequence[Target], scale: float, seed: int) -> None:
    """Print model against target; see `experiments.check.targets`."""
    by_name = {row.name: row for row in rows if row.run == rows[0].run}
    rest = list(rows)
    crimes = _table("crime", *(title for _, title, _ in BY_CRIME), *("NCVS interval",))
    for crime in CRIMES:
        words = crime.replace("_", " ")
        cells = []
        for end, _, digits in BY_CRIME:
            row = by_name[f"{words}: {end}"]
            rest.remove(row)
            shown = f"{row.model:{digits}}"
            cells.append(shown if end == "over areas" else f"{shown} / {row.target:{digits}}")
            if end == "reported":
                interval = f"{row.low:.2f} to {row.high:.2f}" + ("" if row.within else " OUTSIDE")
        crimes.add_row(words, *cells, interval)
    others = _table("model / target", "model", "target", "difference", "interval", "")
    run = ""
    for row in rest:
        if row.run != run:
            run = row.run
            others.add_row(f"{run[0].upper()}{run[1:]}", style="bold")
        others.add_row(*_cells(row))
    screen = console()
    screen.print("Crime by type, model / target, baseline: solved", style="bold")
    screen.print(crimes)
    screen.print()
    screen.print(others)
    screen.print(
        f"\nOne run each, {'whole city' if scale == 1 else f'{scale:g} of the city'}, seed {seed}. "
        "Solved: set so as to come out, missed by chance and by what a year's events change. "
        "Falls: not fitted.",
        style="dim",
    )


def _table(first: str, *titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(first, no_wrap=True)
    for title in titles:
        left = title in ("", "source")
        table.add_column(title, justify="left" if left else "right", no_wrap=True)
    return table


def _cells(row: Target) -> tuple[str, ...]:
    digits = 3 if abs(row.target) < 10 and row.unit != COUNT else 0
    bounds = "" if row.low is None else f"{row.low:.3g} to {row.high:.3g}"
    verdict = {None: row.kind, True: f"{row.kind}, inside", False: f"{row.kind}, OUTSIDE"}
    return (
        f"  {row.name}",
        f"under {LEAST_CELL}" if row.small else f"{row.model:,.{digits}f}",
        f"{row.target:,.{digits}f}",
        "" if row.small else f"{row.difference:+,.{digits}f}",
        bounds,
        verdict[row.within],
    )
