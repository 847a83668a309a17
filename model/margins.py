"""What was made against the tables: every margin of the population, per area and citywide."""

from __future__ import annotations

import numpy as np
import pandas as pd

from model.nativity import UNDOCUMENTED, US_BORN
from model.population import Population
from model.records import BIT, MALE
from model.registry import Parameters, load_parameters
from model.schema import ADULT, CONVICTIONS, ETHNICITIES, FIRST_NONCITIZEN

#: Fewer persons than this are not shown (the rule of every output).
LEAST_CELL = 20
#: Of these nothing that was made is told by area: beside the residents a share is a count.
CITYWIDE_ONLY = ("foreign-born", "non-citizen", "undocumented")
#: Decimals of a made share of an area: too few to have the persons back.
AREA_DECIMALS = 2
#: Illinois family households with an undocumented member, `MIXED`: of mixed status, and with a
#: US-born citizen.
MIXED_SHARE, MIXED_US_BORN_SHARE = 0.87, 0.74
CITY = "city"


def margin_report(population: Population, parameters: Parameters | None = None) -> pd.DataFrame:
    """`exact_margins` as they may be shown.

    By area nothing made is told of `CITYWIDE_ONLY`; other made shares are rounded to
    `AREA_DECIMALS`, and are missing where they, or the rest of the area's residents, stand for
    fewer than `LEAST_CELL` persons. Where the ethnicities hidden in an area are so few together,
    the smallest other one goes with them.

    Returns
    -------
    pandas.DataFrame
        Columns of `exact_margins`, and in citywide rows ``largest_gap``: the largest absolute
        difference in any area, to 3 decimals.
    """
    report = exact_margins(population, parameters)
    by_area = report["area"] != CITY
    gaps = report[by_area].groupby("quantity")["difference"].agg(lambda gap: gap.abs().max())
    report["largest_gap"] = report["quantity"].map(gaps).round(3).where(~by_area)
    share = by_area & (report["unit"] == "share")
    residents = dict(zip(population.city.numbers, np.diff(population.area_start), strict=True))
    here = report.loc[share, "area"].map(residents)
    persons = report.loc[share, "persons"]
    hidden = (persons < LEAST_CELL) | (here - persons < LEAST_CELL)
    ethnicity = report.loc[share, "quantity"].isin(ETHNICITIES.names)
    for _, parts in persons[ethnicity].groupby(report.loc[share, "area"]):
        # The shares of an area add up to one: too few hidden could be had by subtraction.
        for row in parts.sort_values().index:
            lost = parts[hidden[parts.index]]
            if lost.empty or (len(lost) > 1 and lost.sum() >= LEAST_CELL):
                break
            hidden[row] = True
    hidden |= report.loc[share, "quantity"].isin(CITYWIDE_ONLY)
    made = report.loc[share, "made"].round(AREA_DECIMALS).mask(hidden)
    report.loc[share, "made"] = made
    report.loc[share, "difference"] = made - report.loc[share, "table"]
    small = ~by_area & (report["persons"] < LEAST_CELL)
    report.loc[small, ["made", "difference"]] = np.nan
    return report.drop(columns="persons")


def exact_margins(population: Population, parameters: Parameters | None = None) -> pd.DataFrame:
    """Margins that the population was to meet, and those that it has: never shown as they are.

    Parameters
    ----------
    population
        What `model.population.synthesise` made.
    parameters
        Those it was made with, by default the registry's: they give the targets of records.

    Returns
    -------
    pandas.DataFrame
        One row a quantity and area, then the citywide rows: ``area`` (its number, or ``city``),
        ``name``, ``quantity``, ``unit`` (``residents`` or ``households`` at the population's
        scale, else ``share``), ``table``, ``made``, ``persons`` (made, as a count),
        ``difference`` (made less table).
    """
    p = load_parameters() if parameters is None else parameters
    rows = _area_rows(population) + _record_rows(population, p) + _household_rows(population)
    names = ["area", "name", "quantity", "unit", "table", "made", "persons"]
    report = pd.DataFrame(rows, columns=names)
    report["difference"] = report["made"] - report["table"]
    return report


