"""Which text of the baseline's city is in force, so that a change is told from what is there."""

from __future__ import annotations

import datetime as dt

from experiments import places
from experiments.provenance import Provenance
from model.ordinance import load_regime, regime_names


def in_force(told: Provenance) -> str | None:
    """The text of the baseline's city that was in force on the first day; None where the baseline
    comes from a file or its city had no text by then."""
    if told.baseline not in regime_names():
        return None
    text = places.in_force(load_regime(told.baseline).place, told.start)
    return text.name if text else None


def since(regime: str) -> dt.date:
    """The day on which a text came into force.

    Raises
    ------
    ValueError
        If it never did.
    """
    date = load_regime(regime).in_force
    if date is None:
        raise ValueError(f"{regime} never came into force")
    return date
