"""What the commands of the analyses do, once their words are parsed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from experiments.analysis.result import Analysis
from experiments.commands import RESULTS, Arguments, print_json, scenario


def attribute(arguments: Arguments) -> int:
    """``carveout attribute``."""
    from experiments.analysis.attribution import attribute as call

    return _simulated(
        arguments,
        partial(
            call, arguments.a, arguments.b, arguments.outcome, most_laws=arguments.most_laws,
            **scenario(arguments), **_running(arguments),
        ),
        "attribute",
    )


def _running(arguments: Arguments) -> dict[str, Any]:
    """How a direct analysis runs; the number of runs is said unless the output is for machines."""
    quiet = arguments.quiet or arguments.json
    return {
        "processes": arguments.processes,
        "progress": not arguments.quiet,
        "say": (lambda text: None) if quiet else partial(print, file=sys.stderr),
    }


def _simulated(arguments: Arguments, call: Callable[[], Analysis], stem: str) -> int:
    """Reserve the folder, run, save, print: a new folder under results/ unless one is named."""
    from experiments.store import free_folder

    arguments.out = arguments.out or free_folder(RESULTS, stem)
    return _given(arguments, call)


def _given(arguments: Arguments, call: Callable[[], Analysis]) -> int:
    """Print an analysis, and save it where ``--out`` names a folder."""
    from experiments.store import reserved

    out = arguments.out
    if out is None:
        done = call()
    else:
        with reserved(out, force=arguments.force) as place:
            done = call()
            with place.filled() as folder:
                done.write(folder)
    if arguments.json:
        return print_json(done.summary())
    done.print()
    if out is not None:
        print(f"Results: {Path(out)}")
    print(f"Again:   {done.manifest['command']}")
    return 0
