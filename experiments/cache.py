"""Populations kept between commands: one file a city, seed, scale and version of the code.

The folder is ``$CARVEOUT_CACHE``, or the user's cache folder. A file that is damaged is made
again; a folder that cannot be written is done without.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.store import whole_file
from model.faults import BadInput

if TYPE_CHECKING:
    from model.city import City
    from model.population import Population
    from model.registry import Parameters

MODEL = Path(__file__).resolve().parent.parent / "model"
#: Whose parameters a population depends on.
POPULATION_FILES = ("population.toml", "records.toml")
#: The oldest files go when the folder would hold more: about 25 populations of the full city.
MOST_BYTES = 4 * 2**30


def cache_folder() -> Path:
    """Where populations are kept."""
    if given := os.environ.get("CARVEOUT_CACHE"):
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_cache_dir("carveout", appauthor=False))


def code_digest() -> str:
    """A hash of the model's sources: a population made by other code is another population."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(MODEL.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def population_parameters() -> tuple[str, ...]:
    """The parameters that a population depends on: a study of others shares its populations."""
    texts = ((MODEL / "parameters" / file).read_text("utf-8") for file in POPULATION_FILES)
    return tuple(sorted(name for text in texts for name in tomllib.loads(text)))


def population_key(city: City, parameters: Parameters, seed: int, scale: float) -> str:
    """The content hash that names a population's file."""
    values = ",".join(f"{name}={parameters[name]!r}" for name in population_parameters())
    text = "\n".join([city.digest, values, code_digest(), str(seed), repr(float(scale))])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def population(city: City, parameters: Parameters, *, seed: int, scale: float) -> Population:
    """The population of a seed, from the cache where it is there and whole."""
    from model.population import Population, synthesise

    path = cache_folder() / "populations" / f"{population_key(city, parameters, seed, scale)}.npz"
    columns = _read(path)
    if columns is not None:
        # A whole archive of other columns is no population: it is made again, too.
        with contextlib.suppress(BadInput, KeyError, TypeError, ValueError, IndexError):
            return Population.from_columns(city, seed, scale, columns)
        with contextlib.suppress(OSError):
            path.unlink()
    made = synthesise(city, seed=seed, scale=scale, parameters=parameters)
    # Without a cache the command still works, only more slowly the next time.
    with contextlib.suppress(OSError):
        _write(path, made.columns())
    return made


def _read(path: Path) -> dict[str, np.ndarray] | None:
    """The columns of a whole file; the archive's checksums tell a damaged one."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        with contextlib.suppress(OSError):
            path.unlink()
        return None


def _write(path: Path, columns: dict[str, np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    size = sum(column.nbytes for column in columns.values())
    _make_room(path.parent, size)
    with whole_file(path) as part, open(part, "wb") as file:
        np.savez(file, allow_pickle=False, **columns)


def _make_room(folder: Path, size: int) -> None:
    """Delete the least recently made files until `size` more bytes fit under the bound."""
    files = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
    held = sum(path.stat().st_size for path in files)
    for path in files:
        if held + size <= MOST_BYTES:
            return
        held -= path.stat().st_size
        path.unlink(missing_ok=True)
