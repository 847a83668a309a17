"""``carveout study bench``: where the cores' time goes, and what a study costs beside its runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.json_form import as_json
from experiments.manifest import PROJECT
from experiments.study.claim import claimed
from experiments.study.engines import Outcomes, local
from experiments.study.file import load_study, overridden, parse_study
from experiments.study.folder import Folder, result_name
from experiments.study.identity import code_digest
from experiments.study.plan import Plan, make_plan, parts, write_rows
from experiments.study.progress import Watch, status
from experiments.study.reading import MANIFEST, TEXT, Study
from experiments.study.results import part_folder
from experiments.study.running import Machine, keep_all, manifest_of
from experiments.study.task import Done, Task, run_task

#: The study that is timed: all regimes, two years, twenty pairs, full city, four environments.
STUDY = "main-comparison"
TARGET_SHARE, TARGET_STATUS = 0.85, 2.0
FINISHED = 1000
#: Sizes of the studies whose memory is held against each other.
SMALL, LARGE = 2_000, 20_000


def bench(arguments: Namespace) -> int:
    """``carveout study bench``."""
    from experiments.commands import print_json
    from experiments.runner import fitting

    changes = {key: getattr(arguments, key) for key in ("scale", "years", "replicates")}
    stated = overridden(load_study(STUDY)[0], {k: v for k, v in changes.items() if v is not None})
    processes = int(arguments.processes or fitting(stated.run.scale))
    with tempfile.TemporaryDirectory() as place:
        found = {
            "cores": shares(stated, Path(place) / "shares", processes),
            "status": status_cost(Path(place) / "status"),
            "memory": memory(),
        }
    if arguments.json:
        return print_json(found)
    _print(found)
    return 0


def shares(stated: Any, place: Path, processes: int) -> dict[str, Any]:
    """Run the main comparison in E3 at a size, and say what the cores' time went to.

    Returns
    -------
    tasks, processes, wall (seconds), simulating (share of processes times wall) and
    simulating_of_used (share of the CPU time that the study used, which other programs on the
    machine do not lower), CPU seconds and shares by stage, and growth (CPU seconds a run in the
    second half of the runs over those in the first: 1 where cost is in proportion to the runs).
    """
    stated = stated.model_copy(update={
        "levers": {**stated.levers, "environment": ("E3",)},
    })
    plan = make_plan(stated, load_study(STUDY)[1])
    folder = Folder(place)
    replicates = range(stated.run.replicates)
    begun, own = time.perf_counter(), time.process_time()
    write_rows(folder, plan.rows(replicates), replicates)
    spent: dict[str, float] = defaultdict(float)
    each: list[float] = []
    for result in local(_all(folder, plan), processes):
        if not isinstance(result, Done):
            raise RuntimeError(result.error)
        for stage, seconds in result.spent.items():
            spent[stage] += seconds
        each.append(sum(result.spent.values()))
        _write(folder, result)
    wall = time.perf_counter() - begun
    whole, tasks, half = wall * processes, len(each), len(each) // 2
    spent["planning and keeping results"] = time.process_time() - own
    used = sum(spent.values())
    spent["starting and waiting"] = max(0.0, whole - used)
    ranked = dict(sorted(spent.items(), key=lambda item: -item[1]))
    return {
        "tasks": tasks, "processes": processes, "scale": stated.run.scale,
        "years": stated.run.years, "wall": wall, "simulating": spent["simulating"] / whole,
        "simulating_of_used": spent["simulating"] / used, "target": TARGET_SHARE,
        "seconds": ranked, "shares": {name: some / whole for name, some in ranked.items()},
        "growth": sum(each[half:]) / (tasks - half) / (sum(each[:half]) / half) if half else 1.0,
    }


def status_cost(place: Path) -> dict[str, Any]:
    """Seconds of ``status`` on `FINISHED` finished tasks, and of reading their files once."""
    folder = _made(place, FINISHED)
    paths = sorted(place.glob("tasks/*/*.parquet"))
    status(folder)  # libraries are loaded, and the files are in the system's memory for both
    reading: list[float] = []
    telling: list[float] = []
    for _ in range(5):
        begun = time.perf_counter()
        for path in paths:
            path.read_bytes()
        reading.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        told = status(folder)
        telling.append(time.perf_counter() - begun)
    assert told["done"] == len(paths) == FINISHED
    once, whole = min(reading), min(telling)
    return {"tasks": FINISHED, "reading": once, "status": whole, "ratio": whole / once,
            "target": TARGET_STATUS}


def memory() -> dict[str, Any]:
    """Most memory, in bytes, of the process that runs a study of few and of many tasks."""
    most: dict[int, int] = {}
    for tasks in (SMALL, LARGE):
        code = f"from experiments.study.bench import peak; print(peak({tasks}))"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        most[tasks] = int(done.stdout)
    return {"tasks": [SMALL, LARGE], "bytes": [most[SMALL], most[LARGE]],
            "growth": most[LARGE] / most[SMALL]}


def peak(tasks: int) -> int:
    """Most memory of this process, in bytes, after keeping the results of so many tasks."""
    import resource

    place = Path(tempfile.mkdtemp())
    try:
        _made(place / "study", tasks)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    finally:
        shutil.rmtree(place)


def _made(place: Path, tasks: int) -> Folder:
    """A finished study of so many tasks, made by the study's own loop with one result for all."""
    text = TEXT_OF_BENCH.format(draws=tasks)
    plan = make_plan(*parse_study(text))
    folder = Folder(place)
    data = _sample(plan)

    def engine(todo: Iterator[list[Task]]) -> Outcomes:
        yield from (Done(task, data) for some in todo for task in some)

    watch = Watch()
    with claimed(folder, watch.says) as held:
        folder.write(TEXT, text.encode())
        write_rows(folder, plan.rows(range(1)), range(1))
        folder.write(MANIFEST, as_json(manifest_of(plan, {})).encode())
        keep_all(Study(folder), watch, held, Machine(progress=False), engine=engine)
    return folder


