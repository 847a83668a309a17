"""Compare ordinance regimes in paired replicates: the project's main job.

>>> from experiments import compare
>>> result = compare(["welcoming-2012", "welcoming-2021"], years=1, scale=0.01)  # doctest: +SKIP
>>> result.table()  # doctest: +SKIP
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments import privacy
from experiments.contrasts import contrasts
from experiments.manifest import command_line, manifest
from experiments.places import notes
from experiments.runner import run_cases
from experiments.settings import Case, Settings, name, settings, whole
from experiments.store import MANIFEST, Saved, SaveError, reserved, write_json, write_table
from experiments.terminal import console, progress_bar, result_tables
from experiments.uncertainty import with_two_levels
from experiments.worker import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: A month has at most so many days: turns a month's resident-years into persons.
MONTH = 31


class Interrupted(KeyboardInterrupt):
    """Stopped by Ctrl-C before a single replicate was finished."""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Saved):
    """Regimes compared. Everything in it has passed `experiments.privacy`.

    Two of them are equal only if they are the same object: compare their frames.
    """

    settings: Settings
    released_outcomes: privacy.Released
    released_contrasts: privacy.Released
    released_events: privacy.Released | None
    manifest: dict[str, Any]
    partial: bool = False

    def __repr__(self) -> str:
        asked, n = self.settings, len(self.manifest["seeds_finished"])
        return (
            f"<Comparison of {', '.join(map(name, asked.regimes))}: {asked.years:g} years from "
            f"{asked.scenario.start}, {n} of {asked.replicates} replicates, "
            f"{name(asked.scenario.city)} at {asked.scenario.scale:g}>"
        )

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row a replicate, regime, month and group."""
        return self.released_outcomes.frame.copy()

    @property
    def contrasts(self) -> pd.DataFrame:
        """Levels, paired differences and their parts, with 95% intervals and n."""
        return self.released_contrasts.frame.copy()

    @property
    def events(self) -> pd.DataFrame | None:
        """Single events of synthetic persons, if they were asked for."""
        return None if self.released_events is None else self.released_events.frame.copy()

    def table(self) -> pd.DataFrame:
        """Headline outcomes in rows; regimes' levels and differences (as text) in columns."""
        from experiments.outcomes import HEADLINES, OUTCOMES
        from experiments.terminal import estimate_text

        frame = self.released_contrasts.frame
        whole = frame[frame["by"] == "all"].set_index(["regime", "measure", "outcome"])
        columns: dict[str, list[str]] = {"unit": [OUTCOMES[key].unit for key in HEADLINES]}
        for regime, measure in dict.fromkeys(whole.index.droplevel("outcome")):
            if measure in ("level", "difference"):
                columns[f"{regime} ({measure})"] = [
                    estimate_text(whole.loc[(regime, measure, key)], signed=measure != "level")
                    for key in HEADLINES
                ]
        index = pd.Index([OUTCOMES[key].title.strip() for key in HEADLINES], name="outcome")
        return pd.DataFrame(columns, index=index)

    def figure_reporting(self) -> Figure:
        """Share of crimes that reach the police, by legal status and regime."""
        from experiments.charts import reporting_figure

        return reporting_figure(self.settings, self.released_contrasts)

    def figure_encounters(self) -> Figure:
        """Encounters with ICE, by channel and regime."""
        from experiments.charts import encounters_figure

        return encounters_figure(self.settings, self.released_contrasts)

    def print(self) -> None:
        """The tables, to standard output."""
        screen = console()
        for part in result_tables(self.settings, self.released_contrasts, screen.width):
            screen.print(part)
            screen.print()

    def command(self, out: str | None = None) -> str:
        """The command line that repeats this, with ``--out`` if a folder is named."""
        told = self.manifest["command"]
        return command_line(self.settings, out) if told == command_line(self.settings) else told

    def write(self, folder: Path) -> None:
        """Tables, charts and manifest into a folder that is there."""
        from experiments.charts import chart_alt
        from experiments.style import save

        write_table(folder / "outcomes.parquet", self.released_outcomes)
        write_table(folder / "contrasts.parquet", self.released_contrasts)
        if self.released_events is not None:
            write_table(folder / "events.parquet", self.released_events)
        save(self.figure_reporting(), folder, "reporting")
        save(self.figure_encounters(), folder, "encounters")
        told = {
            "command": self.command(folder.name),
            "charts": chart_alt(self.settings, self.released_contrasts),
        }
        write_json(folder / MANIFEST, {**self.manifest, **told})

    def summary(self) -> dict[str, Any]:
        """What ``--json`` prints: the manifest, and the contrasts that are not by area."""
        frame = self.released_contrasts.frame
        rows = frame[frame["by"] != "area"].to_dict("records")
        return {"manifest": self.manifest, "contrasts": rows}

    def _repr_html_(self) -> str:
        return self.table().to_html()


