"""A study as comparisons, one a setting, in the tables that `carveout compare` writes.

A setting is a choice of every lever but the regime (a legal environment, say). Runs are paired
within draw and replicate. Over draws of the parameters a difference has two intervals, told apart
as in the study's own analyses (`analysis.spreads.two_level`): ``low`` and ``high`` are Monte Carlo
error, ``par_low`` and ``par_high`` how far draws reach.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.spreads import two_level
from experiments.briefing.facts import CONTRASTS, MANIFEST, OUTCOME_ROWS
from experiments.briefing.results import COMPARISON
from experiments.contrasts import CELL, interval
from experiments.outcomes import OUTCOMES
from experiments.privacy import two_digits
from experiments.settings import environment_says
from experiments.store import write_json
from experiments.study import open_study
from experiments.study.reading import KIND, Study
from model.faults import BadInput, Fault
from model.ordinance import load_regime
from model.registry import load_parameters

RUN = ["regime", "belief", *CELL]
ENDS = ("low", "high", "par_low", "par_high")
#: The setting of a briefing where a study has several: today's law.
TODAY = "E3"


def is_study(path: str | Path) -> bool:
    """Whether a folder holds a study."""
    file = Path(path) / MANIFEST
    return file.is_file() and f'"kind": "{KIND}"' in file.read_text("utf-8", errors="replace")


def as_comparisons(path: str | Path, out: Path) -> list[Path]:
    """Write a comparison's folder a setting under `out`; the briefing's own setting comes first.

    Raises
    ------
    BadInput
        If nothing is finished, or the baseline is not among the regimes.
    """
    study = open_study(path)
    levers = [name for name in study.levers if name != "regime"]
    shown = ", ".join(f'"{name}"' for name in ["draw", "replicate", "seed", *levers, *RUN])
    rows = study.query(f"SELECT {shown}, value, numerator, denominator, suppressed FROM results")
    if rows.empty:
        raise BadInput(Fault("found no finished task", "a study that has run", key="results"))
    regimes = list(dict.fromkeys(study.plan["regime"]))
    baseline = study.file.run.baseline
    if baseline not in regimes:
        found = f"found no {baseline!r} among the regimes {', '.join(regimes)}"
        raise BadInput(Fault(found, "a study that runs its baseline, too", key="baseline"))
    folders = []
    for setting, chosen in _settings(rows, levers):
        folder = out / _slug(setting, levers, rows)
        folder.mkdir(parents=True)
        common = study.file.run.seeds == "common"
        contrasts, complete = _contrasts(chosen, regimes, baseline, common)
        contrasts.to_parquet(folder / CONTRASTS, index=False)
        _pooled(chosen).to_parquet(folder / OUTCOME_ROWS, index=False)
        told = _manifest(study, setting, regimes, complete, folder.name)
        write_json(folder / MANIFEST, told)
        folders.append(folder)
    return folders


def _settings(
    rows: pd.DataFrame, levers: list[str]
) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Each choice of the levers with its rows; today's law, or else the first, comes first."""
    groups = list(rows.groupby(levers, sort=False, observed=True))
    said = [dict(zip(levers, key, strict=True)) for key, _ in groups]
    order = sorted(range(len(groups)), key=lambda at: said[at].get("environment") != TODAY)
    for at in order:
        yield said[at], groups[at][1]


def _slug(setting: dict[str, Any], levers: list[str], rows: pd.DataFrame) -> str:
    """A folder's name: what sets the setting apart."""
    return "-".join(str(setting[name]) for name in levers if rows[name].nunique() > 1) or "main"


