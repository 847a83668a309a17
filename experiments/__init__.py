"""Questions asked of the model, and their answers as tables and charts.

``from experiments import compare, run`` does in a notebook what ``carveout compare`` and
``carveout run`` do. Both load on first use, so that the command line starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.briefing.make import brief
    from experiments.comparison import Comparison, compare, run
    from experiments.replication.replicate import replicate
    from experiments.validation.validate import validate

__all__ = ["Comparison", "brief", "compare", "replicate", "run", "validate"]
#: Names that are not of `experiments.comparison`, and where they are.
_ELSEWHERE = {
    "brief": "experiments.briefing.make",
    "replicate": "experiments.replication.replicate",
    "validate": "experiments.validation.validate",
}


def __getattr__(name: str) -> Any:
    if name in __all__:
        from importlib import import_module

        return getattr(import_module(_ELSEWHERE.get(name, "experiments.comparison")), name)
    raise AttributeError(f"module 'experiments' has no attribute {name!r}")


def __dir__() -> list[str]:
    """So that a notebook completes what is not loaded yet."""
    return [*globals(), *__all__]
