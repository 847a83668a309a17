"""A briefing as one HTML file: charts and fonts inside, each number with its id."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from experiments.briefing.document import Document, Number, plain
from experiments.style import FONTS

#: What the page can say: Latin with its accents, dashes, quotes, minus, arrows and dots.
GLYPHS = [*range(0x20, 0x17F), *range(0x2010, 0x2040), 0x2192, 0x2212, 0x2264, 0x2265]


def html(document: Document, charts: Mapping[str, bytes], values: Mapping[str, str]) -> bytes:
    """The page's bytes, the same for the same arguments.

    Parameters
    ----------
    charts
        SVG files by stem.
    values
        The exact value of each number, by ``fact/column``.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup, escape

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(Path(__file__).with_name("page.html.j2").read_text("utf-8"))

    def lines(text: str) -> Markup:
        return Markup("<br>").join(escape(line) for line in text.split("\n"))

    def value(one: Number) -> str:
        return values[f"{one.fact}/{one.column}"]

    page = template.render(
        document=document, lines=lines, value=value, words=plain,
        kind=lambda thing: type(thing).__name__,
        charts={stem: base64.b64encode(svg).decode() for stem, svg in charts.items()},
        fonts={"regular": _font("Regular"), "bold": _font("Bold")},
    )
    return page.encode("utf-8")


@cache
def _font(cut: str) -> str:
    """A cut of the charts' font as WOFF, only the signs that pages use, in base 64."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(FONTS / f"SourceSansPro-{cut}.ttf", recalcTimestamp=False)
    subsetter = Subsetter(Options(layout_features=["kern", "liga"], hinting=False))
    subsetter.populate(unicodes=GLYPHS)
    subsetter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer, reorderTables=True)
    return base64.b64encode(buffer.getvalue()).decode()
