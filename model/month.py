"""A month of candidates, with everything about them that no day of the month changes.

Traits, draws and who is near are fixed by keys, and what offenders see changes with the month: a
day is left with what depends on the days before it. Fetching by the month instead of by the day
spares a year some sixty thousand NumPy calls; by the year, the columns would outgrow the
processor's cache.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.clocks import Stream, who_of
from model.ice import month_of_pursuits
from model.offending import month_of_crimes
from model.policing import month_of_calls, month_of_stops

if TYPE_CHECKING:
    from model.policy_model import PolicyModel


@dataclass(frozen=True)
class Month:
    """Streams of candidates by day, from the day of the year `first` to the month's last.

    ``checks`` are the stops of non-citizens, ``witnesses`` the bystanders of ``crimes``.
    """

    first: int
    stops: Stream
    checks: Stream
    arrests: Stream
    calls: Stream
    pursuits: Stream
    crimes: Stream
    witnesses: Stream


def rest_of_month(model: PolicyModel) -> Month:
    """The candidates from today to the end of the calendar month."""
    today, schedule = model.today, model.schedule
    first = today.of_year
    last = first + calendar.monthrange(today.year, today.date.month)[1] - today.date.day + 1
    stops, checks = month_of_stops(model, schedule.stops.days(first, last))
    arrests = schedule.arrests.days(first, last)
    crimes, witnesses = month_of_crimes(model, schedule.crimes.days(first, last))
    return Month(
        first=first,
        stops=stops,
        checks=checks,
        arrests=arrests.beside(who=who_of(arrests.columns["code"])),
        calls=month_of_calls(model, schedule.calls.days(first, last)),
        pursuits=month_of_pursuits(model, schedule.pursuits.days(first, last)),
        crimes=crimes,
        witnesses=witnesses,
    )
