"""The fit: waves of runs, emulators, a posterior, its checks, simulated recovery; kept in a folder.

>>> from experiments.calibration import calibrate
>>> calibrate("results/calibration", Fit(scale=0.1, runs=240))  # doctest: +SKIP
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import cache
from experiments.calibration import inference, recovery
from experiments.calibration.checks import predictive
from experiments.calibration.design import UNCERTAIN, Space
from experiments.calibration.emulator import diagnostics, fit
from experiments.calibration.inference import Evidence, Sample
from experiments.calibration.parts import Folder, Job, Simulator, gather, run_jobs
from experiments.calibration.posterior import Posterior, load_posterior
from experiments.calibration.simulator import simulate_point
from experiments.calibration.statistics import RUNS, STATISTICS
from experiments.calibration.targets import Target, load_targets
from experiments.manifest import commit, data_hashes, versions
from experiments.store import write_json
from model.faults import BadInput, Fault

#: Populations that the points are spread over, so that none's chance becomes the model's.
SEEDS = 4
CANDIDATES = 1 << 14
#: A parameter is called learnt when the data took more than this off its prior variance.
LEARNT = 0.1
#: And moved when its mean went by more than this share of the prior's standard deviation.
MOVED = 0.2

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Fit:
    """What a calibration asks for."""

    scale: float = 0.1
    runs: int = 240
    waves: int = 2
    seed: int = 1
    draws: int = 300
    checks: int = 32
    recover: int = 400
    steps: int = inference.STEPS

    def stages(self) -> list[int]:
        """Points of each wave: two thirds in the first, which alone is drawn from the prior."""
        if self.waves == 1:
            return [self.runs]
        first = round(self.runs * 2 / 3)
        later = np.diff(np.linspace(first, self.runs, self.waves).round().astype(int))
        return [first, *map(int, later)]


def calibrate(
    out: str | Path,
    plan: Fit | None = None,
    *,
    targets: str | Path | None = None,
    processes: int | None = None,
    told: Told = lambda stage, done, total: None,
    simulator: Simulator = simulate_point,
    names: Sequence[str] = UNCERTAIN,
) -> Posterior:
    """Fit the uncertain parameters to the targets, keeping every run in the folder `out`.

    Called again with the same settings it goes on where it stopped.

    Parameters
    ----------
    plan
        Sizes and seed; by default those of `Fit`.
    targets
        A TOML file; the project's own by default.
    told
        Called with a stage's name, points done and points in all.

    Raises
    ------
    BadInput
        If targets or settings are wrong, or `out` holds another calibration.
    """
    plan = plan or Fit()
    if min(plan.stages()) < 2 * len(names):
        least = f"at least {2 * len(names)} runs a wave, two a parameter"
        raise BadInput(Fault(f"found {plan.runs} runs in {plan.waves} waves", least, key="runs"))
    chosen, space = load_targets(targets), Space(names)
    folder = Folder(out, _settings(plan, chosen, space))
    workers = processes or os.cpu_count() or 1

    def run(jobs: list[Job]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        for done, job in enumerate(run_jobs(jobs, folder, space, plan.scale, workers, simulator)):
            told(job.stage, done + 1, len(jobs))
        return gather(jobs, folder, [target.statistic for target in chosen])

    fitted = [i for i, target in enumerate(chosen) if target.kind == "calibration"]
    waves: list[dict[str, float]] = []
    points, outputs = np.empty((0, len(space))), np.empty((0, len(chosen)))
    evidence: Evidence | None = None
    for number, size in enumerate(plan.stages(), start=1):
        candidates = space.sample(size if evidence is None else CANDIDATES, plan.seed + number)
        if evidence is not None:
            kept = inference.not_ruled_out(evidence, candidates)
            waves[-1]["not_ruled_out"] = float(kept.mean())
            if kept.sum() < size:
                kept[:] = True  # emulators too sure of too little: the prior is run again
            candidates = candidates[kept][:size]
        made = run(_jobs(f"wave-{number}", candidates, plan.seed))
        points, outputs = np.vstack([points, made[0]]), np.vstack([outputs, made[1]])
        waves.append({"points": size})
        evidence = _evidence([chosen[i] for i in fitted], points, outputs[:, fitted], plan)
    assert evidence is not None
    waves[-1]["not_ruled_out"] = float(
        inference.not_ruled_out(evidence, space.sample(CANDIDATES, plan.seed)).mean()
    )
    told("posterior", 0, 1)
    sample = inference.posterior(evidence, space, plan.seed, steps=plan.steps)
    rng = np.random.default_rng([plan.seed, 0])
    drawn = sample.points[rng.choice(len(sample.points), plan.draws, replace=False)]
    told("posterior", 1, 1)
    _, replicated = run(_jobs("check", drawn[: plan.checks], plan.seed + 1000))
    checked = predictive(chosen, replicated)
    told("recovery", 0, 1)
    first = plan.stages()[0]
    found = [
        recovery.emulated(evidence, space, plan.recover, plan.seed),
        recovery.simulated(
            evidence, points[:first], outputs[:first][:, fitted], space, plan.seed
        ),
    ]
    told("recovery", 1, 1)
    return _write(
        folder, plan, space, chosen, evidence, sample, drawn, checked,
        pd.concat([one.table() for one in found], ignore_index=True),
        waves, _diagnosed(evidence, points, outputs[:, fitted], plan.seed), targets,
    )  # fmt: skip


def _jobs(stage: str, points: NDArray[np.float64], seed: int) -> list[Job]:
    """Points in blocks of one population each."""
    blocks = np.arange(len(points)) * SEEDS // max(len(points), 1)
    return [
        Job(stage, row, tuple(map(float, point)), seed + int(block))
        for row, (point, block) in enumerate(zip(points, blocks, strict=True))
    ]


def _evidence(
    targets: list[Target], points: NDArray[np.float64], outputs: NDArray[np.float64], plan: Fit
) -> Evidence:
    emulators = [fit(points, one, plan.seed) for one in outputs.T]
    sizes = [RUNS[STATISTICS[target.statistic][1]].size for target in targets]
    chance = np.minimum(1.0, plan.scale * np.array(sizes))
    return Evidence(targets, emulators, chance)


def _diagnosed(
    evidence: Evidence, points: NDArray[np.float64], outputs: NDArray[np.float64], seed: int
) -> dict[str, dict[str, Any]]:
    told = {}
    for target, emulator, one in zip(evidence.targets, evidence.emulators, outputs.T, strict=True):
        names = [UNCERTAIN[i] for i in emulator.active] if points.shape[1] == len(UNCERTAIN) else []
        chance = float(np.sqrt(emulator.noise))
        told[target.name] = {
            **diagnostics(points, one, emulator, seed), "chance_of_a_run": chance, "active": names,
        }  # fmt: skip
    return told


def _settings(plan: Fit, targets: list[Target], space: Space) -> dict[str, Any]:
    """What must be the same for a folder's runs to be used again."""
    return {
        "scale": plan.scale,
        "runs": plan.runs,
        "waves": plan.waves,
        "seed": plan.seed,
        "parameters": {
            name: [prior.form, *prior.numbers, prior.low, prior.high]
            for name, prior in zip(space.names, space.priors, strict=True)
        },
        "targets": [vars(target) for target in targets],
        "code": cache.code_digest(),
    }


