"""Commands of the analyses; imports nothing slow."""

from __future__ import annotations

from experiments.cli import (
    Command,
    Parser,
    draw_options,
    json_option,
    result_options,
    scenario_options,
)


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
        "--outcome", default="reporting", metavar="OUTCOME",
        help="what is looked at ('carveout outcomes'; default: reporting)",
    )
    attribute.add_argument(
        "--most-laws", default="64", metavar="N",
        help="different laws run at most; beyond, orders of clauses are sampled (default: 64)",
    )
    scenario_options(attribute)
    draw_options(attribute)
    result_options(attribute)

    surely = command(
        "sure",
        "add replicates until a difference is known as well as asked for",
        "experiments.analysis.commands:sure",
        "The first look is at 20 replicates, the next after a quarter more each.\n\n"
        "examples:\n"
        "  carveout sure welcoming-2012 welcoming-2021 --outcome reporting_undocumented \\\n"
        "      --half-width 0.2 --budget 30\n"
        "  carveout sure welcoming-2012 no-contact --study results/main --where environment=E3 \\\n"
        "      --outcome encounters --half-width 2",
    )
    surely.add_argument("a", metavar="A", help="regime, or the position of a study's lever")
    surely.add_argument("b", metavar="B", help="the regime whose difference from A is asked for")
    surely.add_argument("--outcome", default="reporting", metavar="OUTCOME",
                        help="default: reporting")
    surely.add_argument("--half-width", required=True, metavar="X",
                        help="half of the 95%% interval, in the outcome's unit")
    surely.add_argument("--most", default="200", metavar="N",
                        help="replicates at most (default: 200)")
    surely.add_argument("--budget", metavar="MINUTES", help="time at most (default: no limit)")
    surely.add_argument("--study", metavar="STUDY", help="a study to expand instead of new runs")
    surely.add_argument("--lever", default="regime", help="of the study (default: regime)")
    _where(surely)
    scenario_options(surely, without=("replicates",))
    result_options(surely)

    _on_studies(command)


def _on_studies(command: Command) -> None:
    """Commands that read a study."""
    contrasts = _study_command(
        command, "contrasts", "paired differences in a study, and what pairing saved",
        "  carveout contrasts results/main --outcome reporting_undocumented\n"
        "  carveout contrasts results/databases --outcome encounters --lever databases",
    )
    contrasts.add_argument("--baseline", metavar="POSITION",
                           help="what the others are held against (default: welcoming-2012)")
    index = _study_command(
        command, "sensitivity", "which uncertain parameters matter (Morris, Sobol')",
        "  carveout sensitivity results/screening --outcome encounters\n"
        "  carveout sensitivity results/indices --outcome reporting \\\n"
        "      --position welcoming-2021 --baseline welcoming-2012",
    )
    index.add_argument("--position", metavar="POSITION",
                       help="of the lever: whose level (needed where there are several)")
    index.add_argument("--baseline", metavar="POSITION",
                       help="the paired difference from it instead of the level")
    found = _study_command(
        command, "discover", "under which conditions an outcome is higher, or lower (PRIM, tree)",
        "  carveout discover results/deep --outcome reporting --regime full-cooperation \\\n"
        "      --baseline welcoming-2012 --when lower",
    )
    found.add_argument("--regime", "--position", dest="position", required=True, metavar="A",
                       help="position of the lever")
    found.add_argument("--baseline", required=True, metavar="B", help="what it is held against")
    found.add_argument("--when", required=True, metavar="higher|lower",
                       help="what is asked after: the model calls neither worse")
    found.add_argument("--density", default="0.8", metavar="SHARE",
                       help="least share of the box's states in question (default: 0.8)")
    sorry = _study_command(
        command, "regret", "regret and dominance of regimes under deep uncertainty",
        "  carveout regret results/deep --outcome encounters --prefer low\n"
        "  carveout regret results/deep --outcome encounters --prefer low \\\n"
        "      --outcome reporting --prefer high",
        repeated=True,
    )
    sorry.add_argument("--prefer", action="append", default=[], metavar="low|high",
                       help="the direction that you prefer, one for each --outcome")


def _study_command(
    command: Command, name: str, help: str, examples: str, repeated: bool = False
) -> Parser:
    """A command whose first word is a study's folder."""
    parser = command(name, help, f"experiments.analysis.commands:{name}", f"examples:\n{examples}")
    parser.add_argument("study", metavar="STUDY", help="folder that 'carveout study run' made")
    more = {"action": "append"} if repeated else {}
    parser.add_argument("--outcome", required=True, metavar="OUTCOME",
                        help="what is looked at ('carveout outcomes')", **more)
    parser.add_argument("--lever", default="regime", metavar="NAME", help="default: regime")
    _where(parser)
    parser.add_argument("--by", default="all", metavar="BREAKDOWN", help="such as status")
    parser.add_argument("--group", default="all", metavar="GROUP", help="such as undocumented")
    parser.add_argument("--out", metavar="DIR", help="save table, chart and sentence there")
    parser.add_argument("--force", action="store_true", help="replace results that exist in DIR")
    json_option(parser)
    return parser


def _where(parser: Parser) -> None:
    parser.add_argument("--where", action="append", default=[], metavar="LEVER=POSITION",
                        help="hold a lever of the study")
