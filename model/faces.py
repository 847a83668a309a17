"""Faces: a Mesa agent that shows one row of the model's columns, made when somebody looks.

State lives in typed columns, never in agents. A `Column` says how one of them is read and, where a
run may change it, written; a `Face` and a `model.columns.ColumnSet` show the same columns, so one
agent and all agents cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import mesa
import numpy as np
from numpy.typing import NDArray

from model.faults import BadInput, Fault, unknown

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

Ids = NDArray[np.int64]
Rows = slice | Ids

#: All rows of a column, as a view where it is stored.
EVERY = slice(None)


class ColumnError(BadInput, AttributeError):
    """No such column, or one that cannot be set: a `BadInput`, and what Mesa users catch."""


@dataclass(frozen=True)
class Column:
    """One column as agents show it.

    Attributes
    ----------
    meaning
        One sentence, with the unit.
    read
        From a model and rows: codes if there are `categories`, else values; shape (k,).
    categories
        Names in the order of the codes, which a model may decide (its areas).
    write
        Takes a model, ids (k,) and values, and stores them; ``None`` for what no run changes.
    """

    meaning: str
    read: Callable[[PolicyModel, Rows], NDArray[Any]]
    categories: Callable[[PolicyModel], Sequence[Hashable]] | None = None
    write: Callable[[PolicyModel, Ids, Any], None] | None = None

    def values(self, model: PolicyModel, rows: Rows) -> NDArray[Any]:
        """What faces of these rows would show, shape (k,); names as Python objects."""
        found = self.read(model, rows)
        if self.categories is None:
            return found
        names = self.categories(model)
        return np.fromiter(names, object, len(names))[found]

    def value(self, model: PolicyModel, row: int) -> Any:
        """What the face of one row shows: a Python scalar, or a name."""
        found = self.read(model, np.array([row]))[0]
        return found.item() if self.categories is None else self.categories(model)[found]


class Face(mesa.Agent):
    """One row as a Mesa agent; it holds nothing of its own, and costs a microsecond.

    Attributes are the columns of its type: Python scalars, and names for categories. Two faces of
    one row are equal. `Agent.__init__` is passed over, because it would register the face with the
    model; do not put faces into Mesa's own `AgentSet`, whose weak references let them go.

    Parameters
    ----------
    model
        Whose row it is.
    row
        From 0, below the number of such agents.

    Raises
    ------
    IndexError
        If there is no such row.
    TypeError
        If no row is given, or what is given is no whole number: nobody can be added to the rows.
    ColumnError
        On reading or setting an attribute that does not exist (names the nearest), and on setting
        one that no run changes.
    """

    __slots__ = ("model", "row")

    columns: ClassVar[Mapping[str, Column]] = {}
    #: Attributes that are made of other rows, and exist for single agents only.
    links: ClassVar[tuple[str, ...]] = ()
    plural: ClassVar[str] = "agents"

    def __init__(self, model: PolicyModel, row: int | None = None) -> None:
        if not isinstance(row, int | np.integer):
            kind = type(self).__name__
            raise TypeError(
                f"{kind}(model, row): found row {row!r}; allowed: 0 to {self.count(model) - 1}; "
                f"{self.plural} come with the model, none can be added, and "
                f"model.agents_by_type[{kind}] has them all"
            )
        if not 0 <= row < self.count(model):
            raise IndexError(f"row {row}: there are {self.count(model):,} {self.plural}")
        _set_model(self, model)
        _set_row(self, int(row))

    @classmethod
    def count(cls, model: PolicyModel) -> int:
        """How many rows `model` has."""
        raise NotImplementedError(f"{cls.__name__} shows no rows")

    @property
    def pos(self) -> None:
        """Nobody is placed more finely than a community area."""
        return None

    def __getattr__(self, name: str) -> Any:
        column = type(self).columns.get(name)
        if column is None:
            raise no_column(type(self), name)
        return column.value(self.model, self.row)

    def __setattr__(self, name: str, value: Any) -> None:
        writer(type(self), name)(self.model, np.array([self.row]), value)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Face)
            and type(self) is type(other)
            and self.row == other.row
            and self.model is other.model
        )

    def __hash__(self) -> int:
        return hash((type(self), self.row))

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *type(self).columns})

    def __reduce__(self) -> tuple[Any, ...]:
        return face, (type(self), self.model, self.row)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.row} (synthetic)>"

    def remove(self) -> NoReturn:
        """Refused: a row cannot leave its columns.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError(
            f"{self.plural} cannot be removed: they are rows of shared columns; who leaves the "
            "city for a time has a later away_until"
        )


# Slots are set through their descriptors, since faces refuse ordinary assignment.
_set_model = Face.__dict__["model"].__set__
_set_row = Face.__dict__["row"].__set__


def face[A: Face](kind: type[A], model: PolicyModel, row: int) -> A:
    """A face without the check of its row."""
    made = object.__new__(kind)
    _set_model(made, model)
    _set_row(made, row)
    return made


def no_column(kind: type[Face], name: str) -> ColumnError:
    """The error of an attribute that `kind` does not have."""
    return ColumnError(unknown(f"attribute of {kind.__name__}", name, [*kind.columns, *kind.links]))


def writer(kind: type[Face], name: str) -> Callable[[PolicyModel, Ids, Any], None]:
    """How a column of `kind` is set.

    Raises
    ------
    ColumnError
        If there is none of that name, or no run changes it.
    """
    column = kind.columns.get(name)
    if column is None and not hasattr(kind, name):
        raise no_column(kind, name)
    if column is None or column.write is None:
        state = [name for name, column in kind.columns.items() if column.write]
        raise ColumnError(
            Fault(
                f"{name} of {kind.__name__} cannot be set: it is shared by all regimes of a "
                "seed, or follows from other columns",
                allowed=", ".join(state) or "none",
                key=name,
            )
        )
    return column.write


def numbers(key: str, value: Any, low: float, high: float) -> NDArray[np.float64]:
    """`value` as finite numbers from `low` to `high`, for a column's `write`.

    Raises
    ------
    BadInput
        If it is not.
    """
    allowed = f"numbers from {low:g} to {high:g}" if np.isfinite([low, high]).all() else "numbers"
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        raise BadInput(Fault(f"found {value!r}", allowed, key=key))
    wrong = ~(np.isfinite(array) & (array >= low) & (array <= high))
    if wrong.any():
        raise BadInput(Fault(f"found {array[wrong].flat[0]}", allowed, key=key))
    return array.astype(np.float64)
