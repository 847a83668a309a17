"""Findings answered by a virtual replication: the estimator's answer on the model's own data."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from experiments.manifest import data_hashes, draws_digest
from experiments.replication.design import Design, load_design
from experiments.replication.replicate import EFFECTS, KIND, TRUE, replicate
from experiments.settings import DEFAULT_DRAWS
from experiments.store import MANIFEST
from experiments.validation.effects import Effect
from experiments.validation.row import ARM_FIELDS, Row
from experiments.validation.row_files import Rows
from model.faults import BadInput, Fault, unknown

#: Columns of a table of effects that are read: words, and numbers.
NAMES = ("design", "outcome", "estimator", "unit")
NUMBERS = ("estimate", "low", "high", "seeds_low", "seeds_high", "replicates", "draws")
#: What the file of a design states, so that a row cannot.
STATED = (
    "contrast", "group", "group_a", "group_b", "minus_group", "of", "effect", "start", "years",
    *(f"{name}{end}" for name in (*ARM_FIELDS, "period") for end in ("", "_a", "_b")),
)


@dataclass(frozen=True)
class Asked:
    """A finding, and the design, outcome and estimator that answer it."""

    row: Row
    design: Design
    outcome: str
    estimator: str


def replications_of(rows: Rows) -> list[Asked]:
    """The findings that name a design.

    Raises
    ------
    BadInput
        If the design, its outcome or its estimator is unknown, or the unit is neither of the
        design's nor percent of a share.
    """
    faults: list[Fault] = []
    found = []
    for index, row in enumerate(rows.rows):
        if row.not_comparable or not row.replicated:
            continue
        try:
            found.append(_asked(row))
        except _Wrong as wrong:
            faults += [one if one.file else rows.fault(index, wrong.key, one)
                       for one in wrong.faults]
    if faults:
        raise BadInput(faults)
    return found


class _Wrong(BadInput):
    def __init__(self, key: str, error: BadInput) -> None:
        super().__init__(error.faults)
        self.key = key


def _asked(row: Row) -> Asked:
    try:
        design = load_design(row.design)
    except BadInput as error:
        raise _Wrong("design", error) from None
    if given := next((one for one in STATED if getattr(row, one)), ""):
        fault = Fault(f"found {given} beside a replication design", "what the design's file states")
        raise _Wrong(given, BadInput(fault))
    outcomes = {one.name: one for one in design.outcomes}
    name = row.outcome or design.outcomes[0].name
    if name not in outcomes:
        raise _Wrong("outcome", BadInput(unknown(f"outcome of {design.name}", name, outcomes)))
    outcome = outcomes[name]
    estimators = [TRUE, *(one.name for one in design.estimators_of(outcome))]
    chosen = row.estimator or estimators[1]
    if chosen not in estimators:
        what = f"estimator of {design.name}"
        raise _Wrong("estimator", BadInput(unknown(what, chosen, estimators)))
    allowed = {outcome.unit, "percent", "own"}
    if row.unit not in allowed:
        fault = Fault(f"found {row.unit!r}", ", ".join(sorted(allowed)))
        raise _Wrong("unit", BadInput(fault))
    return Asked(row, design, name, chosen)


def effects_of(
    asked: list[Asked], *, made: Sequence[pd.DataFrame], counties: int | str | None,
    replicates: int, seed: int, posterior: str | Path | None, draws: int, processes: int | None,
    progress: bool,
) -> dict[str, Effect]:
    """The model's effect of each finding, by id; each design is run once.

    With three seeds or more chance is told by them; with fewer by the estimator's own interval.

    Parameters
    ----------
    made
        Effects of designs that need not be run again (`read_effects`).
    """
    tables = list(made)
    there = {name for table in tables for name in table["design"]}
    wanted = {one.design.name: one.row.design for one in asked}
    missing = [given for name, given in wanted.items() if name not in there]
    if missing:
        fresh = replicate(
            missing, counties=counties, replicates=replicates, seed=seed, posterior=posterior,
            draws=draws, processes=processes, progress=progress,
        )
        tables.append(fresh.effects)
    if not asked:
        return {}
    table = pd.concat(tables, ignore_index=True)
    table = table.drop_duplicates(["design", "outcome", "estimator"])
    table = table.set_index(["design", "outcome", "estimator"])
    return {
        one.row.id: _effect(one, table.loc[(one.design.name, one.outcome, one.estimator)])
        for one in asked
    }


def read_effects(folder: str | Path, drawn: Sequence[Mapping[str, float]]) -> pd.DataFrame:
    """The effects in a folder of ``carveout replicate``, made at `drawn` or at none.

    Raises
    ------
    BadInput
        If it is none, or was made from other code or data of the model or at other draws.
    """
    place, allowed = Path(folder), "a folder that 'carveout replicate' wrote"
    try:
        manifest = json.loads((place / MANIFEST).read_text("utf-8"))
        table = pd.read_csv(place / EFFECTS, dtype=dict.fromkeys(NAMES, str))
    except (OSError, ValueError):
        raise BadInput(Fault(f"found {place.name!r}", allowed, key="replications")) from None
    kind = manifest.get("kind") if isinstance(manifest, dict) else None
    if kind != KIND:
        raise BadInput(Fault(f"found {kind!r}", allowed, key="replications"))
    if manifest.get("hashes") != dict(data_hashes()):
        found = f"{place.name} was made from other code or data of the model"
        raise BadInput(Fault(found, "results of this version", key="replications"))
    if faults := list(_table_faults(table, f"{place.name}/{EFFECTS}")):
        raise BadInput(faults)
    few = int(table["draws"].max())
    if 1 < few < DEFAULT_DRAWS:
        allowed = f"{DEFAULT_DRAWS} draws or more, or chance alone"
        raise BadInput(Fault(f"{place.name} was made at {few} draws", allowed, key="replications"))
    if few > 1 and manifest.get("drawn") != draws_digest(drawn):
        found = f"{place.name} was made at other draws of the parameters"
        raise BadInput(Fault(found, "the draws of this run", key="replications"))
    if few == 1 and drawn:
        found = f"{place.name} tells chance alone, which is met more easily"
        allowed = f"the {len(drawn)} draws of this run, or --draws 0 for it"
        raise BadInput(Fault(found, allowed, key="replications"))
    return table


def _table_faults(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    """What is wrong in a table of effects; the heading is line 1."""
    columns = (*NAMES, *NUMBERS)
    missing = [name for name in columns if name not in table]
    for name in missing:
        yield Fault("no such column", ", ".join(columns), file, 1, name)
    if missing:
        return
    if not len(table):
        yield Fault("no rows", "effects of at least one design", file, 1)
    numbers = table[list(NUMBERS)].apply(pd.to_numeric, errors="coerce")
    both = zip(table.itertuples(), numbers.itertuples(), strict=True)
    for line, (row, told) in enumerate(both, start=2):
        for name in ("estimate", "replicates", "draws"):
            if not math.isfinite(getattr(told, name)):
                yield Fault(f"found {getattr(row, name)!r}", "a number", file, line, name)
        if row.unit not in ("points", "percent"):
            yield Fault(f"found {row.unit!r}", "points, percent", file, line, "unit")
    for at in table.index[table.duplicated(["design", "outcome", "estimator"])]:
        yield Fault("a row twice", "each estimator of an outcome once", file, int(at) + 2)


def _effect(asked: Asked, found: pd.Series) -> Effect:
    relative = asked.row.unit == "percent" and found["unit"] == "points"
    factor = 100 / found["base"] if relative else 1.0
    draws, seeds = int(found["draws"]), int(found["replicates"])
    chance = ("seeds_low", "seeds_high") if seeds > 2 else ("low", "high")
    shown = ("par_low", "par_high") if draws > 1 else chance
    low, high, chance_low, chance_high = (
        factor * float(found[name]) for name in (*shown, *chance)
    )
    return Effect(
        factor * float(found["estimate"]), low, high, chance_low, chance_high, seeds, draws,
        math.nan, math.nan, False,
    )
