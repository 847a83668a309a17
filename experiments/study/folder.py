"""A study's folder on any file system that fsspec knows: local, or an object store.

A file is there whole or not at all: written beside its place and moved there, or put in one
request. Result files carry a digest of their bytes in their name, so that a file is *done* when it
is there and its bytes still give that digest.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from experiments.store import SaveError, whole_file
from model.faults import BadInput, Fault
from model.scenario import brief

DIGEST_BYTES = 8


def digest(data: bytes) -> str:
    """What a result file's name says of its bytes, in hexadecimal."""
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()


class Folder:
    """A folder, local or remote; paths within it are relative and parted by ``/``.

    Parameters
    ----------
    place
        A path, or an address such as ``s3://bucket/study``.

    Raises
    ------
    BadInput
        If no file system for that address is installed, or it cannot be reached.
    """

    def __init__(self, place: str | Path) -> None:
        import fsspec
        from fsspec.implementations.local import LocalFileSystem

        try:
            self.fs, self.root = fsspec.core.url_to_fs(str(place))
        except (ImportError, ValueError, OSError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            found = f"found {brief(str(place))}: {said}"
            allowed = "a folder, or an address of an installed fsspec file system"
            raise BadInput(Fault(found, allowed, key="out")) from None
        self.local = isinstance(self.fs, LocalFileSystem)
        self.root = self.root.rstrip("/")

    @property
    def name(self) -> str:
        """The last part of the folder's address."""
        return self.root.rsplit("/", 1)[-1]

    def path(self, name: str) -> str:
        """The file system's own path of a file."""
        return f"{self.root}/{name}"

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises
        ------
        OSError
            If it is not there or cannot be read.
        """
        if self.local:
            with open(f"{self.root}/{name}", "rb") as file:
                return file.read()
        return self.fs.cat_file(self.path(name))

    def write(self, name: str, data: bytes) -> None:
        """Write a file, wholly or not at all.

        Raises
        ------
        SaveError
            If the disk is full or refuses.
        """
        with self._saving():
            if self.local:
                with whole_file(Path(self.path(name)), 0o644) as part, open(part, "wb") as file:
                    file.write(data)
            else:
                self.fs.pipe_file(self.path(name), data)

    def put(self, name: str, here: str | Path) -> None:
        """Write a file as a copy of one on this machine's disk, which may be larger than memory.

        Raises
        ------
        SaveError
            If the disk is full or refuses.
        """
        with self._saving():
            if self.local:
                with whole_file(Path(self.path(name)), 0o644) as part:
                    shutil.copyfile(here, part)
            else:
                self.fs.put_file(str(here), self.path(name))

    @contextmanager
    def _saving(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            reason = "the disk is full" if full else (error.strerror or str(error)).lower()
            raise SaveError(f"not saved to {self.name}: {reason}") from error

    def create(self, name: str, data: bytes) -> bool:
        """Write a file that must not exist yet; whether it was this call that made it."""
        if self.local:
            path = Path(self.path(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".partial")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                os.link(part, path)  # whole at once, and refused where the name is taken
            except FileExistsError:
                return False
            finally:
                os.unlink(part)
            return True
        try:
            self.fs.pipe_file(self.path(name), data, mode="create")
        except FileExistsError:
            return False
        return True

    def names(self, under: str) -> list[str]:
        """Names of the files and folders in a folder, sorted; none if it is not there."""
        if self.local:
            try:
                return sorted(os.listdir(self.path(under)))
            except FileNotFoundError:
                return []
        self.fs.invalidate_cache(self.path(under))
        try:
            found = self.fs.ls(self.path(under), detail=False)
        except FileNotFoundError:
            return []
        return sorted(path.rstrip("/").rsplit("/", 1)[-1] for path in found)

    def exists(self, name: str) -> bool:
        """Whether a file is there."""
        return self.fs.exists(self.path(name))

    def remove(self, *names: str) -> None:
        """Remove files that may be gone already."""
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                self.fs.rm_file(self.path(name))

    def remove_folder(self, name: str) -> None:
        """Remove a folder with what is in it."""
        with contextlib.suppress(FileNotFoundError):
            self.fs.rm(self.path(name), recursive=True)

    def pyarrow(self) -> Any:
        """The file system as PyArrow takes it."""
        from pyarrow import fs

        return fs.LocalFileSystem() if self.local else fs.PyFileSystem(fs.FSSpecHandler(self.fs))


def result_name(key: str, data: bytes) -> str:
    """The name of a result file: what it is the result of, and the digest of its bytes."""
    return f"{key}-{digest(data)}.parquet"


def whole_files(
    folder: Folder, under: str, only: str | None = None
) -> Iterator[tuple[str, str, bytes]]:
    """Key, path and bytes of every result file in a folder that is whole, or of one of them.

    Each file is read once. Damaged ones are passed over: their tasks are not done.
    """
    for name in folder.names(under) if only is None else [only]:
        key, dash, rest = name.removesuffix(".parquet").rpartition("-")
        if not dash or name == rest or name.startswith("."):
            continue
        try:
            data = folder.read(f"{under}/{name}")
        except OSError:
            continue
        if digest(data) == rest:
            yield key, f"{under}/{name}", data
