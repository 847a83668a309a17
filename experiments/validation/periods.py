"""Days and periods of a finding: numbered months, dates, years."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd

from model.faults import BadInput, Fault
from model.scenario import Scenario

_MONTHS = re.compile(r"(\d{1,4})(?:\s*(?:-|\.\.|to)\s*(\d{1,4}))?")
_DATE = r"(\d{4}-\d{2})(?:-\d{2})?"
_DATES = re.compile(rf"{_DATE}(?:\s*(?:\.\.|to)\s*{_DATE})?")
PERIODS = "months as 1-12 from the start, 2022-01..2022-06, or 2022"
_YEARS = re.compile(r"((?:19|20)\d\d)(?:\s*(?:-|\.\.|to)\s*((?:19|20)\d\d))?")


def date(text: str) -> dt.date:
    """A day as it is written in a row."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.max
    if not 1900 <= day.year < 2200:
        raise BadInput(Fault(f"found {text!r}", "a date as 2022-01-01, from 1900 to 2199"))
    return day


def dated(text: str) -> tuple[str, str] | None:
    """First and last month of a period that is given by dates or years; None if by numbers."""
    if match := _YEARS.fullmatch(text):
        return f"{match[1]}-01", f"{match[2] or match[1]}-12"
    if match := _DATES.fullmatch(text):
        ends = match[1], match[2] or match[1]
        return ends if all("01" <= end[-2:] <= "12" for end in ends) else None
    return None


def month_names(text: str, start: dt.date) -> tuple[str, ...]:
    """Months of a period: numbers from 1 since the start, or dates (whole months), or years."""
    if ends := dated(text):
        months = pd.period_range(*ends, freq="M")
    elif match := _MONTHS.fullmatch(text):
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= 1200:
            raise BadInput(Fault(f"found {text!r}", f"{PERIODS}, the first before the last"))
        base = pd.Period(start, "M")
        months = pd.period_range(base + (first - 1), base + (last - 1), freq="M")
    else:
        raise BadInput(Fault(f"found {text!r}", PERIODS))
    if not len(months) or months[0] < pd.Period(start, "M"):
        raise BadInput(Fault(f"found {text!r}", f"months from {start:%Y-%m}, in order"))
    return tuple(str(month) for month in months)


def months_of(setting: Scenario) -> tuple[str, ...]:
    """All months of a run."""
    last = setting.end - dt.timedelta(days=1)
    return tuple(map(str, pd.period_range(setting.start, last, freq="M")))
