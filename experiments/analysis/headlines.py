"""Headlines under every legal environment, with each contested mechanism off, and at both ends of
what no figure can tell.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from experiments import privacy
from experiments.analysis.charts import difference_unit, rows_chart
from experiments.analysis.result import Analysis, reach, spread
from experiments.comparison import compare
from experiments.manifest import commit, versions
from experiments.outcomes import HEADLINES, OUTCOMES
from experiments.settings import DEFAULT_DRAWS, whole
from experiments.study.codebook import full_title
from experiments.terminal import decimals, number
from experiments.uncertainty import leaves_out_zero

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENVIRONMENTS = ("E0", "E1", "E2", "E3")
#: Where the structure and the ends are looked at: where the city's text decides most.
OPEN = "E0"
#: Contested mechanisms, each switched off alone.
SWITCHES: dict[str, dict[str, float]] = {
    "no chilling": {"chilling": 0.0},
    "offenders do not respond": {"offenders_respond": 0.0},
    "no escalation of partner violence": {"partner_escalation": 0.0},
}
#: What decides how strongly fear, offenders and ICE's leads act: the ends of their bounds, and of
#: `tau` those that are to be shown. All but `sigma` and `epsilon` stay at their prior or are not
#: narrowed; those two are learnt, from surveys of intent and from one paper.
UNTOLD = (
    "tau", "beta", "sigma", "awareness", "gamma", "symbolic_weight", "epsilon",
    "hand_over_lock_up", "record_lead", "substitution", "displacement",
)  # fmt: skip
DEFAULT_OUTCOMES = (
    "reporting", "reporting_latino", "reporting_undocumented", "victimisations", "encounters",
    "hand_overs",
)  # fmt: skip
Told = Callable[[int, int], None]


def conditions() -> dict[str, tuple[str, dict[str, float]]]:
    """Every condition by name: its legal environment and the parameters that it sets."""
    from model.registry import load_parameters

    registry = load_parameters()
    found: dict[str, tuple[str, dict[str, float]]] = {name: (name, {}) for name in ENVIRONMENTS}
    found |= {f"{OPEN}, {name}": (OPEN, values) for name, values in SWITCHES.items()}
    for name in UNTOLD:
        for end in registry.entry(name).bounds:
            found[f"{OPEN}, {name} {end:.3g}"] = (OPEN, {name: end})
    return found


@dataclass(frozen=True)
class Headlines(Analysis):
    """Differences of one regime from the baseline under every condition."""

    kind: ClassVar[str] = "headlines"

    def reversed(self) -> pd.DataFrame:
        """Rows whose sign is told apart from zero and is not that of the plain environment."""
        frame = self.table()
        plain = frame[frame["condition"].isin(ENVIRONMENTS)].set_index(["condition", "outcome"])
        kept = []
        for row in frame.itertuples():
            environment = str(row.condition).partition(",")[0]
            base = plain.loc[(environment, row.outcome), "estimate"]
            clear = leaves_out_zero(row._asdict())
            kept.append(bool(clear and np.sign(row.estimate) * np.sign(base) < 0))
        return frame[kept]

    def sentence(self) -> str:
        count = len(self.reversed())
        frame = self.table()
        regime, baseline = frame["regime"].iat[0], frame["baseline"].iat[0]
        number_of = frame["condition"].nunique()
        turned = "No headline changes" if not count else f"{count} headlines change"
        return f"{turned} sign over {number_of} conditions, {regime} against {baseline}."

    def notes(self) -> list[str]:
        """How to read the table, and each reversal."""
        lines = [
            "Under each difference: 95% interval of chance over replicates, and in brackets, but "
            "for the ends of a parameter, parameter uncertainty.",
            "* these intervals leave out zero. ! so do they, and the sign is not that of the plain "
            "environment.",
        ]
        lines += [
            f"Reversed: {OUTCOMES[row.outcome].title.strip()} under {row.condition}."
            for row in self.reversed().itertuples()
        ]
        return lines

    def shown(self) -> pd.DataFrame:
        frame, turned = self.table(), set(self.reversed().index)
        rows: dict[str, dict[str, str]] = {}
        for row in frame.itertuples():
            digits = decimals(row.estimate, row.low, row.high)
            clear = leaves_out_zero(row._asdict())
            if np.isnan(row.estimate):
                text = f"< {privacy.FLOOR}"
            else:
                text = number(row.estimate, digits, signed=True) + "*" * clear
                text += "!" * (row.Index in turned) + f"\n{spread(row.low, row.high, digits)}"
            if not np.isnan(row.par_low):
                text += f"\n[{reach(row.par_low, row.par_high, digits)}]"
            name = OUTCOMES[row.outcome].title.strip()
            rows.setdefault(str(row.condition), {})[name] = text
        table = pd.DataFrame.from_dict(rows, orient="index")
        return table.rename_axis("").reset_index()

    def figure(self) -> Figure:
        """A panel an outcome, a row a condition: difference, chance, parameters."""
        frame = self.table()
        names = list(dict.fromkeys(frame["condition"]))
        panels = [
            (full_title(outcome), difference_unit(OUTCOMES[str(outcome)].unit),
             rows.set_index("condition").loc[names].itertuples())
            for outcome, rows in frame.groupby("outcome", sort=False)
        ]
        regime, baseline = frame["regime"].iat[0], frame["baseline"].iat[0]
        return rows_chart(
            names, panels, title=self.sentence().rstrip("."), columns=3,
            reading=f"{regime} minus {baseline}, under each condition.",
            note=f"Source: Carveout model, synthetic residents, {self.manifest['command']}",
        )


def headlines(
    regime: str = "full-cooperation",
    baseline: str = "welcoming-2012",
    *,
    draws: Any = DEFAULT_DRAWS,
    outcomes: Sequence[str] = DEFAULT_OUTCOMES,
    told: Told = lambda done, total: None,
    only: Sequence[str] | None = None,
    **options: Any,
) -> Headlines:
    """Compare two regimes under every condition of `conditions`, with the same seeds in each.

    Parameters
    ----------
    draws
        Posterior draws at which the environments and switches are run; 0 for chance alone. The
        ends of a parameter are run with all others at their defaults.
    only
        Names of conditions; all by default.
    options
        As `comparison.compare` takes them: years, replicates, seed, scale, processes and so on.
    """
    number_of = whole("draws", draws, 0, 10_000)
    chosen = {
        name: stated for name, stated in conditions().items() if only is None or name in only
    }  # fmt: skip
    ends = conditions().keys() - {*ENVIRONMENTS, *(f"{OPEN}, {name}" for name in SWITCHES)}
    given = dict(options.pop("parameters", None) or {})
    parts = []
    for done, (name, (environment, values)) in enumerate(chosen.items()):
        told(done, len(chosen))
        sampled = number_of and name not in ends
        result = compare(
            [regime], baseline=baseline, environment=environment, decompose=False,
            parameters={**given, **values}, progress=False,
            draws=number_of if sampled else 0, **options,
        )  # fmt: skip
        frame = result.contrasts
        rows = frame[
            (frame["by"] == "all") & (frame["measure"] == "difference")
            & frame["outcome"].isin(outcomes)
        ].set_index("outcome").loc[list(outcomes)].reset_index()  # fmt: skip
        rows = rows.assign(condition=name, draws=number_of if sampled else 0)
        parts.append(rows.reindex(columns=COLUMNS))
    told(len(chosen), len(chosen))
    words = ["carveout", "headlines", regime, "--baseline", baseline]
    for key in ("years", "replicates", "seed", "scale", "posture", "city", "start"):
        if key in options:
            words += [f"--{key}", str(options[key])]
    words += ["--draws", str(number_of)]
    manifest = {
        "kind": "carveout headlines", "command": shlex.join(words), "commit": commit(),
        "versions": versions(), "conditions": {name: list(stated) for name, stated in
                                               chosen.items()},
    }  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    return Headlines(privacy.release_estimates(table, "headlines"), manifest)


COLUMNS = [
    "condition", "regime", "baseline", "outcome", "estimate", "low", "high", "par_low", "par_high",
    "n", "draws",
]  # fmt: skip
assert set(DEFAULT_OUTCOMES) <= set(HEADLINES)
