"""What a person reads on the screen: tables of levels and differences, a progress bar."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from experiments.language import decimals, language
from experiments.outcomes import HEADLINES, OUTCOMES
from experiments.places import in_force_said
from experiments.privacy import FLOOR, Released, gated
from experiments.settings import Settings, environment_says, name
from experiments.uncertainty import WITHIN_CHANCE, leaves_out_zero, over_draws_said

if TYPE_CHECKING:
    import pandas as pd

#: Where the screen's width is not known (a pipe, a file), as wide as a letter in landscape.
WIDTH = 110
OUTCOME_WIDTH, LEVEL_WIDTH, REGIME_WIDTH = 42, 12, 20
#: The two outcomes whose differences are told apart into law and belief.
SPLIT = ("reporting_undocumented", "encounters")
SPLIT_TITLES = {
    "reporting_undocumented": "Crimes against undocumented residents that reach the police",
    "encounters": "Undocumented residents who meet ICE",
}
EMPTY = f"< {FLOOR}"
number = language("en").number


def console(*, error: bool = False) -> Console:
    """A console on standard output or error; wide enough for a table when it is not a screen."""
    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else WIDTH, highlight=False)


@contextmanager
def progress_bar(total_days: int, *, shown: bool, runs: int) -> Iterator[Callable[[int], None]]:
    """A bar with the time left on standard error; yields a function to call with days done."""
    screen = console(error=True)
    if not shown or not screen.is_terminal:
        yield lambda days: None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task(f"making the city, then {runs} runs", total=total_days)

        def advance(days: int) -> None:
            progress.update(task, advance=days, description=f"{runs} runs")

        yield advance


def result_tables(settings: Settings, contrasts: Released, width: int) -> list[Table | Text]:
    """Head, tables and foot of a comparison, fit to `width` characters."""
    frame = gated(contrasts)
    whole = frame[frame["by"] == "all"].set_index(["regime", "measure", "outcome"])
    base = name(settings.baseline)
    others = [name(regime) for regime in settings.regimes if name(regime) != base]
    fit = max(1, (width - OUTCOME_WIDTH - LEVEL_WIDTH - 4) // REGIME_WIDTH)
    parts: list[Table | Text] = [_head(settings, whole)]
    if not others:
        parts.append(_differences(whole, base, []))
    for start in range(0, len(others), fit):
        parts.append(_differences(whole, base, others[start : start + fit]))
    if settings.decompose and others:
        parts.append(_split(whole, others))
    parts.append(_foot(settings, whole, bool(others)))
    return parts


def _head(settings: Settings, whole: pd.DataFrame) -> Text:
    scenario = settings.scenario
    n = int(whole["n"].max())
    paired = "paired " * (len(settings.regimes) > 1)
    replicates = f"{n} {paired}replicates" if n > 1 else "1 replicate"
    size = "whole city" if scenario.scale == 1 else f"{scenario.scale:g} of the city"
    shipped = name(scenario.city) == scenario.city
    text = Text(f"{scenario.city.replace('-', ' ').title() if shipped else 'City'}, ")
    if settings.draws:
        replicates += f" at each of {len(settings.draws)} posterior draws"
    text.append(
        f"{settings.years:g} year{'s' * (settings.years != 1)} from {scenario.start}, "
        f"{replicates}, {size}, federal posture {name(scenario.posture)}\n"
    )
    return text.append(environment_says(scenario.environment), style="italic")


def _differences(whole: pd.DataFrame, base: str, others: list[str]) -> Table:
    """Outcomes in rows; the baseline's level, then each regime's difference and interval."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("", min_width=30)
    table.add_column(base, justify="right")
    for other in others:
        table.add_column(other, justify="right")
    if others:
        table.add_row("", "level", *["difference"] * len(others), style="dim")
    else:
        table.columns[1].header = f"{base}\nlevel (95%)"
    for outcome in HEADLINES:
        spec = OUTCOMES[outcome]
        level = whole.loc[(base, "level", outcome)]
        size = level["estimate"]
        rows = [whole.loc[(other, "difference", outcome)] for other in others]
        cells = [_estimate(level, signed=False, spread=not others)]
        cells += [_estimate(row, level=size) for row in rows]
        label = Text(spec.title).append(f"\n  {spec.unit}", style="dim")
        table.add_row(label, *cells)
    return table


