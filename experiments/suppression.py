"""Which cells are hidden: the small ones, and those from which a small one follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.contrasts import CELL
from experiments.disclosure import closed
from experiments.outcomes import OUTCOMES, PARTITIONS, YEAR, Outcome

#: Persons or events below which a cell is small.
FLOOR = 20



def hidden_cells(rows: pd.DataFrame, days: int) -> NDArray[np.bool_]:
    """Which cells are empty: the small ones, and those from which a small one follows, (n,).

    Parameters
    ----------
    rows
        Columns outcome, by, group, numerator, denominator, and what of replicate, regime and month
        there is.
    days
        Days that a row covers at most.
    """
    numerator, denominator = (rows[name].to_numpy(float) for name in ("numerator", "denominator"))
    hidden = too_small(rows, numerator, denominator, days)
    run = [name for name in ("regime", "month") if name in rows]
    own = [name for name in ("replicate", *run) if name in rows]
    # Groups of "all" and of overlapping classes are no parts of a sum; months always are.
    parts = rows["by"].isin(PARTITIONS).to_numpy()
    sums = [np.where(parts, _labels(rows, [*own, "outcome", "by"]), -1)]
    if "month" in run:
        sums.append(_labels(rows, [name for name in (*own, *CELL) if name != "month"]))
    joint = _labels(rows, [*run, *CELL])
    while True:
        before = hidden.sum()
        hidden = (np.bincount(joint, hidden) > 0)[joint]
        hidden = _complemented(rows, sums, joint, hidden)
        hidden = _unrelated(rows, run, hidden)
        if hidden.sum() == before:
            return hidden


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


def _labels(rows: pd.DataFrame, shared: Sequence[str]) -> NDArray[np.intp]:
    """A number for each combination of the `shared` columns; all nought if there are none."""
    if not shared:
        return np.zeros(len(rows), np.intp)
    return rows.groupby(list(shared), sort=False, observed=True).ngroup().to_numpy()


def _unrelated(
    rows: pd.DataFrame, run: Sequence[str], hidden: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """`hidden`, with the cells of other outcomes from which a small count follows."""
    cell, key = _labels(rows, CELL), _labels(rows, run)
    replicate = _labels(rows, ["replicate"] if "replicate" in rows else [])
    cells = list(rows[CELL].astype(str).drop_duplicates().itertuples(index=False, name=None))
    shape = key.max() + 1, len(cells), 2, replicate.max() + 1
    counts = np.full(shape, np.nan)
    for role, name in enumerate(("numerator", "denominator")):
        counts[key, cell, role, replicate] = rows[name].to_numpy(float)
    empty = np.ones(shape[:2], bool)  # what is not there is not shown
    empty[key, cell] = hidden
    for place in range(shape[0]):
        empty[place] = closed(cells, empty[place], counts[place], FLOOR)
    return empty[key, cell]


def _complemented(
    rows: pd.DataFrame,
    sums: Sequence[NDArray[np.intp]],
    joint: NDArray[np.intp],
    hidden: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """`hidden`, and the smallest other cell wherever what a sum hides could be had from it.

    That is where exactly one part is hidden, or where all that are stand for fewer than `FLOOR`
    (citywide, for nobody is as good). `sums` number the parts of one sum alike, -1 for no part; the
    smallest is so over all replicates, which `joint` numbers alike. A companion in one sum can be
    the lonely cell of another, so it goes on until none is left.
    """
    hidden = hidden.copy()
    size = rows["numerator"].to_numpy(float)
    rank = np.bincount(joint, size)[joint]
    by_area = (rows["by"] == "area").to_numpy()
    changed = True
    while changed:
        changed = False
        for label in sums:
            counted = label >= 0
            lost = hidden[counted]
            number = np.bincount(label[counted], lost)
            mass = np.bincount(label[counted], np.where(lost, size[counted], 0.0))
            area = np.bincount(label[counted], by_area[counted]) > 0
            few = (number > 0) & (mass < FLOOR) & (area | (mass > 0))
            bare = (number == 1) | few
            open_ = counted & ~hidden & (size > 0)
            open_[counted] &= bare[label[counted]]
            rest = np.flatnonzero(open_)
            rest = rest[np.lexsort((rank[rest], label[rest]))]
            companions = rest[np.diff(label[rest], prepend=-1) != 0]
            hidden[companions] = True
            changed |= len(companions) > 0
    return hidden
