"""What each command does, once its words are parsed: call a function, print what it gave."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from experiments.json_form import as_json
from model.faults import BadInput, Fault

Arguments = argparse.Namespace
RESULTS = "results"


def print_json(content: Any) -> int:
    """One JSON object on standard output."""
    print(as_json(content))
    return 0


def scenario(arguments: Arguments) -> dict[str, Any]:
    """Keyword arguments that say what is run: those of `cli.scenario_options`."""
    names = (
        "years", "replicates", "seed", "scale", "environment", "posture", "city", "start", "raids",
    )
    options = {name: getattr(arguments, name) for name in names if hasattr(arguments, name)}
    return {**options, "parameters": _overrides(arguments.parameters)}


def _options(arguments: Arguments) -> dict[str, Any]:
    """Keyword arguments of `comparison.compare` that every simulating command has."""
    return {
        **scenario(arguments),
        **{
            name: getattr(arguments, name)
            for name in ("processes", "events", "force", "posterior", "draws")
        },
        "progress": not arguments.quiet,
    }


def _overrides(given: list[str]) -> dict[str, str]:
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise BadInput(Fault(f"found {text!r}", "NAME=VALUE", key="set"))
        if name.strip() in values:
            found = f"found {name.strip()!r} twice"
            raise BadInput(Fault(found, "each parameter once", key="set"))
        values[name.strip()] = value
    return values


def _simulate(arguments: Arguments, call: Callable[..., Any], stem: str) -> int:
    """Run, save, print, and say where: a full disk or Ctrl-C still leaves what was computed."""
    from experiments.settings import as_typed
    from experiments.store import FolderTaken, SaveError, free_folder

    failure = None
    while True:
        out = Path(arguments.out) if arguments.out is not None else free_folder(RESULTS, stem)
        try:
            done = call(out=arguments.out if arguments.out is not None else out)
        except FolderTaken:
            if arguments.out is not None:
                raise
            continue  # a command that started at the same time was quicker: the next number
        except SaveError as error:
            if error.kept is None:
                raise
            done, failure = error.kept, error
        break
    if arguments.json:
        print_json(done.summary())
    else:
        done.print()
    if done.partial:
        finished, asked = len(done.manifest["seeds_finished"]), done.settings.replicates
        print(f"stopped: {finished} of {asked} replicates were finished and kept", file=sys.stderr)
    if failure is not None:
        print(f"carveout: {failure}", file=sys.stderr)
        return 1
    if not arguments.json:
        print(f"Results: {out}")
        print(f"Again:   {done.command(as_typed(out))}")
    return 130 if done.partial else 0


def new_folder(arguments: Arguments, stem: str) -> None:
    """Where no folder is named, the next free one under results/."""
    from experiments.store import free_folder

    if arguments.out is None:
        arguments.out = free_folder(RESULTS, stem)


def given(arguments: Arguments, call: Callable[[], Any]) -> int:
    """Run, print, and save where ``--out`` names a folder, which is reserved from the start.

    `call` gives an `experiments.store.Saved` with ``print``, ``summary`` and ``manifest``. Where
    that cannot be saved it is printed all the same: minutes of runs are not lost to a full disk.
    """
    from experiments.store import SaveError, reserved

    out, failure = arguments.out, None
    if out is None:
        done = call()
    else:
        with reserved(out, force=arguments.force) as place:
            done = call()
            try:
                with place.filled() as folder:
                    done.write(folder)
            except SaveError as error:
                failure = error
    if arguments.json:
        print_json(done.summary())
    else:
        done.print()
    if failure is not None:
        print(f"carveout: {failure}", file=sys.stderr)
        return 1
    if arguments.json:
        return 0
    if out is not None:
        print(f"Results: {Path(out)}")
    print(f"Again:   {done.manifest['command']}")
    return 0


def compare(arguments: Arguments) -> int:
    """``carveout compare``."""
    from experiments.comparison import compare as call

    given = arguments.regimes or None
    options = _options(arguments)
    options |= {"baseline": arguments.baseline, "decompose": not arguments.no_decompose}
    return _simulate(arguments, partial(call, given, **options), "compare")


def run(arguments: Arguments) -> int:
    """``carveout run``."""
    from experiments.comparison import run as call

    if arguments.regime is not None and arguments.timeline is not None:
        found = f"found {arguments.regime!r} beside a timeline"
        raise BadInput(Fault(found, "a regime or a timeline", key="timeline"))
    regime = "welcoming-2012" if arguments.regime is None else arguments.regime
    options = {**_options(arguments), "timeline": arguments.timeline}
    return _simulate(arguments, partial(call, regime, **options), "run")


def check(arguments: Arguments) -> int:
    """``carveout check``."""
    from experiments.check import check as call
    from experiments.settings import real, whole

    call(
        json=arguments.json,
        scale=real("scale", arguments.scale, 0, 1),
        seed=whole("seed", arguments.seed, 0, 2**63 - 1),
    )
    return 0


def bench(arguments: Arguments) -> int:
    """``carveout bench``."""
    from experiments.bench import bench as call

    call(json=arguments.json, quick=arguments.quick)
    return 0


def completion(arguments: Arguments) -> int:
    """``carveout completion``."""
    from experiments.completion import SCRIPTS

    print(SCRIPTS[arguments.shell])
    return 0
