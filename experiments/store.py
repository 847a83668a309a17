"""A results folder: written beside its place and moved there whole, or not at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.json_form import as_json
from experiments.privacy import Released, gated
from model.faults import BadInput, Fault
from model.scenario import brief

MANIFEST = "manifest.json"


class SaveError(RuntimeError):
    """The results could not be written; the message says why in one line.

    `kept` is what was computed, if it was.
    """

    kept: Any = None


class FolderTaken(BadInput):
    """The folder exists, or another command is about to write it."""


def free_folder(parent: str | Path, stem: str) -> Path:
    """The first of ``stem-001``, ``stem-002``, ... under `parent` that nobody has or reserved."""
    number = 1
    while (path := Path(parent) / f"{stem}-{number:03d}").exists() or _partial(path).exists():
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
    except BadInput:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        found = f"found {brief(str(out))}: {reason}"
        raise BadInput(Fault(found, "the name of a folder", key="out")) from None


def _checked(path: Path, force: bool) -> Path:
    what = path.name
    # Names too long and links in a ring count as not existing until somebody writes there.
    for place in (path, _partial(path), *path.absolute().parents):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            place.stat()
    if path.exists() or path.is_symlink():
        if not force:
            found = f"{what} exists"
            raise FolderTaken(Fault(found, "a new folder, or --force to replace it", key="out"))
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


@dataclass(frozen=True)
class Place:
    """A reserved place: `path` will be the results folder, `partial` holds it until it is whole."""

    path: Path
    partial: Path
    force: bool

    @contextmanager
    def filled(self) -> Iterator[Path]:
        """A folder of the final name to fill, moved to its place when the block ends well.

        Raises
        ------
        SaveError
            If the disk is full or refuses; what was there stays.
        """
        with _saving(self.path):
            folder = self.partial / "new" / self.path.name
            folder.mkdir(parents=True)
            yield folder
            older = self.partial / "old" / self.path.name
            if self.force and self.path.exists():
                older.parent.mkdir()
                os.replace(self.path, older)
            try:
                os.rename(folder, self.path)  # refuses one that came meanwhile and is not empty
            except OSError:
                if older.exists():
                    os.replace(older, self.path)
                raise


@contextmanager
def reserved(out: str | Path, *, force: bool) -> Iterator[Place]:
    """Reserve `out` against every other command until the block ends; nothing else is left of it.

    The claim is a lock on a file in the hidden folder beside `out`. The system lets go of it when
    a process dies, however it dies, so the claim of a dead one is taken over.

    Raises
    ------
    BadInput
        As `check_folder` does, or, at once, if another command has reserved `out`.
    SaveError
        If the disk is full or refuses.
    """
    path = check_folder(out, force=force)
    made = [parent for parent in path.absolute().parents if not parent.exists()]
    with _saving(path):
        partial = _partial(path.absolute())
        lock = _claimed(partial)
        _clear(partial, path)
    try:
        check_folder(out, force=force)  # it may have come into being meanwhile
        yield Place(path, partial, force)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        os.close(lock)
        with contextlib.suppress(OSError):  # stops at the first that is not empty
            for parent in made:
                parent.rmdir()


@contextmanager
def results_folder(out: str | Path, *, force: bool) -> Iterator[Path]:
    """A folder to fill that becomes `out` when the block ends well: `reserved` and filled at once.

    Raises
    ------
    BadInput, SaveError
        As `reserved` and `Place.filled` do; nothing is left behind and what was there stays.
    """
    with reserved(out, force=force) as place, place.filled() as folder:
        yield folder


class Saved(ABC):
    """Results that can be kept in a folder of their own."""

    @abstractmethod
    def write(self, folder: Path) -> None:
        """Fill a folder that is there."""

    def save(self, out: str | Path, *, force: bool = False) -> Path:
        """`write` to the new folder `out`, wholly or not at all.

        Raises
        ------
        BadInput
            If the folder exists and `force` is not given.
        SaveError
            If the disk is full or refuses.
        """
        with results_folder(out, force=force) as folder:
            self.write(folder)
        return Path(out)


@contextmanager
def whole_file(path: Path, mode: int = 0o600) -> Iterator[str]:
    """A file to fill beside `path`, which becomes `path` when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".partial")
    os.close(handle)
    try:
        yield part
        os.chmod(part, mode)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def _claimed(partial: Path) -> int:
    """The descriptor of the lock in `partial`, a folder that is now ours.

    Raises
    ------
    FolderTaken
        If a living process holds it.
    """
    while True:
        partial.mkdir(parents=True, exist_ok=True)
        try:
            lock = os.open(partial / "claim", os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:
            continue  # its owner has just finished
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            current = (partial / "claim").stat().st_ino == os.fstat(lock).st_ino
        except BlockingIOError:
            os.close(lock)
            found = f"{partial.name[1:].removesuffix('.partial')} is being written by another"
            allowed = "a folder of its own for each command"
            raise FolderTaken(Fault(f"{found} command", allowed, key="out")) from None
        except FileNotFoundError:
            current = False
        except BaseException:
            os.close(lock)
            raise
        if current:
            return lock
        os.close(lock)


def _clear(partial: Path, out: Path) -> None:
    """Take away what a dead process had begun; older results that it was replacing go back."""
    older = partial / "old" / out.name
    if older.exists() and not out.exists():
        os.replace(older, out)
    for begun in ("new", "old"):
        shutil.rmtree(partial / begun, ignore_errors=True)


@contextmanager
def _saving(out: Path) -> Iterator[None]:
    """Say in one line why something could not be written."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else (error.strerror or str(error)).lower()
        raise SaveError(f"results not saved to {out.name}: {reason}") from error


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
