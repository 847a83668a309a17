"""Synthetic results with known truth: a few cells, as a comparison would have given them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.briefing.facts import Facts
from experiments.briefing.results import Results
from experiments.briefing.writer import Writer
from experiments.language import language
from experiments.privacy import reread
from experiments.provenance import Provenance

BASE, OTHERS = "welcoming-2012", ("welcoming-2021", "full-cooperation")
LEVEL = 40.0
Interval = tuple[float, float, float]


def row(
    measure: str, regime: str, outcome: str, found: Interval | None, n: int = 8, **more: Any
) -> dict[str, Any]:
    """A row of contrasts; None is a suppressed cell."""
    estimate, low, high = found or (math.nan,) * 3
    return {
        "regime": regime, "baseline": BASE, "measure": measure, "outcome": outcome, "by": "all",
        "group": "all", "unit": "", "estimate": estimate, "low": low, "high": high, "n": n,
        "paired": [estimate] * n, "suppressed": found is None,
    } | more


def results(
    outcome: str, changes: Mapping[str, Interval | None], *, n: int = 8, events: float = 1e4,
    level: Interval | None = (LEVEL, LEVEL - 1, LEVEL + 1),
    parts: Mapping[tuple[str, str], Interval] | None = None, environment: str = "E3",
    draws: Mapping[str, Interval] | None = None, differing: Mapping[str, int] | None = None,
) -> Results:
    """Results that hold one outcome: the baseline's level and a difference a regime.

    `events` is how many simulated events stand behind each level; `draws` the intervals over draws
    of the parameters, by regime; `differing` in how many pairs a regime's events are not the
    baseline's: in all of them if nothing is said.
    """
    rows = [row("level", regime, outcome, level, n) for regime in (BASE, *changes)]
    rows += [row("difference", regime, outcome, found, n) for regime, found in changes.items()]
    rows += [row(*key, outcome, found, n) for key, found in (parts or {}).items()]
    contrasts = pd.DataFrame(rows)
    if draws:
        for name, place in (("par_low", 1), ("par_high", 2)):
            wide = {regime: interval[place] for regime, interval in draws.items()}
            contrasts[name] = contrasts["regime"].map(wide)
    months = pd.DataFrame([
        {
            "replicate": replicate, "seed": replicate, "regime": regime, "month": "2022-01",
            "outcome": outcome, "by": "all", "group": "all", "value": LEVEL,
            "numerator": 1.0 + place * (replicate < (differing or {}).get(regime, n)),
            "denominator": events / LEVEL * PER[outcome] / n, "suppressed": False,
        }
        for place, regime in enumerate((BASE, *changes)) for replicate in range(n)
    ])
    manifest = {
        "kind": "carveout results", "command": "carveout compare", "partial": False,
        "regimes": {name: name for name in (BASE, *changes)}, "baseline": BASE,
        "environment": environment, "posture": "2017-2019", "city": "chicago",
        "start": "2022-01-01", "days": 365, "years": 1.0, "scale": 0.1, "replicates": n,
        "seeds": list(range(n)), "seeds_finished": list(range(n)), "decomposed": parts is not None,
        "parameters": {"beta": 0.6}, "parameters_changed": {}, "versions": {}, "hashes": {},
        "commit": "0" * 40, "draws": [{}] * len(draws or {}),
    }
    released = reread(contrasts, "contrasts")
    facts = Facts(contrasts, months, manifest)
    return Results(
        Path("known"), facts, released, reread(months, "outcomes"), Provenance.told(manifest)
    )


#: What a rate of these outcomes is per, so that `events` is what it says.
PER = {
    "reporting_undocumented": 100.0, "recorded_crime": 10_000.0, "encounters": 10_000.0,
    "victimisations": 10_000.0,
}


def writer(found: Results, code: str = "en") -> Writer:
    """A writer of one language on the results."""
    return Writer(language(code), found.facts)
