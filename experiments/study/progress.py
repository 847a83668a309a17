"""How far a study is: while it runs, and from its folder alone."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from experiments.store import SaveError
from experiments.study.claim import holder
from experiments.study.folder import Folder
from experiments.study.plan import counts
from experiments.study.results import FAILED, Results, failures
from experiments.terminal import console

#: Seconds between two times that a remote log is put in its place.
PUT = 30.0


class Watch:
    """Counts of a run as it goes, for the screen, the claim and the log."""

    def __init__(self) -> None:
        self.total = self.done = self.failed = self.now = 0
        self.begun = time.time()

    def left(self) -> float | None:
        """Seconds that the rest will take at the pace of this run; None before the first task."""
        if not self.now:
            return None
        rest = self.total - self.done - self.failed
        return rest * (time.time() - self.begun) / self.now

    def says(self) -> dict[str, Any]:
        """What the claim tells of this run."""
        return {
            "total": self.total, "done": self.done, "failed": self.failed,
            "seconds_left": self.left(),
        }


@contextmanager
def bar(watch: Watch, *, shown: bool) -> Iterator[Any]:
    """A bar on standard error with tasks done and failed and the time left; yields its renewal."""
    screen = console(error=True)
    if not shown or not screen.is_terminal:
        yield lambda: None
        return
    columns = (
        BarColumn(bar_width=30), MofNCompleteColumn(), TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task("tasks", total=watch.total)

        def renew() -> None:
            failed = f", {watch.failed} failed" if watch.failed else ""
            rest = f", {span(watch.left())} left" if watch.now else ""
            progress.update(
                task, total=watch.total, completed=watch.done + watch.failed,
                description=f"tasks{failed}{rest}",
            )

        renew()
        yield renew


class Log:
    """A study's log: a line an event; one file each time that it is run."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        self.name = f"logs/{stamp}.log"
        if folder.local:
            path = Path(folder.path(self.name))
            path.parent.mkdir(parents=True, exist_ok=True)
            self.file = path.open("w")
        else:
            handle, self._here = tempfile.mkstemp(suffix=".log")
            self.file = os.fdopen(handle, "w")
        self.put = time.monotonic()

    def __call__(self, line: str) -> None:
        """Add a line, stamped in UTC; a log that cannot be written stops nothing."""
        try:
            self.file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}\n")
            self.file.flush()
            if not self.folder.local and time.monotonic() - self.put > PUT:
                self._put()
        except (OSError, SaveError):
            return

    def close(self) -> None:
        """The last of it."""
        try:
            self.file.close()
            if not self.folder.local:
                self._put()
                os.unlink(self._here)
        except (OSError, SaveError):
            return

    def _put(self) -> None:
        self.folder.put(self.name, self._here)
        self.put = time.monotonic()


def status(folder: Folder) -> dict[str, Any]:
    """Counts of a study's tasks, from its files: every result file is read once and checked."""
    total, _ = counts(folder)
    failed = failure_table(folder)
    done = len(Results(folder).tasks)
    claim = holder(folder)
    running = None
    if claim:
        running = {
            "host": claim["host"], "process": claim["pid"],
            "since": datetime.fromtimestamp(claim["since"], UTC).isoformat(timespec="seconds"),
            "seconds_left": claim.get("seconds_left"),
        }
    return {
        "total": total, "done": done, "failed": len(failed), "left": total - done - len(failed),
        "running": running, "failures": reasons(failed),
    }


def failure_table(folder: Folder) -> pd.DataFrame:
    """Failed tasks: task, error; the traces are in the study's folder, ``failures/TASK.json``."""
    told = (json.loads(folder.read(f"{FAILED}/{task}.json")) for task in failures(folder))
    rows = [(one["task"], one["error"]) for one in told]
    return pd.DataFrame(rows, columns=["task", "error"])


def reasons(failed: pd.DataFrame) -> list[dict[str, Any]]:
    """What went wrong, each kind of failure once, with how many tasks it struck and one of them."""
    kinds = failed.groupby("error")["task"].agg(["size", "first"]).sort_values("size")[::-1]
    return [
        {"error": error, "tasks": int(row["size"]), "one": row["first"]}
        for error, row in kinds.iterrows()
    ]


def span(seconds: float | None) -> str:
    """A length of time in its two largest units."""
    if seconds is None:
        return "unknown"
    whole = round(seconds)
    for unit, name, smaller, inner in ((86400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if whole >= unit:
            return f"{whole // unit} {name} {whole % unit // smaller} {inner}"
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"
