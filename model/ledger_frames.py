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
    ``detainers`` and ``city``, each with a ``month`` column (``2022-01``)."""
    areas = list(population.city.numbers)
    builders = {
        "crime": lambda m: _grid(
            m["crime"], INCIDENT_OUTCOMES, status=STATUSES, ethnicity=ETHNICITIES, crime=CRIMES
        ),
        "crime_area": lambda m: _grid(m["crime_area"], INCIDENT_OUTCOMES, area=areas, crime=CRIMES)[
            ["area", "crime", *AREA_OUTCOMES]
        ],
        "people": _people,
        "people_area": lambda m: _people_area(m, areas),
        "encounters": lambda m: _sparse(m["encounters"], "channel", CHANNELS, MEETINGS),
        "detainers": lambda m: _sparse(m["detainers"], "place", PLACES, DETAINER_OUTCOMES),
        "city": lambda m: pd.DataFrame([m["sums"]]),
    }
    frames = {}
    for name, build in builders.items():
        parts = []
        for month in months:
            part = build(month)
            part.insert(0, "month", month["month"])
            parts.append(part)
        frames[name] = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    frames["city"] = frames["city"].fillna(0.0)
    return frames


def _grid(counts: np.ndarray, outcomes, **axes) -> pd.DataFrame:
    """A full grid of `axes` with a column an outcome."""
    index = pd.MultiIndex.from_product(
        [list(names) for names in axes.values()], names=list(axes)
    )
    table = pd.DataFrame(counts.reshape(len(index), -1), columns=list(outcomes), index=index)
    return table.reset_index()


def _people(month: dict) -> pd.DataFrame:
    table = _grid(month["contacts"], CONTACTS, status=STATUSES, ethnicity=ETHNICITIES)
    table["residents"] = month["residents"]
    table["person_days"] = month["residents"] * month["days"]
    for name, flow in month["flows"].items():
        table[name] = flow
    return table


def _people_area(month: dict, areas: list[int]) -> pd.DataFrame:
    table = _grid(month["contacts_area"], CONTACTS, area=areas)[["area", "stops", "arrests"]]
    table["residents"] = month["residents_area"]
    table["person_days"] = month["residents_area"] * month["days"]
    table["encounters"] = month["encounters_area"]
    return table


def _sparse(tally: tuple[np.ndarray, np.ndarray], title: str, names, outcomes) -> pd.DataFrame:
    """Only the combinations that occur."""
    code, counts = tally
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
    for i, outcome in enumerate(outcomes):
        table[outcome] = counts[:, i]
    if outcomes is MEETINGS:
        # An arrest is a meeting too.
        table["met"] += table["arrested"]
    return table
