"""Keyed chance: every draw is a function of (seed, decision, when, who), never of order.

Two regimes under one seed therefore throw the same dice for the same person on the same occasion,
and differ only from the first decision that the ordinance touches (common random numbers).

The generator is SplitMix64 (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195): a stream key
is mixed from seed, decision and time, and the draw for `who` is output number `who` of the
sequence that starts there. Array and scalar forms give the same bits.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
MIX_1 = 0xBF58476D1CE4E5B9
MIX_2 = 0x94D049BB133111EB

#: Elements hashed at once: 16,384 keep every temporary inside a processor's second cache, which
#: makes a pass over the whole city fifteen times faster than one array operation at a time.
CHUNK = 1 << 14

#: Up to so many, Python's own integers are faster than a dozen calls of NumPy.
FEW = 4

_GOLDEN, _MIX_1, _MIX_2 = np.uint64(GOLDEN), np.uint64(MIX_1), np.uint64(MIX_2)
_30, _27, _31, _12 = (np.uint64(bits) for bits in (30, 27, 31, 12))
_UNIT = 2.0**-52


def mix(value: int) -> int:
    """SplitMix64's finaliser on a Python integer."""
    value &= MASK
    value = ((value ^ (value >> 30)) * MIX_1) & MASK
    value = ((value ^ (value >> 27)) * MIX_2) & MASK
    return value ^ (value >> 31)


@cache
def name_key(decision: str) -> int:
    """The 64-bit key of a decision's name: stable whatever decisions are added beside it."""
    return int.from_bytes(hashlib.blake2b(decision.encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=1 << 12)
def _stream_key(root: int, decision: str, when: int) -> int:
    """Most draws share their key with the draw before."""
    return mix(mix(root ^ name_key(decision)) + (when & MASK) * GOLDEN)


class Dice:
    """All the chance of one run.

    Parameters
    ----------
    seed
        Any integer, or text that spells one (``"42"`` is 42).

    Raises
    ------
    ValueError
        If `seed` is not an integer.
    """

    def __init__(self, seed: int | str) -> None:
        self.seed = int(seed)
        self._root = mix(self.seed + GOLDEN)
        self._keys: dict[tuple[tuple[str, ...], int], NDArray[np.uint64]] = {}

    def key(self, decision: str, when: int = 0) -> int:
        """The stream key of one named decision at one time (a day, a year, or 0)."""
        return _stream_key(self._root, decision, when)

    def roll(self, decision: str, when: int, who: int) -> float:
        """One draw in (0, 1): the scalar form of `uniform`, bit for bit."""
        bits = mix(self.key(decision, when) + (who & MASK) * GOLDEN)
        return ((bits >> 12) + 0.5) * _UNIT

    def uniform(self, decision: str, when: int, who: NDArray[np.integer]) -> NDArray[np.float64]:
        """Draws in the open interval (0, 1), one for each of `who`.

        Parameters
        ----------
        decision
            What is decided; one name, one stream.
        when
            Day or year of the decision.
        who : (n,) integers
            Resident, household, officer or event; equal values give equal draws.

        Returns
        -------
        (n,) float64
        """
        if len(who) <= FEW:
            return np.array([self.roll(decision, when, one) for one in who.tolist()], np.float64)
        key = np.uint64(self.key(decision, when))
        if len(who) <= CHUNK:
            return _unit(who.astype(np.uint64), key)
        out = np.empty(len(who))
        for start in range(0, len(who), CHUNK):
            bits = who[start : start + CHUNK].astype(np.uint64)
            out[start : start + CHUNK] = _unit(bits, key)
        return out

    def uniforms(
        self, decisions: tuple[str, ...], when: int, who: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """`uniform` for several decisions on the same few ids in one pass: (decisions, n)."""
        keys = self._keys.get((decisions, when))
        if keys is None:
            keys = np.array([[self.key(decision, when)] for decision in decisions], np.uint64)
            # A year's keys are used every day; days come and go.
            if len(self._keys) > 64:
                self._keys.clear()
            self._keys[decisions, when] = keys
        return _unit(np.repeat(who.astype(np.uint64)[None], len(keys), axis=0), keys)

    def uniform_range(
        self, decision: str, when: int, start: int, stop: int
    ) -> NDArray[np.float64]:
        """`uniform` for the ids from `start` to `stop`, without an array of them."""
        key = np.uint64(self.key(decision, when))
        out = np.empty(stop - start)
        for at in range(start, stop, CHUNK):
            bits = np.arange(at, min(at + CHUNK, stop), dtype=np.uint64)
            out[at - start : at - start + len(bits)] = _unit(bits, key)
        return out


def _unit(
    bits: NDArray[np.uint64], key: np.uint64 | NDArray[np.uint64]
) -> NDArray[np.float64]:
    """Hash `bits` (overwritten) under `key` and map the top 52 bits into (0, 1)."""
    bits *= _GOLDEN
    bits += key
    bits ^= bits >> _30
    bits *= _MIX_1
    bits ^= bits >> _27
    bits *= _MIX_2
    bits ^= bits >> _31
    bits >>= _12
    unit = bits.astype(np.float64)
    unit += 0.5
    unit *= _UNIT
    return unit
