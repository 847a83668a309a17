"""A virtual replication as a file states it: places, treatment, timing, instrument, estimators."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from experiments.replication.counties import ATTRIBUTES
from experiments.replication.measures import EXPOSURES, MEASURES
from experiments.settings import days_of
from experiments.validation.groups import parse_group
from model.city import load_city
from model.faults import BadInput, Fault, nearest, unknown
from model.layer import Slug, Words
from model.layer_files import load_law, load_regime
from model.posture import load_posture
from model.registry import load_parameters
from model.toml_source import KeyPath, TomlSource, read_toml

FOLDER = Path(__file__).parent / "designs"
LAYERS = FOLDER / "layers"
#: The fewest and the most counties that may be asked for.
COUNTIES = (4, 2000)
ESTIMATORS = ("twfe", "did2s", "poisson", "permutation", "before-after")
#: Estimators that follow one treated place, or all places at once: no staggered dates.
SINGLE = ("permutation", "before-after")
#: Estimators of a difference of shares; the others take counts.
OF_SHARES = ("twfe", "did2s")

_CONFIG = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
Share = Annotated[float, Field(ge=0, le=1)]
Range = tuple[Share, Share]


class Stratum(BaseModel):
    """Places that differ from others in a parameter or in their own law."""

    model_config = _CONFIG

    where: dict[str, Range] = Field(
        default={}, description="attribute = [from, to], as quantiles 0 to 1"
    )
    parameters: dict[str, float] = {}
    regime: Words | None = None


class World(BaseModel):
    """Synthetic counties, or the areas of a city."""

    model_config = _CONFIG

    counties: int = Field(default=160, ge=4, le=2000, description="a whole number from 4")
    residents: float = Field(
        default=4000, ge=200, le=1e6, description="residents of the median county"
    )
    city: Words | None = Field(default=None, description="a city whose areas are the places")
    scale: float = Field(default=1.0, gt=0, le=1)
    strata: tuple[Stratum, ...] = (Stratum(),)


class Law(BaseModel):
    """What stands in every place at the start."""

    model_config = _CONFIG

    regime: Words = "full-cooperation"
    baseline: Words = "full-cooperation"
    layers: tuple[Words, ...] = ()
    posture: Words = "2017-2019"


class Change(BaseModel):
    """What changes: a city's or county's text, a layer repealed, the federal posture."""

    model_config = _CONFIG

    layers: tuple[Words, ...] = ()
    repeal: tuple[Words, ...] = ()
    posture: Words | None = None


class National(Change):
    """A change everywhere on one date, treated or not."""

    date: dt.date


class Treatment(Change):
    """What adoption changes; `visits` are those of an operation of `days` that begins with it."""

    days: int = Field(default=0, ge=0, le=365)
    visits: int = Field(default=0, ge=0, le=100_000)


class Timing(BaseModel):
    """When places adopt: cohorts at equal distances from `first` to `last`."""

    model_config = _CONFIG

    first: dt.date
    last: dt.date | None = None
    cohorts: int = Field(default=1, ge=1, le=48)
    never: Share = 0.0
    largest: int = Field(default=0, ge=0, description="treat so many of the largest; 0: all")
    earlier_with: dict[str, float] = Field(
        default={}, description="attribute = weight; a negative one adopts later"
    )
    announced: bool = Field(default=False, description="each cohort's start is news in all places")


class Counted(BaseModel):
    """A count, or a share or rate where `of` is given, for a group."""

    model_config = _CONFIG

    count: Words = Field(description=", ".join(MEASURES))
    of: str = Field(default="", description=", ".join((*MEASURES, *EXPOSURES)))
    group: str = ""
    minus_group: str = ""


class Outcome(Counted):
    """What the study counts, and what it is meant to tell: the same without noise if unsaid."""

    name: Slug
    title: Words
    truth: Counted | None = None

    @property
    def share(self) -> bool:
        """Whether it is a share, and the effect in points; else the effect is in percent."""
        return bool(self.of) and self.of not in EXPOSURES

    @property
    def unit(self) -> str:
        """Unit of the effect."""
        return "points" if self.share else "percent"

    @property
    def target(self) -> Counted:
        """What the true effect is about."""
        return self.truth or self


class Noise(BaseModel):
    """What the instrument gets wrong."""

    model_config = _CONFIG

    ethnicity_misrecorded: Share = 0.0
    removal_lag_days: float = Field(default=0.0, ge=0, le=3650)
    protest_share: Share = Field(default=0.0, description="places with protests after adoption")
    protest_sd: float = Field(default=0.0, ge=0, le=3, description="of the log of their counts")


class Estimator(BaseModel):
    """One way to an answer from the same table."""

    model_config = _CONFIG

    name: Slug
    kind: Literal[ESTIMATORS]  # type: ignore[valid-type]
    title: Words
    weights: Literal["none", "residents", "of"] = "none"


class Design(BaseModel):
    """A whole design; docs/replications.md explains the keys."""

    model_config = _CONFIG

    name: Slug
    title: Words
    question: Words
    study: Words
    start: dt.date
    years: float = Field(gt=0, le=30)
    period: Literal["week", "month", "quarter", "year"] = "quarter"
    parameters: dict[str, float] = {}
    world: World = World()
    before: Law = Law()
    national: tuple[National, ...] = ()
    treatment: Treatment
    timing: Timing
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    noise: Noise = Noise()
    estimators: tuple[Estimator, ...] = Field(min_length=1)

    def estimators_of(self, outcome: Outcome) -> tuple[Estimator, ...]:
        """The estimators that fit an outcome: of shares, or of counts."""
        return tuple(
            one for one in self.estimators if (one.kind in OF_SHARES) == outcome.share
        )


def design_names() -> tuple[str, ...]:
    """Names of the designs that come with the project."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def is_design(text: str) -> bool:
    """Whether `text` is meant for a design: a file, or a name that comes near to one."""
    return text.endswith(".toml") or bool(get_close_matches(text.lower(), design_names(), 1, 0.8))


