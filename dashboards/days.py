"""Days of a finished comparison, as far as they can be told: of each, the finest period shown.

Months are cut into parts (weeks), and these into days. Every part passes the gate of
`experiments.privacy` among the parts of its month, and every day among the days of its part, so
what is hidden does not follow from the others and their sum; where a month is hidden, so are its
parts, and where a part is, so are its days. A day that is hidden is shown by its part, or by its
month. By area there are no days.
"""

from __future__ import annotations

import datetime as dt
import math
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboards.daily_run import (
    BY_AREA,
    CITYWIDE,
    MOST_DAYS,
    MOST_RUN_YEARS,
    PARTS,
    counts_days,
    parts,
)
from dashboards.runs import FINISHED, Job
from dashboards.views import full_title
from experiments.outcomes import OUTCOMES
from experiments.privacy import gated, release_outcomes
from model.city import load_city

#: Days that a part has at most: the rest of a month from the 22nd.
LONGEST = 31 - PARTS[-1] + 1
#: What a value covers: "day", "part" of a month, "month"; as the page is told it.
DAY, PART, MONTH = 0, 1, 2
Values = NDArray[Any]  # (periods,)
Pair = NDArray[np.float64]  # (2, periods): A and B
CELLS = ["outcome", "by", "group", "regime"]
_working = threading.Lock()


def day_offer(job: Job) -> dict[str, Any]:
    """Whether the days of a comparison can be played (``there``), and ``why`` if they cannot."""
    if not counts_days(job.plan.cases):
        return {"there": False, "why": f"at most {MOST_DAYS // 366} years, {MOST_RUN_YEARS} "
                                       "years over all runs"}
    return {"there": job.state == FINISHED, "why": "once all is finished"}


def day_view(job: Job) -> dict[str, Any] | None:
    """What `Explorer` plays day by day, made once a comparison; None if its days are not counted.

    ``lines`` has the values of A and B and what they cover (`DAY`, `PART`, `MONTH`), each (days,);
    ``areas`` the same by part of a month, each (areas, parts); ``part`` is the part of each day,
    ``parts`` the first and last day of each.
    """
    with _working:
        if job.day_view is None and job.state == FINISHED and job.daily:
            job.day_view = _view(job)
            job.daily = []
        return job.day_view


def released(daily: list[pd.DataFrame], hidden: set[tuple[Any, ...]]) -> pd.DataFrame:
    """Values by day and part, emptied where they or what they follow from are small.

    Parameters
    ----------
    daily
        Frames of `daily_run.day_rows`, a run each.
    hidden
        (outcome, by, group, regime, month) of months that are hidden.

    Returns
    -------
    Columns level, month, period, outcome, by, group, regime, replicate, value.
    """
    rows = pd.concat(daily, ignore_index=True)
    words = ["level", "month", *CELLS]
    rows = rows.astype({name: object for name in words}).astype({"period": int})
    week = rows[rows["level"] == "part"].reset_index(drop=True)
    week = _gated(week, "month", LONGEST, hidden)
    gone = set(_cells(week[week["value"].isna()], "period"))
    starts = np.sort(week["period"].unique())
    day = rows[rows["level"] == "day"].reset_index(drop=True)
    day["part"] = starts[np.searchsorted(starts, day["period"], side="right") - 1]
    return pd.concat([week, _gated(day, "part", 1, gone)], ignore_index=True)


def _gated(
    rows: pd.DataFrame, whole: str, days: int, hidden: set[tuple[Any, ...]]
) -> pd.DataFrame:
    """Periods through the gate, those of each `whole` by themselves and none of a hidden whole."""
    found = []
    for _, group in rows.groupby(whole, sort=True):
        told = gated(release_outcomes(group.assign(month=group["period"]), days))
        found.append(group.assign(value=told["value"].to_numpy(float)))
    table = pd.concat(found, ignore_index=True).drop(columns=["numerator", "denominator"])
    lost = np.fromiter((cell in hidden for cell in _cells(table, whole)), bool, len(table))
    return table.assign(value=table["value"].mask(lost))


