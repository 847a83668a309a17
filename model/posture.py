"""Federal posture: what ICE seeks and with how much, whatever a city decides.

A posture is the federal layer of a stack. It states no cells (fingerprints are matched and
detainers lodged whatever a city's text says), but settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from model.evidence import source_faults
from model.faults import BadInput, Fault
from model.layer import Layer, Slug, Words
from model.layer_files import FOLDER, find, names_in
from model.schema import CONVICTIONS
from model.toml_source import TomlSource, read_toml

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1000)]

_BY_CLASS = f"four numbers: {', '.join(CONVICTIONS)}"


class Posture(BaseModel):
    """Federal capacity and priorities.

    ``lodge`` is the chance that a detainer is lodged on a booked, removable person, and
    ``target_weight`` how much sooner a field team goes after a lead, both by conviction class;
    ``at_large_percent`` the arrests at large, percent of undocumented residents a year, for which
    field teams have capacity; operations are counted a year and for the whole city.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    name: Slug = Field(description="a short name without spaces")
    title: Words = Field(description="what to call it in a table")
    summary: Words = Field(description="one sentence")
    source: Words = Field(description="evidence ids parted by commas, or assumption")
    fingerprint_match: bool = Field(description="true or false")
    lodge: tuple[Share, Share, Share, Share] = Field(description=_BY_CLASS)
    at_large_percent: float = Field(ge=0, le=50, description="percent a year")
    target_weight: tuple[Weight, Weight, Weight, Weight] = Field(description=_BY_CLASS)
    raids_per_year: int = Field(ge=0, le=365, description="a whole number")
    joint_operations_per_year: int = Field(ge=0, le=3650, description="a whole number")
    courthouse: bool = Field(description="true or false")

    @cached_property
    def layer(self) -> Layer:
        """The posture as the federal layer of a stack."""
        return Layer(
            name=self.name, title=self.title, summary=self.summary, level="federal", binds=()
        )

    def __str__(self) -> str:
        return self.name


def posture_names() -> tuple[str, ...]:
    """Names of the postures that the model brings."""
    return names_in("postures")


def load_posture(name_or_path: str | Path, beside: Path | None = None) -> Posture:
    """A federal posture, by name or by the path of a file.

    Raises
    ------
    BadInput
        If there is none, or its file is wrong: file, line and key.
    """
    path = find("posture", "postures", name_or_path, beside)
    return _own_posture(path) if path.is_relative_to(FOLDER) else _read(path)


@cache
def _own_posture(path: Path) -> Posture:
    return _read(path)


def _read(path: Path) -> Posture:
    source = read_toml(path)
    posture = source.check(Posture)
    if faults := list(_faults(source, posture)):
        raise BadInput(faults)
    return posture


def _faults(source: TomlSource, posture: Posture) -> Iterator[Fault]:
    for fault in source_faults(posture.source):
        yield source.fault(("source",), fault.found, fault.allowed, fault.nearest)
    if not any(posture.target_weight):
        yield source.fault(("target_weight",), "all weights are 0", "at least one above 0")
