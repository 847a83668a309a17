"""A briefing as DOCX, for those who edit it: real headings, tables and alternative texts."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from experiments.briefing.document import (
    Block,
    Box,
    Break,
    Bullets,
    Chart,
    Document,
    Heading,
    Inlines,
    Mark,
    Number,
    Paragraph,
    Table,
)

ACCENT, QUIET, TINT, HAIR = "00497A", "5C5C5C", "EEF3F7", "D4D9DD"
#: A file to be edited has the letters that its readers have; the PDF carries its own.
FONT = "Calibri"
#: Width of the text in inches: a letter page less its margins.
LINE = 7.0
#: A table of so many rows is not parted between pages, as in the PDF (template.typ).
MOST_ROWS = 12
LOCALES = {"en": "en-US", "es": "es-US"}


def docx(document: Document, charts: Mapping[str, bytes], made: dt.datetime) -> bytes:
    """The file's bytes, the same for the same arguments.

    Parameters
    ----------
    charts
        PNG files by stem.
    made
        What the file gives as its date, and the date of every part of the archive.
    """
    import docx as library
    from docx.shared import Inches

    word = library.Document()
    section = word.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = Inches((8.5 - LINE) / 2)
    section.top_margin = section.bottom_margin = Inches(0.65)
    _styles(word, document.language)
    core = word.core_properties
    core.title, core.author, core.language = document.title, "Carveout", LOCALES[document.language]
    core.created = core.modified = made
    core.comments = core.last_modified_by = ""
    core.revision = 1
    word.add_paragraph(document.kicker, style="Caption")
    word.add_heading(document.title, level=1)
    word.add_paragraph(document.subtitle, style="Subtitle")
    section.footer.paragraphs[0].text = document.footer
    section.footer.paragraphs[0].style = word.styles["Caption"]
    writer = _Word(word, charts)
    for block in document.blocks:
        writer.block(block)
    buffer = io.BytesIO()
    word.save(buffer)
    return _dated(buffer.getvalue(), made)


class _Word:
    """Adds blocks to a Word document, numbering the bookmarks that carry the numbers' ids."""

    def __init__(self, word: Any, charts: Mapping[str, bytes]) -> None:
        self.word, self.charts, self.bookmarks = word, charts, 0

    def block(self, block: Block) -> None:
        from docx.shared import Inches

        match block:
            case Heading(inlines):
                self._fill(self.word.add_heading(level=2), inlines)
            case Paragraph(inlines, style):
                name = {"code": "macro", "": "Normal", "intro": "Normal"}.get(style, "Caption")
                made = self.word.add_paragraph(style=name)
                made.paragraph_format.keep_with_next = style == "intro"
                self._fill(made, inlines, 6.5 if style == "ids" else None)
            case Bullets(items):
                for item in items:
                    self._fill(self.word.add_paragraph(style="List Bullet"), item)
            case Box(title, blocks):
                first = len(self.word.paragraphs)
                self._fill(self.word.add_heading(level=2), title)
                for inner in blocks:
                    self.block(inner)
                for paragraph in self.word.paragraphs[first:]:
                    _boxed(paragraph)
            case Chart(stem, alt, caption, width):
                shape = self.word.add_picture(
                    io.BytesIO(self.charts[stem]), width=Inches(LINE * width)
                )
                shape._inline.docPr.set("descr", alt)
                self.word.paragraphs[-1].paragraph_format.keep_with_next = bool(caption)
                if caption:
                    self._fill(self.word.add_paragraph(style="Caption"), caption)
            case Break():
                pass  # who edits the file breaks its pages, whatever letters it is set in
            case Table():
                self._table(block)

    def _table(self, block: Table) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Inches, Pt

        self._fill(self.word.add_paragraph(style="Table Title"), block.caption)
        made = self.word.add_table(rows=0, cols=len(block.header))
        made.autofit = False
        _lines(made._tbl.tblPr, "w:tblBorders", insideH=HAIR, bottom=HAIR)
        _padded(made._tbl.tblPr)
        share, rows = LINE / sum(block.widths), len(block.rows)
        together = rows <= MOST_ROWS
        for column, width in zip(made.columns, block.widths, strict=True):
            column.width = Inches(width * share)
        for place, cells in enumerate((block.header, *(row.cells for row in block.rows))):
            row = made.add_row()
            self._mark(row, header=not place)
            if place and block.rows[place - 1].spans:
                whole = row.cells[0].merge(row.cells[-1])
                _shaded(whole._tc.get_or_add_tcPr())
                whole.paragraphs[0].paragraph_format.space_after = Pt(0)
                whole.paragraphs[0].paragraph_format.keep_with_next = True
                self._fill(whole.paragraphs[0], cells[0], size=8.5, bold=True)
                continue
            for column, (cell, inlines) in enumerate(zip(row.cells, cells, strict=True)):
                cell.width = Inches(block.widths[column] * share)
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                if column and block.numeric:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                indented = place and block.rows[place - 1].indent and not column
                if indented:
                    paragraph.paragraph_format.left_indent = Inches(0.15)
                self._fill(paragraph, inlines, size=8.5, bold=not place)
                paragraph.paragraph_format.keep_with_next = together and place < rows
                if not place:
                    _lines(cell._tc.get_or_add_tcPr(), "w:tcBorders", bottom=ACCENT)
        self.word.add_paragraph(style="Caption").paragraph_format.space_after = Pt(0)

    @staticmethod
    def _mark(row: Any, *, header: bool) -> None:
        """Keep a row on one page; a header is repeated on every page, and named to readers."""
        from docx.oxml import OxmlElement

        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if header:
            properties.append(OxmlElement("w:tblHeader"))

    def _fill(
        self, paragraph: Any, inlines: Inlines, size: float | None = None, *, bold: bool = False
    ) -> None:
        from docx.shared import Pt, RGBColor

        for one in inlines:
            if isinstance(one, Mark):
                run = paragraph.add_run(one.label or f" {one.fact}")
                run.font.size, run.font.superscript = Pt(7), True
                run.font.color.rgb = RGBColor.from_string(QUIET)
                continue
            run = paragraph.add_run(one.text)
            if size:
                run.font.size = Pt(size)
            if bold or one.style == "strong":
                run.bold = True
            elif one.style == "quiet":
                run.font.color.rgb = RGBColor.from_string(QUIET)
                if size:
                    run.font.size = Pt(size - 1.5)
            elif one.style == "code":
                run.font.name = "Consolas"
            if isinstance(one, Number):
                self._bookmark(run, one)

    def _bookmark(self, run: Any, number: Number) -> None:
        """Carry a number's id, as a bookmark around it."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self.bookmarks += 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (start, end):
            element.set(qn("w:id"), str(self.bookmarks))
        start.set(qn("w:name"), f"n{self.bookmarks}_{number.fact}_{number.column}")
        run._r.addprevious(start)
        run._r.addnext(end)


def _shaded(properties: Any) -> None:
    """A tint behind a paragraph or a cell."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), TINT)
    properties.append(shade)


