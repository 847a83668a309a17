"""What every column of a study's tables means: meaning, unit, source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from experiments.outcomes import OUTCOMES
from model.registry import load_parameters

if TYPE_CHECKING:
    from experiments.study.reading import Study

MODEL = "the model; docs/ledger.md says how it is counted"
DESIGN = "the study's design"
_FIXED = {
    "task": ("Name of the run: a hash of everything that decides its numbers.", "", DESIGN),
    "draw": ("Number of the draw of the uncertain parameters, the same for all levers.",
             "", DESIGN),
    "replicate": ("Number of the replicate; runs with the same draw and replicate are pairs.",
                  "", DESIGN),
    "seed": ("Seed: all the chance of the run.", "", DESIGN),
    "belief": ("Whose law residents believe in: the true one (own) or the baseline's (held).",
               "", DESIGN),
    "city": ("City.", "", "model/data"),
    "regime": ("The city's ordinance.", "", "'carveout regimes show NAME' cites its text"),
    "environment": ("State and county law above the city.", "", "'carveout environments'"),
    "posture": ("Federal posture.", "", "'carveout postures' names the evidence"),
    "outcome": ("Name of the outcome.", "", "'carveout outcomes'"),
    "by": ("Breakdown; all is the whole city.", "", "'carveout outcomes'"),
    "group": ("Group of the breakdown.", "", "'carveout outcomes'"),
    "value": ("The outcome over the whole period; empty where it stands on fewer than 20 persons "
              "or events.", "that of the outcome", MODEL),
    "numerator": ("What is counted, in the simulated city; empty by area.", "persons or events",
                  MODEL),
    "denominator": ("What it is a share or rate of; empty by area.",
                    "persons, events or resident-years", MODEL),
    "suppressed": ("Whether the cell is hidden since it is small.", "true or false", MODEL),
}


def full_title(name: str) -> str:
    """An outcome's title; of one that is indented below another, with that one's before it."""
    above = ""
    for key, spec in OUTCOMES.items():
        if not spec.title.startswith(" "):
            above = spec.title
        if key == name:
            break
    title = OUTCOMES[name].title
    return f"{above}, {title.strip()}" if title.startswith(" ") else title


def outcome_table(names: Iterable[str]) -> pd.DataFrame:
    """Outcomes in words: outcome, title, unit, meaning, breakdowns."""
    return pd.DataFrame([
        {
            "outcome": name, "title": full_title(name), "unit": OUTCOMES[name].unit,
            "meaning": OUTCOMES[name].meaning, "breakdowns": ", ".join(OUTCOMES[name].by),
        }
        for name in names
    ])


def codebook(study: Study, columns: Iterable[str]) -> pd.DataFrame:
    """One row a column: column, meaning, unit, source.

    Raises
    ------
    KeyError
        If a column has no meaning: an error of the programmer.
    """
    registry = load_parameters()
    rows = []
    for name in columns:
        if name in OUTCOMES:
            spec = OUTCOMES[name]
            words = (f"{full_title(name)}. {spec.meaning}", spec.unit, MODEL)
        elif name in study.parameters:
            entry = registry.entry(name)
            words = (entry.meaning, entry.unit, f"{entry.status}: {entry.source}")
        elif name in _FIXED:
            words = _FIXED[name]
        elif name in study.levers:
            positions = ", ".join(map(str, study.plan[name].unique()))
            words = (f"Lever of the study: {positions}.", "", f"study.toml, levers.{name}")
        else:
            raise KeyError(name)
        rows.append((name, *words))
    return pd.DataFrame(rows, columns=["column", "meaning", "unit", "source"])
