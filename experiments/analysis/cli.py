"""Commands of the analyses; imports nothing slow."""

from __future__ import annotations

from experiments.cli import Command, result_options, scenario_options


def add(command: Command) -> None:
    """Add the commands to the command line."""
    attribute = command(
        "attribute",
        "share the difference between two regimes out among their clauses",
        "experiments.analysis.commands:attribute",
        "Shapley values over all mixtures of the two texts: they add up to the difference.\n"
        "Mixtures that come to the same law in the environment are run once.\n\n"
        "examples:\n"
        "  carveout attribute welcoming-2012 welcoming-2021 --outcome encounters\n"
        "  carveout attribute full-cooperation welcoming-2012 --environment E0 --years 2",
    )
    attribute.add_argument("a", metavar="A", help="regime ('carveout regimes') or file")
    attribute.add_argument("b", metavar="B", help="the regime that A becomes")
    attribute.add_argument(
        "--outcome", default="reporting", metavar="NAME",
        help="what is looked at ('carveout outcomes'; default: reporting)",
    )
    attribute.add_argument(
        "--most-laws", default="64", metavar="N",
        help="different laws run at most; beyond, orders of clauses are sampled (default: 64)",
    )
    scenario_options(attribute)
    result_options(attribute)


