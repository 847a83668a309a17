"""What is run: one frozen value that, with the versions of the code, decides every number."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from model.faults import BadInput, Fault, nearest
from model.field_words import allowed

#: Years that a date may lie in: far beyond any law, and within the calendar's arithmetic.
YEARS = (1900, 2200)


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number is needed, not true or false")
    return value


def _within_years(date: dt.date) -> dt.date:
    if not YEARS[0] <= date.year <= YEARS[1]:
        raise ValueError(f"a date from {YEARS[0]} to {YEARS[1]} is needed")
    return date


class Raid(BaseModel):
    """A named operation: announced, perhaps leaked, begun or called off.

    ``visits`` are attempts over the whole operation for a city of Chicago's size (scaled with the
    population); ``announced`` may lie before ``begins``; a raid ``called_off`` only alarms.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    announced: dt.date
    begins: dt.date
    days: int = Field(5, ge=1, le=365)
    visits: int = Field(200, ge=0, le=100_000)
    leaked: bool = False
    called_off: bool = False

    @field_validator("days", "visits", mode="before")
    @classmethod
    def _no_booleans(cls, value: Any) -> Any:
        return _number(value)

    @field_validator("announced", "begins")
    @classmethod
    def _years(cls, date: dt.date) -> dt.date:
        return _within_years(date)


class Scenario(BaseModel):
    """One run of the model.

    Parameters
    ----------
    regime
        The city's ordinance: a name (``carveout regimes``) or the path of a file.
    baseline
        The regime under which the model's levels are solved, and against which openness is felt.
    believed
        The regime that residents believe to be in force; ``None`` means the true one. Holding
        belief at the baseline gives the part of an effect that is legal exposure.
    environment
        E0 the ordinance alone binds, E1 the county declines detainers, E2 the TRUST Act,
        E3 the Way Forward Act.
    solved_under
        The legal environment under which the levels are solved; ``None`` means the run's own. Two
        environments are compared under one, or each would be made to meet the same targets.
    posture
        Federal posture: capacity, priorities, usual operations.
    timeline
        A file of dated layers instead of one regime; ``None`` holds `regime` throughout.
    city
        A name, or the path of a folder of tables.
    start, days
        First day, and how many days are simulated.
    scale
        Share of the city's residents that are simulated.
    seed
        All the chance of the run. ``"42"`` is 42.
    parameters
        Values that replace defaults of the registry, by name.
    raids
        Operations beside those of the posture.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    regime: str = "welcoming-2012"
    baseline: str = "welcoming-2012"
    believed: str | None = None
    environment: str = "E3"
    solved_under: str | None = None
    posture: str = "2017-2019"
    timeline: str | None = None
    city: str = "chicago"
    start: dt.date = dt.date(2022, 1, 1)
    days: int = Field(365, ge=1, le=36_525)
    scale: float = Field(1.0, gt=0, le=1.0, allow_inf_nan=False)
    seed: int = Field(0, ge=0, lt=2**63)
    parameters: dict[str, float] = Field(default_factory=dict)
    raids: tuple[Raid, ...] = ()

    @field_validator("days", "scale", mode="before")
    @classmethod
    def _no_booleans(cls, value: Any) -> Any:
        return _number(value)

    @field_validator("start")
    @classmethod
    def _years(cls, date: dt.date) -> dt.date:
        return _within_years(date)

    @field_validator("seed", mode="before")
    @classmethod
    def _seed_is_a_whole_number(cls, value: Any) -> Any:
        if isinstance(value, bool) or not re.fullmatch(r"\+?[0-9]{1,19}", str(value).strip()):
            raise ValueError("a whole number from 0 is needed")
        return int(value)

    @property
    def end(self) -> dt.date:
        """The first day that is not simulated."""
        return self.start + dt.timedelta(days=self.days)

    def but(self, **changes: Any) -> Scenario:
        """This scenario with some fields changed, checked again."""
        return scenario({**self.model_dump(), **changes})


class ScenarioFields(TypedDict, total=False):
    """The fields of `Scenario` as keywords."""

    regime: str
    baseline: str
    believed: str | None
    environment: str
    solved_under: str | None
    posture: str
    timeline: str | None
    city: str
    start: dt.date | str
    days: int
    scale: float
    seed: int | str
    parameters: Mapping[str, float]
    raids: Sequence[Raid | Mapping[str, Any]]


def scenario(values: dict[str, Any], file: str | Path = "") -> Scenario:
    """Check `values` and make a `Scenario` of them.

    Raises
    ------
    BadInput
        One fault for each field that is unknown, missing or out of range.
    """
    setting = fields_of(values, file)
    if faults := _raid_faults(setting, str(file)):
        raise BadInput(faults)
    return setting


def fields_of(values: dict[str, Any], file: str | Path = "") -> Scenario:
    """`scenario`, each field by itself: operations are not held against the run's dates."""
    try:
        return Scenario.model_validate(values)
    except ValidationError as error:
        faults = []
        for problem in error.errors():
            # A parameter by its name alone, as the registry says it.
            key = ".".join(map(str, problem["loc"])).removeprefix("parameters.")
            unknown_key = problem["type"] == "extra_forbidden"
            faults.append(
                Fault(
                    found="unknown setting" if unknown_key else f"found {brief(problem['input'])}",
                    allowed=", ".join(Scenario.model_fields) if unknown_key
                    else allowed(Scenario, problem["loc"], problem),
                    nearest=nearest(key, Scenario.model_fields) if unknown_key else "",
                    key=key,
                    file=str(file),
                )
            )
        raise BadInput(faults) from None


def _raid_faults(setting: Scenario, file: str) -> list[Fault]:
    """Operations whose dates are out of order, or of which no day falls in the run."""
    faults = []
    last = setting.end - dt.timedelta(days=1)
    for index, raid in enumerate(setting.raids):
        found = f"announced {raid.announced}, begins {raid.begins}, lasts {raid.days} days"
        ends = raid.begins + dt.timedelta(days=raid.days - 1)
        told = setting.start <= raid.announced <= last
        done = not raid.called_off and raid.begins <= last and ends >= setting.start
        if raid.announced > raid.begins:
            rule = "announced on the day it begins or before"
        elif not told and not done:
            rule = f"a day of it from {setting.start} to {last}"
        else:
            continue
        faults.append(Fault(found, rule, key=f"raids.{index}", file=file))
    return faults


def brief(value: Any) -> str:
    """A value as a person gave it, cut to 60 characters."""
    # Python refuses to write out a whole number of thousands of digits.
    huge = isinstance(value, int) and value.bit_length() > 1_000
    shown = str(value) if isinstance(value, dt.date) else repr(value)
    text = "a number of hundreds of digits" if huge else shown
    return text if len(text) <= 60 else f"{text[:57]}..."
