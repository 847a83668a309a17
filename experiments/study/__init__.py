"""Studies: thousands of runs that one TOML file describes, that survive, and that answer.

``from experiments.study import open_study, run_study``; each loads on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PLACES = {
    "open_study": "reading", "Study": "reading", "run_study": "running",
    "resume_study": "running", "expand_study": "running", "Machine": "running",
}
__all__ = ["Machine", "Study", "expand_study", "open_study", "resume_study", "run_study"]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"experiments.study.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'experiments.study' has no attribute {name!r}")
