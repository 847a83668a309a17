"""The command ``carveout trace``; imports nothing slow."""

from __future__ import annotations

from experiments.cli import Command, result_options, scenario_options


def add(command: Command) -> None:
    """Add the command to the command line."""
    trace = command(
        "trace",
        "tell one incident under two regimes side by side: the chances then, and the dice",
        "experiments.trace.commands:trace",
        "Without --incident the most instructive incidents are found. Every person is synthetic."
        "\n\n"
        "examples:\n"
        "  carveout trace welcoming-2012 full-cooperation --environment E0 --seed 7\n"
        "  carveout trace welcoming-2012 full-cooperation --environment E0 --incident 2036ee6b\n"
        "  carveout trace results/compare-001 --incident 2036ee6b\n"
        "  carveout trace results/main --where environment=E0",
    )
    trace.add_argument("what", nargs="+", metavar="A B | FOLDER",
                       help="two regimes, or the folder of a study or comparison")
    trace.add_argument("--incident", metavar="ID", help="an id that an earlier trace gave")
    trace.add_argument("--find", default="3", metavar="N", help="incidents told (default: 3)")
    trace.add_argument("--regimes", nargs=2, metavar=("A", "B"),
                       help="of the folder (default: its baseline, and the first other)")
    trace.add_argument("--where", action="append", default=[], metavar="LEVER=POSITION",
                       help="of a study: environment, posture or city that it had")
    trace.add_argument("--draw", default="0", metavar="N",
                       help="which set of parameters, where several were drawn (default: 0)")
    scenario_options(trace, without=("replicates",))
    result_options(trace)
