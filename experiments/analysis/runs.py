"""Direct runs for an analysis: what is asked for, and the levels of one outcome by law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import privacy
from experiments.contrasts import contrasts, pool
from experiments.manifest import command_line, manifest
from experiments.outcomes import OUTCOMES, Outcome
from experiments.runner import run_cases
from experiments.settings import Case, Settings, name, settings, whole
from experiments.terminal import progress_bar
from model.city import load_city
from model.faults import BadInput, Fault, unknown
from model.registry import load_parameters

#: Keywords of `experiments.compare` that a direct analysis takes, with its defaults.
DEFAULTS: dict[str, Any] = {
    "years": 1, "replicates": 4, "seed": 0, "scale": 0.1, "environment": "E3",
    "posture": "2017-2019", "city": "chicago", "start": None, "parameters": None, "raids": (),
}


def asked_for(
    a: str, b: str, options: Mapping[str, Any], *, posterior: Any = None, draws: Any = 0
) -> Settings:
    """Two regimes under `options` (keywords of `DEFAULTS`), checked.

    Raises
    ------
    BadInput
        A fault for each thing that is wrong.
    TypeError
        If a keyword is none of them.
    """
    if unknown_ones := set(options) - set(DEFAULTS):
        raise TypeError(f"no such option: {', '.join(sorted(unknown_ones))}")
    chosen = {**DEFAULTS, **options}
    return settings(
        (a, b), baseline=a, timeline=None, decompose=False, events=False, posterior=posterior,
        draws=draws, **chosen
    )


def processes_of(given: Any) -> int | None:
    """The number of processes asked for; None lets the machine decide."""
    return None if given is None else whole("processes", given, 1, 1024)


def made_by(
    asked: Settings, verb: str, seconds: float, processes: int | None, **more: Any
) -> dict[str, Any]:
    """The manifest of a direct analysis; `more` are its own options."""
    scenario = asked.scenario
    return manifest(
        asked, city=load_city(scenario.city), parameters=load_parameters(scenario.parameters),
        command=command_line(asked, None, verb, **more), seconds=seconds,
        finished=list(asked.seeds), processes=processes,
    )


def settings_text(asked: Settings) -> str:
    """What was run, for the foot of a chart."""
    scenario = asked.scenario
    size = "whole city" if scenario.scale == 1 else f"{scenario.scale:g} of the city"
    return (
        f"{name(scenario.city)}, {size}, {asked.years:g} year{'s' * (asked.years != 1)} from "
        f"{scenario.start}, legal environment {name(scenario.environment)}, federal posture "
        f"{name(scenario.posture)}"
    )


def citywide(outcome: str) -> Outcome:
    """The outcome of that name, if it has a citywide value.

    Raises
    ------
    BadInput
        If there is none, or it is given by area only.
    """
    if outcome not in OUTCOMES:
        raise BadInput(unknown("outcome", outcome, OUTCOMES))
    if "area" in OUTCOMES[outcome].by:
        named = ", ".join(key for key, spec in OUTCOMES.items() if "area" not in spec.by)
        raise BadInput(Fault(f"{outcome!r} is given by area only", named, key="outcome"))
    return OUTCOMES[outcome]


def levels(
    cases: Sequence[Case], processes: int | None, progress: bool
) -> dict[str, NDArray[np.float64]]:
    """The citywide level of every regime, (replicates,) each, if all of them may be shown.

    Raises
    ------
    BadInput
        If a regime's level stands on too few events.
    """
    rows = []
    days = sum(case.scenario.days for case in cases)
    with (
        progress_bar(days, shown=progress, runs=len(cases)) as on_days,
        closing(run_cases(cases, processes=processes, on_days=on_days)) as arriving,
    ):
        for result in arriving:
            rows.append(result.rows[result.rows["by"] == "all"])
    frame = pd.concat(rows, ignore_index=True)
    frame = frame.sort_values(["replicate", "regime"], kind="stable", ignore_index=True)
    shown = privacy.release_contrasts(
        contrasts(frame, cases[0].regime), cases[0].scenario.days
    ).frame
    hidden = shown[(shown["measure"] == "level") & shown["suppressed"]]
    if len(hidden):
        found = f"fewer than {privacy.FLOOR} events under {len(hidden)} of the laws"
        allowed = "a larger scale, more years or replicates, or a more frequent outcome"
        raise BadInput(Fault(found, allowed, key="outcome"))
    pooled = pool(frame)
    outcome = OUTCOMES[str(pooled["outcome"].iloc[0])]
    pooled["value"] = outcome.per * pooled["numerator"] / pooled["denominator"]
    wide = pooled.pivot(index="regime", columns="replicate", values="value")
    return {str(regime): row.to_numpy(float) for regime, row in wide.iterrows()}
