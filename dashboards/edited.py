"""Edited ordinances and timelines: a preset with some values changed, as files of their own.

The files are named after what they say, so that equal edits are one regime for everybody, and no
name in a result comes from a visitor.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

from dashboards.address import CLAUSES, Edits
from model import layer
from model.faults import BadInput, Fault, unknown
from model.layer_files import load_regime, regime_names
from model.scenario import brief
from model.schema import CARVE_OUTS

#: Files kept at a time; each is a few kilobytes.
MOST_FILES = 2_000
LONGEST_FILE = 64 * 1024
BY_CLASS = "carve-out classes only"
AGENCIES = "city_agencies"
EDITED = "edited on the dashboard"


@cache
def folder() -> Path:
    """Where edited files lie while the server runs."""
    path = Path(tempfile.mkdtemp(prefix="carveout-dashboard-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def told(error: BadInput) -> list[str]:
    """Faults as lines for a page: an edited file by its name alone."""
    return [line.replace(f"{folder()}{os.sep}", "") for line in str(error).splitlines()]


def choices(clause: str) -> tuple[str, ...]:
    """Values of a clause that has a fixed list of them; empty for the two that hold sets."""
    fields = layer.Clauses.model_fields[clause].annotation
    for kind in (fields, *get_args(fields)):
        values = getattr(kind, "model_fields", {}).get("value")
        if values is not None and clause not in ("carve_outs", "database_access"):
            return get_args(values.annotation)
    return ()


def value_text(regime: layer.Layer, clause: str) -> str:
    """The value of a clause as it stands in an address; sets are parted by commas."""
    stated = getattr(regime.clauses, clause)
    if stated is None:
        return ""
    if clause == "carve_outs":
        return ",".join(stated.value)
    if clause == "database_access":
        return ",".join(who for who in layer.RECIPIENTS if getattr(stated.value, who) == "open")
    return str(stated.value)


def edits_between(before: layer.Layer, after: layer.Layer) -> Edits:
    """The edits that make the one regime of the other."""
    return tuple(
        (clause, value_text(after, clause))
        for clause in sorted(CLAUSES)
        if value_text(after, clause) != value_text(before, clause)
    )


def regime_path(preset: str, edits: Edits) -> str:
    """A preset's name, or the file of the preset with `edits`.

    Raises
    ------
    BadInput
        If the preset is unknown, a value is none, or the text then contradicts itself.
    """
    if preset not in regime_names():
        raise BadInput(unknown("regime", brief(preset)[1:-1], regime_names()))
    base = load_regime(preset)
    changed = {key: text for key, text in edits if text != value_text(base, key)}
    if not changed:
        return preset
    content = base.model_dump(mode="json", exclude_none=True)
    if base.in_force is not None:
        del content["in_force"]  # this text was never in force
    for clause, text in changed.items():
        content["clauses"][clause] = {
            "value": _value(clause, text), "text": EDITED, "says": EDITED.capitalize() + ".",
            "checked": "hypothetical",
        }
    texts = [content["clauses"][clause]["value"] for clause in ("detainers", "information_sharing")]
    if BY_CLASS not in texts:
        content["clauses"].pop("carve_outs", None)  # no clause would refer to them
    if "all_agencies" in changed:
        everyone = changed["all_agencies"] == "every city agency"
        police = [actor for actor in content["binds"] if actor != AGENCIES]
        content["binds"] = [*police, AGENCIES] if everyone else police
    mark = hashlib.blake2b(repr(sorted(changed.items())).encode(), digest_size=4).hexdigest()
    content |= {"name": f"{preset}-edited-{mark}", "title": f"{base.title}, edited"}
    path = _write(content["name"], content)
    load_regime(path)
    return str(path)


def _value(clause: str, text: str) -> Any:
    parts = [part for part in text.split(",") if part]
    if clause == "database_access":
        _known(clause, parts, layer.RECIPIENTS.names)
        return {who: "open" if who in parts else "closed" for who in layer.RECIPIENTS}
    if clause == "carve_outs":
        _known(clause, parts, CARVE_OUTS.names)
        return parts
    _known(clause, [text], choices(clause))
    return text


def _known(clause: str, found: list[str], allowed: tuple[str, ...]) -> None:
    wrong = [unknown(f"value of {clause}", brief(each)[1:-1], allowed)
             for each in found if each not in allowed]
    if wrong:
        raise BadInput(wrong)


def pasted_edits(preset: str, text: str) -> Edits:
    """The edits of `preset` that amount to an ordinance's file given as text.

    Raises
    ------
    BadInput
        If it is too long, no ordinance, or says what no edit of clauses can.
    """
    if len(text.encode()) > LONGEST_FILE:
        allowed = f"at most {LONGEST_FILE // 1024} kB"
        raise BadInput(Fault(f"found {len(text) // 1024} kB", allowed, key="ordinance"))
    mark = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
    path = folder() / f"pasted-{mark}.toml"
    path.write_text(text, "utf-8")
    try:
        given = load_regime(path)
    finally:
        path.unlink()
    if given.cells:
        allowed = "clauses alone here; use 'carveout compare' for cells"
        raise BadInput(Fault("found cells beside the clauses", allowed, key="cells"))
    return edits_between(load_regime(preset), given)


def timeline_path(source: Path, moved: Mapping[int, str]) -> str:
    """The file of a timeline with the dates of some steps changed, in order of date.

    Raises
    ------
    BadInput
        If a step is none of it, or a date is none.
    """
    content = tomllib.loads(source.read_text("utf-8"))
    for step, text in moved.items():
        if not 0 <= step < len(content["steps"]):
            allowed = f"0 to {len(content['steps']) - 1}"
            raise BadInput(Fault(f"found step {step}", allowed, key="step"))
        content["steps"][step]["date"] = _date(text)
    content["steps"].sort(key=lambda step: str(step["date"]))
    mark = hashlib.blake2b(repr(sorted(moved.items())).encode(), digest_size=4).hexdigest()
    content |= {"name": f"{source.stem}-what-if-{mark}", "title": f"{content['title']}, what if"}
    return str(_write(content["name"], content))


def _date(text: str) -> Any:
    import datetime as dt

    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadInput(Fault(f"found {brief(text)}", "a date as 2019-07-10", key="step")) from None


def _write(name: str, content: Mapping[str, Any]) -> Path:
    path = folder() / f"{name}.toml"
    if not path.exists():
        files = sorted(folder().glob("*.toml"), key=lambda file: file.stat().st_mtime)
        for old in files[: max(0, len(files) - MOST_FILES)]:
            old.unlink(missing_ok=True)
        path.write_text("\n".join(_lines(content)) + "\n", "utf-8")
    return path


def _lines(content: Mapping[str, Any], prefix: str = "") -> list[str]:
    """TOML of plain values, tables and lists of tables."""
    plain, tables = [], []
    for key, value in content.items():
        if isinstance(value, Mapping) and key != "value":
            tables += ["", f"[{prefix}{key}]"] if "value" in value else []
            tables += _lines(value, f"{prefix}{key}.")
        elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
            for each in value:
                tables += ["", f"[[{prefix}{key}]]", *_lines(each)]
        else:
            plain.append(f"{key} = {_inline(value)}")
    return plain + tables


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_inline(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, str | bool | int | float):
        return json.dumps(value, ensure_ascii=False)
    return str(value)  # a date
