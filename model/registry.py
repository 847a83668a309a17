"""The registry of parameters: every number of the model with its range, status and source.

One TOML file a subject under ``model/parameters/``, one table a parameter::

    [beta]
    default = 0.6
    unit = "logit per unit of threat"
    low = 0.0
    high = 3.0
    distribution = "truncated normal(0.6, 0.6)"
    status = "assumed"
    source = "GJW_REP"
    meaning = "How strongly a perceived threat lowers a victim's reporting."
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from model.evidence import source_faults
from model.faults import BadInput, Fault, nearest
from model.toml_source import TomlSource, read_toml, shown

if TYPE_CHECKING:
    from model.priors import Prior

PARAMETER_FOLDER = Path(__file__).parent / "parameters"

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Entry(BaseModel):
    """One parameter: its value, the range that is believed possible, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    default: float = Field(description="the value used unless another is given")
    unit: Words = Field(description="the unit in words")
    low: float = Field(description="the lowest value allowed")
    high: float = Field(description="the highest value allowed")
    distribution: Words = Field(description="the prior, such as uniform(0, 1) or fixed")
    status: Literal["measured", "calibrated", "assumed"] = Field(
        description="measured, calibrated or assumed"
    )
    source: Words = Field(description="evidence ids parted by commas, or assumption")
    meaning: Words = Field(description="one sentence")

    @property
    def is_free(self) -> bool:
        """Whether it has a prior; the others are fixed."""
        return self.distribution != "fixed"

    @property
    def prior(self) -> Prior:
        """The prior, cut to the range.

        Raises
        ------
        ValueError
            If the parameter is fixed.
        """
        from model.priors import Prior, parse

        if not self.is_free:
            raise ValueError("a fixed parameter has no prior")
        return Prior(*parse(self.distribution), self.low, self.high)

    @property
    def bounds(self) -> tuple[float, float]:
        """What sweeps and sensitivity problems run over; a fixed parameter's are its default."""
        return self.prior.bounds if self.is_free else (self.default, self.default)


class Parameters(Mapping[str, float]):
    """Values of all parameters: ``p.beta`` or ``p["beta"]``; frozen, hashable, picklable."""

    _entries: dict[str, Entry]
    _values: dict[str, float]

    def __init__(self, entries: Mapping[str, Entry], values: Mapping[str, float]) -> None:
        # Attributes of the instance itself, so that the rooms of the day read them at full speed.
        self.__dict__.update(values, _entries=dict(entries), _values=dict(values))

    def __getattr__(self, name: str) -> float:
        guess = "" if name.startswith("_") else nearest(name, self.__dict__.get("_values", ()))
        hint = f"; did you mean {guess}?" if guess else ""
        raise AttributeError(f"no parameter called {name!r}{hint}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"parameters are frozen: use .but({name}=...)")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("parameters are frozen")

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.items())))

    def __reduce__(self) -> tuple[Any, ...]:
        return Parameters, (self._entries, self._values)

    def __repr__(self) -> str:
        return f"Parameters({', '.join(f'{name}={value:g}' for name, value in self.items())})"

    def entry(self, name: str) -> Entry:
        """All fields of a parameter.

        Raises
        ------
        BadInput
            If there is no parameter of that name.
        """
        if name not in self:
            raise BadInput(_unknown(name, self))
        return self._entries[name]

    def but(self, **values: float) -> Parameters:
        """These parameters with some values changed.

        Raises
        ------
        BadInput
            If a name is unknown or a value out of its range.
        """
        return Parameters(self._entries, {**self, **_checked(self._entries, values)})


def load_parameters(
    overrides: Mapping[str, float] | None = None, folder: str | Path | None = None
) -> Parameters:
    """The parameters of a folder (by default the model's own), with `overrides` laid over them.

    Raises
    ------
    BadInput
        One fault for each entry that is wrong (file, line, key), and for each override that is
        unknown or out of range.
    """
    entries = _own_entries() if folder is None else _read(Path(folder))
    defaults = {name: entry.default for name, entry in entries.items()}
    return Parameters(entries, defaults | _checked(entries, overrides or {}))


@cache
def _own_entries() -> dict[str, Entry]:
    return _read(PARAMETER_FOLDER)


def _read(folder: Path) -> dict[str, Entry]:
    if not folder.is_dir():
        raise BadInput(Fault("no such folder", "a folder of TOML files", shown(folder)))
    entries: dict[str, Entry] = {}
    homes: dict[str, str] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            source = read_toml(path)
        except BadInput as error:
            faults += error.faults
            continue
        for name, values in source.data.items():
            wrong = _name_faults(source, name, values, homes)
            if not wrong:
                homes[name] = f"{source.file}:{source.line((name,))}"
                try:
                    entries[name] = source.check(Entry, values, (name,))
                    wrong = _entry_faults(source, name, entries[name])
                except BadInput as error:
                    wrong = list(error.faults)
            faults += wrong
    if faults:
        raise BadInput(faults)
    return entries


def _name_faults(
    source: TomlSource, name: str, values: object, homes: Mapping[str, str]
) -> list[Fault]:
    if name in homes:
        return [source.fault((name,), f"also stands in {homes[name]}", "one entry a name")]
    if not isinstance(values, dict):
        return [source.fault((name,), f"found {values!r}", "a table [name] with its fields")]
    if not name.isidentifier() or name.startswith("_") or hasattr(Parameters, name):
        return [source.fault((name,), "cannot be an attribute", "another name")]
    return []


def _entry_faults(source: TomlSource, name: str, entry: Entry) -> list[Fault]:
    faults = [
        source.fault((name, "source"), fault.found, fault.allowed, fault.nearest)
        for fault in source_faults(entry.source)
    ]
    if not entry.low <= entry.default <= entry.high:
        allowed = f"from low = {entry.low:g} to high = {entry.high:g}"
        faults.append(source.fault((name, "default"), f"found {entry.default:g}", allowed))
    if entry.is_free:
        faults += _prior_faults(source, name, entry)
    return faults


def _prior_faults(source: TomlSource, name: str, entry: Entry) -> list[Fault]:
    from model.priors import FORMS, parse, wrong_numbers

    found, key = f"found {entry.distribution!r}", (name, "distribution")
    try:
        form, numbers = parse(entry.distribution)
    except ValueError:
        guess = nearest(entry.distribution.split("(")[0], FORMS)
        return [source.fault(key, found, ", ".join(FORMS), guess)]
    wrong = wrong_numbers(form, numbers, entry.low, entry.high)
    return [source.fault(key, found, wrong)] if wrong else []


def _checked(entries: Mapping[str, Entry], values: Mapping[str, Any]) -> dict[str, float]:
    faults = []
    for name, value in values.items():
        if name not in entries:
            faults.append(_unknown(name, entries))
            continue
        low, high = entries[name].low, entries[name].high
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or math.isnan(value) or not low <= value <= high:
            allowed = f"a number from {low:g} to {high:g}"
            faults.append(Fault(f"found {value!r}", allowed, key=name))
    if faults:
        raise BadInput(faults)
    return {name: float(value) for name, value in values.items()}


def _unknown(name: str, names: Mapping[str, Any]) -> Fault:
    # The whole list would fill the screen: the command line lists parameters on request.
    allowed, guess = "a name of the registry", nearest(name, names)
    return Fault("unknown parameter", allowed, key=name, nearest=guess)
