"""Facts: the rows of a results folder that a briefing speaks of, each with the query behind it.

A fact's id is a digest of its query, so that the same question has the same id in every briefing,
language and audience. Numbers are taken from the tables with pandas; `check` takes them again
with the query, in DuckDB.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from experiments.briefing.numerators import compare
from experiments.briefing.queries import city, identity, where
from experiments.outcomes import OUTCOMES

CONTRASTS, OUTCOME_ROWS, MANIFEST, EVIDENCE = (
    "contrasts.parquet", "outcomes.parquet", "manifest.json", "model/evidence.csv",
)
KEY = ("measure", "regime", "outcome", "by", "group")
VALUES = ("estimate", "low", "high", "n")
#: Where parameters were drawn.
DRAWN = ("par_low", "par_high")
#: The two parts that add up to a difference.
PARTS = ("legal_exposure", "belief")


@dataclass(frozen=True)
class Fact:
    """Rows that one query gives. `file` is a table of the results, the manifest or the evidence.

    ``decides`` marks a row that is not printed but decides what is said: the register keeps it,
    and a check holds it to what the query gives.
    """

    id: str
    file: str
    query: str
    rows: tuple[Mapping[str, Any], ...]
    decides: bool = False

    def value(self, column: str) -> Any:
        """The only row's value."""
        return self.rows[0][column]


@dataclass(frozen=True)
class Estimate:
    """One row of contrasts: a level, a difference or a part of one.

    ``low`` and ``high`` are the 95% interval over replicates (Monte Carlo error); ``par_low`` and
    ``par_high`` that over draws of the parameters, NaN where none were made. ``differing`` is in
    how many of the ``pairs`` of runs the events behind a difference differ; None where that is not
    known.
    """

    fact: str
    measure: str
    regime: str
    outcome: str
    estimate: float
    low: float
    high: float
    n: int
    suppressed: bool
    missing: bool = False
    paired: tuple[float, ...] = ()
    par_low: float = math.nan
    par_high: float = math.nan
    differing: int | None = None
    pairs: int = 0

    @property
    def hidden_pairs(self) -> bool:
        """Whether single pairs are not shown, since they stand on too few events."""
        told = self.measure != "level" and len(self.paired) > 0
        return told and all(map(math.isnan, self.paired))

    @property
    def drawn(self) -> bool:
        """Whether parameters were drawn, so that there is a second interval."""
        return not math.isnan(self.par_low)

    @property
    def doubtless(self) -> bool:
        """Whether the draws spread no more than chance alone would have them."""
        return self.drawn and self.par_low == self.par_high

    @property
    def ends(self) -> tuple[str, str]:
        """Columns of the widest interval's two ends: doubt about parameters counts, where known."""
        low = "par_low" if self.par_low < self.low else "low"
        high = "par_high" if self.par_high > self.high else "high"
        return low, high

    @property
    def farthest(self) -> str:
        """Column of the end that lies farthest from zero."""
        return max(self.ends, key=lambda end: abs(getattr(self, end)))

    @property
    def widest(self) -> float:
        """How far that is."""
        return abs(getattr(self, self.farthest))

    @property
    def sizes(self) -> tuple[float, ...]:
        """The estimate and the ends of both intervals."""
        return self.estimate, self.low, self.high, self.par_low, self.par_high

    @property
    def nearest(self) -> float:
        """The interval's end nearest to zero, where every interval leaves out zero; else zero."""
        intervals = [(self.low, self.high)]
        if self.drawn:
            intervals.append((self.par_low, self.par_high))
        clear = all(low > 0 or high < 0 for low, high in intervals)
        return min((abs(end) for ends in intervals for end in ends), default=0.0) if clear else 0.0


