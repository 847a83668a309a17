"""The commands of calibration: `carveout calibrate` and `headlines`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.cli import Command


def add(command: Command) -> None:
    """Add the commands to the command line."""
    from experiments.cli import json_option, result_options, scenario_options

    fit = command(
        "calibrate",
        "fit the uncertain parameters to published figures",
        "experiments.calibration.commands:calibrate",
        "Runs the model at points of the priors, fits emulators, rules out what cannot be,\n"
        "samples the posterior, checks it, and hides parameters to find them again. Every run is\n"
        "kept in DIR: the same command goes on where it was stopped. An hour on two cores.\n\n"
        "examples:\n"
        "  carveout calibrate --out results/calibration\n"
        "  carveout calibrate --out results/quick --scale 0.02 --runs 120\n"
        "  carveout calibrate --out results/mine --targets my-targets.toml\n"
        "  carveout compare --posterior results/calibration/posterior.csv --draws 20",
    )
    fit.add_argument("--out", metavar="DIR", default="results/calibration",
                     help="where runs and results are kept (default: results/calibration)")
    for option, default, meaning in (
        ("scale", "0.1", "share of the city's residents in a run of size 1"),
        ("runs", "240", "points of the priors at which the model is run"),
        ("waves", "2", "waves of runs: later ones leave out what earlier ones ruled out"),
        ("seed", "1", "of the design, the runs and the sampler"),
        ("draws", "300", "draws of the posterior that are kept"),
        ("checks", "32", "of them, at which the model is run again for the checks"),
        ("recover", "400", "parameter sets hidden in emulated data"),
    ):
        fit.add_argument(f"--{option}", default=default, metavar=option.upper(),
                         help=f"{meaning} (default: {default})")
    fit.add_argument("--targets", metavar="FILE", help="targets (default: the project's own)")
    fit.add_argument("--processes", metavar="N", help="runs at once (default: the processors)")
    fit.add_argument("--quiet", action="store_true", help="no progress")
    json_option(fit)

    heads = command(
        "headlines",
        "hold the headlines against law, structure and what no figure can tell",
        "experiments.calibration.commands:headlines",
        "One regime against the baseline under E0 to E3, then under E0 with each contested\n"
        "mechanism off and at both ends of every parameter that stays at its prior.\n\n"
        "examples:\n"
        "  carveout headlines\n"
        "  carveout headlines welcoming-2021 --draws 8 --replicates 6",
    )
    heads.add_argument("regime", nargs="?", default="full-cooperation", metavar="REGIME",
                       help="name or file (default: full-cooperation)")
    heads.add_argument("--baseline", default="welcoming-2012", metavar="REGIME",
                       help="what it is compared with (default: welcoming-2012)")
    heads.add_argument("--draws", default="8", metavar="N",
                       help="posterior draws at which laws and switches are run (default: 8; "
                       "0: chance alone)")
    scenario_options(heads, without=("environment",))
    result_options(heads)


def calibrate(arguments: argparse.Namespace) -> int:
    """``carveout calibrate``."""
    from experiments.calibration.targets import load_targets
    from experiments.settings import real, whole
    from model.faults import BadInput, Fault

    limits = {"runs": 100_000, "waves": 10, "draws": 10_000, "checks": 10_000, "recover": 100_000}
    asked = {name: whole(name, getattr(arguments, name), 1, most) for name, most in limits.items()}
    scale, seed = real("scale", arguments.scale, 0, 1), whole("seed", arguments.seed, 0, 2**31)
    if Path(arguments.out).exists() and not Path(arguments.out).is_dir():
        found = f"found {arguments.out!r}, which is no folder"
        raise BadInput(Fault(found, "a folder, new or begun", key="out"))
    given = arguments.processes
    processes = None if given is None else whole("processes", given, 1, 1024)
    load_targets(arguments.targets)
    # What is asked for is right: now the packages, which a plain set-up has not.
    from experiments.calibration.calibrate import Fit
    from experiments.calibration.calibrate import calibrate as run
    from experiments.calibration.charts import save_charts
    from experiments.calibration.report import posterior_tables, progress
    from experiments.cli import STOPPED
    from experiments.commands import print_json
    from experiments.terminal import console

    try:
        with progress(not arguments.quiet) as told:
            made = run(
                arguments.out, Fit(scale=scale, seed=seed, **asked), targets=arguments.targets,
                told=told, processes=processes,
            )  # fmt: skip
    except KeyboardInterrupt:
        print(f"stopped; what was run is kept in {arguments.out}: the same command goes on",
              file=sys.stderr)  # fmt: skip
        return STOPPED
    save_charts(made, made.path.parent)
    if arguments.json:
        return print_json(made.manifest)
    for table in posterior_tables(made):
        console().print(table)
        console().print()
    console().print(f"Kept in {arguments.out}: posterior.csv, posterior.json, tables and charts.")
    return 0


def headlines(arguments: argparse.Namespace) -> int:
    """``carveout headlines``."""
    from contextlib import nullcontext
    from pathlib import Path

    from experiments.analysis.headlines import headlines as run
    from experiments.calibration.report import progress
    from experiments.commands import print_json, scenario
    from experiments.store import reserved

    place = (
        nullcontext() if arguments.out is None else reserved(arguments.out, force=arguments.force)
    )
    with place as folder:
        with progress(not arguments.quiet) as bar:
            done = run(
                arguments.regime, arguments.baseline, draws=arguments.draws,
                told=lambda at, total: bar("conditions", at, total),
                processes=arguments.processes, **scenario(arguments),
            )  # fmt: skip
        if folder is not None:
            with folder.filled() as path:
                done.write(path)
    if arguments.json:
        return print_json(done.summary())
    done.print()
    if arguments.out is not None:
        print(f"Results: {Path(arguments.out)}")
    print(f"Again:   {done.manifest['command']}")
    return 0
