"""A study's file: levers, uncertainties, outcomes and runs, checked with line numbers.

The words are those of the XLRM framework: *levers* are what somebody may choose, *uncertainties*
what nobody knows, *outcomes* what is looked at. docs/studies.md describes every key.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from experiments.outcomes import OUTCOMES
from experiments.settings import MAX_REPLICATES, MAX_YEARS, real, whole
from model.faults import BadInput, Fault, nearest, unknown
from model.layer import Words
from model.scenario import Raid
from model.toml_source import TomlSource, parse_toml, read_toml

READY = Path(__file__).resolve().parent.parent / "studies"
MOST_DRAWS = 1_000_000
#: Least and most of what the command line may change.
WHOLE = {"replicates": (1, MAX_REPLICATES), "seed": (0, 2**62 - 1), "draws": (1, MOST_DRAWS)}
#: Columns of a study's tables, which no lever may be called.
TAKEN = (
    "task", "part", "draw", "replicate", "seed", "belief", "scenario", "outcome", "by", "group",
    "value", "numerator", "denominator", "suppressed", "unit", "title", "meaning", "per",
)

_CONFIG = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]


def _without_a_time(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        raise ValueError("a date as 2022-01-01 is needed")
    return value


#: A day: pydantic alone takes midnight of it, too.
Date = Annotated[dt.date, BeforeValidator(_without_a_time)]
Sampler = Literal[
    "none", "grid", "monte carlo", "latin hypercube", "sobol", "morris", "posterior"
]


class Runs(BaseModel):
    """How much is run, and what every run shares unless a lever says otherwise."""

    model_config = _CONFIG

    replicates: Whole = Field(default=4, ge=1, le=MAX_REPLICATES, description="paired replicates")
    seed: Whole = Field(default=0, ge=0, lt=2**62, description="first seed")
    seeds: Literal["common", "own"] = Field(default="common", description="common or own")
    scale: Number = Field(default=0.1, gt=0, le=1, description="share of the city's residents")
    years: Number = Field(default=1.0, gt=0, le=MAX_YEARS, description="length of each run")
    start: Date = Field(default=dt.date(2022, 1, 1), description="first day")
    city: Words = Field(default="chicago", description="a city's name or folder")
    regime: Words = Field(default="welcoming-2012", description="a regime's name or file")
    baseline: Words = Field(default="welcoming-2012", description="what others are held against")
    environment: Words = Field(default="E3", description="E0, E1, E2 or E3")
    solved_under: Words | None = Field(
        default=None, description="the environment in which all levels are solved"
    )
    posture: Words = Field(default="2017-2019", description="a federal posture's name or file")
    decompose: bool = Field(default=False, description="true or false")


class Choice(BaseModel):
    """What one position of a lever changes."""

    model_config = _CONFIG

    regime: Words | None = None
    baseline: Words | None = None
    environment: Words | None = None
    posture: Words | None = None
    timeline: Words | None = None
    city: Words | None = None
    start: Date | None = None
    parameters: dict[str, Number] = Field(default_factory=dict)
    clauses: dict[str, Any] = Field(default_factory=dict)
    raids: tuple[Raid, ...] = ()


class Factorial(BaseModel):
    """Every mixture of two regimes: each clause in which they differ from the one or the other."""

    model_config = _CONFIG

    start: Words = Field(alias="from", description="a regime's name or file")
    end: Words = Field(alias="to", description="a regime's name or file")
    together: tuple[tuple[str, ...], ...] = Field(default=(), description="clauses moved as one")


class Uncertainties(BaseModel):
    """What is not known, and how it is sampled."""

    model_config = _CONFIG

    sampler: Sampler = Field(default="none", description="how the parameters are sampled")
    draws: Whole = Field(
        default=1, ge=1, le=MOST_DRAWS,
        description="points; for sobol and morris the base sample and the trajectories",
    )
    seed: Whole = Field(default=0, ge=0, lt=2**32, description="seed of the sample")
    second_order: bool = Field(default=False, description="sobol: pairs, too")
    parameters: dict[str, Literal["prior"] | tuple[Number, ...]] = Field(
        default_factory=dict,
        description="name = 'prior', [low, high], or the values of a grid",
    )
    posterior: Words | None = Field(default=None, description="a file, not the shipped one")


class StudyFile(BaseModel):
    """A study as its file states it."""

    model_config = _CONFIG

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")] = Field(
        description="small letters, digits and hyphens"
    )
    title: Words = Field(description="what to call it")
    question: Words = Field(description="the question it answers")
    outcomes: tuple[str, ...] = Field(default=(), description="names of outcomes; none for all")
    run: Runs = Field(default=Runs(), description="a table [run]")
    levers: dict[str, tuple[Any, ...] | dict[str, Choice]] = Field(
        default_factory=dict, description="name = [values], or a table a position"
    )
    factorial: Factorial | None = Field(default=None, description="a table with from and to")
    uncertainties: Uncertainties = Field(
        default=Uncertainties(), description="a table [uncertainties]"
    )


#: Fields of a run that can be a lever by their own name, with a list of values.
PLAIN_LEVERS = ("regime", "environment", "posture", "timeline", "city", "start")


def ready_studies() -> dict[str, Path]:
    """Studies that come with the project, by name."""
    return {path.stem: path for path in sorted(READY.glob("*.toml"))}


def load_study(name_or_path: str | Path) -> tuple[StudyFile, TomlSource]:
    """A study and its text, by name or by the path of a file.

    Raises
    ------
    BadInput
        If there is none, or a fault for each key that is wrong: file, line and key.
    """
    ready = ready_studies()
    text = str(name_or_path)
    if text in ready:
        return checked(read_toml(ready[text]))
    path = Path(text)
    if path.name == text and path.suffix != ".toml" and not os.path.isfile(path):
        raise BadInput(unknown("study", text, (*ready, "the path of a file")))
    return checked(read_toml(path))


def parse_study(text: str, file: str = "study.toml") -> tuple[StudyFile, TomlSource]:
    """A study from its text.

    Raises
    ------
    BadInput
        A fault for each key that is wrong.
    """
    return checked(parse_toml(text, file))


def checked(source: TomlSource) -> tuple[StudyFile, TomlSource]:
    """A study and its source, if every key is right in itself.

    Whether its regimes, cities and parameters exist is `levers`' and `design`'s to say.
    """
    faults = [*_lever_form(source), *_outcome_faults(source)]
    # Levers at fault are told; the rest of the file is checked without them.
    data = {**source.data, "levers": {}} if faults else None
    try:
        study = source.check(StudyFile, data)
    except BadInput as error:
        faults += error.faults
    if faults:
        raise BadInput(sorted(faults, key=lambda fault: fault.line or 0))
    return study, source


def overridden(study: StudyFile, changes: Mapping[str, Any]) -> StudyFile:
    """The study with other ``replicates``, ``seed``, ``scale``, ``years`` or ``draws``.

    Raises
    ------
    BadInput
        If a value is no number, or out of range.
    """
    faults: list[Fault] = []
    made: dict[str, Any] = {}
    for key, value in changes.items():
        try:
            if key in ("scale", "years"):
                made[key] = real(key, value, 0, 1 if key == "scale" else MAX_YEARS)
            else:
                made[key] = whole(key, value, *WHOLE[key])
        except BadInput as error:
            faults += error.faults
    if faults:
        raise BadInput(faults)
    draws = {"draws": made.pop("draws")} if "draws" in made else {}
    return study.model_copy(update={
        "run": study.run.model_copy(update=made),
        "uncertainties": study.uncertainties.model_copy(update=draws),
    })


def _lever_form(source: TomlSource) -> Any:
    """Levers are told from their form, where pydantic would explain both forms at once."""
    levers = source.data.get("levers", {})
    for name, given in levers.items() if isinstance(levers, Mapping) else ():
        path = ("levers", name)
        if isinstance(given, list):
            if name not in PLAIN_LEVERS:
                guess = nearest(name, PLAIN_LEVERS)
                allowed = f"a table a position, or one of {', '.join(PLAIN_LEVERS)} with a list"
                yield source.fault(path, f"a list of values for {name!r}", allowed, guess)
            if not given:
                yield source.fault(path, "no value", "at least one value")
            for index, value in enumerate(given):
                if value in given[:index]:
                    yield source.fault((*path, index), f"{value!r} twice", "each value once")
        elif not isinstance(given, Mapping):
            yield source.fault(path, f"found {given!r}", "a list of values, or a table a position")
        elif name in PLAIN_LEVERS or name in TAKEN or not name.isidentifier():
            allowed = "another name of letters, digits and _"
            yield source.fault(path, f"a lever cannot be called {name!r}", allowed)
        elif not given:
            yield source.fault(path, "no position", "at least one table")
        else:
            for label, choice in given.items():
                if not isinstance(choice, Mapping):
                    found = f"found {choice!r}"
                    yield source.fault((*path, label), found, "a table of what it changes")
                    continue
                try:
                    source.check(Choice, choice, (*path, label))
                except BadInput as error:
                    yield from error.faults


def _outcome_faults(source: TomlSource) -> list[Fault]:
    """Outcomes that do not exist; what is no list of names is pydantic's to tell."""
    faults: list[Fault] = []
    given = source.data.get("outcomes", [])
    names = given if isinstance(given, list) else []
    for index, name in enumerate(names):
        where = ("outcomes", index)
        if not isinstance(name, str):
            continue
        if name not in OUTCOMES:
            allowed = "a name that 'carveout outcomes' lists"
            found = f"unknown outcome {name!r}"
            faults.append(source.fault(where, found, allowed, nearest(name, OUTCOMES)))
        elif name in names[:index]:
            faults.append(source.fault(where, f"{name!r} twice", "each outcome once"))
    return faults
