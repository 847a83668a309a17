"""Criminal records: convictions, and the carve-out flags as police records show them.

A flag is what the police database says, which is not always so: convictions are missing from it
or wrongly in it, and about one gang entry in nine has nothing behind it (`GANG_ERR`). Residents
under eighteen have no record.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.city import City
from model.dice import Dice
from model.quotas import AreaDice, Codes, Floats, Ints, arrivals, earliest, part
from model.registry import Parameters
from model.schema import ADULT, AGES, CARVE_OUTS, CONVICTIONS, ETHNICITIES, SEXES, STATUSES

FIFTY = AGES["50-64"]
MALE = SEXES["male"]
US_BORN, UNDOCUMENTED = STATUSES.codes("us_born", "undocumented")
NONE, FELONY, VIOLENT = CONVICTIONS.codes("none", "nonviolent_felony", "violent_felony")
#: The bit of each carve-out class in the flags of a resident.
BIT = {name: np.uint8(1 << code) for code, name in enumerate(CARVE_OUTS)}


def record_intensity(city: City, elasticity: float) -> Floats:
    """How common records are in each area (n,), 1 for the average resident of the city.

    A power of recorded arrests per resident, kept within a third and three times the mean.
    """
    rate = city.recorded["arrests"] / city.population
    mean = city.recorded["arrests"].sum() / city.population.sum()
    relative = np.clip((rate / mean) ** elasticity, 1 / 3, 3) if mean > 0 else np.ones(len(rate))
    return relative / np.average(relative, weights=city.population)


def draw_convictions(
    status: Codes, age: Codes, sex: Codes, intensity: float, draw: AreaDice, p: Parameters
) -> Codes:
    """The gravest conviction (n,) of each resident of one area, codes of `schema.CONVICTIONS`.

    The undocumented follow national shares (`MPI_CRIM`) in every area; others rise and fall with
    the area's record `intensity`, immigrants lower (`TX_ARR`). Men have
    ``conviction_male_ratio`` times the share of women.
    """
    # The national shares are of all undocumented residents, and children among them have none.
    grown = 1 - p.undocumented_child_share
    level = np.full(len(STATUSES), intensity * p.conviction_immigrant_ratio)
    level[US_BORN] = intensity
    any_share = level * p.conviction_any_us_born
    felony_share = level * p.conviction_felony_us_born
    any_share[UNDOCUMENTED] = p.conviction_any_undocumented / grown
    felony_share[UNDOCUMENTED] = p.conviction_felony_undocumented / grown

    women = 1 / (p.female_share + (1 - p.female_share) * p.conviction_male_ratio)
    by_sex = np.array([women, women * p.conviction_male_ratio])
    share = by_sex[:, None] * np.stack(
        [any_share, felony_share, felony_share * p.conviction_violent_share]
    )[:, None, :]  # (grade, sex, status)
    kind = sex.astype(np.intp) * len(STATUSES) + status
    u = draw.each("conviction", len(status))
    conviction = np.zeros(len(status), dtype=np.uint8)
    for grade in share.reshape(3, -1):
        conviction += u < grade[kind]
    conviction[age < ADULT] = NONE
    return conviction


def draw_flags(
    conviction: Codes, age: Codes, intensity: float, draw: AreaDice, p: Parameters
) -> Codes:
    """Carve-out flags (n,) of one area as recorded, the gang database aside."""
    adults = np.flatnonzero(age >= ADULT)
    convicted = conviction[adults] > NONE
    felon = conviction[adults] >= FELONY
    lesser = convicted & (conviction[adults] < VIOLENT)
    violent = conviction[adults] == VIOLENT
    chances: dict[str, Floats] = {
        "criminal_warrant": p.criminal_warrant_rate
        * intensity
        * np.where(convicted, p.criminal_warrant_convicted_ratio, 1.0),
        "felony_conviction": np.where(felon, p.felony_recorded_share, p.felony_wrongly_recorded),
        "felony_pending": p.felony_pending_rate
        * intensity
        * np.where(convicted, p.felony_pending_convicted_ratio, 1.0),
        "drug_offence": np.where(lesser, p.drug_record_share, 0.0),
        "prostitution_offence": np.where(lesser, p.prostitution_record_share, 0.0),
        "child_sex_offence": np.where(violent, p.child_sex_record_share, 0.0),
    }
    flags = np.zeros(len(age), dtype=np.uint8)
    for name, chance in chances.items():
        possible = np.flatnonzero(chance > 0)
        hit = draw.of(f"flag {name}", adults[possible]) < chance[possible]
        flags[adults[possible[hit]]] |= BIT[name]
    return flags


def list_gangs(
    intensity: Floats,
    area: NDArray[np.int16],
    columns: dict[str, np.ndarray],
    dice: Dice,
    p: Parameters,
) -> tuple[Ints, Ints]:
    """Rows of residents in the gang database, and those of them listed wrongly, citywide.

    The number of entries, the share of Black or Latino men and the share listed wrongly are
    quotas (`GANG_N`, `GANG_RACE`, `GANG_ERR`). Founded entries fall on the convicted more often;
    wrong ones follow nothing but where people live, their age and birthplace.

    Parameters
    ----------
    intensity : (n_areas,) float64
        From `record_intensity`.
    area : (n,) int16
        Area of each resident.
    columns
        ``age``, ``sex``, ``ethnicity``, ``status``, ``conviction`` of the residents, (n,) each.
    """

    def roll(decision: str) -> float:
        return dice.roll(f"population: {decision}", 0, 0)

    entries = part(len(area), p.gang_listed_share, roll("gang quota"))
    of_group = part(entries, p.gang_black_latino_men_share, roll("gang group quota"))
    grown = columns["age"] >= ADULT
    ethnicity = columns["ethnicity"]
    black_latino = (ethnicity == ETHNICITIES["black"]) | (ethnicity == ETHNICITIES["latino"])
    group = black_latino & (columns["sex"] == MALE) & grown
    listed, wrong = [], []
    for members, quota, name in (
        (group, of_group, "gang group"),
        (grown & ~group, entries - of_group, "gang others"),
    ):
        rows = np.flatnonzero(members)
        weights = (
            intensity[area[rows]]
            * np.where(columns["status"][rows] == US_BORN, 1.0, p.gang_immigrant_weight)
            * np.where(columns["age"][rows] >= FIFTY, p.gang_older_weight, 1.0)
        )
        mistaken = part(quota, p.gang_wrong_share, roll(f"{name} wrong quota"))
        draws = dice.uniform(f"population: {name} listed wrongly", 0, rows)
        chosen = earliest(arrivals(draws, weights), mistaken)
        wrong.append(rows[chosen])
        rows, weights = np.delete(rows, chosen), np.delete(weights, chosen)
        weights *= np.where(columns["conviction"][rows] > NONE, p.gang_convicted_weight, 1.0)
        draws = dice.uniform(f"population: {name} listed", 0, rows)
        chosen = earliest(arrivals(draws, weights), quota - mistaken)
        listed += [wrong[-1], rows[chosen]]
    return np.concatenate(listed), np.concatenate(wrong)