def compare(
    regimes: Sequence[str] | str | None = None,
    *,
    baseline: str | None = None,
    years: float = 1,
    replicates: int = 4,
    seed: int | str = 0,
    scale: float = 0.1,
    environment: str = "E3",
    posture: str = "2017-2019",
    city: str = "chicago",
    start: Any = None,
    parameters: Mapping[str, float] | None = None,
    raids: Sequence[str] = (),
    timeline: str | None = None,
    posterior: str | Path | None = None,
    draws: int | None = None,
    out: str | Path | None = None,
    processes: int | str | None = None,
    events: bool = False,
    decompose: bool = True,
    force: bool = False,
    progress: bool = True,
) -> Comparison:
    """Run every regime on the same cities with the same dice, and compare them with `baseline`.

    Parameters
    ----------
    regimes
        Names (``carveout regimes``) or paths of files; all of Chicago's by default.
    baseline
        What the others are compared with; ``welcoming-2012`` if it is among them, else the first.
    years
        Length of each run; parts of a year are allowed.
    replicates
        Paired replicates with the seeds ``seed``, ``seed + 1``, ...; with one there is no interval.
    scale
        Share of the city's residents that are simulated.
    posterior, draws
        Run every replicate at so many draws of a posterior's CSV file (by default the project's
        own, and eight): parameter uncertainty beside chance (`experiments.uncertainty`).
        `parameters` hold in every draw. With 0 every parameter has its default, and chance alone
        is told; so it is, unless draws are asked for, with one replicate and with `events`.
    decompose
        Tell legal exposure and belief apart, which takes one more run a regime and replicate.
    raids
        Operations beside those of the posture, each as ``begins=2022-03-10,announced=2022-03-01``
        (`experiments.raids`).
    out
        A folder for results, reserved before anything runs; nothing is written without it.
    processes
        How many runs at once; chosen by the machine if None. The results do not depend on it.

    Raises
    ------
    BadInput
        If anything asked for is wrong; nothing has then been run or written.
    Interrupted
        On Ctrl-C before a replicate is finished. Later, what is finished is returned, `partial`.
    SaveError
        If the results could not be written; its `kept` is the comparison.
    """
    asked = settings(
        regimes, baseline=baseline, years=years, replicates=replicates, seed=seed, scale=scale,
        environment=environment, posture=posture, city=city, start=start, parameters=parameters,
        raids=raids, timeline=timeline, decompose=decompose, events=events,
        posterior=posterior, draws=draws,
    )
    workers = None if processes is None else whole("processes", processes, 1, 1024)
    for note in notes(asked):
        print(f"note: {note}", file=sys.stderr)
    if out is None:
        return _carried_out(asked, workers, progress)
    with reserved(out, force=force) as place:
        comparison = _carried_out(asked, workers, progress)
        try:
            with place.filled() as folder:
                comparison.write(folder)
        except SaveError as error:
            error.kept = comparison
            raise
    return comparison


def run(regime: str = "welcoming-2012", **options: Any) -> Comparison:
    """Run one regime, or a policy timeline (``timeline=``), without a comparison.

    Takes the options of `compare` but ``baseline`` and ``decompose``.
    """
    return compare([regime], baseline=regime, decompose=False, **options)


def _carried_out(asked: Settings, processes: int | None, progress: bool) -> Comparison:
    begun = time.perf_counter()
    results = _finished(asked, processes, progress)
    return compared(asked, results, time.perf_counter() - begun, processes)


def _finished(asked: Settings, processes: int | None, progress: bool) -> list[Result]:
    """Results of every replicate whose runs are all there, in order; fewer after Ctrl-C."""
    cases = asked.cases()
    results: list[Result] = []
    total = sum(case.scenario.days for case in cases)
    try:
        with (
            progress_bar(total, shown=progress, runs=len(cases)) as on_days,
            closing(run_cases(cases, processes=processes, on_days=on_days)) as arriving,
        ):
            results.extend(arriving)
    except KeyboardInterrupt:
        each = len(cases) // asked.replicates
        came = [result.case.replicate for result in results]
        results = [one for one in results if came.count(one.case.replicate) == each]
        if not results:
            raise Interrupted from None
    place = {_identity(case): at for at, case in enumerate(cases)}
    return sorted(results, key=lambda one: place[_identity(one.case)])


def _identity(case: Case) -> tuple[Any, ...]:
    return case.replicate, case.draw, case.regime, case.belief


def compared(
    asked: Settings, results: Sequence[Result], seconds: float, processes: int | None = None, *,
    command: str = "",
) -> Comparison:
    """Results pooled, compared, and passed through the privacy gate.

    `results` are whole replicates, in any order; fewer than asked for make it ``partial``.
    `command` repeats them where the settings' own would not.
    """
    from model.city import load_city
    from model.registry import load_parameters

    rows = pd.concat([result.rows for result in results], ignore_index=True)
    if asked.draws:
        # Every run of a regime has a number of its own: replicate by replicate, draw by draw.
        rows["replicate"] = rows["replicate"] * len(asked.draws) + rows["draw"]
    scenario = asked.scenario
    own = rows[rows["belief"] == "own"].reset_index(drop=True)
    logs = [
        result.events.assign(
            replicate=result.case.replicate, seed=result.case.scenario.seed,
            regime=result.case.regime,
        )
        for result in results
        if result.events is not None
    ]
    seeds = sorted({result.case.scenario.seed for result in results})
    made = manifest(
        asked, city=load_city(scenario.city), parameters=load_parameters(scenario.parameters),
        command=command or command_line(asked), seconds=seconds, finished=seeds,
        processes=processes,
    )
    table = contrasts(rows, name(asked.baseline))
    if asked.draws:
        table = with_two_levels(table, len(asked.draws))
    return Comparison(
        asked,
        privacy.release_outcomes(own, MONTH),
        privacy.release_contrasts(table, scenario.days),
        privacy.release_events(logs) if logs else None,
        made,
        partial=len(seeds) < asked.replicates,
    )