TEXT_OF_BENCH = """\
name = "bench"
title = "Bench"
question = "What does a study cost beside its runs?"
[run]
city = "littletown"
replicates = 1
scale = 1.0
years = 0.02
[uncertainties]
sampler = "monte carlo"
draws = {draws}
parameters.beta = "prior"
"""


def _sample(plan: Plan) -> bytes:
    """The result file of the plan's first task."""
    row = next(plan.rows(range(1)))
    return run_task(Task(row["task"], 0, row["scenario"], plan.outcomes, code_digest())).data


def _all(folder: Folder, plan: Plan) -> Iterator[list[Task]]:
    return parts(folder, plan.outcomes, code_digest())


def _write(folder: Folder, done: Done) -> None:
    name = result_name(done.task.id, done.data)
    folder.write(f"{part_folder(done.task.part)}/{name}", done.data)


def _print(found: dict[str, Any]) -> None:
    from experiments.study.calls import table
    from experiments.terminal import console

    cores, status_, used = found["cores"], found["status"], found["memory"]
    print(f"{cores['tasks']} runs of {cores['years']:g} years at scale {cores['scale']:g} in "
          f"{cores['processes']} processes: {cores['wall']:.1f} s")
    shown = table("what the cores' time goes to", "seconds", "share")
    for name, seconds in cores["seconds"].items():
        shown.add_row(name, f"{seconds:.1f}", f"{cores['shares'][name]:.1%}")
    console().print(shown)
    print(f"simulating: {cores['simulating']:.1%} of the cores' time (target {TARGET_SHARE:.0%}), "
          f"{cores['simulating_of_used']:.1%} of what the study used of it\n"
          f"CPU time a run in the second half of the runs: {cores['growth']:.2f} times that in the "
          "first\n"
          f"status of {status_['tasks']:,} tasks: {status_['status']:.2f} s, "
          f"{status_['ratio']:.2f} times reading their files once ({status_['reading']:.2f} s; "
          f"target at most {TARGET_STATUS:g})\n"
          f"memory of a study of {used['tasks'][1]:,} tasks beside one of {used['tasks'][0]:,}: "
          f"{used['bytes'][1] / 1e6:.0f} MB beside {used['bytes'][0] / 1e6:.0f} MB")
