"""Hold the model against findings: run the contrasts, form the effects, give the verdicts."""

from __future__ import annotations

import math
import shlex
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments import privacy
from experiments.manifest import commit, data_hashes, draws_digest, versions
from experiments.replication.design import COUNTIES
from experiments.replication.found import KEPT, is_kept
from experiments.runner import run_cases
from experiments.settings import (
    DEFAULT_DRAWS,
    MAX_REPLICATES,
    OWN_POSTERIOR,
    as_typed,
    drawn_from,
    real,
    whole,
)
from experiments.store import MANIFEST, Saved, write_json
from experiments.terminal import progress_bar
from experiments.validation.effects import Counts, Effect, effect_of
from experiments.validation.plan import Contrast, contrasts_of, runs_of
from experiments.validation.replicated import (
    Asked,
    effects_of,
    read_effects,
    replications_of,
)
from experiments.validation.row import Row
from experiments.validation.row_files import BUILT_IN, Rows, read_rows
from experiments.validation.verdict import BASES, VERDICTS, claim, judge, whole_interval
from model.faults import BadInput, Fault

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Validation(Saved):
    """Findings beside the model's. Everything in it has passed `experiments.privacy`."""

    released: privacy.Released
    manifest: dict[str, Any]

    @property
    def rows(self) -> pd.DataFrame:
        """One row a finding: published, model, verdict and reason; see docs/validation.md."""
        return self.released.frame.copy()

    def figure(self) -> Figure:
        """Published and model effects side by side, a row a finding."""
        from experiments.validation.chart import forest

        return forest(self.released)

    def print(self) -> None:
        """The tables, to standard output."""
        from experiments.validation.report import print_tables

        print_tables(self.released)

    def summary(self) -> dict[str, Any]:
        """What ``--json`` prints: the manifest, and one object a finding."""
        return {"manifest": self.manifest, "rows": self.released.frame.to_dict("records")}

    def write(self, folder: Path) -> None:
        """Table, page, chart and manifest into a folder that is there."""
        from experiments.style import save
        from experiments.validation.report import FINDINGS, html, markdown

        self.released.frame.to_csv(folder / FINDINGS, index=False)
        (folder / "validation.md").write_text(markdown(self.released, self.manifest), "utf-8")
        (folder / "validation.html").write_text(html(self.released, self.manifest), "utf-8")
        save(self.figure(), folder, "forest")
        write_json(folder / MANIFEST, self.manifest)


def validate(
    rows: str | Path | None = None,
    *,
    scale: float | str = 0.1,
    replicates: int | str = 4,
    seed: int | str = 0,
    posterior: str | Path | None = None,
    draws: int | str | None = None,
    counties: int | str | None = None,
    replications: Sequence[str | Path] = (),
    processes: int | str | None = None,
    progress: bool = True,
) -> Validation:
    """Hold the model against findings.

    Parameters
    ----------
    rows
        A CSV or TOML file of findings (docs/validation.md); those that come with the project if
        None.
    scale
        Share of each city's residents that are simulated.
    replicates
        Paired replicates with the seeds ``seed``, ``seed + 1``, ...
    posterior, draws
        As `comparison.compare` takes them: by default every replicate is run at eight draws of the
        project's own posterior. ``chance_low``, ``chance_high`` tell chance, ``par_low``,
        ``par_high`` how far draws reach, and the model's interval goes from the lower end of both
        to the upper; with 0 draws it is that of chance at the default parameters. Fewer than eight
        draws are refused: an agreement must hold at each, and few are easily met.
    counties
        Synthetic counties of the replication designs that findings name (`replicate`), instead
        of what a design says.
    replications
        Folders of ``carveout replicate`` made before: their designs are not run again. Nor are
        they where a run that is kept with the project (`replication.found`) is the one that would
        be made.
    processes
        How many runs at once; chosen by the machine if None.

    Raises
    ------
    BadInput
        For each thing wrong with the file or the numbers, with file, line and key; nothing has
        then been run.
    """
    share = real("scale", scale, 0, 1)
    count = whole("replicates", replicates, 1, MAX_REPLICATES)
    first = whole("seed", seed, 0, 2**62)
    workers = None if processes is None else whole("processes", processes, 1, 1024)
    if counties is not None:
        counties = whole("counties", counties, *COUNTIES)
    begun = time.perf_counter()
    drawn, posterior_name = drawn_from(posterior, draws, count)
    if 0 < len(drawn) < DEFAULT_DRAWS:
        allowed = f"{DEFAULT_DRAWS} or more, or 0 for chance alone: fewer are met more easily"
        raise BadInput(Fault(f"found {len(drawn)}", allowed, key="draws"))
    values = drawn or ({},)
    same = counties is None and is_kept(count, first, drawn)
    before = [read_effects(folder, drawn) for folder in replications or [KEPT] * same]
    read = read_rows(BUILT_IN if rows is None else rows)
    contrasts, replicated = _checked(read, share)
    cases = list(runs_of(contrasts, range(first, first + count), values))
    effects: dict[str, Effect] = {}
    if cases:
        total = sum(case.scenario.days for case in cases)
        with (
            progress_bar(total, shown=progress, runs=len(cases)) as on_days,
            closing(run_cases(cases, processes=workers, on_days=on_days)) as arriving,
        ):
            counts = Counts(pd.concat([one.rows for one in arriving], ignore_index=True))
        effects = {one.row.id: effect_of(one, counts) for one in contrasts}
    effects |= effects_of(
        replicated, made=before, counties=counties, replicates=count, seed=first,
        posterior=posterior, draws=len(drawn), processes=workers, progress=progress,
    )
    records = [record(row, effects.get(row.id)) for row in read.rows]
    words = ["carveout", "validate", *(["--rows", as_typed(rows)] if rows else [])]
    words += ["--scale", f"{share:g}", "--replicates", str(count), "--seed", str(first)]
    words += ["--counties", str(counties)] * (counties is not None)
    if drawn and posterior_name != OWN_POSTERIOR:
        words += ["--posterior", str(posterior_name)]
    words += ["--draws", str(len(drawn))]
    words += [word for one in replications for word in ("--replications", as_typed(one))]
    made = {
        "kind": "carveout validation",
        "command": shlex.join(words),
        "scale": share, "replicates": count, "seed": first, "draws": len(values),
        "runs": len(cases),
        **counted(records, "validation"), "calibration": counted(records, "calibration"),
        "seconds": round(time.perf_counter() - begun, 1),
        "versions": versions(), "commit": commit(), "hashes": dict(data_hashes()),
        "drawn": draws_digest(drawn),
    }
    return Validation(privacy.release_findings(records), made)


