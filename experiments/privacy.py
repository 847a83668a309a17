"""The one gate: whatever leaves the project passes here first.

Rules (docs/compare.md says why):

- nothing below the community area, and no column that is not on the list of its kind;
- by area only rates, never of one legal status; a cell that stands on fewer than 20 persons or
  events is empty, zero included;
- citywide, a cell that stands on 1 to 19 persons or events is empty; a zero is shown, since it
  describes nobody and "no hand-overs" is a finding;
- where a single cell of a breakdown would be empty, the smallest other one goes with it, or it
  could be had by subtraction;
- event logs speak of synthetic persons and carry no place.

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
    hidden = _complemented(rows, keys, hidden, numerator)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = of_outcome(rows, lambda outcome: outcome.per) * numerator / denominator
    rates_only = hidden | (rows["by"] == "area").to_numpy()
    out = rows.assign(
        value=np.where(hidden, np.nan, value),
        numerator=np.where(rates_only, np.nan, numerator),
        denominator=np.where(rates_only, np.nan, denominator),
        suppressed=hidden,
    )
    return _released(out, OUTCOME_COLUMNS, "outcomes")


def release_contrasts(rows: pd.DataFrame, days: int) -> Released:
    """Levels and differences (`contrasts.contrasts`) over `days` days, small cells emptied."""
    hidden = np.zeros(len(rows), bool)
    numerators = _ragged(rows["numerators"])
    denominators = _ragged(rows["denominators"])
    for numerator, denominator in zip(numerators.T, denominators.T, strict=True):
        hidden |= too_small(rows, numerator, denominator, days)
    # Weighed by the regime's own count, so that every regime hides the same kind of companion.
    hidden = _complemented(rows, ["regime", "measure"], hidden, numerators[:, 0])
    paired = np.stack(rows["paired"].to_list()) if len(rows) else np.empty((0, 0))
    paired = np.where(hidden[:, None], np.nan, paired)
    emptied = {
        name: np.where(hidden, np.nan, rows[name].to_numpy(float))
        for name in ("estimate", "low", "high")
    }
    out = rows.assign(**emptied, paired=[list(row) for row in paired], suppressed=hidden)
    return _released(out, CONTRAST_COLUMNS, "contrasts")


def release_events(events: pd.DataFrame, seed: int) -> Released:
    """An event log: listed columns only, no place, and names that say "synthetic person"."""
    out = events[[name for name in EVENT_COLUMNS if name in events]].copy()
    if "person" in out:
        out["person"] = [synthetic_person(seed, person) for person in events["person"]]
    return _released(out, EVENT_COLUMNS, "events")


def joined(logs: Sequence[Released]) -> Released:
    """Several released event logs as one."""
    frames = [gated(log) for log in logs]
    return _released(pd.concat(frames, ignore_index=True), EVENT_COLUMNS, "events")


def of_outcome(rows: pd.DataFrame, question: Callable[[Outcome], Any]) -> NDArray[Any]:
    """The answer to a question about each row's outcome, (n,)."""
    names = pd.Categorical(rows["outcome"])
    return np.array([question(OUTCOMES[name]) for name in names.categories])[names.codes]


def synthetic_person(seed: int, person: int) -> str:
    """A name for a case history: the same in every regime of a seed.

    Residents are numbered area by area, so the number itself would say where somebody lives.
    """
    digest = hashlib.blake2b(f"{seed}:{int(person)}".encode(), digest_size=4).hexdigest()
    return f"synthetic person {digest}"


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
    rows: pd.DataFrame, keys: list[str], hidden: NDArray[np.bool_], size: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """`hidden`, and the smallest other cell wherever exactly one of a breakdown is hidden."""
    table = rows[[*keys, "outcome", "by"]].assign(hidden=hidden, size=size)
    table = table[table["by"].isin(PARTITIONS).to_numpy()]
    group = table.groupby([*keys, "outcome", "by"], sort=False, observed=True).ngroup()
    lonely = table["hidden"].groupby(group).transform("sum").eq(1)
    candidates = table[lonely & ~table["hidden"] & (table["size"] > 0)]
    companions = candidates.groupby(group[candidates.index], sort=False)["size"].idxmin()
    out = pd.Series(hidden, index=rows.index)
    out.loc[companions.to_numpy()] = True
    return out.to_numpy()


def _ragged(column: pd.Series) -> NDArray[np.float64]:
    """Lists of one to three counts as (n, 3); the first repeated where there are fewer."""
    width = max((len(cells) for cells in column), default=1)
    return np.array([[*cells, *[cells[0]] * (width - len(cells))] for cells in column], float)


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
