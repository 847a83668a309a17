"""TOML with line numbers, and files that are refused at once."""

import os
import tomllib
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from model.faults import BadInput
from model.toml_source import MAX_BYTES, key_lines, parse_toml, read_toml

DOCUMENT = '''# a comment with [brackets] and = signs
a = 1
b.c = """two
lines"""
[t]
d = [1, # a comment, with ]
  { e = 2, f = [3,
  4] },
  "]"]
[[z.q]]
n = 1
[[z.q]]
n = 2
[z.q.s]
"m k" = 1979-05-27
last = -inf
'''


def test_every_key_has_its_line():
    lines = key_lines(DOCUMENT)
    assert {
        ("a",): 2,
        ("b", "c"): 3,
        ("t",): 5,
        ("t", "d"): 6,
        ("t", "d", 1, "e"): 7,
        ("t", "d", 1, "f", 1): 8,
        ("t", "d", 2): 9,
        ("z", "q", 0, "n"): 11,
        ("z", "q", 1, "n"): 13,
        ("z", "q", 1, "s", "m k"): 15,
        ("z", "q", 1, "s", "last"): 16,
    }.items() <= lines.items()


def leaves(value, path=()):
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in pairs:
            yield (*path, key)
            yield from leaves(each, (*path, key))


def test_the_scan_finds_just_the_keys_that_the_parser_finds():
    assert set(key_lines(DOCUMENT)) == set(leaves(tomllib.loads(DOCUMENT)))


KEYS = st.text("ab.-_ #'[]=é", min_size=1, max_size=4)
SCALARS = st.integers() | st.booleans() | st.text('ab"\\\n#=[]{},\'é', max_size=6)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)


def quoted(text):
    escaped = "".join(f"\\u{ord(letter):04x}" if letter in '"\\\n' else letter for letter in text)
    return f'"{escaped}"'


def written(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        pairs = (f"{quoted(key)} = {written(each)}" for key, each in value.items())
        return f"{{ {', '.join(pairs)} }}"
    return str(value)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_any_document_is_scanned_as_it_is_parsed(data):
    text = "".join(f"{quoted(key)} = {written(value)}\n" for key, value in data.items())
    lines = key_lines(text)
    assert set(lines) == set(leaves(tomllib.loads(text)))
    assert [lines[key,] for key in data] == list(range(1, len(data) + 1))


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (b"", 1, "empty file"),
        (b"# only a comment\n", 1, "empty file"),
        (b"a = 1\nb = \n", 2, "not TOML"),
        (b"a = 1\na = 2\n", 2, "not TOML"),
        (b"a = [1,\n", 1, "not TOML"),
        (b"a = 1\n\xff\xfe\n", 2, "not text"),
        (b"a = 1\0\n", 1, "binary"),
        (b"a = " + b"[" * 100_000, 1, "nested too deeply"),
        (b"a = " + b"9" * 5_000, 1, "not TOML"),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(tmp_path, raw, line, words):
    path = tmp_path / "x.toml"
    path.write_bytes(raw)
    with pytest.raises(BadInput) as error:
        read_toml(path)
    (fault,) = error.value.faults
    assert (fault.file, fault.line) == (str(path), line)
    assert words in fault.found


def test_a_large_file_is_refused_without_being_read(tmp_path, monkeypatch):
    path = tmp_path / "large.toml"
    with path.open("wb") as stream:
        stream.truncate(100 * MAX_BYTES)
    monkeypatch.setattr(type(path), "read_bytes", lambda self: pytest.fail("the file was read"))
    with pytest.raises(BadInput, match="100.0 MB, not read; allowed: at most 1 MB"):
        read_toml(path)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.toml", "no such file"), (".", "is a folder"), ("pipe", "is no plain file"),
        ("loop", "cannot be read"), ("x" * 300, "cannot be read"), ("a\0b", "cannot be read"),
    ],
)
def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path, name, says):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(BadInput, match=says) as told:
        read_toml(tmp_path / name)
    assert str(told.value).endswith("; allowed: a TOML file")


def test_windows_line_ends_and_byte_order_mark_are_read(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    source = read_toml(path)
    assert source.data == {"a": 1, "b": 2}
    assert source.line(("b",)) == 2


def test_a_missing_key_is_told_at_the_table_around_it():
    assert parse_toml("a = 1\n[t]\nb = 2\n").line(("t", "c")) == 2


class Bounded(BaseModel):
    share: float = Field(0.5, gt=0, le=1)
    shares: tuple[Annotated[float, Field(ge=0, lt=1)], ...] | None = None
    count: Annotated[int, Field(strict=True)] = Field(3, ge=2)
    names: tuple[str, ...] = Field(("a",), min_length=1)
    open: bool = Field(False, strict=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("share = 2", "share: found 2; allowed: more than 0 and at most 1"),
        ("share = 'x'", "share: found 'x'; allowed: a number, more than 0 and at most 1"),
        ("shares = [0.1, 1]", "shares.1: found 1; allowed: at least 0 and less than 1"),
        ("count = 2.5", "count: found 2.5; allowed: a whole number, at least 2"),
        ("names = []", "names: found []; allowed: at least 1 entry"),
        ("open = 1", "open: found 1; allowed: true or false"),
    ],
)
def test_what_is_out_of_bounds_is_told_all_its_bounds(text, said):
    with pytest.raises(BadInput) as told:
        parse_toml(text, "x").check(Bounded)
    assert str(told.value) == f"x:1: {said}"
