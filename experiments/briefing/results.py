"""Results as a briefing reads them: a comparison's folder, and what else was run beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from experiments.briefing.facts import CONTRASTS, KEY, MANIFEST, OUTCOME_ROWS, Facts
from experiments.briefing.split import ATTRIBUTION, Attribution, attribution
from experiments.briefing.validated import Validation, validation
from experiments.privacy import Released, reread
from experiments.provenance import Provenance
from model.faults import BadInput, Fault

COMPARISON = "carveout results"
#: What a manifest must hold for a briefing to say where a number comes from.
NEEDED = (
    "regimes", "baseline", "environment", "posture", "city", "start", "days", "years", "scale",
    "replicates", "seeds_finished", "command", "parameters", "versions", "hashes",
)
#: Of them, those that sentences are made of.
TYPES: dict[str, type | tuple[type, ...]] = {
    "regimes": dict, "baseline": str, "environment": str, "posture": str, "city": str,
    "start": str, "days": int, "years": (int, float), "scale": (int, float),
    "seeds_finished": list, "parameters": dict, "hashes": dict,
}
PARAMETERS = ("par_low", "par_high")
COLUMNS = {
    CONTRASTS: ("regime", "measure", "outcome", "by", "group", "estimate", "low", "high", "n",
                "paired", "suppressed"),
    OUTCOME_ROWS: ("replicate", "regime", "month", "outcome", "by", "group", "value",
                   "numerator", "denominator", "suppressed"),
}
#: Columns that hold numbers.
NUMBERS = ("estimate", "low", "high", "n", *PARAMETERS, "value", "numerator", "denominator")
#: A grouping that every comparison has; a table without it was cut.
BY = "status"


@dataclass(frozen=True)
class Results:
    """One comparison read back. `variants` are the same under other settings, by what differs."""

    path: Path
    facts: Facts
    contrasts: Released
    outcomes: Released
    told: Provenance
    variants: dict[str, Results] = field(default_factory=dict)
    clauses: Attribution | None = None
    findings: Validation | None = None

    @property
    def tables(self) -> dict[str, Path]:
        """Every file that numbers come from, by the name that queries call it."""
        own = (CONTRASTS, OUTCOME_ROWS, MANIFEST)
        files = {self.facts.prefix + name: self.path / name for name in own}
        for other in self.variants.values():
            files |= other.tables
        if self.clauses:
            files[f"{self.clauses.path.name}/{ATTRIBUTION}"] = self.clauses.path / ATTRIBUTION
        if self.findings:
            files[f"{self.findings.path.name}/{MANIFEST}"] = self.findings.path / MANIFEST
        return files

    @property
    def manifest(self) -> dict[str, Any]:
        """What made the results."""
        return dict(self.facts.manifest)


def read(path: str | Path, beside: tuple[Path, ...] = ()) -> Results:
    """Read a comparison's folder, and what was run beside it: the same under other settings,
    attribution to clauses, validation.

    Raises
    ------
    BadInput
        If a folder is missing, is no results folder, or holds a table that cannot be read.
    """
    main = _comparison(Path(path), "")
    if not (main.facts.contrasts["by"] == BY).any():
        found, allowed = f"no rows by {BY}", "a whole table, as carveout compare writes it"
        raise BadInput(Fault(found, allowed, f"{Path(path).name}/{CONTRASTS}", key="by"))
    variants: dict[str, Results] = {}
    clauses, findings = None, None
    for folder in beside:
        if shared := attribution(folder):
            clauses = shared
            continue
        if held := validation(folder):
            findings = held
            continue
        other = _comparison(folder, f"{folder.name}/")
        variants[_what_differs(main, other, folder)] = other
    return replace(main, variants=variants, clauses=clauses, findings=findings)


def _comparison(path: Path, prefix: str) -> Results:
    manifest = _manifest(path)
    frames = {name: _table(path, name) for name in COLUMNS}
    contrasts = reread(frames[CONTRASTS], "contrasts")
    outcomes = reread(frames[OUTCOME_ROWS], "outcomes")
    # Intervals over draws of the parameters, where draws were made.
    more = {name: frames[CONTRASTS][name] for name in PARAMETERS if name in frames[CONTRASTS]}
    facts = Facts(contrasts.frame.assign(**more), outcomes.frame, manifest, prefix)
    return Results(path, facts, contrasts, outcomes, Provenance.told(manifest))


def _manifest(path: Path) -> dict[str, Any]:
    file = path / MANIFEST
    if not path.is_dir() or not file.is_file():
        what = f"has no {MANIFEST}" if path.is_dir() else "is no folder"
        found = f"{path.name} {what}"
        allowed = "a folder that carveout compare wrote"
        raise BadInput(Fault(found, allowed, key="results"))
    try:
        manifest = json.loads(file.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise BadInput(Fault(f"cannot be read: {error}", "a JSON file", str(file.name))) from None
    if not isinstance(manifest, dict) or manifest.get("kind") != COMPARISON:
        found = f"kind {manifest.get('kind') if isinstance(manifest, dict) else manifest!r:.40}"
        raise BadInput(Fault(found, f"{COMPARISON!r}", MANIFEST, key="kind"))
    faults = [Fault("not there", "a manifest as carveout compare writes it", MANIFEST, key=key)
              for key in NEEDED if key not in manifest]
    faults += [
        Fault(f"found {manifest[key]!r:.40}", "what carveout compare writes there",
              f"{path.name}/{MANIFEST}", key=key)
        for key, kind in TYPES.items() if key in manifest and not isinstance(manifest[key], kind)
    ]
    if not faults and manifest["baseline"] not in manifest["regimes"]:
        faults = [Fault(f"found {manifest['baseline']!r}", ", ".join(manifest["regimes"]),
                        MANIFEST, key="baseline")]
    if not faults and not manifest["seeds_finished"]:
        faults = [Fault("found none", "at least one finished replicate", MANIFEST,
                        key="seeds_finished")]
    if faults:
        raise BadInput(faults)
    return manifest


def _table(path: Path, name: str) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path / name)
    except Exception as error:  # pyarrow raises a dozen kinds
        found = "not there" if not (path / name).exists() else f"cannot be read: {error!s:.80}"
        raise BadInput(Fault(found, "a table as carveout compare writes it", name)) from None
    missing = [column for column in COLUMNS[name] if column not in table]
    missing += [one for one in PARAMETERS if one not in table and set(PARAMETERS) & set(table)]
    words = [one for one in NUMBERS if one in table and not is_numeric_dtype(table[one])]
    if not missing and words:
        allowed = "numbers, as carveout compare writes them"
        raise BadInput(Fault("found words", allowed, f"{path.name}/{name}", key=words[0]))
    if missing or not len(table):
        found = f"no column {missing[0]!r}" if missing else "no rows"
        raise BadInput(Fault(found, "a table as carveout compare writes it", name))
    repeated = name == CONTRASTS and table.duplicated(list(KEY)).any()
    if repeated:
        raise BadInput(Fault("a cell twice", "one row a measure, regime and cell", name))
    return table


def _what_differs(main: Results, other: Results, folder: Path) -> str:
    """``environment E0``, ``beta 0``: what tells another comparison from the main one.

    Raises
    ------
    BadInput
        If it compares other regimes, or differs in nothing.
    """
    one, two = main.manifest, other.manifest
    same = set(one["regimes"]) & set(two["regimes"]) - {one["baseline"]}
    if one["baseline"] != two["baseline"] or (not same and len(one["regimes"]) > 1):
        found = f"{folder.name} compares with {two['baseline']}"
        raise BadInput(Fault(found, f"a comparison with {one['baseline']}", key="with"))
    said = [two[key] for key in ("environment", "posture") if one[key] != two[key]]
    changed = two["parameters"]
    said += [
        f"{name} = {changed[name]:g}" for name in changed
        if changed[name] != one["parameters"].get(name)
    ]
    if "setting" in two and two["setting"] != one.get("setting"):
        return str(two["setting"])
    if not said:
        found = f"{folder.name} differs in no law and no assumption"
        allowed = "another environment, posture or parameter"
        raise BadInput(Fault(found, allowed, key="with"))
    return ", ".join(said)
