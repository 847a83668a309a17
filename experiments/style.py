"""One look for every chart: Okabe-Ito colours, quiet axes, equal bytes for equal data."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import font_source_sans_pro
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from experiments.language import language

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Okabe & Ito (2008): told apart by people with any common colour blindness. Yellow is left out
#: as too pale for text, and black is kept for the baseline.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
BASELINE, INK, FAINT, GRID = "#222222", "#222222", "#666666", "#DDDDDD"

#: Source Sans Pro (SIL Open Font Licence), from a package of its own, so that charts are the same
#: on every machine and of one piece with the briefing. DejaVu, which matplotlib carries, fills in
#: for signs that it lacks.
FONTS = Path(font_source_sans_pro.__file__).parent / "files"
FAMILY = ["Source Sans Pro", "DejaVu Sans"]
for _cut in ("Regular", "It", "Bold"):
    font_manager.fontManager.addfont(FONTS / f"SourceSansPro-{_cut}.ttf")

RC: Any = {
    "font.family": FAMILY,
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "x",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8.5,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.dpi": 160,
    "svg.hashsalt": "carveout",
    "svg.fonttype": "path",
}


#: Points to an inch, and the room that a line of words has on a chart as wide as the page: what
#: is drawn is up to a fiftieth wider than the font's measures.
POINT, LINE = 72, 7.2


@cache
def _advance(sign: str, cut: str) -> float:
    """How wide a sign is at one point of type; what the font lacks is taken as wide as an m."""
    font = FT2Font(str(FONTS / f"SourceSansPro-{cut}.ttf"))
    font.set_size(100, POINT)
    code = ord(sign) if font.get_char_index(ord(sign)) else ord("m")
    return font.load_char(code).linearHoriAdvance / 65536 / 100


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Inches that a line of words takes at `size` points."""
    cut = "Bold" if bold else "Regular"
    return sum(_advance(sign, cut) for sign in text) * size / POINT


def wrapped(text: str, size: float, *, bold: bool = False, width: float = LINE) -> str:
    """Text in lines that fit `width` inches at `size` points, by the font's own measures.

    No line ends at a no-break space, such as the one in ``10 000``.
    """
    lines: list[str] = []
    room, space = 0.0, width_of(" ", size, bold=bold)
    for word in re.findall(r"[^ \n]+", text):
        long = width_of(word, size, bold=bold)
        if lines and long + space <= room:
            lines[-1] += f" {word}"
            room -= long + space
        else:
            lines.append(word)
            room = width - long
    return "\n".join(lines)


def label(name: str, code: str = "en") -> str:
    """A category's name in print."""
    return language(code).either(f"groups.{name}", name.replace("_", " ").capitalize())


def as_bytes(figure: Figure, kind: str, *, outlines: bool = True) -> bytes:
    """A chart as ``png`` or ``svg`` without dates, so that equal data give equal bytes.

    With `outlines`, letters of an SVG are drawn, and look the same where the font is not at hand;
    without, they are text, for pages that bring the font along.
    """
    import matplotlib as mpl

    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    buffer = io.BytesIO()
    with mpl.rc_context({**RC, "svg.fonttype": "path" if outlines else "none"}):
        figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue() if kind == "svg" else _few_colours(buffer)


#: Colours of a picture; how near two are to be like each other (levels of 256); a fill takes at
#: least one in so many points.
PALETTE, LIKE, FILL = 256, 6, 10_000


def _few_colours(picture: io.BytesIO) -> bytes:
    """A PNG of 256 colours, a third of the size.

    Fills keep their very colours; what is rarer, at the edges of letters, takes the nearest. A rare
    colour is kept where none like it is, so that a scale of colours keeps its shades.
    """
    import numpy as np
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(picture) as full:
        pixels = np.asarray(full.convert("RGB"))
        colours, which, counts = np.unique(
            pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
        )
        colours = colours.astype(int)
        nearest = np.zeros(len(colours), np.uint8)
        # Squared distance to the nearest colour that is kept so far.
        apart = np.full(len(colours), np.inf)
        common: list[int] = []
        for one in np.argsort(-counts, kind="stable"):
            if apart[one] < LIKE**2 and counts[one] * FILL < counts.sum():
                continue
            distance = ((colours - colours[one]) ** 2).sum(axis=1)
            nearest[distance < apart] = len(common)
            apart = np.minimum(apart, distance)
            common.append(one)
            if len(common) == PALETTE:
                break
        small = Image.fromarray(nearest[which.reshape(pixels.shape[:2])], mode="P")
        small.putpalette(colours[common].astype(np.uint8).tobytes())
        small.save(buffer, format="png", optimize=True, dpi=full.info["dpi"])
    return buffer.getvalue()


def save(figure: Figure, folder: Path, stem: str) -> list[Path]:
    """Write `figure` as PNG and SVG."""
    paths = []
    for kind in ("png", "svg"):
        path = folder / f"{stem}.{kind}"
        path.write_bytes(as_bytes(figure, kind))
        paths.append(path)
    return paths
