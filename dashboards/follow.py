"""Following a comparison from a page: the queue's news reach the one session that asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import solara

from dashboards.plans import Plan
from dashboards.runs import Busy, Job, Runs

#: Seconds between two redrawings of one page at most.
PAUSE = 0.3


@cache
def shared_runs() -> Runs:
    """The one queue of this server."""
    return Runs()


def owner() -> str:
    """Who asks: one open page of one browser."""
    return solara.get_kernel_id()


def forget_on_close() -> None:
    """Stop what a visitor asked for once their page is closed."""

    def started() -> Callable[[], None]:
        who = owner()
        return lambda: shared_runs().leave(who)

    solara.lab.on_kernel_start(started)


def use_version(job: Job | None) -> int:
    """The job's version; draws the component anew as it changes."""
    version, set_version = solara.use_state(0)

    def follow() -> Callable[[], None]:
        stop = threading.Event()

        def loop() -> None:
            seen = -1
            while job is not None and not stop.is_set():
                found, over = job.wait(seen, 1.0)
                if found != seen and not stop.is_set():
                    seen = found
                    with suppress(Exception):  # the page may be closing
                        set_version(seen)
                if over:
                    return
                stop.wait(PAUSE)

        if job is not None:
            threading.Thread(target=loop, daemon=True).start()
        return stop.set

    solara.use_effect(follow, [job])
    return version


def ask(plan: Plan) -> tuple[Job | None, str]:
    """The job of a plan, or why there is none."""
    try:
        return shared_runs().submit(owner(), plan), ""
    except Busy as busy:
        return None, str(busy)


def words(job: Job, seconds_each: float = 0.0) -> str:
    """How far a job is, in words."""
    if job.state == "waiting":
        ahead = shared_runs().ahead(job)
        return f"Waiting: {ahead} before this one." if ahead else "Starting."
    if job.state == "running":
        have = 0
        if job.comparison is not None:
            have = len(job.comparison.manifest["seeds_finished"])
        shown = f"{have} of {job.plan.replicates} replicates shown" if have else "making the city"
        return f"Running: {job.progress:.0%} of {len(job.plan.cases)} runs; {shown}."
    if job.state == "cancelled":
        return "Cancelled."
    if job.state == "failed":
        return "The runs failed."
    n = job.plan.replicates
    at = f" at {job.plan.draws} draws each" if job.plan.draws else ""
    return f"Finished: {n} paired replicate{'s' * (n != 1)}{at}. Run {job.plan.key}."