def load_design(name_or_path: str | Path) -> Design:
    """A design, by name or by the path of a file.

    Raises
    ------
    BadInput
        If there is none, or its file names an unknown outcome, law or estimator: file, line, key,
        nearest name.
    """
    text = str(name_or_path)
    path = FOLDER / f"{text}.toml" if text in design_names() else Path(text)
    if not os.path.isfile(path) and path.suffix != ".toml":
        raise BadInput(unknown("design", text, design_names(), key="design"))
    source = read_toml(path)
    design = source.check(Design)
    if faults := _faults(design, source):
        raise BadInput(faults)
    return design


def _faults(design: Design, source: TomlSource) -> list[Fault]:
    """What the schema cannot say."""
    faults: list[Fault] = []

    def at(path: KeyPath, call: Callable[..., Any], *arguments: Any) -> None:
        try:
            call(*arguments)
        except BadInput as error:
            faults.extend(
                one
                if one.file
                else source.fault(
                    (*path, one.key) if one.key else path, one.found, one.allowed, one.nearest
                )
                for one in error.faults
            )

    def known(path: KeyPath, what: str, name: str, names: tuple[str, ...]) -> None:
        if name not in names:
            found = f"unknown {what} {name!r}"
            faults.append(source.fault(path, found, ", ".join(names), nearest(name, names)))

    for number, outcome in enumerate(design.outcomes):
        here: KeyPath = ("outcomes", number)
        for path, counted in ((here, outcome), ((*here, "truth"), outcome.truth)):
            if counted is None:
                continue
            known((*path, "count"), "count", counted.count, tuple(MEASURES))
            if counted.of:
                known((*path, "of"), "count", counted.of, (*MEASURES, *EXPOSURES))
            for key in ("group", "minus_group"):
                at((*path, key), parse_group, getattr(counted, key), {})
        if outcome.minus_group and outcome.minus_group == outcome.group:
            found = f"found {outcome.minus_group!r}, the group itself"
            faults.append(source.fault((*here, "minus_group"), found, "another group"))
        if not design.estimators_of(outcome):
            found = f"{outcome.name} is {'a share' if outcome.share else 'a count'}"
            kinds = [one for one in ESTIMATORS if (one in OF_SHARES) == outcome.share]
            wanted = f"an estimator among {', '.join(kinds)}"
            faults.append(source.fault(here, found, wanted))
    if design.world.city is not None:
        at(("world", "city"), load_city, design.world.city)
    at(("parameters",), load_parameters, design.parameters)
    for place, stratum in enumerate(design.world.strata):
        at(("world", "strata", place, "parameters"), load_parameters, stratum.parameters)
        for name in stratum.where:
            known(("world", "strata", place, "where", name), "attribute", name, ATTRIBUTES)
        if stratum.regime:
            at(("world", "strata", place, "regime"), load_regime, stratum.regime)
    for name in design.timing.earlier_with:
        known(("timing", "earlier_with", name), "attribute", name, ATTRIBUTES)
    for key in ("regime", "baseline"):
        at(("before", key), load_regime, getattr(design.before, key))
    steps: list[tuple[KeyPath, Law | Change]] = [
        (("before",), design.before), (("treatment",), design.treatment),
        *((("national", place), one) for place, one in enumerate(design.national)),
    ]
    for base, step in steps:
        for place, name in enumerate(step.layers):
            at((*base, "layers", place), _any_layer, name)
        if step.posture is not None:
            at((*base, "posture"), load_posture, own(step.posture), LAYERS)
    before: list[Law | Change] = [design.before, *design.national]
    standing = {name for one in before for name in one.layers}
    for place, name in enumerate(design.treatment.repeal):
        if name not in standing:
            allowed = ", ".join(sorted(standing)) or "a layer that stands before"
            path = ("treatment", "repeal", place)
            faults.append(source.fault(path, f"{name!r} does not stand before", allowed,
                                       nearest(name, standing)))
    last = design.timing.last or design.timing.first
    end = design.start + dt.timedelta(days=days_of(design.start, design.years))
    if not design.start < design.timing.first <= last < end:
        found = f"found {design.timing.first} to {last}"
        allowed = f"dates after {design.start} and before {end}, in order"
        faults.append(source.fault(("timing", "first"), found, allowed))
    for key in ("outcomes", "estimators"):
        names = [one.name for one in getattr(design, key)]
        faults += [
            source.fault((key, number, "name"), f"found {name!r} twice", "each name once")
            for number, name in enumerate(names) if name in names[:number]
        ]
    single = [one for one in design.estimators if one.kind in SINGLE]
    if single and design.timing.cohorts > 1:
        found = f"{single[0].kind} with {design.timing.cohorts} cohorts"
        faults.append(source.fault(("timing", "cohorts"), found, "one cohort"))
    return sorted(faults, key=lambda fault: fault.line or 0)


def own(name: str) -> str:
    """The file of a layer or posture that comes with the designs; any other name as it is."""
    return f"{name}.toml" if (LAYERS / f"{name}.toml").is_file() else name


def _any_layer(name: str) -> None:
    """Load a city's, county's or state's layer."""
    try:
        load_regime(name)
    except BadInput:
        load_law(own(name), LAYERS)