def _checked(read: Rows, share: float) -> tuple[list[Contrast], list[Asked]]:
    """The findings by how they are computed; faults of both kinds are told together."""
    faults: list[Fault] = []
    contrasts: list[Contrast] = []
    replicated: list[Asked] = []
    try:
        contrasts = contrasts_of(read, share)
    except BadInput as error:
        faults += error.faults
    try:
        replicated = replications_of(read)
    except BadInput as error:
        faults += error.faults
    if faults:
        raise BadInput(sorted(faults, key=lambda one: one.line or 0))
    return contrasts, replicated


def counted(records: Sequence[Mapping[str, Any]], role: str) -> dict[str, Any]:
    """How many findings of a role got each verdict, and what their agreements rest on."""
    own = [row for row in records if row["role"] == role]
    return {
        "findings": len(own),
        "verdicts": {one: sum(row["verdict"] == one for row in own) for one in VERDICTS},
        "agreements": {one: sum(row["basis"] == one for row in own) for one in BASES},
    }


def record(row: Row, effect: Effect | None) -> dict[str, Any]:
    """One finding with the model's answer, to be released by the privacy gate."""
    told = judge(row, effect)
    shown: Mapping[str, Any] = {}
    if row.estimate is not None:
        claimed = claim(row)
        ends = {"claim_low": claimed.low, "claim_high": claimed.high}
        shown = {name: end for name, end in ends.items() if math.isfinite(end)}
    if effect is not None:
        low, high = whole_interval(effect)
        par = (effect.low, effect.high) if effect.draws > 1 else (math.nan, math.nan)
        shown = {
            **shown, "model": effect.estimate, "model_low": low, "model_high": high,
            "chance_low": effect.chance_low, "chance_high": effect.chance_high,
            "par_low": par[0], "par_high": par[1],
            "model_a": effect.a, "model_b": effect.b,
            "replicates": effect.replicates, "draws": effect.draws, "small": effect.small,
            "area": effect.area,
        }
    return {
        "id": row.id, "finding": row.finding or row.id, "study": row.study, "role": row.role,
        "design": row.design, "estimator": row.estimator, "contrast": _contrast(row),
        "outcome": row.outcome, "group": row.group or row.group_b or "all",
        "effect": row.measure, "unit": row.unit,
        "published": row.estimate, "low": row.low, "high": row.high,
        "discrepancy": row.discrepancy, "claim_low": None, "claim_high": None,
        "model": None, "model_low": None, "model_high": None, "small": False, "area": False,
        **shown,
        "verdict": told.verdict, "basis": told.basis, "reason": told.reason, "note": row.note,
    }


def _contrast(row: Row) -> str:
    if row.contrast:
        return row.contrast
    names = ("regime", "environment", "posture", "timeline", "parameters", "group", "period")
    sides = [
        " + ".join(filter(None, (row.side(which, name) for name in names))) for which in "ab"
    ]
    return sides[0] if sides[0] == sides[1] else " -> ".join(one or "default" for one in sides)
