"""The law that a person meets: layers stacked, the strictest that governs an actor binding it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.cells import Cell, Key, layer_cells
from model.faults import BadInput, Fault, unknown
from model.layer import ACTIONS, ACTORS, LEVELS, RECIPIENTS, TIERS, Layer
from model.layer_files import load_regime
from model.registry import Parameters, load_parameters
from model.schema import N_FLAGS, Categories

#: The city's text where there is none, or where its effect is taken away.
NO_TEXT = "full-cooperation"

#: Cells of the police-to-ICE channel, each with the parameter that weighs it in `openness`.
CHANNEL = (
    ("openness_hold", "lock_up", "hold", None),
    ("openness_transfer", "lock_up", "transfer", None),
    ("openness_notify", "lock_up", "notify", None),
    ("openness_interview", "lock_up", "access", None),
    ("openness_database_ice", "records", "access", "ice"),
    ("openness_database_dhs", "records", "access", "dhs"),
    ("openness_database_federal", "records", "access", "federal"),
    ("openness_share", "records", "share", "ice"),
    ("openness_ask", "patrol", "ask", None),
    ("openness_join", "patrol", "join", None),
)

_FLAGS = np.arange(N_FLAGS, dtype=np.uint8)


class Citation(NamedTuple):
    """A clause that binds: its layer, its name, and the text that it comes from."""

    layer: str
    clause: str
    text: str


@dataclass(frozen=True)
class Permission:
    """What an actor may do, and which texts say so.

    ``classes`` are the carve-out classes (bits of ``flags``) that open the cell by themselves. A
    person in none of them may still pass where each of several layers excepts them for a class
    of its own: `Stack.permits` decides by person.
    """

    level: str
    classes: int
    cites: tuple[Citation, ...]


@dataclass(frozen=True)
class Stack:
    """Layers in force together; at most one city's. Hashable, compared by what the layers say.

    A cell that no layer states is allowed. Without a city's layer the city's text is that of
    ``full-cooperation``.

    Raises
    ------
    BadInput
        If two layers are a city's.
    """

    layers: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.layers, key=lambda layer: TIERS[layer.level]))
        object.__setattr__(self, "layers", ordered)
        cities = [layer.name for layer in ordered if layer.level == "city"]
        if len(cities) > 1:
            raise BadInput(Fault(f"two cities' layers: {', '.join(cities)}", "one", key="layers"))

    def permission(self, actor: str, action: str, recipient: str | None = None) -> Permission:
        """What `actor` may do; `recipient` tells records apart by who gets them (ICE if unsaid).

        The strictest layer that governs the actor binds and is cited; carve-outs of several
        layers combine by intersection.

        Raises
        ------
        BadInput
            If there is no such actor, action or recipient.
        """
        key = _key(actor, action, recipient)
        if key not in self._permissions:
            self._permissions[key] = self._decide(key)
        return self._permissions[key]

    def _decide(self, key: Key) -> Permission:
        cells = self._governing(key)
        strictest = max((cell.strictness for cell in cells), default=0)
        binding = [cell for cell in cells if cell.strictness == strictest]
        classes = 0
        if strictest == LEVELS["carve_outs"]:
            classes = int(np.bitwise_and.reduce([cell.classes for cell in binding]))
        cites = tuple(Citation(cell.layer, cell.clause, cell.text) for cell in binding)
        return Permission(LEVELS.names[strictest], classes, cites)

    def permits(
        self,
        actor: str,
        action: str,
        flags: ArrayLike,
        judicial_warrant: ArrayLike = False,
        recipient: str | None = None,
    ) -> NDArray[np.bool_]:
        """Whether `actor` may do so with each person.

        Parameters
        ----------
        actor, action
            The cell: one of `ACTORS` by one of `ACTIONS`.
        flags : (n,) uint8
            Carve-out flags as recorded, bit i for ``CARVE_OUTS.names[i]``.
        judicial_warrant : (n,) bool or bool
            Whether a judge has signed a warrant, which overrides every layer.
        recipient
            Who gets records, one of `RECIPIENTS`; ICE if unsaid.

        Returns
        -------
        (n,) bool

        Raises
        ------
        BadInput
            If there is no such actor, action or recipient.
        """
        key = _key(actor, action, recipient)
        if key not in self._tables:
            table = np.ones(N_FLAGS, dtype=bool)
            for cell in self._governing(key):
                if cell.level == "carve_outs":
                    table &= (_FLAGS & cell.classes) > 0
                elif cell.level != "allowed":
                    table[:] = False
            self._tables[key] = table
        return np.logical_or(self._tables[key][np.asarray(flags)], judicial_warrant)

    def database_open(self, recipient: str) -> bool:
        """Whether police databases are open to ``ice``, other ``dhs`` or ``federal`` agencies."""
        return self.permission("records", "access", recipient).level == "allowed"

    @cached_property
    def joint_operations(self) -> bool:
        """Whether police may join ICE in the field."""
        return self.permission("patrol", "join").level == "allowed"

    @cached_property
    def may_ask(self) -> bool:
        """Whether an officer may ask for immigration status."""
        return self.permission("patrol", "ask").level == "allowed"

    @cached_property
    def city(self) -> Layer:
        """The city's layer."""
        for layer in self.layers:
            if layer.level == "city":
                return layer
        return load_regime(NO_TEXT)

    def without_city(self) -> Stack:
        """The stack with the city's text taken away."""
        others = tuple(layer for layer in self.layers if layer.level != "city")
        return replace(self, layers=(*others, load_regime(NO_TEXT)))

    @property
    def contact(self) -> bool:
        """Whether police may be in touch with ICE about anybody at all."""
        return self.permission("lock_up", "notify").level != "prohibited"

    @property
    def survivor_support(self) -> bool:
        """Whether police support survivors who report and seek immigration relief."""
        return self._value("survivor_support") == "supported"

    @property
    def conduct(self) -> bool:
        """Whether threats to reveal status and verbal abuse are prohibited."""
        return self._value("conduct") == "prohibited"

    @property
    def codification(self) -> str:
        """How binding the city's text is: announced, executive order or ordinance."""
        return self._value("codification")

    @cached_property
    def openness(self) -> float:
        """How open the police-to-ICE channel is, in [0, 1], under the registry's defaults."""
        return self.openness_under(load_parameters())

    def openness_under(self, values: Parameters) -> float:
        """How open the police-to-ICE channel is: 1 full cooperation, 0 no contact.

        The mean of the cells of `CHANNEL`, weighted by the parameters named there: 1 where
        allowed, 0 where prohibited, ``openness_warrant`` where only a judge's warrant opens the
        cell, and ``openness_class`` of the rest for each class excepted. All are assumptions.
        """
        weights = [values[name] for name, *_ in CHANNEL]
        opened = [self._opened(self.permission(*cell), values) for _, *cell in CHANNEL]
        return float(np.dot(weights, opened) / sum(weights))

    @staticmethod
    def _opened(permission: Permission, values: Parameters) -> float:
        if permission.level in ("allowed", "prohibited"):
            return float(permission.level == "allowed")
        classes = permission.classes.bit_count() * values.openness_class
        return values.openness_warrant + (1 - values.openness_warrant) * min(1.0, classes)

    def _value(self, clause: str) -> str:
        return str(getattr(self.city.clauses, clause).value)

    @cached_property
    def _tables(self) -> dict[Key, NDArray[np.bool_]]:
        return {}

    @cached_property
    def _permissions(self) -> dict[Key, Permission]:
        return {}

    def _governing(self, key: Key) -> list[Cell]:
        found = (layer_cells(layer).get(key) for layer in self.layers)
        return [cell for cell in found if cell is not None]

    def __str__(self) -> str:
        return " + ".join(map(str, self.layers))


def _key(actor: str, action: str, recipient: str | None) -> Key:
    asked: tuple[tuple[Categories, str], ...] = (
        (ACTORS, actor),
        (ACTIONS, action),
        (RECIPIENTS, recipient or "ice"),
    )
    for names, name in asked:
        if name not in names.names:
            raise BadInput(unknown(names.title, name, names))
    return actor, action, recipient or "ice"
