"""Claims about maps by area, on tiles and on boundaries."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from experiments.boundaries import load_boundaries
from experiments.maps import area_label, draw_areas
from experiments.recorded_map import recorded_figure
from model.city import City, load_city
from model.faults import BadInput

matplotlib.use("Agg")


@pytest.fixture(scope="module")
def town() -> City:
    return load_city("littletown")


@pytest.fixture
def axes() -> Axes:
    return Figure(figsize=(6, 6)).subplots()


def square(longitude: float, latitude: float, reach: float) -> list[list[float]]:
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    return [[longitude + reach * x, latitude + reach * y] for x, y in corners]


def geojson(city: City, key: str = "area_numbe") -> dict[str, Any]:
    """Squares around the centres of a city's areas, numbers as text, as Chicago's portal does."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"area": "0", key: str(number)},
                "geometry": {"type": "Polygon", "coordinates": [square(x, y, 0.008)]},
            }
            for number, x, y in zip(city.numbers, city.longitude, city.latitude, strict=True)
        ],
    }


def written(folder: Path, data: object) -> Path:
    path = folder / "areas.geojson"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def collections(axes: Axes) -> list[PathCollection]:
    return [item for item in axes.collections if isinstance(item, PathCollection)]


def test_every_area_is_drawn_once_and_the_highest_value_darkest(town: City, axes: Axes) -> None:
    areas = draw_areas(axes, town, np.arange(6.0), unit="per 1,000")
    assert len(areas.get_paths()) == 6
    brightness = areas.get_facecolor()[:, :3] @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(brightness) < 0).all()
    middles = [path.get_extents() for path in areas.get_paths()]
    assert len({(round(box.x0, 6), round(box.y0, 6)) for box in middles}) == 6


