"""What a person reads of a calibration: progress, and tables of the posterior and its checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from experiments.calibration.posterior import Posterior
from experiments.terminal import console
from experiments.validation.report import PLUS_MINUS

Told = Callable[[str, int, int], None]


@contextmanager
def progress(shown: bool) -> Iterator[Told]:
    """A bar a stage on standard error; yields the function that `calibrate` calls."""
    screen = console(error=True)
    if not shown or not screen.is_terminal:
        yield lambda stage, done, total: None
        return
    columns = (
        TextColumn("{task.description:<10}"), BarColumn(bar_width=30), MofNCompleteColumn(),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=screen) as bars:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done)

        yield told


def posterior_tables(posterior: Posterior) -> list[Table]:
    """Parameters, targets and recovery of a fitted posterior."""
    manifest = posterior.manifest
    parameters = _table(
        "parameter", "prior median (95%)", "posterior median (95%)", "contraction", "",
        title="Parameters: what was learnt",
    )  # fmt: skip
    for name, row in manifest["parameters"].items():
        prior = f"{row['prior_median']:.3g} ({row['prior_low']:.3g} to {row['prior_high']:.3g})"
        after = f"{row['median']:.3g} ({row['low']:.3g} to {row['high']:.3g})"
        parameters.add_row(name, prior, after, f"{row['contraction']:.3f}", row["says"])
    targets = _table(
        "target", "kind", "published (95%)", "model (95%)", "p", "",
        title="Targets: what the fitted model gives",
    )  # fmt: skip
    for row in manifest["predictive"]:
        published = f"{row['estimate']:.3g} ({row['low']:.3g} to {row['high']:.3g})"
        model = f"{row['model']:.3g} ({row['model_low']:.3g} to {row['model_high']:.3g})"
        p = _p(row)
        flag = "outside 0.05-0.95" if row["outside"] else ""
        targets.add_row(row["title"], row["kind"], published, model, p, flag)
    recovery = _table(
        "data", "interval", "hidden values inside", "binomial error", "trials",
        title="Recovery: hidden parameters found again",
    )  # fmt: skip
    for row in manifest["recovery"]:
        recovery.add_row(
            row["data"], f"{row['level']:.0%}", f"{row['coverage']:.1%}", f"{row['error']:.1%}",
            str(row["n"]),
        )  # fmt: skip
    return [parameters, targets, recovery]


def _p(row: Mapping[str, Any]) -> str:
    if row["p"] is None:
        return "solved"
    return f"{row['p']:.2f} {PLUS_MINUS} {row['p_error']:.2f}"


def _table(*heads: str, title: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for head in heads:
        right = head in ("contraction", "p", "trials", "hidden values inside", "binomial error")
        table.add_column(head, justify="right" if right else "left")
    return table


def parameter_rows(posterior: Posterior) -> list[tuple[str, ...]]:
    """What was learnt of every parameter, most first, for a page of the documentation."""
    told = posterior.manifest["parameters"]
    return [
        (
            f"`{name}`",
            f"{row['prior_median']:.3g} ({row['prior_low']:.3g} to {row['prior_high']:.3g})",
            f"{row['median']:.3g} ({row['low']:.3g} to {row['high']:.3g})",
            f"{row['contraction'] + 0.0:.3f}".replace("-0.000", "0.000"),
            row["says"],
        )
        for name, row in sorted(told.items(), key=lambda item: -item[1]["contraction"])
    ]


def target_rows(posterior: Posterior) -> list[tuple[str, ...]]:
    """What the fitted model gives for every target."""
    return [
        (
            row["title"],
            ", ".join(f"`{each.strip()}`" for each in row["evidence"].split(",")),
            row["unit"],
            f"{row['estimate']:.3g} ({row['low']:.3g} to {row['high']:.3g})",
            f"{row['model']:.3g} ({row['model_low']:.3g} to {row['model_high']:.3g})",
            _p(row) + " **!**" * row["outside"],
            row["kind"],
        )
        for row in posterior.manifest["predictive"]
    ]


def recovery_rows(posterior: Posterior) -> list[tuple[str, ...]]:
    """Coverage of hidden parameters."""
    return [
        (row["data"], str(row["n"]), f"{row['level']:.0%}", f"{row['coverage']:.1%}",
         f"{row['error']:.1%}")
        for row in posterior.manifest["recovery"]
    ]  # fmt: skip
