"""Small counts that follow from counts that are shown, and what is hidden for that reason.

Outcomes overlap: crimes reported are the numerator of `reporting`, the count of `recorded_crime`
and the denominator of `clearance`; the undocumented who meet ICE are a group of all who do. Each
count is a sum over the cells of one of the ledger's frames, so every equation between counts is
found by linear algebra (the null space of those sums), and a hidden count can be worked out if it
is determined by the shown ones. This is the audit of cell suppression (Willenborg & de Waal,
*Elements of Statistical Disclosure Control*, 2001, section 4.3), with a greedy choice of what else
to hide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh, lstsq, svd

from experiments.outcomes import GROUPS, OUTCOMES, Column

Cell = tuple[str, str, str]  # outcome, by, group
Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]
#: What the citywide frames of the ledger tell apart. Frames by area are not here: of them only
#: rounded rates are shown. Nor are resident-years, in which nothing is counted but time.
FRAMES = {
    "crime": ("status", "ethnicity", "crime"),
    "people": ("status", "ethnicity"),
    "encounters": ("channel", "status", "conviction", "carve_out"),
    "detainers": ("place", "status", "conviction", "carve_out"),
    "city": (),
}
TOLERANCE = 1e-7


@dataclass(frozen=True, eq=False)
class Block:
    """The counts of one column of the ledger, and the equations between them.

    Attributes
    ----------
    members : (n,) their numbers among all counts.
    equations : (k, n) an orthonormal basis of all weights with which they sum to nought.
    """

    members: NDArray[np.intp]
    equations: Vector

    def determined(self, shown: Mask) -> Mask:
        """Which counts are shown or follow from those that are, (n,)."""
        return np.frombuffer(_determined(self, shown.tobytes()), bool)

    def behind(self, count: int, shown: Mask) -> Mask:
        """The shown counts from which the hidden one follows (the shortest sum of them), (n,)."""
        unknown = np.flatnonzero(~shown)
        weights = lstsq(self.equations[:, unknown].T, (unknown == count).astype(float))[0]
        return shown & (np.abs(weights @ self.equations) > TOLERANCE)


@lru_cache(maxsize=100_000)
def _determined(block: Block, shown: bytes) -> bytes:
    known = np.frombuffer(shown, bool).copy()
    unknown = np.flatnonzero(~known)
    if len(unknown) and len(block.equations):
        _, scale, right = svd(block.equations[:, unknown], full_matrices=False)
        # A unit vector in the row space: the equations leave that unknown one value.
        length = (right[scale > TOLERANCE] ** 2).sum(axis=0)
        known[unknown[length > 1 - TOLERANCE]] = True
    return known.tobytes()


@dataclass(frozen=True)
class Counts:
    """The different counts behind some cells.

    Attributes
    ----------
    of : (cells, 2) the counts that a cell shows, numerator and denominator; -1 for none.
    sources : (counts, 2) a cell and role from which to read each.
    shares : (cells,) whether the rest, denominator less numerator, is told as well.
    blocks
        The counts by column of the ledger.
    """

    of: NDArray[np.intp]
    sources: NDArray[np.intp]
    shares: Mask
    blocks: tuple[Block, ...]

    def cells_with(self, counts: NDArray[np.intp] | int) -> Mask:
        """Which cells show one of the counts."""
        return np.isin(self.of, counts).any(axis=1)


def closed(cells: Sequence[Cell], hidden: Mask, counts: Vector, floor: int) -> Mask:
    """`hidden`, and as many other cells as it takes that no small count can be worked out.

    Parameters
    ----------
    hidden : (cells,) which are hidden, in every replicate.
    counts : (cells, 2, replicates) numerator and denominator of each.
    floor
        Positive counts below it are small.
    """
    known = _counts(tuple(cells))
    hidden = hidden.copy()
    values = counts[known.sources[:, 0], known.sources[:, 1]]
    size = np.nansum(values, axis=1)
    guarded = _small(values, floor)
    rests = np.flatnonzero(known.shares & _small(counts[:, 1] - counts[:, 0], floor))
    while True:
        hidden |= known.cells_with(np.flatnonzero(guarded))
        shown = np.zeros(len(size), bool)
        told = known.of[~hidden]
        shown[told[told >= 0]] = True
        found = np.zeros(len(size), bool)
        companions = []
        for block in known.blocks:
            at = block.members
            found[at] = block.determined(shown[at])
            for count in np.flatnonzero(found[at] & guarded[at] & ~shown[at])[:1]:
                used = at[block.behind(count, shown[at])]
                companions.append(used[np.argmin(np.where(size[used] > 0, size[used], np.inf))])
        # A small rest is had from a numerator and a denominator that are: one of them must go.
        bare = rests[found[known.of[rests]].all(axis=1)]
        guarded[known.of[bare, 0]] = True
        hidden |= known.cells_with(np.array(companions, int))
        if not companions and not len(bare):
            return hidden


def _small(values: Vector, floor: int) -> Mask:
    """Which counts (n, replicates) are small in some replicate."""
    return ((values > 0) & (values < floor)).any(axis=1)


@lru_cache(maxsize=8)
def _counts(cells: tuple[Cell, ...]) -> Counts:
    of = np.full((len(cells), 2), -1)
    places: dict[tuple[str, str, bytes], int] = {}
    sources: list[tuple[int, int]] = []
    blocks: dict[tuple[str, str], tuple[list[int], list[Vector]]] = {}
    for number, (name, by, group) in enumerate(cells):
        outcome = OUTCOMES[name]
        for role, column in enumerate((outcome.numerator, outcome.denominator)):
            vector = _vector(column, by, group)
            if vector is None or (role == 0 and not outcome.counts):
                continue
            kind = column.frame, column.name
            place = places.setdefault((*kind, vector.tobytes()), len(sources))
            if place == len(sources):
                sources.append((number, role))
                members, vectors = blocks.setdefault(kind, ([], []))
                members.append(place)
                vectors.append(vector)
            of[number, role] = place
    shares = [OUTCOMES[name].share for name, _, _ in cells] & (of >= 0).all(axis=1)
    return Counts(
        of, np.array(sources, int).reshape(-1, 2), shares,
        tuple(
            Block(np.array(members), _equations(np.stack(vectors)))
            for members, vectors in blocks.values()
        ),
    )


def _equations(sums: Vector) -> Vector:
    """Every equation between sums (n, atoms), as an orthonormal basis (k, n)."""
    scale, vectors = eigh(sums @ sums.T)
    return vectors[:, scale < TOLERANCE * scale[-1]].T


def _vector(column: Column, by: str, group: str) -> Vector | None:
    """A count as a sum over the cells of its frame, (cells,); None if it is not one, or nought.

    Nor has a class of carve-outs one: classes overlap, so that no equation holds of them.
    """
    dimensions = FRAMES.get(column.frame)
    if dimensions is None or column.name == "person_years":
        return None
    where = dict(column.where)
    if by in dimensions:
        where[by] = tuple(name for name in where.get(by, (group,)) if name == group)
    vector: Vector = np.ones(1)
    for dimension in dimensions:
        groups = GROUPS[dimension] if dimension != "carve_out" else ("none", "any")
        admitted = where.get(dimension, groups)
        if not set(admitted) <= set(groups):
            return None
        part = np.array([name in admitted for name in groups], float)
        vector = np.kron(vector, part).astype(float)
    return vector if vector.any() else None