def test_tiles_do_not_overlap_on_the_drawing(axes: Axes) -> None:
    city = load_city("chicago")
    areas = draw_areas(axes, city, np.zeros(77), labels=False)
    boxes = [path.get_extents() for path in areas.get_paths()]
    middles = np.array([((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes])
    apart = np.hypot(*(middles[:, None] - middles[None]).T) + 9 * np.eye(77)
    assert apart.min() > max(box.width for box in boxes)


def test_a_suppressed_cell_is_hatched_and_has_no_colour(town: City, axes: Axes) -> None:
    values = np.array([1.0, np.nan, 3.0, 4.0, np.nan, 6.0])
    areas = draw_areas(axes, town, values)
    opacity = areas.get_facecolor()[:, 3]
    np.testing.assert_array_equal(opacity == 0, np.isnan(values))
    (hatched,) = [item for item in collections(axes) if item.get_hatch()]
    assert len(hatched.get_paths()) == 2
    assert "suppressed" in axes.get_legend().get_texts()[0].get_text()


def test_nothing_is_hatched_where_nothing_is_suppressed(town: City, axes: Axes) -> None:
    draw_areas(axes, town, np.ones(6))
    assert not [item for item in collections(axes) if item.get_hatch()]
    assert axes.get_legend() is None


def test_a_map_of_suppressed_cells_only_is_drawn(town: City, axes: Axes) -> None:
    areas = draw_areas(axes, town, np.full(6, np.nan))
    assert (areas.get_facecolor()[:, 3] == 0).all()


def test_equal_gain_and_loss_are_equally_far_from_the_middle(town: City, axes: Axes) -> None:
    values = np.array([-2.0, 0.0, 2.0, 1.0, -1.0, 0.5])
    areas = draw_areas(axes, town, values, diverging=True)
    colours = areas.get_facecolor()[:, :3]
    assert colours[1].min() > 0.9  # no difference is nearly white
    loss, gain = colours[0], colours[2]
    assert loss[2] > loss[0] and gain[0] > gain[2]  # purple against orange
    assert axes.figure.axes[1].get_xlim() == (-2, 2)


def test_two_maps_with_the_same_limits_share_their_colours(town: City) -> None:
    first, second = Figure().subplots(1, 2)
    one = draw_areas(first, town, np.full(6, 3.0), limits=(0, 10))
    two = draw_areas(second, town, np.array([3.0, 9, 9, 9, 9, 9]), limits=(0, 10))
    np.testing.assert_array_equal(one.get_facecolor()[0], two.get_facecolor()[0])


def test_every_area_of_chicago_is_labelled_by_name_where_there_is_room() -> None:
    city = load_city("chicago")
    axes = Figure(figsize=(8, 10)).subplots()
    draw_areas(axes, city, np.zeros(77))
    texts = [text.get_text().replace("\n", " ") for text in axes.texts]
    assert texts == list(city.names)


def test_where_there_is_no_room_the_number_stands_for_the_name() -> None:
    city = load_city("chicago")
    axes = Figure(figsize=(2, 2)).subplots()
    draw_areas(axes, city, np.zeros(77))
    assert {text.get_text() for text in axes.texts} == {str(number) for number in city.numbers}


def test_labels_of_areas_are_short_and_distinct() -> None:
    city = load_city("chicago")
    labels = [area_label(name) for name in city.names]
    assert len(set(labels)) == 77
    assert max(len(line) for label in labels for line in label.split("\n")) <= 10
    assert max(label.count("\n") for label in labels) <= 2
    assert area_label("Greater Grand Crossing") == "Greater\nGrand\nCrossing"


@pytest.mark.parametrize("bad", [np.zeros(5), np.zeros((6, 2)), np.array([np.inf] + [0.0] * 5)])
def test_values_that_do_not_fit_the_city_are_refused(town: City, axes: Axes, bad: Any) -> None:
    with pytest.raises(BadInput, match="6 numbers or NaN"):
        draw_areas(axes, town, bad)


@pytest.mark.parametrize("key", ["area_number", "area_numbe", "area_num_1"])
def test_boundaries_are_matched_by_number_whatever_their_order(
    town: City, axes: Axes, tmp_path: Path, key: str
) -> None:
    data = geojson(town, key)
    data["features"].reverse()
    boundaries = load_boundaries(written(tmp_path, data), town)
    areas = draw_areas(axes, town, np.arange(6.0), boundaries=boundaries)
    for place, path in enumerate(areas.get_paths()):
        assert path.contains_point((town.longitude[place], town.latitude[place]))


@pytest.mark.parametrize("turn", [1, -1])
def test_a_hole_in_a_boundary_stays_open_and_its_label_beside_it(
    town: City, axes: Axes, tmp_path: Path, turn: int
) -> None:
    data = geojson(town)
    centre = town.longitude[0], town.latitude[0]
    data["features"][0]["geometry"]["coordinates"].append(square(*centre, 0.003)[::turn])
    boundaries = load_boundaries(written(tmp_path, data), town)
    draw_areas(axes, town, np.full(6, 6.0), boundaries=boundaries, limits=(0, 6))
    canvas = FigureCanvasAgg(axes.figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[::-1]

    def brightness(x: float, y: float) -> int:
        column, row = axes.transData.transform((x, y)).astype(int)
        return int(pixels[row, column, :3].min())

    assert brightness(*centre) == 255
    assert brightness(centre[0] + 0.007, centre[1] + 0.007) < 128
    x, y = axes.texts[0].get_position()
    assert max(abs(x - centre[0]), abs(y - centre[1])) > 0.003


def _change(data: dict[str, Any], change: Callable[[list[dict[str, Any]]], object]) -> object:
    data = copy.deepcopy(data)
    change(data["features"])
    return data


def _ring(features: list[dict[str, Any]]) -> list[list[float]]:
    return features[1]["geometry"]["coordinates"][0]


FAULTS: list[tuple[Callable[[list[dict[str, Any]]], object], str]] = [
    (lambda f: f.pop(2), "no boundary for area 3, Mill Row"),
    (lambda f: f.append(f[0]), "area 1 again"),
    (lambda f: f[1]["properties"].update(area_numbe="12"), "features[1].area_numbe: found '12'"),
    (lambda f: f[1]["properties"].update(area_numbe=None), "found None"),
    (lambda f: f[1].update(geometry={"type": "Point", "coordinates": [0, 0]}), "type 'Point'"),
    (lambda f: f[1].update(geometry=None), "type None"),
    (lambda f: _ring(f).clear(), "a ring of 0 positions"),
    (lambda f: _ring(f)[0].clear(), "not a list of positions"),
    (lambda f: _ring(f).__setitem__(0, [1_178_000.0, 1_900_000.0]), "found the position"),
    (lambda f: _ring(f).__setitem__(0, [float("nan"), 41.0]), "found the position"),
    (lambda f: [point.reverse() for point in _ring(f)], "Old Town found far from its centre"),
    (lambda f: f[1].update(properties=None), "no properties"),
    (lambda f: [x["properties"].clear() for x in f], "no area number among the properties"),
    (lambda f: f.clear(), "no features"),
]


@pytest.mark.parametrize(("change", "words"), FAULTS)
def test_a_fault_of_a_boundary_file_is_named(
    town: City,
    tmp_path: Path,
    change: Callable[[list[dict[str, Any]]], object],
    words: str,
) -> None:
    path = written(tmp_path, _change(geojson(town), change))
    with pytest.raises(BadInput) as refused:
        load_boundaries(path, town)
    assert words in str(refused.value)
    assert all(fault.file == str(path) for fault in refused.value.faults)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "an empty file"),
        ("{,", "not JSON"),
        ("[]", "no features"),
        ("[" * 100_000, "JSON too deep"),
        ("\0\0\0", "a binary file"),
    ],
)
def test_a_file_that_is_no_geojson_is_refused(
    town: City, tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        load_boundaries(written(tmp_path, text), town)


def test_a_missing_boundary_file_is_refused(town: City, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        load_boundaries(tmp_path / "none.geojson", town)


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.texts).replace("\n", " ")


def test_the_map_of_recorded_crime_names_its_finding_and_its_source(town: City) -> None:
    said = words(recorded_figure(town, "all"))
    rate = 1000 * town.recorded["all"] / town.population
    most, least = (town.names[place(rate)] for place in (np.argmax, np.argmin))
    assert most in said and least in said
    assert f"Source: {town.source_of('recorded_crime', 'all').source}" in said


def test_no_area_is_called_the_lowest_where_some_are_hidden() -> None:
    city = load_city("chicago")
    assert (city.recorded["robbery"] < 20).any()
    said = words(recorded_figure(city, "robbery"))
    assert "at most" in said and " from " not in said


def test_no_words_of_a_map_lie_on_one_another(town: City) -> None:
    figure = recorded_figure(town, "all")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    bar = figure.axes[1].xaxis.label.get_window_extent(renderer)
    for text in figure.texts:
        assert not text.get_window_extent(renderer).overlaps(bar)
