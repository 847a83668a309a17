"""One writer a study.

On a local disk the system's own lock decides, which ends with its process however it ends. On an
object store a file does, which its owner renews and which is dead when nobody has for a minute.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import platform
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from experiments.study.folder import Folder
from model.faults import BadInput, Fault

CLAIM, LOCK = "claim.json", ".lock"
#: Seconds between renewals, and after which a claim that nobody renewed is dead.
RENEWED, DEAD = 5.0, 60.0


def holder(folder: Folder) -> dict[str, Any] | None:
    """What the process that runs a study last said of itself; None if there is none alive."""
    try:
        claim = json.loads(folder.read(CLAIM))
    except (OSError, ValueError):
        return None
    if folder.local:
        with ExitStack() as stack:
            return None if _locked(folder, stack) else claim
    return claim if time.time() - claim["time"] < DEAD else None


@contextmanager
def claimed(folder: Folder, says: Callable[[], dict[str, Any]]) -> Iterator[Callable[[], bool]]:
    """Hold a study; yields a question whether it is still held. `says` is kept in the claim.

    Raises
    ------
    BadInput
        If another process holds it.
    """
    told = {
        "owner": uuid.uuid4().hex, "host": platform.node(), "pid": os.getpid(),
        "since": time.time(),
    }
    held, over = threading.Event(), threading.Event()

    def claim() -> bytes:
        return json.dumps({**told, "time": time.time(), **says()}).encode()

    def renew() -> None:
        while not over.wait(RENEWED):
            with contextlib.suppress(Exception):  # a full disk must not end a run that can wait
                if json.loads(folder.read(CLAIM))["owner"] != told["owner"]:
                    held.clear()
                    return
                folder.write(CLAIM, claim())

    with ExitStack() as stack:
        if folder.local:
            if not _locked(folder, stack):
                raise _taken(folder)
            folder.write(CLAIM, claim())
        elif not folder.create(CLAIM, claim()):
            if holder(folder):
                raise _taken(folder)
            folder.remove(CLAIM)
            if not folder.create(CLAIM, claim()):
                raise _taken(folder)
        held.set()
        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield held.is_set
        finally:
            over.set()
            thread.join()
            if held.is_set():
                folder.remove(CLAIM)


def _locked(folder: Folder, stack: ExitStack) -> bool:
    """Whether the lock of a local folder could be had; it is given back when `stack` closes."""
    path = Path(folder.path(LOCK))
    path.parent.mkdir(parents=True, exist_ok=True)
    file = stack.enter_context(path.open("a"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _taken(folder: Folder) -> BadInput:
    try:
        claim = json.loads(folder.read(CLAIM))
        who = f"process {claim['pid']} on {claim['host']}"
    except (OSError, ValueError, KeyError):
        who = "another process"
    found = f"{folder.name} is being run by {who}"
    return BadInput(Fault(found, "one run of a study at a time", key="study"))
