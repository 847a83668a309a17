"""An outcome of a study by task, and how regimes are paired in it.

Every task of one draw and replicate has the same city, dice and parameters whatever the levers
say: differences are taken within them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.analysis.result import in_text
from experiments.outcomes import OUTCOMES, Outcome
from experiments.study.codebook import full_title
from model.faults import BadInput, Fault, unknown

if TYPE_CHECKING:
    from experiments.study import Study

PAIR = ["draw", "replicate"]


@dataclass(frozen=True)
class Values:
    """One row a task: draw, replicate, a column a lever, a column an uncertain parameter, value.

    ``levers`` are those that vary; suppressed values are left out, and ``hidden`` counts them.
    """

    frame: pd.DataFrame
    outcome: str
    levers: tuple[str, ...]
    parameters: tuple[str, ...]
    where: Mapping[str, str]
    hidden: int = 0
    study: Any = None
    by: str = "all"
    group: str = "all"

    @property
    def spec(self) -> Outcome:
        """The outcome's entry: title, unit, meaning."""
        return OUTCOMES[self.outcome]

    @property
    def common_seeds(self) -> bool:
        """Whether every draw was run at the same seeds."""
        return self.study is not None and self.study.file.run.seeds == "common"

    @property
    def named(self) -> str:
        """The outcome within a sentence, with its group."""
        of = "" if self.by == "all" else f", {self.by.replace('_', ' ')} {self.group}"
        return f"{in_text(full_title(self.outcome))}{of}"

    @property
    def title(self) -> str:
        """`named` with the unit."""
        return f"{self.named} ({self.spec.unit})"

    def positions(self, lever: str) -> list[str]:
        """The values of a lever, in the order in which the study names them.

        Raises
        ------
        BadInput
            If the study has no such lever.
        """
        there = dict.fromkeys([*self.levers, *self.where])
        if self.study is not None:
            there |= dict.fromkeys(self.study.levers)
        if lever not in there:
            raise BadInput(unknown("lever", lever, there))
        return list(dict.fromkeys(self.frame[lever]))

    def chosen(self, lever: str, position: str | None) -> str:
        """`position` if it is one of the lever's; its only one if none is named.

        Raises
        ------
        BadInput
            If it is not, or none is named and there are several.
        """
        there = self.positions(lever)
        if position is None and len(there) == 1:
            return there[0]
        if position is None:
            raise BadInput(Fault(f"several of {lever}", ", ".join(there), key=lever))
        if position not in there:
            raise BadInput(unknown(lever, position, there))
        return position

    def others(self, lever: str) -> list[str]:
        """The levers that vary beside `lever`; not what only moves as it, or those before, do.

        A position that sets regime and posture moves both columns: within it neither varies.
        """
        plan = self.frame if self.study is None else self.study.plan
        kept: list[str] = []
        for name in self.levers:
            if name != lever and plan.groupby([lever, *kept])[name].nunique().max() > 1:
                kept.append(name)
        return kept

    def differences(self, lever: str, position: str, baseline: str) -> pd.DataFrame:
        """Paired values under two positions of a lever, all else equal.

        Returns
        -------
        One row a pair: draw, replicate, the other levers, first (at `position`), second (at
        `baseline`), value (first - second), and the parameters.
        """
        keys = [*PAIR, *self.others(lever)]
        one, other = (
            self.frame[self.frame[lever] == each] for each in (position, baseline)
        )
        both = one[[*keys, *self.parameters, "value"]].merge(
            other[[*keys, "value"]], on=keys, suffixes=("", "_second"), validate="one_to_one"
        )
        both = both.rename(columns={"value": "first", "value_second": "second"})
        return both.assign(value=both["first"] - both["second"])


def read_values(
    study: str | Path | Study | Values,
    outcome: str = "",
    *,
    by: str = "all",
    group: str = "all",
    where: Mapping[str, str] | Sequence[str] = (),
) -> Values:
    """An outcome of a study, in the tasks whose levers are at `where`.

    Parameters
    ----------
    study
        A folder, an opened study, or `Values` made before, which are given back.
    where
        Lever = position, as a mapping or as texts ``NAME=VALUE``.

    Raises
    ------
    BadInput
        If there is no such study, outcome, group, lever or position, or nothing may be shown.
    """
    from experiments.study import Study, open_study

    if isinstance(study, Values):
        return study
    opened = study if isinstance(study, Study) else open_study(study)
    if by == "area":
        raise BadInput(Fault("a breakdown by area", "all, or a group of persons", key="by"))
    frame = opened.values(outcome, by, group)
    fixed = fixed_levers(where)
    for lever, position in fixed.items():
        if lever not in opened.levers:
            raise BadInput(unknown("lever", lever, opened.levers))
        there = list(dict.fromkeys(frame[lever].astype(str)))
        if position not in there:
            raise BadInput(unknown(lever, position, there))
        frame = frame[frame[lever].astype(str) == position]
    shown = frame[frame["value"].notna()]
    if shown.empty:
        allowed = "a study of a larger scale, more years, or a more frequent outcome"
        raise BadInput(Fault(f"no value of {outcome!r} that may be shown", allowed, key="outcome"))
    varying = tuple(name for name in opened.levers if frame[name].nunique() > 1)
    shown = shown.assign(**{name: shown[name].astype(str) for name in opened.levers})
    return Values(
        shown.reset_index(drop=True), outcome, varying, tuple(opened.parameters), fixed,
        len(frame) - len(shown), opened, by, group,
    )


def fixed_levers(where: Mapping[str, str] | Sequence[str]) -> dict[str, str]:
    """Levers that are held, from texts ``NAME=VALUE``.

    Raises
    ------
    BadInput
        If a text is not of that form.
    """
    if isinstance(where, Mapping):
        return dict(where)
    fixed = {}
    for text in where:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise BadInput(Fault(f"found {text!r}", "LEVER=VALUE", key="where"))
        fixed[name] = value
    return fixed


def source_text(values: Values) -> str:
    """Where the figures come from, for the foot of a chart."""
    if values.study is None:
        return "Carveout model, synthetic residents"
    run = values.study.file.run
    held = ", ".join(f"{lever} {position}" for lever, position in values.where.items())
    size = "whole city" if run.scale == 1 else f"{run.scale:g} of the city"
    return (
        f"study {values.study.file.name}, Carveout model, synthetic residents, {size}, "
        f"{run.years:g} years{f', {held}' if held else ''}"
    )


def study_manifest(values: Values, command: str) -> dict[str, Any]:
    """The study's own manifest, the command of the analysis, and what was left out."""
    made = {} if values.study is None else {"study": values.study.manifest}
    held = "".join(f" --where {lever}={position}" for lever, position in values.where.items())
    told = "" if values.by == "all" else f" --by {values.by} --group {values.group}"
    return {
        "kind": "carveout results",
        "command": command + held + told,
        "outcome": values.outcome,
        "by": values.by,
        "group": values.group,
        "where": dict(values.where),
        "values": len(values.frame),
        "values_not_shown": values.hidden,
        **made,
    }
