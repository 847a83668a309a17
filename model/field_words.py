"""What a field of a pydantic model takes, in plain words: bounds, kind, names of keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

#: Kinds of value as pydantic names them at the start of an error's type.
KINDS = {
    "int": "a whole number", "float": "a number", "finite": "a finite number", "string": "text",
    "bool": "true or false", "date": "a date as 2022-01-01", "tuple": "a list", "list": "a list",
    "dict": "a table", "mapping": "a table", "model": "a table",
}
BOUNDS = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
_NUMBERS = ("greater", "less", "finite", "int", "float")
_OPENING = re.compile(r"^(Input should be|Value error,) (an? (?=valid))?")


def allowed(model: type[BaseModel], where: Sequence[str | int], problem: Mapping[str, Any]) -> str:
    """What may stand at `where`, of one of pydantic's errors (`ValidationError.errors`)."""
    kind = problem["type"]
    bounds = _bounds_of(field_at(model, where)) if kind.startswith(_NUMBERS) else {}
    if kind in ("too_short", "string_too_short"):
        least = problem["ctx"]["min_length"]
        things = "character" if kind.startswith("string") else "entry" if least == 1 else "entries"
        return f"at least {least} {things}{'s' * (things == 'character' and least > 1)}"
    if kind == "string_pattern_mismatch":
        return f"text of the form {problem['ctx']['pattern']}"
    plain = next((words for start, words in KINDS.items() if kind.startswith(start)), "")
    limits = " and ".join(f"{BOUNDS[key]} {bound:,.15g}" for key, bound in bounds.items())
    if plain or limits:
        return ", ".join(filter(None, (plain, limits)))
    return _OPENING.sub("", problem["msg"]).removesuffix(" is needed")


def field_at(model: type[BaseModel], where: Sequence[str | int]) -> FieldInfo | None:
    """The field at `where`, or the one that holds that item of a list."""
    *outer, last = [part for part in where if isinstance(part, str)] or [""]
    return _descend(model, outer).model_fields.get(last)


def names_at(model: type[BaseModel], where: Sequence[str | int]) -> list[str]:
    """The keys of the table at `where`."""
    return list(_descend(model, where).model_fields)


def _descend(model: type[BaseModel], where: Sequence[str | int]) -> type[BaseModel]:
    for part in where:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The pydantic model inside an annotation such as ``X | None`` or ``dict[str, X]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, dict, tuple, list, Mapping):
        return next(filter(None, map(_model_in, get_args(annotation))), None)
    return None


def _bounds_of(field: FieldInfo | None) -> dict[str, float]:
    found: dict[str, float] = {}
    for item in (*field.metadata, *_metadata(field.annotation)) if field else ():
        found |= {key: getattr(item, key) for key in BOUNDS if hasattr(item, key)}
    return found


def _metadata(annotation: Any) -> Iterator[Any]:
    """What stands inside an annotation such as ``Annotated[float, Field(ge=0)] | None``."""
    if get_origin(annotation) is Annotated:
        for item in annotation.__metadata__:
            yield from item.metadata if isinstance(item, FieldInfo) else (item,)
    for inner in get_args(annotation):
        yield from _metadata(inner)
