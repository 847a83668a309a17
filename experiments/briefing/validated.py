"""What `carveout validate` found, where it was run beside a comparison."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.briefing.document import Inlines, Text
from experiments.briefing.facts import MANIFEST, Fact
from experiments.briefing.queries import identity
from experiments.briefing.writer import Writer
from experiments.validation.report import FINDINGS, read_findings
from model.faults import BadInput, Fault

VALIDATION, FITTED = "carveout validation", "calibration"
#: Verdicts on findings, and what agreements rest on, by the slot of the phrase that counts them.
VERDICTS = {
    "agree": "verdicts.agrees", "sign": "verdicts.right sign", "disagree": "verdicts.disagrees",
    "other": "verdicts.not comparable", "interval": "agreements.interval",
    "margin": "agreements.discrepancy", "bare": "agreements.sign", "rule": "agreements.rule",
}
#: Letters of a commit in print.
SHORT = 12


@dataclass(frozen=True)
class Validation:
    """What `carveout validate` wrote: how many published findings the model meets."""

    path: Path
    manifest: dict[str, Any]
    table: pd.DataFrame

    def disagreements(self, *, fitted: bool) -> pd.DataFrame:
        """Ids and words of findings that it disagrees with, of those that helped to choose its
        numbers or of the others."""
        which = (self.table["role"] == FITTED) == fitted
        return self.table.loc[which & (self.table["verdict"] == "disagrees"), ["id", "finding"]]

    def count(self, write: Writer, key: str) -> Inlines:
        """A count of the manifest, as a number with its id."""
        value: Any = self.manifest
        for part in key.split("."):
            value = value[part]
        file = f"{self.path.name}/{MANIFEST}"
        fact = write.facts.keep(Fact(identity(file, key), file, key, ({"value": value},)))
        return (write.number(fact.id, "value", float(value), 0), write.mark(fact))


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
    fitted = manifest.get(FITTED)
    fitted = fitted if isinstance(fitted, dict) else {}
    for name, counts in (("", manifest), (f"{FITTED}.", fitted)):
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


def verdicts(write: Writer, found: Validation) -> dict[str, Inlines]:
    """How many findings there are, in all and of each verdict, of those that the model was not
    fitted to, and on what agreements rest."""
    counted = {"total": "findings", **VERDICTS}
    return {name: found.count(write, key) for name, key in counted.items()}


def fitted(write: Writer, found: Validation) -> dict[str, Inlines]:
    """How many findings there are that the model was fitted to, and how many it meets."""
    return {
        "fitted": found.count(write, f"{FITTED}.findings"),
        "met": found.count(write, f"{FITTED}.verdicts.agrees"),
    }


def validation_text(write: Writer, found: Validation | None) -> Inlines:
    """How many findings the model meets that it was not fitted to, and how many that it was."""
    if found is None:
        return write("validation.none")
    said = [write("validation.some", **verdicts(write, found))]
    apart, used = (_named(write, found.disagreements(fitted=one)) for one in (False, True))
    if apart:
        said.append(write("validation.disagreements", list=apart))
    counts = fitted(write, found)
    also = write("validation.also", list=used) if used else ()
    last = write("validation.fitted", total=counts["fitted"], agree=counts["met"], also=also)
    return write.join([*said, last], " ")


def _named(write: Writer, findings: pd.DataFrame) -> str:
    """Findings in quotation marks, each with its id."""
    say = write.language
    return "; ".join(
        f"{say('grammar.quoted', text=say.phrase(row.finding))} ({row.id})"
        for row in findings.itertuples()
    )


def validation_source(found: Validation, write: Writer) -> Inlines:
    """The runs behind the counts."""
    return write(
        "validation.source", command=Text(str(found.manifest.get("command", "")), "code"),
        runs=found.count(write, "runs") if "runs" in found.manifest else "–",
        commit=str(found.manifest.get("commit") or "–")[:SHORT],
    )
