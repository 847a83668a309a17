"""Findings beside the model's, in words: terminal tables, a Markdown page, an HTML page."""

from __future__ import annotations

import html as escape_html
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from experiments.outcomes import OUTCOMES
from experiments.privacy import Released, gated
from experiments.terminal import console, decimals, number
from experiments.uncertainty import WITHIN_CHANCE, over_draws_said
from experiments.validation import verdict
from experiments.validation.row import SIGNS

#: The table of findings in a folder of `carveout validate`.
FINDINGS = "validation.csv"
TITLES = {
    "validation": "Findings that the model was not fitted to",
    "calibration": "Findings that were used to choose the model's numbers: they prove nothing",
}
#: Columns of the saved table that hold numbers; ``published`` may be a sign.
NUMBERS = (
    "low", "high", "discrepancy", "claim_low", "claim_high", "model", "model_low", "model_high",
    "chance_low", "chance_high", "par_low", "par_high", "model_a", "model_b", "replicates", "draws",
)
PLUS_MINUS = "\N{PLUS-MINUS SIGN}"
HEAD = ("finding", "study", "published", "discrepancy", "model", "unit", "verdict")
STYLES = {
    verdict.AGREES: "green", verdict.RIGHT_SIGN: "yellow", verdict.DISAGREES: "red",
    verdict.NOT_COMPARABLE: "dim",
}
RULE = (
    "A study's claim is its interval, widened by the discrepancy (one standard deviation between "
    "its place and time and the model's, in the finding's unit), and its sign. agrees: the model's "
    "whole interval lies within the claim. right sign: on the claimed side of no effect, but the "
    "size is missed or not surely met. disagrees: outside. not comparable: partly within, or the "
    "model has no such quantity."
)
HTML_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Validation</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #ddd
  }
img { max-width: 100%; height: auto }
.scroll { overflow-x: auto }
</style></head><body>
"""


def print_tables(released: Released) -> None:
    """The tables, to standard output."""
    screen = console()
    for title, part in _parts(gated(released)):
        table = Table(
            box=None, pad_edge=False, header_style="bold", padding=(0, 2, 1, 0), title=title,
            title_justify="left", title_style="bold",
        )
        table.add_column("finding\nstudy", ratio=9)
        table.add_column("published\ndiscrepancy", justify="right", ratio=8)
        table.add_column("model\nunit", justify="right", ratio=8)
        table.add_column("verdict\nreason", ratio=9)
        table.expand = True
        for row in part.itertuples():
            finding, study, published, extra, model, unit, told = cells(row)
            said = Text(told, style=STYLES[str(row.verdict)])
            if row.reason:
                said.append(f"\n{row.reason}", style="dim")
            table.add_row(Text(finding).append(f"\n{study}", style="dim"),
                          Text(published).append(f"\n{extra and PLUS_MINUS + extra}", style="dim"),
                          Text(model).append(f"\n{unit}", style="dim"), said)
        screen.print(table)
        screen.print(f"{counts_text(part)}\n")
    screen.print(Text(f"{RULE}\n{_intervals(gated(released))}", style="dim"))


def markdown(released: Released, manifest: dict[str, Any]) -> str:
    """A page of its own, with the chart beside it."""
    lines = ["# Validation", "", f"`{manifest['command']}`", "", RULE, "",
             _intervals(gated(released)), "", "![Published and model effects](forest.svg)", ""]
    for title, part in _parts(gated(released)):
        lines += [f"## {title}", "", f"| {' | '.join(HEAD)} |", "|" + " --- |" * len(HEAD)]
        lines += [f"| {' | '.join(told_row(row))} |" for row in part.itertuples()]
        lines += ["", counts_text(part), ""]
    return "\n".join(lines)


def html(released: Released, manifest: dict[str, Any]) -> str:
    """The same as one HTML page."""
    text = escape_html.escape
    parts = [HTML_HEAD, "<h1>Validation</h1>", f"<p><code>{text(manifest['command'])}</code></p>",
             f"<p>{text(RULE)}</p><p>{text(_intervals(gated(released)))}</p>",
             '<p><img src="forest.svg" alt="Published and model effects side by side; the table '
             'below has the same figures."></p>']
    for title, part in _parts(gated(released)):
        heads = "".join(f'<th scope="col">{name}</th>' for name in HEAD)
        parts.append(f"<h2>{text(title)}</h2><div class=scroll><table><tr>{heads}</tr>")
        for row in part.itertuples():
            told = "".join(f"<td>{text(cell)}</td>" for cell in told_row(row))
            parts.append(f"<tr>{told}</tr>")
        parts.append(f"</table></div><p>{text(counts_text(part))}</p>")
    return "\n".join([*parts, "</body></html>", ""])


def read_findings(path: Path) -> pd.DataFrame:
    """A saved table read back: words as words (empty where there are none), numbers as numbers."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name in NUMBERS:
        table[name] = pd.to_numeric(table[name]) if name in table else math.nan
    signs = table["published"].isin(list(SIGNS))
    numbers = pd.to_numeric(table["published"].mask(signs, "")).astype(object)
    return table.assign(published=table["published"].astype(object).where(signs, numbers))


