"""The targets of calibration: published figures, what the model gives for each, what may differ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from experiments.calibration.statistics import STATISTICS
from model.evidence import source_faults
from model.faults import BadInput, Fault, nearest
from model.toml_source import TomlSource, read_toml

TARGETS = Path(__file__).parent / "targets.toml"
#: Half the width of a 95% interval in standard deviations.
Z = 1.959964

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Entry(BaseModel):
    """A target as its file states it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    title: Words = Field(description="a few words")
    kind: Literal["calibration", "validation", "solved"] = Field(
        description="calibration, validation or solved"
    )
    evidence: Words = Field(description="evidence ids parted by commas")
    statistic: Words = Field(description="what the model gives for it")
    unit: Words = Field(description="the unit in words")
    estimate: float = Field(description="the published figure")
    low: float | None = Field(None, description="lower end of its 95% interval")
    high: float | None = Field(None, description="upper end of its 95% interval")
    sd: float | None = Field(None, gt=0, description="its standard error, where no interval is")
    discrepancy: float = Field(ge=0, description="one standard deviation, in the same unit")
    note: Words = Field(description="why this figure and this discrepancy")


@dataclass(frozen=True)
class Target:
    """A checked target. ``sd`` is that of the observation alone."""

    name: str
    title: str
    kind: str
    evidence: str
    statistic: str
    unit: str
    estimate: float
    sd: float
    discrepancy: float
    note: str

    @property
    def variance(self) -> float:
        """Of the observation and of the discrepancy together."""
        return self.sd**2 + self.discrepancy**2


def load_targets(path: str | Path | None = None) -> list[Target]:
    """The targets of a file, by default the project's own.

    Raises
    ------
    BadInput
        A fault for each that is wrong: an interval that leaves out its estimate, an unknown
        statistic or evidence id, fields that are missing or no numbers; with file, line and key.
    """
    source = read_toml(Path(path) if path is not None else TARGETS)
    found: list[Target] = []
    faults: list[Fault] = []
    for name, values in source.data.items():
        try:
            entry = source.check(Entry, values, (name,))
        except BadInput as error:
            faults += error.faults
            continue
        wrong = _faults(source, name, entry)
        faults += wrong
        if not wrong:
            found.append(_target(name, entry))
    if not faults and not any(target.kind == "calibration" for target in found):
        faults.append(Fault("no target of kind calibration", "at least one", source.file))
    if faults:
        raise BadInput(faults)
    return found


def _faults(source: TomlSource, name: str, entry: Entry) -> list[Fault]:
    faults = [
        source.fault((name, "evidence"), fault.found, fault.allowed, fault.nearest)
        for fault in source_faults(entry.evidence)
    ]
    if entry.statistic not in STATISTICS:
        guess = nearest(entry.statistic, STATISTICS)
        found, allowed = f"unknown statistic {entry.statistic!r}", ", ".join(STATISTICS)
        faults.append(source.fault((name, "statistic"), found, allowed, guess))
    if entry.sd is None:
        if entry.low is None or entry.high is None:
            found = "neither an interval nor a standard error"
            faults.append(source.fault((name,), found, "low and high, or sd"))
        elif entry.low == entry.high:
            found = f"low = high = {entry.low:g}"
            faults.append(source.fault((name, "low"), found, "low < high"))
        elif not entry.low <= entry.estimate <= entry.high:
            found = f"the interval {entry.low:g} to {entry.high:g} leaves out {entry.estimate:g}"
            faults.append(source.fault((name, "estimate"), found, "low <= estimate <= high"))
    elif entry.low is not None or entry.high is not None:
        faults.append(source.fault((name, "sd"), "also an interval", "low and high, or sd"))
    return faults


def _target(name: str, entry: Entry) -> Target:
    if entry.sd is not None:
        sd = entry.sd
    else:
        assert entry.low is not None and entry.high is not None
        sd = (entry.high - entry.low) / (2 * Z)
    fields = ("title", "kind", "evidence", "statistic", "unit", "estimate", "discrepancy", "note")
    return Target(name=name, sd=sd, **{field: getattr(entry, field) for field in fields})


def column(targets: list[Target], name: str) -> NDArray[np.float64]:
    """One number of every target, (n,)."""
    return np.array([getattr(target, name) for target in targets])
