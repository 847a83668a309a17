"""Case histories: one incident under two regimes, with the chances then and the dice."""

from __future__ import annotations

from typing import Any

__all__ = ["trace"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from experiments.trace.history import trace

        return trace
    raise AttributeError(f"module 'experiments.trace' has no attribute {name!r}")
