"""What ``carveout brief`` does, once its words are parsed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from experiments.commands import RESULTS, print_json
from experiments.store import MANIFEST, free_folder
from model.faults import BadInput, Fault

#: Rows of a fact that are printed; `--json` gives all.
MOST_ROWS = 40


def brief(arguments: argparse.Namespace) -> int:
    """``carveout brief``: make, check or explain."""
    for asked, read in ((arguments.check, _check), (arguments.explain, _explain)):
        if asked is not None:
            return _reading(read, arguments)
    if arguments.results is None:
        raise BadInput(Fault("found nothing", "a folder of results", key="RESULTS"))
    from experiments.briefing.make import brief as call

    out = Path(arguments.out) if arguments.out is not None else free_folder(RESULTS, "briefing")
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


def _reading(read: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """Whoever stops what only reads is not told that nothing was written."""
    from experiments.cli import STOPPED

    try:
        return read(arguments)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return STOPPED


def _check(arguments: argparse.Namespace) -> int:
    from experiments.briefing.check import check

    found = check(arguments.check, arguments.results)
    if arguments.json:
        print_json(asdict(found))
    else:
        said = f"{found.numbers} numbers taken again from {found.facts} queries"
        print(f"{said}: {len(found.differences) or 'no'} differences")
        if found.absent:
            print(f"not in the folder, so not looked at: {', '.join(found.absent)}")
        for line in found.differences:
            print(line, file=sys.stderr)
    return 1 if found.differences else 0


def _explain(arguments: argparse.Namespace) -> int:
    from experiments.briefing.check import explain

    folder = arguments.results or _latest(arguments.explain)
    found = explain(arguments.explain, folder)
    if arguments.json:
        return print_json(asdict(found))
    print(f"{found.id} in {Path(folder).name}\nfile:  {found.file}\nquery: {found.query}")
    for text in found.printed:
        print(f"printed as {text}")
    for row in found.rows[:MOST_ROWS]:
        print("  " + ", ".join(f"{key} {value}" for key, value in row.items()))
    if len(found.rows) > MOST_ROWS:
        print(f"  ... {len(found.rows) - MOST_ROWS} more rows; --json gives all")
    return 0


def _latest(id: str) -> Path:
    """The newest briefing under ``results/`` that has the id."""
    found = sorted(Path(RESULTS).glob(f"*/{MANIFEST}"), key=lambda path: -path.stat().st_mtime)
    for path in found:
        if f'"{id}"' in path.read_text("utf-8"):
            return path.parent
    raise BadInput(Fault(f"found no {id!r} under {RESULTS}/", "the folder of a briefing",
                         key="RESULTS"))
