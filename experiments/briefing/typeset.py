"""A briefing as PDF: typeset by Typst, tagged to PDF/UA-1, with the charts' own fonts embedded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from experiments.briefing.document import (
    Block,
    Box,
    Break,
    Bullets,
    Chart,
    Document,
    Heading,
    Inline,
    Inlines,
    Mark,
    Paragraph,
    Table,
)
from experiments.style import FONTS

TEMPLATE = Path(__file__).with_name("template.typ")
WRAPS = {"strong": "strong", "quiet": "small", "code": "mono"}
PARAGRAPHS = {"": "par", "intro": "intro", "note": "note", "code": "source", "ids": "ids"}


def pdf(document: Document, charts: Mapping[str, bytes], made: dt.datetime) -> bytes:
    """The PDF's bytes, the same for the same arguments.

    Parameters
    ----------
    charts
        SVG files by stem.
    made
        What the file gives as its date: the results' own, never the clock's.

    Raises
    ------
    RuntimeError
        If Typst refuses, for example a chart without an alternative text (PDF/UA-1).
    """
    import tempfile

    import typst

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for stem, content in charts.items():
            (root / f"{stem}.svg").write_bytes(content)
        (root / "template.typ").write_bytes(TEMPLATE.read_bytes())
        (root / "main.typ").write_text(source(document, made), "utf-8")
        return bytes(
            typst.compile(
                str(root / "main.typ"), root=str(root), font_paths=[str(FONTS)],
                ignore_system_fonts=True, pdf_standards=["ua-1"],
                timestamp=int(made.timestamp()),
            )
        )


def source(document: Document, made: dt.datetime) -> str:
    """The briefing as a Typst file."""
    date = f"datetime(year: {made.year}, month: {made.month}, day: {made.day})"
    head = (
        '#import "template.typ": *\n'
        f"#show: briefing.with(lang: {_quoted(document.language)}, "
        f"kicker: {_quoted(document.kicker)}, title: {_quoted(document.title)}, "
        f"subtitle: {_quoted(document.subtitle)}, footer: {_quoted(document.footer)}, "
        f"date: {date})\n"
    )
    return head + "\n".join(_block(block) for block in document.blocks) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(inlines):
            return f"#heading(level: 2)[{_inlines(inlines)}]"
        case Paragraph(inlines, style):
            return f"#{PARAGRAPHS[style]}[{_inlines(inlines)}]"
        case Bullets(items):
            return "#list(" + ", ".join(f"[{_inlines(item)}]" for item in items) + ")"
        case Box(title, blocks):
            inner = "\n".join(_block(one) for one in blocks)
            return f"#box-of([{_inlines(title)}])[\n{inner}\n]"
        case Chart(stem, alt, caption, width):
            said = f"[{_inlines(caption)}]" if caption else "none"
            path, text = _quoted(f"{stem}.svg"), _quoted(alt)
            return f"#chart({path}, {text}, {width * 100:g}%, {said})"
        case Break():
            return "#pagebreak(weak: true)"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    widths = ", ".join(f"{width:g}fr" for width in table.widths)
    header = ", ".join(f"[{_inlines(cell)}]" for cell in table.header)
    rows = []
    for row in table.rows:
        if row.spans:
            rows.append(f"(spanning({len(table.header)}, [{_inlines(row.cells[0])}]),)")
            continue
        cells = [f"[{_cell(cell)}]" for cell in row.cells]
        if row.indent:
            cells[0] = f"[#pad(left: 0.9em){cells[0]}]"
        rows.append("(" + ", ".join(cells) + ",)")
    numeric = "true" if table.numeric else "false"
    return (
        f"#grid-of([{_inlines(table.caption)}], ({widths},), {numeric}, ({header},), (\n  "
        + ",\n  ".join(rows)
        + ",\n))"
    )


def _cell(cell: Inlines) -> str:
    """A cell; an id that stands alone is set on the line, not above it."""
    if len(cell) == 1 and isinstance(cell[0], Mark):
        return f"#idcell({_quoted(cell[0].text)})"
    return _inlines(cell)


def _inlines(inlines: Inlines) -> str:
    return "".join(map(_inline, inlines))


def _inline(one: Inline) -> str:
    if isinstance(one, Mark):
        return f"#{'letter' if one.label else 'mark'}({_quoted(one.text)})"
    lines = one.text.split("\n")
    text = "#linebreak()".join(f"#{_quoted(line)}" for line in lines)
    style = WRAPS.get(one.style)
    return f"#{style}[{text}]" if style else text


def _quoted(text: str) -> str:
    """A string literal of Typst."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
