"""What ``carveout trace`` does, once its words are parsed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from experiments.commands import Arguments, given, new_folder, scenario
from experiments.settings import whole
from experiments.store import MANIFEST
from model.faults import BadInput, Fault


def trace(arguments: Arguments) -> int:
    """``carveout trace``."""
    from experiments.trace.history import trace as call

    if len(arguments.what) > 2:
        found = f"{len(arguments.what)} names"
        raise BadInput(Fault(found, "two regimes, or one folder", key="trace"))
    pair: tuple[str, str]
    if len(arguments.what) == 2:
        pair, options = (arguments.what[0], arguments.what[1]), scenario(arguments)
    else:
        pair, options = of_folder(Path(arguments.what[0]), arguments)
    new_folder(arguments, "trace")
    return given(arguments, lambda: call(
        *pair, incident=arguments.incident, find=arguments.find, **options
    ))


def of_folder(path: Path, arguments: Arguments) -> tuple[tuple[str, str], dict[str, Any]]:
    """The regimes and the options of a run that a folder of results holds.

    Raises
    ------
    BadInput
        If it holds none, or fewer than two regimes.
    """
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
        study = manifest["kind"] == "carveout study"
        regimes, options = (_of_study if study else _of_run)(path, arguments)
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, BadInput):
            raise
        allowed = "two regimes, or the folder of a study or comparison"
        found = f"{path.resolve().name} holds no runs"
        raise BadInput(Fault(found, allowed, key="trace")) from None
    chosen = arguments.regimes or regimes[:2]
    if len(chosen) < 2:
        raise BadInput(Fault(f"one regime in {path.name}", "--regimes A B", key="regimes"))
    return (chosen[0], chosen[1]), options


def _of_run(path: Path, arguments: Arguments) -> tuple[list[str], dict[str, Any]]:
    """The baseline first; the first seed, at one draw where parameters were drawn."""
    manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    base = manifest["baseline"]
    regimes = [base, *(each for each in manifest["regimes"] if each != base)]
    keys = ("environment", "posture", "city", "start", "years", "scale", "raids")
    options = {key: manifest[key] for key in keys if key in manifest}
    draws = manifest.get("draws") or [{}]
    draw = whole("draw", arguments.draw, 0, len(draws) - 1)
    values = {**draws[draw], **manifest["parameters_changed"]}
    return regimes, {**options, "seed": manifest["seeds"][0], "parameters": values}


def _of_study(path: Path, arguments: Arguments) -> tuple[list[str], dict[str, Any]]:
    """The positions of the lever ``regime``, and the study's run at one draw."""
    from experiments.analysis.values import fixed_levers
    from experiments.study import open_study

    study = open_study(path)
    run, draws = study.file.run, study.draws
    draw = whole("draw", arguments.draw, 0, len(draws) - 1)
    row = study.plan.iloc[0]
    options: dict[str, Any] = {
        key: str(row[key]) for key in ("environment", "posture", "city") if key in row
    }
    options |= fixed_levers(arguments.where)
    options |= {"start": run.start, "years": run.years, "scale": run.scale, "seed": run.seed}
    values = {name: float(draws.loc[draw, name]) for name in study.parameters}
    regimes = list(dict.fromkeys(study.plan["regime"].astype(str)))
    return regimes, {**options, "parameters": values}
