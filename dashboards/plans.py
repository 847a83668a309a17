"""What a view asks to be run, checked and bounded before anything runs."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from dashboards.address import View
from dashboards.edited import regime_path, timeline_path
from experiments.comparison import Comparison, compared
from experiments.manifest import command_line, data_hashes
from experiments.settings import Case, Settings, name, real, settings, whole
from experiments.worker import Result
from model.city import shipped_cities
from model.faults import BadInput, Fault, unknown
from model.law import environment_names
from model.layer_files import FOLDER, load_regime, names_in
from model.scenario import brief

MOST_YEARS, MOST_REPLICATES, MOST_DRAWS, MOST_RAIDS = 12, 20, 50, 10
#: Years of a whole city, over all runs of one comparison: some minutes of two processors.
MOST_CITY_YEARS = 80.0
#: Runs of one comparison: each costs time and memory however small its city is.
MOST_RUNS = 600
HISTORY = "chicago-history"


@dataclass(frozen=True)
class Plan:
    """A checked request: one comparison of two regimes, or of two timelines."""

    settings: Settings
    #: The second history of a comparison of timelines.
    other: Settings | None = None

    @cached_property
    def cases(self) -> list[Case]:
        """Every run, those of one seed together, and of these those of one draw."""
        both = self.settings.cases() + (self.other.cases() if self.other else [])
        return sorted(both, key=self.number)

    @property
    def replicates(self) -> int:
        """Replicates asked for."""
        return self.settings.replicates

    @property
    def draws(self) -> int:
        """Draws of the posterior at which every replicate is run; 0 at the parameters' defaults."""
        return len(self.settings.draws)

    def number(self, case: Case) -> int:
        """The number of a case's runs among those of its regime, as `compared` has it."""
        return case.replicate * max(1, self.draws) + (case.draw or 0)

    @cached_property
    def days(self) -> int:
        """Days of all runs."""
        return sum(case.scenario.days for case in self.cases)

    @cached_property
    def key(self) -> str:
        """The run's id: a digest of everything that decides its numbers."""
        text = [str(data_hashes()), *(case.scenario.model_dump_json() for case in self.cases)]
        for path in self.files:
            text.append(path.read_text("utf-8"))
        return hashlib.blake2b("\n".join(text).encode(), digest_size=8).hexdigest()

    @property
    def files(self) -> list[Path]:
        """Edited texts that the command line would need."""
        given = [*self.settings.regimes, *(self.other.regimes if self.other else ())]
        return [Path(each) for each in dict.fromkeys(given) if name(each) != each]

    @property
    def sides(self) -> tuple[str, str]:
        """Names of the two in tables: A, with which B is compared."""
        if self.other is not None:
            return name(self.settings.baseline), name(self.other.baseline)
        return name(self.settings.regimes[0]), name(self.settings.regimes[1])

    @cached_property
    def labels(self) -> tuple[str, str]:
        """What the two are called on a page."""
        if self.other is not None:
            return "as it was", "what if"
        first, second = (load_regime(each).title for each in self.settings.regimes[:2])
        return first, second

    @property
    def command(self) -> str:
        """The command line that gives the same numbers."""
        if self.other is None:
            return command_line(self.settings)
        return "\n".join(command_line(each) for each in (self.settings, self.other))

    @property
    def python(self) -> str:
        """The call that gives the same numbers."""
        words = shlex.split(self.command.split("\n")[0])[2:]
        flags = {"--no-decompose": "decompose=False", "--events": "events=True"}
        said = [flags[word] for word in words if word in flags]
        words = [word for word in words if word not in flags]
        at = next(place for place, word in enumerate(words) if word.startswith("--"))
        options = list(zip(words[at::2], words[at + 1 :: 2], strict=True))
        numbers = ("years", "replicates", "seed", "scale", "draws")
        lines = [
            f"    {key[2:]}={value if key[2:] in numbers else repr(value)},"
            for key, value in options
            if key not in ("--raid", "--timeline")
        ] + [f"    {option}," for option in said]
        raids = [value for key, value in options if key == "--raid"]
        if raids:
            lines.append(f"    raids={raids!r},")
        if self.other is None:
            head = f"from experiments import compare\n\nresult = compare(\n    {words[:at]!r},\n"
            return head + "\n".join(lines) + "\n)"
        calls = [
            f"{side} = run(\n    timeline={_file(each.baseline)!r},\n" + "\n".join(lines) + "\n)"
            for side, each in (("history", self.settings), ("what_if", self.other))
        ]
        return "from experiments import run\n\n" + "\n".join(calls)

    def compare(self, results: Sequence[Result], seconds: float) -> Comparison:
        """The comparison of such results as are there."""
        asked = self.settings
        if self.other is not None:
            asked = replace(
                asked,
                regimes=(asked.baseline, self.other.baseline),
                titles=asked.titles + self.other.titles,
            )
        return compared(asked, list(results), seconds, command=self.command)


