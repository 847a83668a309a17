"""Where tasks are run: in this process, or in several of this machine.

An engine takes the parts of a plan one by one, as it needs them, and gives results in any order.
It never raises for what a task did: a failure is a result, too.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from experiments.manifest import PROJECT
from experiments.runner import ATTEMPTS
from experiments.study.task import Done, Task, run_task
from experiments.worker_process import WorkerLost, WorkerProcess

#: Results that may wait to be written: the workers wait for a slow disk, not memory.
WAITING = 64
LOST = "WorkerLost: the worker process was lost (killed, or out of memory?)"


@dataclass(frozen=True)
class Failed:
    """A task that raised, or that took its worker with it."""

    task: Task
    error: str
    trace: str


Outcome = Done | Failed
Outcomes = Generator[Outcome, None, None]
Engine = Callable[[Iterator[list[Task]]], Outcomes]


def attempt(task: Task, progress: Callable[[int], None] | None = None) -> Outcome:
    """Run a task; whatever goes wrong is told, not raised."""
    try:
        return run_task(task, progress)
    except Exception as error:
        first = (str(error) or "no more is known").splitlines()[0]
        # Traces are kept with the results, which name no path of a machine.
        trace = traceback.format_exc().replace(f"{PROJECT}/", "")
        return Failed(task, f"{type(error).__name__}: {first}", trace)


def quietly(task: Task, progress: object) -> Outcome:
    """`attempt` without word of each day: what a worker process is asked for."""
    return attempt(task)


def serial(parts: Iterator[list[Task]]) -> Outcomes:
    """Run in this process, which is the easiest to debug."""
    for tasks in parts:
        for task in tasks:
            yield attempt(task)


def local(parts: Iterator[list[Task]], processes: int) -> Outcomes:
    """Run in processes of this machine. Closing the generator ends them.

    A process that is lost costs the task that it was at, which is tried once more.
    """
    pool = _Pool(parts, processes)
    try:
        yield from pool.results()
    finally:
        pool.close()


class _Pool:
    """Worker processes, each with a thread here that hands it a task and listens.

    A worker keeps to the tasks of one part, whose population it has; when there are no more parts
    it takes over the last tasks of the worker that has most left.
    """

    def __init__(self, parts: Iterator[list[Task]], processes: int) -> None:
        self.parts = parts
        self.lock = threading.Lock()
        self.own: list[deque[Task]] = [deque() for _ in range(processes)]
        self.said: queue.Queue[Outcome | BaseException | None] = queue.Queue(WAITING)
        self.workers: dict[int, WorkerProcess] = {}
        self.closing = False
        self.threads = [
            threading.Thread(target=self._serve, args=(number,), daemon=True)
            for number in range(processes)
        ]

    def results(self) -> Outcomes:
        """Start the threads, and give what they say until each has said None."""
        for thread in self.threads:
            thread.start()
        left = len(self.threads)
        while left:
            said = self.said.get()
            if said is None:
                left -= 1
            elif isinstance(said, BaseException):
                raise said
            else:
                yield said

    def close(self) -> None:
        """End every process; threads that wait to say something are let go."""
        self.closing = True
        with self.lock:
            for worker in self.workers.values():
                worker.kill()
        for thread in self.threads:
            while thread.is_alive():
                with contextlib.suppress(queue.Empty):
                    self.said.get_nowait()
                thread.join(0.01)

    def _next(self, number: int) -> Task | None:
        with self.lock:
            mine = self.own[number]
            if not mine and not self.closing:
                mine.extend(next(self.parts, ()))
            if mine:
                return mine.popleft()
            longest = max(self.own, key=len)
            return longest.pop() if longest and not self.closing else None

    def _serve(self, number: int) -> None:
        try:
            while task := self._next(number):
                if outcome := self._run(number, task):
                    self.said.put(outcome)
        except BaseException as error:  # a silent thread would leave the caller waiting
            self.said.put(error)
        finally:
            self._leave(number)
            self.said.put(None)

    def _run(self, number: int, task: Task) -> Outcome | None:
        """A task's outcome; of a process that is lost again and again, a failure."""
        for _ in range(ATTEMPTS):
            try:
                said = dict(self._worker(number).serve([task], quietly))
            except WorkerLost:
                self._leave(number)
                if self.closing:
                    return None
                continue
            return said.get("result") or Failed(task, "the worker failed", str(said))
        return Failed(task, LOST, f"lost {ATTEMPTS} times")

    def _worker(self, number: int) -> WorkerProcess:
        with self.lock:
            if self.closing:
                raise WorkerLost
            if number not in self.workers:
                self.workers[number] = WorkerProcess()
            return self.workers[number]

    def _leave(self, number: int) -> None:
        with self.lock:
            worker = self.workers.pop(number, None)
        if worker is not None:
            worker.finish()
            worker.close()
