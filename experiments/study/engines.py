"""Where tasks are run: here, one after another."""

from __future__ import annotations

import traceback
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from experiments.manifest import PROJECT
from experiments.study.task import Done, Task, run_task


@dataclass(frozen=True)
class Failed:
    """A task that raised, or that took its worker with it."""

    task: Task
    error: str
    trace: str


Outcome = Done | Failed


def attempt(task: Task) -> Outcome:
    """Run a task; whatever goes wrong is told, not raised."""
    try:
        return run_task(task)
    except Exception as error:
        first = (str(error) or "no more is known").splitlines()[0]
        # Traces are kept with the results, which name no path of a machine.
        trace = traceback.format_exc().replace(f"{PROJECT}/", "")
        return Failed(task, f"{type(error).__name__}: {first}", trace)


def serial(parts: Iterator[list[Task]]) -> Generator[Outcome, None, None]:
    """Run in this process, which is the easiest to debug."""
    for tasks in parts:
        for task in tasks:
            yield attempt(task)
