"""What the evidence says, beside what the model says, in the same words for either side."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from experiments.briefing.document import Inline, Inlines, Row, Table, Text
from experiments.briefing.facts import EVIDENCE, Fact, identity
from experiments.briefing.results import Results
from experiments.briefing.rules import Verdict, verdict
from experiments.briefing.writer import Writer
from experiments.language import few_digits
from model.evidence import load_evidence
from model.faults import BadInput
from model.ordinance import load_regime

CLAIMS = Path(__file__).with_name("claims.toml")
FIGURE = re.compile(r"-?\d*\.?\d+")


def figure(row: str, column: str, which: int) -> float:
    """One of the figures in a cell of the evidence table."""
    return float(FIGURE.findall(getattr(load_evidence()[row], column))[which])


def opposite(results: Results) -> str:
    """The text that stands for the other side of a claim: it honours all detainers, or is last."""
    told = results.told
    for name in told.others:
        try:
            clauses = load_regime(name).clauses
        except BadInput:
            continue
        if clauses is not None and clauses.detainers and clauses.detainers.value == "honour all":
            return name
    return told.others[-1]


def evidence_table(write: Writer, results: Results) -> Table:
    """A claim a row: what is claimed, by whom, and the model's number for the same thing."""
    claims = tomllib.loads(CLAIMS.read_text("utf-8"))["claims"]
    rows = [_row(write, results, claim) for claim in claims]
    header = (write("evidence.claim"), write("evidence.source"), write("evidence.model"))
    return Table(write("evidence.caption"), header, tuple(rows), (3.0, 2.1, 2.6), numeric=False)


def _row(write: Writer, results: Results, claim: dict) -> Row:
    numbers: dict[str, Inline] = {}
    for slot, (column, which) in claim["numbers"].items():
        value = figure(claim["evidence"], column, which)
        key = f"{claim['evidence']}.{column}.{which}"
        fact = Fact(identity(EVIDENCE, key), EVIDENCE, key, ({"value": value},))
        write.facts.keep(fact)
        digits = 0 if value == round(value) else 1
        numbers[slot] = write.number(fact.id, "value", value, digits, form="size")
    said = write(f"evidence.{claim['words']}", **numbers)
    contested = (write.strong("evidence.contested"),) if claim["contested"] else ()
    row = load_evidence()[claim["evidence"]]
    unread = "" if row.is_checked else f" {write.language('evidence.unread')}"
    source: Inlines = (Text(f"{row.source}{unread} "), Text(row.id, "quiet"))
    return Row(((*contested, *said), source, _model(write, results, claim.get("outcome"))))


def _model(write: Writer, results: Results, outcome: str | None) -> Inlines:
    """The model's number for the same thing, judged like every other."""
    told = results.told
    if outcome is None or not told.others:
        return write("evidence.not_compared")
    other = opposite(results)
    change = write.facts.estimate("difference", other, outcome)
    state = verdict(change)
    names = {"a": write.regime(other), "b": write.regime(told.baseline)}
    if state is Verdict.SAME:
        return write("evidence.same", **names)
    if not state.clear and state is not Verdict.UNCLEAR:
        return write("evidence.unknown")
    digits = few_digits(change.estimate, change.low, change.high)
    form = "size" if state.clear else "signed"
    near, far = ("high", "low") if state is Verdict.FEWER else ("low", "high")
    size, low, high = (
        write.number(change.fact, name, getattr(change, name), digits, form=form)
        for name in ("estimate", near, far)
    )
    thing = f"{write.thing(outcome)} ({write.difference_unit(outcome)})"
    slots: dict[str, str | Inline] = {**names, "low": low, "high": high, "thing": thing}
    if state.clear:
        slots["size"] = size
    return (*write(f"evidence.{state}", **slots), write.mark(change.fact))
