"""What decides a task's numbers: the code, its data and the libraries, as one digest."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from experiments.manifest import PROJECT, data_hashes, versions

#: Modules of `experiments` that decide what a result file holds.
SOURCES = ("outcomes", "tabulate", "contrasts", "privacy", "worker", "study/task")
#: Libraries that decide numbers or bytes.
LIBRARIES = ("python", "numpy", "scipy", "pandas", "pyarrow", "mesa")


@cache
def code_digest() -> str:
    """A digest of the model's code and data, of what tabulates its results, and of versions."""
    digest = hashlib.blake2b(digest_size=8)
    found = versions()
    digest.update(json.dumps([
        dict(data_hashes()), {name: found.get(name) for name in LIBRARIES},
    ], sort_keys=True).encode())
    for name in SOURCES:
        digest.update((PROJECT / "experiments" / f"{name}.py").read_bytes())
    return digest.hexdigest()


def task_id(content: Any) -> str:
    """The content hash that names a task; `content` is anything that JSON can write."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()
