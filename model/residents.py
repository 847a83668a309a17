"""What a resident is beside status and record: age, sex, language, news and trust."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from model.city import City
from model.households import Households
from model.nativity import NATURALIZED, UNDOCUMENTED, US_BORN
from model.quotas import AreaDice, Codes, Floats, arrivals, earliest
from model.registry import Parameters
from model.schema import ADULT, ETHNICITIES, STATUSES

BANDS = ("18_24", "25_34", "35_49", "50_64", "65_plus")


def draw_ages(homes: Households, status: Codes, draw: AreaDice, p: Parameters) -> Codes:
    """Age bands (n,), codes of `schema.AGES`.

    Adults are drawn by birthplace and status, whatever the ages in their household: nobody's age
    here depends on being somebody's parent.
    """
    u = draw.each("age", len(status))
    is_child = homes.place >= homes.adults[homes.of]
    groups = ["us_born", *["immigrant"] * (len(STATUSES) - 2), "undocumented"]
    weights = np.array([[p[f"age_{group}_{band}"] for band in BANDS] for group in groups])
    bounds = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    age = np.full(len(status), ADULT, dtype=np.uint8)
    for bound in bounds[:, :-1].T:
        age += u > bound[status]
    age[is_child] = u[is_child] > p.child_under_12_share
    return age


def draw_limited_english(
    status: Codes, ethnicity: Codes, quota: int, spanish: float, draw: AreaDice, p: Parameters
) -> NDArray[np.bool_]:
    """Who of one area speaks English less than very well: (n,), `quota` of them.

    Mostly the foreign-born. US-born Latinos count as far as Spanish is spoken at home:
    `spanish` is the share of the area's Latinos who do.
    """
    table = np.full((len(ETHNICITIES), len(STATUSES)), p.limited_english_weight_lawful)
    table[:, US_BORN] = p.limited_english_weight_others
    table[ETHNICITIES["latino"], US_BORN] += spanish * p.limited_english_weight_spanish_at_home
    table[:, NATURALIZED] = p.limited_english_weight_naturalized
    table[:, UNDOCUMENTED] = 1.0
    limited = np.zeros(len(status), dtype=bool)
    draws = draw.each("limited English", len(status))
    limited[earliest(arrivals(draws, table[ethnicity, status]), quota)] = True
    return limited


def follows_news(status: Codes, draw: AreaDice, p: Parameters) -> NDArray[np.bool_]:
    """Who hears of announcements and threats without being told: (n,)."""
    share = np.full(len(STATUSES), p.follows_news_immigrant_share)
    share[US_BORN] = p.follows_news_share
    return draw.each("follows news", len(status)) < share[status]


def trust_means(city: City, p: Parameters) -> Floats:
    """(5,) mean baseline trust by ethnicity, centred so that the city's mean is zero."""
    shift = np.array([p.get(f"trust_{name}", 0.0) for name in ETHNICITIES])
    share = city.population @ city.ethnicity_share / city.population.sum()
    return shift - shift @ share


def draw_trust(ethnicity: Codes, means: Floats, draw: AreaDice) -> Floats:
    """Baseline trust in the police (n,): standard normal about the ethnicity's mean."""
    return ndtri(draw.each("trust", len(ethnicity))) + means[ethnicity]


def draw_sexes(count: int, draw: AreaDice, p: Parameters) -> Codes:
    """Sexes (n,), codes of `schema.SEXES`."""
    return (draw.each("sex", count) > p.female_share).astype(np.uint8)
