"""The plan: one row a task, written before anything runs, in the order in which tasks are run.

Replicates come first and draws before levers, so that a study that is stopped has whole
replicates, and so that runs of one city and seed, which share a population, stand together in
*parts*. Enlarging a study adds a file of rows and changes none.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import batched, groupby
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.outcomes import OUTCOMES
from experiments.study.design import draws
from experiments.study.file import StudyFile
from experiments.study.folder import Folder
from experiments.study.identity import code_digest, task_id
from experiments.study.levers import Combination, columns, combinations
from experiments.study.task import Task
from model.city import load_city
from model.faults import BadInput, Fault
from model.toml_source import TomlSource

FOLDER = "plan"
#: Tasks that are handed out together at most: what a lost machine of a cluster costs.
PART = 24
#: Rows made, written and read at once.
BATCH = 1024
Row = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """A study's design, from which its rows are made one by one."""

    study: StudyFile
    combinations: Sequence[Combination]
    draws: pd.DataFrame

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes that are kept."""
        return self.study.outcomes or tuple(OUTCOMES)

    @property
    def levers(self) -> list[str]:
        """The columns that say which choices a run stands for."""
        return columns(self.combinations)

    def total(self, replicates: int) -> int:
        """How many tasks so many replicates are."""
        runs = sum(len(_beliefs(self.study, one)) for one in self.combinations)
        return replicates * len(self.draws) * runs

    def rows(self, replicates: range, part: int = 0) -> Iterator[Row]:
        """Rows of some replicates; `part` is the number of the first part."""
        cities = [list(some) for _, some in groupby(self._runs, key=lambda run: run[0]["city"])]
        for replicate in replicates:
            for runs in cities:
                shared, count = None, 0
                for draw, *numbers in self.draws.itertuples():
                    point = dict(zip(self.draws.columns, numbers, strict=True))
                    seed = self._seed(replicate, draw)
                    for labels, belief, scenario, content in runs:
                        if count == PART or shared not in (None, seed):
                            part, count = part + 1, 0
                        shared, count = seed, count + 1
                        text = _with(scenario, seed, point)
                        key = [text, labels, belief, draw, self.outcomes, content, code_digest()]
                        yield {
                            "task": task_id(key), "part": part, "draw": draw,
                            "replicate": replicate, "seed": seed, "belief": belief,
                            **labels, **point, "scenario": text,
                        }
                part += 1

    def _seed(self, replicate: int, draw: int) -> int:
        run = self.study.run
        own = run.seeds == "own"
        return run.seed + (replicate * len(self.draws) + draw if own else replicate)

    @cached_property
    def _runs(self) -> list[tuple[Mapping[str, str], str, Row, str]]:
        """Labels, belief, scenario and digest of files of every run of one draw and replicate."""
        return [
            (one.labels, belief, {**_plain(one), **believed}, _content(one))
            for one in self.combinations
            for belief, believed in _beliefs(self.study, one).items()
        ]


def make_plan(study: StudyFile, source: TomlSource) -> Plan:
    """The plan of a study.

    Raises
    ------
    BadInput
        A fault for each thing in the file that does not exist or cannot be.
    """
    faults: list[Fault] = []
    for part in (combinations, draws):
        try:
            part(study, source)
        except BadInput as error:
            faults += error.faults
    if faults:
        raise BadInput(sorted(faults, key=lambda fault: fault.line or 0))
    plan = Plan(study, combinations(study, source), draws(study, source))
    for name in plan.draws.columns.intersection(plan.levers):
        where = ("levers", name)
        faults.append(source.fault(where, "is also an uncertain parameter", "another name"))
    if faults:
        raise BadInput(faults)
    return plan


def _beliefs(study: StudyFile, one: Combination) -> dict[str, Row]:
    """Runs with the regime believed, and for a decomposition with belief held at the baseline's."""
    base = one.scenario.baseline
    held = study.run.decompose and one.scenario.timeline is None and one.scenario.regime != base
    return {"own": {}, **({"held": {"believed": base}} if held else {})}


def _plain(one: Combination) -> Row:
    return json.loads(one.scenario.model_dump_json(exclude_defaults=True))


def _with(scenario: Row, seed: int, point: Row) -> str:
    parameters = {**scenario.get("parameters", {}), **point}
    return json.dumps({**scenario, "seed": seed, "parameters": parameters}, sort_keys=True)


def _content(one: Combination) -> str:
    """A digest of the city's tables and of what is given as a file."""
    digest = hashlib.blake2b(load_city(one.scenario.city).digest.encode(), digest_size=8)
    for given in (one.scenario.environment, one.scenario.posture, one.scenario.timeline or ""):
        if given.endswith(".toml"):
            digest.update(Path(given).read_bytes())
    return digest.hexdigest()


def write_rows(folder: Folder, rows: Iterable[Row], replicates: range) -> None:
    """Write the rows of some replicates as one file of the plan, a batch at a time.

    Raises
    ------
    SaveError
        If the disk is full or refuses.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.NamedTemporaryFile() as file:
        writer = None
        for batch in batched(rows, BATCH):
            table = pa.Table.from_pylist(list(batch), schema=writer.schema if writer else None)
            writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table)
        if writer is not None:
            writer.close()
        file.flush()
        name = f"{replicates.start:05d}-{replicates.stop - 1:05d}.parquet"
        folder.put(f"{FOLDER}/{name}", file.name)


def planned(folder: Folder) -> int:
    """How many replicates the plan has."""
    return max((int(name[6:11]) + 1 for name in folder.names(FOLDER)), default=0)


def plan_files(folder: Folder) -> list[str]:
    """The plan's files, in order."""
    return [f"{FOLDER}/{name}" for name in folder.names(FOLDER) if name.endswith(".parquet")]


def parts(folder: Folder, outcomes: tuple[str, ...], code: str) -> Iterator[list[Task]]:
    """The tasks of each part, in order; a batch of rows is held at a time."""

    def rows() -> Iterator[Row]:
        import pyarrow.parquet as pq

        names = ["task", "part", "scenario", "belief"]
        for name in plan_files(folder):
            with folder.fs.open(folder.path(name), "rb") as file:
                for batch in pq.ParquetFile(file).iter_batches(BATCH, columns=names):
                    yield from batch.to_pylist()

    for _, some in groupby(rows(), key=lambda row: row["part"]):
        yield [
            Task(row["task"], row["part"], row["scenario"], outcomes, code, row["belief"])
            for row in some
        ]


def read_plan(folder: Folder, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Rows of the plan as a frame: all columns but the scenario, or those named."""
    import pyarrow.dataset as ds

    if not plan_files(folder):
        return pd.DataFrame()
    dataset = ds.dataset(
        [folder.path(name) for name in plan_files(folder)], filesystem=folder.pyarrow()
    )
    wanted = names or [name for name in dataset.schema.names if name != "scenario"]
    return dataset.to_table(columns=list(wanted)).to_pandas()


def counts(folder: Folder) -> tuple[int, int]:
    """Tasks and parts of the plan, from the files' own heads."""
    import pyarrow.parquet as pq

    tasks, last = 0, -1
    for name in plan_files(folder):
        with folder.fs.open(folder.path(name), "rb") as file:
            head = pq.ParquetFile(file).metadata
        tasks += head.num_rows
        column = head.schema.names.index("part")
        last = max(
            head.row_group(at).column(column).statistics.max for at in range(head.num_row_groups)
        )
    return tasks, last + 1
