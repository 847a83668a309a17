"""A TOML file read with its line numbers, so that every fault says where it stands.

``tomllib`` gives values without positions, and pydantic gives key paths without lines. `read_toml`
keeps the source beside the values; `TomlSource.check` turns pydantic's errors into `Fault`s.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from model.faults import BadInput, Fault, nearest
from model.field_words import allowed, field_at, names_at
from model.plain_file import read_bytes

#: The largest file that is read; law, parameters and scenarios are a few kilobytes.
MAX_BYTES = 1_000_000

KeyPath = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_HOME = Path(__file__).resolve().parent.parent
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL
)
_BARE = re.compile(r"[^,\]}\n#]*")
_SYNTAX_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)$")


def shown(path: str | Path) -> str:
    """A path as a person should see it: the project's own files by their place in the project."""
    path = Path(path)
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError, ValueError):  # links in a ring, a name that cannot be
        return str(path)
    return str(resolved.relative_to(_HOME) if resolved.is_relative_to(_HOME) else path)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every key path of a valid TOML document."""
    return _Scan(text).lines


@dataclass(frozen=True)
class TomlSource:
    """A TOML document: where it stands, its values, and the text that gives each its line."""

    file: str
    data: dict[str, Any]
    text: str

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return key_lines(self.text)

    def line(self, path: KeyPath) -> int:
        """The line of a key path, or of the nearest table around it, or 1."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def has(self, path: KeyPath) -> bool:
        """Whether the document states this key path."""
        return path in self._lines

    def fault(
        self, path: KeyPath, found: str, allowed: str = "", nearest_name: str = ""
    ) -> Fault:
        """A fault at a key path of this document."""
        key = ".".join(map(str, path))
        return Fault(found, allowed, self.file, self.line(path), key, nearest_name)

    def check(
        self, model: type[Model], data: Mapping[str, Any] | None = None, at: KeyPath = ()
    ) -> Model:
        """`data` (by default the whole document) as a `model`; `at` is its place in the document.

        Raises
        ------
        BadInput
            One fault for each key that is unknown, missing, of the wrong type or out of range.
        """
        try:
            return model.model_validate(_tuples(self.data if data is None else data))
        except ValidationError as error:
            raise BadInput(self._explain(model, error, at)) from None

    def _explain(
        self, model: type[BaseModel], error: ValidationError, at: KeyPath
    ) -> Iterable[Fault]:
        for problem in error.errors():
            where, kind = tuple(problem["loc"]), problem["type"]
            path = at + where
            if kind == "extra_forbidden":
                names = names_at(model, where[:-1])
                name = str(where[-1])
                yield self.fault(path, "unknown key", ", ".join(names), nearest(name, names))
            elif kind == "missing":
                field = field_at(model, where)
                yield self.fault(path, "missing", (field and field.description) or "")
            elif kind == "literal_error":
                names = re.findall(r"'([^']*)'", problem["ctx"]["expected"])
                found = problem["input"]
                guess = nearest(found, names) if isinstance(found, str) else ""
                yield self.fault(path, f"found {_short(found)}", ", ".join(names), guess)
            else:
                wanted = allowed(model, where, problem)
                yield self.fault(path, f"found {_short(problem['input'])}", wanted)


def read_toml(path: str | Path) -> TomlSource:
    """Read a TOML file.

    Raises
    ------
    BadInput
        If there is no such file, it is a folder or no plain file, empty, larger than `MAX_BYTES`
        (it is then not read), not UTF-8 text, or not TOML (with the line).
    """
    path = Path(path)
    file = shown(path)
    raw = read_bytes(path, "a TOML file", MAX_BYTES, file)
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadInput(Fault("not text", "a TOML file in UTF-8", file, line)) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadInput(Fault("binary data", "a TOML file in UTF-8", file, line))
    return parse_toml(text, file)


def parse_toml(text: str, file: str = "") -> TomlSource:
    """The TOML document in `text`; faults name `file`.

    Raises
    ------
    BadInput
        If the text is empty or not TOML (with the line).
    """
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise BadInput(Fault("nested too deeply", "a TOML file", file, 1)) from None
    except ValueError as error:
        message = str(error)
        place = _SYNTAX_LINE.search(message)
        line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
        found = f"not TOML: {_SYNTAX_LINE.sub('', message)}"
        raise BadInput(Fault(found, "key = value", file, line)) from None
    if not data:
        raise BadInput(Fault("empty file", "at least one key = value", file, 1))
    return TomlSource(file, data, text)


class _Scan:
    """One pass over a document that ``tomllib`` has accepted, noting the line of each key."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[KeyPath, int] = {}
        self._counted, self._line = 0, 1
        arrays: dict[KeyPath, int] = {}
        prefix: KeyPath = ()
        while self._blank():
            if text[self.at] == "[":
                repeated = text.startswith("[[", self.at)
                self.at += 1 + repeated
                *outer, last = self._key()
                prefix = ()
                for part in outer:
                    prefix += (part,)
                    if prefix in arrays:
                        prefix += (arrays[prefix],)
                prefix += (last,)
                if repeated:
                    arrays[prefix] = arrays.get(prefix, -1) + 1
                    prefix += (arrays[prefix],)
                self._note(prefix)
                self.at += 1 + repeated
            else:
                self._pair(prefix)

    def _blank(self) -> bool:
        """Skip space and comments; whether anything follows."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at < len(self.text)

    def _note(self, path: KeyPath) -> None:
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        for end in range(1, len(path) + 1):
            self.lines.setdefault(path[:end], self._line)

    def _key(self) -> KeyPath:
        parts: list[str] = []
        while match := _KEY_PART.match(self.text, self.at):
            self.at = match.end()
            parts += tomllib.loads(f"{match[1]} = 0")
            if self.text[self.at : self.at + 1] != ".":
                break
            self.at += 1
        return tuple(parts)

    def _pair(self, prefix: KeyPath) -> None:
        start = self.at
        path = prefix + self._key()
        end, self.at = self.at, start
        self._note(path)
        self.at = end + 1
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        self._blank()
        opening = self.text[self.at]
        if opening in "[{":
            self.at += 1
            index = 0
            while self._blank() and self.text[self.at] not in "]}":
                if opening == "{":
                    self._pair(path)
                else:
                    self._note((*path, index))
                    self._value((*path, index))
                index += 1
                self._blank()
                self.at += self.text[self.at] == ","
            self.at += 1
        else:
            match = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            self.at = match.end() if match else len(self.text)


def _tuples(value: Any) -> Any:
    """Lists as tuples, so that strict models of frozen values take them."""
    if isinstance(value, Mapping):
        return {key: _tuples(each) for key, each in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def _short(value: Any) -> str:
    if isinstance(value, dt.date):
        return str(value)
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= 60 else f"{text[:57]}..."
