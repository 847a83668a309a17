"""A view and its address: what is compared and what is shown, as the query of a link.

Only what differs from the defaults stands in the address. What arrives in one is text from
strangers: it is cut, counted and handed on as text; `plans` and the pages check it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from model.layer import Clauses

LONGEST_QUERY, LONGEST_VALUE, MOST_VALUES = 8_000, 300, 60
#: Clauses that can be edited: those with an effect in the model.
CLAUSES = tuple(name for name in Clauses.model_fields if name != "stated_only")

Edits = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class View:
    """What a page shows. Every field is text, as it stands in the address.

    `edits_a` and `edits_b` are changes of clauses of the regimes `a` and `b`, as (clause, value).
    """

    a: str = "welcoming-2012"
    b: str = "welcoming-2021"
    edits_a: Edits = ()
    edits_b: Edits = ()
    environment: str = "E3"
    posture: str = "2017-2019"
    start: str = "2022-01-01"
    years: str = "1"
    raids: tuple[str, ...] = ()
    seed: str = "0"
    replicates: str = "3"
    #: Of the posterior, at which every replicate is run; none says chance alone.
    draws: str = "6"
    scale: str = "0.25"
    city: str = "chicago"
    #: Dates of a timeline's steps that are moved, as (step, date).
    moved: Edits = ()
    #: What is looked at; empty is the page's own choice.
    map: str = ""
    area: str = ""
    month: str = ""
    line: str = ""
    item: str = ""
    lever: str = ""

    def but(self, **changes: Any) -> View:
        """This view with some fields changed."""
        return replace(self, **changes)

    def query(self, default: View | None = None, stated: Collection[str] = ()) -> str:
        """The query of a link to this view, without its question mark; see `view_of`.

        The fields `stated` stand in it even where they are as in `default`.
        """
        pairs: list[tuple[str, str]] = []
        for each in fields(self):
            value = getattr(self, each.name)
            if value == getattr(default or View(), each.name) and each.name not in stated:
                continue
            if each.name in _PREFIX:
                # An empty name says that there is none, where the page's own choice has some.
                pairs += [(_PREFIX[each.name] + key, text) for key, text in value or (("", ""),)]
            elif each.name == "raids":
                pairs += [("raid", text) for text in value]
            else:
                pairs.append((each.name, value))
        return urlencode(pairs)


_PREFIX = {"edits_a": "a.", "edits_b": "b.", "moved": "step."}
_TEXTS = tuple(
    each.name for each in fields(View) if each.name not in _PREFIX and each.name != "raids"
)


def view_of(query: str | None, default: View | None = None) -> View:
    """The view that an address asks for; what it does not understand is left out.

    `default` is what a page shows without an address: only what differs from it is in its links.
    """
    pairs = parse_qsl((query or "")[:LONGEST_QUERY], keep_blank_values=True)[:MOST_VALUES]
    pairs = [(key, _cleaned(value)) for key, value in pairs]
    found: dict[str, Any] = {key: value for key, value in pairs if key in _TEXTS}
    raids = tuple(value for key, value in pairs if key == "raid")
    if raids:
        found["raids"] = raids
    for field, prefix in _PREFIX.items():
        named = _with_prefix(pairs, prefix)
        if field != "moved":
            named = {key: value for key, value in named.items() if key in CLAUSES}
        if named or any(key == prefix for key, _ in pairs):
            found[field] = tuple(sorted((key, text) for key, text in named.items() if key))
    return replace(default or View(), **found)


def _with_prefix(pairs: Iterable[tuple[str, str]], prefix: str) -> dict[str, str]:
    return {key[len(prefix) :]: value for key, value in pairs if key.startswith(prefix)}


def _cleaned(value: str) -> str:
    """Printable text of a bounded length."""
    return "".join(letter for letter in value[:LONGEST_VALUE] if letter.isprintable())
