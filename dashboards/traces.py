"""Case histories, found by the command line in a process of its own: one at a time."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

from dashboards.edited import folder
from dashboards.plans import Plan

#: Incidents told; seconds that a search may take; searches whose answers are kept.
FOUND, LONGEST, KEPT = 6, 900, 12
_one_at_a_time = threading.Lock()
_kept: OrderedDict[str, dict[str, Any]] = OrderedDict()


class TraceFailed(RuntimeError):
    """No case history came of it; the message says why in one line."""


def known(plan: Plan) -> dict[str, Any] | None:
    """The histories of a plan, if they were found before."""
    return _kept.get(plan.key)


def histories(plan: Plan, stop: threading.Event) -> dict[str, Any]:
    """The most instructive incidents of a plan's first seed, as ``carveout trace --json``.

    Parameters
    ----------
    stop
        Set by whoever no longer wants them; the process is then ended.

    Raises
    ------
    TraceFailed
        If the command fails, takes too long or is stopped.
    """
    while not _one_at_a_time.acquire(timeout=0.2):
        if stop.is_set():
            raise TraceFailed("Stopped.")
    try:
        if (before := known(plan)) is None:
            _kept[plan.key] = before = _found(plan, stop)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        return before
    finally:
        _one_at_a_time.release()


def command(plan: Plan) -> list[str]:
    """The words of the command, after ``carveout``."""
    scenario = plan.settings.scenario
    words = ["trace", *plan.settings.regimes, "--find", str(FOUND)]
    for option, value in (
        ("years", f"{plan.settings.years:g}"), ("seed", scenario.seed),
        ("scale", f"{scenario.scale:g}"), ("environment", scenario.environment),
        ("posture", scenario.posture), ("city", scenario.city), ("start", scenario.start),
    ):
        words += [f"--{option}", str(value)]
    return words


def _found(plan: Plan, stop: threading.Event) -> dict[str, Any]:
    place = Path(tempfile.mkdtemp(dir=folder()))
    words = [sys.executable, "-m", "experiments.cli", *command(plan), "--json", "--out",
             str(place / "trace")]
    process = subprocess.Popen(words, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        for _ in range(LONGEST * 2):
            try:
                out, wrong = process.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                if stop.is_set():
                    raise TraceFailed("Stopped.") from None
        else:
            raise TraceFailed(f"It took longer than {LONGEST} seconds.")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        shutil.rmtree(place, ignore_errors=True)
    if process.returncode:
        lines = wrong.strip().splitlines() or ["no more is known"]
        raise TraceFailed(lines[-1].replace(str(folder()), ""))
    return json.loads(out)
