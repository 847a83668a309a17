"""A worker in a process of its own, as the one who hands it work sees it."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any


class WorkerLost(RuntimeError):
    """The process ended before its work did: killed, or out of memory."""


class WorkerProcess:
    """Serves one list of cases after another until it is closed or killed.

    It keeps the population and levels of its last seed, so cases of one seed are best handed to
    one worker in a row.
    """

    def __init__(self) -> None:
        # One thread a process: with several processes, a library's own threads only contend.
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
        self._process = subprocess.Popen(
            # Not ``-m``: what the worker sends must belong to a module that is found here, too.
            [sys.executable, "-c", "from experiments.worker import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **single, "PYTHONPATH": path},
        )

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def serve(
        self, cases: Sequence[Any], call: Callable[..., Any] | None = None
    ) -> Iterator[tuple[str, Any]]:
        """Messages of `experiments.worker.main` about `cases`, the last one included.

        ``days`` (so many more simulated), ``result``, and at the end ``done``, ``faults`` or
        ``error``. With `call`, a function of a module, `cases` are whatever it takes.

        Raises
        ------
        WorkerLost
            If the process ends meanwhile.
        """
        try:
            pickle.dump((call, cases), self._process.stdin)  # type: ignore[arg-type]
            self._process.stdin.flush()  # type: ignore[union-attr]
            while True:
                kind, content = pickle.load(self._process.stdout)  # type: ignore[arg-type]
                yield kind, content
                if kind not in ("result", "days"):
                    return
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise WorkerLost("a worker process was lost (out of memory?)") from error

    def kill(self) -> None:
        """End the process now; whoever reads its messages gets `WorkerLost`."""
        self._process.kill()

    def finish(self) -> None:
        """Let the process end by itself: it gets no more work."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]

    def close(self) -> None:
        """Wait for the process to end and give back its pipes."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not yet sent is not wanted
                    pipe.close()
