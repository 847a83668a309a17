"""The log of single events as one table, with names for codes and the synthetic person's traits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from model.ledger import (
    BY_BYSTANDER,
    BY_VICTIM,
    CLEARED,
    CONTACTS,
    DETAINER_OUTCOMES,
    FOUND,
    PLACES,
    carve_out,
)
from model.population import Population
from model.schema import AGES, CHANNELS, CONVICTIONS, CRIMES, ETHNICITIES, N_FLAGS, SEXES, STATUSES

EPOCH = dt.date(1970, 1, 1)
#: What a code in a column of the ledger's events stands for.
NAMES: dict[tuple[str, str], tuple[str, ...]] = {
    ("incident", "crime"): CRIMES.names,
    ("contact", "kind"): tuple(CONTACTS),
    ("detainer", "place"): tuple(PLACES),
    ("detainer", "outcome"): tuple(DETAINER_OUTCOMES),
    ("encounter", "channel"): CHANNELS.names,
    ("encounter", "arrested"): ("met", "arrested"),
}
#: Columns of the ledger that are called otherwise in the log.
RENAMED = {"kind": "outcome", "arrested": "outcome"}
WHO_REPORTED = {BY_VICTIM: "victim", BY_BYSTANDER: "bystander", FOUND: "police"}


def event_rows(events: Mapping[str, pd.DataFrame], population: Population) -> pd.DataFrame:
    """All events by date, one row an event; `person` is still the resident's number.

    Parameters
    ----------
    events
        `Ledger.events`: a frame a kind, with codes; ``day`` is the date's ordinal.
    """
    parts = [_named(kind, frame) for kind, frame in events.items() if len(frame)]
    if not parts:
        return pd.DataFrame(columns=["date", "event", "person"])
    rows = pd.concat(parts, ignore_index=True).sort_values("day", kind="stable")
    person = rows["person"].to_numpy()
    # In custody the case for which a person is held is among the classes, elsewhere the record's.
    flags = rows["flags"].fillna(pd.Series(population.flags[person])).to_numpy(np.uint8)
    since = rows["day"].to_numpy() - EPOCH.toordinal()
    dates = np.datetime64(EPOCH) + since.astype("timedelta64[D]")
    traits: dict[str, Any] = {
        "status": np.array(STATUSES.names, object)[population.status[person]],
        "ethnicity": np.array(ETHNICITIES.names, object)[population.ethnicity[person]],
        "age": np.array(AGES.names, object)[population.age[person]],
        "sex": np.array(SEXES.names, object)[population.sex[person]],
        "conviction": np.array(CONVICTIONS.names, object)[population.conviction[person]],
        "carve_out": np.array([carve_out(flags) for flags in range(N_FLAGS)], object)[flags],
    }
    rows = rows.assign(date=np.datetime_as_string(dates, unit="D"), **traits)
    return rows.drop(columns=["day", "flags"])


def _named(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    out = frame[["day", "person"]].assign(event=kind, flags=frame.get("flags", np.nan))
    for column in frame.columns.difference(["day", "person", "fate", "flags"]):
        names = np.array(NAMES[kind, column], object)
        out[RENAMED.get(column, column)] = names[frame[column].to_numpy()]
    if "fate" in frame:
        fates = np.arange(int(frame["fate"].max()) + 1)
        told = np.array([_fate(int(fate)) for fate in fates], object)
        out["reported_by"] = told[frame["fate"].to_numpy()]
        cleared = np.array(["cleared" if fate & CLEARED else "not cleared" for fate in fates])
        out["outcome"] = cleared.astype(object)[frame["fate"].to_numpy()]
    return out


def _fate(fate: int) -> str:
    return "+".join(who for bit, who in WHO_REPORTED.items() if fate & bit) or "nobody"
