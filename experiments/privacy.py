"""The one gate: whatever leaves the project passes here first.

Rules (docs/compare.md says why):

- nothing below the community area, and no column that is not on the list of its kind;
- by area only rates, never of one legal status; a cell that stands on fewer than 20 persons or
  events is empty, zero included;
- citywide, a cell that stands on 1 to 19 persons or events is empty; a zero is shown, since it
  describes nobody and "no hand-overs" is a finding;
- where a single cell of a breakdown or a single month would be empty, or those that are empty
  stand for fewer than 20 together, the smallest other one goes with them, or they could be had by
  subtraction; so do single replicates where one is small;
- by area values carry 2 significant digits, too few to have counts back;
- event logs speak of synthetic persons, numbered within the log, and carry no place.

Tables, charts and files take a `Released`, which only the functions here make.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.outcomes import OUTCOMES, PARTITIONS, YEAR, Outcome

FLOOR = 20

OUTCOME_COLUMNS = (
    "replicate", "seed", "regime", "month", "outcome", "by", "group",
    "value", "numerator", "denominator", "suppressed",
)
CONTRAST_COLUMNS = (
    "regime", "baseline", "measure", "outcome", "by", "group", "unit",
    "estimate", "low", "high", "n", "paired", "suppressed",
)
#: What an event log may say of an event. No area: with a status beside it, a log could be counted.
EVENT_COLUMNS = (
    "replicate", "seed", "regime", "date", "event", "person", "status", "ethnicity", "age", "sex",
    "crime", "channel", "place", "conviction", "carve_out", "outcome", "reported_by", "arrested",
)
FINDING_COLUMNS = (
    "id", "finding", "study", "role", "design", "estimator", "contrast", "outcome", "group",
    "effect", "unit", "published", "low", "high", "model", "model_low", "model_high",
    "chance_low", "chance_high", "judged_low", "judged_high", "model_a", "model_b",
    "replicates", "draws", "discrepancy", "verdict", "reason", "note",
)

#: What an analysis may say: estimates over replicates and draws, of the whole city.
ESTIMATE_COLUMNS = (
    "outcome", "condition", "regime", "baseline", "contrast", "clause", "parameter", "index",
    "title", "estimate", "low", "high", "n", "alone", "last", "draws", "replicates",
    "ratio", "ratio_low", "ratio_high", "independent", "par_low", "par_high",
    "target", "done", "box", "rule", "from", "to", "coverage", "density", "cases", "of",
    "method", "mean_regret", "worst_regret", "share_best", "dominated_by", "share_worse",
)

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
    hidden = too_small(rows, numerator, denominator, days)
    keys = [name for name in ("replicate", "regime", "month") if name in rows]
    within = [*keys, "outcome", "by"]
    over_months = [*within, "group"] if "month" in keys else []
    over_months = [name for name in over_months if name != "month"]
    hidden = _complemented(rows, [within, over_months], hidden, numerator)
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
    hidden = np.zeros(len(rows), bool)
    numerators = _padded(rows["numerators"])
    denominators = _padded(rows["denominators"])
    single = np.zeros(len(rows), bool)
    for run in range(numerators.shape[1]):
        upper, lower = numerators[:, run], denominators[:, run]
        hidden |= too_small(rows, upper.sum(axis=1), lower.sum(axis=1), days)
        for one in range(numerators.shape[2]):
            single |= too_small(rows, upper[:, one], lower[:, one], days)
    # Weighed by the regime's own count, so that every regime hides the same kind of companion.
    own = numerators[:, 0].sum(axis=1)
    hidden = _complemented(rows, [["regime", "measure", "outcome", "by"]], hidden, own)
    # All single replicates go where one must: the last could be had from their mean.
    by_area = (rows["by"] == "area").to_numpy()
    singles = np.stack(rows["paired"].to_list())
    singles = np.where(by_area[:, None], two_digits(singles), singles)
    paired = np.where((hidden | single)[:, None], np.nan, singles)
    emptied = {
        name: np.where(hidden, np.nan, np.where(by_area, two_digits(values), values))
        for name in ("estimate", "low", "high")
        for values in (rows[name].to_numpy(float),)
    }
    out = rows.assign(**emptied, paired=[list(row) for row in paired], suppressed=hidden)
    return _released(out, CONTRAST_COLUMNS, "contrasts")


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


def two_digits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values rounded to two significant digits; zero, NaN and infinity stay."""
    values = np.asarray(values, float)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        size = 10.0 ** (np.floor(np.log10(np.abs(values))) - 1)
        rounded = np.round(values / size) * size
    return np.where(np.isfinite(values) & (values != 0), rounded, values)


