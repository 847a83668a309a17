"""In how many pairs of runs the events behind a difference differ.

A rate also moves because its exposure does: a resident who is sent away lives fewer days here. With
the same events in either run such a difference is no effect, however narrow its interval. Where
the outcome is a rate per person-year or city-year, the events are its numerator; where it is a
share or a mean of events, numerator and denominator both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.briefing.queries import city, quoted
from experiments.outcomes import OUTCOMES

#: Denominators that measure how long somebody was there to see, and count no event.
EXPOSURES = ("person_years", "city_years")
#: Relative difference up to which two numerators are the same. Sums of floats (days lost, lethal
#: hazard) have the same terms in the same order where nothing differs, and are then equal; one
#: event in a count is larger than this up to a thousand million events.
NEAR = 1e-9
RUN = ("replicate", "draw")


class Compared(NamedTuple):
    """The query that tells in which pairs the events differ, and its answer, (pairs,) bool."""

    query: str
    differ: NDArray[np.bool_]


def compare(
    outcomes: pd.DataFrame, levels: pd.Series, files: tuple[str, str], outcome: str,
    sides: tuple[str, str],
) -> Compared | None:
    """Compare the events of two regimes in every pair; None where they cannot be had.

    Parameters
    ----------
    outcomes
        Monthly outcomes.
    levels
        The value in each run, a tuple a regime, NaN where suppressed.
    files
        What queries call the tables of contrasts and of outcomes.
    """
    contrasts, file = files
    keys = [name for name in RUN if name in outcomes]
    if (rows := _shown(outcomes, outcome, sides)) is not None:
        names = ["numerator"] if _is_rate(outcome) else ["numerator", "denominator"]
        apart = [_differ(_sums(rows, keys, sides, name).to_numpy()) for name in names]
        query = _of_counts(file, city(outcome=outcome, regime=list(sides)), sides, names, keys)
        return Compared(query, np.logical_or.reduce(apart))
    if not all(side in levels.index for side in sides):
        return None
    rates = np.stack([np.asarray(levels[side], float) for side in sides], axis=-1)
    measured = city(measure="level", outcome=outcome, regime=list(sides))
    if np.isnan(rates).any():
        return None
    if not _is_rate(outcome):
        # A share or a mean moves by its events alone: where it is the same, so are they.
        return Compared(_of_levels(contrasts, measured, sides), _differ(rates))
    other = _same_exposure(outcomes, outcome, sides)
    if other is None:
        return None
    exposure = _sums(_shown(outcomes, other, sides), keys, sides, "denominator").to_numpy()
    if rates.shape != exposure.shape:
        return None
    exposed = city(outcome=other, regime=list(sides))
    query = _of_products((contrasts, measured), (file, exposed), sides, keys)
    return Compared(query, _differ(rates * exposure))


def _is_rate(outcome: str) -> bool:
    return OUTCOMES[outcome].denominator.name in EXPOSURES


def _shown(outcomes: pd.DataFrame, outcome: str, sides: tuple[str, str]) -> pd.DataFrame | None:
    """Citywide rows of two regimes; None unless every count in them is shown."""
    rows = outcomes[
        (outcomes["outcome"] == outcome) & (outcomes["by"] == "all")
        & outcomes["regime"].isin(sides)
    ]
    here = len(rows) and rows["regime"].nunique() == len(set(sides))
    return rows if here and rows[["numerator", "denominator"]].notna().all(axis=None) else None


def _same_exposure(
    outcomes: pd.DataFrame, outcome: str, sides: tuple[str, str]
) -> str | None:
    """A rate over the same exposure whose counts are all shown."""
    if not _is_rate(outcome):
        return None
    same = [
        name for name, spec in OUTCOMES.items()
        if spec.denominator == OUTCOMES[outcome].denominator
    ]
    return next((name for name in same if _shown(outcomes, name, sides) is not None), None)


def _sums(
    rows: pd.DataFrame | None, keys: list[str], sides: tuple[str, str], name: str
) -> pd.DataFrame:
    """Sums over the period, a row a pair of runs, a column a regime."""
    assert rows is not None
    sums = rows.groupby([*keys, "regime"], observed=True)[name].sum().unstack("regime")
    return sums[list(sides)]


def _differ(pairs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the two columns of each row, (pairs, 2), differ by more than `NEAR`."""
    largest = np.abs(pairs).max(axis=1)
    return np.abs(pairs[:, 0] - pairs[:, 1]) > NEAR * largest


def _of_counts(
    file: str, chosen: str, sides: tuple[str, str], names: list[str], keys: list[str]
) -> str:
    """Sums of monthly counts, compared."""
    sums = ", ".join(
        f"sum({name}) FILTER (regime = {quoted(regime)}) AS {name}_{side}"
        for name in names for side, regime in zip("ab", sides, strict=True)
    )
    apart = " OR ".join(_apart(f"{name}_a", f"{name}_b") for name in names)
    return (
        f"SELECT count(*) AS pairs, count(*) FILTER (WHERE {apart}) AS differing FROM "
        f'(SELECT {sums} FROM "{file}" WHERE {chosen} GROUP BY {", ".join(keys)})'
    )


def _rates(contrasts: str, measured: str) -> str:
    return (
        f"SELECT regime, unnest(paired) AS rate, generate_subscripts(paired, 1) AS pair "
        f'FROM "{contrasts}" WHERE {measured}'
    )


def _of_levels(contrasts: str, measured: str, sides: tuple[str, str]) -> str:
    """Levels, compared."""
    return _of_pairs("rate", f"({_rates(contrasts, measured)})", sides)


def _of_products(
    contrasts: tuple[str, str], outcomes: tuple[str, str], sides: tuple[str, str], keys: list[str]
) -> str:
    """Levels times exposures, compared; each table comes with the condition on its rows."""
    (file, exposed), order = outcomes, ", ".join(keys)
    return (
        "WITH exposures AS (SELECT regime, sum(denominator) AS exposure, row_number() OVER "
        f'(PARTITION BY regime ORDER BY {order}) AS pair FROM "{file}" WHERE {exposed} '
        f"GROUP BY regime, {order}), rates AS ({_rates(*contrasts)}) "
        + _of_pairs("rate * exposure", "rates JOIN exposures USING (regime, pair)", sides)
    )


def _of_pairs(value: str, source: str, sides: tuple[str, str]) -> str:
    columns = ", ".join(
        f"max({value}) FILTER (regime = {quoted(regime)}) AS {side}"
        for side, regime in zip("ab", sides, strict=True)
    )
    return (
        f"SELECT count(*) AS pairs, count(*) FILTER (WHERE {_apart('a', 'b')}) AS differing "
        f"FROM (SELECT {columns} FROM {source} GROUP BY pair)"
    )


def _apart(one: str, two: str) -> str:
    return f"abs({one} - {two}) > {NEAR!r} * greatest(abs({one}), abs({two}))"
