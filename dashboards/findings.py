"""Findings of the literature beside the model's: the last ``carveout validate``."""

from __future__ import annotations

import pandas as pd
import solara

from dashboards.components import CopyText, Element, Table
from dashboards.folders import found
from experiments.validation.report import HEAD, RULE, cells, read_findings

KIND = "carveout validation"


def finding_rows(table: pd.DataFrame) -> list[list[str]]:
    """The table of findings as text, with the reason of each verdict."""
    rows = []
    for row in table.itertuples():
        *rest, told = cells(row)
        rows.append([*map(str, rest), f"{told}: {row.reason}" if row.reason else str(told)])
    return rows


@solara.component
def Findings() -> None:
    """Table and forest plot of the newest validation among the results."""
    latest = solara.use_memo(lambda: next(iter(found(KIND)), None), [])
    if latest is None:
        with Element("section", classes="co-card", **{"aria-labelledby": "validation"}):
            Element("h2", "Validation", id="validation")
            Element("p", "No validation is among the results yet. This command makes one; then "
                    "load this page again.")
            CopyText(label="Hold the model against the literature",
                     text="carveout validate --out results/validation")
        return
    table = read_findings(latest.path / "validation.csv")
    where = f"/results/{latest.name}"
    links = [{"text": kind.upper(), "href": f"{where}/forest.{kind}"} for kind in ("png", "svg")]
    Table(title="Validation: what studies found, and what the model gives",
          columns=list(HEAD), rows=finding_rows(table), note=RULE, links=links)
    with Element("section", classes="co-card", **{"aria-labelledby": "forest"}):
        Element("h2", "The same, drawn", id="forest")
        Element("img", classes="co-figure", src=f"{where}/forest.svg",
                alt="Published and model effects side by side, a row a finding; the table above "
                    "has the same figures.")
