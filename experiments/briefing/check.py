"""Take the numbers of a briefing again from the tables, and explain where one comes from.

The briefing took its numbers with pandas; here each fact's query is run in DuckDB over the same
Parquet files, so a slip in either is seen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ValidationError, model_validator

from experiments.briefing.claims import figure
from experiments.briefing.facts import EVIDENCE, MANIFEST
from experiments.briefing.make import KIND, digest
from experiments.briefing.writer import printed
from experiments.language import LANGUAGES, language
from model.faults import BadInput, Fault, unknown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: Files without which a folder is no briefing; others may have been left out.
PAGES = ("briefing.html", "briefing.pdf")
#: So many faults of a register are told.
FAULTS = 5


@dataclass(frozen=True)
class Checked:
    """What a check found: how many numbers and facts were taken again, and what differs.

    `absent` are files of the briefing that are not in its folder, such as a Word file that nobody
    kept: they are not held to anything.
    """

    numbers: int
    facts: int
    differences: tuple[str, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explained:
    """Where a number comes from: a file, a query, its rows, and the places where it is printed."""

    id: str
    file: str
    query: str
    rows: list[dict[str, Any]]
    printed: list[str]


class _Number(BaseModel):
    id: str
    column: str
    text: str
    value: float | None
    digits: int
    scale: float
    form: str


class _Fact(BaseModel):
    file: str
    query: str
    rows: int


class _Content(BaseModel):
    """What a register must hold to be checked or explained."""

    language: Literal[LANGUAGES]  # type: ignore[valid-type]
    results: dict[str, str]
    tables: dict[str, str]
    files: dict[str, str]
    facts: dict[str, _Fact]
    numbers: tuple[_Number, ...]

    @model_validator(mode="after")
    def _numbers_have_facts(self) -> Self:
        if strange := next((one.id for one in self.numbers if one.id not in self.facts), None):
            raise ValueError(f"no fact {strange!r}, which a number shows")
        return self


def _file(folder: Path) -> str:
    """What faults call a briefing's register."""
    return f"{folder.name}/{MANIFEST}"


class Register:
    """A briefing's register, with the tables that it speaks of."""

    def __init__(self, folder: str | Path, results: str | Path | None = None) -> None:
        self.folder = Path(folder)
        self.content = _register(self.folder)
        places = self.content["results"]
        self.places = {name: (self.folder / path).resolve() for name, path in places.items()}
        if results is not None:
            self.places[""] = Path(results)
        for name, path in self.places.items():
            if not (path / MANIFEST).is_file():
                found = f"found no results at {places[name]}"
                allowed = "the results that the briefing was made of, named after the briefing"
                raise BadInput(Fault(found, allowed, key="results"))
        self._tables: DuckDBPyConnection | None = None

    @property
    def tables(self) -> DuckDBPyConnection:
        """The Parquet files in memory by their names, with no way to any other file."""
        if self._tables is None:
            import duckdb

            self._tables = duckdb.connect()
            for name in self.content["tables"]:
                if name.endswith(".parquet"):
                    file = self._path(name)
                    if not file.is_file():
                        found, allowed = "not there", "the tables that the briefing was made of"
                        raise BadInput(Fault(found, allowed, name))
                    path = str(file).replace("'", "''")
                    self._tables.execute(
                        f"CREATE TABLE \"{name}\" AS SELECT * FROM read_parquet('{path}')"
                    )
            self._tables.execute("SET enable_external_access = false")
        return self._tables

    def rows(self, id: str) -> list[dict[str, Any]]:
        """A fact's rows, taken again."""
        fact = self.content["facts"][id]
        if fact["file"] == EVIDENCE:
            row, column, which = fact["query"].rsplit(".", 2)
            return [{"value": figure(row, column, int(which))}]
        if fact["file"].endswith(MANIFEST):
            value = json.loads(self._path(fact["file"]).read_text("utf-8"))
            for part in fact["query"].split("."):
                value = value[part]
            return [{"value": len(value) if isinstance(value, list) else value}]
        import duckdb

        try:
            answer = self.tables.execute(fact["query"])
        except duckdb.Error as error:
            found = f"cannot be run ({str(error).splitlines()[0]:.80})"
            allowed = "a query as carveout brief wrote it"
            fault = Fault(found, allowed, _file(self.folder), key=f"facts.{id}.query")
            raise BadInput(fault) from None
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def _path(self, name: str) -> Path:
        """A table's file: of the results, or of a folder beside them."""
        beside, _, table = name.rpartition("/")
        if beside not in self.places:
            found, allowed = f"found {name!r}", "a table of the results"
            raise BadInput(Fault(found, allowed, _file(self.folder), key="tables"))
        return self.places[beside] / table


