"""Run a study: start it, go on with it, enlarge it.

This process alone writes; workers send it finished files as bytes. So a task has one writer
wherever it runs, and a worker needs no access to where the results are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from experiments.json_form import as_json
from experiments.manifest import commit, data_hashes, versions
from experiments.runner import CITY_DAY_SECONDS, DAY_SECONDS, SMALL_WORK, RunError, fitting
from experiments.settings import MAX_REPLICATES, whole
from experiments.study.claim import CLAIM, LOCK, claimed
from experiments.study.engines import Engine, Outcome, local, serial
from experiments.study.file import StudyFile, load_study, overridden
from experiments.study.folder import Folder, result_name
from experiments.study.identity import code_digest
from experiments.study.plan import FOLDER as PLAN
from experiments.study.plan import Plan, counts, make_plan, parts, planned, write_rows
from experiments.study.progress import Log, Watch, bar
from experiments.study.reading import KIND, MANIFEST, TEXT, Study, open_study
from experiments.study.results import FAILED, compact, compacted, failures, finished, part_folder
from experiments.study.task import Done, Task
from model.faults import BadInput, Fault

#: A study in which so many tasks fail before any succeeds is stopped: something is wrong with it.
HOPELESS = 20
#: What may stand in a folder in which a study was begun and its plan not finished.
BEGUN = {TEXT, PLAN, CLAIM, LOCK, "logs"}


@dataclass(frozen=True)
class Machine:
    """Where a study is run.

    `processes` on this machine (as many as fit, if None), or the Dask scheduler at `cluster`.
    `progress` shows a bar on standard error.
    """

    processes: Any = None
    cluster: str | None = None
    progress: bool = True

    def check(self) -> None:
        """Refuse what cannot be, before anything is written.

        Raises
        ------
        BadInput
            If `processes` is no number, or stands beside `cluster`, or nobody answers there.
        """
        if self.processes is not None:
            whole("processes", self.processes, 1, 1024)
            if self.cluster is not None:
                raise BadInput(Fault("found both", "one of the two", key="processes, cluster"))
        if self.cluster is not None:
            from experiments.study.cluster import Cluster

            Cluster(self.cluster).check()

    def engine(self, study: StudyFile, total: int) -> Engine:
        """What runs the parts of a plan of `total` tasks."""
        if self.cluster is not None:
            from experiments.study.cluster import Cluster

            return Cluster(self.cluster).results
        run = study.run
        if self.processes is not None:
            processes = int(self.processes)
        elif total * run.years * 365 * (DAY_SECONDS + CITY_DAY_SECONDS * run.scale) < SMALL_WORK:
            processes = 1
        else:
            processes = min(total, fitting(run.scale))
        return serial if processes == 1 else partial(local, processes=processes)


HERE = Machine()


def run_study(
    study: str | Path, out: str | Path, *, machine: Machine = HERE, **changes: Any
) -> Study:
    """Run a study from its file.

    Parameters
    ----------
    study
        A ready study's name, or a file.
    out
        A new folder, or an fsspec address.
    machine
        How many processes, or which cluster, and whether a bar is shown.
    changes
        ``replicates``, ``draws``, ``scale``, ``years``, ``seed``: in place of the file's.

    Raises
    ------
    BadInput
        If anything in the file is wrong, or the folder holds something; nothing is then written.
    SaveError
        If the disk is full. What is done is kept: `resume_study` goes on.
    KeyboardInterrupt
        On Ctrl-C; what is done is kept.
    """
    machine.check()
    stated, source = load_study(study)
    changes = {key: value for key, value in changes.items() if value is not None}
    stated = overridden(stated, changes)
    plan = make_plan(stated, source)
    folder = Folder(out)
    _check_free(folder)
    watch = Watch()
    with claimed(folder, watch.says) as held:
        _check_free(folder)  # as it is now that nobody else can begin here
        folder.write(TEXT, source.text.encode())
        replicates = range(stated.run.replicates)
        write_rows(folder, plan.rows(replicates), replicates)
        folder.write(MANIFEST, (as_json(manifest_of(plan, changes)) + "\n").encode())
        keep_all(Study(folder), watch, held, machine)
    return Study(folder)


def resume_study(
    path: str | Path, *, retry_failed: bool = False, machine: Machine = HERE
) -> Study:
    """Run what is left of a study.

    Raises
    ------
    BadInput
        If there is no study, another process runs it, or it was begun with other code.
    """
    machine.check()
    study = open_study(path)
    _check_code(study)
    watch = Watch()
    with claimed(study.folder, watch.says) as held:
        keep_all(study, watch, held, machine, retry=retry_failed)
    return Study(study.folder)


def expand_study(path: str | Path, replicates: Any, *, machine: Machine = HERE) -> Study:
    """Enlarge a study to `replicates` replicates in all, and run them. What is done stays.

    Raises
    ------
    BadInput
        If it has as many already, or for the reasons of `resume_study`.
    """
    machine.check()
    study = open_study(path)
    _check_code(study)
    folder = study.folder
    watch = Watch()
    with claimed(folder, watch.says) as held:
        now = planned(folder)
        most = whole("replicates", replicates, 1, MAX_REPLICATES)
        if most <= now:
            found, allowed = f"found {most}", f"more than the {now} that the study has"
            raise BadInput(Fault(found, allowed, key="replicates"))
        plan = make_plan(study.file, study.source)
        added = range(now, most)
        write_rows(folder, plan.rows(added, counts(folder)[1]), added)
        keep_all(study, watch, held, machine)
    return Study(folder)


def compact_study(path: str | Path) -> int:
    """Make one file of the files of each finished part; gives how many parts it did.

    Raises
    ------
    BadInput
        If there is no study, or another process runs it.
    """
    study = open_study(path)
    folder, manifest = study.folder, study.manifest
    with claimed(folder, dict):
        return sum(
            compact(folder, tasks[0].part, [task.id for task in tasks])
            for tasks in parts(folder, tuple(manifest["outcomes"]), manifest["code"])
        )


def _check_free(folder: Folder) -> None:
    there = set(folder.names(""))
    if MANIFEST in there:
        found = f"{folder.name} exists"
        raise BadInput(Fault(found, "a new folder; 'carveout study resume' goes on", key="out"))
    if there - BEGUN:
        raise BadInput(Fault(f"{folder.name} is not empty", "a new or empty folder", key="out"))


def _check_code(study: Study) -> None:
    if study.manifest["code"] != code_digest():
        made = study.manifest["commit"] or f"version {study.manifest['versions']['carveout']}"
        found = f"{study.folder.name} was begun with other code, data or libraries ({made})"
        raise BadInput(Fault(found, "the same, or a new folder", key="study"))


def manifest_of(plan: Plan, changes: dict[str, Any]) -> dict[str, Any]:
    """Everything that is needed to make the study again. Holds no path of a machine."""
    stated = plan.study
    words = [f"--{key} {value}" for key, value in changes.items()]
    return {
        "kind": KIND,
        "name": stated.name,
        "title": stated.title,
        "question": stated.question,
        "command": " ".join(["carveout", "study", "run", stated.name, *words]),
        "changes": changes,
        "levers": plan.levers,
        "uncertain": list(plan.draws.columns),
        "outcomes": list(plan.outcomes),
        "combinations": len(plan.combinations),
        "draws": len(plan.draws),
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": code_digest(),
        "versions": versions(),
        "commit": commit(),
        "hashes": dict(data_hashes()),
        "privacy": "cells under 20 persons or events are empty; by area only rates; every person "
        "is synthetic",
    }


def keep_all(
    study: Study, watch: Watch, held: Callable[[], bool], machine: Machine, *,
    retry: bool = False, engine: Engine | None = None,
) -> None:
    """Run every task that is not done, on `machine` or by `engine`, and keep what comes.

    Raises
    ------
    SaveError
        If the disk is full or refuses.
    RunError
        If the first `HOPELESS` tasks all fail, the cluster is lost, or the claim is.
    """
    folder, manifest = study.folder, study.manifest
    watch.total, number = counts(folder)
    failed = set(failures(folder))
    log = Log(folder)
    log(f"begun: {watch.total} tasks in {number} parts, code {manifest['code']}")
    try:
        with bar(watch, shown=machine.progress) as renew:
            todo = _todo(folder, manifest, watch, set() if retry else failed)
            run = engine or machine.engine(study.file, watch.total)
            with closing(run(todo)) as arriving:
                for result in arriving:
                    if not held():
                        raise RunError(f"{folder.name} was taken over by another process")
                    _keep(folder, result, watch, log)
                    renew()
    except BaseException as error:
        log(f"stopped: {type(error).__name__} {error}")
        raise
    finally:
        log(f"ended: {watch.done} done, {watch.failed} failed, of {watch.total}")
        log.close()


def _todo(
    folder: Folder, manifest: dict[str, Any], watch: Watch, failed: set[str]
) -> Iterator[list[Task]]:
    """What is left of each part, looked up when its turn comes: no list of all tasks is made."""
    whole_parts = compacted(folder)
    for tasks in parts(folder, tuple(manifest["outcomes"]), manifest["code"]):
        done = finished(folder, tasks[0].part, whole_parts)
        left = [task for task in tasks if task.id not in done and task.id not in failed]
        watch.done += sum(task.id in done for task in tasks)
        watch.failed += sum(task.id in failed and task.id not in done for task in tasks)
        if left:
            yield left


def _keep(folder: Folder, result: Outcome, watch: Watch, log: Log) -> None:
    """Write a result's file, or what went wrong."""
    task = result.task
    watch.now += 1
    if isinstance(result, Done):
        folder.write(f"{part_folder(task.part)}/{result_name(task.id, result.data)}", result.data)
        folder.remove(f"{FAILED}/{task.id}.json")
        watch.done += 1
        took = ", ".join(f"{name} {seconds:.2f}" for name, seconds in result.spent.items())
        log(f"done {task.id} (seconds: {took})")
        return
    told = {"task": task.id, "error": result.error, "trace": result.trace,
            "scenario": json.loads(task.scenario)}
    folder.write(f"{FAILED}/{task.id}.json", as_json(told).encode())
    watch.failed += 1
    log(f"failed {task.id}: {result.error}")
    if watch.failed >= HOPELESS and not watch.done:
        raise RunError(f"the first {HOPELESS} tasks all failed: {result.error}")