def _cells(rows: pd.DataFrame, whole: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(rows[name].tolist() for name in (*CELLS, whole)), strict=True)


def _view(job: Job) -> dict[str, Any]:
    comparison, plan = job.comparison, job.plan
    assert comparison is not None
    months = gated(comparison.released_outcomes)
    names = (*CITYWIDE, *BY_AREA)
    months = months[months["outcome"].isin(names) & months["by"].isin(("all", "area"))]
    keys = [*CELLS, "month"]
    months = months.astype({key: object for key in keys})
    gone = set(_cells(months[months["suppressed"].astype(bool)], "month"))
    table = released(job.daily, gone)
    fine = _means(table, ["level", *CELLS], "period")
    monthly = _means(months, CELLS, "month")

    scenario = comparison.settings.scenario
    weeks = parts(scenario.start, scenario.days)
    part = np.repeat(np.arange(len(weeks)), [len(there) for _, there in weeks])
    starts = [there.start for _, there in weeks]
    month_of = np.unique([month for month, _ in weeks], return_inverse=True)[1]
    city = load_city(scenario.city)
    groups = [str(each) for each in city.numbers]

    def finest(name: str, by: str, group: str) -> tuple[Pair, Values]:
        """A and B at the finest period that is shown of both, and what it covers."""
        cells = [(name, by, group, side) for side in plan.sides]
        values = np.stack([monthly[cell][month_of] for cell in cells])
        covers = np.full(len(weeks), MONTH)
        weekly = np.stack([fine["part", *cell][starts] for cell in cells])
        values, covers = _finer(values, covers, weekly, month_of, PART)
        if by == "area":
            return values, covers
        daily = np.stack([fine["day", *cell] for cell in cells])
        return _finer(values[:, part], covers[part], daily, part, DAY)

    first = scenario.start
    ends = [*starts[1:], scenario.days]
    return {
        "dates": [str(first + dt.timedelta(days=day)) for day in range(scenario.days)],
        "part": part.tolist(),
        "parts": [[begin, end - 1] for begin, end in zip(starts, ends, strict=True)],
        "lines": {
            name: {"title": full_title(name), "unit": OUTCOMES[name].unit,
                   "a": _numbers(a), "b": _numbers(b), "covers": covers.tolist()}
            for name in CITYWIDE for (a, b), covers in (finest(name, "all", "all"),)
        },
        "areas": {
            name: dict(zip(("a", "b", "covers"), map(list, zip(*(
                (_numbers(a), _numbers(b), covers.tolist())
                for group in groups for (a, b), covers in (finest(name, "area", group),)
            ), strict=True)), strict=True))
            for name in BY_AREA
        },
    }


def _means(rows: pd.DataFrame, cells: list[str], period: str) -> dict[tuple[str, ...], Values]:
    """Means over replicates by cell, in order of the period; NaN where a replicate is hidden."""
    means = rows.groupby([*cells, period], sort=True)["value"]
    # A hidden cell is hidden in every replicate, so NaN that are left out are never some of many.
    table = means.mean().unstack(period)
    return dict(zip(table.index, table.to_numpy(float), strict=True))


def _finer(
    values: Pair, covers: Values, fine: Pair, whole: Values, level: int
) -> tuple[Pair, Values]:
    """The finer values wherever all of a whole are shown on both sides; and what is covered.

    `whole` numbers what each period is a part of: of some days of a week alone, often those
    of none, nothing can be read.
    """
    lost = np.bincount(whole, np.isnan(fine).any(axis=0)) > 0
    return np.where(lost[whole], values, fine), np.where(lost[whole], covers, level)


def _numbers(values: Values) -> list[float | None]:
    return [None if math.isnan(value) else float(f"{value:.4g}") for value in values]
