"""Layers that contradict themselves are refused, each fault at its line."""

from __future__ import annotations

from collections.abc import Iterator

from model.cells import GOVERNS, Key, clause_cells
from model.faults import Fault
from model.layer import LEVELS, RECIPIENTS, Clauses, Layer
from model.toml_source import KeyPath, TomlSource

#: Institutions that a tier of government can bind.
MAY_BIND = {
    "federal": (),
    "state": ("lock_up", "patrol", "records", "jail", "prison", "city_agencies"),
    "county": ("jail",),
    "city": ("lock_up", "patrol", "records", "city_agencies"),
}
CLASSES_ONLY = "carve-out classes only"
#: What a run asks of nobody in particular, so that no class of person can decide it.
NOT_BY_PERSON = (("patrol", "ask"), ("patrol", "join"), ("records", "access"))


def contradictions(source: TomlSource, layer: Layer, at: KeyPath = ()) -> Iterator[Fault]:
    """Faults of a layer whose parts do not fit together."""

    def fault(path: KeyPath, found: str, allowed: str) -> Fault:
        return source.fault(at + path, found, allowed)

    for index, actor in enumerate(layer.binds):
        if actor not in MAY_BIND[layer.level]:
            allowed = ", ".join(MAY_BIND[layer.level]) or "no institution"
            yield fault(("binds", index), f"a {layer.level} layer binds {actor}", allowed)
        if actor in layer.binds[:index]:
            yield fault(("binds", index), f"{actor} twice", "each institution once")
    if layer.level == "city" and layer.clauses is None:
        yield fault(("clauses",), "missing", "the clauses of a city's ordinance")
    if layer.clauses is not None:
        for path, found, allowed in _clause_faults(layer, layer.clauses):
            yield fault(("clauses", *path), found, allowed)
    for path, found, allowed in _cell_faults(layer):
        yield fault(("cells", *path), found, allowed)


def _clause_faults(layer: Layer, clauses: Clauses) -> Iterator[tuple[KeyPath, str, str]]:
    classes = clauses.carve_outs.value if clauses.carve_outs else ()
    users = [
        name
        for name in ("detainers", "information_sharing")
        if getattr(clauses, name).value == CLASSES_ONLY
    ]
    if not classes:
        for name in users:
            found = f"{CLASSES_ONLY!r}, and no class is listed"
            yield (name, "value"), found, "carve_outs with at least one class"
    elif not users:
        found = "classes are listed, and no clause refers to them"
        allowed = f"detainers or information_sharing = {CLASSES_ONLY!r}, or no carve_outs"
        yield ("carve_outs", "value"), found, allowed
    for index, name in enumerate(classes):
        if name in classes[:index]:
            yield ("carve_outs", "value", index), f"{name} twice", "each class once"
    databases = clauses.database_access.value
    if databases.ice == "open" and databases.dhs == "closed":
        found = "open to ICE, closed to DHS, of which ICE is a part"
        yield ("database_access", "value"), found, "ice = 'closed', or dhs = 'open'"
    everyone = clauses.all_agencies.value == "every city agency"
    if everyone != ("city_agencies" in layer.binds):
        found = f"{clauses.all_agencies.value!r}, and binds = {list(layer.binds)}"
        allowed = "binds with city_agencies exactly where every city agency is bound"
        yield ("all_agencies", "value"), found, allowed
    for index, words in enumerate(clauses.stated_only.value if clauses.stated_only else ()):
        for name in GOVERNS:
            if name.replace("_", " ") in words.lower():
                found = f"{words!r} states {name}"
                yield ("stated_only", "value", index), found, f"the clause {name}"


def _cell_faults(layer: Layer) -> Iterator[tuple[KeyPath, str, str]]:
    clauses = clause_cells(layer)
    stated: dict[Key, str] = {}
    for index, cell in enumerate(layer.cells):
        if (cell.level == "carve_outs") != bool(cell.classes):
            allowed = "classes exactly where level = 'carve_outs'"
            found = f"level {cell.level!r} with classes {list(cell.classes)}"
            yield (index, "level"), found, allowed
        if cell.recipients and set(cell.actors) != {"records"}:
            yield (index, "recipients"), f"recipients of {', '.join(cell.actors)}", "of records"
        for actor in sorted(set(cell.actors) - set(layer.binds)):
            yield (index, "actors"), f"{actor} is not bound", ", ".join(layer.binds)
        for key in (
            (actor, action, to)
            for actor in cell.actors
            for action in cell.actions
            for to in cell.recipients or RECIPIENTS
        ):
            name = " ".join(key[:2])
            if cell.level == "carve_outs" and key[:2] in NOT_BY_PERSON:
                yield (index, "level"), f"{name} by class of person", "allowed or prohibited"
                break
            if stated.setdefault(key, cell.level) != cell.level:
                found = f"{name} is {stated[key]} above and {cell.level} here"
                yield (index, "level"), found, "one level a cell"
                break
            clause = clauses.get(key)
            # A cell may tighten a limit that its clause states, never deny or loosen the clause.
            if clause and (
                LEVELS[cell.level] < clause.strictness
                or (clause.level == "allowed" and cell.level != "allowed")
            ):
                found = f"{name} is {cell.level} here and {clause.level} by {clause.clause}"
                yield (index, "level"), found, "a cell that fits the clause"
                break