def told_row(row: Any) -> list[str]:
    """Cells of a row with the reason and the note beside the verdict."""
    *rest, told = cells(row)
    more = ". ".join(filter(None, (row.reason, row.note.rstrip("."))))
    return [*rest, f"{told}: {more}" if more else told]


def _parts(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for role, title in TITLES.items():
        part = frame[frame["role"] == role]
        if len(part):
            yield title, part


def _intervals(frame: pd.DataFrame) -> str:
    counts = pd.to_numeric(frame["draws"]).dropna().astype(int)
    draws = counts.max() if len(counts) else 1
    if draws > 1:
        few = frame.loc[counts.index[counts == 1], "id"]
        alone = f" For chance alone, at the default parameters: {', '.join(few)}." * (len(few) > 0)
        return (
            "Model: the mean over draws of the parameters; in round brackets the 95% interval for "
            f"chance (Monte Carlo error), in square ones {over_draws_said(draws)}, without the "
            f"chance in it (parameter uncertainty). A verdict must hold for both.{alone}"
        )
    return (
        "Model: 95% interval for chance alone (Monte Carlo error of paired replicates), at the "
        "default parameters; how uncertain those are is not in it."
    )


def counts_text(part: pd.DataFrame) -> str:
    """How many findings of a table got each verdict, and what agreements rest on, as a sentence."""
    verdicts, bases = part["verdict"].value_counts(), part["basis"].value_counts()

    def told(name: str, counts: pd.Series = verdicts) -> int:
        return int(counts.get(name, 0))

    able = len(part) - told(verdict.NOT_COMPARABLE)
    return (
        f"{told(verdict.NOT_COMPARABLE)} of {len(part)} are not comparable. Of the other {able} "
        f"the model agrees with {told(verdict.AGREES)} ({told(verdict.INTERVAL, bases)} within the "
        f"study's own interval, {told(verdict.DISCREPANCY, bases)} only within the discrepancy, "
        f"{told(verdict.SIGN, bases)} on a sign alone, {told(verdict.RULE, bases)} on a sign that "
        f"the rules give in any case), has the right sign in "
        f"{told(verdict.RIGHT_SIGN)} and disagrees with {told(verdict.DISAGREES)}."
    )


def cells(row: Any) -> tuple[str, str, str, str, str, str, str]:
    """A finding in print, in the order of `HEAD`."""
    signed = row.effect not in ("level", "ratio", "odds ratio")
    if isinstance(row.published, str):
        published = row.published
    else:
        published = estimate_text(row.published, row.low, row.high, signed)
    extra = f"{row.discrepancy:g}" if row.discrepancy else ""
    model = estimate_text(row.model, row.chance_low, row.chance_high, signed)
    if reach := range_text(row.par_low, row.par_high, signed):
        model += f" [{reach}]"
    return row.finding, row.study, published, extra, model, unit_text(row), row.verdict


def estimate_text(
    value: float | None, low: float | None, high: float | None, signed: bool
) -> str:
    """``−30 (−47 to −13)``; nothing where there is no value."""
    if value is None or math.isnan(value):
        return ""
    ends = [end for end in (low, high) if end is not None and not math.isnan(end)]
    digits = decimals(value, *ends)
    text = number(value, digits, signed=signed)
    if len(ends) == 2:
        text += f" ({' to '.join(number(end, digits, signed=signed) for end in ends)})"
    return text


def range_text(low: float | None, high: float | None, signed: bool = True) -> str:
    """``−47 to −13``; nothing where there is none."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    if low == high:
        return WITHIN_CHANCE
    digits = decimals(low, high)
    return " to ".join(number(end, digits, signed=signed) for end in (low, high))


def unit_text(row: Any) -> str:
    """The unit of a finding in words."""
    if row.unit == "own":
        return OUTCOMES[row.outcome].unit if row.outcome in OUTCOMES else ""
    words = {"percent": "percent change", "points": "percentage points"}
    if row.effect == "level":
        words = {"percent": "percent", "points": "percent"}
    return words.get(row.unit, row.unit)