def _file(given: str) -> str:
    return given if name(given) == given else Path(given).name


def comparison_plan(view: View) -> Plan:
    """The comparison of the two regimes of `view`.

    Raises
    ------
    BadInput
        A fault for each thing that is wrong or too large.
    """
    _listed(view)
    a, b = regime_path(view.a, view.edits_a), regime_path(view.b, view.edits_b)
    if a == b:
        raise BadInput(Fault(f"found {name(a)!r} on both sides", "two regimes that differ",
                             key="b"))
    plan = Plan(_settings(view, [a, b]))
    _bounded(plan, view)
    return plan


def timeline_plan(view: View) -> Plan:
    """The true history beside one with the dates that `view` moves.

    Raises
    ------
    BadInput
        A fault for each thing that is wrong or too large, or if no date is moved.
    """
    _listed(view)
    moved = {whole("step", step, 0, 99): date for step, date in view.moved}
    if not moved:
        raise BadInput(Fault("found no date moved", "another date for at least one step",
                             key="step"))
    other = timeline_path(FOLDER / "timelines" / f"{HISTORY}.toml", moved)
    first, second = (_settings(view, None, timeline) for timeline in (HISTORY, other))
    plan = Plan(first, second)
    _bounded(plan, view)
    return plan


def _listed(view: View) -> None:
    """Refuse names that are not the model's own: an address may not name a file."""
    for what, given, known in (
        ("environment", view.environment, environment_names()),
        ("posture", view.posture, names_in("postures")),
        ("city", view.city, shipped_cities()),
    ):
        if given not in known:
            raise BadInput(unknown(what, brief(given)[1:-1], known))
    real("years", view.years, 0, MOST_YEARS)
    whole("replicates", view.replicates, 1, MOST_REPLICATES)
    whole("draws", view.draws, 0, MOST_DRAWS)
    if len(view.raids) > MOST_RAIDS:
        raise BadInput(Fault(f"found {len(view.raids)} raids", f"at most {MOST_RAIDS}",
                             key="raid"))


def _settings(view: View, regimes: list[str] | None, timeline: str | None = None) -> Settings:
    # Of one replicate chance and parameters could not be told apart: it has none of either.
    draws = view.draws if whole("replicates", view.replicates, 1, MOST_REPLICATES) > 1 else 0
    return settings(
        regimes if regimes else ["welcoming-2012"],
        baseline=regimes[0] if regimes else "welcoming-2012",
        years=view.years, replicates=view.replicates, seed=view.seed, scale=view.scale,
        environment=view.environment, posture=view.posture, city=view.city, start=view.start,
        parameters=None, raids=view.raids, timeline=timeline, decompose=timeline is None,
        events=False, draws=draws,
    )


def _bounded(plan: Plan, view: View) -> None:
    asked = sum(case.scenario.days * case.scenario.scale for case in plan.cases) / 365
    if asked > MOST_CITY_YEARS:
        found = f"found {asked:,.0f} years of a whole city over {len(plan.cases)} runs"
        allowed = (
            f"at most {MOST_CITY_YEARS:g} here: fewer years, replicates or draws, a smaller share "
            "of the city, or the command line, which has no such limit"
        )
        raise BadInput(Fault(found, allowed, key="scale"))
    if len(plan.cases) > MOST_RUNS:
        allowed = f"at most {MOST_RUNS} here: fewer replicates or draws, or the command line"
        raise BadInput(Fault(f"found {len(plan.cases)} runs", allowed, key="replicates"))
