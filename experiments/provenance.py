"""What a chart says of the runs behind it, from a request or from a results folder's manifest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.language import Language, language
from experiments.outcomes import YEAR
from experiments.settings import Settings, name


@dataclass(frozen=True)
class Provenance:
    """The runs behind a chart. Regimes and the rest go by their short names."""

    regimes: tuple[str, ...]
    baseline: str
    seeds: tuple[int, ...]
    scale: float
    years: float
    start: dt.date
    environment: str
    posture: str
    titles: Mapping[str, str]
    draws: int = 0

    @classmethod
    def of(cls, settings: Settings) -> Provenance:
        """Of a comparison in memory."""
        scenario = settings.scenario
        return cls(
            tuple(map(name, settings.regimes)), name(settings.baseline), tuple(settings.seeds),
            scenario.scale, settings.years, scenario.start, name(scenario.environment),
            name(scenario.posture), dict(settings.titles), len(settings.draws),
        )

    @classmethod
    def told(cls, manifest: Mapping[str, Any]) -> Provenance:
        """Of results that were saved."""
        drawn = manifest.get("draws") or 0
        return cls(
            tuple(manifest["regimes"]), manifest["baseline"], tuple(manifest["seeds_finished"]),
            manifest["scale"], manifest["years"], dt.date.fromisoformat(manifest["start"]),
            manifest["environment"], manifest["posture"], manifest["regimes"],
            drawn if isinstance(drawn, int) else len(drawn),
        )

    @property
    def others(self) -> tuple[str, ...]:
        """Every regime but the baseline."""
        return tuple(regime for regime in self.regimes if regime != self.baseline)

    def regime(self, regime: str, say: Language) -> str:
        """A regime's short name in print: the table's, or its own name."""
        return say.either(f"regimes.{regime}", regime)

    def source(self, code: str = "en") -> str:
        """The source line under a chart."""
        say = language(code)
        many = len(self.seeds) > 1
        seeds = (
            say("chart.seeds", first=str(self.seeds[0]), last=str(self.seeds[-1]))
            if many
            else say("chart.seed", first=str(self.seeds[0]))
        )
        return say(
            "chart.source", seeds=seeds, size=self.size(say), years=self.length(say),
            start=say.date(self.start), environment=self.environment, posture=self.posture,
        )

    def size(self, say: Language) -> str:
        """How much of the city was simulated."""
        if self.scale == 1:
            return say("chart.whole_city")
        digits = max(0, len(f"{self.scale:.6f}".rstrip("0")) - 2)
        return say("chart.part_of_city", scale=say.number(self.scale, digits))

    def length(self, say: Language) -> str:
        """How long each run was, in whole years, months or days."""
        for unit, count in (("year", self.years), ("month", self.years * 12)):
            if count >= 1 and abs(count - round(count)) < 0.01:
                return _counted(round(count), unit, say)
        return _counted(round(self.years * YEAR), "day", say)


def _counted(count: int, unit: str, say: Language) -> str:
    """``one month``, ``6 months``."""
    if count == 1:
        return say(f"chart.{unit}_one")
    return say(f"chart.{unit}s", **{f"{unit}s": say.number(count)})
