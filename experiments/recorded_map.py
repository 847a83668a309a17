"""The map of recorded crime by area, with what it shows as its title and its source below."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.boundaries import Boundaries
from experiments.language import decimals, language
from experiments.maps import draw_areas
from experiments.privacy import FLOOR
from experiments.style import FAINT, RC, wrapped
from model.city import City

SIZE = (7.4, 8.9)
UNIT = "per 1,000 residents a year"
TABLE = "recorded_crime"


def recorded_figure(city: City, kind: str, boundaries: Boundaries | None = None) -> Figure:
    """Recorded crime of a type by area; areas with fewer than `FLOOR` a year are hatched."""
    counts = city.recorded[kind]
    rate = np.where(counts < FLOOR, np.nan, 1000 * counts / city.population)
    title = wrapped(_title(city, kind, rate), 12, bold=True)
    source = city.source_of(TABLE, kind)
    small = f"Source: {source.source}; {source.period}; {source.status}."
    reading = "Each hexagon is an area, beside its neighbours as far as that can be."
    if boundaries is not None:
        reading = "Areas in their boundaries."
    top = 0.1 + 0.2 * (1 + title.count("\n"))
    with mpl.rc_context(RC):
        figure = Figure(figsize=SIZE)
        below = 0.55 + 0.115 * (1 + wrapped(small, 7).count("\n"))
        axes = figure.add_axes((0, below / SIZE[1], 1, 1 - (top + 0.25 + below) / SIZE[1]))
        draw_areas(axes, city, rate, boundaries=boundaries, unit=UNIT,
                   hidden=f"fewer than {FLOOR} a year: not shown")
        figure.text(0, 1 - 0.06 / SIZE[1], title, fontsize=12, fontweight="bold", va="top")
        figure.text(0, 1 - top / SIZE[1], reading, fontsize=8.5, color=FAINT, va="top")
        figure.text(0, 0.04 / SIZE[1], wrapped(small, 7), fontsize=7, color=FAINT, va="bottom")
    return figure


def _title(city: City, kind: str, rate: NDArray[np.float64]) -> str:
    """The highest rate and, where every area is shown, the lowest."""
    what = "all recorded crime" if kind == "all" else f"recorded {kind.replace('_', ' ')}"
    head = f"{city.title}, {what}"
    if np.isnan(rate).all():
        return f"{head}: too few in every area to show"
    say, most = language(), int(np.nanargmax(rate))
    high = f"{say.number(rate[most], decimals(rate[most]))} {UNIT} in {city.names[most]}"
    if np.isnan(rate).any():
        return f"{head}: at most {high}"
    least = int(np.argmin(rate))
    if rate[least] == rate[most]:
        return f"{head}: {high}"
    low = say.number(rate[least], decimals(rate[least]))
    return f"{head}: from {low} in {city.names[least]} to {high}"
