"""Briefings of finished comparisons, made by the command line in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

from dashboards.edited import folder
from dashboards.runs import FINISHED, Job

LANGUAGES = {"en": "English", "es": "Spanish"}
FILES = {"pdf": "briefing.pdf", "html": "briefing.html", "docx": "briefing.docx"}
#: Seconds that one may take; kept briefings, each about a megabyte.
LONGEST, KEPT = 180, 12
#: One at a time: each takes a processor for some seconds.
_making = threading.Lock()


class BriefingFailed(RuntimeError):
    """No briefing came of it; the message says why in one line."""


def briefing(job: Job, language: str) -> Path:
    """The folder of a comparison's briefing, made if it is not there.

    Raises
    ------
    BriefingFailed
        If the comparison is not finished, or the command fails.
    """
    if job.state != FINISHED or job.comparison is None or language not in LANGUAGES:
        raise BriefingFailed("A briefing needs a finished comparison.")
    place = folder() / "briefings" / f"{job.plan.key}-{language}"
    with _making:
        if not (place / FILES["pdf"]).exists():
            _make(job, language, place)
    return place


def _make(job: Job, language: str, place: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    kept = sorted(place.parent.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in kept[: max(0, len(kept) - KEPT)]:
        shutil.rmtree(old, ignore_errors=True)
    results = folder() / f"results-{job.plan.key}"
    assert job.comparison is not None
    job.comparison.save(results, force=True)
    command = [sys.executable, "-m", "experiments.cli", "brief", str(results), "--out", str(place),
               "--language", language, "--force"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        raise BriefingFailed(f"It took longer than {LONGEST} seconds.") from None
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or ["no more is known"]
        raise BriefingFailed(lines[-1].replace(str(folder()), "")) from None
    finally:
        shutil.rmtree(results, ignore_errors=True)
