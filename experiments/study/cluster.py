"""Tasks on a Dask cluster: any scheduler with any workers that have this project installed."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched, chain
from typing import TYPE_CHECKING, Any

from experiments.runner import RunError
from experiments.study.engines import LOST, Failed, Outcome, Outcomes, attempt
from experiments.study.task import Task
from model.faults import BadInput, Fault

if TYPE_CHECKING:
    from distributed import Client, Future

#: Tasks that go to a worker at once: few, since a lost worker costs them; more than one, since
#: they share a population.
CHUNK = 8
#: Chunks in flight for each thread of the cluster: one runs while the next waits beside it.
AHEAD = 2
#: Seconds to reach a scheduler, and after which one that is gone is given up.
REACH, GONE = 15, 90
#: Seconds between two looks at whether the scheduler is there and how many workers it has.
LOOK = 5.0


def run_chunk(tasks: list[Task]) -> list[Outcome]:
    """What a worker runs."""
    return [attempt(task) for task in tasks]


@dataclass(frozen=True)
class Cluster:
    """The Dask scheduler at an address, such as ``tcp://10.0.0.1:8786``."""

    address: str

    def results(self, parts: Iterator[list[Task]]) -> Outcomes:
        """Run the parts; workers may come and go meanwhile.

        Raises
        ------
        BadInput
            If there is no scheduler at the address.
        RunError
            If the scheduler is lost.
        """
        chunks = chain.from_iterable(map(list, batched(tasks, CHUNK)) for tasks in parts)
        with self._client() as client:
            came: queue.SimpleQueue[Future] = queue.SimpleQueue()
            flying: dict[Any, tuple[Future, list[Task]]] = {}

            def submit(tasks: list[Task]) -> None:
                future = client.submit(run_chunk, tasks, pure=False)
                flying[future.key] = future, tasks
                future.add_done_callback(came.put)

            width = _width(client)
            seen = looked = time.monotonic()
            while True:
                while len(flying) < width and (chunk := next(chunks, None)):
                    submit(chunk)
                if not flying:
                    return
                if (now := time.monotonic()) - looked > LOOK:
                    looked, width = now, _width(client)
                    seen = now if client.status == "running" else seen
                    if now - seen > GONE:
                        raise RunError(f"the scheduler at {self.address} is gone")
                try:
                    future = came.get(timeout=LOOK)
                except queue.Empty:
                    continue
                _, tasks = flying.pop(future.key)
                if future.status == "finished":
                    yield from future.result()
                elif len(tasks) > 1:
                    # One of them may end its worker each time: alone, it costs no other.
                    for task in tasks:
                        submit([task])
                else:
                    yield _failed(tasks[0], future)

    def check(self) -> None:
        """Refuse an address at which no scheduler answers.

        Raises
        ------
        BadInput
            If none does.
        """
        self._client().close()

    def _client(self) -> Client:
        from distributed import Client

        try:
            return Client(self.address, timeout=REACH, set_as_default=False)
        except (OSError, ValueError) as error:
            allowed = "the address of a running Dask scheduler, as tcp://10.0.0.1:8786"
            found = f"no scheduler answers at {self.address}"
            raise BadInput(Fault(found, allowed, key="cluster")) from error


def _width(client: Client) -> int:
    """Chunks to keep in flight; some even before the first worker is there."""
    threads = sum(client.nthreads().values()) if client.status == "running" else 0
    return AHEAD * max(1, threads)


def _failed(task: Task, future: Future) -> Failed:
    from distributed.scheduler import KilledWorker

    error: Any = future.exception() if future.status == "error" else None
    if isinstance(error, KilledWorker):
        return Failed(task, LOST, str(error))
    said = f"{type(error).__name__}: {error}" if error else f"the task was {future.status}"
    return Failed(task, said.splitlines()[0], said)
