"""Analyses that reviewers ask for: each a function of a study or of runs, with one form of result.

``from experiments.analysis import attribute, sensitivity`` does in a notebook what the commands of
the same names do. All load on first use, so that the command line starts at once.
"""

from __future__ import annotations

from typing import Any

_PLACES = {
    "Analysis": "result",
    "attribute": "attribution",
    "discover": "discovery",
    "paired_contrasts": "pairs",
    "read_values": "values",
    "regret": "regrets",
    "sensitivity": "indices",
    "shapley": "shapley_values",
    "until_sure": "sequential",
}
__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(f"experiments.analysis.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'experiments.analysis' has no attribute {name!r}")
