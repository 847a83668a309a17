"""When two laws are one: what the model can ask of a stack, as a key."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import product

import numpy as np

from model.layer import ACTIONS, ACTORS, RECIPIENTS
from model.registry import Parameters
from model.schema import CARVE_OUTS
from model.stack import Stack

#: Every set of carve-out classes that a person can be in.
_FLAGS = np.arange(2 ** len(CARVE_OUTS), dtype=np.uint8)
#: Only records are told apart by who gets them.
_CELLS = [
    (actor, action, to)
    for actor, action in product(ACTORS, ACTIONS)
    for to in (RECIPIENTS if actor == "records" else RECIPIENTS.names[:1])
]


def effect(law: Stack, values: Parameters) -> Hashable:
    """Equal for two stacks between which no run can differ: under state law, many texts do the
    same.

    It holds the answer of every cell for every kind of person, what the city's text says beside
    the cells, and how open text and law are felt to be.
    """
    cells = [
        (found.level, found.classes, law.permits(*cell[:2], _FLAGS, recipient=cell[2]).tobytes())
        for cell in _CELLS
        for found in (law.permission(*cell),)
    ]
    return (
        *cells,
        law.survivor_support,
        law.conduct,
        law.codification,
        law.openness_under(values),
        # What residents make of a text that changes nothing by itself.
        values.symbolic_weight and Stack((law.city,)).openness_under(values),
    )
