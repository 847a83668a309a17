"""The commands that show numbers and their sources: `carveout parameters` and `evidence`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.cli import Command
    from model.evidence import Evidence

#: What a row of the evidence is used as, in the words of the table.
ROLES = {
    "input": "input",
    "calibration": "calibration target",
    "validation": "validation only",
    "context": "context",
}


def add(command: Command) -> None:
    """Add the commands to the command line."""
    from experiments.cli import json_option

    parameters = command(
        "parameters",
        "list the model's parameters with range, prior and source",
        "experiments.registry_commands:parameters",
        "examples:\n  carveout parameters\n  carveout parameters beta\n"
        "  carveout parameters --json > parameters.json",
    )
    parameters.add_argument("name", nargs="?", metavar="PARAMETER", help="one parameter in full")
    json_option(parameters)
    evidence = command(
        "evidence",
        "list the published figures on which the model stands",
        "experiments.registry_commands:evidence",
        "examples:\n  carveout evidence\n  carveout evidence GJW_REP\n"
        "  carveout evidence --role validation\n  carveout evidence --bibtex > references.bib",
    )
    evidence.add_argument("id", nargs="?", metavar="FIGURE", help="id of one figure, in full")
    evidence.add_argument("--role", choices=tuple(ROLES), help="only rows that are used so")
    evidence.add_argument("--bibtex", action="store_true", help="citations instead of a table")
    json_option(evidence)


def parameter(name: str) -> dict[str, Any]:
    """All that is known of a parameter: entry, prior, bounds, and its posterior if it was fitted.

    Raises
    ------
    BadInput
        If there is no parameter of that name.
    """
    from experiments.calibration.posterior import POSTERIOR, load_posterior
    from model.faults import BadInput, unknown
    from model.registry import load_parameters

    registry = load_parameters()
    if name not in registry:
        raise BadInput(unknown("parameter", name, sorted(registry)))
    entry = registry.entry(name)
    told: dict[str, Any] = {"name": name, **entry.model_dump(), "bounds": list(entry.bounds)}
    told["prior"] = None
    if entry.is_free:
        prior = entry.prior
        told["prior"] = {"form": prior.form, "numbers": list(prior.numbers), "mean": prior.mean}
    fitted = load_posterior().manifest["parameters"] if POSTERIOR.is_file() else {}
    told["posterior"] = fitted.get(name)
    return told


def parameters(arguments: argparse.Namespace) -> int:
    """``carveout parameters [NAME]``."""
    from experiments.commands import print_json
    from experiments.listings import show
    from model.registry import load_parameters

    if arguments.name is not None:
        told = parameter(arguments.name)
        if arguments.json:
            return print_json(told)
        print("\n".join(_in_full(told)))
        return 0
    names = sorted(load_parameters())
    if arguments.json:
        return print_json({"parameters": [parameter(name) for name in names]})
    rows = []
    for name in names:
        told = load_parameters().entry(name).model_dump()
        span = f"{told['low']:g} to {told['high']:g}"
        rows.append({"name": name, "default": f"{told['default']:g}", "range": span,
                     **{key: told[key] for key in ("unit", "status", "source")}})  # fmt: skip
    return show("parameters", rows, arguments)


def _in_full(told: dict[str, Any]) -> list[str]:
    fields = ("name", "meaning", "default", "unit", "low", "high", "distribution", "status")
    lines = [f"{key:<14}{told[key]}" for key in fields]
    lines.append(f"{'bounds':<14}{told['bounds'][0]:g} to {told['bounds'][1]:g}")
    if told["posterior"]:
        row = told["posterior"]
        lines.append(
            f"{'posterior':<14}median {row['median']:.3g}, 95% {row['low']:.3g} to "
            f"{row['high']:.3g}; contraction {row['contraction']:.2f}: {row['says']}"
        )
    from model.evidence import ASSUMPTION, load_evidence

    for source in map(str.strip, told["source"].split(",")):
        if source == ASSUMPTION:
            lines.append(f"{'source':<14}assumption")
        else:
            lines.append(f"{'source':<14}{source}: {citation(load_evidence()[source])}")
    return lines


def citation(row: Evidence) -> str:
    """A row's figure and work in one line, with the mark of what was not read."""
    span = f" ({row.low} to {row.high})" if row.low and row.high else ""
    mark = "" if row.is_checked else " [unchecked]"
    return f"{row.quantity}: {row.value}{span} {row.unit}. {row.source}, {row.year}{mark}"


def evidence(arguments: argparse.Namespace) -> int:
    """``carveout evidence [ID]``."""
    from experiments.commands import print_json
    from experiments.listings import show
    from model.evidence import load_evidence
    from model.faults import BadInput, unknown

    table = load_evidence()
    if arguments.id is not None and arguments.id not in table:
        raise BadInput(unknown("evidence id", arguments.id, table))
    chosen = [
        row for row in table.values()
        if arguments.id in (None, row.id) and arguments.role in (None, row.role)
    ]  # fmt: skip
    if arguments.bibtex:
        from model.references import bibtex

        print(bibtex(chosen), end="")
        return 0
    told = [
        {**vars(row), "role": ROLES[row.role], "checked": row.is_checked, "used_by": users(row.id)}
        for row in chosen
    ]
    if arguments.json:
        return print_json(told[0] if arguments.id is not None else {"evidence": told})
    if arguments.id is not None:
        told[0]["used_by"] = ", ".join(told[0]["used_by"]) or "nothing in the model"
        told[0]["checked"] = "yes" if told[0]["checked"] else "no: from memory, or in part"
        print("\n".join(f"{key:<14}{value}" for key, value in told[0].items() if value))
        return 0
    rows = [
        {"name": row["id"], "quantity": row["quantity"], "value": row["value"],
         "unit": row["unit"], "role": row["role"], "checked": "yes" if row["checked"] else "no"}
        for row in told
    ]  # fmt: skip
    return show("evidence", rows, arguments)


def users(id: str) -> list[str]:
    """Parameters and targets of calibration that name an evidence id as their source."""
    from experiments.calibration.targets import load_targets
    from model.registry import load_parameters

    registry = load_parameters()
    named = {name: registry.entry(name).source for name in registry}
    named |= {f"target {one.name}": one.evidence for one in load_targets()}
    return [name for name, text in named.items() if id in map(str.strip, text.split(","))]
