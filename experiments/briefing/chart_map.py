"""The map of a difference by community area: hexagons, rates only, small cells left empty."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from experiments.briefing.ranges import CHANCE, DOUBT
from experiments.briefing.results import Results
from experiments.briefing.writer import Writer
from experiments.language import MINUS, Language, few_digits, places
from experiments.maps import DIVERGING, draw_areas, ink_on
from experiments.style import BASELINE, FAINT, POINT, RC, wrapped
from experiments.uncertainty import leaves_out_zero
from model.city import City, load_city
from model.faults import BadInput
from model.tiles import tile_centres

OUTCOME = "area_reporting"
SIZE = (7.4, 3.5)
#: Shares of the figure: what a map and the words beside it take of its width; where maps end.
MAP, BESIDE, LOWEST = 0.19, 0.3, 0.16
#: So many areas of all leave out zero by chance alone: the other side of a 95% interval.
BY_CHANCE = 0.05
#: Maps side by side, and names of areas listed under each.
MOST_MAPS, MOST_NAMES = 2, 6
#: Height of a line beside a map, in sizes of its type.
LEADING = 1.42


def map_figure(write: Writer, results: Results, regimes: list[str]) -> tuple[Figure, str] | None:
    """Up to two maps and their text; None where no cell may be shown or the city is not at hand."""
    say, told = write.language, results.told
    rows = {regime: areas(results, regime) for regime in regimes[:MOST_MAPS]}
    try:
        city = load_city(results.manifest["city"])
    except BadInput:  # a city of the user's own, which is not kept with the results
        return None
    shown = pd.concat(rows.values())
    if not shown["estimate"].notna().any() or not len(city.tiles):
        return None
    base = told.regime(told.baseline, say)
    reach = float(shown["estimate"].abs().max()) or 1.0
    title = wrapped(_title(say, results, rows), 12, bold=True)
    lines = title.count("\n")
    texts = []
    with mpl.rc_context(RC):
        figure = Figure(figsize=SIZE)
        top = 1 - (0.52 + 0.19 * lines) / SIZE[1]
        for place, (regime, found) in enumerate(rows.items()):
            axes = figure.add_axes((0.5 * place, LOWEST, MAP, top - LOWEST), anchor="N")
            named = _largest(found)
            _map(axes, city, found, reach, named)
            text, listed = _counts(say, found), _names(say, city, found, named)
            _beside(figure, 0.5 * place + MAP + 0.01, top, [
                (told.regime(regime, say), {"fontsize": 9, "fontweight": "bold"}),
                (say.either(f"words.texts.{regime}", ""), {"fontsize": 8, "color": FAINT}),
                (text, {"fontsize": 8, "color": BASELINE}),
                (listed, {"fontsize": 7.5, "color": BASELINE}),
            ])
            texts.append(f"{told.regime(regime, say)}: {text} {listed.replace(chr(10), ', ')}.")
        _scale(figure, reach, say("chart.map_unit", base=base), say)
        figure.text(0.0, 0.99, title, fontsize=12, fontweight="bold", va="top")
        figure.text(
            0.0, 1 - (0.3 + 0.19 * lines) / SIZE[1], say("chart.map_reading"), fontsize=8.5,
            color=FAINT, va="top",
        )
        figure.text(
            0.0, 0.008, wrapped(told.source(say.code), 7), fontsize=7, color=FAINT, va="bottom"
        )
    return figure, " ".join(texts)


def _beside(
    figure: Figure, left: float, top: float, parts: list[tuple[str, dict[str, Any]]]
) -> None:
    """Paragraphs beside a map, one under the other."""
    for words, look in parts:
        if not words:
            continue
        size, bold = look["fontsize"], "fontweight" in look
        text = "\n".join(
            wrapped(line, size, bold=bold, width=BESIDE * SIZE[0]) for line in words.split("\n")
        )
        figure.text(left, top, text, va="top", linespacing=1.3, **look)
        top -= ((text.count("\n") + 1) * size * LEADING / POINT + 0.06) / SIZE[1]


def areas(results: Results, regime: str) -> pd.DataFrame:
    """A regime's differences by area, indexed by the area's number; NaN where suppressed."""
    frame = results.contrasts.frame
    rows = frame[
        (frame["outcome"] == OUTCOME) & (frame["measure"] == "difference")
        & (frame["regime"] == regime) & (frame["by"] == "area")
    ]
    return rows.set_index(rows["group"].astype(str))


def _clear(found: pd.DataFrame) -> pd.Series:
    return pd.Series([leaves_out_zero(row) for _, row in found.iterrows()], found.index, dtype=bool)


def _title(say: Language, results: Results, rows: dict[str, pd.DataFrame]) -> str:
    """A finding only where more areas leave out zero than twice what chance gives."""
    told = results.told
    counts = {regime: int(_clear(found).sum()) for regime, found in rows.items()}
    regime = max(counts, key=lambda name: counts[name])
    total = int(rows[regime]["estimate"].notna().sum())
    slots = {"base": told.regime(told.baseline, say)}
    if counts[regime] <= 2 * BY_CHANCE * total:
        return say("chart.map_plain", **slots)
    return say(
        "chart.map_finding", count=say.number(counts[regime]), total=say.number(total),
        regime=told.regime(regime, say), **slots,
    )


def _counts(say: Language, found: pd.DataFrame) -> str:
    """How many areas leave out zero, and how many would by chance."""
    known = found[found["estimate"].notna()]
    return say(
        "chart.map_counts", count=say.number(int(_clear(known).sum())),
        total=say.number(len(known)), chance=say.number(BY_CHANCE * len(known)),
    )


def _largest(found: pd.DataFrame) -> dict[str, str]:
    """A letter for each of the areas of the largest differences that leave out zero."""
    clear = found[_clear(found) & found["estimate"].notna()]
    order = clear["estimate"].abs().sort_values(ascending=False, kind="stable").index[:MOST_NAMES]
    return dict(zip(order, ascii_uppercase, strict=False))


def _names(say: Language, city: City, found: pd.DataFrame, named: dict[str, str]) -> str:
    """The letters' areas with their values and the range that holds all that is not known, a line
    each."""
    names = dict(zip(map(str, city.numbers), city.names, strict=True))
    ends = found[[name for name in (*CHANCE, *DOUBT) if name in found]]
    lines = []
    for number, letter in named.items():
        value, at = found["estimate"][number], ends.loc[number]
        figures = [say.number(one, few_digits(value), signed=True)
                   for one in (value, at.min(), at.max())]
        within = say("change.range", low=figures[1], high=figures[2])
        lines.append(f"{letter}  {names[number]} {figures[0]} ({within})")
    return "\n".join(lines)


def _map(
    axes: Axes, city: City, found: pd.DataFrame, reach: float, named: dict[str, str]
) -> None:
    numbers = [str(number) for number in city.numbers]
    values = found["estimate"].reindex(numbers).to_numpy(float)
    tiles = draw_areas(
        axes, city, values, diverging=True, limits=(-reach, reach), labels=False, legend=False
    )
    clear = _clear(found).reindex(numbers, fill_value=False).to_numpy(bool)
    tiles.set_edgecolor([BASELINE if one else "#b5b5b5" for one in clear])
    tiles.set_linewidth([1.5 if one else 0.4 for one in clear])
    # In greyscale both ends of the scale are dark: a sign tells them apart, or the list its letter.
    colours = np.asarray(tiles.get_facecolor(), float)
    for at in clear.nonzero()[0]:
        x, y = tile_centres(city.tiles)[at]
        sign = named.get(numbers[at], "+" if values[at] > 0 else MINUS)
        axes.text(x, y, sign, fontsize=7.5, fontweight="bold", ha="center",
                  va="center_baseline", color=ink_on(colours[at]))


def _scale(figure: Figure, reach: float, unit: str, say: Language) -> None:
    norm = TwoSlopeNorm(0.0, -reach, reach)
    bar = figure.colorbar(
        ScalarMappable(norm, DIVERGING), cax=figure.add_axes((0.3, 0.133, 0.4, 0.014)),
        orientation="horizontal",
    )
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.xaxis.set_major_formatter(
        FuncFormatter(lambda x, _: say.number(x, places(x), signed=True))
    )
    bar.ax.tick_params(labelsize=7, length=2)
    bar.set_label(unit, fontsize=7.5, labelpad=1)
