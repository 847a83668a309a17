"""The texts compared, clause by clause, with the sections that they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.briefing.document import Block, Inlines, Paragraph, Row, Table, Text
from experiments.briefing.writer import Writer
from experiments.manifest import data_hashes
from model.faults import BadInput
from model.layer import Clauses
from model.ordinance import load_regime
from model.plain_words import TITLES, clause_value

#: Texts beside the baseline that have a column each; more are named where they differ.
MOST_COLUMNS = 2
#: Kept in the texts but moved by nothing in the model, and in words of the files' own.
LEFT_OUT = ("stated_only",)
#: Stands behind what is cited from a text that was checked in part, explained below the table.
PARTLY = "\N{DAGGER}"


def clause_tables(write: Writer, baseline: str, others: Sequence[str]) -> list[Block]:
    """Clauses in rows; the other texts in columns, or, where they are many, named in one."""
    stated = {name: clauses for name in (baseline, *others) if (clauses := _clauses(name))}
    missing = [name for name in (baseline, *others) if name not in stated]
    blocks: list[Block] = []
    if baseline in stated:
        shown = [name for name in others if name in stated]
        table = _columns if len(shown) <= MOST_COLUMNS else _differences
        blocks.append(table(write, stated, [baseline, *shown]))
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


def _said(write: Writer, stated: dict[str, Clauses], name: str, clause: str) -> str:
    """What a text says of a clause, or the sign for nothing."""
    value = clause_value(stated[name], clause, write.language.phrase)
    return value or write.language("clause.none")


def _shown(
    write: Writer, stated: dict[str, Clauses], names: list[str]
) -> Iterator[tuple[str, Inlines]]:
    """Clauses that some text holds, with their titles."""
    for clause, title in TITLES.items():
        if clause not in LEFT_OUT and any(getattr(stated[name], clause) for name in names):
            yield clause, (Text(write.language.phrase(title), "strong"),)


def _columns(write: Writer, stated: dict[str, Clauses], names: list[str]) -> Table:
    """A column a text."""
    rows = []
    for clause, title in _shown(write, stated, names):
        base = _said(write, stated, names[0], clause)
        cells: list[Inlines] = [title]
        for place, name in enumerate(names):
            value, one = _said(write, stated, name, clause), getattr(stated[name], clause)
            same = place and value == base
            words = Text(write.language("clause.same"), "quiet") if same else Text(value)
            cited = [Text(f"\n{_cited(write, one)}", "quiet")] if one is not None else []
            cells.append((words, *cited))
        rows.append(Row(tuple(cells)))
    header = (write("clause.clause"), *[write.inlines(write.regime(name)) for name in names])
    widths = (1.2, *[1.6] * len(names))
    caption = write("clause.caption")
    return Table(caption, tuple(header), tuple(rows), widths, numeric=False)


def _differences(write: Writer, stated: dict[str, Clauses], names: list[str]) -> Table:
    """The baseline's words, and beside them every text that says something else."""
    base, *others = names
    rows = []
    for clause, title in _shown(write, stated, names):
        values = {name: _said(write, stated, name, clause) for name in names}
        first = getattr(stated[base], clause)
        cited = [Text(f"\n{_cited(write, first)}", "quiet")] if first is not None else []
        cells: list[Inlines] = [title, (Text(values[base]), *cited)]
        groups: dict[str, list[str]] = {}
        for name in others:
            if values[name] != values[base]:
                groups.setdefault(values[name], []).append(name)
        lines = [_group(write, stated, clause, *group) for group in groups.items()]
        same = (Text(write.language("clause.same_everywhere"), "quiet"),)
        rows.append(Row((*cells, write.join(lines, "\n") if lines else same)))
    header = (
        write("clause.clause"), write.inlines(write.regime(base)), write("clause.elsewhere"),
    )
    caption = write("clause.caption")
    return Table(caption, header, tuple(rows), (1.15, 2.0, 4.3), numeric=False)


def _group(
    write: Writer, stated: dict[str, Clauses], clause: str, value: str, names: list[str]
) -> Inlines:
    """Texts that say the same of a clause, what they say, and where."""
    held = [getattr(stated[name], clause) for name in names]
    cited = dict.fromkeys(_cited(write, one) for one in held if one is not None)
    sources = (Text(f" ({'; '.join(cited)})", "quiet"),) if cited else ()
    listed = ", ".join(write.regime(name) for name in names)
    return (Text(f"{listed}: ", "strong"), Text(value), *sources)


def _cited(write: Writer, clause: object) -> str:
    """The section, and that it is from memory or made up where it is."""
    checked = str(getattr(clause, "checked", ""))
    if checked == "hypothetical":
        return write.language("clause.hypothetical")
    text = write.language.phrase(str(getattr(clause, "text", "")))
    text += PARTLY if checked == "partly" else ""
    return f"{text}; {write.language('clause.memory')}" if checked == "memory" else text
