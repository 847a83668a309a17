"""What made a result: parameters, seeds, versions, commit, hashes, and the command to repeat it."""

from __future__ import annotations

import hashlib
import json
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.places import notes
from experiments.raids import raid_text
from experiments.settings import (
    OWN_POSTERIOR,
    Settings,
    as_typed,
    environment_says,
    name,
)

if TYPE_CHECKING:
    from model.city import City
    from model.registry import Parameters

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("carveout", "mesa", "numpy", "scipy", "pandas", "pyarrow", "matplotlib", "pydantic")
DATA = ("ordinances", "laws", "environments", "postures", "timelines", "parameters")


def manifest(
    settings: Settings,
    *,
    city: City,
    parameters: Parameters,
    command: str,
    seconds: float,
    finished: list[int],
    processes: int | None,
) -> dict[str, Any]:
    """Everything that is needed to make the same results again. Holds no path of a machine.

    Parameters
    ----------
    finished
        Seeds whose runs are all there; fewer than `settings.seeds` after an interruption.
    """
    scenario = settings.scenario
    return {
        "kind": "carveout results",
        "command": command,
        "partial": len(finished) < settings.replicates,
        "regimes": {short: title for short, title in settings.titles},
        "baseline": name(settings.baseline),
        "environment": name(scenario.environment),
        "environment_says": environment_says(scenario.environment),
        "notes": notes(settings),
        "timeline": name(scenario.timeline) if scenario.timeline else None,
        "posture": name(scenario.posture),
        "city": city.name,
        "start": scenario.start.isoformat(),
        "days": scenario.days,
        "years": settings.years,
        "scale": scenario.scale,
        "replicates": settings.replicates,
        "seeds": list(settings.seeds),
        "seeds_finished": finished,
        "decomposed": settings.decompose,
        "posterior": settings.posterior,
        "draws": [dict(draw) for draw in settings.draws],
        "processes": processes,
        "seconds": round(seconds, 2),
        "parameters": dict(sorted(parameters.items())),
        "raids": [raid_text(raid) for raid in scenario.raids],
        "parameters_changed": dict(sorted(scenario.parameters.items())),
        "versions": versions(),
        "commit": commit(),
        "hashes": {"city": city.digest, **data_hashes(), **_given(settings)},
        "privacy": "cells under 20 persons or events are empty; by area only rates; every person "
        "is synthetic",
    }


#: Commands that take draws of the parameters.
DRAWING = ("compare", "run", "attribute")


def command_line(
    settings: Settings, out: str | None = None, verb: str = "", **more: Any
) -> str:
    """The command that repeats a result, in full, from the same folder.

    `verb` is ``compare`` or ``run`` where none is given; `more` are options of its own.
    """
    scenario = settings.scenario
    verb = verb or ("compare" if len(settings.regimes) > 1 else "run")
    words = ["carveout", verb]
    if not scenario.timeline:
        words += map(as_typed, settings.regimes)
    options: dict[str, Any] = {
        "baseline": as_typed(settings.baseline) if verb == "compare" else None,
        "years": f"{settings.years:g}",
        "replicates": settings.replicates,
        "seed": scenario.seed,
        "scale": f"{scenario.scale:g}",
        "environment": as_typed(scenario.environment),
        "posture": as_typed(scenario.posture),
        "city": as_typed(scenario.city),
        "start": scenario.start.isoformat(),
        "timeline": as_typed(scenario.timeline) if scenario.timeline else None,
        "posterior": None if settings.posterior == OWN_POSTERIOR else settings.posterior,
        "draws": len(settings.draws) if verb in DRAWING else None,
        "out": out,
        "events": settings.events,
        "no-decompose": verb == "compare" and not settings.decompose,
        **{key.replace("_", "-"): value for key, value in more.items()},
    }
    for option, value in options.items():
        if value is True:
            words.append(f"--{option}")
        elif value is not None and value is not False:
            words += [f"--{option}", str(value)]
    for raid in scenario.raids:
        words += ["--raid", raid_text(raid)]
    for key, value in scenario.parameters.items():
        words += ["--set", f"{key}={value!r}"]
    return shlex.join(words)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide numbers or bytes."""
    found = {"python": platform.python_version(), "platform": sys.platform}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """The project's commit, with ``+changes`` where files differ from it; None outside git."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(PROJECT), *words], capture_output=True, text=True, timeout=10,
            check=True,
        )
        return done.stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != PROJECT:
            return None
        changed = git("status", "--porcelain", "--", "model", "experiments")
        return git("rev-parse", "HEAD") + ("+changes" if changed else "")
    except (OSError, subprocess.SubprocessError):
        return None


def data_hashes() -> Mapping[str, str]:
    """A hash of each folder of the model's data and of its code."""
    model = PROJECT / "model"
    folders = {name: sorted((model / name).glob("*.toml")) for name in DATA}
    folders["code"] = sorted(model.glob("*.py"))
    return {name: _hash(paths) for name, paths in folders.items() if paths}


def draws_digest(draws: Sequence[Mapping[str, float]]) -> str:
    """A hash of parameters drawn: runs at others are other runs."""
    told = json.dumps([dict(draw) for draw in draws], sort_keys=True)
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _given(settings: Settings) -> dict[str, str]:
    """A hash of each regime that was given as a file."""
    paths = {name(regime): Path(regime) for regime in settings.regimes}
    return {f"regime {key}": _hash([path]) for key, path in paths.items() if path.is_file()}


def _hash(paths: list[Path]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
