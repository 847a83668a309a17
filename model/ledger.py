"""The ledger: what happened, counted by month with denominators beside it.

Rooms `log` their events as columns during the day. At a month's end the events are counted into
two families of tables, one by area and one by status, ethnicity and crime type (not their cross),
and are let go unless the run keeps its event log.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from model.population import CELL_BITS, Population
from model.schema import (
    CHANNELS,
    CONVICTIONS,
    CRIMES,
    ETHNICITIES,
    HAND_OVER_CHANNELS,
    N_FLAGS,
    PLACES,
    STATUSES,
    class_names,
)

if TYPE_CHECKING:
    import pandas as pd

#: Bits of an incident's fate.
BY_VICTIM, BY_BYSTANDER, FOUND, CLEARED, SURVEYED = 1, 2, 4, 8, 16
REPORTED = BY_VICTIM | BY_BYSTANDER | FOUND
#: Outcomes of incidents: which fates count.
INCIDENT_OUTCOMES = {
    "victimisations": lambda fate: fate >= 0,
    "reported_by_victim": lambda fate: fate & BY_VICTIM > 0,
    "reported_by_bystander": lambda fate: fate & BY_BYSTANDER > 0,
    "found_by_police": lambda fate: fate & FOUND > 0,
    "reported": lambda fate: fate & REPORTED > 0,
    "unreported": lambda fate: fate & REPORTED == 0,
    "cleared": lambda fate: fate & CLEARED > 0,
    "survey_victimisations": lambda fate: fate & SURVEYED > 0,
    "survey_reported": lambda fate: (fate & SURVEYED > 0) & (fate & REPORTED > 0),
}
_FATES = np.arange(32)
_OUTCOME_OF_FATE = np.stack([counts(_FATES) for counts in INCIDENT_OUTCOMES.values()], axis=1)
AREA_OUTCOMES = ("victimisations", "reported", "cleared")

CONTACTS = ("stops", "arrests", "status_questions", "calls_needed", "calls_made")
#: Sums over residents, by status and ethnicity, beside the counts of `CONTACTS`.
WEIGHED = ("threat", "trust")
#: A detainer lapses where the custodian may answer it, and ICE does not come in time.
DETAINER_OUTCOMES = ("lodged", "honoured", "lapsed", "declined")
MEETINGS = ("met", "arrested")
#: Encounters and detainers are tallied by channel (or place), status, conviction and flags: one
#: number for each combination, by `np.ravel_multi_index`.
TALLIED = (len(CHANNELS), len(STATUSES), len(CONVICTIONS), N_FLAGS)

#: Columns of each kind of event, all int64; `person` is a synthetic resident, `flags` the carve-out
#: classes at the time.
EVENTS = {
    "incident": ("person", "crime", "fate"),
    "contact": ("person", "kind"),
    "detainer": ("person", "place", "outcome", "flags"),
    "encounter": ("person", "channel", "arrested", "flags"),
}


class Ledger:
    """Counts of one run.

    Parameters
    ----------
    population
        Whose residents the events are about.
    event_log
        Keep every event (`events`), not only the counts.
    """

    def __init__(self, population: Population, *, event_log: bool = False) -> None:
        self.population = population
        self.event_log = event_log
        self._cell = population.cell
        self._all_residents = population.residents_by_cell
        self._today: list[tuple[str, int, tuple[NDArray, ...]]] = []
        self._kept: list[tuple[str, int, tuple[NDArray, ...]]] = []
        self._weights: dict[str, list[tuple[NDArray, NDArray]]] = {name: [] for name in WEIGHED}
        self._sums: dict[str, float] = defaultdict(float)
        self._months: list[dict[str, object]] = []

    def log(self, kind: str, day: int, *columns: NDArray[np.integer] | int) -> None:
        """Log events of one `kind` (see `EVENTS`) on `day`; a column may be one number."""
        if len(columns[0]):  # type: ignore[arg-type]
            self._today.append((kind, day, columns))  # type: ignore[arg-type]

    def add(self, name: str, amount: float | np.integer | np.floating) -> None:
        """Add to a city-wide sum of the month."""
        self._sums[name] += float(amount)

    def weigh(self, name: str, who: NDArray[np.integer], amount: NDArray[np.float64]) -> None:
        """Add an `amount` of residents `who`, to be summed by status and ethnicity."""
        self._weights[name].append((who, amount))

    def close_month(
        self,
        day: dt.date,
        days: int,
        away: NDArray[np.integer],
        flows: dict[str, NDArray[np.float64]],
    ) -> None:
        """Count the month that ends with `day`.

        Parameters
        ----------
        days
            Simulated days of the month.
        away : (n,) integers
            Residents who are not at liberty in the city at its end.
        flows
            Sums by (status, ethnicity), shape (30,).
        """
        columns = {
            kind: self._gather(self._today, kind)[1:] for kind in EVENTS
        }
        people, n_areas = self.population, self.population.city.n_areas
        n_cells = len(STATUSES) * len(ETHNICITIES)
        person, crime, fate = columns["incident"]
        area, cell = self._area_and_cell(person)
        by_group = self._fates(cell, crime, fate, n_cells)
        by_area = self._fates(area, crime, fate, n_areas)
        person, kind = columns["contact"]
        size = len(CONTACTS)
        area, cell = self._area_and_cell(person)
        contacts = np.bincount(cell * size + kind, minlength=n_cells * size)
        area_contacts = np.bincount(area * size + kind, minlength=n_areas * size)
        who, channel, arrested, flags = columns["encounter"]
        detained, place, outcome, recorded = columns["detainer"]
        residents = self._residents(away)
        area_residents = np.diff(people.area_start) - np.bincount(
            people.area[away], minlength=n_areas
        )
        self._months.append(
            {
                "month": f"{day:%Y-%m}",
                "days": days,
                "crime": by_group.astype(np.int32),
                "crime_area": by_area.astype(np.int32),
                "contacts": contacts.reshape(n_cells, size).astype(np.int32),
                "contacts_area": area_contacts.reshape(n_areas, size).astype(np.int32),
                "residents": residents,
                "residents_area": area_residents,
                "encounters_area": np.bincount(people.area[who], minlength=n_areas),
                "flows": flows | self._weighed(),
                "encounters": self._tally(who, flags, channel, arrested, len(MEETINGS)),
                "detainers": self._tally(
                    detained, recorded, place, outcome, len(DETAINER_OUTCOMES)
                ),
                "sums": dict(self._sums),
            }
        )
        if self.event_log:
            self._kept += self._today
        self._today = []
        self._weights = {name: [] for name in WEIGHED}
        self._sums.clear()

    def _area_and_cell(
        self, who: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        both = self.population.area_and_cell[who]
        return both >> CELL_BITS, both & ((1 << CELL_BITS) - 1)

    def _weighed(self) -> dict[str, NDArray[np.float64]]:
        size = len(STATUSES) * len(ETHNICITIES)
        sums = {}
        for name, parts in self._weights.items():
            who = np.concatenate([np.empty(0, np.int64), *(part[0] for part in parts)])
            amount = np.concatenate([np.empty(0), *(part[1] for part in parts)])
            sums[name] = np.bincount(self._cell[who], amount, size)
        return sums

    def _residents(self, away: NDArray[np.integer]) -> NDArray[np.int64]:
        size = len(STATUSES) * len(ETHNICITIES)
        return self._all_residents - np.bincount(self._cell[away], minlength=size)

    @staticmethod
    def _gather(log: list, kind: str) -> list[NDArray[np.int64]]:
        """Day and columns of all logged events of a kind."""
        parts = [entry for entry in log if entry[0] == kind]
        if not parts:
            return [np.empty(0, np.int64)] * (len(EVENTS[kind]) + 1)
        lengths = [len(columns[0]) for _, _, columns in parts]
        days = [day for _, day, _ in parts]
        given = zip(*(columns for _, _, columns in parts), strict=True)
        return [_column(column, lengths) for column in (days, *given)]

    @staticmethod
    def _fates(
        cell: NDArray[np.integer], crime: NDArray[np.int64], fate: NDArray[np.int64], size: int
    ) -> NDArray[np.int64]:
        """Incidents by cell, crime and outcome: shape (size, 8, 9)."""
        code = (cell.astype(np.int64) * len(CRIMES) + crime) * len(_FATES) + fate
        counts = np.bincount(code, minlength=size * len(CRIMES) * len(_FATES))
        return (counts.reshape(-1, len(_FATES)) @ _OUTCOME_OF_FATE).reshape(
            size, len(CRIMES), -1
        )

    def _tally(
        self,
        person: NDArray[np.int64],
        flags: NDArray[np.int64],
        where: NDArray[np.int64],
        outcome: NDArray[np.int64],
        n_outcomes: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Counts by (where, status, conviction, flags) that occur, and outcome."""
        people = self.population
        traits = people.status[person], people.conviction[person]
        code = np.ravel_multi_index((where, *traits, flags), TALLIED)
        occurring, place = np.unique(code, return_inverse=True)
        counts = np.zeros((len(occurring), n_outcomes), np.int64)
        np.add.at(counts, (place, outcome), 1)
        return occurring, counts

    def closed_months(self) -> list[dict[str, Any]]:
        """The whole city's counts by name, one dict a month closed so far.

        ``encounters`` are all meetings with ICE, ``ice_arrests`` and ``hand_overs`` (from custody)
        parts of them; ``threat`` and ``trust`` sums over the residents counted in
        ``calls_needed``.
        """
        for month in self._months:
            if "totals" not in month:
                month["totals"] = _totals(month)
        return [cast(dict[str, Any], month["totals"]) for month in self._months]

    def events(self) -> dict[str, pd.DataFrame]:
        """Every event, a frame a kind: date, then the columns of `EVENTS` as codes.

        Raises
        ------
        ValueError
            If the run did not keep them.
        """
        import pandas as pd

        if not self.event_log:
            raise ValueError("this run kept no event log; start it with event_log=True")
        return {
            kind: pd.DataFrame(
                dict(
                    zip(("day", *names), self._gather(self._kept + self._today, kind), strict=True)
                )
            )
            for kind, names in EVENTS.items()
        }

    def frames(self) -> dict[str, pd.DataFrame]:
        """All tables by name, one row a month and group; see docs/ledger.md for their columns."""
        from model.ledger_frames import ledger_frames

        return ledger_frames(self._months, self.population)

    def total(self, table: str, outcome: str) -> float:
        """The sum of one outcome over a table of `frames`."""
        return float(self.frames()[table][outcome].sum())


