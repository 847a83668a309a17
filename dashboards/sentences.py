"""What a comparison found, in sentences that claim no more than both its intervals."""

from __future__ import annotations

from typing import Any

from dashboards.rows import Rows
from experiments.comparison import Comparison
from experiments.uncertainty import over_draws_said

#: Outcomes that are told, each with what it is called in a sentence and its unit.
SUBJECTS = {
    "reporting_undocumented": ("the share of crimes against undocumented residents that reach "
                               "the police", "percentage points"),
    "encounters": ("encounters of undocumented residents with ICE",
                   "per 10,000 undocumented residents a year"),
    "victimisations": ("crimes (reported or not)", "per 10,000 residents a year"),
}


def finding(comparison: Comparison, sides: tuple[str, str]) -> list[str]:
    """What the main outcomes say, a sentence each."""
    rows = Rows(comparison, sides)
    sentences = []
    for outcome, (subject, unit) in SUBJECTS.items():
        text = _sentence(rows.row(outcome, relative=False), subject, unit)
        sentences.append(text[0].upper() + text[1:])
    return sentences


def _sentence(row: dict[str, Any], subject: str, unit: str) -> str:
    if row["x"] is None:
        return f"too few events to say anything of {subject}."
    if row["x"] == 0 and row["interval"] in ("", "in every pair"):
        return f"{subject}: no difference at all, in any replicate so far."
    if not row["interval"]:
        return f"{subject}: {row['text']} {unit} in the first replicate; no interval yet."
    told = f"chance {row['interval']}"
    if row["parameters"]:
        told += f"; parameters {row['parameters']}"
    else:
        told = f"95% interval of the difference, chance alone: {row['interval']}"
    if row["clear"]:
        way = "higher" if row["x"] > 0 else "lower"
        verb = "is" if "share" in subject else "are"
        size = row["text"].lstrip("+\N{MINUS SIGN}")
        return f"{subject} {verb} {way} by {size} {unit} ({told})."
    if row["low"] > 0 or row["high"] < 0:
        return (f"{subject}: {row['text']} {unit}, more than chance alone would give, but "
                f"parameters that fit as well leave room for no difference ({told}).")
    return f"{subject}: no difference that can be told from chance ({row['text']} {unit}; {told})."


def sureness(comparison: Comparison) -> list[str]:
    """What the intervals of a comparison hold, and what they leave out."""
    n, draws = len(comparison.manifest["seeds_finished"]), len(comparison.settings.draws)
    said = f"{n} paired replicate{'s' * (n != 1)}"
    if draws:
        said += f", each run at {draws} draws of the posterior"
    lines = [said + "."]
    if n < 2:
        lines.append("One replicate has no interval: chance is told by how replicates differ.")
    elif draws:
        lines.append(
            "Chance: how far the dice alone move the mean; more replicates make it narrower. "
            f"Parameters: {over_draws_said(draws)} that fit the published figures, the chance in "
            "them taken out; more replicates do not make it narrower. What no parameter stands for "
            "is in neither: see Evidence."
        )
    if not draws:
        lines.append(
            "Parameters stand at their defaults: how little is known of them is left out"
            + ("." if n < 2 else ", and the intervals hold chance alone.")
            + " Choose draws under \"Doubt about the parameters\", with two replicates or more."
        )
    return lines
