"""Runs kept as they come: one small Parquet file a point, so that killing costs those in flight."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from experiments.calibration.design import Space
from experiments.calibration.simulator import simulate_point
from experiments.store import write_json
from model.faults import BadInput, Fault

SETTINGS = "settings.json"
RUNS = "runs"
IDENTITY = "point"


@dataclass(frozen=True)
class Job:
    """One point of a stage: where in the cube, and with which chance."""

    stage: str
    row: int
    point: tuple[float, ...]
    seed: int

    @property
    def file(self) -> str:
        return f"{self.stage}-{self.row:05d}.parquet"

    @property
    def identity(self) -> str:
        """Seed and point, in a part beside what came of them."""
        return f"{self.seed}: {', '.join(f'{x:.9f}' for x in self.point)}"


class Folder:
    """A calibration's folder: its settings, and a part for each point that was run.

    Raises
    ------
    BadInput
        If the folder holds a calibration with other settings.
    """

    def __init__(self, path: str | Path, settings: dict[str, Any]) -> None:
        self.path = Path(path)
        self.runs = self.path / RUNS
        self.runs.mkdir(parents=True, exist_ok=True)
        stated = self.path / SETTINGS
        if stated.exists():
            self._same(stated, settings)
        else:
            write_json(stated, settings)

    def _same(self, stated: Path, settings: dict[str, Any]) -> None:
        found = json.loads(stated.read_text(encoding="utf-8"))
        other = [key for key in settings if found.get(key) != settings[key]]
        if other:
            raise BadInput(
                Fault(
                    f"a calibration with other {', '.join(other)}",
                    "the same settings to resume it, or another --out",
                    stated.as_posix() if not stated.is_absolute() else stated.name,
                )
            )

    def read(self, job: Job) -> dict[str, float] | None:
        """What a point gave; None if it was not run, or its file is damaged."""
        try:
            frame = pd.read_parquet(self.runs / job.file)
        except (OSError, ValueError):
            return None
        row = frame.iloc[0].to_dict()
        # A part of another point, of a design that has changed since, is no part of this one.
        if row.pop(IDENTITY, None) != job.identity:
            return None
        return {str(name): float(value) for name, value in row.items()}

    def write(self, job: Job, outputs: dict[str, float]) -> None:
        """Keep a point's statistics, wholly or not at all."""
        handle, name = tempfile.mkstemp(dir=self.runs, suffix=".partial")
        os.close(handle)
        try:
            pd.DataFrame([{IDENTITY: job.identity, **outputs}]).to_parquet(name)
            os.replace(name, self.runs / job.file)
        finally:
            Path(name).unlink(missing_ok=True)


Simulator = Callable[[dict[str, float], int, float], dict[str, float]]


def run_jobs(
    jobs: Sequence[Job],
    folder: Folder,
    space: Space,
    scale: float,
    processes: int,
    simulator: Simulator = simulate_point,
) -> Iterator[Job]:
    """Run the jobs that have no part yet, and give each as it is there.

    Neighbours in `jobs` should share a seed: a process keeps the populations of a few.
    """
    todo = []
    for job in jobs:
        if folder.read(job) is None:
            todo.append(job)
        else:
            yield job

    def one(job: Job) -> tuple[Job, dict[str, float]]:
        return job, simulator(dict(space.named(np.array(job.point))), job.seed, scale)

    calls = (delayed(one)(job) for job in todo)
    if processes == 1:
        done: Any = (function(*words) for function, words, _ in calls)
    else:
        done = Parallel(processes, return_as="generator_unordered", batch_size=1)(calls)
    for job, outputs in done:
        folder.write(job, outputs)
        yield job


def gather(
    jobs: Sequence[Job], folder: Folder, names: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (n, d) and statistics (n, len(names)) of finished jobs."""
    points = np.array([job.point for job in jobs])
    rows = []
    for job in jobs:
        outputs = folder.read(job)
        assert outputs is not None, f"{job.file} was run and cannot be read"
        rows.append([outputs[name] for name in names])
    return points, np.array(rows)
