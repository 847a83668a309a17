"""The tile map: one hexagon an area, placed from the coordinates, neighbours kept if possible.

A tile is a (column, row): rows count from the north, and every odd row stands half a tile to the
east (the "odd-r" layout), so that a tile has six neighbours. Areas are first assigned to tiles by
least squared displacement; moves and swaps are then tried in a keyed order, and kept if they
improve the map or, early on, worsen it by less than a falling threshold (Dueck & Scheuer 1990,
doi:10.1016/0021-9991(90)90201-B). All scores are whole numbers, so any machine makes the same map.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from model.dice import Dice

if TYPE_CHECKING:
    from model.city import City

#: Distance of two rows of hexagons whose columns stand one apart.
ROW_HEIGHT = 3**0.5 / 2
#: What a kept border is worth, in hundredths of a squared tile of displacement.
BORDER = 1_000
#: The worst move accepted at the start, in the same unit.
THRESHOLD = 1_500
TRIES = 4
MOVES_PER_AREA = 3_000
#: Width of a tile, in distances between bordering areas: the best of those tried for Chicago.
TILE_WIDTH = 0.95
MARGIN = 2
#: Tiles offered per area at most: an area far off the others must not make a giant grid.
TILES_PER_AREA = 12

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def tile_centres(tiles: Integers) -> Floats:
    """Centres of `tiles` (n, 2), as (n, 2) x and y in tile widths, y pointing north."""
    column, row = tiles[:, 0], tiles[:, 1]
    return np.stack([column + 0.5 * (row % 2), -ROW_HEIGHT * row], axis=1)


def tile_corners(tiles: Integers) -> Floats:
    """Corners of the hexagons of `tiles` (n, 2), as (n, 6, 2) in tile widths."""
    angle = np.radians(np.arange(30, 390, 60))
    hexagon = np.stack([np.cos(angle), np.sin(angle)], axis=1) / 3**0.5
    return tile_centres(tiles)[:, None, :] + hexagon


def neighbouring_tiles(column: int, row: int) -> tuple[tuple[int, int], ...]:
    """The six tiles that share an edge with one."""
    east = row % 2
    return (
        (column - 1, row),
        (column + 1, row),
        *((column + east - 1 + side, row + up) for up in (-1, 1) for side in (0, 1)),
    )


def kept_share(tiles: Integers, pairs: Integers) -> float:
    """Share of the bordering `pairs` (m, 2) whose tiles border too; 1 if there are no pairs."""
    where = [(int(column), int(row)) for column, row in tiles]
    kept = [where[a] in neighbouring_tiles(*where[b]) for a, b in pairs]
    return sum(kept) / len(kept) if kept else 1.0


def place_tiles(city: City) -> Integers:
    """A tile for each area of `city`, (n, 2) column and row, computed anew (see `place`)."""
    return place(city.latitude, city.longitude, city.pairs)


def place(latitude: Floats, longitude: Floats, pairs: Integers) -> Integers:
    """A tile for each area from its centre and its borders.

    Parameters
    ----------
    latitude, longitude : (n,) float64
        Degrees.
    pairs : (m, 2) int64
        Areas that share a border.

    Returns
    -------
    (n, 2) int64
        Column and row, no two alike, from 0.
    """
    centres = _in_tiles(latitude, longitude, pairs)
    size = np.ceil(centres.max(axis=0) / (1, ROW_HEIGHT)).astype(int) + 1 + 2 * MARGIN
    grid = [(column, row) for row in range(size[1]) for column in range(size[0])]
    where = tile_centres(np.array(grid, np.int64) - np.array((MARGIN, 0))) * (1, -1) - (
        0,
        MARGIN * ROW_HEIGHT,
    )
    away = centres[:, None, :] - where[None, :, :]
    cost = np.rint(100 * (away**2).sum(axis=2)).astype(np.int64)
    start = linear_sum_assignment(cost)[1].tolist()
    best = max(
        (_improve(start, cost.tolist(), grid, pairs, attempt) for attempt in range(TRIES)),
        key=lambda found: found[0],
    )[1]
    tiles = np.array([grid[tile] for tile in best], np.int64)
    # Rows move up by an even number only, or odd rows would change sides.
    return tiles - (tiles[:, 0].min(), tiles[:, 1].min() // 2 * 2)


def _in_tiles(latitude: Floats, longitude: Floats, pairs: Integers) -> Floats:
    """Centres (n, 2), x east and y south from the north-western corner, in tile widths.

    A tile is about as wide as bordering areas lie apart (median), wider where areas are scattered.
    """
    east = longitude * np.cos(np.radians(latitude.mean()))
    points = np.stack([east - east.min(), latitude.max() - latitude], axis=1)
    extent = points.max(axis=0)
    count = len(points)
    # The width at which the extent holds as many tiles as are offered, and never a dot.
    widest = max(extent.max() / (TILES_PER_AREA * count), 1e-9)
    least = max((extent.prod() / (TILES_PER_AREA * count)) ** 0.5, widest)
    apart = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T) if len(pairs) else [0.0]
    usual = TILE_WIDTH * float(np.median(apart)) or (extent.prod() / count) ** 0.5
    return points / max(usual, least)


def _improve(
    start: list[int],
    cost: list[list[int]],
    grid: list[tuple[int, int]],
    pairs: Iterable[Iterable[int]],
    attempt: int,
) -> tuple[int, list[int]]:
    """Threshold accepting from `start` (tile of each area): the score and tiles of the best map."""
    at, count = start.copy(), len(start)
    place_of = {tile: place for place, tile in enumerate(grid)}
    around = [
        [place_of[tile] for tile in neighbouring_tiles(*tile_at) if tile in place_of]
        for tile_at in grid
    ]
    touching = [frozenset(tiles) for tiles in around]
    borders: list[list[int]] = [[] for _ in start]
    for a, b in pairs:
        borders[a].append(int(b))
        borders[b].append(int(a))
    owner = [-1] * len(grid)
    for area, tile in enumerate(at):
        owner[tile] = area

    def worth(area: int) -> int:
        tile = at[area]
        near = touching[tile]
        return BORDER * sum(at[other] in near for other in borders[area]) - cost[area][tile]

    def put(area: int, tile: int) -> int:
        """Move `area` to `tile`, whoever is there going the other way."""
        before, other = at[area], owner[tile]
        at[area], owner[tile], owner[before] = tile, area, other
        if other >= 0:
            at[other] = before
        return before

    moves = MOVES_PER_AREA * count
    draws = Dice(attempt).uniform_range("tile map", 0, 0, 3 * moves).reshape(moves, 3).tolist()
    score = _score(at, cost, borders, touching)
    best, best_at = score, at.copy()
    for move, (who, goal, step) in enumerate(draws):
        area = int(who * count)
        # Half the moves aim beside a bordering area, the others at a tile next door.
        choices = borders[area]
        beside = at[choices[int(2 * goal * len(choices))]] if choices and goal < 0.5 else at[area]
        tile = around[beside][int(step * len(around[beside]))]
        other = owner[tile]
        if other == area:
            continue
        # A border of the two with each other changes neither side, for both keep touching or not.
        before = worth(area) + (worth(other) if other >= 0 else 0)
        left = put(area, tile)
        gain = worth(area) + (worth(other) if other >= 0 else 0) - before
        if gain <= -THRESHOLD * (moves - move) // moves:
            put(area, left)
            continue
        score += gain
        if score > best:
            best, best_at = score, at.copy()
    return best, best_at


def _score(
    at: list[int], cost: list[list[int]], borders: list[list[int]], touching: list[frozenset[int]]
) -> int:
    """What a map is worth: its kept borders less its displacement."""
    kept = sum(at[b] in touching[at[a]] for a, near in enumerate(borders) for b in near) // 2
    return BORDER * kept - sum(cost[area][tile] for area, tile in enumerate(at))