def _write(
    folder: Folder,
    plan: Fit,
    space: Space,
    targets: list[Target],
    evidence: Evidence,
    sample: Sample,
    drawn: NDArray[np.float64],
    checked: pd.DataFrame,
    recovered: pd.DataFrame,
    waves: list[dict[str, float]],
    emulators: dict[str, Any],
    given: str | Path | None,
) -> Posterior:
    path = folder.path
    values = space.values(drawn)
    draws = pd.DataFrame(values, columns=list(space.names))
    # Six digits keep every draw within its range, and the file small.
    draws.map(lambda value: f"{value:.6g}").to_csv(path / "posterior.csv", index=False)
    checked.to_csv(path / "predictive.csv", index=False)
    recovered.to_csv(path / "recovery.csv", index=False)
    words = ["carveout", "calibrate", "--scale", f"{plan.scale:g}", "--runs", str(plan.runs)]
    words += ["--waves", str(plan.waves), "--seed", str(plan.seed)]
    words += ["--draws", str(plan.draws), "--checks", str(plan.checks), "--out", path.name]
    words += ["--targets", Path(given).name] if given is not None else []
    write_json(
        path / "posterior.json",
        {
            "kind": "carveout posterior",
            "command": shlex.join(words),
            "commit": commit(),
            "versions": versions(),
            "hashes": dict(data_hashes()),
            "fit": vars(plan),
            "seeds": {"runs": SEEDS, "first": plan.seed, "checks": plan.seed + 1000},
            "targets": [vars(target) for target in targets],
            "waves": waves,
            "emulators": emulators,
            "sampler": {
                "r_hat": sample.r_hat,
                "autocorrelation": sample.autocorrelation,
                "acceptance": sample.acceptance,
                "effective": len(sample.points) / sample.autocorrelation,
                "importance_effective": sample.pilot_effective,
                "largest_difference_of_means": float(
                    np.abs(sample.points.mean(axis=0) - sample.pilot).max()
                ),
            },
            "parameters": summary(space, sample.points),
            "predictive": checked.to_dict("records"),
            "recovery": recovered[recovered["parameter"] == "all"].to_dict("records"),
            "recovery_by_parameter": recovered[recovered["parameter"] != "all"].to_dict("records"),
            "privacy": "citywide figures only; every person is synthetic",
        },
    )
    return load_posterior(path / "posterior.csv")


def summary(space: Space, points: NDArray[np.float64]) -> dict[str, dict[str, Any]]:
    """Prior and posterior of every parameter, and what was learnt of it."""
    values = space.values(points)
    learnt = inference.contraction(space, points)
    table: dict[str, dict[str, Any]] = {}
    for name, prior, column, share in zip(
        space.names, space.priors, values.T, learnt, strict=True
    ):
        ends = np.quantile(column, [0.025, 0.5, 0.975])
        table[name] = {
            "prior_median": float(prior.ppf(0.5)),
            "prior_low": float(prior.ppf(0.025)),
            "prior_high": float(prior.ppf(0.975)),
            "median": float(ends[1]),
            "low": float(ends[0]),
            "high": float(ends[2]),
            "contraction": float(share),
            "shift": float((column.mean() - prior.mean) / np.sqrt(prior.variance)),
        }
        table[name]["says"] = _says(table[name])
    return table


def _says(row: dict[str, Any]) -> str:
    if row["contraction"] > LEARNT:
        return "learnt"
    return "moved, no narrower" if abs(row["shift"]) > MOVED else "stays at its prior"
