"""The one gate: whatever leaves the project passes here first.

Rules (docs/compare.md says why):

- nothing below the community area, and no column that is not on the list of its kind;
- by area only rates, never of one legal status; a cell that stands on fewer than 20 persons or
  events is empty, zero included;
- citywide, a cell that stands on 1 to 19 persons or events is empty; a zero is shown, since it
  describes nobody and "no hand-overs" is a finding;
- what is empty in one replicate is empty in all, or it could be had from their mean;
- where a single cell of a breakdown or a single month would be empty, or those that are empty
  stand for fewer than 20 together, the smallest other one goes with them, or they could be had by
  subtraction; so do the cells of other outcomes from which they follow (`suppression`,
  `disclosure`);
- a difference is empty where one of its levels is, and of two replicates that are not given singly
  there is no interval, which would tell both;
- by area values carry 2 significant digits, too few to have counts back;
- event logs speak of synthetic persons, numbered within the log, and carry no place.

Tables, charts and files take a `Released`, which only the functions here make.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.contrasts import CELL
from experiments.outcomes import OUTCOMES
from experiments.suppression import FLOOR as FLOOR
from experiments.suppression import hidden_cells, of_outcome, two_digits
from experiments.suppression import too_small as too_small

OUTCOME_COLUMNS = (
    "replicate", "draw", "seed", "regime", "month", "outcome", "by", "group",
    "value", "numerator", "denominator", "suppressed",
)
CONTRAST_COLUMNS = (
    "regime", "baseline", "measure", "outcome", "by", "group", "unit",
    "estimate", "low", "high", "mc_low", "mc_high", "par_low", "par_high", "n", "paired",
    "suppressed",
)
#: What an event log may say of an event. No area: with a status beside it, a log could be counted.
EVENT_COLUMNS = (
    "replicate", "seed", "regime", "date", "event", "person", "status", "ethnicity", "age", "sex",
    "crime", "channel", "place", "conviction", "carve_out", "outcome", "reported_by", "arrested",
)
FINDING_COLUMNS = (
    "id", "finding", "study", "role", "design", "estimator", "contrast", "outcome", "group",
    "effect", "unit", "published", "low", "high", "discrepancy", "claim_low", "claim_high",
    "model", "model_low", "model_high", "chance_low", "chance_high", "par_low", "par_high",
    "model_a", "model_b", "replicates", "draws", "verdict", "basis", "reason", "note",
)
EFFECT_COLUMNS = (
    "design", "outcome", "estimator", "title", "unit", "since", "estimate", "low", "high",
    "seeds_low", "seeds_high", "par_low", "par_high", "gap", "gap_low", "gap_high", "gap_par_low",
    "gap_par_high", "covers", "base", "replicates", "draws",
)

#: What an analysis may say: estimates over replicates and draws, of the whole city.
ESTIMATE_COLUMNS = (
    "outcome", "condition", "regime", "baseline", "contrast", "clause", "parameter", "index",
    "title", "estimate", "low", "high", "n", "alone", "last", "draws", "replicates",
    "ratio", "ratio_low", "ratio_high", "independent", "par_low", "par_high",
    "target", "looked", "done", "box", "rule", "from", "to", "coverage", "density", "cases", "of",
    "method", "mean_regret", "worst_regret", "share_best", "dominated_by", "share_worse",
)

#: Ends of a contrast's intervals: of chance alone, or of chance and of parameters.
ENDS = ("low", "high", "mc_low", "mc_high", "par_low", "par_high")

_PASS = object()


@dataclass(frozen=True)
class Released:
    """A frame that has passed the gate. Made by this module's functions only."""

    frame: pd.DataFrame
    kind: str
    _pass: object = None

    def __post_init__(self) -> None:
        if self._pass is not _PASS:
            raise TypeError("only the functions of experiments.privacy release a frame")


def gated(thing: object) -> pd.DataFrame:
    """The frame of a `Released`.

    Raises
    ------
    TypeError
        If `thing` has not passed the gate: an error of the programmer, not of the user.
    """
    if not isinstance(thing, Released):
        raise TypeError(f"{type(thing).__name__} has not passed experiments.privacy")
    return thing.frame


