"""Regimes without a file: an ordinance with some clauses changed, and one written as text.

A study tries hundreds of ordinances that nobody passed. Each is a `Layer` like any other, and as
text (`as_text`) it stands in `Scenario.regime` in place of a name, so that a run needs no file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from model.contradictions import contradictions
from model.faults import BadInput, Fault, unknown
from model.layer import Clauses, Layer
from model.mixture import CLASSES_ONLY, OTHERWISE
from model.toml_source import TomlSource

#: What stands as the text of a clause that somebody changed: no law says so.
NO_TEXT = "no text: a variant made for a study"


def varied(layer: Layer, clauses: Mapping[str, Any], name: str) -> Layer:
    """`layer` with the values of some clauses changed.

    ``carve_outs = []`` leaves the limits without exception: a clause that holds for carve-out
    classes only becomes the strictest of its kind. Who is bound follows ``all_agencies``.

    Raises
    ------
    BadInput
        A fault for each clause that is unknown or cannot have that value, and for clauses that
        contradict each other.
    """
    if wrong := [key for key in clauses if key not in Clauses.model_fields]:
        names = Clauses.model_fields
        raise BadInput(unknown("clause", key, names, key=f"clauses.{key}") for key in wrong)
    stated = layer.model_dump(mode="python", exclude_none=True)
    for key, value in clauses.items():
        stated["clauses"][key] = {
            "value": value, "text": NO_TEXT, "says": f"{key}: {_said(value)}",
            "checked": "hypothetical",
        }
        if key == "carve_outs" and not value:
            del stated["clauses"][key]
        if key == "all_agencies":
            others = [actor for actor in stated["binds"] if actor != "city_agencies"]
            stated["binds"] = [*others, *["city_agencies"] * (value == "every city agency")]
    if "carve_outs" not in stated["clauses"]:
        for key, strictest in OTHERWISE.items():
            if stated["clauses"][key]["value"] == CLASSES_ONLY:
                stated["clauses"][key] |= {"value": strictest, "checked": "hypothetical"}
    return _checked({**stated, "name": name, "title": name})


def as_text(layer: Layer) -> str:
    """The whole layer on one line, as `load_regime` takes it; equal layers give equal texts."""
    return layer.model_dump_json(exclude_none=True)


def is_text(regime: object) -> bool:
    """Whether a regime is given as a whole layer instead of a name or a path."""
    return isinstance(regime, str) and regime.startswith("{")


@lru_cache(maxsize=4096)
def from_text(text: str) -> Layer:
    """The layer that `as_text` wrote.

    Raises
    ------
    BadInput
        If the text is no city's layer.
    """
    try:
        layer = Layer.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise BadInput(Fault(first["msg"].lower(), "a layer as JSON", key=key)) from None
    return _checked(layer.model_dump())


def _checked(stated: dict[str, Any]) -> Layer:
    source = TomlSource("", stated, "")
    try:
        layer = source.check(Layer)
        faults = tuple(contradictions(source, layer))
    except BadInput as error:
        faults = error.faults
    if faults:  # there is no file, and so no line
        raise BadInput(replace(fault, line=None) for fault in faults)
    return layer


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
