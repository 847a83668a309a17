"""The fitted distribution of each parameter as text, once a calibration is there."""

from __future__ import annotations

from functools import cache

from experiments.calibration.posterior import POSTERIOR, load_posterior


@cache
def fitted() -> dict[str, str]:
    """Median and middle 95% of each fitted parameter; empty where nothing was fitted."""
    if not POSTERIOR.is_file():
        return {}
    draws = load_posterior().draws
    found = {}
    for name in draws.columns:
        low, middle, high = draws[name].quantile([0.025, 0.5, 0.975])
        found[str(name)] = f"{middle:.3g} ({low:.3g} to {high:.3g})"
    return found
