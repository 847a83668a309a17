"""What the model stands on: parameters, published figures, and what it is not fit for."""

from __future__ import annotations

from pathlib import Path

import solara
from markdown import markdown

from dashboards.components import Element, Table
from dashboards.findings import Findings
from dashboards.posterior import fitted
from experiments.outcomes import OUTCOMES
from model.evidence import load_evidence
from model.registry import load_parameters

NOT_FIT = Path(__file__).resolve().parent.parent / "docs" / "not-fit-for.md"
PARAMETERS = ("name", "meaning", "default", "unit", "lowest", "highest", "prior", "fitted",
              "status", "source")
FIGURES = ("id", "quantity", "value", "low", "high", "unit", "population", "source", "year",
           "checked", "use", "note")
MEANINGS = ("name", "outcome", "unit", "meaning", "by")


def parameter_rows() -> list[list[str]]:
    """Every parameter as text, in order of name."""
    registry, posterior = load_parameters(), fitted()
    rows = []
    for name in sorted(registry):
        entry = registry.entry(name)
        rows.append([
            name, entry.meaning, f"{entry.default:g}", entry.unit, f"{entry.low:g}",
            f"{entry.high:g}", entry.distribution, posterior.get(name, ""), entry.status,
            entry.source,
        ])
    return rows


def evidence_rows() -> list[list[str]]:
    """Every published figure as text, in the order of the table."""
    return [
        [each.id, each.quantity, each.value, each.low, each.high, each.unit, each.population,
         each.source, each.year, each.checked, each.role, each.note]
        for each in load_evidence().values()
    ]


def outcome_rows() -> list[list[str]]:
    """Every outcome as text."""
    return [
        [key, spec.title.strip(), spec.unit, spec.meaning, ", ".join(spec.by)]
        for key, spec in OUTCOMES.items()
    ]


def _links(what: str) -> list[dict[str, str]]:
    return [{"text": "CSV", "href": f"/tables/{what}.csv"}]


@solara.component
def Page() -> None:
    """Parameters, validation, evidence, and what the model is not fit for."""
    with Element("main", classes="co-main", id="main"):
        Element("h1", "What this stands on")
        Element(
            "p",
            "Every number of the model, with its range and source; what published studies found, "
            "beside what the model gives; and the questions that it cannot answer.",
            classes="co-lead",
        )
        with Element("div", classes="co-results"):
            if NOT_FIT.is_file():
                text = NOT_FIT.read_text("utf-8").partition("\n")[2]
                with Element("section", classes="co-card co-prose",
                             **{"aria-labelledby": "not-fit"}):
                    Element("h2", "What the model is not fit for", id="not-fit")
                    solara.HTML(tag="div", unsafe_innerHTML=markdown(text))  # our own file
            Findings()
            rows = solara.use_memo(parameter_rows, [])
            Table(title="Parameters", columns=list(PARAMETERS), rows=rows,
                  note="Status says whether a value was measured, calibrated or is an assumption. "
                       "Fitted: median and middle 95% of the posterior, where there is one.",
                  links=_links("parameters"))
            Table(title="Published figures", columns=list(FIGURES),
                  rows=solara.use_memo(evidence_rows, []),
                  note="Checked: yes (read in the source), partly, or memory.",
                  links=_links("evidence"))
            Table(title="Outcomes", columns=list(MEANINGS),
                  rows=solara.use_memo(outcome_rows, []), links=_links("outcomes"))