def release_outcomes(rows: pd.DataFrame, days: int) -> Released:
    """Monthly outcomes, small cells emptied.

    Parameters
    ----------
    rows
        Columns replicate, seed, regime, month, outcome, by, group, numerator, denominator.
    days
        Days that a row covers at most (31 for months): turns resident-years into persons.
    """
    numerator, denominator = (rows[name].to_numpy(float) for name in ("numerator", "denominator"))
    hidden = hidden_cells(rows, days)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = of_outcome(rows, lambda outcome: outcome.per) * numerator / denominator
    by_area = (rows["by"] == "area").to_numpy()
    rates_only = hidden | by_area
    out = rows.assign(
        value=np.where(hidden, np.nan, np.where(by_area, two_digits(value), value)),
        numerator=np.where(rates_only, np.nan, numerator),
        denominator=np.where(rates_only, np.nan, denominator),
        suppressed=hidden,
    )
    return _released(out, OUTCOME_COLUMNS, "outcomes")


def release_contrasts(rows: pd.DataFrame, days: int) -> Released:
    """Levels and differences (`contrasts.contrasts`) over `days` days, small cells emptied."""
    measure = rows["measure"].to_numpy()
    singles = pd.concat(
        [_run(rows[measure == "level"], 0, "own"),
         _run(rows[measure == "legal_exposure"], -1, "held")],
        ignore_index=True,
    )
    keys = ["regime", *CELL]
    pooled = singles.groupby(keys, sort=False, observed=True)[["numerator", "denominator"]].sum()
    pooled = pooled.reset_index()
    empty = set(_keys(pooled[hidden_cells(pooled, days)]))
    lone = set(_keys(singles[hidden_cells(singles, days)]))
    # A row stands on its own run, and if it is a difference on the baseline's and the held one.
    behind = [
        _keys(rows.assign(regime=rows[regime] + belief))
        for regime, belief in (("regime", " own"), ("baseline", " own"), ("regime", " held"))
    ]
    used = [measure != "", measure != "level", np.isin(measure, ("legal_exposure", "belief"))]
    hidden, single = (
        np.logical_or.reduce([
            use & np.fromiter((key in cells for key in keys), bool, len(rows))
            for use, keys in zip(used, behind, strict=True)
        ])
        for cells in (empty, empty | lone)
    )
    by_area = (rows["by"] == "area").to_numpy()
    values = np.stack(rows["paired"].to_list())
    paired = np.where(single[:, None], np.nan, values)
    paired = np.where(by_area[:, None], two_digits(paired), paired)
    both = single & (rows["n"] == 2).to_numpy()
    told = {"estimate": hidden}
    told |= {name: hidden | both for name in ENDS if name in rows}
    emptied = {
        name: np.where(gone, np.nan, np.where(by_area, two_digits(column), column))
        for name, gone in told.items()
        for column in (rows[name].to_numpy(float),)
    }
    out = rows.assign(**emptied, paired=[list(row) for row in paired], suppressed=hidden)
    return _released(out, CONTRAST_COLUMNS, "contrasts")


