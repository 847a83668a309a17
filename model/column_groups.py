"""Groups of a `ColumnSet`: Mesa's `GroupBy` on columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa.agentset import GroupBy
from numpy.typing import NDArray

if TYPE_CHECKING:
    from model.columns import ColumnSet


class ColumnGroups(GroupBy):
    """The non-empty groups of a set, in the order of their keys' codes.

    Parameters
    ----------
    members
        The set that is grouped.
    codes : (k,) integers
        The group of each member: a position in `keys`.
    keys
        What the groups are called.
    as_lists
        Groups are lists of faces instead of sets.
    """

    def __init__(
        self,
        members: ColumnSet[Any],
        codes: NDArray[np.integer],
        keys: list[Any],
        *,
        as_lists: bool = False,
    ) -> None:
        self._members, self._keys, self._as_lists = members, keys, as_lists
        # The narrower the integers, the faster they sort.
        self._codes = codes.astype(np.min_scalar_type(len(keys)))
        self._sizes = np.bincount(codes, minlength=len(keys))

    @cached_property
    def groups(self) -> dict[Any, Any]:
        """Sets (or lists) by key."""
        members = self._members
        rows = self._split(members.rows)
        sets = {key: type(members)(members.model, members.agent_type, r) for key, r in rows.items()}
        return {key: group.to_list() for key, group in sets.items()} if self._as_lists else sets

    def count(self) -> dict[Any, int]:
        """How many agents each group has."""
        return {key: int(n) for key, n in zip(self._keys, self._sizes, strict=True) if n}

    def agg(
        self, attr_name: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]
    ) -> dict[Any, Any]:
        """A function of each group's values of an attribute, or a list of several functions'."""
        chunks = self._split(self._members.get(attr_name))
        if callable(func):
            return {key: plain(quick(func)(values)) for key, values in chunks.items()}
        several = [quick(one) for one in func]
        return {key: [plain(f(values)) for f in several] for key, values in chunks.items()}

    def __repr__(self) -> str:
        return f"<{len(self.count())} groups of {self._members!r}>"

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self._codes, kind="stable")

    def _split(self, values: NDArray[Any]) -> dict[Any, NDArray[Any]]:
        """Cut (k,) values into the groups."""
        parts = np.split(values[self._order], np.cumsum(self._sizes)[:-1])
        return {key: part for key, part in zip(self._keys, parts, strict=True) if len(part)}


#: Python's own functions that walk an array element by element, and NumPy's for them.
_QUICK: dict[Any, Callable[..., Any]] = {min: np.min, max: np.max, sum: np.sum}


def quick(func: Callable[..., Any]) -> Callable[..., Any]:
    """`func`, or NumPy's function that gives the same on an array, faster and without overflow."""
    return _QUICK.get(func, func)


def plain(value: Any) -> Any:
    """A NumPy scalar as Python's."""
    return value.item() if isinstance(value, np.generic) else value