def of_outcome(rows: pd.DataFrame, question: Callable[[Outcome], Any]) -> NDArray[Any]:
    """The answer to a question about each row's outcome, (n,)."""
    names = pd.Categorical(rows["outcome"])
    return np.array([question(OUTCOMES[name]) for name in names.categories])[names.codes]


def _digest(pair: tuple[int, int]) -> tuple[int, bytes]:
    """Where a (seed, person) stands in the order of names: by seed, then as good as at random."""
    text = f"{pair[0]}:{pair[1]}".encode()
    return pair[0], hashlib.blake2b(text, digest_size=16).digest()


def too_small(
    rows: pd.DataFrame, numerator: NDArray[np.float64], denominator: NDArray[np.float64], days: int
) -> NDArray[np.bool_]:
    """Which cells stand on fewer than `FLOOR` persons or events, (n,) each."""
    share = of_outcome(rows, lambda outcome: outcome.share)
    counted = of_outcome(rows, lambda outcome: outcome.counts)
    over_persons = of_outcome(rows, lambda outcome: outcome.denominator.name == "person_years")
    over_time = of_outcome(rows, lambda outcome: outcome.denominator.name == "city_years")
    by_area = (rows["by"] == "area").to_numpy()

    def small(count: NDArray[np.float64]) -> NDArray[np.bool_]:
        return (count < FLOOR) & (by_area | (count > 0))

    hidden = counted & small(numerator)
    hidden |= share & small(denominator - numerator)
    hidden |= ~over_persons & ~over_time & small(denominator)
    return hidden | (over_persons & small(denominator * YEAR / days))


def _complemented(
    rows: pd.DataFrame, sums: list[list[str]], hidden: NDArray[np.bool_], size: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """`hidden`, and the smallest other cell wherever what a sum hides could be had from it.

    That is where exactly one part is hidden, or where all that are stand for fewer than `FLOOR`.

    `sums` lists the columns that parts of one sum share: a breakdown's groups, a year's months.
    A companion in one sum can be the lonely cell of another, so it goes on until none is left.
    """
    parts = rows["by"].isin(PARTITIONS).to_numpy()
    labels = []
    for shared in filter(None, sums):
        label = rows.groupby(shared, sort=False, observed=True).ngroup().to_numpy()
        # Groups of "all" and of overlapping classes are no parts of a sum; months always are.
        labels.append(label if "group" in shared else np.where(parts, label, -1))
    hidden = hidden.copy()
    changed = True
    while changed:
        changed = False
        for label in labels:
            counted = label >= 0
            lost = hidden[counted]
            number = np.bincount(label[counted], lost)
            mass = np.bincount(label[counted], np.where(lost, size[counted], 0.0))
            bare = (number == 1) | ((number > 0) & (mass < FLOOR))
            open_ = counted & ~hidden & (size > 0)
            open_[counted] &= bare[label[counted]]
            rest = np.flatnonzero(open_)
            rest = rest[np.lexsort((size[rest], label[rest]))]
            companions = rest[np.diff(label[rest], prepend=-1) != 0]
            hidden[companions] = True
            changed |= len(companions) > 0
    return hidden


def _padded(column: pd.Series) -> NDArray[np.float64]:
    """Counts of one to three runs as (rows, runs, replicates); the first repeated if fewer."""
    width = max(len(counts) for counts in column)
    return np.stack(
        [counts[[*range(len(counts)), *[0] * (width - len(counts))]] for counts in column]
    )


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


def release_findings(records: Sequence[dict[str, Any]]) -> Released:
    """Findings beside the model's effects; the model's are emptied where a side is too small."""
    frame = pd.DataFrame.from_records(records)
    for name in FINDING_COLUMNS:
        if name not in frame:
            frame[name] = None
    for name in (one for one in FINDING_COLUMNS if one.startswith(("model", "chance", "judged"))):
        frame[name] = pd.to_numeric(frame[name]).where(~frame["small"].astype(bool))
    return _released(frame, FINDING_COLUMNS, "findings")
