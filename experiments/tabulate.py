"""From the ledger's frames to numerators and denominators of every outcome, by month and group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.outcomes import GROUPS, OUTCOMES, YEAR, Column, Outcome
from model.scenario import Scenario


def tabulate(
    frames: Mapping[str, pd.DataFrame],
    scenario: Scenario,
    outcomes: Iterable[Outcome] = OUTCOMES.values(),
) -> pd.DataFrame:
    """Numerator and denominator of every outcome, by month and group.

    Parameters
    ----------
    frames
        Those of `Ledger.frames`.
    scenario
        The run that they come from.

    Returns
    -------
    Columns month, outcome, by, group, numerator, denominator. The whole is ``by = "all"``.

    Raises
    ------
    KeyError
        If a frame has no column that an outcome needs.
    """
    clock = _clock(scenario)
    months = clock["month"].tolist()
    tables = {name: _Table(frame, months) for name, frame in {**frames, "clock": clock}.items()}
    for name in ("people", "people_area"):
        tables[name].columns["person_years"] = frames[name]["person_days"].to_numpy(float) / YEAR
    heads: list[tuple[str, str, str]] = []
    values: list[NDArray[np.float64]] = []
    for outcome in outcomes:
        wholes = () if "area" in outcome.by else ("all",)
        for by in (*wholes, *outcome.by):
            groups = _groups(tables, outcome, by)
            pair = [
                tables[column.frame].sums(column, by, groups)
                for column in (outcome.numerator, outcome.denominator)
            ]
            heads += [(outcome.name, by, group) for group in groups]
            values.append(np.stack(pair, axis=-1))  # (groups, months, 2)
    numbers = np.concatenate(values).reshape(-1, 2)
    table = pd.DataFrame(heads, columns=["outcome", "by", "group"], dtype="category")
    table = table.loc[table.index.repeat(len(months))].reset_index(drop=True)
    table.insert(0, "month", pd.Categorical(months * len(heads)))
    return table.assign(numerator=numbers[:, 0], denominator=numbers[:, 1])


def _clock(scenario: Scenario) -> pd.DataFrame:
    """Years of the whole city that each month's simulated days and residents amount to."""
    days = pd.period_range(scenario.start, periods=scenario.days, freq="D")
    months, counts = np.unique(days.to_timestamp().strftime("%Y-%m"), return_counts=True)
    return pd.DataFrame({"month": months, "city_years": counts * scenario.scale / YEAR})


def _groups(tables: Mapping[str, _Table], outcome: Outcome, by: str) -> tuple[str, ...]:
    if by == "all":
        return ("all",)
    if by == "area":
        areas = np.unique(tables[outcome.denominator.frame].columns["area"])
        return tuple(str(area) for area in areas)
    admitted = outcome.numerator.where.get(by, GROUPS[by])
    return tuple(group for group in GROUPS[by] if group in admitted)


class _Table:
    """A frame as arrays, with the codes of its categories worked out once."""

    def __init__(self, frame: pd.DataFrame, months: list[str]) -> None:
        self.columns = {name: frame[name].to_numpy() for name in frame}
        self.months = len(months)
        # A table of events has no rows, and perhaps no columns, in a run without events.
        self.month = pd.Index(months).get_indexer(frame["month"] if len(frame) else [])
        self._masks: dict[tuple[str, str], NDArray[np.bool_]] = {}

    def sums(self, column: Column, by: str, groups: tuple[str, ...]) -> NDArray[np.float64]:
        """The column summed by group and month, shape (groups, months).

        Where the frame does not know the breakdown, every group has the whole.
        """
        values = self._values(column)
        for name, admitted in column.where.items():
            values = np.where(self._any(name, admitted), values, 0.0)
        if by not in self.columns:
            whole = np.bincount(self.month, values, self.months)
            return np.tile(whole, (len(groups), 1))
        if by == "area":
            place = np.searchsorted(np.array(groups, int), self.columns["area"].astype(int))
            cells = np.bincount(place * self.months + self.month, values, len(groups) * self.months)
            return cells.reshape(len(groups), self.months)
        return np.stack(
            [np.bincount(self.month, values * self._is(by, group), self.months) for group in groups]
        )

    def _values(self, column: Column) -> NDArray[np.float64]:
        if column.name in self.columns:
            return self.columns[column.name].astype(float)
        if column.frame == "city":
            # Citywide sums have no column in a run in which nothing was ever added to them.
            return np.zeros(len(self.month))
        raise KeyError(f"the ledger's frame {column.frame} has no column {column.name}")

    def _any(self, name: str, admitted: tuple[str, ...]) -> NDArray[np.bool_]:
        return np.logical_or.reduce([self._is(name, group) for group in admitted])

    def _is(self, name: str, group: str) -> NDArray[np.bool_]:
        """Which rows belong to a group; a person's carve-out classes are joined by ``+``."""
        if (name, group) not in self._masks:
            found = self.columns[name]
            if name == "carve_out":
                mask = np.array([group in text.split("+") for text in found], bool)
            else:
                mask = np.asarray(found == group, bool)
            self._masks[name, group] = mask
        return self._masks[name, group]
