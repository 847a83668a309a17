"""Many runs at once, with the same results in any number of processes and any order."""

from __future__ import annotations

import os
import queue
import threading
import traceback
from collections.abc import Callable, Generator, Sequence
from typing import Any

from experiments.settings import Case
from experiments.worker import Result, run_case
from experiments.worker_process import WorkerLost, WorkerProcess
from model.faults import BadInput

#: Seconds of a simulated day: of any city, and more of the whole city. Only a guess is needed.
DAY_SECONDS, CITY_DAY_SECONDS = 0.003, 0.02
#: Seconds of work below which starting other processes takes longer than it saves.
SMALL_WORK = 12.0
#: Memory of a process: the full city's columns and a year's schedule, and the libraries.
BYTES_FULL_CITY, BYTES_BASE = 1.3e9, 0.25e9
ATTEMPTS = 2

OnDays = Callable[[int], None]


class RunError(RuntimeError):
    """A run failed for a reason that is not the user's; a note holds what is known of it."""


def run_cases(
    cases: Sequence[Case], *, processes: int | None = None, on_days: OnDays | None = None
) -> Generator[Result, None, None]:
    """Run every case and give each result as it comes.

    Closing the iterator early ends the processes.

    Raises
    ------
    BadInput
        If the model refuses a case.
    RunError
        If a run fails, or its process is lost `ATTEMPTS` times.
    """
    count = processes or _processes(cases)
    if count == 1:
        for case in cases:
            yield run_case(case, on_days)
        return
    chunks = _chunks(cases, count)
    yield from _Pool(chunks, min(count, len(chunks))).results(on_days or (lambda days: None))


def _processes(cases: Sequence[Case]) -> int:
    """As many as processors and memory allow; one where the work is small."""
    work = sum(
        case.scenario.days * (DAY_SECONDS + CITY_DAY_SECONDS * case.scenario.scale)
        for case in cases
    )
    if work < SMALL_WORK:
        return 1
    return min(len(cases), fitting(max(case.scenario.scale for case in cases)))


def fitting(scale: float) -> int:
    """Runs of a share of a full city that processors and free memory allow at once."""
    own = getattr(os, "sched_getaffinity", None)  # what this process may use; not on every system
    processors = len(own(0)) if own else os.cpu_count()
    each = BYTES_BASE + BYTES_FULL_CITY * scale
    return max(1, min(processors or 1, int(_free_memory() / each)))


def _free_memory() -> float:
    """Bytes that can be had without swapping; plenty where the system does not say."""
    try:
        with open("/proc/meminfo") as file:
            fields = dict(line.split(":") for line in file)
        return float(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return 16e9


def _chunks(cases: Sequence[Case], processes: int) -> list[list[Case]]:
    """Cases of one seed together, since they share a population; cut where seeds are too few."""
    seeds: dict[int, list[Case]] = {}
    for case in cases:
        seeds.setdefault(case.scenario.seed, []).append(case)
    cuts = -(-processes // len(seeds))
    chunks = []
    for group in seeds.values():
        size = -(-len(group) // cuts)
        chunks += [group[start : start + size] for start in range(0, len(group), size)]
    return chunks


class _Pool:
    """Worker processes, each with a thread here that hands it chunks and listens."""

    def __init__(self, chunks: list[list[Case]], processes: int) -> None:
        self.todo: queue.SimpleQueue[tuple[int, list[Case]]] = queue.SimpleQueue()
        self.said: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.left = len(chunks)
        self.closing = False
        self.workers: list[WorkerProcess] = []
        for chunk in chunks:
            self.todo.put((1, chunk))
        self.threads = [
            threading.Thread(target=self._serve, daemon=True) for _ in range(processes)
        ]

    def results(self, on_days: OnDays) -> Generator[Result, None, None]:
        """Start, give results as they come, and end the processes whatever happens."""
        for thread in self.threads:
            thread.start()
        try:
            while self.left:
                kind, content = self.said.get()
                if kind == "days":
                    on_days(content)
                elif kind == "result":
                    yield content
                elif kind == "done":
                    self.left -= 1
                elif kind == "faults":
                    raise BadInput(content)
                else:
                    error = RunError(f"a run failed: {content.strip().splitlines()[-1]}")
                    error.add_note(content)
                    raise error
        finally:
            self._close()

    def _serve(self) -> None:
        """Serve, and say whatever goes wrong: a silent thread would leave the caller waiting."""
        try:
            self._hand_out()
        except Exception:
            self.said.put(("error", traceback.format_exc()))

    def _hand_out(self) -> None:
        """Hand out chunks until none is left; a lost process is replaced, its chunk tried again."""
        worker: WorkerProcess | None = None
        while not self.closing:
            try:
                attempt, chunk = self.todo.get_nowait()
            except queue.Empty:
                break
            finished = 0
            try:
                worker = worker or self._start()
                for kind, content in worker.serve(chunk):
                    self.said.put((kind, content))
                    finished += kind == "result"
            except WorkerLost as lost:
                worker = None
                if self.closing:
                    break
                if attempt == ATTEMPTS:
                    self.said.put(("error", f"{lost}; try fewer --processes"))
                else:
                    self.todo.put((attempt + 1, chunk[finished:]))
        if worker is not None:
            worker.finish()

    def _start(self) -> WorkerProcess:
        worker = WorkerProcess()
        self.workers.append(worker)
        if self.closing:
            worker.kill()
        return worker

    def _close(self) -> None:
        self.closing = True
        for worker in self.workers:
            worker.kill()
        for thread in self.threads:
            thread.join(timeout=10)
        for worker in self.workers:
            worker.close()
