"""Levers: every combination of what somebody may choose, as scenarios.

A lever is a list of values of a field of the run (``regime = [...]``), or tables that each change
several things at once; a factorial is a lever for each clause in which two regimes differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from experiments.settings import days_of, enough
from experiments.study.file import StudyFile
from model.city import load_city
from model.faults import BadInput, Fault, unknown
from model.law import build_law, load_environment, load_timeline
from model.layer import Clauses, Layer
from model.layer_files import load_regime
from model.mixture import differing_parts, mix
from model.posture import load_posture
from model.registry import load_parameters
from model.scenario import Scenario, brief, scenario
from model.toml_source import KeyPath, TomlSource
from model.variants import as_text, varied

MOST_COMBINATIONS = 10_000
#: Columns that every study's tables have, whether or not a lever moves them.
ALWAYS = ("city", "regime", "environment", "posture")
#: What a factorial calls a regime that is partly the one and partly the other.
MIXTURE = "mixture"
_LOADERS: dict[str, Callable[[Any], Any]] = {
    "regime": load_regime, "baseline": load_regime, "environment": load_environment,
    "solved_under": load_environment,
    "posture": load_posture, "timeline": load_timeline, "city": load_city,
}


@dataclass(frozen=True)
class Combination:
    """One position of every lever: its labels by column, and the run they amount to, at seed 0."""

    labels: Mapping[str, str]
    scenario: Scenario


@dataclass(frozen=True)
class _Position:
    label: str
    choice: Mapping[str, Any]
    path: KeyPath


def combinations(study: StudyFile, source: TomlSource) -> list[Combination]:
    """Every combination of the levers, those that share a city and law above it side by side.

    Raises
    ------
    BadInput
        If something named does not exist, two levers set one thing, or a law contradicts itself.
    """
    levers = {name: list(_positions(name, given)) for name, given in study.levers.items()}
    faults = [*_unknown_names(study, source, levers), *_clashes(source, levers)]
    number = 1
    for positions in levers.values():
        number *= len(positions)
    mixtures = _factorial(study, source, faults)
    number *= len(mixtures)
    if number > MOST_COMBINATIONS:
        found, allowed = f"{number:,} combinations", f"at most {MOST_COMBINATIONS:,}"
        faults.append(source.fault(("levers",), found, allowed))
    if faults:
        raise BadInput(faults)
    made, told = [], dict.fromkeys(faults)
    for chosen, mixture in product(product(*levers.values()), mixtures):
        try:
            named = dict(zip(levers, chosen, strict=True))
            made.append(_combination(study, source, named, mixture))
        except BadInput as error:  # one position may be at fault in many combinations
            told |= dict.fromkeys(error.faults)
    if told:
        raise BadInput(told)
    order = {key: at for at, key in enumerate(dict.fromkeys(map(_above, made)))}
    return sorted(made, key=lambda one: order[_above(one)])


def columns(made: Sequence[Combination]) -> list[str]:
    """The label columns of a study's tables."""
    return list(made[0].labels)


def _positions(name: str, given: Any) -> Iterator[_Position]:
    if isinstance(given, Mapping):
        for label, choice in given.items():
            # Only what the table states: an unstated field leaves the run's own.
            stated = {key: getattr(choice, key) for key in choice.model_fields_set}
            yield _Position(label, stated, ("levers", name, label))
    else:
        for index, value in enumerate(given):
            yield _Position(str(value), {name: value}, ("levers", name, index))


def _unknown_names(
    study: StudyFile, source: TomlSource, levers: Mapping[str, list[_Position]]
) -> Iterator[Fault]:
    """Regimes, cities and so on that cannot be loaded, each at its line."""
    stated = [(("run", key), key, getattr(study.run, key)) for key in study.run.model_fields_set]
    for positions in levers.values():
        for position in positions:
            for key, value in position.choice.items():
                inner = () if isinstance(position.path[-1], int) else (key,)
                stated.append(((*position.path, *inner), key, value))
    for path, key, value in stated:
        try:
            if key in _LOADERS:
                _LOADERS[key](value)
            elif key == "parameters":
                load_parameters(value)
            elif key == "clauses" and (wrong := set(value).difference(Clauses.model_fields)):
                names = Clauses.model_fields
                raise BadInput(unknown("clause", one, names, key=one) for one in sorted(wrong))
        except BadInput as error:
            for fault in error.faults:
                if fault.line is not None:  # a fault in the file that is named
                    yield fault
                else:
                    where = (*path, fault.key) if key in ("parameters", "clauses") else path
                    yield source.fault(where, fault.found, fault.allowed, fault.nearest)


def _clashes(source: TomlSource, levers: Mapping[str, list[_Position]]) -> Iterator[Fault]:
    """Two levers that set one thing: which of them would hold?"""
    owner: dict[str, str] = {}
    for name, positions in levers.items():
        for position in positions:
            for key, value in position.choice.items():
                inner = value if key in ("parameters", "clauses") else [""]
                for part in inner:
                    what = f"{key}.{part}".rstrip(".")
                    if owner.setdefault(what, name) != name:
                        found = f"{what} is also set by the lever {owner[what]}"
                        yield source.fault(position.path, found, "one lever for one thing")