def _register(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict) or content.get("kind") != KIND:
        found = f"{folder.name} is no briefing"
        raise BadInput(Fault(found, "a folder that carveout brief wrote", key="briefing"))
    try:
        _Content.model_validate(content)
    except ValidationError as error:
        allowed = "a register as carveout brief writes it"
        raise BadInput(
            Fault(one["msg"], allowed, _file(folder), key=".".join(map(str, one["loc"])))
            for one in error.errors()[:FAULTS]
        ) from None
    return content


def check(folder: str | Path, results: str | Path | None = None) -> Checked:
    """Take every number of a briefing again.

    Raises
    ------
    BadInput
        If `folder` is no briefing, or its results are not where it says.
    """
    register = Register(folder, results)
    content = register.content
    differences = [
        f"{name}: not as it was written"
        for name, kept in content["files"].items()
        if (register.folder / name).is_file() and _digest(register.folder / name) != kept
    ]
    absent = [name for name in content["files"] if not (register.folder / name).is_file()]
    differences += [f"{name}: not in the folder" for name in absent if name in PAGES]
    differences += [
        f"{id}: {fact['file']} is no table of the briefing"
        for id, fact in content["facts"].items()
        if fact["file"] not in content["tables"] and fact["file"] != EVIDENCE
    ]
    differences += [
        f"{name}: not the table that the briefing was made of"
        for name, kept in content["tables"].items()
        if _digest(register._path(name)) != kept
    ]
    again = {id: register.rows(id) for id in content["facts"]}
    for id, fact in content["facts"].items():
        if len(again[id]) != fact["rows"]:
            differences.append(f"{id}: {len(again[id])} rows, not {fact['rows']}")
        elif "row" in fact and again[id][0] != fact["row"]:
            differences.append(f"{id}: the tables give {again[id][0]}, not {fact['row']}")
    for number in content["numbers"]:
        differences += _differs(number, again[number["id"]], content["language"])
    differences += _page(register)
    return Checked(
        len(content["numbers"]), len(content["facts"]), tuple(differences), tuple(absent)
    )


def _digest(path: Path) -> str:
    return digest(path.read_bytes()) if path.is_file() else ""


def _differs(number: Mapping[str, Any], rows: list[dict[str, Any]], code: str) -> list[str]:
    """One number in print against the value that its query gives."""
    place = f"{number['id']} {number['column']}"
    value = rows[0].get(number["column"]) if rows else None
    if value is None or number["value"] is None or math.isnan(value):
        return [f"{place}: no value"]
    if float(value) != float(number["value"]):
        return [f"{place}: the tables give {value!r}, the briefing {number['value']!r}"]
    text = printed(
        language(code), float(value), number["digits"], number["scale"], number["form"]
    )
    return [] if text == number["text"] else [f"{place}: printed {number['text']}, is {text}"]


class _Numbers(HTMLParser):
    """The ``data`` elements of a page, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "data":
            told = dict(attrs)
            self.found.append((told["data-id"] or "", told["data-column"] or "", ""))
            self._open = True

    def handle_data(self, data: str) -> None:
        if self._open:
            id, column, text = self.found[-1]
            self.found[-1] = (id, column, text + data)

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "data"


def _page(register: Register) -> list[str]:
    """Numbers on the page that are not those of the register."""
    page = register.folder / "briefing.html"
    if not page.is_file():
        return []
    reader = _Numbers()
    reader.feed(page.read_text("utf-8"))
    kept = [(one["id"], one["column"], one["text"]) for one in register.content["numbers"]]
    if len(kept) != len(reader.found):
        return [f"briefing.html: {len(reader.found)} numbers, not {len(kept)}"]
    return [
        f"briefing.html: {seen[2]} where {one[0]} {one[1]} is {one[2]}"
        for seen, one in zip(reader.found, kept, strict=True)
        if seen != one
    ]


def explain(id: str, folder: str | Path, results: str | Path | None = None) -> Explained:
    """Where the number with that id comes from.

    Raises
    ------
    BadInput
        If the briefing has no such id.
    """
    register = Register(folder, results)
    facts = register.content["facts"]
    if id not in facts:
        fault = unknown("id", id, facts)
        raise BadInput(Fault(fault.found, f"one of {len(facts)} ids", nearest=fault.nearest))
    texts = [
        f"{one['column']}: {one['text']}"
        for one in register.content["numbers"]
        if one["id"] == id
    ]
    fact = facts[id]
    return Explained(
        id, fact["file"], fact["query"], register.rows(id), list(dict.fromkeys(texts))
    )
