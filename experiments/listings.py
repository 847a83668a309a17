"""Commands that show what there is: regimes, cities, populations, parameters, postures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from rich.table import Table

from experiments.commands import print_json
from experiments.settings import chicago_regimes, real, whole
from experiments.terminal import console

Arguments = argparse.Namespace


def regimes(arguments: Arguments) -> int:
    """``carveout regimes [list | show NAME | diff A B]``."""
    from model.ordinance import describe, difference, load_regime, regime_names

    if arguments.action == "show":
        layer = load_regime(arguments.name)
        lines = describe(layer)
        if arguments.json:
            return print_json(layer.model_dump(mode="json"))
        print("\n".join(lines))
        return 0
    if arguments.action == "diff":
        changes = difference(load_regime(arguments.a), load_regime(arguments.b))
        if arguments.json:
            return print_json({"from": arguments.a, "to": arguments.b, "changes": changes})
        print(f"From {arguments.a} to {arguments.b}:")
        print("\n".join(f"  {change}" for change in changes) or "  nothing changes")
        return 0
    ours = chicago_regimes()
    names = [*ours, *(name for name in regime_names() if name not in ours)]
    rows = []
    for name in names:
        layer = load_regime(name)
        dated = layer.in_force.isoformat() if layer.in_force else "never in force"
        rows.append(
            {"name": name, "of": layer.place or "any", "in force": dated, "title": layer.title}
        )
    return show("regimes", rows, arguments)


def city(arguments: Arguments) -> int:
    """``carveout city check | describe | tiles | map``."""
    from experiments import city_commands

    if arguments.action == "check":
        faults = city_commands.check(arguments.folder)
        if arguments.json:
            print_json({"city": arguments.folder, "faults": faults})
        elif faults:
            print("\n".join(faults), file=sys.stderr)
        else:
            print(f"{arguments.folder}: no faults")
        return 2 if faults else 0
    if arguments.action == "tiles":
        path, share = city_commands.tiles(arguments.folder, force=arguments.force)
        if arguments.json:
            return print_json({"file": path.name, "neighbours_kept": share})
        print(f"{path.name} written; {share:.0%} of neighbours stay neighbours")
        return 0
    if arguments.action == "map":
        stem = Path(arguments.out)
        drawn = city_commands.draw_map(
            arguments.folder, arguments.kind, stem, arguments.boundaries
        )
        if arguments.json:
            return print_json({"files": [path.name for path in drawn]})
        print("\n".join(map(str, drawn)))
        return 0
    told = city_commands.describe(arguments.folder)
    if arguments.json:
        return print_json(told)
    for key, value in _flat(told):
        print(f"{key:<44}{value}")
    return 0


def _flat(content: Any, head: str = "") -> list[tuple[str, str]]:
    """Nested values as (dotted key, text) lines."""
    if isinstance(content, dict):
        return [line for key, value in content.items() for line in _flat(value, f"{head}{key}.")]
    if isinstance(content, (list, tuple)) and content and isinstance(content[0], dict):
        return [line for i, value in enumerate(content) for line in _flat(value, f"{head}{i}.")]
    if isinstance(content, (list, tuple)):
        content = ", ".join(map(str, content))
    text = f"{content:,.4g}" if isinstance(content, float) else str(content)
    return [(head.rstrip(".").replace("_", " "), text)]


def population(arguments: Arguments) -> int:
    """``carveout population``: the margins of what was made, beside the city's tables."""
    from experiments.cache import population as made
    from model.city import load_city
    from model.margins import CITY, margin_report
    from model.registry import load_parameters

    seed = whole("seed", arguments.seed, 0, 2**63 - 1)
    scale = real("scale", arguments.scale, 0, 1)
    people = made(load_city(arguments.city), load_parameters(), seed=seed, scale=scale)
    report = margin_report(people)
    if arguments.json:
        return print_json({"seed": seed, "scale": scale, "margins": report.to_dict("records")})
    table = Table("", "unit", box=None, pad_edge=False, header_style="bold")
    for head in ("table", "made", "difference", "largest in an area"):
        table.add_column(head, justify="right")
    for row in report[report["area"] == CITY].to_dict("records"):
        digits = 4 if row["unit"] == "share" else 0
        cells = (row["table"], row["made"], row["difference"], row["largest_gap"])
        texts = ["" if value != value else f"{value:,.{digits}f}" for value in cells]
        table.add_row(row["quantity"], row["unit"], *texts)
    console().print(table)
    return 0


def postures(arguments: Arguments) -> int:
    """``carveout postures``."""
    from model.layer_files import names_in
    from model.posture import load_posture

    rows = []
    for name in names_in("postures"):
        posture = load_posture(name)
        rows.append({"name": name, "title": posture.title, "summary": posture.summary})
    return show("postures", rows, arguments)


def timelines(arguments: Arguments) -> int:
    """``carveout timelines``."""
    from model.law import load_timeline, timeline_names

    rows = []
    for name in timeline_names():
        history, _ = load_timeline(name)
        first, last = history.steps[0].date, history.steps[-1].date
        rows.append({"name": name, "from": str(first), "to": str(last), "steps": len(history.steps),
                     "title": history.title, "summary": history.summary})
    return show("timelines", rows, arguments)


def environments(arguments: Arguments) -> int:
    """``carveout environments``."""
    from model.law import environment_names, load_environment

    stated = [load_environment(name)[0] for name in environment_names()]
    rows = [
        {"name": one.name, "period": one.period or "", "says": one.summary} for one in stated
    ]
    return show("environments", rows, arguments)


def outcomes(arguments: Arguments) -> int:
    """``carveout outcomes``."""
    from experiments.outcomes import OUTCOMES

    rows = [
        {"name": spec.name, "title": spec.title.strip(), "unit": spec.unit,
         "by": ", ".join(spec.by), "meaning": spec.meaning}
        for spec in OUTCOMES.values()
    ]
    return show("outcomes", rows, arguments)


def show(kind: str, rows: list[dict[str, Any]], arguments: Arguments) -> int:
    """Rows as a table, or as one JSON object."""
    if arguments.json:
        return print_json({kind: rows})
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head in rows[0] if rows else ():
        table.add_column(head, no_wrap=head == "name", overflow="fold")
    for row in rows:
        table.add_row(*map(str, row.values()))
    console().print(table)
    return 0
