"""Run a design over several seeds: the true paired effect, each estimator's answer, and the gap."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments import privacy
from experiments.contrasts import interval
from experiments.manifest import commit, data_hashes, versions
from experiments.replication.design import (
    COUNTIES,
    Design,
    Estimator,
    Outcome,
    design_names,
    load_design,
)
from experiments.replication.estimators import LAGS, LEADS, Answer, answer
from experiments.replication.panel import Study, studies_of
from experiments.replication.worlds import plan, runs
from experiments.settings import days_of, whole
from experiments.store import MANIFEST, Saved, write_json
from experiments.terminal import progress_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.figure import Figure

TRUE, KIND = "true", "carveout replications"


@dataclass(frozen=True)
class Replication(Saved):
    """Designs replicated. Everything in it has passed `experiments.privacy`."""

    designs: tuple[Design, ...]
    released: privacy.Released
    released_by_time: privacy.Released
    manifest: dict[str, Any]

    @property
    def effects(self) -> pd.DataFrame:
        """One row a design, outcome and estimator, the true effect among them."""
        return self.released.frame.copy()

    @property
    def by_time(self) -> pd.DataFrame:
        """The first seed's event studies, and the true effect, by periods since adoption."""
        return self.released_by_time.frame.copy()

    def figures(self) -> dict[str, Figure]:
        """The event studies, by design and outcome."""
        from experiments.replication.chart import event_study

        drawn = {
            f"{design.name}-{outcome.name}": event_study(design, outcome, self.released_by_time)
            for design in self.designs
            for outcome in design.outcomes
        }
        return {name: figure for name, figure in drawn.items() if figure is not None}

    def print(self) -> None:
        """The table, to standard output."""
        from experiments.replication.report import print_table

        print_table(self.designs, self.released)

    def summary(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return {"manifest": self.manifest, "effects": self.effects.to_dict("records"),
                "by_time": self.by_time.to_dict("records")}

    def write(self, folder: Path) -> None:
        """Tables, charts and manifest into a folder that is there."""
        from experiments.style import save

        self.effects.to_csv(folder / "effects.csv", index=False)
        self.by_time.to_csv(folder / "by_time.csv", index=False)
        for name, figure in self.figures().items():
            save(figure, folder, name)
        write_json(folder / MANIFEST, self.manifest)


def replicate(
    designs: str | Path | Sequence[str | Path] | None = None,
    *,
    counties: int | str | None = None,
    replicates: int | str = 3,
    seed: int | str = 0,
    progress: bool = True,
) -> Replication:
    """Replicate designs, by name or file; all that come with the project if None.

    Parameters
    ----------
    counties
        How many synthetic counties, instead of what a design says; designs in a real city keep
        its areas.
    replicates
        Seeds: each is a new set of counties with its own histories. The interval of the gap is
        over them.

    Raises
    ------
    BadInput
        For each thing wrong with a design or a number; nothing has then been run.
    """
    begun = time.perf_counter()
    named = [designs] if isinstance(designs, str | Path) else list(designs or design_names())
    asked = [load_design(one) for one in named]
    if counties is not None:
        number = whole("counties", counties, *COUNTIES)
        asked = [_with_counties(one, number) for one in asked]
    count, first = whole("replicates", replicates, 1, 1000), whole("seed", seed, 0, 2**32)
    seeds = range(first, first + count)
    total = sum(_runs(one) * days_of(one.start, one.years) for one in asked) * count
    records: list[dict[str, Any]] = []
    times: list[pd.DataFrame] = []
    with progress_bar(total, shown=progress, runs=sum(map(_runs, asked)) * count) as on_days:
        for design in asked:
            found, by_time = _design(design, seeds, on_days)
            records += found
            times.append(by_time)
    words = ["carveout", "replicate", *(Path(one).name for one in named)]
    words += ["--counties", str(counties)] * (counties is not None)
    words += ["--replicates", str(count), "--seed", str(first)]
    made = {
        "kind": KIND, "command": shlex.join(words),
        "designs": [one.name for one in asked], "replicates": count, "seed": first,
        "seconds": round(time.perf_counter() - begun, 1), "versions": versions(),
        "commit": commit(), "hashes": dict(data_hashes()),
    }
    return Replication(
        tuple(asked), privacy.release_effects(pd.DataFrame(records)),
        privacy.release_effects(pd.concat(times, ignore_index=True)), made,
    )


def _with_counties(design: Design, counties: int) -> Design:
    world = design.world.model_copy(update={"counties": counties})
    return design.model_copy(update={"world": world})


def _runs(design: Design) -> int:
    """Runs of one seed, at most."""
    return len(design.world.strata) * (design.timing.cohorts + 1 + design.timing.announced)


def _design(
    design: Design, seeds: range, on_days: Callable[[int], None]
) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """Effects of one design over all seeds, and the first seed's by time."""
    shape = len(design.outcomes), len(seeds)
    true, base = np.empty((2, *shape))
    answers: dict[tuple[str, str], list[Answer]] = {}
    times: list[pd.DataFrame] = []
    for place, seed in enumerate(seeds):
        asked = plan(design, seed)
        with runs(design, asked, seed, on_days) as arriving:
            studies = studies_of(design, asked, arriving, seed)
        for number, study in enumerate(studies):
            true[number, place], base[number, place] = study.true_effect(), study.base
            found = {one: answer(study, one) for one in design.estimators_of(study.outcome)}
            for one, given in found.items():
                answers.setdefault((study.outcome.name, one.name), []).append(given)
            if place == 0:
                times += _by_time(design, study, found)
    records = []
    for outcome, real, level in zip(design.outcomes, true, base, strict=True):
        records.append(_record(design, outcome, None, real, real, None, level))
        for one in design.estimators_of(outcome):
            mine = answers[outcome.name, one.name]
            told = np.array([(each.estimate, each.low, each.high) for each in mine])
            if np.isnan(told[:, 0]).all():
                continue  # nothing of this outcome is left to compare with
            records.append(_record(design, outcome, one, told[:, 0], real, told, level))
    return records, pd.concat([pd.DataFrame({"since": []}), *times], ignore_index=True)


def _by_time(
    design: Design, study: Study, found: dict[Estimator, Answer]
) -> list[pd.DataFrame]:
    """Event studies of one outcome, and the true effect beside them."""
    frames = [
        one.by_time.assign(estimator=estimator.name, title=estimator.title)
        for estimator, one in found.items()
        if one.by_time is not None
    ]
    if frames:
        path = study.true_by_time(-LEADS, LAGS)
        frames.append(path.assign(estimator=TRUE, title="True paired effect"))
    outcome = study.outcome
    return [one.assign(design=design.name, outcome=outcome.name, unit=outcome.unit)
            for one in frames]


def _record(
    design: Design, outcome: Outcome, estimator: Estimator | None, estimates: np.ndarray,
    true: np.ndarray, answers: np.ndarray | None, base: np.ndarray,
) -> dict[str, Any]:
    """Means over seeds: the answer with the estimator's own interval, and the gap with one over
    seeds."""
    both = np.stack([estimates, estimates - true])
    (mean, gap), (low, gap_low), (high, gap_high), _ = interval(both)
    covers = None
    own_low, own_high = low, high
    if answers is not None:
        own_low, own_high = (
            float(end[np.isfinite(end)].mean()) if np.isfinite(end).any() else np.nan
            for end in answers[:, 1:].T
        )
        covers = float(np.mean((answers[:, 1] <= true) & (true <= answers[:, 2])))
    return {
        "design": design.name, "outcome": outcome.name,
        "estimator": estimator.name if estimator else TRUE,
        "title": estimator.title if estimator else "True paired effect",
        "unit": outcome.unit,
        "estimate": mean, "low": own_low, "high": own_high, "seeds_low": low, "seeds_high": high,
        "gap": gap if answers is not None else None,
        "gap_low": gap_low if answers is not None else None,
        "gap_high": gap_high if answers is not None else None,
        # The level of a share alone: a count would be one of persons.
        "covers": covers, "base": float(np.mean(base)) if outcome.share else None,
        "replicates": len(estimates),
    }