def _contrasts(
    rows: pd.DataFrame, regimes: list[str], baseline: str, common: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Levels, differences and their parts; and the pairs (draw, replicate) that are complete."""
    pairs = rows[["draw", "replicate", "regime", "belief"]].drop_duplicates()
    counts = pairs.groupby(["draw", "replicate"]).size()
    complete = counts[counts == counts.max()].index
    rows = rows.set_index(["draw", "replicate"]).loc[complete].reset_index()
    # Each replicate's draws together, as a comparison has them.
    wide = rows.pivot(index=RUN, columns=["replicate", "draw"], values="value").sort_index(axis=1)
    draw = wide.columns.get_level_values("draw").to_numpy()
    replicate = wide.columns.get_level_values("replicate").to_numpy() if common else None
    cells = wide.index.droplevel(["regime", "belief"]).unique()

    def run(regime: str, belief: str = "own") -> NDArray[np.float64]:
        return wide.loc[(regime, belief)].reindex(cells).to_numpy(float)

    held = set(wide.index.droplevel(CELL))
    base, parts = run(baseline), []
    for regime in regimes:
        values: dict[str, NDArray[np.float64]] = {"level": run(regime)}
        if regime != baseline:
            values["difference"] = values["level"] - base
            if (regime, "held") in held:
                values["legal_exposure"] = run(regime, "held") - base
                values["belief"] = values["difference"] - values["legal_exposure"]
        parts += [
            _part(cells, measure, regime, baseline, one, draw, replicate)
            for measure, one in values.items()
        ]
    table = pd.concat(parts, ignore_index=True)
    areas = (table["by"] == "area").to_numpy()
    for name in ("estimate", "low", "high"):
        table[name] = np.where(areas, two_digits(table[name].to_numpy(float)), table[name])
    units = {name: spec.unit for name, spec in OUTCOMES.items()}
    return table.assign(unit=table["outcome"].astype(str).map(units)), complete.to_frame()


def _part(
    cells: pd.MultiIndex, measure: str, regime: str, baseline: str, values: NDArray[np.float64],
    draw: NDArray[Any], replicate: NDArray[Any] | None,
) -> pd.DataFrame:
    """One measure of one regime: values (cells, pairs). A cell hidden in one pair is hidden."""
    hidden = np.isnan(values).any(axis=1)
    values = np.where(hidden[:, None], np.nan, values)
    table = cells.to_frame(index=False).assign(
        regime=regime, baseline=baseline, measure=measure, estimate=values.mean(axis=1),
        n=values.shape[1], paired=list(values), suppressed=hidden,
    )
    if len(np.unique(draw)) == 1:
        _, low, high, _ = interval(values)
        return table.assign(low=low, high=high)
    told = [
        (np.nan,) * len(ENDS) if away else two_level(one, draw, replicate)[1 : 1 + len(ENDS)]
        for one, away in zip(values, hidden, strict=True)
    ]
    return table.assign(**dict(zip(ENDS, np.array(told).T, strict=True)))


def _pooled(rows: pd.DataFrame) -> pd.DataFrame:
    """Outcomes over the whole period in the columns of monthly ones: a study keeps no months."""
    own = rows[rows["belief"] == "own"]
    names = ["replicate", "seed", "regime", *CELL, "value", "numerator", "denominator"]
    if own["draw"].nunique() > 1:
        names.insert(1, "draw")
    return own[[*names, "suppressed"]].assign(month="all").reset_index(drop=True)


def _manifest(
    study: Study, setting: dict[str, Any], regimes: list[str], complete: pd.DataFrame, slug: str
) -> dict[str, Any]:
    """What made a setting's comparison, as `carveout compare` would say it."""
    run = study.file.run
    asked = study.plan[["draw", "replicate", "seed"]].drop_duplicates()
    complete = asked.merge(complete.reset_index(drop=True), on=["draw", "replicate"])
    titles: dict[Hashable, str] = {}
    for regime in regimes:
        try:
            titles[regime] = load_regime(regime).title
        except BadInput:  # a file of the user's own
            titles[regime] = regime
    environment = str(setting.get("environment", run.environment))
    draws = int(asked["draw"].nunique())
    return {
        "kind": COMPARISON, "command": study.manifest["command"],
        "partial": len(complete) < len(asked), "regimes": titles, "baseline": run.baseline,
        "environment": environment, "environment_says": environment_says(environment),
        "timeline": None, "posture": str(setting.get("posture", run.posture)),
        "city": str(setting.get("city", run.city)), "start": run.start.isoformat(),
        "days": round(run.years * 365), "years": run.years, "scale": run.scale,
        "replicates": len(asked), "seeds": sorted(asked["seed"].tolist()),
        "seeds_finished": sorted(complete["seed"].tolist()), "setting": slug,
        "decomposed": run.decompose, "parameters": dict(load_parameters({}).items()),
        "parameters_changed": {}, "versions": study.manifest["versions"],
        "commit": study.manifest["commit"], "hashes": study.manifest["hashes"],
        **({"draws": draws} if draws > 1 else {}),
    }
