"""What the evidence says, beside what the model says, in the same words for either side."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from experiments.briefing.document import Inline, Inlines, Row, Table, Text
from experiments.briefing.facts import EVIDENCE, Estimate, Fact, Facts
from experiments.briefing.queries import identity
from experiments.briefing.ranges import ranges, sizer
from experiments.briefing.relative import percent
from experiments.briefing.results import Results
from experiments.briefing.rules import NO_EVENTS, Verdict, verdict
from experiments.briefing.writer import Writer, change_digits
from model.evidence import load_evidence
from model.faults import BadInput
from model.ordinance import load_regime

CLAIMS = Path(__file__).with_name("claims.toml")
#: The unit of a claim that is made in percent of a level; others are in the outcome's own unit.
PERCENT = "percent"
FIGURE = re.compile(r"-?\d*\.?\d+")


def figure(row: str, column: str, which: int) -> float:
    """One of the figures in a cell of the evidence table."""
    return float(FIGURE.findall(getattr(load_evidence()[row], column))[which])


#: A difference in a claim's direction, by how much of the claim's size it is less than.
SIZES = (("tenth", 0.1), ("half", 0.5), ("smaller", 1.0))


def opposite(results: Results) -> str:
    """The text that stands for the other side of a claim: it honours all detainers, or is last."""
    told = results.told
    return next((name for name in told.others if honours_all(name)), told.others[-1])


def honours_all(name: str) -> bool:
    """Whether a text honours every detainer; False for a user's own file, which is not kept."""
    try:
        clauses = load_regime(name).clauses
    except BadInput:
        return False
    return bool(clauses and clauses.detainers and clauses.detainers.value == "honour all")


def evidence_table(write: Writer, results: Results) -> Table:
    """A claim a row: what is claimed, by whom, and the model's number for the same thing."""
    claims = tomllib.loads(CLAIMS.read_text("utf-8"))["claims"]
    rows = [_row(write, results, claim) for claim in claims]
    header = (write("evidence.claim"), write("evidence.source"), write("evidence.model"))
    return Table(write("evidence.caption"), header, tuple(rows), (2.5, 2.2, 3.4), numeric=False)


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
    used = f" {write.language('evidence.used')}" if row.role in ("input", "calibration") else ""
    source: Inlines = (Text(f"{row.source}{unread}{used} "), Text(row.id, "quiet"))
    return Row(((*contested, *said), source, _model(write, results, claim)))


def _model(write: Writer, results: Results, claim: dict) -> Inlines:
    """The model's number for the same thing in the claim's own unit, judged like every other."""
    outcome, base = claim.get("outcome"), results.told.baseline
    if not results.told.others:
        return write("evidence.not_compared")
    if outcome is None:
        return write(f"evidence.why_{claim['why']}")
    source = results.variants.get(claim.get("environment", ""), results)
    other, relative = opposite(results), claim.get("unit") == PERCENT
    look = percent if relative else _difference
    change = look(source.facts, other, outcome)
    state = verdict(change)
    said = write("evidence.under", setting=write.setting(source.told.environment))
    names = {"a": write.regime(other), "b": write.regime(base)}
    if state in NO_EVENTS:
        return (*said, *write(f"evidence.{state}", thing=write.thing(outcome), **names))
    if not state.clear and state is not Verdict.UNCLEAR:
        return (*said, *write("evidence.unknown", thing=write.thing(outcome)))
    number = sizer(write, change, change_digits([change]), 1.0, "size" if state.clear else "signed")
    turned = state is Verdict.FEWER
    unit = "%" if relative and state.clear else write.difference_unit(outcome)
    if relative and not state.clear:
        unit = write.language("evidence.percent")
    slots: dict[str, str | Inline | Inlines] = {
        **names, "range": ranges(write, change, number, turned=turned),
        "thing": write.thing(outcome) if unit == "%" else f"{write.thing(outcome)} ({unit})",
    }
    if state.clear:
        sign = (Text("%"),) if relative else ()
        slots["size"] = (number("estimate"), *sign)
    return (
        *said, *write(f"evidence.{state}", **slots), write.mark(change.fact),
        *_direction(write, claim, change, other, base),
    )


def _direction(
    write: Writer, claim: dict, change: Estimate, other: str, base: str
) -> Inlines:
    """Whether a difference that can be told goes the claim's way, and how far its size does;
    nothing where the two texts are not the sides that the claim speaks of."""
    claimed, state = claim.get("direction"), verdict(change)
    if claimed is None or not state.clear or honours_all(base) or not honours_all(other):
        return ()
    if claimed == "none":
        return write("evidence.not_none")
    if claimed != state:
        return write("evidence.other_way")
    said, size = write("evidence.same_way"), _size(claim, change)
    return (*said, Text(" "), *write(f"evidence.{size}")) if size else said


def _size(claim: dict, change: Estimate) -> str:
    """What holds of the claim's size for the whole of the model's: a tenth or a half of it at most,
    smaller or larger; empty where the claim's own lies within, or it has none in this unit."""
    if "value" not in claim["numbers"]:
        return ""
    column, which = claim["numbers"]["value"]
    claimed = abs(figure(claim["evidence"], column, which))
    least, most = sorted(abs(getattr(change, end)) for end in change.ends)
    for name, share in SIZES:
        if most < share * claimed:
            return name
    return "larger" if least > claimed else ""


def _difference(facts: Facts, regime: str, outcome: str) -> Estimate:
    return facts.estimate("difference", regime, outcome)
