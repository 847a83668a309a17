"""What a briefing is made of, before it is a PDF, a web page or a Word file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """Words; `style` is empty, ``strong``, ``quiet`` or ``code``."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Number:
    """A number in print, and the fact's column that it shows."""

    text: str
    fact: str
    column: str
    digits: int
    scale: float = 1.0
    form: str = ""
    style: str = ""


@dataclass(frozen=True)
class Mark:
    """The id of a fact in print, small, so that a reader of paper can ask for it.

    With a `label` that stands in its place, and the id at the foot of the page.
    """

    fact: str
    label: str = ""

    @property
    def text(self) -> str:
        """What is printed."""
        return self.label or self.fact


Inline = Text | Number | Mark
Inlines = tuple[Inline, ...]


@dataclass(frozen=True)
class Heading:
    """A heading of the second level; the document's title is the only one of the first."""

    inlines: Inlines


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `style` is empty, ``intro`` (kept with what follows), ``note``, ``code``
    or ``ids`` (the ids of the numbers above, small and not read out)."""

    inlines: Inlines
    style: str = ""


@dataclass(frozen=True)
class Bullets:
    """Points, each a paragraph."""

    items: tuple[Inlines, ...]


@dataclass(frozen=True)
class Row:
    """A table's row, its first cell the header; with `indent` it is part of the row above.

    One that `spans` is a single cell over all columns: a heading of the rows that follow.
    """

    cells: tuple[Inlines, ...]
    indent: bool = False
    spans: bool = False


@dataclass(frozen=True)
class Table:
    """A table; `widths` are shares of the line; if `numeric`, all but the first align right."""

    caption: Inlines
    header: tuple[Inlines, ...]
    rows: tuple[Row, ...]
    widths: tuple[float, ...]
    numeric: bool = True


@dataclass(frozen=True)
class Chart:
    """A chart by the stem of its files; `alt` says what it shows to those who cannot see it."""

    stem: str
    alt: str
    caption: Inlines
    width: float = 1.0


@dataclass(frozen=True)
class Box:
    """What a hurried reader must not miss."""

    title: Inlines
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Break:
    """A new page, on paper: page one stands by itself."""


Block = Heading | Paragraph | Bullets | Table | Chart | Box | Break


@dataclass(frozen=True)
class Document:
    """A briefing."""

    language: str
    kicker: str
    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    footer: str
    date: str = field(default="")


def inlines_of(blocks: Iterable[Block]) -> Iterator[Inline]:
    """Every piece of text of the blocks, in reading order."""
    for block in blocks:
        match block:
            case Heading(inlines) | Paragraph(inlines):
                yield from inlines
            case Bullets(items):
                for item in items:
                    yield from item
            case Table():
                yield from block.caption
                for cells in (block.header, *(row.cells for row in block.rows)):
                    for cell in cells:
                        yield from cell
            case Chart():
                yield from block.caption
            case Box(title, inner):
                yield from title
                yield from inlines_of(inner)


def facts_of(inlines: Iterable[Inline]) -> list[str]:
    """The facts of the numbers, each once, in reading order."""
    return list(dict.fromkeys(one.fact for one in inlines if isinstance(one, Number)))


def plain(inlines: Iterable[Inline]) -> str:
    """The words without marks."""
    return "".join(one.text for one in inlines if not isinstance(one, Mark))
