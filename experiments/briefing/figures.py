"""The charts of a briefing, each with the rows behind it and words for those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from experiments.briefing.chart_forests import glance_figure, sure_figure
from experiments.briefing.chart_map import OUTCOME as AREAS
from experiments.briefing.chart_map import map_figure
from experiments.briefing.chart_months import OUTCOME as COURSE
from experiments.briefing.chart_months import months_figure
from experiments.briefing.claims import opposite
from experiments.briefing.document import plain
from experiments.briefing.facts import Fact
from experiments.briefing.findings import sentence
from experiments.briefing.page_one import found_topics
from experiments.briefing.results import Results
from experiments.briefing.split import clauses_figure
from experiments.briefing.writer import Writer
from experiments.charts import (
    CLASSES,
    ENCOUNTERS,
    REPORTING,
    Grid,
    chart_alt,
    classes_figure,
    encounters_figure,
    reporting_figure,
)

GRIDS: tuple[tuple[Grid, Callable[..., Figure]], ...] = (
    (REPORTING, reporting_figure), (ENCOUNTERS, encounters_figure), (CLASSES, classes_figure),
)


@dataclass(frozen=True)
class Drawn:
    """A chart that could be drawn. `dates` are the policy dates marked in it."""

    stem: str
    figure: Figure
    alt: str
    fact: Fact
    width: float = 1.0
    dates: tuple[str, ...] = ()


def draw(write: Writer, results: Results) -> dict[str, Drawn]:
    """Every chart that the results carry, by stem."""
    code = write.language.code
    drawn = _grids(results, code)
    if results.told.others:
        drawn |= _forests(write, results) | _places_and_months(write, results)
    if results.clauses is not None:
        figure, title = clauses_figure(write, results.clauses)
        total = write.language.number(len(results.clauses.table) - 1)
        alt = write.language("alt.clauses", total=total, text=f"{title}.")
        drawn["clauses"] = Drawn("clauses", figure, alt, results.clauses.fact(results.facts))
    return drawn


def _places_and_months(write: Writer, results: Results) -> dict[str, Drawn]:
    """The map and the monthly course, where enough may be shown."""
    drawn, told = {}, results.told
    base = write.regime(told.baseline)
    regimes = sides(results)
    if (made := map_figure(write, results, regimes)) is not None:
        figure, text = made
        fact = results.facts.rows(
            outcome=AREAS, by="area", measure=["difference"], regime=regimes
        )
        total = write.language.number(len(fact.rows) // len(regimes))
        alt = write.language(
            "alt.map", total=total, text=text, base=base, regimes=write.regimes(regimes)
        )
        drawn["map"] = Drawn("map", figure, alt, fact)
    if (course := months_figure(write, results)) is not None:
        figure, text, dates = course
        fact = results.facts.months(outcome=COURSE, by="all", group="all")
        alt = write.language("alt.months", text=text, base=base)
        drawn["months"] = Drawn("months", figure, alt, fact, dates=dates)
    return drawn


def _forests(write: Writer, results: Results) -> dict[str, Drawn]:
    """Page one at a glance, and the same under other settings."""
    topics = found_topics(write, results)
    if not topics:
        return {}
    names = [found.outcome for found in topics]
    fact = results.facts.rows(outcome=names, by="all", group="all", measure=["difference"])
    figure = glance_figure(write, results, topics)
    alt = " ".join(
        plain(sentence(write, found, results.told.baseline)) for found in topics
    )
    drawn = {"glance": Drawn("glance", figure, write.language("alt.glance", text=alt), fact)}
    if results.variants:
        regime = opposite(results)
        figure, title = sure_figure(write, results, topics, regime)
        alt = write.language("alt.sure", text=f"{title}.")
        one = results.facts.rows(
            outcome=names, by="all", group="all", measure=["difference"], regime=[regime]
        )
        drawn["sure"] = Drawn("sure", figure, alt, one)
    return drawn


def sides(results: Results) -> list[str]:
    """The texts that are mapped: the one on the other side of the claims, and the last one."""
    return list(dict.fromkeys([opposite(results), results.told.others[-1]]))


def _shows(results: Results, grid: Grid) -> bool:
    """Whether any level of the grid may be shown; a chart without a dot says nothing."""
    frame = results.contrasts.frame
    rows = frame[
        (frame["outcome"] == grid.outcome) & frame["by"].isin(["all", grid.by])
        & (frame["measure"] == "level")
    ]
    return bool(rows["estimate"].notna().any())


def _grids(results: Results, code: str) -> dict[str, Drawn]:
    alts = chart_alt(results.told, results.contrasts, code, [grid for grid, _ in GRIDS])
    drawn = {}
    for grid, figure in GRIDS:
        if not _shows(results, grid):
            continue
        fact = results.facts.rows(
            outcome=grid.outcome, by=["all", grid.by], measure=["level", "difference"]
        )
        made = figure(results.told, results.contrasts, code)
        drawn[grid.words] = Drawn(grid.words, made, alts[grid.words], fact)
    return drawn
