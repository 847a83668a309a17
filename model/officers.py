"""Police officers: how many serve in each district, and how closely each follows the ordinance."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv

from model.city import City
from model.dice import Dice
from model.quotas import split
from model.registry import Parameters

#: Year of the officers and of the recorded crime by which districts share them.
YEAR = 2022


def make_officers(
    city: City, scale: float, dice: Dice, p: Parameters
) -> dict[str, np.ndarray]:
    """Columns of the officers, sorted by district.

    Districts have officers in proportion to the crime recorded in their areas, and at least one.
    Compliance is the probability of following the ordinance on one occasion, beta-distributed
    over officers.

    Returns
    -------
    dict
        ``officer_district`` (m,) int16, ``officer_compliance`` (m,) float64,
        ``officer_start`` (d + 1,) int32: officers of district ``d`` are
        ``officer_start[d]:officer_start[d + 1]``.
    """
    expected = city.policing.officers(YEAR) * scale
    total = int(expected + dice.roll("population: officers", 0, 0))
    crime = np.bincount(city.district, city.recorded["all"], minlength=len(city.districts))
    counts = split(total, crime, dice.roll("population: officers of district", 0, 0))
    # However small the city that is simulated, a resident's contact is with somebody.
    counts = np.maximum(counts, 1)
    mean, concentration = p.officer_compliance_mean, p.officer_compliance_concentration
    draws = dice.uniform_range("population: officer compliance", 0, 0, int(counts.sum()))
    compliance = betaincinv(mean * concentration, (1 - mean) * concentration, draws)
    return {
        "officer_district": np.repeat(np.arange(len(counts), dtype=np.int16), counts),
        "officer_compliance": compliance,
        "officer_start": np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
    }
