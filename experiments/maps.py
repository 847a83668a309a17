"""Maps of a city by area: hexagonal tiles, or real boundaries where a file of them is given.

Values are rates or shares; a suppressed cell is NaN and is hatched. Nothing here scales, pools or
fills: what is not given is not drawn.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection
from matplotlib.colors import ListedColormap, Normalize, TwoSlopeNorm
from matplotlib.patches import Patch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from matplotlib.textpath import TextPath
from numpy.typing import ArrayLike, NDArray

from experiments.boundaries import Boundaries
from model.city import City
from model.faults import BadInput, Fault
from model.tiles import ROW_HEIGHT, tile_centres, tile_corners

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: ColorBrewer scales that are told apart with any colour vision; the sequential one in greyscale
#: too, and without its palest tenth, which is lost on white paper. Of few shades, so that a small
#: picture holds them all.
SEQUENTIAL = ListedColormap(colormaps["YlGnBu"](np.linspace(0.1, 1, 64)), "YlGnBu from a tenth")
DIVERGING = colormaps["PuOr_r"].resampled(65)
SUPPRESSED = "#f2f2f2"
HATCH = "#a8a8a8"
OUTLINE = "#8a8a8a"
LINE = 8
LINES = 3
#: Points; below the least a name is not legible and the area's number stands in its place.
LARGEST_TYPE, USUAL_TYPE, LEAST_TYPE = 7.0, 5.0, 3.8
#: How much of its place a tile fills; the rest parts it from its neighbours.
FILL = 0.95
#: Height of a line, in type sizes.
LEADING = 1.15


def area_label(name: str) -> str:
    """A name on up to three short lines."""
    return "\n".join(
        textwrap.wrap(name, LINE, max_lines=LINES, placeholder="…", break_long_words=False)
    )


def draw_areas(
    axes: Axes,
    city: City,
    values: ArrayLike,
    *,
    boundaries: Boundaries | None = None,
    unit: str = "",
    diverging: bool = False,
    limits: tuple[float, float] | None = None,
    labels: bool = True,
    legend: bool = True,
    hidden: str = "suppressed: too few to show",
) -> PathCollection:
    """Draw a value for each area.

    Parameters
    ----------
    axes
        Drawn into; its ticks and frame are taken away.
    city
        Whose areas they are.
    values : (n,) float
        In the order of the city's areas; NaN is a suppressed cell.
    boundaries
        Real boundaries (`load_boundaries`) instead of tiles.
    unit
        What the colours mean, for the legend.
    diverging
        Differences: a scale with its middle at zero.
    limits
        Lowest and highest value of the scale, for maps to be compared; by default those given.
    labels, legend
        Whether names and the scale are drawn.
    hidden
        What the legend says of a suppressed cell.

    Returns
    -------
    PathCollection
        The areas drawn, in the city's order.

    Raises
    ------
    BadInput
        If there is not one value for each area, or one is infinite.
    """
    given = np.asarray(values, dtype=np.float64)
    if given.shape != (city.n_areas,) or np.isinf(given).any():
        found = f"{given.shape} values" if given.shape != (city.n_areas,) else "an infinite value"
        raise BadInput(Fault(found, f"{city.n_areas} numbers or NaN", key="values"))
    outlines = _tiles(city) if boundaries is None else _boundaries(boundaries)
    norm = _norm(given, diverging, limits)
    scale = ScalarMappable(norm, DIVERGING if diverging else SEQUENTIAL)
    absent = np.isnan(given)
    colours = scale.to_rgba(np.where(absent, 0.0, given))
    colours[absent] = 0.0
    areas = PathCollection(
        outlines,
        facecolors=colours,
        edgecolors=OUTLINE,
        linewidths=0.5,
    )
    if absent.any():
        axes.add_collection(_hatched([outlines[place] for place in np.flatnonzero(absent)]))
    axes.add_collection(areas)
    axes.set_axis_off()
    axes.set_aspect(1.0 if boundaries is None else 1 / np.cos(np.radians(city.latitude.mean())))
    axes.autoscale_view()
    if legend:
        _legend(axes, scale, unit, hidden if absent.any() else "")
    if labels:
        _names(axes, city, outlines, colours, on_tiles=boundaries is None)
    return areas


def _tiles(city: City) -> list[Outline]:
    middles = tile_centres(city.tiles)[:, None, :]
    hexagons = middles + FILL * (tile_corners(city.tiles) - middles)
    # A closed outline repeats its first corner.
    return [Outline(np.vstack([corners, corners[:1]]), closed=True) for corners in hexagons]


def _boundaries(boundaries: Boundaries) -> list[Outline]:
    """One compound outline an area, so that holes stay open."""
    return [
        Outline.make_compound_path(*(Outline(ring, closed=True) for part in parts for ring in part))
        for parts in boundaries.polygons
    ]


def _norm(
    values: NDArray[np.float64], diverging: bool, limits: tuple[float, float] | None
) -> Normalize:
    """The scale of colours: over `limits`, or over the values that are not suppressed."""
    shown = values[~np.isnan(values)]
    low, high = limits or ((shown.min(), shown.max()) if len(shown) else (0.0, 1.0))
    if diverging:
        reach = max(abs(low), abs(high)) or 1.0
        return TwoSlopeNorm(0.0, -reach, reach)
    return Normalize(low, high if high > low else low + 1.0)


def _hatched(outlines: list[Outline]) -> PathCollection:
    return PathCollection(
        outlines, facecolors=SUPPRESSED, edgecolors=HATCH, linewidths=0, hatch="/////", zorder=0
    )


def _legend(axes: Axes, scale: ScalarMappable, unit: str, hidden: str) -> None:
    bar = axes.figure.colorbar(
        scale, ax=axes, location="bottom", shrink=0.6, aspect=30, pad=0.03, fraction=0.04
    )
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=8, length=2)
    bar.set_label(unit, fontsize=9)
    if hidden:
        swatch = Patch(facecolor=SUPPRESSED, edgecolor=HATCH, hatch="/////", linewidth=0)
        axes.legend(
            [swatch],
            [hidden],
            loc="lower left",
            frameon=False,
            fontsize=8,
            handlelength=1.4,
            handleheight=1.2,
        )


def _names(
    axes: Axes,
    city: City,
    outlines: list[Outline],
    colours: NDArray[np.float64],
    *,
    on_tiles: bool,
) -> None:
    """A name in each area, in one size of type where that fits, or its number where none does."""
    axes.apply_aspect()
    points = axes.transData.get_matrix()[[0, 1], [0, 1]] * 72 / axes.figure.dpi
    names = [area_label(name) for name in city.names]
    if on_tiles:
        where = tile_centres(city.tiles)
        rooms = np.tile((0.95 * FILL, ROW_HEIGHT * 0.8), (city.n_areas, 1)) * points
    else:
        where, rooms = _roomiest(outlines, points)
    fits = [_largest(name, room) for name, room in zip(names, rooms, strict=True)]
    # On tiles nine names in ten share a size; boundaries differ too much for more than a usual one.
    usual = np.percentile(fits, 10) if on_tiles else USUAL_TYPE
    usual = min(max(usual, USUAL_TYPE), LARGEST_TYPE)
    for place, (x, y) in enumerate(where):
        fitting = fits[place] >= LEAST_TYPE
        axes.text(
            x,
            y,
            names[place] if fitting else str(city.numbers[place]),
            ha="center",
            va="center",
            fontsize=min(usual, fits[place]) if fitting else usual,
            linespacing=1.05,
            color=ink_on(colours[place]),
            # On a hatched cell a halo keeps the letters apart from the lines.
            path_effects=[] if colours[place, 3] else [withStroke(linewidth=2, foreground="white")],
        )


def _largest(name: str, room: NDArray[np.float64]) -> float:
    """The largest type, in points, in which `name` fits a room of (width, height) points."""
    lines = name.split("\n")
    widest = max(TextPath((0, 0), line, size=1).get_extents().width for line in lines)
    return min(room[0] / widest, room[1] / (LEADING * len(lines)))


def ink_on(colour: NDArray[np.float64]) -> str:
    """Black or white, whichever stands out on `colour` (relative luminance of WCAG 2)."""
    if not colour[3]:
        return "#222222"
    linear = np.where(
        colour[:3] <= 0.04045, colour[:3] / 12.92, ((colour[:3] + 0.055) / 1.055) ** 2.4
    )
    return "#222222" if linear @ (0.2126, 0.7152, 0.0722) > 0.18 else "#ffffff"


def _roomiest(
    outlines: list[Outline], points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each outline is widest near its middle, and the (width, height) there in points."""
    where, rooms = [], []
    for outline in outlines:
        box = outline.get_extents()
        levels = np.linspace(box.y0, box.y1, 17)[1:-1]
        chords = np.array([_longest_chord(outline, level) for level in levels])
        # A label has height: it fits where the chords above and below leave room as well.
        left = np.max([chords[:-4, 0], chords[2:-2, 0], chords[4:, 0]], axis=0)
        right = np.min([chords[:-4, 1], chords[2:-2, 1], chords[4:, 1]], axis=0)
        off_middle = np.abs(np.linspace(-1, 1, len(left)))
        best = int(np.argmax((right - left) * (1 - 0.5 * off_middle)))
        where.append(((left[best] + right[best]) / 2, levels[best + 2]))
        rooms.append((max(0.95 * (right[best] - left[best]), 0.0), 0.35 * box.height))
    return np.array(where), np.array(rooms) * points


def _longest_chord(outline: Outline, y: float) -> tuple[float, float]:
    """The longest stretch of the line at `y` that lies inside `outline`."""
    crossings: list[float] = []
    for polygon in outline.to_polygons(closed_only=True):
        ring = np.asarray(polygon, dtype=np.float64)
        a, b = ring[:-1], ring[1:]
        cut = (a[:, 1] > y) != (b[:, 1] > y)
        a, b = a[cut], b[cut]
        crossings.extend(a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0]))
    crossings.sort()
    inside = list(zip(crossings[::2], crossings[1::2], strict=False))
    return max(inside, key=lambda chord: chord[1] - chord[0]) if inside else (0.0, 0.0)
