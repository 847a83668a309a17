"""``carveout validate`` on the command line."""

from __future__ import annotations

import argparse

from experiments.cli import Command, result_options


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
                        help="what parameters are drawn from (default: the project's own)")
    parser.add_argument("--draws", metavar="N",
                        help="draws at which every replicate is run (default: 8; 0: chance alone)")
    result_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Validate, print, save, and say where."""
    from experiments.commands import given, new_folder
    from experiments.validation.validate import validate

    new_folder(arguments, "validate")
    return given(arguments, lambda: validate(
        arguments.rows, scale=arguments.scale, replicates=arguments.replicates,
        seed=arguments.seed, counties=arguments.counties, processes=arguments.processes,
        replications=arguments.replications, posterior=arguments.posterior,
        draws=arguments.draws, progress=not arguments.quiet,
    ))
