"""A results folder: written beside its place and moved there whole, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from experiments.json_form import as_json
from experiments.privacy import Released, gated
from model.faults import BadInput, Fault
from model.scenario import brief

MANIFEST = "manifest.json"


class SaveError(RuntimeError):
    """The results could not be written; the message says why in one line."""


def free_folder(parent: str | Path, stem: str) -> Path:
    """The first of ``stem-001``, ``stem-002``, ... that does not exist under `parent`."""
    number = 1
    while (path := Path(parent) / f"{stem}-{number:03d}").exists():
        number += 1
    return path


def check_folder(out: str | Path, *, force: bool) -> Path:
    """The folder to write, refused before anything runs if it cannot be.

    Raises
    ------
    BadInput
        If it exists and `force` is not given, if it is no results folder, or if its place is not
        a folder.
    """
    path = Path(out)
    if not path.name or not str(out).isprintable():
        raise BadInput(Fault(f"found {brief(str(out))}", "the name of a folder", key="out"))
    try:
        return _checked(path, force)
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, BadInput):
            raise
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        found = f"found {brief(str(out))}: {reason}"
        raise BadInput(Fault(found, "the name of a folder", key="out")) from None


def _checked(path: Path, force: bool) -> Path:
    what = path.name
    # Names too long and links in a ring count as not existing until somebody writes there.
    for place in (path, *path.absolute().parents):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            place.stat()
    if path.exists() or path.is_symlink():
        if not force:
            found = f"{what} exists"
            raise BadInput(Fault(found, "a new folder, or --force to replace it", key="out"))
        ours = path.is_dir() and not path.is_symlink()
        if not ours or (any(path.iterdir()) and not (path / MANIFEST).exists()):
            # --force replaces results; it is no way to delete somebody's other folder.
            allowed = f"a folder that holds results ({MANIFEST}), or an empty one"
            raise BadInput(Fault(f"{what} is no results folder", allowed, key="out"))
    for parent in path.absolute().parents:
        if parent.exists():
            if not parent.is_dir():
                raise BadInput(Fault(f"{parent.name} is a file", "a folder", key="out"))
            if not os.access(parent, os.W_OK):
                found = f"folder {parent.name or parent} is not writable"
                raise BadInput(Fault(found, "a folder that you may write to", key="out"))
            break
    return path


@contextmanager
def results_folder(out: Path, *, force: bool) -> Iterator[Path]:
    """A folder to fill, beside `out`, that becomes `out` when the block ends well.

    Raises
    ------
    SaveError
        If the disk is full or refuses; nothing is left behind and what was there stays.
    """
    part = None
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        prefix = f".{out.name}."
        part = Path(tempfile.mkdtemp(prefix=prefix, suffix=".partial", dir=out.absolute().parent))
        part.chmod(0o755)
        yield part
        _move(part, out, force=force)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else (error.strerror or str(error)).lower()
        raise SaveError(f"results not saved to {out.name}: {reason}") from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def _move(part: Path, out: Path, *, force: bool) -> None:
    """Put `part` in the place of `out`; the older results go only when the new ones stand."""
    old = None
    if force and out.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".old", dir=part.parent))
        os.replace(out, old / out.name)
    try:
        os.rename(part, out)  # refuses a folder that came into being meanwhile and is not empty
    except OSError:
        if old is not None:
            os.replace(old / out.name, out)
        raise
    finally:
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)


def write_table(path: Path, released: Released) -> None:
    """Write a released frame as Parquet, with equal bytes for equal frames.

    Raises
    ------
    TypeError
        If the frame has not passed `experiments.privacy`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(gated(released), preserve_index=False)
    table = table.replace_schema_metadata({"kind": released.kind})
    with contextlib.closing(pq.ParquetWriter(path, table.schema, compression="zstd")) as writer:
        writer.write_table(table)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write `content` as indented JSON; NaN becomes null, which every reader knows."""
    path.write_text(as_json(content) + "\n", "utf-8")
