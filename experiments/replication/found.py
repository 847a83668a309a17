"""All designs as they were run last: the table kept for the docs.

``found.csv`` and ``found.json`` are copies of that run's ``effects.csv`` and ``manifest.json``;
``python -m experiments.docs_tables`` then renews docs/replications.md.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from experiments.replication.design import load_design
from experiments.replication.replica import TRUE
from experiments.replication.report import cells

TABLE = Path(__file__).parent / "found.csv"
MANIFEST = TABLE.with_suffix(".json")
HEAD = ("design, outcome", "estimator", "effect", "over draws", "gap", "over draws", "covers")


def found_rows() -> list[tuple[str, ...]]:
    """Each estimator's answer and its gap, in print, in the order of `HEAD`; the true effect is
    the first of an outcome."""
    rows: list[tuple[str, ...]] = []
    for row in pd.read_csv(TABLE).itertuples():
        outcomes = {one.name: one.title for one in load_design(row.design).outcomes}
        what = f"`{row.design}`: {outcomes[row.outcome]} ({row.unit})"
        rows.append((what if row.estimator == TRUE else "", row.title, *cells(row)))
    return rows


def found_by() -> str:
    """The command and the commit that made the table."""
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    return f"`{manifest['command']}`, commit `{manifest['commit'][:10]}`"
