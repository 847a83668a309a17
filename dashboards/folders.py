"""Results folders that the pages open: those of one folder, by name, never by path."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.store import MANIFEST
from model.faults import BadInput, unknown
from model.scenario import brief

#: Where finished results are looked for; ``carveout dashboard --results`` sets it.
VARIABLE = "CARVEOUT_RESULTS"
SHOWN = (".png", ".svg", ".csv", ".parquet", ".json", ".md", ".txt", ".toml", ".pdf", ".docx")
#: Nobody needs a longer list, and each is opened once to be listed.
MOST = 200


@dataclass(frozen=True)
class Found:
    """A results folder: its name, its place and its manifest."""

    name: str
    path: Path
    manifest: dict[str, Any]

    @property
    def kind(self) -> str:
        """What its manifest says it is."""
        return str(self.manifest.get("kind", ""))


def results_folder() -> Path:
    """The folder whose results are shown."""
    return Path(os.environ.get(VARIABLE, "results"))


def found(kind: str = "") -> list[Found]:
    """Every folder of a kind, or of any, newest first; what cannot be read is left out."""
    places = sorted(results_folder().glob(f"*/{MANIFEST}"), key=_age)[:MOST]
    places += sorted(results_folder().glob(f"reference/*/{MANIFEST}"), key=_age)[:MOST]
    all_of_them = []
    for place in places:
        try:
            manifest = json.loads(place.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(manifest, dict) and kind in ("", manifest.get("kind")):
            name = place.parent.relative_to(results_folder()).as_posix()
            all_of_them.append(Found(name, place.parent, manifest))
    return all_of_them


def named(name: str) -> Found:
    """The folder of that name.

    Raises
    ------
    BadInput
        If there is none: a name that is no listed one never becomes a path.
    """
    there = {one.name: one for one in found()}
    if name not in there:
        raise BadInput(unknown("results folder", brief(name)[1:-1], list(there)))
    return there[name]


def file_of(name: str, file: str) -> Path | None:
    """A file that lies in a listed folder and is of a kind that is shown; None if it is not."""
    there = {one.name: one.path for one in found()}
    files = {path.name: path for path in files_of(there[name])} if name in there else {}
    return files.get(file)


def files_of(folder: Path) -> list[Path]:
    """Files of a results folder that are shown or given: no links to elsewhere, no folders."""
    return sorted(
        path for path in folder.iterdir()
        if path.suffix in SHOWN and path.is_file() and not path.is_symlink()
    )


def _age(path: Path) -> float:
    return -path.stat().st_mtime