def _area_rows(population: Population) -> list[tuple]:
    city, scale = population.city, population.scale
    residents = np.diff(population.area_start)
    households = np.bincount(
        population.area[population.household_start[:-1]], minlength=city.n_areas
    )
    rows = []
    for quantity, table, made in (
        ("residents", city.population * scale, residents),
        ("households", city.households * scale, households),
    ):
        rows += _areas(population, quantity, quantity, table, made, made)
        total = float(table.sum()), float(made.sum()), float(made.sum())
        rows.append((CITY, city.title, quantity, quantity, *total))
    for quantity, table, members in _share_margins(population):
        persons = np.bincount(population.area[members], minlength=city.n_areas)
        with np.errstate(invalid="ignore", divide="ignore"):
            made = persons / residents
        rows += _areas(population, quantity, "share", table, made, persons)
        expected = float(np.average(table, weights=city.population))
        rows.append(_city_share(population, quantity, expected, members))
    return rows


def _areas(
    population: Population, quantity: str, unit: str, table: np.ndarray, made: np.ndarray,
    persons: np.ndarray,
) -> list[tuple]:
    city = population.city
    return [
        (int(number), name, quantity, unit, float(expected), float(found), float(count))
        for number, name, expected, found, count in zip(
            city.numbers, city.names, table, made, persons, strict=True
        )
    ]


def _share_margins(population: Population) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Quantity, table (areas,) and members (n,) bool of each share that the tables give."""
    city, status = population.city, population.status
    ethnicities = [
        (name, city.ethnicity_share[:, code], population.ethnicity == code)
        for code, name in enumerate(ETHNICITIES)
    ]
    return [
        *ethnicities,
        ("foreign-born", city.foreign_born_share, status != US_BORN),
        ("non-citizen", city.noncitizen_share, status >= FIRST_NONCITIZEN),
        ("undocumented", city.undocumented_share, status == UNDOCUMENTED),
        ("under 18", city.under18_share, population.age < ADULT),
        ("limited English", city.limited_english_share, population.limited_english),
    ]


def _city_share(
    population: Population, quantity: str, table: float, members: np.ndarray, of: int | None = None
) -> tuple:
    """A citywide row: the share of `members` among residents, or among `of` of them."""
    persons = int(np.count_nonzero(members))
    whole = population.n if of is None else of
    made = persons / whole if whole else np.nan
    return CITY, population.city.title, quantity, "share", table, made, float(persons)


def _record_rows(population: Population, p: Parameters) -> list[tuple]:
    undocumented = population.status == UNDOCUMENTED
    convicted = undocumented & (population.conviction > CONVICTIONS["none"])
    felons = undocumented & (population.conviction >= CONVICTIONS["nonviolent_felony"])
    listed = (population.flags & BIT["gang_database"]) > 0
    group = listed & (population.sex == MALE)
    group &= np.isin(population.ethnicity, ETHNICITIES.codes("black", "latino"))
    persons, entries = int(undocumented.sum()), int(listed.sum())
    any_share, felony_share = p.conviction_any_undocumented, p.conviction_felony_undocumented
    return [
        _city_share(population, "undocumented: any conviction", any_share, convicted, persons),
        _city_share(population, "undocumented: felony", felony_share, felons, persons),
        _city_share(population, "gang database", p.gang_listed_share, listed),
        _city_share(
            population,
            "gang database: Black or Latino men",
            p.gang_black_latino_men_share,
            group,
            entries,
        ),
        _city_share(
            population,
            "gang database: listed wrongly",
            p.gang_wrong_share,
            population.gang_error,
            entries,
        ),
    ]


def _household_rows(population: Population) -> list[tuple]:
    """Mixed status, as shares of the family households with an undocumented member.

    A household of two or more counts as a family: unrelated housemates are not told apart.
    """
    families, mixed, with_us_born = mixed_households(population)
    head = "families with an undocumented member: "
    return [
        _city_share(population, f"{head}mixed status", MIXED_SHARE, mixed, families),
        _city_share(
            population, f"{head}a US-born citizen", MIXED_US_BORN_SHARE, with_us_born, families
        ),
    ]


def mixed_households(population: Population) -> tuple[int, np.ndarray, np.ndarray]:
    """Families with an undocumented member: how many, which are mixed, which have a US-born.

    Returns
    -------
    int, (h,) bool, (h,) bool
    """
    first = population.household_start[:-1]
    undocumented = np.logical_or.reduceat(population.status == UNDOCUMENTED, first)
    family = undocumented & (np.diff(population.household_start) > 1)
    us_born = np.logical_or.reduceat(population.status == US_BORN, first)
    return int(family.sum()), family & population.mixed[first], family & us_born
