"""Bad input, told to the person at the keyboard: file, line, key, found, allowed, nearest name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one input.

    ``str(fault)`` is one line: ``file:line: key: found X; allowed: Y; did you mean Z?``
    """

    found: str
    allowed: str = ""
    file: str = ""
    line: int | None = None
    key: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        head = ": ".join(part for part in (place, self.key, self.found) if part)
        tail = [f"allowed: {self.allowed}"] if self.allowed else []
        tail += [f"did you mean {self.nearest}?"] if self.nearest else []
        return "; ".join([head, *tail])


class BadInput(ValueError):
    """One or more faults in what a person gave; the command line prints a line each, exit 2."""

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def nearest(found: str, names: Iterable[str]) -> str:
    """The name that was probably meant, or an empty string."""
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(found.lower(), list(by_lower), n=1, cutoff=0.5)
    return by_lower[close[0]] if close else ""


def unknown(what: str, found: object, names: Iterable[str], **where: object) -> Fault:
    """The fault of a name that does not exist: says which do, and which was probably meant."""
    names = list(names)
    return Fault(
        found=f"unknown {what} {found!r}",
        allowed=", ".join(names),
        nearest=nearest(str(found), names),
        **where,  # type: ignore[arg-type]
    )
