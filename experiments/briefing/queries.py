"""Pieces of the queries behind a briefing's numbers, and the ids that are made of them."""

from __future__ import annotations

import hashlib


def identity(file: str, query: str) -> str:
    """Six letters and digits for a query; none that are mistaken for another."""
    number = int.from_bytes(hashlib.blake2b(f"{file}\n{query}".encode(), digest_size=8).digest())
    letters = "23456789abcdefghjkmnpqrstuvwxyz"
    return "".join(letters[number // len(letters) ** place % len(letters)] for place in range(6))


def quoted(value: object) -> str:
    """A value as a literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def where(**columns: object) -> str:
    """``"by" = 'all' AND ...``; several values of a column are a list."""
    tests = []
    for name, value in columns.items():
        if isinstance(value, list | tuple):
            tests.append(f'"{name}" IN ({", ".join(map(quoted, value))})')
        else:
            tests.append(f'"{name}" = {quoted(value)}')
    return " AND ".join(tests)


def city(**columns: object) -> str:
    """The same, of whole-city rows."""
    return where(**columns, by="all", group="all")
