"""Whether a crime reaches the police: victims, bystanders, and what police find themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from model.registry import Parameters
from model.schema import CRIMES, ETHNICITIES, LADDER

#: Crimes whose survivors the certification clauses are about.
SURVIVOR_CRIMES = CRIMES.codes("sexual_assault", "partner_violence")


def reports(logit: NDArray[np.float64], fear: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Probability that someone reports: ``expit(logit - fear)``, shape of `logit`.

    ``logit`` holds the intercept of the crime, shifts of language and ethnicity, trust times its
    slope, and support; ``fear`` what the threat of enforcement takes, in logits.
    """
    return expit(logit - fear)


def reaches_police(
    silent: NDArray[np.float64], found: NDArray[np.float64]
) -> NDArray[np.float64]:
    """P(recorded) = 1 - (1 - P_v) (1 - P_w)^n (1 - d), where `silent` is the chance that neither
    victim nor bystander reports, and `found` is d."""
    return 1 - silent * (1 - found)


def clearance_chance(
    silent: NDArray[np.float64], found: NDArray[np.float64], uncooperative: float
) -> NDArray[np.float64]:
    """Chance of clearance over that of a case with a cooperating victim or witness: cases that
    only police found clear at the ratio `uncooperative`."""
    return (1 - silent) + uncooperative * silent * found


def static_shift(
    values: Parameters, ethnicity: NDArray[np.integer], limited_english: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Shift of a resident's log odds that no run changes: ethnicity and language."""
    return (
        values.latino_logit * (ethnicity == ETHNICITIES["latino"])
        + values.limited_english_logit * limited_english
    )


def survivor_shift(
    values: Parameters, rung: NDArray[np.integer], crime: NDArray[np.integer] | int, supported: bool
) -> NDArray[np.float64]:
    """Shift of the log odds of undocumented survivors by the city's support."""
    shift = values.survivor_support_logit if supported else 0.0
    survives = (crime == SURVIVOR_CRIMES[0]) | (crime == SURVIVOR_CRIMES[1])
    return shift * ((rung == LADDER["undocumented"]) & survives)
