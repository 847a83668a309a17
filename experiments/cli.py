"""The command ``carveout``: parse, call, print.

Built on argparse alone: ``carveout --help`` then takes about three times ``python -c pass``, and
with the usual frameworks eight to twenty-four times. Whatever is slow loads within a command.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NoReturn

BAD_INPUT, FAILED, STOPPED, TERMINATED = 2, 1, 130, 143
DESCRIPTION = """\
Compare crime reporting and enforcement encounters across a city's ordinance regimes.

A model of populations: every person in it is synthetic."""
EXAMPLES = """\
examples:
  carveout compare                                   all of Chicago's regimes, a tenth of the city
  carveout compare welcoming-2012 welcoming-2021 --years 2 --scale 1
  carveout regimes diff welcoming-2012 welcoming-2021
  carveout run welcoming-2021 --events

'carveout COMMAND --help' explains a command. Documentation: docs/compare.md"""

#: Modules that add the commands of a subject: each imports nothing slow and has `add(command)`.
PARTS: tuple[str, ...] = (
    "experiments.analysis.cli",
    "experiments.briefing.commands",
    "experiments.calibration.commands",
    "experiments.registry_commands",
    "experiments.dashboard_commands",
    "experiments.replication.commands",
    "experiments.study.commands",
    "experiments.trace.cli",
    "experiments.validation.commands",
)
#: ``command(name, help, call, epilog)`` makes the parser of a command. `call` is a function's place
#: as ``package.module:function``; it takes the arguments and gives the exit status.
Command = Callable[..., "Parser"]


class UsageError(Exception):
    """A command line that cannot be parsed: lines to print, exit status 2."""


class Parser(argparse.ArgumentParser):
    """An argument parser that names the nearest command, option or choice."""

    def __init__(self, *args: Any, **more: Any) -> None:
        plain = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
        super().__init__(*args, **{**plain, **more})
        self._optionals.title = "options"

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            what = "/".join(action.option_strings) or action.dest
            raise UsageError(_unknown(what, value, action.choices, self))

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}; see {self.prog} --help")


def build_parser() -> Parser:
    """The whole command line; imports nothing but argparse."""
    parser = Parser("carveout", description=DESCRIPTION, epilog=EXAMPLES)
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(name: str, help: str, call: str, epilog: str = "") -> Parser:
        parser = commands.add_parser(
            name, help=help, description=help[0].upper() + help[1:] + ".", epilog=epilog or None
        )
        parser.set_defaults(call=call)
        return parser

    _built_in(command)
    for part in PARTS:
        import_module(part).add(command)
    return parser


def _built_in(command: Command) -> None:
    compare = command(
        "compare",
        "compare regimes in paired replicates",
        "experiments.commands:compare",
        "Prints levels of the baseline and paired differences of the others with 95% intervals,\n"
        "and writes outcomes.parquet, contrasts.parquet, manifest.json and two charts.\n\n"
        "examples:\n"
        "  carveout compare\n"
        "  carveout compare welcoming-2012 welcoming-2021 --years 2 --replicates 4 --seed 7 \\\n"
        "      --scale 0.1 --out results/my-comparison\n"
        "  carveout compare welcoming-2012 my-ordinance.toml --environment E0\n"
        "  carveout compare --set beta=1.2 --set sigma=0\n"
        "  carveout compare --draws 20                  parameters known better\n"
        "  carveout compare --draws 0                   chance alone, in an eighth of the time",
    )
    compare.add_argument(
        "regimes", nargs="*", metavar="REGIME",
        help="name ('carveout regimes') or file; all of Chicago's by default",
    )
    compare.add_argument(
        "--baseline", metavar="REGIME",
        help="what the others are compared with (welcoming-2012 if listed, else the first)",
    )
    simulation_options(compare)
    compare.add_argument("--no-decompose", action="store_true", help="do not tell legal exposure "
                         "and belief apart (halves the time)")

    run = command(
        "run",
        "run one regime, or a policy timeline, without a comparison",
        "experiments.commands:run",
        "examples:\n  carveout run welcoming-2021 --years 1 --scale 0.1\n"
        "  carveout run --timeline chicago-history --start 2012-01-01 --years 10\n"
        "  carveout run no-contact --events --out results/no-contact",
    )
    run.add_argument("regime", nargs="?", metavar="REGIME", help="default: welcoming-2012")
    run.add_argument("--timeline", metavar="TIMELINE",
                     help="dated layers instead of one regime ('carveout timelines')")
    simulation_options(run)

    regimes = command("regimes", "list, show and compare the texts of regimes",
                      "experiments.listings:regimes",
                      "examples:\n  carveout regimes\n  carveout regimes show welcoming-2012\n"
                      "  carveout regimes diff welcoming-2012 welcoming-2021")
    texts = regimes.add_subparsers(dest="action", metavar="ACTION")
    json_option(regimes)
    json_option(texts.add_parser("list", help="every regime with its date and title (the default)"))
    show = texts.add_parser("show", help="the clauses of a regime, each with its text")
    show.add_argument("name", metavar="REGIME")
    diff = texts.add_parser("diff", help="what changes from one regime to another, in plain words")
    for text in ("a", "b"):
        diff.add_argument(text, metavar="REGIME")
    for sub in (show, diff):
        json_option(sub)

    city = command("city", "check, describe and map a city's tables", "experiments.listings:city",
                   "examples:\n  carveout city describe\n  carveout city check my-city\n"
                   "  carveout city tiles my-city\n"
                   "  carveout city map chicago --kind robbery --boundaries areas.geojson")
    tables = city.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = tables.add_parser("check", help="name every fault of a city's tables")
    check.add_argument("folder", metavar="FOLDER", help="folder, or a shipped city's name")
    describe = tables.add_parser("describe", help="what a city's tables hold")
    describe.add_argument("folder", nargs="?", default="chicago", metavar="CITY")
    tiles = tables.add_parser("tiles", help="compute a city's tile map and keep it in its folder")
    tiles.add_argument("folder", metavar="FOLDER")
    tiles.add_argument("--force", action="store_true", help="replace a tile map that is there")
    chart = tables.add_parser("map", help="draw recorded crime by area, on tiles or boundaries")
    chart.add_argument("folder", nargs="?", default="chicago", metavar="CITY")
    chart.add_argument("--kind", default="all", help="recorded type; default: all")
    chart.add_argument("--boundaries", metavar="FILE", help="GeoJSON file, drawn instead of tiles")
    chart.add_argument("--out", default="results/map", metavar="STEM",
                       help="where, without ending; default: results/map (.png and .svg)")
    for sub in (check, describe, tiles, chart):
        json_option(sub)

    population = command("population", "make a population and hold it against the city's tables",
                         "experiments.listings:population",
                         "example:\n  carveout population --scale 0.1 --seed 3")
    for option, default in (("city", "chicago"), ("seed", "0"), ("scale", "0.1")):
        population.add_argument(f"--{option}", default=default, metavar=option.upper(),
                                help=f"default: {default}")
    json_option(population)

    levels = command("check", "print the model's levels against the figures they should meet",
                     "experiments.commands:check")
    for option, default in (("scale", "1"), ("seed", "1")):
        levels.add_argument(f"--{option}", default=default, metavar=option.upper(),
                            help=f"default: {default}")
    json_option(levels)
    bench = command("bench", "measure speed and memory against Mesa, Starsim and the machine",
                    "experiments.commands:bench")
    bench.add_argument("--quick", action="store_true", help="fewer repetitions, a smaller city")
    json_option(bench)
    for name, listed in (
        ("postures", "the federal postures"),
        ("environments", "the legal environments E0 to E3"),
        ("timelines", "the policy timelines: dated laws and postures for 'run --timeline'"),
        ("outcomes", "the outcomes and what they mean"),
    ):
        json_option(command(name, f"list {listed}", f"experiments.listings:{name}"))
    completion = command(
        "completion", "print a script that completes commands, options and names in a shell",
        "experiments.commands:completion",
        "examples:\n  eval \"$(carveout completion bash)\"      in ~/.bashrc\n"
        "  eval \"$(carveout completion zsh)\"       in ~/.zshrc\n"
        "  carveout completion fish | source      in config.fish",
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))


def simulation_options(parser: Parser) -> None:
    """Options of every command that simulates. Values stay text: one place checks them."""
    scenario_options(parser)
    result_options(parser)
    draw_options(parser)
    parser.add_argument("--events", action="store_true", help="keep single events, too")


def draw_options(parser: Parser) -> None:
    """At which parameters it is run, of commands that tell both uncertainties."""
    parser.add_argument("--posterior", nargs="?", const="", metavar="FILE",
                        help="what the parameters are drawn from (default: the project's own)")
    parser.add_argument("--draws", metavar="N",
                        help="sets of parameters at which every replicate is run: parameter "
                        "uncertainty beside chance (default: 8; 0 leaves it out, as 1 replicate "
                        "and --events do)")


def scenario_options(parser: Parser, without: Sequence[str] = ()) -> None:
    """What is run, all but the options `without`."""
    for option, default, meaning in (
        ("years", "1", "length of each run; parts of a year are allowed"),
        ("replicates", "4", "replicates, with seeds SEED, SEED+1, ...; 1 has no interval"),
        ("seed", "0", "first seed: all the chance of the run"),
        ("scale", "0.1", "share of the city's residents simulated; 1 is everybody"),
        ("environment", "E3", "law above the city: E0, E1, E2 or E3"),
        ("posture", "2017-2019", "federal posture ('carveout postures')"),
        ("city", "chicago", "name or folder"),
        ("start", "2022-01-01", "first day"),
    ):
        if option in without:
            continue
        parser.add_argument(
            f"--{option}", default=default, metavar=option.upper(),
            help=f"{meaning} (default: {default})",
        )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        dest="parameters", help="change a parameter ('carveout parameters')")
    parser.add_argument("--raid", action="append", default=[], metavar="begins=DATE,...",
                        dest="raids", help="an operation beside the posture's: begins and "
                        "announced (dates), days, visits, leaked, called_off")


def result_options(parser: Parser, without: Sequence[str] = ()) -> None:
    """How it is run, and where the results go, all but the options `without`."""
    parser.add_argument("--out", metavar="DIR", help="results folder (default: a new one under "
                        "results/)")
    parser.add_argument("--force", action="store_true", help="replace results that exist in DIR")
    if "processes" not in without:
        parser.add_argument("--processes", metavar="N",
                            help="runs at once (default: as many as fit)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    json_option(parser)


def json_option(parser: argparse.ArgumentParser) -> None:
    """``--json``, before or after a subcommand's name."""
    # SUPPRESS: a subcommand's default must not undo what stands before it.
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS,
                        help="one JSON object instead of a table")


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """Arguments of a command line.

    Raises
    ------
    UsageError
        With a line for each unknown command, option or argument, and the nearest name.
    """
    scope = parser
    for word in argv:
        # Follow the commands by hand, since argparse's own message names no nearest one.
        choices = _choices(scope)
        if word.startswith("-") or not choices:
            continue
        if word not in choices:
            raise UsageError(_unknown(f"{scope.prog} command", word, choices, scope))
        scope = choices[word]
    arguments, extra = parser.parse_known_args(argv)
    if extra:
        options = [text for action in scope._actions for text in action.option_strings]
        lines = [
            _unknown(f"option of {scope.prog}", word.partition("=")[0], options, scope)
            if word.startswith("-")
            else f"unexpected argument {word!r}; see {scope.prog} --help"
            for word in extra
        ]
        raise UsageError("\n".join(lines))
    arguments.json = getattr(arguments, "json", False)
    return arguments