def _estimate(
    row: pd.Series, *, signed: bool = True, spread: bool = True, level: float = math.nan
) -> Text:
    """A number with its interval below; bold and starred where the interval leaves out zero, and
    the number in print is not zero.

    A difference is given no finer than a ten-thousandth of `level`.
    """
    if row["suppressed"]:
        return Text(EMPTY, style="dim")
    if math.isnan(row["estimate"]):
        return Text("none", style="dim")
    value, low, high = row["estimate"], row["low"], row["high"]
    digits = decimals(value, low, high)
    clear = bool(signed and leaves_out_zero(row) and round(value, digits))
    if not clear:
        digits = min(digits, 1 + decimals(level))
    if signed and value == low == high == 0:
        return Text("0").append("\nin every pair" * spread, style="dim")
    text = Text(number(value, digits, signed=signed) + "*" * clear, style="bold" if clear else "")
    if spread and not math.isnan(low):
        sign = signed
        shown = f"{number(low, digits, signed=sign)} to {number(high, digits, signed=sign)}"
        text.append(f"\n{shown}", style="not bold dim")
        if not math.isnan(row.get("par_low", math.nan)):
            ends = [number(row[end], digits, signed=sign) for end in ("par_low", "par_high")]
            within = row["par_low"] == row["par_high"]
            text.append(f"\n[{WITHIN_CHANCE if within else ' to '.join(ends)}]",
                        style="not bold dim")
    return text


def estimate_text(row: pd.Series, *, signed: bool) -> str:
    """A number and its interval on one line, for a notebook's table."""
    return _estimate(row, signed=signed).plain.replace("\n", " (", 1).replace("\n", "; ") + (
        ")" if not row["suppressed"] and not math.isnan(row["low"]) else ""
    )


def _split(whole: pd.DataFrame, others: list[str]) -> Table:
    """How much of two differences is law and how much is what people believe."""
    table = Table(
        box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0),
        title="Where the differences come from", title_justify="left",
        title_style="bold",
    )
    table.add_column("")
    for part in ("legal exposure", "belief", "in all"):
        table.add_column(part, justify="right")
    for outcome in SPLIT:
        spec = OUTCOMES[outcome]
        table.add_row(Text(f"{SPLIT_TITLES[outcome]}, {spec.unit}", style="dim"))
        for other in others:
            rows = [
                whole.loc[(other, part, outcome)]
                for part in ("legal_exposure", "belief", "difference")
            ]
            size = max((abs(row["estimate"]) for row in rows), default=math.nan)
            table.add_row(f"  {other}", *[_estimate(row, spread=False, level=size) for row in rows])
    return table


def _foot(settings: Settings, whole: pd.DataFrame, compared: bool) -> Text:
    lines = [said for said in (in_force_said(settings),) if said]
    if int(whole["n"].max()) < 2:
        lines.append("One replicate: no interval can be given; use --replicates 2 or more.")
    elif compared:
        lines.append(
            "Differences are paired (same city, same dice), with 95% t-intervals; * "
            + ("both intervals leave" if settings.draws else "the interval leaves")
            + " out zero."
        )
    if settings.draws:
        lines.append(
            f"In brackets: parameter uncertainty, {over_draws_said(len(settings.draws))} of "
            f"{settings.posterior}, without the chance in them (within chance: they spread no more "
            "than that). Above it chance, which falls with replicates."
        )
        if int(whole["n"].max()) < 2:
            lines.append("One replicate: chance and parameters cannot be told apart.")
    else:
        lines.append(
            "Chance alone, at one set of parameters: what is not known of them is not in these "
            "intervals, and would move the differences, too (--draws 8)."
        )
    if ((whole["n"] == 2) & whole["low"].isna() & whole["estimate"].notna()).any():
        lines.append(
            f"No interval: of two replicates with fewer than {FLOOR} each it would tell both; use "
            "--replicates 3 or more."
        )
    if whole["suppressed"].any():
        lines.append(f"{EMPTY}: fewer than {FLOOR} persons or events, not shown.")
    if settings.decompose and compared:
        lines.append(
            "Legal exposure: what the regime changes while people believe that the baseline still "
            "holds. Belief is the rest; its weight is an assumption."
        )
    return Text("\n".join(lines), style="dim")
