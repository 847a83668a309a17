"""The command ``carveout brief``; imports nothing slow."""

from __future__ import annotations

import argparse
from typing import Any

EPILOG = """\
RESULTS is a folder that 'carveout compare' wrote. The briefing says what its numbers carry, and
what was not run and how to run it.

examples:
  carveout brief results/compare-001 --out results/briefing
  carveout brief results/compare-001 --out results/informe --language es
  carveout brief results/e3 --with results/e0 --with results/no-chilling --out results/briefing
  carveout brief --check results/briefing
  carveout brief --explain k3f9a2 results/briefing

Python: from experiments import brief; brief("results/compare-001", out="results/briefing")"""


def add(command: Any) -> None:
    """Add the command."""
    from experiments.cli import json_option

    parser: argparse.ArgumentParser = command(
        "brief", "turn results into a policy briefing: PDF, HTML and DOCX",
        "experiments.briefing.command:brief", EPILOG,
    )
    parser.add_argument("results", nargs="?", metavar="RESULTS", help="folder of results")
    parser.add_argument("--out", metavar="DIR", help="folder of the briefing (default: a new one "
                        "under results/)")
    parser.add_argument("--language", default="en", metavar="LANGUAGE",
                        help="en or es (default: en)")
    parser.add_argument("--audience", default="council", metavar="AUDIENCE",
                        help="council, press or technical (default: council)")
    parser.add_argument("--with", action="append", default=[], dest="beside", metavar="DIR",
                        help="the same comparison under another law or assumption; repeatable")
    parser.add_argument("--force", action="store_true", help="replace a briefing in DIR")
    parser.add_argument("--check", metavar="DIR", help="take every number of a briefing again "
                        "from the tables; fail on any difference")
    parser.add_argument("--explain", metavar="ID", help="print the query and the rows behind a "
                        "number (RESULTS: the briefing, or the results)")
    json_option(parser)
