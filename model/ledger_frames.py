"""The ledger's months as data frames: names instead of codes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from model.ledger import (
    AREA_OUTCOMES,
    CONTACTS,
    DETAINER_OUTCOMES,
    INCIDENT_OUTCOMES,
    MEETINGS,
    PLACES,
    TALLIED,
    carve_out,
)
from model.population import Population
from model.schema import CHANNELS, CONVICTIONS, CRIMES, ETHNICITIES, STATUSES


def ledger_frames(months: list[dict], population: Population) -> dict[str, pd.DataFrame]:
    """Frames ``crime``, ``crime_area``, ``people``, ``people_area``, ``encounters``,
    ``detainers`` and ``city``, each with a ``month`` column (``2022-01``).

    Each is made of all months at once: a frame a month costs more than counting its events.
    """
    names = ("crime", "crime_area", "people", "people_area", "encounters", "detainers", "city")
    if not months:
        return {name: pd.DataFrame() for name in names}
    axes = {"month": [month["month"] for month in months]}
    by_area = {**axes, "area": list(population.city.numbers)}
    by_group = {**axes, "status": STATUSES, "ethnicity": ETHNICITIES}
    frames = {
        "crime": _grid(_all(months, "crime"), INCIDENT_OUTCOMES, **by_group, crime=CRIMES),
        "crime_area": _grid(
            _all(months, "crime_area"), INCIDENT_OUTCOMES, **by_area, crime=CRIMES
        )[["month", "area", "crime", *AREA_OUTCOMES]],
        "people": _people(months, by_group),
        "people_area": _people_area(months, by_area),
        "encounters": _sparse(months, "encounters", "channel", CHANNELS, MEETINGS),
        "detainers": _sparse(months, "detainers", "place", PLACES, DETAINER_OUTCOMES),
        "city": pd.DataFrame([month["sums"] for month in months]).fillna(0.0),
    }
    frames["city"].insert(0, "month", axes["month"])
    return frames


def _all(months: list[dict], name: str) -> np.ndarray:
    """A count of every month, months first."""
    return np.stack([month[name] for month in months])


def _grid(counts: np.ndarray, outcomes, **axes) -> pd.DataFrame:
    """A full grid of `axes` with a column an outcome."""
    index = pd.MultiIndex.from_product(
        [list(names) for names in axes.values()], names=list(axes)
    )
    table = pd.DataFrame(counts.reshape(len(index), -1), columns=list(outcomes), index=index)
    return table.reset_index()


def _people(months: list[dict], axes: dict) -> pd.DataFrame:
    table = _grid(_all(months, "contacts"), CONTACTS, **axes)
    table["residents"] = _all(months, "residents").ravel()
    days = np.array([month["days"] for month in months])
    table["person_days"] = table["residents"] * np.repeat(days, len(table) // len(days))
    flows = [month["flows"] for month in months]
    for name in flows[0]:
        table[name] = np.concatenate([flow[name] for flow in flows])
    return table


def _people_area(months: list[dict], axes: dict) -> pd.DataFrame:
    table = _grid(_all(months, "contacts_area"), CONTACTS, **axes)
    table = table[["month", "area", "stops", "arrests"]].copy()
    table["residents"] = _all(months, "residents_area").ravel()
    days = np.array([month["days"] for month in months])
    table["person_days"] = table["residents"] * np.repeat(days, len(table) // len(days))
    table["encounters"] = _all(months, "encounters_area").ravel()
    return table


def _sparse(months: list[dict], name: str, title: str, names, outcomes) -> pd.DataFrame:
    """Only the combinations that occur."""
    code = np.concatenate([month[name][0] for month in months])
    counts = np.concatenate([month[name][1] for month in months])
    names = list(names)
    where, status, conviction, flags = np.unravel_index(code, TALLIED)
    table = pd.DataFrame(
        {
            title: [names[i] for i in where],
            "status": [STATUSES.names[i] for i in status],
            "conviction": [CONVICTIONS.names[i] for i in conviction],
            "carve_out": [carve_out(int(i)) for i in flags],
        },
        dtype=object,
    )
    stamps = [month["month"] for month in months for _ in month[name][0]]
    table.insert(0, "month", pd.Series(stamps, dtype="str"))
    for i, outcome in enumerate(outcomes):
        table[outcome] = counts[:, i]
    if outcomes is MEETINGS:
        # An arrest is a meeting too.
        table["met"] += table["arrested"]
    return table
