"""A study's results: values of an outcome by task, and SQL over all of it.

>>> from experiments.study import open_study
>>> study = open_study("results/main")  # doctest: +SKIP
>>> study.values("reporting_undocumented")  # doctest: +SKIP
"""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.outcomes import OUTCOMES
from experiments.study.design import problem
from experiments.study.file import StudyFile, overridden, parse_study
from experiments.study.folder import Folder
from experiments.study.plan import read_plan
from experiments.study.results import Results
from model.faults import BadInput, Fault, unknown
from model.scenario import brief
from model.toml_source import TomlSource

MANIFEST, TEXT = "manifest.json", "study.toml"
KIND = "carveout study"


class Study:
    """A study's folder, read only. Make one with `open_study`.

    It shows the tasks that were done when it was opened; `refresh` looks again.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.refresh()

    def __repr__(self) -> str:
        return f"<Study {self.file.name}: {self.file.title}>"

    def refresh(self) -> None:
        """See what was finished since."""
        self.results = Results(self.folder)
        for name in ("manifest", "file", "plan"):
            self.__dict__.pop(name, None)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What made the study: command, versions, commit, hashes, seeds."""
        return read_manifest(self.folder)

    @cached_property
    def file(self) -> StudyFile:
        """The study's file, with what the command line changed."""
        stated, _ = parse_study(self.folder.read(TEXT).decode())
        return overridden(stated, self.manifest["changes"])

    @property
    def source(self) -> TomlSource:
        """The file's text with its line numbers."""
        return parse_study(self.folder.read(TEXT).decode())[1]

    @cached_property
    def plan(self) -> pd.DataFrame:
        """One row a task, done or not: task, draw, replicate, seed, belief, levers, parameters."""
        return read_plan(self.folder).drop(columns="part")

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes that were kept."""
        return tuple(self.manifest["outcomes"])

    @property
    def levers(self) -> list[str]:
        """Columns of `values` that name a choice: city, regime, environment, posture, and more."""
        return list(self.manifest["levers"])

    @property
    def parameters(self) -> list[str]:
        """Columns of `values` that hold an uncertain parameter."""
        return list(self.manifest["uncertain"])

    @property
    def draws(self) -> pd.DataFrame:
        """The sample of the uncertainties in order: index draw, one column a parameter."""
        rows = self.plan.drop_duplicates("draw").set_index("draw").sort_index()
        return rows[self.parameters]

    @property
    def problem(self) -> dict[str, Any]:
        """SALib's description of the sample, each parameter as a share of its prior, 0 to 1."""
        return problem(self.file.uncertainties)

    def values(
        self, outcome: str, by: str = "all", group: str = "all", *, belief: str = "own"
    ) -> pd.DataFrame:
        """An outcome over the whole period in every finished task.

        Parameters
        ----------
        outcome, by, group
            A cell of the outcome: ``by`` and ``group`` as in outcomes.parquet.
        belief
            "own" for runs in which residents believe the law that holds; "held" for those in which
            they believe the baseline's (``decompose = true``).

        Returns
        -------
        One row a finished task in the order of the plan: task, draw, replicate, seed, a column a
        lever, a column an uncertain parameter, value (in the outcome's unit), suppressed. A value
        that stands on fewer than 20 persons or events is NaN, and suppressed is true.

        Raises
        ------
        BadInput
            If the study has no such outcome or cell.
        """
        if outcome not in self.outcomes:
            raise BadInput(unknown("outcome", outcome, self.outcomes))
        spec = OUTCOMES[outcome]
        offered = (*(() if "area" in spec.by else ("all",)), *spec.by)
        if by not in offered:
            raise BadInput(unknown("breakdown", by, offered))
        cells = self.results.cells(outcome, by, group)
        if cells.empty and len(self.results.tasks):
            groups = self.results.groups(outcome, by)
            raise BadInput(unknown("group", group, groups))
        frame = self.plan.merge(cells, on="task", how="inner", validate="one_to_one")
        return frame[frame["belief"] == belief].drop(columns="belief").reset_index(drop=True)

    def query(self, sql: str) -> pd.DataFrame:
        """Answer a SELECT over the views ``results``, ``tasks``, ``cells`` and ``outcomes``.

        Raises
        ------
        BadInput
            If it is not one SELECT, or DuckDB cannot answer it.
        """
        from experiments.study.sql import answer

        return answer(self, sql)

    def status(self) -> dict[str, Any]:
        """How far the study is; what ``carveout study status --json`` prints."""
        from experiments.study.progress import status

        return status(self.folder)


def open_study(path: str | Path) -> Study:
    """The study in a folder or at an fsspec address.

    Raises
    ------
    BadInput
        If there is none.
    """
    place = str(path)
    if "://" not in place and not os.path.isfile(os.path.join(place, MANIFEST)):
        # Told without fsspec, which a plain set-up has not.
        raise _no_study(Path(place).name or place)
    folder = Folder(path)
    read_manifest(folder)
    return Study(folder)


def read_manifest(folder: Folder) -> dict[str, Any]:
    """A study's manifest.

    Raises
    ------
    BadInput
        If the folder holds no study.
    """
    try:
        manifest = json.loads(folder.read(MANIFEST))
        if manifest["kind"] != KIND:
            raise ValueError(manifest["kind"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _no_study(folder.name) from None
    return manifest


def _no_study(name: str) -> BadInput:
    allowed = "a folder that 'carveout study run' made"
    return BadInput(Fault(f"{name or brief(name)} holds no study", allowed, key="study"))
