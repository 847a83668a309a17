"""The table that a study would analyse, and the true effect beside it, from one seed's runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.privacy import FLOOR
from experiments.replication.design import Counted, Design, Noise, Outcome
from experiments.replication.measures import EXPOSURES, Periods, count, group_of_residents
from experiments.replication.worlds import NEVER, NOWHERE, Plan, Run
from experiments.validation.groups import parse_group
from model.population import Population

Floats = NDArray[np.float64]
#: Counts and what they are divided by, of the group and of the group taken off.
PARTS = ("a", "a_of", "b", "b_of")


@dataclass(frozen=True)
class Study:
    """One seed's data.

    `table` has a row a place and period: place, period, adopts (period of adoption, -1: never),
    treated, since (periods since adoption), a, a_of, b, b_of, residents. `on` and `off` are the
    true counts with and without adoption, (parts, places, periods).
    """

    outcome: Outcome
    table: pd.DataFrame
    on: Floats
    off: Floats
    adopts: NDArray[np.int64]

    @property
    def treated(self) -> NDArray[np.bool_]:
        """Which places are treated in which periods."""
        return treated_cells(self.adopts, self.on.shape[2])

    def true_effect(self, cells: NDArray[np.bool_] | None = None) -> float:
        """The paired effect over treated cells (or `cells`), in the outcome's unit."""
        kept = self.treated if cells is None else cells
        on, off = self.on[:, kept].sum(axis=1), self.off[:, kept].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.outcome.share:
                effect = 100 * (on[0] / on[1] - off[0] / off[1])
                if self.outcome.target.minus_group:
                    effect -= 100 * (on[2] / on[3] - off[2] / off[3])
                return float(effect)
            ratio = on[0] / off[0]
            if self.outcome.target.minus_group:
                ratio /= on[2] / off[2]
            return float(100 * (ratio - 1))

    @property
    def base(self) -> float:
        """The outcome's true level in treated cells without adoption: percent, or a count."""
        first, of = self.off[:2, self.treated].sum(axis=1)
        return float(100 * first / of if self.outcome.share and of else first)

    def true_by_time(self, first: int, last: int) -> pd.DataFrame:
        """The paired effect by periods since adoption: columns since, estimate.

        Empty where it would stand on fewer than 20 events without adoption, or on 1 to 19 with it.
        """
        since = np.arange(self.on.shape[2]) - self.adopts[:, None]
        rows: list[tuple[int, float]] = []
        for one in range(first, last + 1):
            cells = (since == one) & (self.adopts[:, None] >= 0)
            on, off = self.on[0][cells].sum(), self.off[0][cells].sum()
            enough = off >= FLOOR and not 0 < on < FLOOR
            rows.append((one, self.true_effect(cells) if enough else float("nan")))
        return pd.DataFrame(rows, columns=["since", "estimate"])


def treated_cells(adopts: NDArray[np.int64], periods: int) -> NDArray[np.bool_]:
    """Which places (by period of adoption, -1: never) are treated in which periods."""
    return (adopts[:, None] >= 0) & (np.arange(periods) >= adopts[:, None])


class _Data:
    """What is known of one outcome so far, place by place."""

    def __init__(self, places: int, periods: int) -> None:
        self.seen, self.on, self.off = np.zeros((3, len(PARTS), places, periods))
        self.residents = np.zeros(places)


def studies_of(design: Design, asked: Plan, runs: Iterable[Run], seed: int) -> list[Study]:
    """Put each place's data together from the runs, as its study and as the truth would see it:
    one study an outcome."""
    shape = len(asked.places), len(asked.periods.labels)
    data = [_Data(*shape) for _ in design.outcomes]
    for run in runs:
        here = asked.cohort[run.rows] == run.cohort
        without = run.cohort == (NOWHERE if design.timing.announced else NEVER)
        for number, (outcome, one) in enumerate(zip(design.outcomes, data, strict=True)):
            dice = np.random.default_rng([seed, 3, number, int(run.rows[0]), run.cohort + 2])
            true = _counts(outcome.target, run, asked.periods, None, dice)
            if without:
                one.off[:, run.rows] = true
            if here.any():
                mine = run.rows[here]
                told = _counts(outcome, run, asked.periods, design.noise, dice)
                one.on[:, mine], one.seen[:, mine] = true[:, here], told[:, here]
                members = _members(run.people, parse_group(outcome.group, {}))
                one.residents[mine] = members[here]
    dates = np.array([date.toordinal() for date in asked.dates])
    adopts = np.where(asked.cohort >= 0, asked.periods.of(dates)[asked.cohort], -1)
    studies = []
    for number, (outcome, one) in enumerate(zip(design.outcomes, data, strict=True)):
        dice = np.random.default_rng([seed, 4, number])
        seen = _protests(one.seen, adopts, design.noise, dice)
        table = _table(seen, adopts, one.residents)
        studies.append(Study(outcome, table, one.on, one.off, adopts))
    return studies


def _counts(
    counted: Counted, run: Run, periods: Periods, noise: Noise | None, dice: np.random.Generator
) -> Floats:
    """The four parts by place and period, (4, places, periods)."""
    parts: list[Floats] = []
    groups = [counted.group, *([counted.minus_group] if counted.minus_group else [])]
    for group in groups:
        filters = parse_group(group, {})
        of = counted.of or "residents"
        parts.append(count(run.events, run.people, counted.count, filters, periods, noise, dice))
        if of in EXPOSURES:
            years = np.diff(periods.edges) / 365.0
            parts.append(_members(run.people, filters)[:, None] * years)
        else:
            parts.append(count(run.events, run.people, of, filters, periods, noise, dice))
    if len(groups) == 1:
        parts += [np.zeros_like(part) for part in parts]
    return np.stack(parts)


def _members(people: Population, filters: dict[str, tuple[str, ...]]) -> Floats:
    """Residents of a group by place."""
    who = group_of_residents(people, filters)
    return np.bincount(people.area[who], minlength=people.city.n_areas).astype(float)


def _protests(
    seen: Floats, adopts: NDArray[np.int64], noise: Noise, dice: np.random.Generator
) -> Floats:
    """Counts of some places after adoption, multiplied by what else happens there."""
    if not noise.protest_sd or not noise.protest_share:
        return seen
    n_places, n_periods = seen.shape[1:]
    factor = np.exp(dice.normal(0.0, noise.protest_sd, (n_places, n_periods)))
    hit = np.less(dice.random((n_places, 1)), noise.protest_share)
    factor = np.where(hit & treated_cells(adopts, n_periods), factor, 1.0)
    out = seen.copy()
    for part in (0, 2):
        out[part] = np.round(seen[part] * factor)
    return out


def _table(seen: Floats, adopts: NDArray[np.int64], residents: Floats) -> pd.DataFrame:
    n_places, n_periods = seen.shape[1:]
    place, period = (one.ravel() for one in np.indices((n_places, n_periods)))
    adoption = adopts[place]
    return pd.DataFrame({
        "place": place, "period": period, "adopts": adoption,
        "treated": ((adoption >= 0) & (period >= adoption)).astype(int),
        "since": np.where(adoption >= 0, period - adoption, 0),
        **{name: part.ravel() for name, part in zip(PARTS, seen, strict=True)},
        "residents": residents[place],
    })
