"""Claims about the tile map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model.city import DATA, load_city
from model.tiles import (
    kept_share,
    neighbouring_tiles,
    place,
    place_tiles,
    tile_centres,
    tile_corners,
)


@pytest.mark.parametrize("name", ["chicago", "littletown"])
def test_the_stored_tiles_are_those_the_code_makes(name: str) -> None:
    city = load_city(name)
    assert (DATA / name / "tiles.csv").exists()
    np.testing.assert_array_equal(place_tiles(city), city.tiles)


def test_chicago_keeps_seven_borders_in_eight_and_no_two_areas_share_a_tile() -> None:
    city = load_city("chicago")
    assert len({tuple(tile) for tile in city.tiles.tolist()}) == 77
    assert kept_share(city.tiles, city.pairs) >= 0.875
    assert city.tiles.min() == 0


def test_tiles_keep_north_in_the_north_and_west_in_the_west() -> None:
    city = load_city("chicago")
    x, y = tile_centres(city.tiles).T
    assert np.corrcoef(x, city.longitude)[0, 1] > 0.9
    assert np.corrcoef(y, city.latitude)[0, 1] > 0.97


def test_neighbouring_tiles_are_the_six_whose_centres_are_one_apart() -> None:
    grid = np.array([(column, row) for column in range(7) for row in range(7)])
    for tile in ((3, 3), (3, 2)):
        centre = tile_centres(np.array([tile]))
        apart = np.hypot(*(tile_centres(grid) - centre).T)
        one_apart = {tuple(near) for near in grid[np.isclose(apart, 1)].tolist()}
        assert one_apart == set(neighbouring_tiles(*tile))
        assert len(one_apart) == 6


def test_hexagons_of_neighbours_share_an_edge() -> None:
    here, *around = tile_corners(np.array([(3, 3), *neighbouring_tiles(3, 3)]))
    for other in around:
        shared = [corner for corner in here if np.isclose(other, corner).all(axis=1).any()]
        assert len(shared) == 2


def test_areas_already_on_a_honeycomb_stay_there() -> None:
    grid = np.array([(column, row) for row in range(5) for column in range(4)])
    x, y = tile_centres(grid).T
    where = {tuple(tile): place for place, tile in enumerate(grid.tolist())}
    pairs = np.array(
        [
            (a, where[near])
            for tile, a in where.items()
            for near in neighbouring_tiles(*tile)
            if near in where and where[near] > a
        ]
    )
    tiles = place(y * 0.01, x * 0.01, pairs)
    assert kept_share(tiles, pairs) >= 0.95


@pytest.mark.parametrize("count", [1, 2, 5])
def test_areas_in_one_spot_and_without_borders_get_tiles_of_their_own(count: int) -> None:
    spot = np.full(count, 41.0)
    tiles = place(spot, -2 * spot, np.empty((0, 2), np.int64))
    assert len({tuple(tile) for tile in tiles.tolist()}) == count


def test_an_area_far_away_does_not_make_a_giant_map() -> None:
    latitude = np.array([41.0, 41.01, 41.02, -60.0])
    longitude = np.array([-87.0, -87.01, -87.0, 140.0])
    tiles = place(latitude, longitude, np.array([(0, 1), (1, 2)]))
    assert tiles.max() < 100
    assert len({tuple(tile) for tile in tiles.tolist()}) == 4


def test_a_city_without_a_tile_table_gets_one_computed(tmp_path: Path) -> None:
    for path in (DATA / "littletown").iterdir():
        if path.name != "tiles.csv":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    np.testing.assert_array_equal(load_city(tmp_path).tiles, load_city("littletown").tiles)
