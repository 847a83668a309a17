"""What ``carveout city`` does: check a folder, describe a city, make its tile map, draw it."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.city import City, city_folder, load_city
from model.city_check import check_city
from model.faults import BadInput, Fault, unknown
from model.tiles import kept_share

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def check(folder: str | Path) -> list[str]:
    """A line for each fault of a city's folder (or of a shipped city, by name); none if sound."""
    try:
        return [str(fault) for fault in check_city(city_folder(folder))]
    except BadInput as error:
        return [str(fault) for fault in error.faults]


def describe(city: str | Path | City) -> dict[str, Any]:
    """What a city's tables hold, ready for a table or JSON.

    Counts are of residents, households, areas and recorded crime; of non-citizens and
    undocumented residents only the citywide share is given, and both are modelled.

    Raises
    ------
    BadInput
        If the folder has faults.
    """
    city = city if isinstance(city, City) else load_city(city)
    people = city.population / city.population.sum()
    return {
        "name": city.name,
        "title": city.title,
        "state": city.state,
        "note": city.note,
        "areas": city.n_areas,
        "borders": len(city.pairs),
        "police_districts": len(city.districts),
        "residents": int(city.population.sum()),
        "households": int(city.households.sum()),
        "foreign_born_share": round(float(people @ city.foreign_born_share), 3),
        "noncitizen_share_modelled": round(float(people @ city.noncitizen_share), 3),
        "undocumented_share_modelled": round(float(people @ city.undocumented_share), 3),
        "recorded_crimes_a_year": {
            kind: round(float(counts.sum())) for kind, counts in city.recorded.items()
        },
        "borders_kept_on_tiles": round(kept_share(city.tiles, city.pairs), 3),
        "digest": city.digest,
    }


def draw_map(
    city: str | Path, kind: str, stem: Path, boundaries: str | Path | None = None
) -> list[Path]:
    """Draw recorded crime by area, on the tiles or on real boundaries, as PNG and SVG.

    Parameters
    ----------
    kind
        A recorded type of the city's tables (``all``, ``robbery``), per 1,000 residents a year.
    stem
        Folder and name of the files, without their endings.
    boundaries
        A GeoJSON file of the areas' boundaries, drawn instead of the tiles.

    Raises
    ------
    BadInput
        If the city or the boundaries have faults, the type is unknown, or a file exists already.
    """
    from experiments.boundaries import load_boundaries
    from experiments.recorded_map import recorded_figure

    place = load_city(city)
    if kind not in place.recorded:
        raise BadInput(unknown("recorded type", kind, place.recorded, key="kind"))
    if not stem.name:
        raise BadInput(Fault(f"found {str(stem)!r}", "folder and name without ending", key="out"))
    for kind_of_file in ("png", "svg"):
        path = stem.parent / f"{stem.name}.{kind_of_file}"
        if os.path.lexists(path):
            raise BadInput(Fault("exists already", "another name", path.name, key="out"))
    outlines = load_boundaries(boundaries, place) if boundaries is not None else None
    return _kept(recorded_figure(place, kind, outlines), stem)


def _kept(figure: Figure, stem: Path) -> list[Path]:
    """Both files of a chart, or none of them where the disk is full or refuses."""
    from experiments.store import SaveError
    from experiments.style import save

    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=stem.parent, prefix=".") as folder:
            made = save(figure, Path(folder), stem.name)
            return [path.rename(stem.parent / path.name) for path in made]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SaveError(f"chart not saved to {stem.name}: {reason}") from error


def tiles(folder: str | Path, *, force: bool = False) -> tuple[Path, float]:
    """Compute a city's tile map and write it as ``tiles.csv`` into its folder.

    Returns
    -------
    (path, share)
        The file written, and the share of bordering areas whose tiles border.

    Raises
    ------
    BadInput
        If the folder has faults, or has a ``tiles.csv`` already and `force` is not given.
    """
    place = city_folder(folder)
    path = place / "tiles.csv"
    if path.exists() and not force:
        raise BadInput(Fault("exists already", "--force to overwrite it", str(path)))
    city = load_city(place, new_tiles=True)
    _replace(path, tiles_table(city))
    return path, kept_share(city.tiles, city.pairs)


def tiles_table(city: City) -> str:
    """The text of ``tiles.csv`` for a city."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("area", "column", "row"))
    writer.writerows(
        (int(number), *map(int, tile))
        for number, tile in zip(city.numbers, city.tiles, strict=True)
    )
    return out.getvalue()


def _replace(path: Path, text: str) -> None:
    """Write `text` so that `path` is either the old file or the whole new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
