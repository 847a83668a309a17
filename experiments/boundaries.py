"""Real boundaries from a GeoJSON file, matched to a city's areas by their numbers."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.city import City
from model.city_tables import read_text
from model.faults import BadInput, Fault

#: Properties that hold an area's number, in order of preference. The last stands in Chicago's own
#: file too, and is 0 there.
NUMBER_PROPERTIES = ("area_number", "area_numbe", "area_num_1", "area_num", "number", "area")
MAX_BYTES = 50_000_000
#: Degrees; a boundary whose middle lies further from the area's centre is another place's.
FAR = 0.5

Ring = NDArray[np.float64]
#: The outer ring of a polygon, anticlockwise, then its holes, clockwise.
Polygon = tuple[Ring, ...]


@dataclass(frozen=True)
class Boundaries:
    """Polygons of each area, in the order of the city's areas; degrees, longitude first."""

    file: str
    polygons: tuple[tuple[Polygon, ...], ...]


def load_boundaries(path: str | Path, city: City) -> Boundaries:
    """Read boundaries for every area of `city` from a GeoJSON file (WGS 84, as GeoJSON has it).

    Raises
    ------
    BadInput
        With every fault: no GeoJSON, no area numbers, an area unknown, twice or missing, a
        geometry that is no polygon, coordinates that are not degrees or lie elsewhere.
    """
    file = str(path)
    features = _features(Path(path))
    key = _number_property(file, features)
    found: dict[int, tuple[Polygon, ...]] = {}
    faults: list[Fault] = []
    index = {int(number): place for place, number in enumerate(city.numbers)}
    for place, feature in enumerate(features):
        where = f"features[{place}]"
        value = feature["properties"].get(key)
        number = _whole(value)
        if number not in index:
            allowed = f"a number of an area of {city.title}"
            faults.append(Fault(f"found {value!r}", allowed, file, key=f"{where}.{key}"))
        elif number in found:
            faults.append(Fault(f"area {number} again", "once", file, key=f"{where}.{key}"))
        else:
            try:
                found[number] = _polygons(feature.get("geometry"))
                _check_nearby(found[number], city, index[number])
            except ValueError as error:
                allowed = "Polygon or MultiPolygon in degrees, longitude first"
                faults.append(Fault(str(error), allowed, file, key=f"{where}.geometry"))
    for number, place in index.items():
        if number not in found:
            missing = f"no boundary for area {number}, {city.names[place]}"
            faults.append(Fault(missing, "one for each area", file))
    if faults:
        raise BadInput(faults)
    return Boundaries(file, tuple(found[number] for number in index))


def _features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON file, each with a dict of properties."""
    text = read_text(path, MAX_BYTES)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(
            Fault(f"not JSON: {error.msg}", "GeoJSON", str(path), error.lineno)
        ) from None
    except (RecursionError, ValueError):
        raise BadInput(Fault("JSON too deep or too long to read", "GeoJSON", str(path))) from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not features:
        raise BadInput(Fault("no features", "a GeoJSON FeatureCollection", str(path)))
    faults = [
        Fault("no properties", "a Feature with some", str(path), key=f"features[{place}]")
        for place, feature in enumerate(features)
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict)
    ]
    if faults:
        raise BadInput(faults)
    return features


def _number_property(file: str, features: list[dict[str, Any]]) -> str:
    for key in NUMBER_PROPERTIES:
        if key in features[0]["properties"]:
            return key
    has = ", ".join(map(str, features[0]["properties"])) or "none"
    allowed = "one of " + ", ".join(NUMBER_PROPERTIES)
    raise BadInput(Fault(f"no area number among the properties ({has})", allowed, file))


def _whole(value: Any) -> int | None:
    """`value` as a whole number, from ``7``, ``7.0``, ``"7"`` or ``"7.0"``."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if math.isfinite(number) and number.is_integer() else None


def _polygons(geometry: Any) -> tuple[Polygon, ...]:
    """The polygons of a GeoJSON geometry; ValueError says what is wrong with it."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    parts = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(parts, list) or not parts:
        raise ValueError(f"found a geometry of type {kind!r}")
    parts = [parts] if kind == "Polygon" else parts
    return tuple(_polygon(part) for part in parts)


def _polygon(part: Any) -> Polygon:
    if not isinstance(part, list) or not part:
        raise ValueError("found a polygon without rings")
    # The outer ring anticlockwise and holes clockwise, or a hole would be drawn filled.
    return tuple(_turned(_ring(points), hole=place > 0) for place, points in enumerate(part))


def _turned(ring: Ring, *, hole: bool) -> Ring:
    x, y = (ring - ring[0]).T
    anticlockwise = float(x[:-1] @ y[1:] - x[1:] @ y[:-1]) > 0
    return ring if anticlockwise != hole else ring[::-1]


def _ring(points: Any) -> Ring:
    try:
        ring = np.array([(float(point[0]), float(point[1])) for point in points])
    except (TypeError, ValueError, IndexError, KeyError):
        raise ValueError("found a ring that is not a list of positions") from None
    if len(ring) < 4:
        raise ValueError(f"found a ring of {len(ring)} positions, and 4 are the fewest")
    if not np.all(np.abs(ring) <= (180, 90)):
        bad = ring[~np.all(np.abs(ring) <= (180, 90), axis=1)][0]
        raise ValueError(f"found the position {bad.tolist()}")
    return ring


def _check_nearby(polygons: tuple[Polygon, ...], city: City, area: int) -> None:
    ring = max((polygon[0] for polygon in polygons), key=len)
    middle = (ring.min(axis=0) + ring.max(axis=0)) / 2
    centre = (city.longitude[area], city.latitude[area])
    if np.hypot(*(middle - centre)) > FAR:
        raise ValueError(f"{city.names[area]} found far from its centre in areas.csv")
