"""What every analysis gives: a table, a chart, a sentence, and a folder that holds all three."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd
from rich.table import Table
from rich.text import Text

from experiments.privacy import Released, gated
from experiments.store import MANIFEST, Saved, write_json, write_table
from experiments.terminal import console, decimals, number
from experiments.uncertainty import WITHIN_CHANCE

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Analysis(Saved):
    """A finished analysis. Its rows have passed `experiments.privacy`.

    ``rows`` is the table behind everything, ``manifest`` what made it.
    """

    kind: ClassVar[str]

    rows: Released
    manifest: dict[str, Any] = field(repr=False)

    def table(self) -> pd.DataFrame:
        """The table behind the chart and the sentence."""
        return gated(self.rows).copy()

    @abstractmethod
    def figure(self) -> Figure:
        """The chart, with the finding as its title."""

    @abstractmethod
    def sentence(self) -> str:
        """The finding in plain words; claims no more than the intervals carry."""

    @abstractmethod
    def shown(self) -> pd.DataFrame:
        """The table as a person reads it: text, a column each, in few columns."""

    def summary(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return {
            "analysis": self.kind,
            "sentence": self.sentence(),
            "rows": gated(self.rows).to_dict("records"),
            "manifest": self.manifest,
        }

    def print(self) -> None:
        """Sentence and table, to standard output."""
        screen = console()
        screen.print(Text(self.sentence(), style="bold"))
        screen.print()
        screen.print(_rich(self.shown()))
        for note in self.notes():
            screen.print(Text(note, style="dim"))

    def notes(self) -> list[str]:
        """What a reader must know beside the table, a line each."""
        return []

    def write(self, folder: Path) -> None:
        """Table, chart, sentence and manifest into a folder that is there."""
        from experiments.style import save

        write_table(folder / f"{self.kind}.parquet", self.rows)
        save(self.figure(), folder, self.kind)
        words = "\n".join([self.sentence(), "", *self.notes()])
        (folder / f"{self.kind}.txt").write_text(words.rstrip() + "\n", "utf-8")
        write_json(folder / MANIFEST, {"sentence": self.sentence(), **self.manifest})

    def _repr_html_(self) -> str:
        return f"<p>{self.sentence()}</p>{self.shown().to_html(index=False)}"


def _rich(frame: pd.DataFrame) -> Table:
    """Text in the first column to the left, figures to the right."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for place, name in enumerate(frame):
        table.add_column(str(name), justify="left" if place == 0 else "right")
    for row in frame.itertuples(index=False):
        table.add_row(*map(str, row))
    return table


def spread(low: float, high: float, digits: int, *, signed: bool = True) -> str:
    """An interval in print; empty where there is none."""
    if pd.isna(low) or pd.isna(high):
        return ""
    return f"{number(low, digits, signed=signed)} to {number(high, digits, signed=signed)}"


def reach(low: float, high: float, digits: int) -> str:
    """An interval over draws in print."""
    return WITHIN_CHANCE if low == high else spread(low, high, digits)


def places(value: float, low: float, high: float) -> int:
    """Digits after the point: as many as the interval has room for, two of its half-width."""
    digits, half = decimals(value), (high - low) / 2
    if not half > 0:
        return digits
    return min(max(digits, 1 - math.floor(math.log10(half))), 6)


def estimate(row: Any, *, signed: bool = True) -> str:
    """An estimate with its 95% interval, of anything with estimate, low and high."""
    digits = places(row.estimate, row.low, row.high)
    between = spread(row.low, row.high, digits, signed=signed)
    text = number(row.estimate, digits, signed=signed)
    return f"{text} ({between})" if between else text


def in_text(title: str) -> str:
    """A title within a sentence: its first letter small."""
    title = title.strip()
    return title[:1].lower() + title[1:]


def sure(low: float, high: float) -> bool:
    """Whether an interval leaves out zero; never where there is none."""
    return bool(low > 0 or high < 0)
