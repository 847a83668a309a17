"""What the commands of the analyses do, once their words are parsed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from experiments.analysis.result import Analysis
from experiments.commands import Arguments, given, new_folder, scenario
from model.faults import BadInput, Fault


def attribute(arguments: Arguments) -> int:
    """``carveout attribute``."""
    from experiments.analysis.attribution import attribute as call

    return _simulated(
        arguments,
        partial(
            call, arguments.a, arguments.b, arguments.outcome, most_laws=arguments.most_laws,
            posterior=arguments.posterior, draws=arguments.draws, **scenario(arguments),
            **_running(arguments),
        ),
        "attribute",
    )


def sure(arguments: Arguments) -> int:
    """``carveout sure``."""
    from experiments.analysis.sequential import until_sure as call

    own = ("half_width", "most", "budget", "study", "lever", "where")
    given = {name: getattr(arguments, name) for name in own}
    run = partial(
        call, arguments.a, arguments.b, arguments.outcome, **given, **scenario(arguments),
        **_running(arguments),
    )
    return _simulated(arguments, run, "sure")


def contrasts(arguments: Arguments) -> int:
    """``carveout contrasts``."""
    from experiments.analysis.pairs import paired_contrasts as call

    return given(arguments, partial(call, arguments.study, arguments.outcome,
                                     baseline=arguments.baseline, **_cell(arguments)))


def sensitivity(arguments: Arguments) -> int:
    """``carveout sensitivity``."""
    from experiments.analysis.indices import sensitivity as call

    chosen = {"position": arguments.position, "baseline": arguments.baseline}
    return given(arguments, partial(call, arguments.study, arguments.outcome, **chosen,
                                     **_cell(arguments)))


def discover(arguments: Arguments) -> int:
    """``carveout discover``."""
    from experiments.analysis.discovery import discover as call
    from experiments.settings import real

    chosen = {"position": arguments.position, "baseline": arguments.baseline,
              "when": arguments.when, "density": real("density", arguments.density, 0, 1)}
    return given(arguments, partial(call, arguments.study, arguments.outcome, **chosen,
                                     **_cell(arguments)))


def regret(arguments: Arguments) -> int:
    """``carveout regret``."""
    from experiments.analysis.regrets import regret as call

    if len(arguments.outcome) != len(arguments.prefer):
        found = f"{len(arguments.outcome)} outcomes and {len(arguments.prefer)} preferences"
        raise BadInput(Fault(found, "--prefer low or --prefer high for each --outcome",
                             key="prefer"))
    prefer = dict(zip(arguments.outcome, arguments.prefer, strict=True))
    return given(arguments, partial(call, arguments.study, prefer, **_cell(arguments)))


def _cell(arguments: Arguments) -> dict[str, Any]:
    """Which values of a study are read."""
    return {name: getattr(arguments, name) for name in ("lever", "by", "group", "where")}


def _running(arguments: Arguments) -> dict[str, Any]:
    """How a direct analysis runs; the number of runs is said unless the output is for machines."""
    quiet = arguments.quiet or arguments.json
    return {
        "processes": arguments.processes,
        "progress": not arguments.quiet,
        "say": (lambda text: None) if quiet else partial(print, file=sys.stderr),
    }


def _simulated(arguments: Arguments, call: Callable[[], Analysis], stem: str) -> int:
    """Save to a new folder under results/ unless one is named."""
    new_folder(arguments, stem)
    return given(arguments, call)
