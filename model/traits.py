"""All that never changes about a resident in one number.

A day touches a few thousand residents, spread over the whole city: what it costs is the time to
fetch them from memory. One column of packed traits is fetched once where ten columns would be
fetched ten times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.population import Population

#: Fields and their widths in bits, lowest first.
WIDTHS = {
    "area": 14,
    "ethnicity": 3,
    "limited_english": 1,
    "rung": 3,
    "mixed": 1,
    "follows_news": 1,
    "status": 3,
    "sex": 1,
    "conviction": 2,
    "age": 3,
    "flags": 8,
}


class Field(NamedTuple):
    """Where a trait lies in the packed number."""

    shift: np.uint64
    mask: np.uint64


def _fields() -> dict[str, Field]:
    fields, shift = {}, 0
    for name, width in WIDTHS.items():
        fields[name] = Field(np.uint64(shift), np.uint64((1 << width) - 1))
        shift += width
    return fields


FIELDS = _fields()
#: Rung and mixed household together: a place in a table of ten.
FELT = Field(FIELDS["rung"].shift, np.uint64(15))


def pack(people: Population) -> NDArray[np.uint64]:
    """The traits of all residents, shape (n,)."""
    packed = np.zeros(people.n, np.uint64)
    for name, field in FIELDS.items():
        column = people.ladder if name == "rung" else getattr(people, name)
        packed |= column.astype(np.uint64) << field.shift
    return packed


class Traits:
    """The traits of some residents, fetched once and unpacked as asked; attributes (n,) int64.

    ``felt`` is ``rung + 8 * mixed``.
    """

    area: NDArray[np.int64]
    ethnicity: NDArray[np.int64]
    limited_english: NDArray[np.int64]
    rung: NDArray[np.int64]
    mixed: NDArray[np.int64]
    follows_news: NDArray[np.int64]
    status: NDArray[np.int64]
    sex: NDArray[np.int64]
    conviction: NDArray[np.int64]
    age: NDArray[np.int64]
    flags: NDArray[np.int64]
    felt: NDArray[np.int64]

    def __init__(self, packed: NDArray[np.uint64]) -> None:
        self.packed = packed

    def __getattr__(self, name: str) -> NDArray[np.int64]:
        if name != "felt" and name not in FIELDS:
            raise AttributeError(f"no trait called {name!r}")
        field = FELT if name == "felt" else FIELDS[name]
        column = ((self.packed >> field.shift) & field.mask).view(np.int64)
        self.__dict__[name] = column
        return column

    def only(self, rows: NDArray[np.integer] | NDArray[np.bool_] | slice) -> Traits:
        """Those of some rows."""
        return Traits(self.packed[rows])
