"""Calibration: from published figures to a posterior of the uncertain parameters.

>>> from experiments.calibration import load_posterior
>>> load_posterior().draws  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.calibration.calibrate import calibrate
    from experiments.calibration.posterior import Posterior, load_posterior

__all__ = ["Posterior", "calibrate", "load_posterior"]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in __all__:
        home = "calibrate" if name == "calibrate" else "posterior"
        return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(name)
