"""What was run beside a comparison: attribution to clauses, and validation against findings."""

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
from experiments.validation.report import read_findings
from model.faults import BadInput, Fault

ATTRIBUTION, WHOLE = "attribution.parquet", "all"
VALIDATION, FINDINGS, FITTED = "carveout validation", "validation.csv", "calibration"
#: Verdicts on findings, and what agreements rest on, by the slot of the phrase that counts them.
VERDICTS = {
    "agree": "verdicts.agrees", "sign": "verdicts.right sign", "disagree": "verdicts.disagrees",
    "other": "verdicts.not comparable", "interval": "agreements.interval",
    "rule": "agreements.rule",
}
#: Letters of a commit in print.
SHORT = 12
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


@dataclass(frozen=True)
class Validation:
    """What `carveout validate` wrote: how many published findings the model meets."""

    path: Path
    manifest: dict[str, Any]
    table: pd.DataFrame

    def disagreements(self) -> pd.DataFrame:
        """Ids and words of findings that helped to choose no number and that it disagrees with."""
        apart = (self.table["role"] != FITTED) & (self.table["verdict"] == "disagrees")
        return self.table.loc[apart, ["id", "finding"]]

    def count(self, write: Writer, key: str) -> Inlines:
        """A count of the manifest, as a number with its id."""
        value: Any = self.manifest
        for part in key.split("."):
            value = value[part]
        file = f"{self.path.name}/{MANIFEST}"
        fact = write.facts.keep(Fact(identity(file, key), file, key, ({"value": value},)))
        return (write.number(fact.id, "value", float(value), 0), write.mark(fact))


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


def validation(path: Path) -> Validation | None:
    """A validation's folder; None if it is something else.

    Raises
    ------
    BadInput
        If it does not count findings used in calibration apart from the others, or what
        agreements rest on, or its table cannot be read.
    """
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or manifest.get("kind") != VALIDATION:
        return None
    fitted = manifest.get("calibration")
    fitted = fitted if isinstance(fitted, dict) else {}
    for name, counts in (("", manifest), ("calibration.", fitted)):
        there = {f"{part}.{key}" for part in ("verdicts", "agreements")
                 for key in counts.get(part, ())}
        if "findings" not in counts or not set(VERDICTS.values()) <= there:
            raise BadInput(Fault(
                f"{path.name} has no {name}findings, {name}verdicts and {name}agreements of each "
                "kind",
                "what carveout validate writes; run it again", MANIFEST, key="with",
            ))
    try:
        table = read_findings(path / FINDINGS)[["id", "finding", "role", "verdict"]]
    except (OSError, ValueError, KeyError) as error:
        found = f"{path.name} cannot be read: {error!s:.80}"
        raise BadInput(Fault(found, "what carveout validate wrote", FINDINGS, key="with")) from None
    return Validation(path, manifest, table)


def clauses_figure(write: Writer, found: Attribution) -> tuple[Figure, str]:
    """A dot a clause with its interval, the whole first; the chart and its title."""
    say, told = write.language, found.told
    parts = found.table[found.table["clause"] != WHOLE]
    rows = pd.concat([found.table[found.table["clause"] == WHOLE], parts])
    clear = parts[[leaves_out_zero(row) for row in parts.to_dict("records")]]
    a, b = (told.regime(side, say) for side in found.sides)
    title = say("chart.clauses_plain", a=a, b=b)
    phrases = say.table.get("phrases", {})
    if len(clear):
        top = clear.loc[clear["estimate"].abs().idxmax(), "title"]
        title = say("chart.clauses_finding", clause=phrases.get(top, top), a=a, b=b)
    marks = alike([
        Mark(
            row["estimate"], row["low"], row["high"], leaves_out_zero(row), "",
            *(row.get(end, math.nan) for end in DRAWN),
        )
        for row in rows.to_dict("records")
    ])
    names = [
        say("chart.clauses_whole") if row.clause == WHOLE else phrases.get(row.title, row.title)
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
    environment = write.language.either(
        f"settings.{found.told.environment}", found.told.environment
    )
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


def verdicts(write: Writer, found: Validation) -> dict[str, Inlines]:
    """How many findings there are of each verdict, of those that the model was not fitted to, and
    on what agreements rest."""
    return {name: found.count(write, key) for name, key in VERDICTS.items()}


def validation_text(write: Writer, found: Validation | None) -> Inlines:
    """How many findings the model meets that it was not fitted to, and how many that it was."""
    if found is None:
        return write("validation.none")
    fitted = {
        name: found.count(write, f"calibration.{key}")
        for name, key in (("total", "findings"), ("agree", "verdicts.agrees"))
    }
    total = found.count(write, "findings")
    said = [write("validation.some", total=total, **verdicts(write, found))]
    phrases = write.language.table.get("phrases", {})
    named = [
        f"{write.language('grammar.quoted', text=phrases.get(row.finding, row.finding))} ({row.id})"
        for row in found.disagreements().itertuples()
    ]
    if named:
        said.append(write("validation.disagreements", list="; ".join(named)))
    return write.join([*said, write("validation.fitted", **fitted)], " ")


def validation_source(found: Validation, write: Writer) -> Inlines:
    """The runs behind the counts."""
    return write(
        "validation.source", command=Text(str(found.manifest.get("command", "")), "code"),
        runs=found.count(write, "runs") if "runs" in found.manifest else "–",
        commit=str(found.manifest.get("commit") or "–")[:SHORT],
    )
