"""Replicate designs over seeds and draws: the true paired effect, each estimator's answer, the gap.

Every seed is a new set of counties with its own histories, run at every draw of the posterior.
Chance falls with seeds, the spread over draws does not (`experiments.uncertainty`).
"""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments import privacy
from experiments.manifest import commit, data_hashes, draws_digest, versions
from experiments.replication.design import (
    COUNTIES,
    Design,
    Estimator,
    Outcome,
    design_names,
    load_design,
)
from experiments.replication.replica import TRUE, Replica, replicas
from experiments.runner import fitting
from experiments.settings import OWN_POSTERIOR, as_typed, days_of, drawn_from, whole
from experiments.store import MANIFEST, Saved, write_json
from experiments.terminal import progress_bar
from experiments.uncertainty import two_levels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

KIND = "carveout replications"
#: The table of effects in a folder of replications.
EFFECTS = "effects.csv"


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
        """Event studies of the first seed at the first draw, and the true effect, by periods since
        adoption."""
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

        self.effects.to_csv(folder / EFFECTS, index=False)
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
    posterior: str | Path | None = None,
    draws: int | str | None = None,
    processes: int | str | None = None,
    progress: bool = True,
) -> Replication:
    """Replicate designs, by name or file; all that come with the project if None.

    Parameters
    ----------
    counties
        How many synthetic counties, instead of what a design says; designs in a real city keep
        its areas.
    replicates
        Seeds: each is a new set of counties with its own histories.
    posterior, draws
        As `comparison.compare` takes them: by default every seed is run at eight draws of the
        project's own posterior. What a design states of parameters comes before a draw.
    processes
        How many replicas at once; chosen by the machine if None.

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
    workers = None if processes is None else whole("processes", processes, 1, 1024)
    drawn, posterior_name = drawn_from(posterior, draws, count)
    values = drawn or ({},)
    size = count * len(values)
    # No design is larger than a full city.
    arriving = replicas(asked, range(first, first + count), values, workers or fitting(1.0))
    records: list[dict[str, Any]] = []
    times: list[pd.DataFrame] = []
    with progress_bar(sum(map(_days, asked)) * size, shown=progress, runs=len(asked) * size) as bar:
        for design in asked:
            mine: list[Replica] = []
            for one in islice(arriving, size):
                mine.append(one)
                bar(_days(design))
            records += _effects(design, mine, len(values))
            times += [one.by_time for one in mine]
    words = ["carveout", "replicate", *(Path(one).name for one in named)]
    words += ["--counties", str(counties)] * (counties is not None)
    words += ["--replicates", str(count), "--seed", str(first)]
    if drawn and posterior_name != OWN_POSTERIOR:
        words += ["--posterior", as_typed(posterior or "")]
    words += ["--draws", str(len(drawn))]
    made = {
        "kind": KIND, "command": shlex.join(words), "designs": [one.name for one in asked],
        "replicates": count, "seed": first, "draws": len(values),
        "seconds": round(time.perf_counter() - begun, 1), "versions": versions(),
        "commit": commit(), "hashes": dict(data_hashes()), "drawn": draws_digest(drawn),
    }
    return Replication(
        tuple(asked), privacy.release_effects(pd.DataFrame(records)),
        privacy.release_effects(pd.concat(times, ignore_index=True)), made,
    )


def _with_counties(design: Design, counties: int) -> Design:
    world = design.world.model_copy(update={"counties": counties})
    return design.model_copy(update={"world": world})


def _days(design: Design) -> int:
    """Days that are simulated for one replica, at most."""
    runs = len(design.world.strata) * (design.timing.cohorts + 1 + design.timing.announced)
    return runs * days_of(design.start, design.years)


def _effects(design: Design, made: Sequence[Replica], draws: int) -> list[dict[str, Any]]:
    """Effects of one design: `made` holds the draws of each seed in a row."""
    records = []
    for place, outcome in enumerate(design.outcomes):
        true = _by_seed([one.true[place] for one in made], draws)
        base = float(np.mean([one.base[place] for one in made])) if outcome.share else None
        records.append(_record(design, outcome, None, true, true, None, base))
        for estimator in design.estimators_of(outcome):
            answers = [one.answers[place][estimator.name] for one in made]
            told = np.array([(each.estimate, each.low, each.high) for each in answers])
            told = told.reshape(-1, draws, 3)
            if np.isnan(told[..., 0]).all():
                continue  # nothing of this outcome is left to compare with
            # A seed at which it cannot be fitted is left out, at all draws: they are one layout.
            # Where that is every seed, the row is empty. A fall of all has no logarithm.
            into, _ = _scale(outcome)
            fitted = np.isfinite(into(told[..., 0])).all(axis=1)
            kept = fitted if fitted.any() else ~fitted
            estimates = told[kept, :, 0]
            records.append(
                _record(design, outcome, estimator, estimates, true[kept], told[kept], base)
            )
    return records


def _by_seed(values: Sequence[float] | NDArray[np.float64], draws: int) -> NDArray[np.float64]:
    return np.asarray(values, float).reshape(-1, draws)


def _record(
    design: Design, outcome: Outcome, estimator: Estimator | None,
    estimates: NDArray[np.float64], true: NDArray[np.float64],
    answers: NDArray[np.float64] | None, base: float | None,
) -> dict[str, Any]:
    """Means over seeds and draws with both uncertainties, and the mean of the estimator's own
    interval. `estimates` and `true` are (seeds, draws), `answers` (seeds, draws, 3).

    Percent are ratios: their means are taken, and gaps formed, on the log scale.
    ``base``, the level without adoption, is told of a share alone: a count would be of persons.
    """
    into, back = _scale(outcome)
    both = np.stack([into(estimates), into(estimates) - into(true)])
    mean, gap = (float(back(one.mean())) for one in both)
    ends, gap_ends = back(two_levels(both)).to_dict("records")
    covers = None
    own_low, own_high = ends["mc_low"], ends["mc_high"]
    if answers is not None:
        own = np.moveaxis(answers[..., 1:], -1, 0)
        own_low, own_high = (float(back(_finite_mean(into(end)))) for end in own)
        told = np.isfinite(own).all(axis=0)
        inside = (own[0] <= true) & (true <= own[1])
        covers = float(inside[told].mean()) if told.any() else None
    record = {
        "design": design.name, "outcome": outcome.name,
        "estimator": estimator.name if estimator else TRUE,
        "title": estimator.title if estimator else "True paired effect",
        "unit": outcome.unit, "estimate": mean, "low": own_low, "high": own_high,
        "seeds_low": ends["mc_low"], "seeds_high": ends["mc_high"],
        "par_low": ends["par_low"], "par_high": ends["par_high"],
        "gap": None, "gap_low": None, "gap_high": None, "gap_par_low": None, "gap_par_high": None,
        "covers": covers, "base": base, "replicates": len(estimates),
        "draws": estimates.shape[1],
    }
    if answers is not None:
        record |= {
            "gap": gap, "gap_low": gap_ends["mc_low"], "gap_high": gap_ends["mc_high"],
            "gap_par_low": gap_ends["par_low"], "gap_par_high": gap_ends["par_high"],
        }
    return record


def _scale(outcome: Outcome) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """To the scale on which an outcome's effects are averaged, and back."""
    return (_as_it_is, _as_it_is) if outcome.share else (_log, _percent)


def _as_it_is(values: Any) -> Any:
    return values


def _log(percent: Any) -> Any:
    """Percent of change as logarithms of ratios; -100% is minus infinity."""
    with np.errstate(divide="ignore"):
        return np.log1p(np.asarray(percent) / 100)


def _percent(logs: Any) -> Any:
    return 100 * np.expm1(logs)


def _finite_mean(ends: NDArray[np.float64]) -> float:
    """The mean of ends of intervals, without those that have none."""
    finite = ends[np.isfinite(ends)]
    return float(finite.mean()) if finite.size else np.nan
