"""The law of a run: the stack in force on each date.

A fixed regime stands under one legal environment (`E0` to `E3`) throughout. A timeline is a file
of dated layers: a new city's layer replaces the one before it, state and county layers add up
until they are repealed. A timeline that states a state's or county's layer is its own
environment; otherwise the environment's layers stand throughout.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from model.faults import BadInput, Fault, unknown
from model.layer import Layer, Slug, Words
from model.layer_files import find, law_names, load_law, load_regime, names_in, regime_names
from model.posture import Posture, load_posture
from model.scenario import Scenario
from model.stack import Stack
from model.toml_source import KeyPath, TomlSource, read_toml

_CONFIG = ConfigDict(frozen=True, extra="forbid", strict=True)

#: The date from which a law stands that has no beginning.
ALWAYS = dt.date.min


class Environment(BaseModel):
    """A legal environment: the state and county layers under which a comparison is made."""

    model_config = _CONFIG

    name: Slug = Field(description="a short name")
    title: Words = Field(description="what to call it in a table")
    period: Words | None = Field(default=None, description="when it was so, such as 2011-2017")
    summary: Words = Field(
        description="one or two sentences: what it leaves a city's ordinance to decide"
    )
    layers: tuple[Words, ...] = Field(description="names or paths of state and county layers")


class Step(BaseModel):
    """What changes on one date."""

    model_config = _CONFIG

    date: dt.date = Field(description="a date such as 2012-09-12")
    layers: tuple[Words, ...] = ()
    repeal: tuple[Words, ...] = ()
    posture: Words | None = None


class Timeline(BaseModel):
    """Dated layers: a policy history, true or supposed."""

    model_config = _CONFIG

    name: Slug = Field(description="a short name")
    title: Words = Field(description="what to call it in a table")
    summary: Words = Field(description="one sentence")
    steps: tuple[Step, ...] = Field(min_length=1, description="tables [[steps]] with a date")


@dataclass(frozen=True)
class Law:
    """Dated stacks, earliest first; the first stands from `ALWAYS`. Hashable and comparable."""

    changes: tuple[tuple[dt.date, Stack], ...]
    postures: tuple[tuple[dt.date, Posture], ...]

    def on(self, date: dt.date) -> Stack:
        """The stack in force on `date`."""
        return self.changes[bisect_right(self.changes, date, key=lambda each: each[0]) - 1][1]

    def posture_on(self, date: dt.date) -> Posture:
        """The federal posture on `date`."""
        return self.postures[bisect_right(self.postures, date, key=lambda each: each[0]) - 1][1]


    def with_city(self, city: str | Path | Layer) -> Law:
        """The same law with another city's text throughout."""
        layer = city if isinstance(city, Layer) else load_regime(city)
        return replace(self, changes=tuple((date, _laid(law, layer)) for date, law in self.changes))


class Laws(NamedTuple):
    """The law of a run, as it is, as it would be under the baseline's text, and as believed."""

    now: Law
    base: Law
    believed: Law


def laws_of(setting: Scenario) -> Laws:
    """The laws of a scenario. State and county change alike in all three, by the same dates.

    Raises
    ------
    BadInput
        If a name is unknown or a file wrong.
    """
    now = build_law(setting.regime, setting.environment, setting.posture, setting.timeline)
    believed = now if setting.believed is None else now.with_city(setting.believed)
    return Laws(now, now.with_city(setting.baseline), believed)


def environment_names() -> tuple[str, ...]:
    """Names of the legal environments that the model brings."""
    return names_in("environments")


def timeline_names() -> tuple[str, ...]:
    """Names of the timelines that the model brings."""
    return names_in("timelines")


def load_environment(name_or_path: str | Path) -> tuple[Environment, tuple[Layer, ...]]:
    """A legal environment and its layers, by name or by the path of a file.

    Raises
    ------
    BadInput
        If there is none, or its file or a layer of it is wrong.
    """
    path = find("environment", "environments", name_or_path)
    source = read_toml(path)
    environment = source.check(Environment)
    layers, faults = _each(_above_city, source, ("layers",), environment.layers, path.parent)
    if faults:
        raise BadInput(faults)
    return environment, layers


def load_timeline(name_or_path: str | Path) -> tuple[Timeline, TomlSource]:
    """A timeline and its source, by name or by the path of a file.

    Raises
    ------
    BadInput
        If there is none, its file is wrong, or its dates are out of order.
    """
    source = read_toml(find("timeline", "timelines", name_or_path))
    timeline = source.check(Timeline)
    dates = [step.date for step in timeline.steps]
    faults = [
        source.fault(("steps", index, "date"), f"found {dates[index]}", f"after {dates[index - 1]}")
        for index in range(1, len(dates))
        if dates[index] <= dates[index - 1]
    ]
    if faults:
        raise BadInput(faults)
    return timeline, source