def _factorial(
    study: StudyFile, source: TomlSource, faults: list[Fault]
) -> list[tuple[dict[str, str], Layer | None]]:
    """Labels and layer of every mixture of the factorial's two regimes."""
    if study.factorial is None:
        return [({}, None)]
    spec, ends = study.factorial, []
    for key, given in (("from", spec.start), ("to", spec.end)):
        try:
            ends.append(load_regime(given))
        except BadInput as error:
            for fault in error.faults:
                said = (fault.found, fault.allowed, fault.nearest)
                faults.append(source.fault(("factorial", key), *said))
    if "regime" in study.levers:
        found = "a lever 'regime' beside a factorial"
        faults.append(source.fault(("levers", "regime"), found, "one of the two"))
    if len(ends) < 2:
        return [({}, None)]
    start, end = ends
    clauses = differing_parts(start, end)
    if not clauses:
        faults.append(source.fault(("factorial", "to"), "no clause differs", "another regime"))
    groups = []
    for index, group in enumerate(spec.together):
        if wrong := [key for key in group if key not in clauses]:
            where = ("factorial", "together", index)
            faults.append(source.fault(where, f"{wrong[0]!r} does not differ", ", ".join(clauses)))
        groups.append(group)
    groups += [(key,) for key in clauses if not any(key in group for group in groups)]
    mixtures: list[tuple[dict[str, str], Layer | None]] = []
    for sides in product((False, True), repeat=len(groups)):
        taken = [key for group, side in zip(groups, sides, strict=True) if side for key in group]
        labels = {
            "+".join(group): end.name if side else start.name
            for group, side in zip(groups, sides, strict=True)
        }
        name = start.name if not taken else end.name if all(sides) else MIXTURE
        mixtures.append((labels, mix(start, end, taken).model_copy(update={"name": name})))
    return mixtures or [({}, None)]


def _combination(
    study: StudyFile, source: TomlSource, chosen: Mapping[str, _Position],
    mixture: tuple[dict[str, str], Layer | None],
) -> Combination:
    run = study.run
    fields: dict[str, Any] = {
        key: getattr(run, key) for key in (*ALWAYS, "baseline", "solved_under", "start")
    }
    parameters: dict[str, float] = {}
    clauses: dict[str, Any] = {}
    for position in chosen.values():
        for key, value in position.choice.items():
            if key == "parameters":
                parameters |= value
            elif key == "clauses":
                clauses |= value
            else:
                fields[key] = value
    labels, layer = mixture
    layer = layer or load_regime(fields["regime"])
    name = layer.name
    try:
        if clauses:
            layer = varied(layer, clauses, f"{name}-variant")
        # A regime of the project by name; any other as its whole text, so that runs need no file.
        own = fields["regime"] if not clauses and study.factorial is None else None
        known = own is not None and Path(own).suffix != ".toml"
        fields["regime"] = own if known else as_text(layer)
        if Path(fields["baseline"]).suffix == ".toml":
            fields["baseline"] = as_text(load_regime(fields["baseline"]))
        enough(load_city(fields["city"]), run.scale)
        made = scenario({
            **fields, "scale": run.scale, "days": days_of(_start(fields["start"]), run.years),
            "parameters": parameters,
        })
        build_law(made.regime, made.environment, made.posture, made.timeline)
    except BadInput as error:
        raise BadInput(_at(source, chosen, fault) for fault in error.faults) from None
    shown = {key: _short(fields[key]) for key in ALWAYS} | {"regime": name}
    return Combination({
        **shown, **labels, **{lever: _short(position.label) for lever, position in chosen.items()},
        "regime": name,
    }, made)


def _start(value: Any) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        found = f"found {brief(value)}"
        raise BadInput(Fault(found, "a date as 2022-01-01", key="start")) from None


def _at(source: TomlSource, chosen: Mapping[str, _Position], fault: Fault) -> Fault:
    """A fault of a combination, at the line of the lever's position that it comes from."""
    key = fault.key.removesuffix(".value")
    for position in chosen.values():
        if position.path == ("levers", key, position.path[-1]):
            return source.fault(position.path, fault.found, fault.allowed, fault.nearest)
        path = (*position.path, *(int(part) if part.isdigit() else part for part in key.split(".")))
        if source.has(path):
            return source.fault(path, fault.found, fault.allowed, fault.nearest)
    if source.has(("run", key)):
        return source.fault(("run", key), fault.found, fault.allowed, fault.nearest)
    changing = [one for one in chosen.values() if one.choice.get("clauses")]
    path = (*changing[-1].path, "clauses") if changing else ("levers",)
    found = f"{fault.key}: {fault.found}" if fault.key else fault.found
    return source.fault(path, found, fault.allowed, fault.nearest)


def _short(value: Any) -> str:
    """A name as it is, a path as its stem: no table holds a machine's path."""
    text = str(value)
    return Path(text).stem if "/" in text or text.endswith(".toml") else text


def _above(one: Combination) -> str:
    """What all regimes of a solved level share: everything but the regime and its label."""
    return one.scenario.but(regime="welcoming-2012").model_dump_json()