def _lines(properties: Any, kind: str, *, points: float = 0.5, **sides: str) -> None:
    """Lines of a table, a cell or a paragraph, by side and colour."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    lines = OxmlElement(kind)
    for side, colour in sides.items():
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", f"{points * 8:.0f}"), ("space", "6"),
                            ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        lines.append(line)
    properties.append(lines)


def _padded(properties: Any) -> None:
    """Little room at the sides of a table's cells: intervals need the width."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "40")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties.append(margins)


def _boxed(paragraph: Any) -> None:
    """A paragraph of the box: a line at its left, a tint behind it."""
    properties = paragraph._p.get_or_add_pPr()
    _lines(properties, "w:pBdr", points=2.25, left=ACCENT)
    _shaded(properties)
    paragraph.paragraph_format.keep_together = True


def _styles(word: Any, language: str) -> None:
    """One look with the PDF, and the language of the whole text."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    styles = word.styles
    title = styles.add_style("Table Title", WD_STYLE_TYPE.PARAGRAPH)
    title.base_style, title.font.bold = styles["Normal"], True
    title.paragraph_format.keep_with_next = True
    looks = {
        "Normal": (10, "222222"), "Heading 1": (19, ACCENT), "Heading 2": (13, ACCENT),
        "Subtitle": (11, QUIET), "Caption": (8, QUIET), "macro": (8, "222222"),
        "Table Title": (10, "222222"), "List Bullet": (10, "222222"),
    }
    for name, (size, colour) in looks.items():
        font = styles[name].font
        font.name, font.size = FONT, Pt(size)
        font.color.rgb = RGBColor.from_string(colour)
        font.italic = False
        font.bold = name in ("Heading 1", "Heading 2", "Table Title")
        for spacing in styles[name].element.get_or_add_rPr().findall(qn("w:spacing")):
            spacing.getparent().remove(spacing)
        fonts = styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), "Consolas" if name == "macro" else FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
    for name in ("Normal", "List Bullet", "Caption"):
        styles[name].paragraph_format.space_after = Pt(4)
        styles[name].paragraph_format.line_spacing = 1.0
    styles["Heading 1"].paragraph_format.space_before = Pt(0)
    tongue = OxmlElement("w:lang")
    tongue.set(qn("w:val"), LOCALES[language])
    styles["Normal"].element.get_or_add_rPr().append(tongue)


def _dated(content: bytes, made: dt.datetime) -> bytes:
    """The archive with one date on every part: python-docx writes the clock's."""
    buffer = io.BytesIO()
    stamp = max(made.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, date_time=stamp)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.create_system = 0
            new.writestr(part, old.read(name))
    return buffer.getvalue()
