"""What a layer's clauses mean: a permission is a cell of actor by action (by recipient)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from model.layer import LEVELS, RECIPIENTS, Clauses, Layer, class_mask

#: Level of strictness of each clause's values.
STRICTNESS = {
    "detainers": {
        "honour all": "allowed",
        "carve-out classes only": "carve_outs",
        "judicial warrant only": "judicial_warrant",
    },
    "information_sharing": {
        "unrestricted": "allowed",
        "carve-out classes only": "carve_outs",
        "lawful order only": "judicial_warrant",
    },
    "database_access": {"open": "allowed", "closed": "prohibited"},
    "status_inquiry": {"allowed": "allowed", "prohibited": "prohibited"},
    "joint_operations": {"allowed": "allowed", "prohibited": "prohibited"},
}

#: Cells that each clause governs. Facilities and interviews (access) and release dates (notify)
#: are information about a person in custody; the cells of city agencies count where the layer
#: binds them.
GOVERNS = {
    "detainers": (
        ("lock_up", "hold"),
        ("lock_up", "transfer"),
        ("patrol", "hold"),
        ("patrol", "transfer"),
    ),
    "information_sharing": (
        ("lock_up", "notify"),
        ("lock_up", "access"),
        ("lock_up", "share"),
        ("patrol", "share"),
        ("records", "share"),
        ("city_agencies", "share"),
    ),
    "database_access": (("records", "access"), ("city_agencies", "access")),
    "status_inquiry": (("patrol", "ask"), ("lock_up", "ask"), ("city_agencies", "ask")),
    "joint_operations": (("patrol", "join"), ("lock_up", "join"), ("city_agencies", "join")),
}

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Cell:
    """What one clause of one layer says of one actor's one action."""

    layer: str
    clause: str
    text: str
    level: str
    #: Classes of person to whom the exception applies, as bits of ``flags``.
    classes: int = 0

    @property
    def strictness(self) -> int:
        """0 for allowed to 3 for prohibited."""
        return LEVELS[self.level]


def clause_levels(clauses: Clauses) -> Iterator[tuple[str, str, str]]:
    """(clause, recipient, level) of every clause that governs a cell; recipient "" means any."""
    for name, levels in STRICTNESS.items():
        value = getattr(clauses, name).value
        if name == "database_access":
            for recipient in RECIPIENTS:
                yield name, recipient, levels[getattr(value, recipient)]
        else:
            yield name, "", levels[value]


def clause_cells(layer: Layer) -> dict[Key, Cell]:
    """The cells that a layer's clauses state."""
    found: dict[Key, Cell] = {}
    if layer.clauses is None:
        return found
    listed = layer.clauses.carve_outs
    mask = class_mask(listed.value) if listed else 0
    for name, recipient, level in clause_levels(layer.clauses):
        text = getattr(layer.clauses, name).text
        if level == "carve_outs" and listed and listed.text != text:
            text = f"{text}; {listed.text}"
        classes = mask if level == "carve_outs" else 0
        for actor, action in GOVERNS[name]:
            if actor in layer.binds:
                for to in [recipient] if recipient else RECIPIENTS:
                    found[actor, action, to] = Cell(layer.name, name, text, level, classes)
    return found


@cache
def layer_cells(layer: Layer) -> dict[Key, Cell]:
    """Every cell that a layer states: by its clauses, and directly (which may only tighten)."""
    found = clause_cells(layer)
    for stated in layer.cells:
        classes = class_mask(stated.classes)
        for actor in stated.actors:
            for action in stated.actions:
                for to in stated.recipients or RECIPIENTS:
                    found[actor, action, to] = Cell(
                        layer.name, f"{actor} {action}", stated.text, stated.level, classes
                    )
    return found
