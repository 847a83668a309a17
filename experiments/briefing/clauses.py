"""The texts compared, clause by clause, with the sections that they come from."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.briefing.document import Block, Inlines, Paragraph, Row, Table, Text
from experiments.briefing.writer import Writer
from experiments.manifest import data_hashes
from model.faults import BadInput
from model.layer import Clauses
from model.ordinance import load_regime
from model.plain_words import TITLES, clause_value

MOST_COLUMNS = 4
#: Kept in the texts but moved by nothing in the model, and in words of the files' own.
LEFT_OUT = ("stated_only",)


def clause_tables(write: Writer, baseline: str, others: Sequence[str]) -> list[Block]:
    """Clauses in rows, the baseline and up to four other texts in columns."""
    stated = {name: clauses for name in (baseline, *others) if (clauses := _clauses(name))}
    missing = [name for name in (baseline, *others) if name not in stated]
    blocks: list[Block] = []
    if baseline in stated:
        shown = [name for name in others if name in stated]
        width = -(-len(shown) // (-(-len(shown) // MOST_COLUMNS) or 1)) or 1
        for start in range(0, max(len(shown), 1), width):
            blocks.append(_table(write, stated, [baseline, *shown[start : start + width]]))
    if missing:
        said = write("clause.not_here", regimes=write.regimes(missing))
        blocks.append(Paragraph(said, "note"))
    if write.facts.manifest["hashes"].get("ordinances") != data_hashes()["ordinances"]:
        blocks.append(Paragraph(write("clause.changed"), "note"))
    return blocks


def _clauses(name: str) -> Clauses | None:
    try:
        return load_regime(name).clauses
    except BadInput:  # a user's own file, of which results keep the name only
        return None


def _table(write: Writer, stated: dict[str, Clauses], names: list[str]) -> Table:
    phrases = write.language.table.get("phrases", {})

    def said(phrase: str) -> str:
        return str(phrases.get(phrase, phrase))

    rows = []
    for clause, title in TITLES.items():
        if clause in LEFT_OUT or not any(getattr(stated[name], clause) for name in names):
            continue
        base = clause_value(stated[names[0]], clause, said)
        cells: list[Inlines] = [(Text(said(title), "strong"),)]
        for place, name in enumerate(names):
            value = clause_value(stated[name], clause, said) or write.language("clause.none")
            one = getattr(stated[name], clause)
            same = place and value == (base or write.language("clause.none"))
            words = Text(write.language("clause.same"), "quiet") if same else Text(value)
            cited = [Text(f"\n{_cited(write, one)}", "quiet")] if one is not None else []
            cells.append((words, *cited))
        rows.append(Row(tuple(cells)))
    header = (write("clause.clause"), *[write.inlines(write.regime(name)) for name in names])
    widths = (1.2, *[1.6] * len(names))
    caption = write("clause.caption", regimes=write.regimes(names))
    return Table(caption, tuple(header), tuple(rows), widths, numeric=False)


def _cited(write: Writer, clause: object) -> str:
    """The section, and that it is from memory or made up where it is."""
    text, checked = str(getattr(clause, "text", "")), str(getattr(clause, "checked", ""))
    if checked == "hypothetical":
        return write.language("clause.hypothetical")
    return f"{text}; {write.language('clause.memory')}" if checked == "memory" else text
