"""``carveout replicate`` on the command line."""

from __future__ import annotations

import argparse

from experiments.cli import Command, draw_options, result_options


def add(command: Command) -> None:
    """Add the command."""
    parser = command(
        "replicate", "repeat the literature's designs on the model's own data",
        "experiments.replication.commands:run",
        "For each design: the true paired effect, every estimator's answer, and the gap. Writes\n"
        "effects.csv, by_time.csv, event-study charts and manifest.json.\n\n"
        "examples:\n"
        "  carveout replicate                                  every design\n"
        "  carveout replicate fingerprint-rollout --replicates 5\n"
        "  carveout replicate my-design.toml --counties 300 --json\n\n"
        "docs/replications.md lists the keys of a design.",
    )
    parser.add_argument("designs", nargs="*", metavar="DESIGN",
                        help="name or file of a design (default: all)")
    parser.add_argument("--list", action="store_true", help="name the designs and stop")
    for option, default, meaning in (
        ("counties", None, "synthetic counties (default: the design's)"),
        ("replicates", "3", "seeds, each with counties of its own (default: 3)"),
        ("seed", "0", "first seed (default: 0)"),
    ):
        parser.add_argument(f"--{option}", default=default, metavar=option.upper(), help=meaning)
    draw_options(parser)
    result_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Replicate, print, save, and say where."""
    from experiments.commands import given, new_folder, print_json
    from experiments.replication.design import design_names, load_design
    from experiments.replication.replicate import replicate

    if arguments.list:
        titles = {name: load_design(name).title for name in design_names()}
        if arguments.json:
            return print_json(titles)
        print("\n".join(f"{name:24} {title}" for name, title in titles.items()))
        return 0
    new_folder(arguments, "replicate")
    return given(arguments, lambda: replicate(
        arguments.designs or None, counties=arguments.counties, replicates=arguments.replicates,
        seed=arguments.seed, posterior=arguments.posterior, draws=arguments.draws,
        processes=arguments.processes, progress=not arguments.quiet,
    ))
