"""The result files of a study: which are whole, and what they hold.

A finished task is ``tasks/PART/TASK-DIGEST.parquet``. A finished part may be one file instead,
``parts/PART-DIGEST.parquet``, with the rows of its tasks one after another.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from experiments.study.folder import Folder, result_name, whole_files
from experiments.study.task import schema

TASKS, PARTS, FAILED = "tasks", "parts", "failures"


def part_folder(part: int) -> str:
    """Where the result files of a part stand."""
    return f"{TASKS}/{part:06d}"


def compacted(folder: Folder) -> dict[str, str]:
    """Names of the files of compacted parts, by part, whole or not."""
    names = folder.names(PARTS)
    return {name.partition("-")[0]: name for name in names if name.endswith(".parquet")}


def finished(folder: Folder, part: int, whole_parts: Mapping[str, str]) -> set[str]:
    """A part's finished tasks; every file of it is read once and held against its digest.

    Parameters
    ----------
    whole_parts
        What `compacted` gives.
    """
    if name := whole_parts.get(f"{part:06d}"):
        for _, _, data in whole_files(folder, PARTS, name):
            return set(_tasks(data))
    return {task for task, _, _ in whole_files(folder, part_folder(part))}


def _tasks(data: bytes) -> list[str]:
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(data), columns=["task"])["task"].unique().to_pylist()


class Results:
    """The whole result files of a study, as they were when this was made."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    @cached_property
    def _found(self) -> dict[str, list[str]]:
        """Tasks of every whole file; each file is read once, to check it."""
        found, parts = {}, set()
        for part, path, data in whole_files(self.folder, PARTS):
            found[path] = _tasks(data)
            parts.add(part)
        for part in self.folder.names(TASKS):
            if part not in parts:
                for task, path, _ in whole_files(self.folder, f"{TASKS}/{part}"):
                    found[path] = [task]
        return found

    @property
    def files(self) -> list[str]:
        """Every whole file, compacted ones first."""
        return list(self._found)

    @property
    def tasks(self) -> list[str]:
        """Ids of the finished tasks."""
        return [task for tasks in self._found.values() for task in tasks]

    def dataset(self) -> Any:
        """All cells as a PyArrow dataset, read only as far as a question needs."""
        import pyarrow as pa
        import pyarrow.dataset as ds

        if not self.files:
            return ds.dataset(pa.table(schema()))
        paths = [self.folder.path(name) for name in self.files]
        return ds.dataset(
            paths, schema=schema(), filesystem=self.folder.pyarrow(), format="parquet"
        )

    def cells(self, outcome: str, by: str, group: str) -> pd.DataFrame:
        """Task, value and suppressed of one cell in every finished task."""
        import pyarrow.compute as pc

        names = ["task", "value", "suppressed"]
        wanted = (
            (pc.field("outcome") == outcome) & (pc.field("by") == by) & (pc.field("group") == group)
        )
        frame = self.dataset().to_table(columns=names, filter=wanted).to_pandas()
        return frame.astype({"task": str})

    def groups(self, outcome: str, by: str) -> list[str]:
        """The groups of a breakdown."""
        import pyarrow.compute as pc

        wanted = (pc.field("outcome") == outcome) & (pc.field("by") == by)
        found = self.dataset().head(1_000_000, columns=["group"], filter=wanted)["group"].unique()
        return [str(group) for group in found.to_pylist()]


def compact(folder: Folder, part: int, tasks: Collection[str]) -> bool:
    """Make one file of a part's files, if all its `tasks` are finished; whether it did.

    Raises
    ------
    SaveError
        If the disk is full or refuses; the single files then stay.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = {key: data for key, _, data in whole_files(folder, part_folder(part))}
    if not whole or set(whole) != set(tasks):
        return False
    out = io.BytesIO()
    tables = [pq.read_table(io.BytesIO(whole[task])) for task in tasks]
    pq.write_table(pa.concat_tables(tables).unify_dictionaries(), out, compression="zstd")
    folder.write(f"{PARTS}/{result_name(f'{part:06d}', out.getvalue())}", out.getvalue())
    folder.remove_folder(part_folder(part))
    return True


def failures(folder: Folder) -> Iterator[str]:
    """Ids of the tasks that failed."""
    for name in folder.names(FAILED):
        if name.endswith(".json") and not name.startswith("."):
            yield name.removesuffix(".json")
