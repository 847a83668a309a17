"""Analyses of a finished study: contrasts, sensitivity, and the conditions of a difference."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

import solara

from dashboards.address import View
from dashboards.components import Alert, Element, Field, Table
from dashboards.controls import Go, option
from dashboards.folders import Found, named
from dashboards.titles import outcome_title, regime_title
from experiments.analysis.discovery import discover
from experiments.analysis.indices import sensitivity
from experiments.analysis.pairs import paired_contrasts
from experiments.analysis.result import Analysis
from experiments.analysis.values import read_values
from experiments.outcomes import OUTCOMES
from experiments.settings import DEFAULT_BASELINE
from experiments.study import open_study
from model.faults import BadInput

LEVER = "regime"
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
        return _analysis(view.item, view.map or "contrasts", view.line, view.a, view.b)


@lru_cache(maxsize=16)
def _analysis(folder: str, kind: str, outcome: str, baseline: str, position: str) -> Analysis:
    study = open_study(named(folder).path)
    values = read_values(study, outcome)
    there = values.positions(LEVER)
    base = next((name for name in (baseline, DEFAULT_BASELINE) if name in there), there[0])
    if kind == "contrasts" or kind not in KINDS:
        return paired_contrasts(study, outcome, baseline=base)
    other = position if position in there and position != base else _other(there, base)
    # Other levers are held at their first position: these analyses look at one pair.
    held = {name: values.positions(name)[0] for name in values.others(LEVER)}
    where: dict[str, Any] = {"where": held} if held else {}
    if kind == "sensitivity":
        return sensitivity(study, outcome, position=other, baseline=base, **where)
    return discover(study, outcome, position=other, baseline=base, when=kind, **where)


def _other(there: list[str], base: str) -> str:
    return next((name for name in there if name != base), base)


@solara.component
def Analyses(one: Found, view: View, go: Go) -> None:
    """Choose an analysis, an outcome and two positions; read the finding and its chart."""
    study = solara.use_memo(lambda: open_study(one.path), [str(one.path)])
    outcome = view.line if view.line in study.outcomes else study.outcomes[0]
    kind = view.map if view.map in KINDS else "contrasts"
    there = [str(name) for name in study.plan[LEVER].unique()] if LEVER in study.plan else []
    base = next((name for name in (view.a, DEFAULT_BASELINE) if name in there), "")
    asked = View(item=one.name, map=kind, line=outcome, a=base or view.a, b=view.b)

    def change(field: str) -> Any:
        return lambda text: go(asked.but(**{field: text}))

    with Element("section", classes="co-card", **{"aria-labelledby": "analysis"}):
        Element("h2", "Analyses of this study", id="analysis")
        with Element("div", classes="co-controls"):
            Field("Analysis", kind, change("map"), kind="select",
                  options=[option(key, text) for key, text in KINDS.items()])
            Field("Outcome", outcome, change("line"), kind="select", tip=OUTCOMES[outcome].meaning,
                  options=[option(key, outcome_title(key)) for key in study.outcomes])
            regimes = [option(name, regime_title(name)) for name in there]
            Field("Compared with", base, change("a"), kind="select", options=regimes)
            if kind != "contrasts":
                Field("Regime", view.b if view.b in there else _other(there, base), change("b"),
                      kind="select", options=regimes)
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
