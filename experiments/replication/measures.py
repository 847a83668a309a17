"""What a study can count: single events of a run, by place, period and group.

Studies count with instruments: the virtual crime survey, police records, removals. Each measure
here is one of them, or the truth that they try to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.ledger import BY_VICTIM, CLEARED, CONTACTS, REPORTED, SURVEYED
from model.schema import (
    CHANNELS,
    CONVICTIONS,
    CRIMES,
    ETHNICITIES,
    HAND_OVER_CHANNELS,
    PLACES,
    STATUSES,
)

if TYPE_CHECKING:
    from experiments.replication.design import Noise
    from model.population import Population

Mask = NDArray[np.bool_]
Events = Mapping[str, pd.DataFrame]


class Measure(NamedTuple):
    """A kind of event, and which of them count."""

    event: str
    counts: Callable[[pd.DataFrame], Mask]
    meaning: str


def _fate(bits: int) -> Callable[[pd.DataFrame], Mask]:
    return lambda frame: (frame["fate"].to_numpy() & bits) > 0


def _contact(kind: str) -> Callable[[pd.DataFrame], Mask]:
    return lambda frame: frame["kind"].to_numpy() == CONTACTS.index(kind)


def _all(frame: pd.DataFrame) -> Mask:
    return np.ones(len(frame), bool)


def _surveyed_and_reported(frame: pd.DataFrame) -> Mask:
    fate = frame["fate"].to_numpy()
    return ((fate & SURVEYED) > 0) & ((fate & REPORTED) > 0)


def _arrested(frame: pd.DataFrame) -> Mask:
    return frame["arrested"].to_numpy() > 0


def _handed_over(frame: pd.DataFrame) -> Mask:
    return _arrested(frame) & np.isin(frame["channel"].to_numpy(), HAND_OVER_CHANNELS)


MEASURES: dict[str, Measure] = {
    "victimisations": Measure("incident", _all, "crimes suffered, reported or not"),
    "reported": Measure("incident", _fate(REPORTED), "crimes that police record"),
    "reported_by_victim": Measure("incident", _fate(BY_VICTIM), "crimes that the victim reports"),
    "cleared": Measure("incident", _fate(CLEARED), "recorded crimes that are cleared"),
    "survey_victimisations": Measure(
        "incident", _fate(SURVEYED), "crimes told to the virtual crime survey"),
    "survey_reported": Measure(
        "incident", _surveyed_and_reported, "of those, said to have reached the police"),
    "calls_made": Measure("contact", _contact("calls_made"), "calls that are not about crime"),
    "calls_needed": Measure("contact", _contact("calls_needed"), "occasions for such a call"),
    "bookings": Measure("contact", _contact("arrests"), "bookings, each matched federally"),
    "stops": Measure("contact", _contact("stops"), "police stops"),
    "transfers": Measure("encounter", _handed_over, "hand-overs by lock-up, jail or prison"),
    "ice_arrests": Measure("encounter", _arrested, "arrests by ICE by any channel"),
    "removals": Measure(
        "encounter", _arrested,
        "arrests by ICE, by any channel, of persons booked here before, counted after a lag"),
}
#: What a count can be divided by beside another count.
EXPOSURES = ("residents",)
_COLUMNS = {"status": STATUSES, "ethnicity": ETHNICITIES, "conviction": CONVICTIONS}
_EVENT_COLUMNS = {"crime": CRIMES, "channel": CHANNELS}


@dataclass(frozen=True)
class Periods:
    """Half-open periods by the ordinal of their first day: (n + 1,)."""

    edges: NDArray[np.int64]
    labels: tuple[str, ...]

    def of(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """The period of each day; n or more where it is after the last."""
        return np.searchsorted(self.edges, day, side="right") - 1


def group_of_residents(people: Population, filters: Mapping[str, tuple[str, ...]]) -> Mask:
    """Which residents a group's filters admit, those on events left out."""
    admitted = np.ones(people.n, bool)
    for name, values in filters.items():
        if name in _COLUMNS:
            codes = _COLUMNS[name].codes(*values)
            admitted &= np.isin(getattr(people, name), codes)
    return admitted


def count(
    events: Events,
    people: Population,
    measure: str,
    filters: Mapping[str, tuple[str, ...]],
    periods: Periods,
    noise: Noise | None,
    dice: np.random.Generator,
) -> NDArray[np.float64]:
    """Events of a measure by place and period: (areas, periods).

    Parameters
    ----------
    filters
        Dimension to admitted values (`experiments.validation.groups.parse_group`).
    noise
        What the instrument gets wrong; None for the truth.
    """
    chosen = MEASURES[measure]
    frame = events[chosen.event]
    keep = chosen.counts(frame)
    for name, values in filters.items():
        if name in _EVENT_COLUMNS and name in frame:
            keep &= np.isin(frame[name].to_numpy(), _EVENT_COLUMNS[name].codes(*values))
        elif name == "place" and "place" in frame:
            keep &= np.isin(frame["place"].to_numpy(), [PLACES.index(one) for one in values])
    frame = frame[keep]
    person = frame["person"].to_numpy()
    day = frame["day"].to_numpy()
    who = group_of_residents(people, filters)[person]
    if noise is not None and noise.ethnicity_misrecorded and "ethnicity" in filters:
        who = _misrecorded(people, person, filters, noise.ethnicity_misrecorded, dice)
    if measure == "removals":
        who &= _booked_before(events, person, day)
        if noise is not None and noise.removal_lag_days:
            day = day + np.ceil(dice.exponential(noise.removal_lag_days, len(day))).astype(int)
    place, period = people.area[person[who]].astype(np.int64), periods.of(day[who])
    n_places, n_periods = people.city.n_areas, len(periods.labels)
    inside = (period >= 0) & (period < n_periods)
    cells = place[inside] * n_periods + period[inside]
    return np.bincount(cells, minlength=n_places * n_periods).reshape(n_places, -1).astype(float)


def _misrecorded(
    people: Population, person: NDArray[np.int64], filters: Mapping[str, tuple[str, ...]],
    share: float, dice: np.random.Generator,
) -> Mask:
    """The group as recorded: for a share of events, ethnicity is that of anybody in the place."""
    wrong = dice.random(len(person)) < share
    start = people.area_start[people.area[person]]
    size = np.diff(people.area_start)[people.area[person]]
    other = start + (dice.random(len(person)) * size).astype(np.int64)
    seen = np.where(wrong, other, person)
    rest = {name: values for name, values in filters.items() if name != "ethnicity"}
    ethnicity = {"ethnicity": filters["ethnicity"]}
    return group_of_residents(people, rest)[person] & group_of_residents(people, ethnicity)[seen]


def _booked_before(events: Events, person: NDArray[np.int64], day: NDArray[np.int64]) -> Mask:
    """Whether each was booked here, and so fingerprinted, on that day or earlier."""
    contacts = events["contact"]
    booked = contacts[MEASURES["bookings"].counts(contacts)]
    first = booked.groupby("person")["day"].min()
    when = first.reindex(person).to_numpy(float)
    return when <= day  # never booked is NaN, which is not
