"""One look for every chart: Okabe-Ito colours, quiet axes, equal bytes for equal data."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import font_source_sans_pro
from matplotlib import font_manager

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


def label(name: str, code: str = "en") -> str:
    """A category's name in print."""
    return language(code).either(f"groups.{name}", name.replace("_", " ").capitalize())


def colours(regimes: Sequence[str], baseline: str) -> dict[str, str]:
    """A colour a regime; the baseline's is black. Beyond six, colours repeat: labels tell."""
    others = [regime for regime in regimes if regime != baseline]
    return {baseline: BASELINE} | {
        regime: COLOURS[index % len(COLOURS)] for index, regime in enumerate(others)
    }


def save(figure: Figure, folder: Path, stem: str) -> list[Path]:
    """Write `figure` as PNG and SVG, without dates, so that equal data give equal bytes."""
    import matplotlib as mpl

    paths = []
    with mpl.rc_context(RC):
        for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, metadata=metadata)
            path = folder / f"{stem}.{kind}"
            path.write_bytes(buffer.getvalue())
            paths.append(path)
    return paths
