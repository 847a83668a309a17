"""Comparisons in the background: a fair queue, a cap on runs at a time, progress, cancelling.

Runs are done by a few worker processes that all visitors share. A comparison is cut into tasks;
whoever was served least recently is served next, so that a long comparison does not keep a short
one waiting. Equal requests are run once, and the last finished ones are kept: a result depends on
the request alone, never on who asked.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dashboards.daily_run import counts_days, run_by_day
from dashboards.plans import Plan
from experiments.comparison import Comparison
from experiments.runner import BYTES_BASE, BYTES_FULL_CITY
from experiments.settings import Case
from experiments.worker import Result
from experiments.worker_process import WorkerLost, WorkerProcess
from model.faults import BadInput

log = logging.getLogger(__name__)

#: Comparisons that may wait or run, for one visitor and for all; finished ones that are kept.
MOST_OF_ONE, MOST_OF_ALL, KEPT = 2, 40, 12
#: Seconds after which a worker process without work is ended, and its memory given back.
IDLE = 180.0
ATTEMPTS = 2
WAITING, RUNNING, FINISHED, FAILED, CANCELLED = (
    "waiting", "running", "finished", "failed", "cancelled",
)


class Busy(RuntimeError):
    """The queue is full: the message says so to whoever asked."""


@dataclass(eq=False)
class Job:
    """One comparison on its way. Read by pages, written by `Runs` alone."""

    plan: Plan
    number: int
    owners: set[str]
    tasks: list[list[Case]]
    state: str = WAITING
    days: int = 0
    comparison: Comparison | None = None
    error: str = ""
    #: Grows with every change that a page may show.
    version: int = 0
    results: list[Result] = field(default_factory=list, repr=False)
    #: Days that were counted, a frame a run (`daily_run.day_rows`), until `days` makes of them
    #: what a page plays.
    daily: list[Any] = field(default_factory=list, repr=False)
    day_view: dict[str, Any] | None = field(default=None, repr=False)
    #: What pages show of `comparison` (`views.shown`), made once for all visitors.
    shown: Any = field(default=None, repr=False)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _running: int = 0
    _begun: float = 0.0

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in (FINISHED, FAILED, CANCELLED)

    @property
    def progress(self) -> float:
        """The part of all days that is simulated, 0 to 1."""
        return min(1.0, self.days / self.plan.days)

    def keep_days(self, result: Result) -> None:
        """Keep the days of a run that counted them, numbered among the runs of its regime."""
        if (days := getattr(result, "days", None)) is not None:
            self.daily.append(days.assign(replicate=np.int16(self.plan.number(result.case))))

    def wait(self, version: int, seconds: float) -> tuple[int, bool]:
        """The job's version and whether it is the last one, at once if it is newer than
        `version`, else after a change."""
        with self._changed:
            self._changed.wait_for(lambda: self.version != version, seconds)
            return self.version, self.over

    def tell(self, state: str = "") -> None:
        """Wake whoever waits for a change: of `state`, too, if one is given.

        State and version change at once: who saw the end without its version would look no more
        and show the state before it for ever.
        """
        with self._changed:
            self.state = state or self.state
            self.version += 1
            self._changed.notify_all()


def tasks_of(cases: list[Case]) -> list[list[Case]]:
    """Cases as they are handed out: what the first answer needs comes first.

    Those of one seed and draw stay together, since they share a population and its levels, but
    for the first seed's: there the regimes' own runs come before those that part law and belief,
    and, where there are no draws, one by one.
    """
    tasks: dict[tuple[Any, ...], list[Case]] = {}
    for case in cases:
        first = case.replicate == 0
        alone = case.regime if first and case.draw is None else ""
        key = case.replicate, first and case.belief != "own", case.draw, alone
        tasks.setdefault(key, []).append(case)
    return [tasks[key] for key in sorted(tasks, key=lambda key: key[:2])]


def ready(plan: Plan, results: list[Result]) -> list[Result]:
    """Results that can be compared: whole replicates, or the first one's before it is split.

    In an order that does not depend on which came first.
    """
    cases = plan.cases
    each = len(cases) // plan.replicates
    came = [result.case.replicate for result in results]
    whole = [one for one in results if came.count(one.case.replicate) == each]
    if not whole:
        first = [one for one in results if one.case.replicate == 0 and one.case.belief == "own"]
        own = sum(case.replicate == 0 and case.belief == "own" for case in cases)
        whole = first if len(first) == own else []
    place = {_identity(case): at for at, case in enumerate(cases)}
    return sorted(whole, key=lambda one: place[_identity(one.case)])


def _identity(case: Case) -> tuple[Any, ...]:
    return case.replicate, case.draw, case.regime, case.belief


class Runs:
    """The queue and its worker processes.

    Parameters
    ----------
    processes
        Runs at a time; as many as processors and memory allow if None.
    """

    def __init__(
        self,
        processes: int | None = None,
        start: Callable[[], WorkerProcess] = WorkerProcess,
        idle: float = IDLE,
    ) -> None:
        self.processes = processes or _processes()
        self._start, self._idle = start, idle
        self._lock = threading.Condition()
        self._jobs: list[Job] = []
        self._kept: OrderedDict[str, Job] = OrderedDict()
        self._served: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._busy: dict[int, tuple[Job, WorkerProcess]] = {}
        self._closing = False
        self._threads = [
            threading.Thread(target=self._work, args=(place,), daemon=True, name=f"runs-{place}")
            for place in range(self.processes)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, owner: str, plan: Plan) -> Job:
        """Ask for a comparison; the answer may be there already.

        Raises
        ------
        Busy
            If this visitor, or all together, have too many under way.
        """
        with self._lock:
            if (kept := self._kept.get(plan.key)) is not None:
                self._kept.move_to_end(plan.key)
                return kept
            for job in self._jobs:
                if job.plan.key == plan.key:
                    job.owners.add(owner)
                    return job
            if sum(owner in job.owners for job in self._jobs) >= MOST_OF_ONE:
                raise Busy("You have two comparisons under way. Cancel one, or wait for it.")
            if len(self._jobs) >= MOST_OF_ALL:
                raise Busy("Too many people are waiting for results. Try again in a few minutes.")
            job = Job(plan, next(self._numbers), {owner}, tasks_of(plan.cases))
            self._jobs.append(job)
            self._lock.notify_all()
        return job

    def find(self, key: str) -> Job | None:
        """The finished or running comparison with this key."""
        with self._lock:
            running = {job.plan.key: job for job in self._jobs}
            return self._kept.get(key) or running.get(key)

    def cancel(self, owner: str, job: Job) -> None:
        """Stop a comparison, unless somebody else asked for the same one."""
        with self._lock:
            job.owners.discard(owner)
            if job.owners or job.over:
                return
            self._end(job, CANCELLED)

    def leave(self, owner: str) -> None:
        """Forget a visitor and stop what only they had asked for."""
        with self._lock:
            self._served.pop(owner, None)
            for job in list(self._jobs):
                if owner in job.owners:
                    self.cancel(owner, job)

    def ahead(self, job: Job) -> int:
        """How many comparisons came before one that waits."""
        with self._lock:
            return sum(other.number < job.number for other in self._jobs)

    def close(self) -> None:
        """Stop everything and end the processes."""
        with self._lock:
            self._closing = True
            for job in list(self._jobs):
                self._end(job, CANCELLED)
            self._lock.notify_all()
        for thread in self._threads:
            thread.join(timeout=10)

    def _end(self, job: Job, state: str, error: str = "") -> None:
        """Take a job off the queue and end the processes that work for it. Holds the lock."""
        job.error = error
        job.tell(state)
        job.tasks.clear()
        job.results.clear()
        if state != FINISHED:
            job.daily.clear()
        if job in self._jobs:
            self._jobs.remove(job)
        for other, worker in self._busy.values():
            if other is job:
                worker.kill()
        if state == FINISHED:
            self._kept[job.plan.key] = job
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _next(self) -> tuple[Job, list[Case]] | None:
        """A task of whoever was served least recently. Holds the lock."""
        waiting = [job for job in self._jobs if job.tasks]
        if not waiting:
            return None
        served = self._served.get
        job = min(
            waiting,
            key=lambda job: (min(served(owner, 0) for owner in job.owners), job.number),
        )
        now = next(self._numbers)
        self._served.update(dict.fromkeys(job.owners, now))
        return job, job.tasks.pop(0)

    def _work(self, place: int) -> None:
        worker: WorkerProcess | None = None
        while not self._closing:
            with self._lock:
                found = self._next() or (self._lock.wait(self._idle) and self._next())
                if found:
                    job, cases = found
                    job._running += 1
                    if job.state == WAITING:
                        job.state, job._begun = RUNNING, time.perf_counter()
            if not found:
                self._let_go(worker)
                worker = None
                continue
            try:
                worker = self._serve(place, worker, job, cases)
            except Exception as error:  # a failing run must not take the server with it
                log.exception("a comparison failed")
                with self._lock:
                    self._end(job, FAILED, f"{type(error).__name__}: {error}")
            with self._lock:
                job._running -= 1
                self._busy.pop(place, None)
        if worker is not None:
            worker.kill()
        self._let_go(worker)

    def _let_go(self, worker: WorkerProcess | None) -> None:
        if worker is not None:
            worker.finish()
            worker.close()

    def _serve(
        self, place: int, worker: WorkerProcess | None, job: Job, cases: list[Case]
    ) -> WorkerProcess | None:
        """Run one task; returns the process if it can be used again."""
        for attempt in range(1, ATTEMPTS + 1):
            worker = worker or self._start()
            with self._lock:
                if job.over:
                    return worker
                self._busy[place] = job, worker
            try:
                call = run_by_day if counts_days(job.plan.cases) else None
                for kind, content in worker.serve(cases, call):
                    self._hear(job, kind, content)
                    if kind == "result":
                        cases = cases[1:]
                return worker
            except WorkerLost as lost:
                worker.close()
                worker = None
                if job.over:
                    return None
                if attempt == ATTEMPTS:
                    with self._lock:
                        self._end(job, FAILED, str(lost))
        return None

    def _hear(self, job: Job, kind: str, content: Any) -> None:
        if kind == "days":
            job.days += content
            job.tell()
        elif kind == "result":
            self._arrived(job, content)
        elif kind != "done" and not job.over:
            told = str(BadInput(content)) if kind == "faults" else content.strip().splitlines()[-1]
            log.error("a run failed: %s", content)
            with self._lock:
                self._end(job, FAILED, told)

    def _arrived(self, job: Job, result: Result) -> None:
        """Compare anew whenever another replicate is whole."""
        with self._lock:
            if job.over:
                return
            before = len(ready(job.plan, job.results))
            job.results.append(result)
            now = ready(job.plan, job.results)
            last = len(job.results) == len(job.plan.cases)
            job.keep_days(result)
        if len(now) == before:
            return
        made = job.plan.compare(now, time.perf_counter() - job._begun)
        with self._lock:
            if job.over:
                return
            # Two replicates can become whole at once: the larger comparison stays.
            shown = job.comparison
            if shown is None or len(made.manifest["seeds_finished"]) >= len(
                shown.manifest["seeds_finished"]
            ):
                job.comparison = made
            if last:
                self._end(job, FINISHED)
            else:
                job.tell()


def _processes() -> int:
    """As many full cities at a time as processors and memory allow."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    memory = 16e9
    with suppress(OSError, ValueError, AttributeError):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(processors, int(memory / 2 / (BYTES_BASE + BYTES_FULL_CITY)), 8))
