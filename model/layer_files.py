"""Layers by name or by path: the files under ``ordinances/`` (cities) and ``laws/`` (above)."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from model.contradictions import contradictions
from model.faults import BadInput, Fault, unknown
from model.layer import Layer
from model.mixture import mix, split_name
from model.toml_source import read_toml, shown
from model.variants import from_text, is_text

FOLDER = Path(__file__).parent


def names_in(folder: str) -> tuple[str, ...]:
    """Names of the files that the model brings in one of its folders."""
    return tuple(sorted(path.stem for path in (FOLDER / folder).glob("*.toml")))


def find(what: str, folder: str, name_or_path: str | Path, beside: Path | None = None) -> Path:
    """The file of a `what`: a name in the model's `folder`, or a path.

    A relative path is looked for in the working directory, then in the folder `beside`.

    Raises
    ------
    BadInput
        If it is neither; with the names there are and the one probably meant.
    """
    text = str(name_or_path)
    if text in names_in(folder):
        return FOLDER / folder / f"{text}.toml"
    path = Path(text)
    # Of a name too long for the system, os.path says that there is no such file; Path raises.
    there = os.path.isfile(path)
    if beside is not None and not there and os.path.isfile(beside / path):
        return beside / path
    if not there and path.suffix != ".toml" and path.name == text:
        raise BadInput(unknown(what, text, (*names_in(folder), "the path of a file")))
    return path


def regime_names() -> tuple[str, ...]:
    """Names of the city regimes that the model brings."""
    return names_in("ordinances")


def law_names() -> tuple[str, ...]:
    """Names of the state and county layers that the model brings."""
    return names_in("laws")


def load_regime(name_or_path: str | Path) -> Layer:
    """A city's regime, by name, by the path of a file, as a mixture of two (`model.mixture`), or
    as text (`model.variants`).

    Raises
    ------
    BadInput
        If there is none, or its file is wrong or contradicts itself: file, line and key.
    """
    if is_text(name_or_path):
        return from_text(str(name_or_path))
    mixture = split_name(str(name_or_path))
    if mixture is not None and not os.path.isfile(name_or_path):
        first, parts, second = mixture
        return mix(load_regime(first), load_regime(second), parts)
    layer = load_layer(find("regime", "ordinances", name_or_path))
    if layer.level != "city":
        found = f"a {layer.level} layer"
        raise BadInput(Fault(found, "a city's ordinance", shown(name_or_path), key="level"))
    return layer


def load_law(name_or_path: str | Path, beside: Path | None = None) -> Layer:
    """A state's or county's layer, by name or by the path of a file.

    Raises
    ------
    BadInput
        If there is none, or its file is wrong or contradicts itself.
    """
    return load_layer(find("law", "laws", name_or_path, beside))


def load_layer(path: str | Path) -> Layer:
    """The layer that a file states.

    Raises
    ------
    BadInput
        One fault for each key that is unknown, missing, wrong or contradicted: file, line, key.
    """
    path = Path(path)
    return _own_layer(path) if path.is_relative_to(FOLDER) else _read(path)


@cache
def _own_layer(path: Path) -> Layer:
    return _read(path)


def _read(path: Path) -> Layer:
    source = read_toml(path)
    layer = source.check(Layer)
    if faults := list(contradictions(source, layer)):
        raise BadInput(faults)
    return layer
