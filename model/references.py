"""Citations of the evidence in BibTeX: works entered by hand, the rest made of the table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from model.evidence import Evidence

REFERENCES = Path(__file__).parent / "references.bib"
_ENTRY = re.compile(r"^@\w+\{(\w+),.*?^\}$", re.DOTALL | re.MULTILINE)
_SPECIAL = re.compile(r"([&%$#_])")


def works() -> dict[str, str]:
    """The entries of ``references.bib`` by their keys."""
    text = REFERENCES.read_text(encoding="utf-8")
    return {found[1]: found[0] for found in _ENTRY.finditer(text)}


def bibtex(rows: Iterable[Evidence]) -> str:
    """One entry a row: that of its work where there is one, else one made of the row."""
    known, entries = works(), {}
    for row in rows:
        key = row.id if row.id in known else row.id.split("_")[0]
        entries[key if key in known else row.id] = known.get(key) or _made(row)
    return "\n".join(entries.values()) + "\n"


def _made(row: Evidence) -> str:
    fields = {"title": row.source, "year": row.year, "note": row.quantity}
    if not row.is_checked:
        fields["annote"] = "unchecked"
    lines = ",\n".join(f"  {name} = {{{_plain(text)}}}" for name, text in fields.items() if text)
    return f"@misc{{{row.id},\n{lines}\n}}"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("{", "(").replace("}", ")").replace("\\", "/"))
