"""Rows as a set of agents: membership, order, and the faces made one by one."""

from __future__ import annotations

import copyreg
import warnings
from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np
from mesa.agentset import AbstractAgentSet
from numpy.typing import NDArray

from model.faces import EVERY, Face, Ids, Rows, face

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

#: Agents made one by one, where columns would do, are worth a warning from here on.
MANY = 100_000


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# A set is pickled with its model, a model with its city, and a city has read-only mappings.
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))


class RowSet[A: Face](AbstractAgentSet[A]):
    """Agents of one type by row, in some order.

    Parameters
    ----------
    model, agent_type
        Whose rows, and the face that shows one.
    rows : (k,) integers
        Which, without repeats; ``None`` for all.
    registered
        The model's own set of all agents, which cannot be changed in place.
    """

    def __init__(
        self,
        model: PolicyModel,
        agent_type: type[A],
        rows: NDArray[np.integer] | None = None,
        *,
        registered: bool = False,
    ) -> None:
        self.model, self.agent_type, self.random = model, agent_type, model.random
        self._rows = None if rows is None else np.asarray(rows, np.int64)
        self._registered = registered

    @property
    def rows(self) -> Ids:
        """(k,) row numbers, in order."""
        return np.arange(len(self)) if self._rows is None else self._rows

    def shuffle(self, inplace: bool = False) -> Self:
        """In an order drawn from the model's `random`, on which no run depends."""
        order = np.random.default_rng(self.random.getrandbits(64))
        return self._result(order.permutation(self.rows), inplace)

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method, or a function of an agent, for each."""
        for agent in self:
            _bound(agent, method)(*args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """The results of a method, or of a function of an agent."""
        return [_bound(agent, method)(*args, **kwargs) for agent in self]

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """`do` in shuffled order; this set keeps its own."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def to_list(self) -> list[A]:
        """A face for each."""
        return list(self)

    def copy(self) -> Self:
        """A set of the same agents that can be changed."""
        return self._of(self._rows)

    __copy__ = copy

    def add(self, agent: A) -> None:
        """Take an agent into a selection."""
        if not isinstance(agent, self.agent_type) or agent.model is not self.model:
            raise TypeError(f"{agent!r} is no {self.agent_type.__name__} of this model")
        if agent not in self:
            self._result(np.append(self.rows, agent.row), inplace=True)

    def discard(self, agent: A) -> None:
        """Take an agent out of a selection, if it is there."""
        if agent in self:
            self._result(self.rows[self.rows != agent.row], inplace=True)

    def remove(self, agent: A) -> None:
        """Take an agent out of a selection.

        Raises
        ------
        KeyError
            If it is not there.
        """
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def __len__(self) -> int:
        return self.agent_type.count(self.model) if self._rows is None else len(self._rows)

    def __iter__(self) -> Iterator[A]:
        model, kind = self.model, self.agent_type
        rows = range(len(self)) if self._rows is None else map(int, self._rows)
        return (face(kind, model, row) for row in rows)

    @overload
    def __getitem__(self, item: int) -> A: ...

    @overload
    def __getitem__(self, item: slice) -> list[A]: ...

    def __getitem__(self, item: int | slice) -> A | list[A]:
        """The agent at a place of this order, or for a slice a list of agents, as in Mesa.

        Raises
        ------
        IndexError
            If there is no such place.
        TypeError
            If `item` is neither a whole number nor a slice.
        """
        rows = range(len(self)) if self._rows is None else self._rows
        if isinstance(item, slice):
            return [face(self.agent_type, self.model, int(row)) for row in rows[item]]
        if not isinstance(item, int | np.integer):
            raise TypeError(
                f"found [{item!r}]; allowed: a place or a slice; get(name) gives a column, "
                "select(where=mask) some of the agents"
            )
        return face(self.agent_type, self.model, int(rows[item]))

    def __contains__(self, agent: object) -> bool:
        if type(agent) is not self.agent_type or agent.model is not self.model:  # type: ignore[attr-defined]
            return False
        return self._rows is None or bool((self._rows == agent.row).any())  # type: ignore[attr-defined]

    def __and__(self, other: Any) -> Self:
        return self._of(self.rows[np.isin(self.rows, self._fellow(other).rows)])

    def __sub__(self, other: Any) -> Self:
        return self._of(self.rows[~np.isin(self.rows, self._fellow(other).rows)])

    def __or__(self, other: Any) -> Self:
        new = self._fellow(other) - self
        return self._of(np.concatenate([self.rows, new.rows]))

    def __le__(self, other: Any) -> bool:
        return bool(np.isin(self.rows, self._fellow(other).rows).all())

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, RowSet)
            and (self.model, self.agent_type) == (other.model, other.agent_type)
            and np.array_equal(np.sort(self.rows), np.sort(other.rows))
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self):,} {self.agent_type.plural} (synthetic)>"

    @property
    def _which(self) -> Rows:
        return EVERY if self._rows is None else self._rows

    def _of(self, rows: NDArray[np.integer] | None) -> Self:
        return type(self)(self.model, self.agent_type, rows)

    def _fellow(self, other: Any) -> Self:
        """`other`, if it is a set of the same model's agents of the same type."""
        if (
            isinstance(other, RowSet)
            and self.model is other.model
            and self.agent_type is other.agent_type
        ):
            return other
        raise TypeError(f"{other!r} is no set of this model's {self.agent_type.plural}")

    def _result(self, rows: NDArray[np.integer], inplace: bool) -> Self:
        if not inplace:
            return self._of(rows)
        if self._registered:
            kind = self.agent_type.__name__
            raise TypeError(
                f"model.agents_by_type[{kind}] stands for all rows and cannot be changed; "
                "copy() gives a set that can"
            )
        self._rows = np.asarray(rows, np.int64)
        return self

    def _update(self, agents: Iterable[A]) -> Self:
        """Asked for by Mesa's base class: hold these agents instead."""
        return self._result(np.fromiter((agent.row for agent in agents), np.int64), inplace=True)

    def faces(self, what: str) -> Iterator[A]:
        """A face for each; a warning where columns would do the same much faster."""
        if len(self) > MANY:
            warnings.warn(
                f"{what} makes {len(self):,} agents one by one; columns (select(status=...), "
                "where=...) do the same in milliseconds",
                stacklevel=3,
            )
        return iter(self)


def _bound(agent: Any, method: str | Callable[..., Any]) -> Callable[..., Any]:
    if isinstance(method, str):
        return getattr(agent, method)
    return lambda *args, **kwargs: method(agent, *args, **kwargs)
