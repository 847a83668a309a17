"""Sets of few residents as sorted arrays.

NumPy's own set functions cost ten times as much on the handful of ids that a day handles.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def unique[Id: np.integer](ids: NDArray[Id]) -> NDArray[Id]:
    """Each of `ids` once, ascending."""
    ids = np.sort(ids)
    if len(ids) < 2:
        return ids
    first = np.empty(len(ids), bool)
    first[0] = True
    np.not_equal(ids[1:], ids[:-1], out=first[1:])
    return ids[first]


def within(ids: NDArray[np.integer], ascending: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Which of `ids` are in the `ascending` array, shape of `ids`."""
    if len(ascending) == 0:
        return np.zeros(len(ids), bool)
    place = np.minimum(np.searchsorted(ascending, ids), len(ascending) - 1)
    return ascending[place] == ids
