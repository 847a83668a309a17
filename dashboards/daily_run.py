"""A case as `experiments.worker.run_case` runs it, with some outcomes counted by day as well.

Imported by worker processes, so it needs no part of the dashboard but this file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.outcomes import OUTCOMES, Column, Outcome
from experiments.settings import Case
from experiments.worker import Result, run_case
from model.ledger import CONTACTS, INCIDENT_OUTCOMES, Ledger
from model.population import Population
from model.schema import CHANNELS, CRIMES, ETHNICITIES, STATUSES, Categories

#: Longer periods are counted by month alone, and so are those with more days over all runs: a
#: year of days takes about half a megabyte a run, and the last comparisons are kept.
MOST_DAYS, MOST_RUN_YEARS = 732, 48
#: Events that wait to be counted by day.
MOST_HELD = 200_000
#: First days of the parts of a month: weeks, the last of which has up to ten days.
PARTS = (1, 8, 15, 22)
#: What is counted by day in the whole city, and by part of a month in every area.
CITYWIDE = ("reporting", "reporting_latino", "reporting_undocumented", "reporting_violent",
            "victimisations", "encounters", "hand_overs", "stops", "arrests")
BY_AREA = tuple(name for name, spec in OUTCOMES.items() if "area" in spec.by)
ROLES = ("numerator", "denominator")
CATEGORIES: dict[str, Categories] = {
    "status": STATUSES, "ethnicity": ETHNICITIES, "crime": CRIMES, "channel": CHANNELS,
}


@dataclass(frozen=True)
class DailyResult(Result):
    """A result with the rows of `day_rows`, if its days were counted.

    Their column ``replicate`` is the case's: who has the other draws numbers them among these.
    """

    days: pd.DataFrame | None = None


class DayLedger(Ledger):
    """A ledger that counts the outcomes of `CITYWIDE` and `BY_AREA` by day, too.

    Events wait until there are many of them, and are then counted at once: one by one they would
    take as long as the simulation.

    Parameters
    ----------
    first, days
        Ordinal of the first day, and how many there are.
    """

    def __init__(
        self, population: Population, first: int, days: int, *, event_log: bool = False
    ) -> None:
        super().__init__(population, event_log=event_log)
        self.first = first
        areas = population.city.n_areas
        self._counted = {
            (name, role): np.zeros((days, areas if name in BY_AREA else 1), np.int32)
            for name in (*CITYWIDE, *BY_AREA)
            for role in ROLES
            if getattr(OUTCOMES[name], role).name != "person_years"
        }
        self._waiting: dict[str, list[tuple[NDArray, ...]]] = {}
        self._held = 0

    @property
    def counted(self) -> dict[tuple[str, str], NDArray[np.int32]]:
        """Counts by (outcome, role), each (days, areas), or (days, 1) in the whole city."""
        self._count()
        return self._counted

    def log(self, kind: str, day: int, *columns: NDArray[np.integer] | int) -> None:
        """Log events, and keep them with their day until they are counted."""
        super().log(kind, day, *columns)
        n = len(columns[0])  # type: ignore[arg-type]
        if n:
            whole = (np.broadcast_to(each, n) for each in (day - self.first, *columns))
            self._waiting.setdefault(kind, []).append(tuple(whole))
            self._held += n
            if self._held > MOST_HELD:
                self._count()

    def _count(self) -> None:
        area = self.population.area
        for kind, logged in self._waiting.items():
            day, person, *others = map(np.concatenate, zip(*logged, strict=True))
            for (name, role), counts in self._counted.items():
                column: Column = getattr(OUTCOMES[name], role)
                chosen = self._chosen(column, kind, person, others)
                if chosen is None:
                    continue
                days, areas = counts.shape
                cell = day[chosen]
                if areas > 1:
                    cell = cell * areas + area[person[chosen]]
                counts += np.bincount(cell, minlength=counts.size).reshape(days, areas)
        self._waiting.clear()
        self._held = 0

    def _chosen(
        self, column: Column, kind: str, person: NDArray, others: list[NDArray]
    ) -> NDArray[np.bool_] | None:
        """Which events of a `kind` belong to a column; None if it counts others."""
        codes = {"status": self.population.status, "ethnicity": self.population.ethnicity}
        known: dict[str, NDArray] = {name: code[person] for name, code in codes.items()}
        if kind == "incident" and column.frame in ("crime", "crime_area"):
            known["crime"], fate = others
            mask = INCIDENT_OUTCOMES[column.name](fate)
        elif kind == "contact" and column.name in CONTACTS:
            mask = others[0] == CONTACTS.index(column.name)
        elif kind == "encounter" and (column.name == "met" or column.name == "encounters"):
            known["channel"] = others[0]
            mask = np.ones(person.shape, bool)
        else:
            return None
        for name, admitted in column.where.items():
            mask = mask & np.isin(known[name], CATEGORIES[name].codes(*admitted))
        return mask


def counts_days(cases: Iterable[Case]) -> bool:
    """Whether a comparison is small enough that its days are counted."""
    days = [case.scenario.days for case in cases if case.belief == "own"]
    return bool(days) and max(days) <= MOST_DAYS and sum(days) <= 366 * MOST_RUN_YEARS


def run_by_day(case: Case, progress: Callable[[int], None] | None = None) -> Result:
    """As `run_case`; the days of a regime's own run are counted."""
    if case.belief != "own":
        return run_case(case, progress)
    made: list[DayLedger] = []

    def ledger(people: Population) -> DayLedger:
        start, days = case.scenario.start.toordinal(), case.scenario.days
        made.append(DayLedger(people, start, days, event_log=case.events))
        return made[0]

    result = run_case(case, progress, ledger)
    days = day_rows(made[0], result.rows, case.scenario.start)
    return DailyResult(
        **vars(result),
        days=days.assign(
            replicate=np.int16(case.replicate),
            regime=pd.Categorical.from_codes(np.zeros(len(days), np.int8), [case.regime]),
        ),
    )


