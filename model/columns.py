"""Sets of agents on columns: what `model.agents_by_type[Resident]` is.

A `ColumnSet` has the methods of Mesa's `AgentSet`. What can be said in columns is answered in
columns, in milliseconds for a whole city; what takes an agent (iteration, `do`, `map`, a function
of an agent) makes faces one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from model.column_groups import ColumnGroups, plain, quick
from model.faces import Column, Face, no_column, writer
from model.faults import BadInput, Fault, unknown
from model.row_set import RowSet


class ColumnSet[A: Face](RowSet[A]):
    """Agents of one type, by row.

    Made like a `RowSet`: ``ColumnSet(model, Resident, rows)``.
    """

    @property
    def columns(self) -> dict[str, str]:
        """What each column means, by name."""
        return {name: column.meaning for name, column in self.agent_type.columns.items()}

    def categories(self, name: str) -> tuple[Hashable, ...]:
        """The names of a column's codes, in order; empty for a column of numbers."""
        column = self._column(name)
        return () if column.categories is None else tuple(column.categories(self.model))

    def codes(self, name: str) -> NDArray[Any]:
        """A column as it is stored, (k,): codes of its `categories`, or its numbers."""
        return self._column(name).read(self.model, self._which)

    def get(
        self,
        attr_names: str | Sequence[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> NDArray[Any]:
        """What the agents show.

        Returns
        -------
        (k,) array
            Numbers, or names as Python objects. For a list of attributes a structured array,
            whose rows unpack (``for age, sex in ...``) and whose fields are the columns.

        Raises
        ------
        ColumnError
            If there is no such attribute and `handle_missing` is ``"error"``.
        """
        if handle_missing not in ("error", "default"):
            raise BadInput(unknown("handle_missing", handle_missing, ("error", "default")))
        if not isinstance(attr_names, str):
            found = [self.get(name, handle_missing, default_value) for name in attr_names]
            kinds = [(name, f.dtype) for name, f in zip(attr_names, found, strict=True)]
            table = np.empty(len(self), kinds)
            for name, values in zip(attr_names, found, strict=True):
                table[name] = values
            return table
        if attr_names in self.agent_type.columns:
            return self._column(attr_names).values(self.model, self._which)
        if attr_names in self.agent_type.links:
            faces = self.faces(f"get({attr_names!r})")
            return np.fromiter((getattr(agent, attr_names) for agent in faces), object, len(self))
        if handle_missing == "default":
            return np.full(len(self), default_value)
        raise no_column(self.agent_type, attr_names)

    def set(self, attr_name: str, value: Any) -> Self:
        """Set a column that runs change, to one value or one an agent.

        Raises
        ------
        ColumnError
            If there is no such column, or it cannot be set.
        BadInput
            If the values are not what the column holds.
        """
        write = writer(self.agent_type, attr_name)
        if np.ndim(value) and np.shape(value) != (len(self),):
            found = f"found an array of shape {np.shape(value)}"
            raise BadInput(Fault(found, f"one value, or {len(self):,}", key=attr_name))
        write(self.model, self.rows, value)
        return self

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """One or several functions of an attribute's values; numbers come back as Python's."""
        values = self.get(attribute)
        if callable(func):
            return plain(quick(func)(values))
        return [plain(quick(one)(values)) for one in func]

    def select(
        self,
        filter_func: Callable[[A], bool] | NDArray[np.bool_] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type[Any] | None = None,
        *,
        where: NDArray[np.bool_] | Callable[[Self], NDArray[np.bool_]] | None = None,
        **equal: Any,
    ) -> Self:
        """Some of the agents, in their order.

        Parameters
        ----------
        filter_func
            A function of an agent, which makes a face for each that the rest leaves (and warns
            above 100,000 of them); or a mask, as `where`.
        at_most
            A number, or as a float up to 1 a share of this set: the first so many.
        where : (k,) bool
            A mask, or a function of this set that gives one.
        equal
            Columns and the value that they must have, or a list of values.

        Raises
        ------
        BadInput
            If a column or category does not exist, or a mask has another shape.
        """
        keep = self._mask(where)
        if isinstance(filter_func, np.ndarray):
            keep &= self._mask(filter_func)
            filter_func = None
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        at_most = max(at_most, 0)
        for name, value in equal.items():
            keep &= self._is(name, value)
        if agent_type is not None and not issubclass(self.agent_type, agent_type):
            keep[:] = False
        rows = np.flatnonzero(keep) if self._rows is None else self._rows[keep]
        if filter_func is not None:
            found: list[int] = []
            for agent in self._of(rows).faces("select with a function of an agent"):
                if len(found) >= at_most:
                    break
                if filter_func(agent):
                    found.append(agent.row)
            rows = np.array(found, np.int64)
        return self._result(rows if at_most >= len(rows) else rows[: int(at_most)], inplace)

    def groupby(
        self,
        by: str | Sequence[str] | Callable[[A], Hashable],
        result_type: Literal["agentset", "list"] = "agentset",
    ) -> ColumnGroups:
        """Groups by a column, by several (keys are then tuples), or by a function of an agent."""
        if isinstance(by, str) or callable(by):
            codes, keys = self._coded(by)
        else:
            codes, keys = np.zeros(len(self), np.int64), [()]
            for name in by:
                more, names = self._coded(name)
                codes = codes * len(names) + more
                keys = [(*key, name) for key in keys for name in names]
        return ColumnGroups(self, codes, keys, as_lists=result_type == "list")

    def sort(
        self,
        key: str | Callable[[A], Any],
        ascending: bool = False,
        inplace: bool = False,
    ) -> Self:
        """By a column (categories in the order of their codes) or a function of an agent; stable,
        and as in Mesa from the highest down unless `ascending`."""
        if isinstance(key, str) and key in self.agent_type.columns:
            values: Any = self.codes(key)
        elif isinstance(key, str):
            values = self.get(key)
        else:
            faces = self.faces("sort by a function of an agent")
            values = np.fromiter(map(key, faces), object, len(self))
        if ascending:
            order = np.argsort(values, kind="stable")
        else:  # backwards twice, so that equal agents keep their order
            order = len(self) - 1 - np.argsort(values[::-1], kind="stable")[::-1]
        return self._result(order if self._rows is None else self._rows[order], inplace)

    def _column(self, name: str) -> Column:
        if name not in self.agent_type.columns:
            raise no_column(self.agent_type, name)
        return self.agent_type.columns[name]

    def _mask(self, where: Any) -> NDArray[np.bool_]:
        if where is None:
            return np.ones(len(self), bool)
        mask = np.asarray(where(self) if callable(where) else where)
        if mask.dtype != bool or mask.shape != (len(self),):
            found = f"found an array of {mask.dtype}, shape {mask.shape}"
            raise BadInput(Fault(found, f"{len(self):,} of bool", key="where"))
        return mask.copy()

    def _is(self, name: str, value: Any) -> NDArray[np.bool_]:
        """Where a column has a value, or one of several."""
        codes, names = self.codes(name), self.categories(name)
        several = isinstance(value, list | tuple | set | frozenset | np.ndarray)
        if names:
            # A tuple may be a category itself: the carve-out classes of one person.
            wanted = list(value) if several and value not in names else [value]
            table = np.zeros(len(names), bool)
            for one in wanted:
                if one not in names:
                    raise BadInput(unknown(name, one, map(str, names), key=name))
                table[names.index(one)] = True
            return table[codes]
        array = np.asarray(list(value) if isinstance(value, set | frozenset) else value)
        if array.dtype.kind not in "biuf":
            allowed = "true or false" if codes.dtype == bool else "numbers"
            raise BadInput(Fault(f"found {value!r}", allowed, key=name))
        return np.isin(codes, array) if several else codes == array

    def _coded(self, by: str | Callable[[A], Hashable]) -> tuple[NDArray[Any], list[Any]]:
        """The group of each agent (k,), and the groups' keys."""
        if isinstance(by, str) and by in self.agent_type.columns:
            codes, keys = self.codes(by), list(self.categories(by))
            if keys:
                return codes, keys
            found, codes = np.unique(codes, return_inverse=True)
            return codes, found.tolist()
        if isinstance(by, str):
            values: Iterable[Any] = self.get(by)
        else:
            values = map(by, self.faces("groupby a function of an agent"))
        places: dict[Any, int] = {}
        codes = np.fromiter((places.setdefault(v, len(places)) for v in values), np.int64)
        return codes, list(places)
