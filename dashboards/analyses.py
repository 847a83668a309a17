"""Analyses of a finished study: contrasts, sensitivity, and the conditions of a difference."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import solara

from dashboards.address import View
from dashboards.components import Alert, Element, Field, Table
from dashboards.controls import Go, option
from dashboards.folders import Found, named
from dashboards.titles import in_words, outcome_title, regime_title
from experiments.analysis.discovery import discover
from experiments.analysis.indices import sensitivity
from experiments.analysis.pairs import paired_contrasts
from experiments.analysis.result import Analysis
from experiments.analysis.values import read_values
from experiments.outcomes import OUTCOMES
from experiments.settings import DEFAULT_BASELINE
from experiments.study import Study, open_study
from model.faults import BadInput

#: The lever that is looked at where it moves and none is chosen.
USUAL = "regime"
KINDS = {
    "contrasts": "Differences, and both uncertainties",
    "sensitivity": "Which parameters matter",
    "higher": "When the outcome is higher",
    "lower": "When the outcome is lower",
}
#: One at a time: some fit hundreds of models.
_working = threading.Lock()


def analysis(view: View) -> Analysis:
    """The analysis that a view of a study asks for.

    Raises
    ------
    BadInput
        If there is no such study, outcome or position, or the study is not made for it.
    """
    with _working:
        kind = view.map or "contrasts"
        return _analysis(view.item, kind, view.line, view.lever, view.a, view.b)


@lru_cache(maxsize=16)
def _analysis(
    folder: str, kind: str, outcome: str, chosen: str, baseline: str, position: str
) -> Analysis:
    study = open_study(named(folder).path)
    values = read_values(study, outcome)
    lever = lever_of(levers(study), chosen)
    there = values.positions(lever)
    base = next((name for name in (baseline, DEFAULT_BASELINE) if name in there), there[0])
    if kind == "contrasts" or kind not in KINDS:
        return paired_contrasts(study, outcome, lever=lever, baseline=base)
    other = position if position in there and position != base else _other(there, base)
    # Other levers are held at their first position: these analyses look at one pair.
    held = {name: values.positions(name)[0] for name in values.others(lever)}
    cell: dict[str, Any] = {"lever": lever, **({"where": held} if held else {})}
    if kind == "sensitivity":
        return sensitivity(study, outcome, position=other, baseline=base, **cell)
    return discover(study, outcome, position=other, baseline=base, when=kind, **cell)


def levers(study: Study) -> dict[str, list[str]]:
    """The levers that move in a study, each with its positions."""
    there = {name: [str(one) for one in study.plan[name].unique()] for name in study.levers}
    return {name: positions for name, positions in there.items() if len(positions) > 1}


def lever_of(there: Mapping[str, list[str]], chosen: str) -> str:
    """The lever chosen, if it is there; else the regime, if it moves; else the first."""
    return next((name for name in (chosen, USUAL, *there) if name in there), USUAL)


def _other(there: list[str], base: str) -> str:
    return next((name for name in there if name != base), base)


@solara.component
def Analyses(one: Found, view: View, go: Go) -> None:
    """Choose an analysis, an outcome and two positions; read the finding and its chart."""
    study = solara.use_memo(lambda: open_study(one.path), [str(one.path)])
    outcome = view.line if view.line in study.outcomes else study.outcomes[0]
    kind = view.map if view.map in KINDS else "contrasts"
    moving = levers(study)
    lever = lever_of(moving, view.lever)
    there = moving.get(lever, [])
    base = next((name for name in (view.a, DEFAULT_BASELINE, *there) if name in there), "")
    asked = View(item=one.name, map=kind, line=outcome, a=base or view.a, b=view.b, lever=lever)

    def change(field: str) -> Any:
        return lambda text: go(asked.but(**{field: text}))

    with Element("section", classes="co-card", **{"aria-labelledby": "analysis"}):
        Element("h2", "Analyses of this study", id="analysis")
        with Element("div", classes="co-controls"):
            Field("Analysis", kind, change("map"), kind="select",
                  options=[option(key, text) for key, text in KINDS.items()])
            Field("Outcome", outcome, change("line"), kind="select", tip=OUTCOMES[outcome].meaning,
                  options=[option(key, outcome_title(key)) for key in study.outcomes])
            if len(moving) > 1:
                Field("What differs", lever, change("lever"), kind="select",
                      options=[option(name, in_words(name)) for name in moving],
                      tip="The levers of the study: what somebody may choose.")
            positions = [option(name, regime_title(name)) for name in there]
            Field("Compared with", base, change("a"), kind="select", options=positions)
            if kind != "contrasts":
                Field(in_words(lever), view.b if view.b in there else _other(there, base),
                      change("b"), kind="select", options=positions)
        Answer(asked)


@solara.component
def Answer(asked: View) -> None:
    """What an analysis found: a sentence, a chart, a table."""
    result = solara.use_thread(lambda: answer(asked), dependencies=[asked])
    if result.state in (solara.ResultState.STARTING, solara.ResultState.RUNNING):
        Element("p", "Working …", role="status")
        return
    made, lines = result.value if result.value else (None, ["The analysis failed."])
    if made is None:
        Alert(lines, head="This study does not answer that:")
        return
    stem = asked.map
    query = asked.but(item="", map="").query()
    where = f"/analyses/{asked.item}/{stem}"
    Element("p", made.sentence())
    with Element("p", classes="co-links"):
        for kind in ("svg", "png", "csv"):
            Element("a", kind.upper(), href=f"{where}.{kind}?{query}",
                    download=f"carveout-{stem}.{kind}")
    Element("img", classes="co-figure", src=f"{where}.svg?{query}", alt=made.sentence())
    for note in made.notes():
        Element("p", note, classes="co-note")
    shown = made.shown()
    Table(title="The same as a table", columns=[str(name) for name in shown.columns],
          rows=[[str(cell) for cell in row] for row in shown.itertuples(index=False)])


def answer(asked: View) -> tuple[Analysis | None, list[str]]:
    """The analysis, or why there is none, in words."""
    try:
        return analysis(asked), []
    except BadInput as error:
        return None, str(error).splitlines()
    except ValueError as error:
        return None, [str(error)]
