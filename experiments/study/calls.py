"""What ``carveout study`` and ``carveout sql`` do once their words are parsed."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rich.table import Table

from experiments.commands import RESULTS, print_json
from experiments.store import free_folder
from experiments.study.file import load_study, ready_studies
from experiments.study.progress import span
from experiments.terminal import console

if TYPE_CHECKING:
    from experiments.study.reading import Study
    from experiments.study.running import Machine

STOPPED = 130
#: Rows of an answer that are put on the screen; --csv and --json give all.
SHOWN = 200
CHANGES = ("replicates", "draws", "scale", "years", "seed")


def listed(arguments: Namespace) -> int:
    """``carveout study list``."""
    studies = [load_study(name)[0] for name in ready_studies()]
    if arguments.json:
        return print_json({one.name: {"title": one.title, "question": one.question}
                           for one in studies})
    shown = table("study", "question")
    for one in studies:
        shown.add_row(one.name, one.question)
    console().print(shown)
    return 0


def run(arguments: Namespace) -> int:
    """``carveout study run``."""
    from experiments.study.running import run_study

    name = load_study(arguments.study)[0].name
    out = arguments.out if arguments.out is not None else str(free_folder(RESULTS, name))
    changes = {key: getattr(arguments, key) for key in CHANGES}
    return _ran(
        arguments, out, lambda: run_study(arguments.study, out, machine=_machine(arguments),
                                          **changes)
    )


def resume(arguments: Namespace) -> int:
    """``carveout study resume``."""
    from experiments.study.running import resume_study

    retry = arguments.retry_failed
    return _ran(
        arguments, arguments.study,
        lambda: resume_study(arguments.study, retry_failed=retry, machine=_machine(arguments)),
    )


def expand(arguments: Namespace) -> int:
    """``carveout study expand``."""
    from experiments.study.running import expand_study

    return _ran(
        arguments, arguments.study,
        lambda: expand_study(arguments.study, arguments.replicates, machine=_machine(arguments)),
    )


def status(arguments: Namespace) -> int:
    """``carveout study status``."""
    from experiments.study.reading import open_study

    return _status(open_study(arguments.study), arguments.json)


def compact(arguments: Namespace) -> int:
    """``carveout study compact``."""
    from experiments.study.running import compact_study

    made = compact_study(arguments.study)
    if arguments.json:
        return print_json({"parts": made})
    print(f"{made} parts are one file each now")
    return 0


def export(arguments: Namespace) -> int:
    """``carveout study export``."""
    from experiments.study.export import export as call
    from experiments.study.reading import open_study

    study = open_study(arguments.study)
    out = call(study, arguments.out, arguments.format, force=arguments.force)
    if arguments.json:
        return print_json({"files": sorted(path.name for path in out.iterdir())})
    print(f"Export: {arguments.out} ({', '.join(sorted(path.name for path in out.iterdir()))})")
    return 0


def sql(arguments: Namespace) -> int:
    """``carveout sql``."""
    from experiments.study.reading import open_study

    frame = open_study(arguments.study).query(arguments.query)
    if arguments.json:
        return print_json({"columns": list(frame), "rows": frame.to_dict("records")})
    if arguments.csv:
        frame.to_csv(sys.stdout, index=False)
        return 0
    shown = table(*map(str, frame))
    for row in frame.head(SHOWN).itertuples(index=False):
        shown.add_row(*(f"{cell:,.6g}" if isinstance(cell, float) else str(cell) for cell in row))
    console().print(shown)
    if len(frame) > SHOWN:
        print(f"{len(frame) - SHOWN:,} more rows; --csv gives all", file=sys.stderr)
    return 0


def _machine(arguments: Namespace) -> Machine:
    from experiments.study.running import Machine

    return Machine(arguments.processes, arguments.cluster, not arguments.quiet)


def _ran(arguments: Namespace, place: str, call: Callable[[], Study]) -> int:
    """Run, and say how far it came, also when it was stopped."""
    from experiments.study.reading import open_study

    try:
        study = call()
    except KeyboardInterrupt:
        # What was done before is kept, unless the study itself was not begun.
        try:
            _status(open_study(place), arguments.json)
        except ValueError:
            raise KeyboardInterrupt from None
        print(f"stopped; 'carveout study resume {place}' goes on", file=sys.stderr)
        return STOPPED
    code = _status(study, arguments.json)
    if not arguments.json:
        print(f"Results: {place}")
    return code


def _status(study: Study, json: bool) -> int:
    """How far a study is; the exit status is 1 where tasks failed."""
    found: dict[str, Any] = study.status()
    if json:
        print_json({"name": study.file.name, **found})
    else:
        print(f"{study.file.title}: {found['done']:,} of {found['total']:,} tasks done, "
              f"{found['failed']:,} failed, {found['left']:,} left")
        if running := found["running"]:
            rest = span(running["seconds_left"])
            print(f"running: process {running['process']} on {running['host']}, {rest} left")
        for one in found["failures"]:
            print(f"{one['tasks']:,} failed: {one['error']} (failures/{one['one']}.json)")
    return 1 if found["failed"] else 0


def table(*heads: str) -> Table:
    """A table for the screen with these columns."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head in heads:
        made.add_column(head, overflow="fold")
    return made
