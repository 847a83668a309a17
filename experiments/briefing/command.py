"""What ``carveout brief`` does, once its words are parsed."""

from __future__ import annotations

import argparse
from pathlib import Path

from experiments.commands import RESULTS, print_json
from experiments.store import free_folder
from model.faults import BadInput, Fault


def brief(arguments: argparse.Namespace) -> int:
    """``carveout brief``: make, check or explain."""
    if arguments.results is None:
        raise BadInput(Fault("found nothing", "a folder of results", key="RESULTS"))
    from experiments.briefing.make import brief as call

    out = Path(arguments.out) if arguments.out else free_folder(RESULTS, "briefing")
    made = call(
        arguments.results, out=out, language=arguments.language, audience=arguments.audience,
        beside=arguments.beside, force=arguments.force,
    )
    if arguments.json:
        return print_json(made.register)
    print(f"{made.document.title}\n")
    for name in made.files:
        print(f"  {out / name}")
    return 0