def _keys(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(zip(*(rows[name].astype(str) for name in ("regime", *CELL)), strict=True))


def _run(rows: pd.DataFrame, which: int, belief: str) -> pd.DataFrame:
    """The counts of one of the runs behind `rows`, a row a replicate, named by its belief."""
    long = rows[[*CELL, "regime"]].assign(
        regime=rows["regime"] + f" {belief}",
        replicate=[list(range(len(values))) for values in rows["paired"]],
        **{
            name: [list(runs[which]) for runs in rows[f"{name}s"]]
            for name in ("numerator", "denominator")
        },
    )
    return long.explode(["replicate", "numerator", "denominator"], ignore_index=True).astype(
        {"numerator": float, "denominator": float}
    )


def release_events(logs: Sequence[pd.DataFrame]) -> Released:
    """Event logs as one: listed columns only, no place, and names that say "synthetic person".

    Residents are numbered area by area, so neither the number nor anything in its order may be
    told. The persons of the whole log, of every regime, are numbered by a digest of seed and
    person: a person has one name in all regimes of a seed, and no two share one.

    Parameters
    ----------
    logs
        Frames with the columns seed and person (the resident's number) beside the events'.
    """
    events = pd.concat(logs, ignore_index=True)
    people = events[["seed", "person"]].drop_duplicates()
    pairs = [(int(seed), int(person)) for seed, person in people.itertuples(index=False)]
    names = {}
    for rank, pair in enumerate(sorted(pairs, key=_digest), start=1):
        names[pair] = f"synthetic person {pair[0]}-{rank:06d}"
    told = [names[pair] for pair in zip(events["seed"], events["person"], strict=True)]
    kept = [name for name in EVENT_COLUMNS if name in events]
    return _released(events[kept].assign(person=told), EVENT_COLUMNS, "events")


def release_estimates(rows: pd.DataFrame, kind: str) -> Released:
    """An analysis's estimates: listed columns only.

    They stand on values that have passed the gate, or on counts over all replicates that the
    caller has weighed by `release_contrasts`.

    Raises
    ------
    TypeError
        If `rows` has a column that is not listed: an error of the programmer.
    """
    if unlisted := set(rows) - set(ESTIMATE_COLUMNS):
        raise TypeError(f"an analysis may not give {', '.join(sorted(unlisted))}")
    return _released(rows, tuple(rows), kind)


def release_findings(records: Sequence[dict[str, Any]]) -> Released:
    """Findings beside the model's effects: emptied where a side is too small, and of single areas
    with two significant digits."""
    columns = [*FINDING_COLUMNS, "small", "area"]
    frame = pd.DataFrame.from_records(records).reindex(columns=columns)
    small, area = frame["small"].astype(bool), frame["area"].astype(bool)
    for name in (one for one in FINDING_COLUMNS if one.startswith(("model", "chance"))):
        values = pd.to_numeric(frame[name]).where(~small)
        frame[name] = values.where(~area, two_digits(values.to_numpy(float)))
    return _released(frame, FINDING_COLUMNS, "findings")


def release_effects(frame: pd.DataFrame) -> Released:
    """Effects of virtual replications: pooled over all places, nothing of a single one."""
    return _released(frame, EFFECT_COLUMNS, "effects")


def reread(frame: pd.DataFrame, kind: str) -> Released:
    """A table read back from a results folder, which this gate wrote: held to its columns again.

    Raises
    ------
    TypeError
        If it speaks of one status by area.
    """
    columns = {"outcomes": OUTCOME_COLUMNS, "contrasts": CONTRAST_COLUMNS}[kind]
    hidden = frame["suppressed"].to_numpy(bool)
    values = [name for name in ("value", "numerator", "estimate", *ENDS) if name in frame]
    return _released(
        frame.assign(**{name: np.where(hidden, np.nan, frame[name]) for name in values}),
        columns, kind,
    )


def _digest(pair: tuple[int, int]) -> tuple[int, bytes]:
    """Where a (seed, person) stands in the order of names: by seed, then as good as at random."""
    text = f"{pair[0]}:{pair[1]}".encode()
    return pair[0], hashlib.blake2b(text, digest_size=16).digest()


def _released(frame: pd.DataFrame, columns: tuple[str, ...], kind: str) -> Released:
    """Only listed columns leave, in the listed order, with no area beside a status."""
    areas = frame["by"] == "area" if "by" in frame else pd.Series(False, index=frame.index)
    named = frame.loc[areas, "outcome"].unique() if areas.any() else ()
    for name in named:
        outcome = OUTCOMES[name]
        if outcome.numerator.where or outcome.denominator.where or outcome.by != ("area",):
            raise TypeError(f"outcome {name}: by area, nothing of one status or group is given")
    kept = [name for name in columns if name in frame]
    return Released(frame[kept].reset_index(drop=True), kind, _PASS)
