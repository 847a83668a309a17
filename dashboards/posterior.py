"""The fitted distribution of each parameter as text, once a calibration is there."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec


@cache
def fitted() -> dict[str, str]:
    """Median and middle 95% of each fitted parameter; empty where nothing was fitted."""
    if find_spec("experiments.calibration") is None:
        return {}
    draws = import_module("experiments.calibration").load_posterior().draws
    found = {}
    for name in draws.columns:
        low, middle, high = draws[name].quantile([0.025, 0.5, 0.975])
        found[str(name)] = f"{middle:.3g} ({low:.3g} to {high:.3g})"
    return found
