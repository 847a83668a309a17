"""``carveout validate`` on the command line."""

from __future__ import annotations

import argparse

from experiments.cli import Command, json_option

#: Draws of the parameters where a posterior is asked for.
DRAWS = 20


def add(command: Command) -> None:
    """Add the command."""
    parser = command(
        "validate", "hold the model against findings of the literature",
        "experiments.validation.commands:run",
        "Prints each finding beside the model's answer with a verdict, and writes validation.csv,\n"
        "validation.md, validation.html, forest.png, forest.svg and manifest.json.\n\n"
        "examples:\n"
        "  carveout validate\n"
        "  carveout validate --rows my-findings.csv --scale 0.2 --replicates 8\n"
        "  carveout validate --rows my-findings.toml --json\n\n"
        "docs/validation.md lists the columns of a file of findings.",
    )
    parser.add_argument("--rows", metavar="FILE",
                        help="findings as CSV or TOML (default: those of the project)")
    for option, default, meaning in (
        ("scale", "0.1", "share of each city's residents simulated"),
        ("replicates", "4", "paired replicates; 1 has no interval"),
        ("seed", "0", "first seed"),
    ):
        parser.add_argument(f"--{option}", default=default, metavar=option.upper(),
                            help=f"{meaning} (default: {default})")
    parser.add_argument("--counties", metavar="N",
                        help="synthetic counties of replication designs (default: the design's)")
    parser.add_argument("--replications", metavar="DIR", action="append", default=[],
                        help="results of 'carveout replicate', instead of running designs again")
    parser.add_argument("--posterior", metavar="FILE", nargs="?", const="",
                        help="draw parameters from a posterior (default: the project's own)")
    parser.add_argument("--draws", default=None, metavar="N",
                        help="draws of the posterior (default: 20)")
    parser.add_argument("--out", metavar="DIR", help="results folder (default: a new one under "
                        "results/)")
    parser.add_argument("--force", action="store_true", help="replace results that exist in DIR")
    parser.add_argument("--processes", metavar="N", help="runs at once (default: as many as fit)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Validate, print, save, and say where."""
    from pathlib import Path

    from experiments.commands import RESULTS, print_json
    from experiments.store import check_folder, free_folder
    from experiments.validation.validate import validate

    out = Path(arguments.out) if arguments.out is not None else free_folder(RESULTS, "validate")
    check_folder(out, force=arguments.force)
    done = validate(
        arguments.rows, scale=arguments.scale, replicates=arguments.replicates,
        seed=arguments.seed, counties=arguments.counties, processes=arguments.processes,
        replications=arguments.replications, posterior=arguments.posterior,
        draws=arguments.draws or (1 if arguments.posterior is None else DRAWS),
        progress=not arguments.quiet,
    )
    done.save(out, force=arguments.force)
    if arguments.json:
        return print_json(done.summary())
    done.print()
    print(f"Results: {arguments.out or out}")
    print(f"Again:   {done.manifest['command']}")
    return 0
