"""Mixed ordinances: one city's text with some clauses of another's.

A mixture is named ``welcoming-2012+detainers,carve_outs@welcoming-2021``. Clauses are drafted to
fit each other, so taking some of them can leave a text that contradicts itself. It is then read as
a court would read it:

- an exception for classes of person, where no class is listed, excepts nobody;
- a list of classes that no clause refers to means nothing;
- of a cell stated beside the clauses and a clause that governs it, the stricter stands;
- who is bound beside the police is what the clause on agencies says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from model.cells import Key, clause_cells
from model.faults import BadInput, Fault, unknown
from model.layer import LEVELS, RECIPIENTS, Actor, Clauses, Layer, StatedCell

CLASSES_ONLY = "carve-out classes only"
#: What a clause says of those whom no class excepts.
OTHERWISE = {"detainers": "judicial warrant only", "information_sharing": "lawful order only"}
#: Clauses that can be taken. ``stated_only`` does nothing in the model.
CLAUSES = tuple(name for name in Clauses.model_fields if name != "stated_only")
#: Parts of a text beside its clauses: whom of the police it binds, and the cells that it states.
BINDS, CELLS = "binds", "cells"
PARTS = (*CLAUSES, BINDS, CELLS)

_NAME = re.compile(r"(?P<first>.+?)\+(?P<parts>[a-z_]+(?:,[a-z_]+)*)@(?P<second>.+)")


def split_name(name: str) -> tuple[str, tuple[str, ...], str] | None:
    """The first text, the parts taken, and the text that they are taken from; None if `name` is
    no mixture's."""
    found = _NAME.fullmatch(name)
    return found and (found["first"], tuple(found["parts"].split(",")), found["second"])


def mixture_name(first: str, parts: Collection[str], second: str) -> str:
    """The name of `first` with `parts` of `second`; `first` itself where nothing is taken."""
    taken = [part for part in PARTS if part in parts]
    return f"{first}+{','.join(taken)}@{second}" if taken else first


def differing_parts(first: Layer, second: Layer) -> tuple[str, ...]:
    """The parts in which two cities' texts say different things, in the order of `PARTS`."""
    return tuple(part for part in PARTS if _said(first, part) != _said(second, part))


def mix(first: Layer, second: Layer, parts: Collection[str]) -> Layer:
    """`first` with some `parts` of `second`.

    Raises
    ------
    BadInput
        If there is no such part, or a layer is no city's.
    """
    if faults := [unknown("clause", part, PARTS) for part in parts if part not in PARTS]:
        raise BadInput(faults)
    for layer in (first, second):
        if layer.clauses is None:
            raise BadInput(Fault(f"{layer.name} states no clauses", "a city's ordinance"))

    def source(part: str) -> Layer:
        return second if part in parts else first

    stated = {name: getattr(source(name).clauses, name) for name in CLAUSES}
    listed = stated["carve_outs"] is not None and bool(stated["carve_outs"].value)
    users = [name for name in OTHERWISE if stated[name].value == CLASSES_ONLY]
    if not listed:
        for name in users:
            stated[name] = stated[name].model_copy(update={"value": OTHERWISE[name]})
    if not (listed and users):
        stated["carve_outs"] = None
    everyone: tuple[Actor, ...] = ("city_agencies",)
    everyone *= stated["all_agencies"].value == "every city agency"
    police = tuple(actor for actor in source(BINDS).binds if actor != "city_agencies")
    taken = [part for part in PARTS if part in parts]
    told = f"with {', '.join(part.replace('_', ' ') for part in taken)} of {second.title}"
    mixed = Layer(
        name="-".join([first.name, "with", *taken, "of", second.name]),
        title=f"{first.title}, {told}",
        summary="A mixture of two texts, read as if it had been passed.",
        level="city",
        place=first.place,
        binds=(*police, *everyone),
        clauses=Clauses(**stated),
    )
    return mixed.model_copy(update={"cells": tuple(_standing(source(CELLS), mixed))})


def _standing(stating: Layer, mixed: Layer) -> Iterator[StatedCell]:
    """The cells of `stating` that are bound in `mixed` and no looser than its clauses."""
    clauses = clause_cells(mixed)
    for cell in stating.cells:
        for actor, action, to in _keys(cell):
            clause = clauses.get((actor, action, to))
            if actor not in mixed.binds or (clause and clause.strictness > LEVELS[cell.level]):
                continue
            recipients = (to,) if actor == "records" else ()
            key = {"actors": (actor,), "actions": (action,), "recipients": recipients}
            yield cell.model_copy(update=key)


def _keys(cell: StatedCell) -> Iterator[Key]:
    for actor in cell.actors:
        for action in cell.actions:
            # Only records are told apart by who gets them.
            every = RECIPIENTS.names if actor == "records" else RECIPIENTS.names[:1]
            for to in cell.recipients or every:
                yield actor, action, to


def _said(layer: Layer, part: str) -> object:
    """What a text says in a part: values alone, in no order where order means nothing."""
    if part == BINDS:
        return frozenset(layer.binds) - {"city_agencies"}
    if part == CELLS:
        return frozenset(
            (key, cell.level, frozenset(cell.classes))
            for cell in layer.cells
            for key in _keys(cell)
        )
    clause = getattr(layer.clauses, part)
    if part == "carve_outs":
        return frozenset(clause.value if clause else ())
    return clause.value
