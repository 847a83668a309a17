"""All designs as they were run last: what `carveout validate` reads by itself, and docs show.

``kept`` holds that run's ``effects.csv`` and ``manifest.json``; after a new one
``python -m experiments.docs_tables`` renews docs/replications.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.manifest import data_hashes, draws_digest
from experiments.replication.design import load_design
from experiments.replication.replica import TRUE
from experiments.replication.replicate import EFFECTS
from experiments.replication.report import cells
from experiments.store import MANIFEST

KEPT = Path(__file__).parent / "kept"
HEAD = ("design, outcome", "estimator", "effect", "over draws", "gap", "over draws", "covers")


def found_rows() -> list[tuple[str, ...]]:
    """Each estimator's answer and its gap, in print, in the order of `HEAD`; the true effect is
    the first of an outcome."""
    rows: list[tuple[str, ...]] = []
    for row in pd.read_csv(KEPT / EFFECTS).itertuples():
        outcomes = {one.name: one.title for one in load_design(row.design).outcomes}
        what = f"`{row.design}`: {outcomes[row.outcome]} ({row.unit})"
        rows.append((what if row.estimator == TRUE else "", row.title, *cells(row)))
    return rows


def kept_manifest() -> dict[str, Any]:
    """What made the kept table."""
    manifest: dict[str, Any] = json.loads((KEPT / MANIFEST).read_text("utf-8"))
    return manifest


def is_kept(replicates: int, seed: int, drawn: Sequence[Mapping[str, float]]) -> bool:
    """Whether the kept run is the one that so many seeds at these draws would make with the
    present code and data."""
    kept = kept_manifest()
    same = {"replicates": replicates, "seed": seed, "drawn": draws_digest(drawn),
            "hashes": dict(data_hashes())}
    return all(kept.get(name) == value for name, value in same.items())


def found_by() -> str:
    """The command and the commit that made the table."""
    manifest = kept_manifest()
    return f"`{manifest['command']}`, commit `{manifest['commit'][:10]}`"
