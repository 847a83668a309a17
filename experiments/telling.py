"""Faults as the command line tells them: names that are near, what lists all, no flood of lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches

from model.faults import BadInput, Fault, unknown

#: The command that lists the names of a kind, by what an unknown one is called.
LISTED_BY = {
    "regime": "regimes", "environment": "environments", "posture": "postures",
    "timeline": "timelines", "outcome": "outcomes", "parameter": "parameters",
    "evidence id": "evidence", "study": "study list", "design": "replicate --list",
}
#: More names than these are not printed; nor are more near ones, nor more faults.
MOST_NAMES, MOST_NEAR, MOST_FAULTS = 16, 3, 50
#: From this likeness on (0 to 1, as `difflib` has it) one name was meant and no other.
SLIP = 0.75

_UNKNOWN = re.compile(r"unknown (?P<what>[^']+?)(?: '(?P<found>.*)')?")


def lines(error: BadInput) -> list[str]:
    """A line for each fault, up to `MOST_FAULTS`, and one that counts the rest."""
    told = [str(with_lists(fault)) for fault in error.faults[:MOST_FAULTS]]
    rest = len(error.faults) - len(told)
    return [*told, f"and {rest:,} more faults"] if rest else told


def unknown_word(what: str, found: str, names: Iterable[str], listed_by: str) -> str:
    """The line of an unknown command, option or choice."""
    listed = sorted(names)
    fault = unknown(what, found, listed)
    return str(with_lists(fault, listed_by) if len(listed) > MOST_NAMES else fault)


def with_lists(fault: Fault, listed_by: str = "") -> Fault:
    """The fault of an unknown name with the command that lists the names; else as it is.

    Of more than `MOST_NAMES` allowed names the near ones are told instead of all.
    """
    named = _UNKNOWN.fullmatch(fault.found)
    if not named:
        return fault
    if not listed_by and named["what"] in LISTED_BY:
        listed_by = f"carveout {LISTED_BY[named['what']]}"
    names, found = fault.allowed.split(", "), named["found"]
    if found is None:  # the key is the name, and the fault does not bring the others
        return replace(fault, allowed=_listed(listed_by)) if listed_by else fault
    if len(names) > MOST_NAMES:
        few = f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} more"
        allowed = _listed(listed_by) if listed_by else few
        return replace(fault, allowed=allowed, nearest=_either(_near(found, names)))
    hint = f" ('{listed_by}' lists them)" if listed_by and listed_by not in fault.allowed else ""
    return replace(fault, allowed=fault.allowed + hint)


def _listed(command: str) -> str:
    return f"a name that '{command}' lists"


def _near(found: str, names: list[str]) -> list[str]:
    """The name that a slip of the finger explains; else those most like `found`, or holding it."""
    by_lower = {name.lower(): name for name in names}
    if slip := get_close_matches(found.lower(), by_lower, 1, SLIP):
        return [by_lower[slip[0]]]
    close = get_close_matches(found.lower(), by_lower, MOST_NEAR, 0.5)
    close += [name for name in by_lower if found and found.lower() in name]
    return [by_lower[name] for name in dict.fromkeys(close)][:MOST_NEAR]


def _either(names: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
