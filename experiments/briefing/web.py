"""A briefing as one HTML file: charts and fonts inside, each number with its id."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from experiments.briefing.document import Document, Number, plain
from experiments.style import FONTS

#: What the page can say: Latin with its accents, dashes, quotes, minus, arrows and dots.
GLYPHS = [*range(0x20, 0x17F), *range(0x2009, 0x2040), 0x2192, 0x2248, 0x2212, 0x2264, 0x2265]


def html(document: Document, charts: Mapping[str, bytes], values: Mapping[str, str]) -> bytes:
    """The page's bytes, the same for the same arguments.

    Parameters
    ----------
    charts
        SVG files by stem, their letters as text: the page's font sets them.
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
        chart=lambda block: Markup(_inline(charts[block.stem].decode(), block.stem, block.alt)),
        fonts={"regular": _font("Regular"), "bold": _font("Bold")},
    )
    return page.encode("utf-8")


def _inline(svg: str, stem: str, alt: str) -> str:
    """An SVG as part of a page: one image with one text, its ids apart from other charts'."""
    from markupsafe import escape

    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.S)
    used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', body))
    names = {name for pair in used for name in pair if name}
    body = re.sub(
        r' id="([^"]+)"', lambda id: f' id="{stem}-{id[1]}"' if id[1] in names else "", body
    )
    body = re.sub(r'(url\(#|href="#)', rf"\g<1>{stem}-", body)
    body = re.sub(r"<style.*?</style>", "", body, flags=re.S)  # the page's own covers it
    body = re.sub(r"<[^>]+>", lambda tag: _short(tag[0]), body)
    body = re.sub(r"\n\s*", "", body.replace("<g/>", ""))
    head, _, rest = body.partition(">")
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)
    return f'{head} role="img" aria-label="{escape(alt)}">{rest}'


def _short(tag: str) -> str:
    """A tag with coordinates to a hundredth of a point, and without what the page says anyway."""
    tag = re.sub(r"-?\d+\.\d{3,}", lambda x: f"{float(x[0]):.2f}".rstrip("0").rstrip("."), tag)
    tag = tag.replace("font-family: 'Source Sans Pro', 'DejaVu Sans'; ", "")
    tag = re.sub(r' transform="rotate\(-?0 [^"]*"', "", tag)
    return re.sub(r"\s*\n", " ", tag)


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
