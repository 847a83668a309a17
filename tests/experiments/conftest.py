"""A small comparison made once, and the rows behind it."""

from __future__ import annotations

import pytest

from experiments import compare
from experiments.contrasts import contrasts

#: Littletown at full size for a quarter: seconds, with enough events that cells of both kinds,
#: shown and too small, are there.
SMALL = {"city": "littletown", "scale": 1.0, "years": 0.25, "processes": 1, "progress": False,
         "draws": 0}


@pytest.fixture(scope="session")
def laid_open(own_cache):
    """A comparison, and the rows behind it that the privacy gate has not seen."""
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        def spy(rows, baseline):
            seen.append(rows)
            return contrasts(rows, baseline)

        patch.setattr("experiments.comparison.contrasts", spy)
        made = compare(
            ["welcoming-2012", "full-cooperation"], replicates=3, seed=5, environment="E0",
            posture="2025-surge", events=True, **SMALL,
        )
    return made, seen[0]


@pytest.fixture(scope="session")
def small(laid_open):
    return laid_open[0]


@pytest.fixture(scope="session")
def small_rows(laid_open):
    return laid_open[1]