@dataclass
class Facts:
    """The facts of one results folder; those asked for are kept, in order, for the register."""

    contrasts: pd.DataFrame
    outcomes: pd.DataFrame
    manifest: Mapping[str, Any]
    prefix: str = ""
    asked: dict[str, Fact] = field(default_factory=dict)
    _differing: dict[tuple[str, str], Fact | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows = self.contrasts.set_index(list(KEY)).sort_index()

    def keep(self, fact: Fact) -> Fact:
        """Remember a fact for the register."""
        return self.asked.setdefault(fact.id, fact)

    def estimate(
        self, measure: str, regime: str, outcome: str, by: str = "all", group: str = "all"
    ) -> Estimate:
        """A row of contrasts; `missing` if the results do not hold it."""
        file = self.prefix + CONTRASTS
        wanted = dict(zip(KEY, (measure, regime, outcome, by, group), strict=True))
        columns = [name for name in (*VALUES, *DRAWN) if name in self.contrasts]
        query = f'SELECT {", ".join(columns)} FROM "{file}" WHERE {where(**wanted)}'
        id = identity(file, query)
        key = (measure, regime, outcome, by, group)
        if key not in self._rows.index:
            nan = math.nan
            return Estimate(id, measure, regime, outcome, nan, nan, nan, 0, False, missing=True)
        row = self._rows.loc[key]
        values = {name: row[name] for name in columns}
        self.keep(Fact(id, file, query, ({**values, "n": int(row["n"])},)))
        found = Estimate(
            id, measure, regime, outcome, float(row["estimate"]), float(row["low"]),
            float(row["high"]), int(row["n"]), bool(row["suppressed"]),
            paired=tuple(row["paired"]), par_low=float(row.get("par_low", math.nan)),
            par_high=float(row.get("par_high", math.nan)),
        )
        if measure == "level" or by != "all" or found.suppressed:
            return found
        fact = self._differing_of(found)
        if fact is None:
            return found
        differing, pairs = (int(fact.value(name)) for name in ("differing", "pairs"))
        return replace(found, differing=differing, pairs=pairs)

    def differing(self, regime: str, outcome: str) -> Fact | None:
        """In how many pairs of runs a regime's events are not the baseline's; None if unknown."""
        key = (regime, outcome)
        if key not in self._differing:
            self._differing[key] = self._compared(regime, outcome)
        return self._differing[key]

    def _compared(self, regime: str, outcome: str) -> Fact | None:
        file, sides = self.prefix + OUTCOME_ROWS, (regime, str(self.manifest["baseline"]))
        levels = _chosen(
            self.contrasts, dict(outcome=outcome, measure="level", by="all", regime=list(sides))
        ).set_index("regime")["paired"]
        files = self.prefix + CONTRASTS, file
        found = compare(self.outcomes, levels, files, outcome, sides)
        if found is None:
            return None
        row = {"pairs": len(found.differ), "differing": int(found.differ.sum())}
        return Fact(identity(file, found.query), file, found.query, (row,), decides=True)

    def _differing_of(self, change: Estimate) -> Fact | None:
        """For a part of a difference: as for the difference, where the other part is nothing."""
        if change.measure in PARTS:
            other = next(part for part in PARTS if part != change.measure)
            key = (other, change.regime, change.outcome, "all", "all")
            if key not in self._rows.index or any(self._rows.loc[key]["paired"]):
                return None
        fact = self.differing(change.regime, change.outcome)
        return None if fact is None else self.keep(fact)

    def rows(self, **columns: object) -> Fact:
        """Rows of contrasts behind a table or chart."""
        file = self.prefix + CONTRASTS
        shown = ", ".join(f'"{column}"' for column in KEY)
        values = [*VALUES, *(name for name in DRAWN if name in self.contrasts)]
        query = (
            f'SELECT {shown}, {", ".join(values)} FROM "{file}" WHERE {where(**columns)} '
            f"ORDER BY {shown}"
        )
        return self._many(file, query, self.contrasts, columns, [*KEY, *values], list(KEY))

    def months(self, **columns: object) -> Fact:
        """Rows of the monthly outcomes behind a chart."""
        file = self.prefix + OUTCOME_ROWS
        names = ["regime", "month", "replicate", "value"]
        query = (
            f'SELECT {", ".join(names)} FROM "{file}" WHERE {where(**columns)} '
            "ORDER BY regime, month, replicate"
        )
        return self._many(file, query, self.outcomes, columns, names, names[:3])

    def events(self, regime: str, outcome: str) -> Fact | None:
        """About how many simulated events stand behind a level, all replicates together.

        Rate times exposure, since single months may be suppressed; None where the exposure of no
        month is shown.
        """
        spec = OUTCOMES[outcome]
        file, tables = self.prefix + OUTCOME_ROWS, self.outcomes
        chosen = dict(regime=regime, outcome=outcome, by="all", group="all")
        rows = _chosen(tables, chosen)
        shown = rows["denominator"].notna()
        level = self.estimate("level", regime, outcome)
        if level.missing or level.suppressed or not shown.any():
            return None
        exposure = float(rows.loc[shown, "denominator"].sum()) * len(rows) / int(shown.sum())
        condition = where(**chosen)
        query = (
            f'SELECT round((SELECT estimate FROM "{self.prefix + CONTRASTS}" WHERE '
            f"measure = 'level' AND {condition}) / {spec.per:g} * "
            "sum(denominator) FILTER (NOT isnan(denominator)) * count(*) / "
            f"count(*) FILTER (NOT isnan(denominator))) AS events FROM \"{file}\" WHERE {condition}"
        )
        found = round(level.estimate / spec.per * exposure)
        return self.keep(Fact(identity(file, query), file, query, ({"events": found},)))

    def agreement(self, change: Estimate) -> Fact | None:
        """In how many replicates, and in how many draws, the mean has the sign of the difference;
        None where single pairs are suppressed.

        A replicate's mean is over its draws, a draw's over its replicates: what chance moves is
        not mixed with what parameters move.
        """
        drawn = self.manifest.get("draws") or 1
        draws = drawn if isinstance(drawn, int) else len(drawn)
        pairs = np.array(change.paired, float)
        if not len(pairs) or np.isnan(pairs).any() or len(pairs) % draws:
            return None
        file = self.prefix + CONTRASTS
        condition = city(measure=change.measure, regime=change.regime, outcome=change.outcome)
        query = (
            "WITH cells AS (SELECT unnest(paired) * sign(estimate) AS x, "
            f'generate_subscripts(paired, 1) - 1 AS pair FROM "{file}" WHERE {condition}), '
            f"replicates AS (SELECT avg(x) AS m FROM cells GROUP BY pair // {draws}), "
            f"draws AS (SELECT avg(x) AS m FROM cells GROUP BY pair % {draws}) "
            "SELECT (SELECT count(*) FROM replicates WHERE m > 0) AS same, "
            "(SELECT count(*) FROM replicates) AS replicates, "
            "(SELECT count(*) FROM draws WHERE m > 0) AS same_draws, "
            "(SELECT count(*) FROM draws) AS draws"
        )
        values = pairs.reshape(-1, draws) * np.sign(change.estimate)
        row = {
            "same": int((values.mean(axis=1) > 0).sum()), "replicates": len(values),
            "same_draws": int((values.mean(axis=0) > 0).sum()), "draws": draws,
        }
        return self.keep(Fact(identity(file, query), file, query, (row,)))

    def told(self, key: str) -> Fact:
        """An entry of the manifest; parts of the key are joined by dots."""
        value: Any = self.manifest
        for part in key.split("."):
            value = value[part]
        if isinstance(value, list):
            value = len(value)
        file = self.prefix + MANIFEST
        return self.keep(Fact(identity(file, key), file, key, ({"value": value},)))

    def _many(
        self, file: str, query: str, table: pd.DataFrame, columns: Mapping[str, object],
        names: Sequence[str], order: list[str],
    ) -> Fact:
        chosen = _chosen(table, columns)[list(names)]
        chosen = chosen.astype({name: str for name in order if name != "replicate"})
        found = chosen.sort_values(order, kind="stable").to_dict("records")
        return self.keep(Fact(identity(file, query), file, query, tuple(found)))


def _chosen(table: pd.DataFrame, columns: Mapping[str, object]) -> pd.DataFrame:
    """Rows whose columns have one of the values given."""
    # The outcome first: it leaves a hundredth of the rows to the rest.
    for name in sorted(columns, key=lambda name: name != "outcome"):
        value = columns[name]
        values = value if isinstance(value, list | tuple) else [value]
        table = table[table[name].isin(list(values))]
    return table
