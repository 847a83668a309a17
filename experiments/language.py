"""What readers are told, in English and Spanish: phrases, numbers and dates from one table each.

The tables are ``languages/en.toml`` and ``languages/es.toml``, with the same keys and the same
slots (a test holds it). Code chooses a key; it never writes prose.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from model.faults import BadInput, unknown

FOLDER = Path(__file__).parent / "languages"
LANGUAGES = ("en", "es")
MINUS = "\N{MINUS SIGN}"
#: Numbers in sentences and charts carry no more digits than a reader can use.
MOST_DIGITS = 3


class Language:
    """Phrases of one language, by dotted key."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.table: dict[str, Any] = tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))

    def has(self, key: str) -> bool:
        """Whether there is a phrase of that key."""
        return isinstance(self._find(key), str)

    def __call__(self, key: str, /, **slots: str) -> str:
        """The phrase of `key` with its slots filled.

        Raises
        ------
        KeyError
            If there is no such phrase, or a slot is not given: an error of the programmer.
        """
        phrase = self._find(key)
        if not isinstance(phrase, str):
            raise KeyError(f"{self.code}: no phrase {key!r}")
        return phrase.format(**slots) if slots else phrase

    def either(self, key: str, otherwise: str) -> str:
        """The phrase of `key`, or what the user's own file says."""
        return self(key) if self.has(key) else otherwise

    def phrase(self, words: str) -> str:
        """The project's own English words (a finding, a clause) in this language; a user's as they
        are."""
        return str(self.table.get("phrases", {}).get(words, words))

    def pieces(self, key: str) -> list[tuple[str, str | None]]:
        """A phrase as (text, name of the slot that follows), for slots that are no plain text."""
        return [(text, slot) for text, slot, _, _ in Formatter().parse(self(key))]

    def listed(self, words: Sequence[str]) -> str:
        """``a, b and c``."""
        if len(words) < 2:
            return "".join(words)
        return f"{', '.join(words[:-1])}{self.last_joint(words[-1])}{words[-1]}"

    def last_joint(self, word: str) -> str:
        """What stands before the last of a list: Spanish writes *e* before the sound of an i."""
        sounds_i = word[:1].lower() == "i" or word[:2].lower() == "hi"
        joint = self("grammar.and_before_i" if sounds_i else "grammar.and")
        return f" {joint} "

    def number(self, value: float, digits: int = 0, *, signed: bool = False) -> str:
        """A number in print: a true minus, thousands parted, no negative zero."""
        if value == 0:
            return "0"
        parted = "," if abs(value) >= self.table["grammar"]["parted_from"] else ""
        text = f"{value:{'+' if signed else ''}{parted}.{digits}f}"
        if not any(digit in text for digit in "123456789"):
            text = text.lstrip("+-")
        marks = {",": self("grammar.thousands"), ".": self("grammar.decimal"), "-": MINUS}
        return "".join(marks.get(sign, sign) for sign in text)

    def change(self, value: float, digits: int) -> str:
        """A difference in figures; one that is not zero but rounds to it says so."""
        text = self.number(value, digits, signed=True)
        return text if value == 0 or any(digit in text for digit in "123456789") else "≈ 0"

    def date(self, date: dt.date) -> str:
        """A date in words."""
        month = self.table["grammar"]["months"][date.month - 1]
        return self("grammar.date", day=str(date.day), month=month, year=str(date.year))

    def month(self, text: str) -> str:
        """A month such as ``2022-03`` as a short label."""
        return str(self.table["grammar"]["months_short"][int(text[5:7]) - 1])

    def _find(self, key: str) -> Any:
        found: Any = self.table
        for part in key.split("."):
            if not isinstance(found, dict) or part not in found:
                return None
            found = found[part]
        return found


@cache
def language(code: str = "en") -> Language:
    """A language by its code.

    Raises
    ------
    BadInput
        If it is not one of `LANGUAGES`.
    """
    if code not in LANGUAGES:
        raise BadInput(unknown("language", code, LANGUAGES))
    return Language(code)


def places(x: float) -> int:
    """Digits that a tick of an axis needs: no more than three."""
    return next((digits for digits in range(3) if abs(round(x, digits) - x) < 1e-9), 3)


def decimals(*values: float) -> int:
    """Digits after the point: three figures of the largest, at most three."""
    largest = max((abs(value) for value in values if not math.isnan(value)), default=0.0)
    return 0 if largest >= 100 else 1 if largest >= 10 else 2 if largest >= 0.1 else 3


def few_digits(*values: float, scale: float = 1.0) -> int:
    """Digits for a sentence or a chart: about two figures of the largest, and none all zero.

    More are taken until the value nearest to zero that is not zero shows one, so that an interval
    that leaves out zero never seems to touch it.
    """
    sizes = [abs(value * scale) for value in values if not math.isnan(value)]
    largest = max(sizes, default=0.0)
    digits = 0 if largest >= 10 else 1 if largest >= 1 else 2
    least = min((size for size in sizes if size), default=0.0)
    while digits < MOST_DIGITS and round(least, digits) == 0:
        digits += 1
    return digits
