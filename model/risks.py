"""Relative risks by age, sex, status and conviction: who, of the residents of one place.

Levels are not set here: they come from the city's tables (``model.rates``).
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.registry import Parameters
from model.schema import AGES, CARVE_OUTS, CONVICTIONS, SEXES, STATUSES

PROFILES = Path(__file__).parent / "data" / "age_profiles.csv"
WARRANT = 1 << CARVE_OUTS["criminal_warrant"]
#: Axes of a table of risks by person.
SHAPE = (len(AGES), len(SEXES), len(STATUSES), len(CONVICTIONS))


@cache
def age_profile(name: str) -> NDArray[np.float64]:
    """The relative risk called `name` by age band, shape (7,), from ``age_profiles.csv``."""
    with PROFILES.open(encoding="utf-8") as file:
        rows = {row["age"]: float(row[name]) for row in csv.DictReader(file)}
    return np.array([rows[age] for age in AGES])


def _outer(
    age: NDArray[np.float64],
    sex: list[float],
    status: NDArray[np.float64] | None = None,
    conviction: list[float] | None = None,
) -> NDArray[np.float64]:
    """The product of four profiles as an array of `SHAPE`."""
    status = np.ones(len(STATUSES)) if status is None else status
    conviction = [1.0] * len(CONVICTIONS) if conviction is None else conviction
    return np.einsum("a,b,c,d->abcd", age, sex, status, conviction)


def violence_risk(female_share: float = 0.5) -> NDArray[np.float64]:
    """Risk of violent victimisation by (age, sex, status, conviction), before the raking of status.

    `female_share` is the share of victims who are women, where both sexes are as numerous.
    """
    return _outer(age_profile("violent"), [2 * female_share, 2 * (1 - female_share)])


def partner_risk(values: Parameters) -> NDArray[np.float64]:
    """Risk that a course of partner violence begins, by (age, sex, status, conviction)."""
    female = values.female_share_partner_violence
    return _outer(age_profile("partner"), [2 * female, 2 * (1 - female)])


def stop_risk(values: Parameters) -> NDArray[np.float64]:
    """Risk of a stop by (age, sex, status, conviction)."""
    return _outer(age_profile("stop"), [1.0, values.male_arrest_ratio])


def arrest_ratio(values: Parameters) -> NDArray[np.float64]:
    """Arrests of each status over those of US-born citizens alike, shape (6,). `TX_ARR`"""
    ratio = np.full(len(STATUSES), values.immigrant_arrest_ratio)
    ratio[STATUSES["us_born"]] = 1.0
    ratio[STATUSES["undocumented"]] = values.undocumented_arrest_ratio
    return ratio


def arrest_in_stop(
    values: Parameters, status: NDArray[np.integer], flags: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Chance that a stop of a resident ends in an arrest, shape (n,)."""
    warrant = flags & WARRANT > 0
    share = np.where(warrant, values.warrant_arrest_share, values.stop_arrest_share)
    return share * arrest_ratio(values)[status]


def arrest_risk(values: Parameters) -> NDArray[np.float64]:
    """Risk of arrest by (age, sex, status, conviction). Sources: `TX_ARR`, `DART_REARREST`."""
    felony = values.rearrest_felony
    return _outer(
        age_profile("arrest"),
        [1.0, values.male_arrest_ratio],
        arrest_ratio(values),
        [1.0, values.rearrest_misdemeanour, felony, felony],
    )
