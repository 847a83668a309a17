"""The committed example, ``results/reference``: ``python -m experiments.briefing.reference``.

Runs today's comparison of all regimes; the same where the ordinance alone binds, without fear,
without offenders who answer to reporting, without help for survivors, and under the federal surge
of 2025; a split into clauses and a validation. Keeps their small tables, and writes the briefing in
both languages. ``--pages`` writes the briefings anew from the tables
that are kept, which takes seconds; a test holds that they come out byte for byte.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.briefing.facts import CONTRASTS, MANIFEST, OUTCOME_ROWS, PARTS
from experiments.briefing.findings import TOPICS
from experiments.briefing.make import Briefing, brief
from experiments.briefing.split import ATTRIBUTION
from experiments.language import LANGUAGES
from experiments.validation.report import FINDINGS

FOLDER = Path(__file__).parents[2] / "results" / "reference"
MAIN, BESIDE = "today", (
    "ordinance-alone", "no-fear", "no-response", "no-survivors", "surge", "clauses", "validation",
)
#: The text that is in force, so that every difference is what would change.
IN_FORCE = "welcoming-2021"
#: What ran, by folder; every command ends in ``--out FOLDER``.
RUNS = {
    "today": (
        "compare", "--baseline", IN_FORCE, "--scale", "{scale}", "--replicates", "{replicates}",
        "--seed", "1",
    ),
    "ordinance-alone": (
        "compare", "--baseline", IN_FORCE, "--environment", "E0", "--scale", "{scale}",
        "--replicates", "{replicates}", "--seed", "1",
    ),
    "no-fear": (
        "compare", "--baseline", IN_FORCE, "--set", "chilling=0", "--scale", "{scale}",
        "--replicates", "{replicates}", "--seed", "1",
    ),
    "no-response": (
        "compare", "--baseline", IN_FORCE, "--set", "offenders_respond=0", "--scale", "{scale}",
        "--replicates", "{replicates}", "--seed", "1",
    ),
    "no-survivors": (
        "compare", "--baseline", IN_FORCE, "--set", "survivor_support_logit=0",
        "--scale", "{scale}", "--replicates", "{replicates}", "--seed", "1",
    ),
    "surge": (
        "compare", "--baseline", IN_FORCE, "--posture", "2025-surge", "--scale", "{scale}",
        "--replicates", "{replicates}", "--seed", "1",
    ),
    "clauses": (
        "attribute", "welcoming-2012", "welcoming-2021", "--outcome", "reporting_undocumented",
        "--scale", "{scale}", "--replicates", "{replicates}", "--seed", "1",
    ),
    # Its replication designs take most of the time, whatever the scale.
    "validation": ("validate", "--scale", "0.1", "--replicates", "4"),
}
#: Outcomes whose months are kept of a run beside: with them it can be told in how many pairs of
#: runs the events of a topic, or of a claim, differ.
COMPARED = (*TOPICS, "recorded_crime", "reporting_latino", "work_days_lost")
#: What is kept of a run's folder.
TABLES = (CONTRASTS, OUTCOME_ROWS, ATTRIBUTION, FINDINGS, MANIFEST)
#: What is kept of a briefing: charts as pictures in one language; no Word file, no SVG. The
#: register holds the digest of every file, so those left out are held to theirs, too.
KEPT = {
    "en": ("briefing.pdf", "briefing.html", MANIFEST, "charts/*.png"),
    "es": ("briefing.pdf", "briefing.html", MANIFEST),
}


def run(names: Sequence[str], scale: str, replicates: str, folder: Path = FOLDER) -> None:
    """Run what is named, and keep its small tables."""
    from experiments.cli import main

    for name in names:
        out = folder / name
        command = [word.format(scale=scale, replicates=replicates) for word in RUNS[name]]
        print(f"carveout {' '.join(command)} --out results/reference/{name}")
        status = main([*command, "--quiet", "--out", str(out), "--force"])
        if status:
            raise SystemExit(status)
        keep_small(out, whole=name == MAIN)


def keep_small(folder: Path, *, whole: bool) -> None:
    """Leave a run's tables only, without what no briefing reads.

    Monthly outcomes of the whole city stay, those of groups and areas go; single pairs stay for
    the city's figures. Unless `whole`, contrasts are of the city only, without their parts, and of
    its months there are those of the topics and of what shows their exposures.
    """
    for path in folder.iterdir():
        if path.name not in TABLES:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if not (folder / CONTRASTS).is_file():
        return
    outcomes = pd.read_parquet(folder / OUTCOME_ROWS)
    contrasts = pd.read_parquet(folder / CONTRASTS)
    city = contrasts["by"] == "all"
    contrasts["paired"] = [
        pairs if one else pairs[:0] for pairs, one in zip(contrasts["paired"], city, strict=True)
    ]
    months = outcomes["by"] == "all"
    tables = {
        OUTCOME_ROWS: outcomes[months if whole else months & outcomes["outcome"].isin(COMPARED)],
        CONTRASTS: contrasts if whole else contrasts[city & ~contrasts["measure"].isin(PARTS)],
    }
    for name, table in tables.items():
        table.to_parquet(
            folder / name, index=False, compression="zstd", compression_level=19
        )


def made(code: str, folder: Path = FOLDER) -> Briefing:
    """The briefing of the tables that are kept, in one language; nothing is written."""
    beside = [folder / name for name in BESIDE if (folder / name).is_dir()]
    return brief(folder / MAIN, language=code, beside=beside)


def write_pages(folder: Path = FOLDER) -> None:
    """Write the briefing in both languages, what is kept of it."""
    for code in LANGUAGES:
        out = folder / f"briefing-{code}"
        beside = [folder / name for name in BESIDE if (folder / name).is_dir()]
        brief(folder / MAIN, out=out, language=code, beside=beside, force=True)
        kept = {path for pattern in KEPT[code] for path in out.glob(pattern)}
        for path in [one for one in out.rglob("*") if one.is_file() and one not in kept]:
            path.unlink()
        for path in [one for one in out.iterdir() if one.is_dir() and not any(one.iterdir())]:
            path.rmdir()


def main(words: Sequence[str] | None = None) -> None:
    """Make the example: all of it, some of its runs, or its pages alone."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--scale", default="0.25", help="share of the city (default: 0.25)")
    parser.add_argument("--replicates", default="4", help="paired replicates (default: 4)")
    parser.add_argument("--run", nargs="*", default=list(RUNS), choices=list(RUNS),
                        help="runs to make anew (default: all)")
    parser.add_argument("--pages", action="store_true", help="the briefings only")
    chosen = parser.parse_args(words)
    if not chosen.pages:
        run(chosen.run, chosen.scale, chosen.replicates)
    write_pages()


if __name__ == "__main__":
    main()