def _column(parts: Sequence[NDArray | int], lengths: list[int]) -> NDArray[np.int64]:
    """One column of several logs, in each of which it is an array or one number for all rows."""
    numbers = [isinstance(part, int) for part in parts]
    if all(numbers):
        return np.repeat(np.array(parts, np.int64), lengths)
    if any(numbers):
        parts = [np.broadcast_to(part, n) for part, n in zip(parts, lengths, strict=True)]
    return np.concatenate(cast(Sequence[NDArray], parts), dtype=np.int64)


def _totals(month: dict[str, Any]) -> dict[str, Any]:
    """Citywide sums of a closed month."""
    met, counts = month["encounters"]
    channel, *_ = np.unravel_index(met, TALLIED)
    arrested = counts[:, MEETINGS.index("arrested")]
    detainers = month["detainers"][1].sum(axis=0).tolist()
    named = [f"detainers_{name}" for name in DETAINER_OUTCOMES]
    return {
        "month": month["month"],
        "month_days": month["days"],
        "residents": int(month["residents"].sum()),
        **dict(zip(INCIDENT_OUTCOMES, month["crime"].sum(axis=(0, 1)).tolist(), strict=True)),
        **dict(zip(CONTACTS, month["contacts"].sum(axis=0).tolist(), strict=True)),
        "encounters": int(counts.sum()),
        "ice_arrests": int(arrested.sum()),
        "hand_overs": int(arrested[np.isin(channel, HAND_OVER_CHANNELS)].sum()),
        **dict(zip(named, detainers, strict=True)),
        **{name: float(flow.sum()) for name, flow in month["flows"].items()},
        **month["sums"],
    }


def carve_out(flags: int) -> str:
    """The carve-out classes in which a person is recorded, joined by ``+``, or ``none``."""
    return "+".join(class_names(flags)) or "none"


assert CHANNELS.names[: len(PLACES)] == PLACES
