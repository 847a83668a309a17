"""The model held against the project's findings: a finished run's table, kept for the docs.

``found.csv`` and ``found.json`` are copies of that run's ``validation.csv`` and ``manifest.json``;
``python -m experiments.docs_tables`` then renews docs/validation.md.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from experiments.validation.report import HEAD, counts_text, read_findings, told_row

TABLE = Path(__file__).parent / "found.csv"
MANIFEST = TABLE.with_suffix(".json")


def found_rows(role: str) -> list[list[str]]:
    """The findings of a role in print, in the order of `HEAD`, with ids."""
    return [[f"`{row.id}`", *told_row(row)] for row in _part(role).itertuples()]


def found_head() -> tuple[str, ...]:
    """The columns of `found_rows`."""
    return "id", *HEAD


def found_counts(role: str) -> str:
    """How many of them got each verdict."""
    return counts_text(_part(role))


def found_by() -> str:
    """The command and the commit that made the table."""
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    return f"`{manifest['command']}`, commit `{manifest['commit'][:10]}`"


def _part(role: str) -> pd.DataFrame:
    table = read_findings(TABLE)
    return table[table["role"] == role]
