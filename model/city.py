"""A city is a folder of tables; `load_city` makes one frozen value of it.

Arrays have a row for each area, in the order of ``areas.csv``, and cannot be written to. Shares of
non-citizens and of undocumented residents are modelled; nothing here gives a count of either.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.city_check import CityFiles, read_city
from model.city_sources import Source
from model.city_tables import ETHNICITY_COLUMNS, POLICING_SERIES, RECORDED_TYPES
from model.faults import BadInput, Fault, nearest, unknown

DATA = Path(__file__).parent / "data"
DAYS_A_YEAR = 365
SHARES = (
    "foreign_born_share",
    "noncitizen_share",
    "undocumented_share",
    "spanish_at_home_share",
    "limited_english_share",
    "under18_share",
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Policing:
    """How much policing the city has seen: yearly series, citywide.

    Years between those of ``policing.csv`` are interpolated; before the first and after the last
    the nearest value is held.
    """

    series: Mapping[str, tuple[tuple[int, float], ...]]

    def _in(self, name: str, year: float) -> float:
        years, values = zip(*self.series[name], strict=True)
        return float(np.interp(year, years, values))

    def arrests(self, year: float) -> float:
        """Arrests in `year`, whole city (Chicago: `CPD_ARR`)."""
        return self._in("arrests", year)

    def stops(self, year: float) -> float:
        """Traffic stops in `year`, whole city (Chicago: `CPD_TS`)."""
        return self._in("stops", year)

    def officers(self, year: float) -> float:
        """Sworn officers in `year` (Chicago: `CPD_OFF`)."""
        return self._in("officers", year)


@dataclass(frozen=True, eq=False)
class City:
    """The tables of one city, n areas.

    Attributes
    ----------
    name, title, state, note
        ``chicago``, ``Chicago``, ``Illinois``, and what a reader should know.
    numbers : (n,) int64
        The areas' own numbers; everywhere else an area is its index, 0 to n - 1.
    names
        The areas' names.
    population, households : (n,) int64
    ethnicity_share : (n, 5) float64
        In the order of `schema.ETHNICITIES`; rows sum to 1, "other" being the remainder.
    foreign_born_share, noncitizen_share, undocumented_share, spanish_at_home_share,
    limited_english_share, under18_share : (n,) float64
        Shares of residents.
    median_income : (n,) float64
        US dollars a year, by household.
    recorded : mapping of (n,) float64
        Recorded crimes a year by recorded type: ``homicide``, ``sexual_assault``, ``robbery``,
        ``assault_battery``, ``burglary``, ``theft``, ``motor_vehicle_theft`` exclude one another;
        ``domestic`` and ``arrests`` are flags across types; ``all`` holds other types too;
        ``all_2019`` is the same for 2019. Brought to 365 days from the days counted over.
    latitude, longitude : (n,) float64
        Degrees, of each area's centre.
    district : (n,) int64
        Index into `districts`.
    districts
        Numbers of the police districts, ascending.
    pairs : (m, 2) int64
        Areas that share a border, as indices, the smaller first, in ascending order.
    tiles : (n, 2) int64
        Column and row of each area's hexagon (see `model.tiles`).
    policing
        Arrests, stops and officers by year, citywide.
    sources
        Source, period, unit and status of each column.
    """

    name: str
    title: str
    state: str
    note: str
    numbers: Integers
    names: tuple[str, ...]
    population: Integers
    households: Integers
    ethnicity_share: Floats
    foreign_born_share: Floats
    noncitizen_share: Floats
    undocumented_share: Floats
    spanish_at_home_share: Floats
    limited_english_share: Floats
    under18_share: Floats
    median_income: Floats
    recorded: Mapping[str, Floats]
    latitude: Floats
    longitude: Floats
    district: Integers
    districts: tuple[int, ...]
    pairs: Integers
    tiles: Integers
    policing: Policing
    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        for value in (*vars(self).values(), *self.recorded.values()):
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def n_areas(self) -> int:
        """How many areas there are."""
        return len(self.numbers)

    @cached_property
    def digest(self) -> str:
        """A hash of every figure and name: equal for equal cities, on any machine."""
        lines = []
        for item in fields(self):
            value = getattr(self, item.name)
            parts = value if isinstance(value, Mapping) else {"": value}
            for key in sorted(parts):
                part = parts[key]
                plain = part.tolist() if isinstance(part, np.ndarray) else part
                if isinstance(plain, Policing):
                    plain = sorted(plain.series.items())
                lines.append(f"{item.name}.{key}={plain!r}")
        return hashlib.blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()

    def neighbours(self, area: int) -> Integers:
        """Indices of the areas that border on area `area` (an index), ascending."""
        return self._neighbours[area]

    @cached_property
    def neighbour_lists(self) -> tuple[Integers, Integers]:
        """All neighbours in one array, and where those of each area begin: those of area ``a``
        are ``neighbours[first[a]:first[a + 1]]``."""
        lists = self._neighbours
        first = np.concatenate([[0], np.cumsum([len(each) for each in lists])])
        return np.concatenate([*lists, np.empty(0, np.int64)]).astype(np.int64), first

    @cached_property
    def _neighbours(self) -> tuple[Integers, ...]:
        both = np.concatenate([self.pairs, self.pairs[:, ::-1]])
        lists = [np.sort(both[both[:, 0] == area, 1]) for area in range(self.n_areas)]
        for indices in lists:
            indices.setflags(write=False)
        return tuple(lists)

    def area(self, which: int | str) -> int:
        """The index of an area by its own number or its name.

        Raises
        ------
        BadInput
            If there is no such area; names the nearest.
        """
        word = str(which).strip()
        for index, (number, name) in enumerate(zip(self.numbers, self.names, strict=True)):
            if word == str(number) or word.casefold() == name.casefold():
                return index
        folded = {name.lower(): name for name in self.names}
        raise BadInput(
            Fault(
                f"unknown area {which!r}",
                f"the {self.n_areas} area names of {self.title}, or their numbers",
                nearest=folded.get(nearest(word, folded), ""),
            )
        )

    def source_of(self, table: str, column: str) -> Source:
        """Where a column comes from.

        Raises
        ------
        KeyError
            If no source names that column.
        """
        for source in self.sources:
            if source.table == table and column in source.columns:
                return source
        raise KeyError(f"no source for {table}.{column}")

    def with_isolated_area(self, like: int) -> City:
        """This city with one more area at the end: one resident, one household, no borders.

        Shares, district and per-resident crime rates are those of area `like` (an index); every
        other row stays as it is, bit for bit. For the test that one isolated resident changes
        nobody's history. The police district is shared with `like`.
        """
        spare = [int(self.tiles[:, 0].max()) + 2, int(self.tiles[:, 1].max()) + 2]
        changes: dict[str, Any] = {
            name: np.append(getattr(self, name), getattr(self, name)[like])
            for name in (*SHARES, "median_income", "latitude", "longitude", "district")
        }
        per_resident = 1 / float(self.population[like])
        return replace(
            self,
            **changes,
            name=f"{self.name} and one",
            numbers=np.append(self.numbers, self.numbers.max() + 1),
            names=(*self.names, f"isolated, like {self.names[like]}"),
            population=np.append(self.population, 1),
            households=np.append(self.households, 1),
            ethnicity_share=np.vstack([self.ethnicity_share, self.ethnicity_share[like]]),
            recorded=MappingProxyType(
                {
                    kind: np.append(counts, counts[like] * per_resident)
                    for kind, counts in self.recorded.items()
                }
            ),
            tiles=np.vstack([self.tiles, spare]),
        )


def shipped_cities() -> tuple[str, ...]:
    """Names of the cities that come with the model."""
    return tuple(sorted(path.parent.name for path in DATA.glob("*/city.toml")))


def city_folder(city: str | Path) -> Path:
    """The folder of a city given by name, or by path.

    Raises
    ------
    BadInput
        If `city` is neither a shipped city's name nor a folder.
    """
    if str(city) in shipped_cities():
        return DATA / str(city)
    if os.path.isdir(city):  # and False, no error, where a name is too long to be one
        return Path(city)
    raise BadInput(unknown("city", str(city), (*shipped_cities(), "the path of a folder")))


def load_city(city: str | Path = "chicago", *, new_tiles: bool = False) -> City:
    """Read, check and freeze a city, by name or by the path of its folder.

    A folder without ``tiles.csv`` gets its tile map computed, which takes seconds; so does any
    folder under `new_tiles`, whatever its ``tiles.csv`` holds.

    Raises
    ------
    BadInput
        With every fault of the folder, by file, line and column.
    """
    files, faults = read_city(city_folder(city))
    if new_tiles and (table := files.tables.pop("tiles", None)):
        faults = [fault for fault in faults if fault.file != table.file]
    if faults:
        raise BadInput(faults)
    return _freeze(files)


def _freeze(files: CityFiles) -> City:
    """One `City` of a folder without faults."""
    areas = files.tables["areas"].columns
    numbers = np.array(areas["area"], np.int64)
    index = {number: place for place, number in enumerate(areas["area"])}

    def by_area(table: str, column: str, kind: type = np.float64) -> NDArray[Any]:
        columns = files.tables[table].columns
        out: NDArray[Any] = np.empty(len(numbers), kind)
        out[[index[number] for number in columns["area"]]] = columns[column]
        return out

    districts = sorted(set(areas["district"]))
    latitude, longitude = by_area("areas", "latitude"), by_area("areas", "longitude")
    pairs = _pairs(files, index)
    if "tiles" in files.tables:
        tiles = np.stack([by_area("tiles", name, np.int64) for name in ("column", "row")], axis=1)
    else:
        from model.tiles import place  # scipy is slow to import, and needed only here

        tiles = place(latitude, longitude, pairs)
    shares: dict[str, Any] = {name: by_area("areas", name) for name in SHARES}
    return City(
        name=files.words["name"],
        title=files.words["title"],
        state=files.words["state"],
        note=files.words["note"],
        numbers=numbers,
        names=tuple(areas["name"]),
        population=by_area("areas", "population", np.int64),
        households=by_area("areas", "households", np.int64),
        ethnicity_share=_ethnicities(
            np.stack([by_area("areas", name) for name in ETHNICITY_COLUMNS], axis=1)
        ),
        **shares,
        median_income=by_area("areas", "median_income"),
        recorded=MappingProxyType(
            {
                kind: by_area("recorded_crime", kind) * DAYS_A_YEAR / _days(files, kind)
                for kind in RECORDED_TYPES
            }
        ),
        latitude=latitude,
        longitude=longitude,
        district=np.searchsorted(districts, by_area("areas", "district", np.int64)),
        districts=tuple(districts),
        pairs=pairs,
        tiles=tiles,
        policing=_policing(files),
        sources=files.sources,
    )


def _pairs(files: CityFiles, index: Mapping[int, int]) -> Integers:
    columns = files.tables["adjacency"].columns
    pairs = sorted(
        (min(index[a], index[b]), max(index[a], index[b]))
        for a, b in zip(columns["area_a"], columns["area_b"], strict=True)
    )
    return np.array(pairs, np.int64).reshape(-1, 2)


def _ethnicities(named: Floats) -> Floats:
    """Shares of the five ethnicities, (n, 5), from the four that are tabulated, (n, 4)."""
    total = named.sum(axis=1, keepdims=True)
    # Rounded shares may sum to a little more than one: then they are scaled back, and other is 0.
    return np.hstack([named, np.maximum(1 - total, 0)]) / np.maximum(total, 1)


def _days(files: CityFiles, kind: str) -> int:
    """Days that a recorded type was counted over."""
    return next(
        source.days
        for source in files.sources
        if source.table == "recorded_crime" and kind in source.columns
    )


def _policing(files: CityFiles) -> Policing:
    rows = list(files.tables["policing"].rows("series", "year", "value"))
    return Policing(
        MappingProxyType(
            {
                name: tuple(sorted((year, value) for _, kind, year, value in rows if kind == name))
                for name in POLICING_SERIES
            }
        )
    )
