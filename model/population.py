"""The residents and officers of one city: columns, made once a city, seed and scale.

`synthesise` meets the city's tables by keyed quotas, area by area, without fitting: households,
then ethnicities and children, then statuses household by household, then each resident's age,
sex, language, record and trust.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.city import City
from model.dice import Dice
from model.faults import BadInput, Fault
from model.households import AreaQuota, area_quotas, make_households
from model.nativity import place_statuses
from model.officers import make_officers
from model.person_columns import COLUMNS, PERSON_COLUMNS, column_faults
from model.quotas import AreaDice
from model.records import BIT, draw_convictions, draw_flags, list_gangs, record_intensity
from model.registry import Parameters
from model.residents import (
    draw_ages,
    draw_limited_english,
    draw_sexes,
    draw_trust,
    follows_news,
    trust_means,
)
from model.schema import AGES, CONVICTIONS, ETHNICITIES, LADDER, SEXES, STATUSES

#: Room for status and ethnicity in one number (`Population.cell`).
CELL_BITS = 5


@dataclass(frozen=True, eq=False, repr=False)
class Population:
    """Residents in households, and officers: n residents, h households, m officers.

    Rows are sorted by area, then household; a resident's id is the row. The first row of a
    household is an adult, the householder. Columns cannot be written to: regimes share them.

    Attributes
    ----------
    city, seed, scale
        What it was made from.
    area : (n,) int16
        Index of the area.
    household : (n,) int32
        Index of the household.
    age, sex, ethnicity, status, conviction : (n,) uint8
        Codes of `schema.AGES`, `SEXES`, `ETHNICITIES`, `STATUSES`, `CONVICTIONS`.
    limited_english : (n,) bool
        Speaks English less than very well.
    flags : (n,) uint8
        Bit i: recorded in class i of `schema.CARVE_OUTS`, rightly or not.
    gang_error : (n,) bool
        In the gang database without grounds.
    follows_news : (n,) bool
        Hears of announcements and threats.
    mixed : (n,) bool
        Lives in a household with undocumented and other members.
    trust : (n,) float64
        Baseline trust in the police, in standard deviations.
    household_start : (h + 1,) int32
        Members of household i are rows ``household_start[i]:household_start[i + 1]``.
    area_start : (areas + 1,) int32
        The same for areas.
    officer_district : (m,) int16
        Index into the city's districts, ascending.
    officer_compliance : (m,) float64
        Probability of following the ordinance on one occasion.
    officer_start : (districts + 1,) int32
        Officers of each district.
    """

    city: City
    seed: int
    scale: float
    area: NDArray[np.int16]
    household: NDArray[np.int32]
    age: NDArray[np.uint8]
    sex: NDArray[np.uint8]
    ethnicity: NDArray[np.uint8]
    limited_english: NDArray[np.bool_]
    status: NDArray[np.uint8]
    conviction: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    gang_error: NDArray[np.bool_]
    follows_news: NDArray[np.bool_]
    mixed: NDArray[np.bool_]
    trust: NDArray[np.float64]
    household_start: NDArray[np.int32]
    area_start: NDArray[np.int32]
    officer_district: NDArray[np.int16]
    officer_compliance: NDArray[np.float64]
    officer_start: NDArray[np.int32]

    def __post_init__(self) -> None:
        for column in self.columns().values():
            column.setflags(write=False)

    def __repr__(self) -> str:
        made = f"{self.n:,} residents in {self.n_households:,} households"
        return f"Population({self.city.name}, seed {self.seed}, scale {self.scale:g}: {made})"

    @property
    def n(self) -> int:
        """Residents."""
        return len(self.area)

    def members_of(self, homes: NDArray[np.integer]) -> NDArray[np.int64]:
        """All members of households `homes`, household by household."""
        first = self.household_start[homes].astype(np.int64)
        size = self.household_start[homes + 1] - first
        return np.arange(size.sum()) + np.repeat(first - np.cumsum(size) + size, size)

    @property
    def n_households(self) -> int:
        """Households."""
        return len(self.household_start) - 1

    @property
    def n_officers(self) -> int:
        """Officers."""
        return len(self.officer_district)

    @cached_property
    def ladder(self) -> NDArray[np.uint8]:
        """(n,) rung of the threat ladder, codes of `schema.LADDER` (`ASAD20`)."""
        table = np.full((len(ETHNICITIES), len(STATUSES)), LADDER["lawful_noncitizen"], np.uint8)
        for status, rung in (("us_born", "us_born_latino"), ("naturalized", "naturalized_latino")):
            table[:, STATUSES[status]] = LADDER["none"]
            table[ETHNICITIES["latino"], STATUSES[status]] = LADDER[rung]
        table[:, STATUSES["undocumented"]] = LADDER["undocumented"]
        rungs = table.ravel()[self.ethnicity * np.uint8(len(STATUSES)) + self.status]
        rungs.setflags(write=False)
        return rungs

    @cached_property
    def cell(self) -> NDArray[np.int16]:
        """(n,) status and ethnicity in one number: ``status * 5 + ethnicity``."""
        cell = self.status.astype(np.int16) * np.int16(len(ETHNICITIES)) + self.ethnicity
        cell.setflags(write=False)
        return cell

    @cached_property
    def area_and_cell(self) -> NDArray[np.int32]:
        """(n,) area and `cell` in one number, ``area << CELL_BITS | cell``: fetched at once."""
        both = self.area.astype(np.int32) << CELL_BITS | self.cell
        both.setflags(write=False)
        return both

    @cached_property
    def residents_by_cell(self) -> NDArray[np.int64]:
        """(30,) residents of each status and ethnicity."""
        return np.bincount(self.cell, minlength=len(STATUSES) * len(ETHNICITIES))

    def columns(self) -> dict[str, np.ndarray]:
        """All columns by name, without copying: what a cache has to keep."""
        return {name: getattr(self, name) for name in COLUMNS}

    @classmethod
    def from_columns(
        cls, city: City, seed: int | str, scale: float, columns: Mapping[str, np.ndarray]
    ) -> Population:
        """The population that `columns` was taken from.

        Raises
        ------
        BadInput
            If a column is missing, unknown, of another type, or of another length than its fellows.
        """
        seed, scale = _seed(seed), _scale(scale)
        faults = column_faults(city, columns)
        if faults:
            raise BadInput(faults)
        return cls(city, seed, scale, **{name: columns[name] for name in COLUMNS})

    def with_isolated_resident(
        self,
        like: int = 0,
        *,
        status: str = "undocumented",
        ethnicity: str = "latino",
        age: str = "25-34",
        sex: str = "male",
        conviction: str = "none",
        flags: int = 0,
        trust: float = 0.0,
    ) -> Population:
        """This population with one more resident, in an own household and an own last area.

        The new area has the shares and crime rates per resident of area `like` (an index). All
        other rows, and all officers, are the same bit for bit.

        Raises
        ------
        KeyError
            If a category does not exist.
        """
        one: dict[str, Any] = {
            "area": self.city.n_areas,
            "household": self.n_households,
            "age": AGES[age],
            "sex": SEXES[sex],
            "ethnicity": ETHNICITIES[ethnicity],
            "status": STATUSES[status],
            "conviction": CONVICTIONS[conviction],
            "flags": flags,
            "limited_english": False,
            "gang_error": False,
            "follows_news": True,
            "mixed": False,
            "trust": trust,
            "household_start": self.n + 1,
            "area_start": self.n + 1,
        }
        columns = self.columns()
        for name, value in one.items():
            kind = columns[name].dtype
            columns[name] = np.concatenate([columns[name], np.array([value], dtype=kind)])
        city = self.city.with_isolated_area(like)
        return Population(city, self.seed, self.scale, **columns)


def synthesise(
    city: City, *, seed: int | str, scale: float = 1.0, parameters: Parameters
) -> Population:
    """Make the residents and officers of `city`.

    Parameters
    ----------
    city
        The tables that the margins are to meet.
    seed
        All the chance of it; ``"42"`` is 42.
    scale
        Share of the residents made, above 0 and at most 1. Rates do not depend on it.
    parameters
        What the tables leave open (``population.toml`` and ``records.toml``).

    Raises
    ------
    BadInput
        If the seed is no whole number or the scale out of range.
    """
    dice, scale = Dice(_seed(seed)), _scale(scale)
    quotas = area_quotas(city, scale, dice)
    area_start = np.cumsum([0, *(quota.residents for quota in quotas)])
    household_start = np.zeros(1 + sum(quota.households for quota in quotas), dtype=np.int32)
    columns = {name: np.empty(area_start[-1], kind) for name, kind in PERSON_COLUMNS.items()}
    intensity = record_intensity(city, parameters.record_area_elasticity)
    means = trust_means(city, parameters)

    first_household = 0
    for area, quota in enumerate(quotas):
        if not quota.residents:
            continue
        draw = AreaDice(dice, int(city.numbers[area]))
        made = _make_area(city, area, quota, float(intensity[area]), means, draw, parameters)
        sizes = made.pop("sizes")
        rows = slice(area_start[area], area_start[area + 1])
        made["area"] = np.int16(area)
        made["household"] += first_household
        for name, values in made.items():
            columns[name][rows] = values
        ends = area_start[area] + np.cumsum(sizes)
        household_start[first_household + 1 : first_household + 1 + len(sizes)] = ends
        first_household += len(sizes)

    columns["gang_error"][:] = False
    listed, wrong = list_gangs(intensity, columns["area"], columns, dice, parameters)
    columns["flags"][listed] |= BIT["gang_database"]
    columns["gang_error"][wrong] = True
    columns |= make_officers(city, scale, dice, parameters)
    columns["household_start"] = household_start
    columns["area_start"] = area_start.astype(np.int32)
    return Population(city, dice.seed, scale, **columns)


def _make_area(
    city: City,
    area: int,
    quota: AreaQuota,
    intensity: float,
    means: NDArray[np.float64],
    draw: AreaDice,
    p: Parameters,
) -> dict[str, Any]:
    """Columns of one area's residents, and the sizes of its households."""
    homes = make_households(quota, draw, p)
    statuses = place_statuses(homes, quota, draw, p)
    status, ethnicity = statuses.status, homes.ethnicity
    age = draw_ages(homes, status, draw, p)
    sex = draw_sexes(quota.residents, draw, p)
    latino = max(float(city.ethnicity_share[area, ETHNICITIES["latino"]]), 1e-9)
    spanish = min(float(city.spanish_at_home_share[area]) / latino, 1.0)
    conviction = draw_convictions(status, age, sex, intensity, draw, p)
    return {
        "sizes": homes.sizes,
        "household": homes.of,
        "age": age,
        "sex": sex,
        "ethnicity": ethnicity,
        "limited_english": draw_limited_english(
            status, ethnicity, quota.limited_english, spanish, draw, p
        ),
        "status": status,
        "conviction": conviction,
        "flags": draw_flags(conviction, age, intensity, draw, p),
        "follows_news": follows_news(status, draw, p),
        "mixed": statuses.mixed[homes.of],
        "trust": draw_trust(ethnicity, means, draw),
    }


def _seed(seed: int | str) -> int:
    try:
        if isinstance(seed, bool | float):
            raise TypeError
        return int(seed)
    except (TypeError, ValueError):
        raise BadInput(Fault(f"found {seed!r}", "a whole number", key="seed")) from None


def _scale(scale: float) -> float:
    number = isinstance(scale, int | float | np.number) and not isinstance(scale, bool)
    if not number or not (math.isfinite(scale) and 0 < scale <= 1):
        raise BadInput(Fault(f"found {scale!r}", "a number above 0, at most 1", key="scale"))
    return float(scale)
