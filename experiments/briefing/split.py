"""A difference split into clauses, where `carveout attribute` was run beside a comparison."""

from __future__ import annotations

import json
import math
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.briefing.document import Inlines, Text
from experiments.briefing.facts import DRAWN, MANIFEST, Fact, Facts
from experiments.briefing.queries import identity
from experiments.briefing.writer import Writer
from experiments.charts import interval_words
from experiments.forest import Panel, forest
from experiments.language import few_digits
from experiments.marks import Mark, alike
from experiments.provenance import Provenance
from experiments.uncertainty import leaves_out_zero
from model.faults import BadInput, Fault

ATTRIBUTION, WHOLE = "attribution.parquet", "all"
COLUMNS = ("clause", "title", "estimate", "low", "high", "n")


@dataclass(frozen=True)
class Attribution:
    """What `carveout attribute` wrote."""

    path: Path
    table: pd.DataFrame
    told: Provenance
    outcome: str
    manifest: dict[str, Any]

    @property
    def sides(self) -> tuple[str, str]:
        """The two texts: from the first to the second."""
        first, *rest = self.told.regimes
        return first, rest[-1]

    def fact(self, facts: Facts, clause: str | None = None) -> Fact:
        """The rows of all clauses, or that of one."""
        file = f"{self.path.name}/{ATTRIBUTION}"
        which = f" WHERE clause = '{clause}'" if clause else ""
        query = f'SELECT {", ".join(self.table.columns)} FROM "{file}"{which} ORDER BY clause'
        rows = self.table[self.table["clause"] == clause] if clause else self.table
        found = rows.sort_values("clause").to_dict("records")
        return facts.keep(Fact(identity(file, query), file, query, tuple(found)))


def attribution(path: Path) -> Attribution | None:
    """An attribution's folder; None if it is something else.

    Raises
    ------
    BadInput
        If its table cannot be read.
    """
    if not (path / ATTRIBUTION).is_file():
        return None
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
        words = shlex.split(manifest["command"])
        outcome = words[words.index("--outcome") + 1]
        table = pd.read_parquet(path / ATTRIBUTION)
        table = table[[*COLUMNS, *(name for name in DRAWN if name in table)]]
        told = Provenance.told(manifest)
    except (OSError, ValueError, KeyError) as error:
        found = f"{path.name} cannot be read: {error!s:.80}"
        raise BadInput(Fault(found, "what carveout attribute wrote", key="with")) from None
    return Attribution(path, table, told, outcome, manifest)


def clauses_figure(write: Writer, found: Attribution) -> tuple[Figure, str]:
    """A dot a clause with its interval, the whole first; the chart and its title."""
    say, told = write.language, found.told
    parts = found.table[found.table["clause"] != WHOLE]
    rows = pd.concat([found.table[found.table["clause"] == WHOLE], parts])
    clear = parts[[leaves_out_zero(row) for row in parts.to_dict("records")]]
    a, b = (told.regime(side, say) for side in found.sides)
    title = say("chart.clauses_plain", a=a, b=b)
    if len(clear):
        top = clear.loc[clear["estimate"].abs().idxmax(), "title"]
        title = say("chart.clauses_finding", clause=say.phrase(top), a=a, b=b)
    marks = alike([
        Mark(
            row["estimate"], row["low"], row["high"], leaves_out_zero(row), "",
            *(row.get(end, math.nan) for end in DRAWN),
        )
        for row in rows.to_dict("records")
    ])
    names = [
        say("chart.clauses_whole") if row.clause == WHOLE else say.phrase(row.title)
        for row in rows.itertuples()
    ]
    unit = write.difference_unit(found.outcome)
    panel = Panel(write.thing(found.outcome), unit, marks)
    reading = say("chart.clauses_axis")
    drawn = told.draws * ("par_low" in found.table)
    made = interval_words(len(told.seeds), True, drawn, say)
    source = f"{made} {told.source(say.code)}"
    return forest(title, reading, names, [panel], source, say), title


def clauses_text(write: Writer, found: Attribution) -> Inlines:
    """What the contributions are, and what they add up to."""
    whole = found.fact(write.facts, WHOLE)
    value = float(whole.value("estimate"))
    digits = few_digits(value)
    total = write.number(whole.id, "estimate", value, digits, form="signed")
    a, b = (found.told.regime(side, write.language) for side in found.sides)
    environment = write.setting(found.told.environment)
    said = write(
        "text.clauses", a=a, b=b, total=total, unit=write.difference_unit(found.outcome),
        outcome=write.thing(found.outcome), environment=environment,
    )
    baseline = str(write.facts.manifest["baseline"])
    if found.sides[0] == baseline:
        return said
    # A split of another change than the one that everything else is about.
    other = write("text.clauses_other", a=a, b=b, base=write.regime(baseline))
    return (*other, Text(" "), *said)