def _choices(parser: argparse.ArgumentParser) -> dict[str, Any]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices
    return {}


def _unknown(what: str, found: str, names: Iterable[str], scope: Parser) -> str:
    from experiments.telling import unknown_word

    return unknown_word(what, found, names, f"{scope.prog} --help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; gives 0, 2 for bad input, 1 for a failure, 130 or 143 if stopped."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["__complete"]:
        from experiments.completion import candidates

        print("\n".join(candidates(build_parser(), words[1:])))
        return 0
    debug = "--debug" in words or bool(os.environ.get("CARVEOUT_DEBUG"))
    words = [word for word in words if word != "--debug"]
    with _terminable() as terminated:
        status = _answer(words, debug)
        return TERMINATED if status == STOPPED and terminated else status


@contextmanager
def _terminable() -> Iterator[list[int]]:
    """SIGTERM is answered as Ctrl-C is; the list then holds it."""
    came: list[int] = []

    def stop(number: int, frame: object) -> None:
        came.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, before)


def _answer(words: list[str], debug: bool) -> int:
    try:
        return _run(words)
    except SystemExit as stop:  # argparse's own --help
        return int(stop.code or 0)
    except UsageError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("stopped before anything was finished; nothing was written", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if debug:
            raise
        return _told(error)


def _told(error: Exception) -> int:
    """Print what went wrong, a line a fault, and give the exit status."""
    from experiments.telling import lines
    from model.faults import BadInput

    if isinstance(error, BadInput):
        print("\n".join(lines(error)), file=sys.stderr)
        return BAD_INPUT
    first = (str(error) or "no more is known").splitlines()[0]
    kind = type(error).__name__
    missing = (getattr(error, "name", None) or "").partition(".")[0]
    if isinstance(error, ModuleNotFoundError) and missing not in ("model", "experiments"):
        print(f"carveout: package {missing} is not installed; 'make setup' brings what all "
              "commands need, or the extras studies, briefing and dashboard", file=sys.stderr)
        return FAILED
    expected = kind in ("SaveError", "RunError", "MemoryError")
    said = first if expected else f"unexpected {kind}: {first}"
    print(f"carveout: {said}; --debug shows more", file=sys.stderr)
    return FAILED


def _run(words: list[str]) -> int:
    parser = build_parser()
    arguments = parse(parser, words)
    if arguments.version:
        from importlib.metadata import version

        print(f"carveout {version('carveout')}")
        return 0
    if arguments.command is None:
        parser.print_help()
        return 0
    module, _, function = arguments.call.partition(":")
    return getattr(import_module(module), function)(arguments)


if __name__ == "__main__":
    sys.exit(main())