def build_law(
    regime: str | Path | Layer,
    environment: str | Path,
    posture: str | Path | None = None,
    timeline: str | Path | None = None,
) -> Law:
    """The law of a run.

    Parameters
    ----------
    regime
        The city's ordinance, by name, path or as a layer. Under a timeline it stands until the
        timeline's first city layer.
    environment
        The legal environment, by name or path.
    posture
        The federal posture, by name or path; "2017-2019" where none is given. Under a timeline
        it stands until the timeline's first posture.
    timeline
        A file of dated layers, by name or path.

    Raises
    ------
    BadInput
        If a name is unknown or a file wrong.
    """
    city = regime if isinstance(regime, Layer) else load_regime(regime)
    _, above = load_environment(environment)
    federal = load_posture(posture if posture is not None else "2017-2019")
    if timeline is None:
        stack = Stack((federal.layer, *above, city))
        return Law(((ALWAYS, stack),), ((ALWAYS, federal),))
    return _dated(timeline, city, above, federal)


def _dated(
    timeline: str | Path, city: Layer, above: tuple[Layer, ...], federal: Posture
) -> Law:
    history, source = load_timeline(timeline)
    beside = find("timeline", "timelines", timeline).parent
    loaded = _loaded(history, source, beside)
    if any(layer.level != "city" for _, layers, _ in loaded for layer in layers):
        above = ()
    stack = Stack((federal.layer, *above, city))
    changes, postures = [(ALWAYS, stack)], [(ALWAYS, federal)]
    for index, (step, layers, posture) in enumerate(loaded):
        for place, name in enumerate(step.repeal):
            kept = tuple(layer for layer in stack.layers if layer.name != name)
            if len(kept) == len(stack.layers):
                allowed = ", ".join(layer.name for layer in stack.layers) or "a layer in force"
                path = ("steps", index, "repeal", place)
                raise BadInput(source.fault(path, f"{name!r} is not in force", allowed))
            stack = Stack(kept)
        for layer in layers:
            stack = _laid(stack, layer)
        if posture is not None:
            stack = _laid(stack, posture.layer)
            postures.append((step.date, posture))
        changes.append((step.date, stack))
    return Law(tuple(changes), tuple(postures))


def _laid(stack: Stack, layer: Layer) -> Stack:
    """`layer` laid on a stack: one city's and one federal layer at a time, others add up."""
    alone = layer.level in ("city", "federal")
    kept = tuple(
        each
        for each in stack.layers
        if each.name != layer.name and not (alone and each.level == layer.level)
    )
    return replace(stack, layers=(*kept, layer))


def _loaded(
    history: Timeline, source: TomlSource, beside: Path
) -> list[tuple[Step, tuple[Layer, ...], Posture | None]]:
    faults: list[Fault] = []
    loaded: list[tuple[Step, tuple[Layer, ...], Posture | None]] = []
    for index, step in enumerate(history.steps):
        layers, wrong = _each(_named, source, ("steps", index, "layers"), step.layers, beside)
        faults += wrong
        posture = None
        if step.posture is not None:
            try:
                posture = load_posture(step.posture, beside)
            except BadInput as error:
                faults += _placed(error, source, ("steps", index, "posture")).faults
        loaded.append((step, layers, posture))
    if faults:
        raise BadInput(faults)
    return loaded


def _each(
    load: Callable[[TomlSource, KeyPath, str, Path], Layer], source: TomlSource, path: KeyPath,
    names: Iterable[str], beside: Path,
) -> tuple[tuple[Layer, ...], list[Fault]]:
    """The layers of a list at `path`, and the faults of those that cannot be had."""
    layers: list[Layer] = []
    faults: list[Fault] = []
    for place, name in enumerate(names):
        try:
            layers.append(load(source, (*path, place), name, beside))
        except BadInput as error:
            faults += error.faults
    return tuple(layers), faults


def _named(source: TomlSource, path: KeyPath, name: str, beside: Path) -> Layer:
    """A layer of any tier by name or path; an unknown name is told at its place in `source`."""
    if name in regime_names():
        return load_regime(name)
    try:
        return load_law(name, beside)
    except BadInput as error:
        if all(fault.file for fault in error.faults):
            raise
    raise _placed(
        BadInput(unknown("layer", name, (*law_names(), *regime_names()))), source, path
    )


def _above_city(source: TomlSource, path: KeyPath, name: str, beside: Path) -> Layer:
    layer = _named(source, path, name, beside)
    if layer.level == "city":
        allowed = f"{', '.join(law_names())}, or a file"
        raise BadInput(source.fault(path, f"{name!r} is a city's layer", allowed))
    return layer


def _placed(error: BadInput, source: TomlSource, path: KeyPath) -> BadInput:
    """Faults that name no file (an unknown name) told at the line that names it."""
    key = ".".join(map(str, path))
    return BadInput(
        fault
        if fault.file
        else Fault(fault.found, fault.allowed, source.file, source.line(path), key, fault.nearest)
        for fault in error.faults
    )
