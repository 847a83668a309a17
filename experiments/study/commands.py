"""``carveout study`` and ``carveout sql`` on the command line."""

from __future__ import annotations

import argparse

from experiments.cli import Command, json_option

CALLS = "experiments.study.calls"


def add(command: Command) -> None:
    """Add the commands."""
    study = command(
        "study", "run studies: many runs, described in one file, that survive and can be asked",
        f"{CALLS}:listed",
        "examples:\n"
        "  carveout study list\n"
        "  carveout study run carve-out-ladder --out results/ladder\n"
        "  carveout study run my-study.toml --out results/mine --scale 0.01 --replicates 2\n"
        "  carveout study status results/mine\n"
        "  carveout study resume results/mine --retry-failed\n"
        "  carveout study expand results/mine --replicates 20\n"
        "  carveout study export results/mine --format stata --out results/mine-stata\n\n"
        "docs/studies.md describes the file; docs/cluster.md many machines.",
    )
    actions = study.add_subparsers(dest="action", metavar="ACTION")

    def action(name: str, help: str, epilog: str = "") -> argparse.ArgumentParser:
        parser = actions.add_parser(
            name, help=help, description=help[0].upper() + help[1:] + ".", epilog=epilog or None
        )
        parser.set_defaults(call=f"{CALLS}:{'listed' if name == 'list' else name}")
        json_option(parser)
        return parser

    json_option(study)
    action("list", "list the ready studies (the default)")
    _run(action("run", "run a study from its file",
                "examples:\n  carveout study run main-comparison --out results/main\n"
                "  carveout study run my-study.toml --out s3://bucket/mine \\\n"
                "      --cluster tcp://10.0.0.1:8786"))
    status = action("status", "say how far a study is; its files are checked")
    resume = action("resume", "run what is left of a study: after a crash, or tasks that failed")
    expand = action("expand", "add replicates to a study and run them; what is done stays")
    compact = action("compact", "make one file of the files of each finished part")
    export = action("export", "write a study's results for other programs, with a codebook",
                    "example:\n  carveout study export results/mine --format r --out mine-r")
    bench = action("bench", "measure what the cores' time goes to, and what a study costs itself",
                   "example:\n  carveout study bench --scale 1 --replicates 20")
    bench.set_defaults(call="experiments.study.bench:bench")
    for option, default, meaning in (
        ("scale", "0.2", "share of the city's residents simulated"),
        ("years", "2", "length of each run"), ("replicates", "1", "pairs"),
    ):
        bench.add_argument(f"--{option}", default=default, metavar=option.upper(),
                           help=f"{meaning} (default: {default})")
    bench.add_argument("--processes", metavar="N", help="runs at once (default: as many as fit)")
    for parser in (status, resume, expand, compact, export):
        parser.add_argument("study", metavar="STUDY", help="the study's folder or address")
    resume.add_argument("--retry-failed", action="store_true", help="try failed tasks again, too")
    expand.add_argument("--replicates", required=True, metavar="N", help="how many in all")
    export.add_argument("--format", default="csv", choices=("csv", "stata", "r"),
                        help="csv, stata (.dta) or r (default: csv)")
    export.add_argument("--out", required=True, metavar="DIR", help="a new folder")
    export.add_argument("--force", action="store_true", help="replace an export that is there")
    for parser in (resume, expand):
        _machine(parser)

    sql = command(
        "sql", "ask a study in SQL (one SELECT, by DuckDB)", f"{CALLS}:sql",
        "views: results (all in one), tasks, cells, outcomes, failures\n"
        "\"by\" and \"group\" are words of SQL: write them in double quotes.\n\n"
        "examples:\n"
        "  carveout sql results/main 'SELECT regime, avg(value) FROM results\n"
        "      WHERE outcome = '\\''encounters'\\'' AND \"by\" = '\\''all'\\'' GROUP BY regime'\n"
        "  carveout sql results/main 'DESCRIBE results' --csv",
    )
    sql.add_argument("study", metavar="STUDY", help="the study's folder or address")
    sql.add_argument("query", metavar="SELECT", help="the question")
    sql.add_argument("--csv", action="store_true", help="CSV instead of a table")
    json_option(sql)


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", metavar="NAME|FILE", help="a ready study, or a file")
    parser.add_argument("--out", metavar="DIR", help="a new folder or an fsspec address (default: "
                        "a new one under results/)")
    for option, meaning in (
        ("replicates", "paired replicates"), ("draws", "draws of the uncertain parameters"),
        ("scale", "share of the city's residents simulated"), ("years", "length of each run"),
        ("seed", "first seed"),
    ):
        parser.add_argument(f"--{option}", metavar=option.upper(),
                            help=f"{meaning} (default: the file's)")
    _machine(parser)


def _machine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--processes", metavar="N", help="runs at once (default: as many as fit)")
    parser.add_argument("--cluster", metavar="ADDRESS", help="a Dask scheduler, as "
                        "tcp://10.0.0.1:8786, instead of processes here")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
