"""Finished studies, analyses and comparisons: their charts and tables, filtered and taken away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import solara

from dashboards.address import View, view_of
from dashboards.analyses import Analyses
from dashboards.components import Alert, CopyText, Element, Field, Table
from dashboards.controls import Go, option
from dashboards.files import plain_columns
from dashboards.folders import Found, files_of, found, named
from dashboards.titles import COLUMNS, heading
from experiments.uncertainty import over_draws_said
from model.faults import BadInput

STUDY, COMPARISON = "carveout study", "carveout results"
#: Rows of a saved table that are shown; the whole table can be downloaded.
MOST_ROWS = 2_000
COMMANDS = (
    "carveout compare --out results/mine\n"
    "carveout attribute welcoming-2012 welcoming-2021 --out results/clauses\n"
    "carveout validate --out results/validation"
)


@solara.component
def Page() -> None:
    """Results folders, one of them open."""
    router = solara.use_router()
    view = view_of(router.search)
    there = solara.use_memo(found, [view.item])

    def go(to: View) -> None:
        query = to.query()
        router.push("/studies" + (f"?{query}" if query else ""))

    with Element("main", classes="co-main", id="main"):
        Element("h1", "Finished studies")
        Element("p", "What commands have left in the folder of results: open one, look at its "
                "charts, filter its tables, take them away.", classes="co-lead")
        if not there:
            CopyText(label="Nothing is there yet. These commands make something", text=COMMANDS)
            return
        listed = [option("", "choose …")] + [
            option(one.name, f"{heading(one)} ({one.kind.removeprefix('carveout ')}, {one.name})")
            for one in there
        ]
        with Element("div", classes="co-chooser"):
            Field("Results", view.item, lambda name: go(View(item=name)), kind="select",
                  options=listed, tip="Newest first. The folder is set by carveout dashboard "
                                      "--results DIR.")
        if view.item:
            Opened(view, go)


@solara.component
def Opened(view: View, go: Go) -> None:
    """One results folder."""
    with Element("div", classes="co-results"):
        try:
            one = named(view.item)
        except BadInput as error:
            Alert(str(error).splitlines())
            return
        About(one)
        if one.kind == STUDY:
            Analyses(one, view, go)
        where = f"/results/{one.name}"
        for path in files_of(one.path):
            if path.suffix == ".svg":
                with Element("section", classes="co-card",
                             **{"aria-label": f"Chart {path.stem}"}):
                    with Element("p", classes="co-links"):
                        for kind in ("svg", "png"):
                            Element("a", f"{path.stem}.{kind}", download="",
                                    href=f"{where}/{path.stem}.{kind}")
                    Element("img", classes="co-figure", src=f"{where}/{path.name}",
                            alt=alt_text(one, path.stem))
        for path in files_of(one.path):
            if path.suffix in (".parquet", ".csv"):
                Saved(path, where)


def About(one: Found) -> None:
    """What made a result."""
    manifest = one.manifest
    with Element("section", classes="co-card", **{"aria-labelledby": "about"}):
        Element("h2", heading(one), id="about")
        if sentence := manifest.get("sentence"):
            Element("p", str(sentence))
        Element("p", f"Folder: {one.name}", classes="co-note")
        for key in ("command", "commit"):
            if manifest.get(key):
                Element("p", f"{key.capitalize()}: {manifest[key]}", classes="co-note")
        if one.kind == COMPARISON:
            Element("p", uncertainty(manifest), classes="co-note")
        if manifest.get("partial"):
            Alert(["Stopped before all of it was finished."])
        Element("a", "manifest.json", href=f"/results/{one.name}/manifest.json", download="")


def uncertainty(manifest: dict[str, Any]) -> str:
    """Which uncertainty the intervals of a saved comparison hold."""
    draws, n = len(manifest.get("draws") or ()), len(manifest.get("seeds_finished") or ())
    if n < 2:
        return "No interval: of one replicate neither chance nor parameters can be told."
    if draws:
        return (f"Two intervals: chance, 95% over {n} replicates (low, high), and parameters, "
                f"{over_draws_said(draws)} (par_low, par_high).")
    return (f"95% intervals of chance alone, over {n} replicates: parameters stand at their "
            "defaults, and how little is known of them is left out.")


def alt_text(one: Found, stem: str) -> str:
    """What a chart shows, in the words that its manifest has for it."""
    charts = one.manifest.get("charts")
    told = charts.get(stem) if isinstance(charts, dict) else one.manifest.get("sentence")
    return str(told or f"Chart {stem} of {one.name}; its table is below.")


@solara.component
def Saved(path: Path, where: str) -> None:
    """A saved table as text."""
    columns, rows, whole = solara.use_memo(lambda: saved_rows(path), [str(path)])
    note = "" if whole <= MOST_ROWS else f"The first {MOST_ROWS:,} of {whole:,} rows."
    Table(title=path.stem, columns=columns, rows=rows, note=note,
          links=[{"text": kind.upper(), "href": f"{where}/{path.stem}.{kind}"}
                 for kind in dict.fromkeys(("csv", path.suffix[1:]))])


def saved_rows(path: Path) -> tuple[list[str], list[list[str]], int]:
    """Columns, the first `MOST_ROWS` rows as text, and how many there are; names as titles."""
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    plain = plain_columns(frame)
    words = [COLUMNS.get(str(column), str) for column in plain]
    rows = [[put(cell_text(value)) for put, value in zip(words, row, strict=True)]
            for row in plain.head(MOST_ROWS).itertuples(index=False)]
    return list(map(str, plain)), rows, len(frame)


def cell_text(value: Any) -> str:
    """A cell in print: four figures of a number, nothing for none."""
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.4g}".replace("-", "\N{MINUS SIGN}")
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return "" if value is None or value is pd.NA else str(value)