def parts(start: dt.date, days: int) -> list[tuple[str, range]]:
    """The parts of months that a period has: the month, and the numbers of their days from 0."""
    found: list[tuple[str, range]] = []
    for day in range(days):
        date = start + dt.timedelta(days=day)
        if day == 0 or date.day in PARTS:
            found.append((f"{date:%Y-%m}", range(day, day + 1)))
        else:
            month, there = found[-1]
            found[-1] = month, range(there.start, day + 1)
    return found


def day_rows(ledger: DayLedger, rows: pd.DataFrame, start: dt.date) -> pd.DataFrame:
    """Numerators and denominators by day and by part of a month.

    Parameters
    ----------
    rows
        Those of `tabulate` for the same run: their resident-years are spread over the month.

    Returns
    -------
    Columns level ("day" or "part"), month, period (number of its first day from 0), outcome, by,
    group, numerator, denominator. Days of the whole city only.
    """
    n_days = next(iter(ledger.counted.values())).shape[0]
    weeks = parts(start, n_days)
    length: dict[str, int] = {}
    for month, there in weeks:
        length[month] = length.get(month, 0) + len(there)
    keys = ["outcome", "by", "group", "month"]
    monthly = rows.astype({key: str for key in keys}).set_index(keys)["denominator"].sort_index()
    days = [(month, range(day, day + 1)) for month, there in weeks for day in there]
    table = []
    for name in (*CITYWIDE, *BY_AREA):
        by = "area" if name in BY_AREA else "all"
        groups = [str(each) for each in ledger.population.city.numbers] if by == "area" else ["all"]
        known = monthly.loc[(name, by)]
        for level, periods in (("part", weeks), ("day", days)):
            if level == "day" and by == "area":
                continue
            table += list(_periods(ledger, OUTCOMES[name], level, by, groups, periods, known,
                                   length))
    head = ["level", "month", "period", "outcome", "by", "group", *ROLES]
    frame = pd.DataFrame(table, columns=head)
    words = {key: "category" for key in ("level", "month", "outcome", "by", "group")}
    return frame.astype({**words, "period": np.int16, "numerator": np.int32})


def _periods(
    ledger: DayLedger, spec: Outcome, level: str, by: str, groups: list[str],
    periods: list[tuple[str, range]], known: pd.Series, length: dict[str, int],
) -> Iterator[tuple[Any, ...]]:
    """Rows of one outcome, a period and group each."""
    above = ledger.counted[spec.name, "numerator"]
    below = ledger.counted.get((spec.name, "denominator"))
    spread = None if below is not None else known.unstack("month").loc[groups]
    for month, there in periods:
        inside = slice(there.start, there.stop)
        counts = above[inside].sum(axis=0)
        if below is not None:
            of = below[inside].sum(axis=0).astype(float)
        else:
            assert spread is not None
            of = spread[month].to_numpy(float) * len(there) / length[month]
        for group, count, whole in zip(groups, counts, of, strict=True):
            yield level, month, there.start, spec.name, by, group, float(count), float(whole)
