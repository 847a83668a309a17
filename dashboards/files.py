"""Downloads: every table and chart of a run under an address that holds the run's id."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboards.address import view_of
from dashboards.analyses import analysis
from dashboards.briefings import FILES as BRIEFING_FILES
from dashboards.briefings import BriefingFailed, briefing
from dashboards.charts import CHARTS, chart, chart_table
from dashboards.evidence_page import (
    FIGURES,
    MEANINGS,
    PARAMETERS,
    evidence_rows,
    outcome_rows,
    parameter_rows,
)
from dashboards.folders import file_of
from dashboards.follow import shared_runs
from dashboards.runs import Job
from experiments.json_form import as_json
from experiments.privacy import gated
from experiments.style import RC
from model.faults import BadInput

FILES = "/files"
KINDS = {
    "png": "image/png", "svg": "image/svg+xml", "csv": "text/csv; charset=utf-8",
    "json": "application/json", "toml": "text/plain; charset=utf-8",
}
#: What a spreadsheet takes for a formula at the start of a cell.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
#: Matplotlib's settings belong to the whole process, so charts are drawn one at a time.
_drawing = threading.Lock()


def routes() -> list[BaseRoute]:
    """Addresses of files, before those of pages."""
    return [
        Route(FILES + "/{key}/{name}", endpoint=download),
        Route("/tables/{name}", endpoint=table),
        Route("/briefings/{key}/{language}/{kind}", endpoint=briefing_file),
        Route("/analyses/{folder:path}/{name}", endpoint=analysis_file),
        Route("/results/{folder:path}/{file}", endpoint=result_file),
    ]


def links(key: str, what: str) -> list[dict[str, str]]:
    """Links to a chart of the run `key`, and to its table."""
    return [
        {"text": kind.upper(), "href": f"{FILES}/{key}/{what}.{kind}", "name": ""}
        for kind in ("png", "svg", "csv")
    ]


def download(request: Request) -> Response:
    """The file that an address names, or a line that says why there is none."""
    key, name = request.path_params["key"], request.path_params["name"]
    job = shared_runs().find(key)
    if job is None or job.comparison is None:
        return PlainTextResponse(
            "This run is no longer kept. Open the link to its view to run it again.", 404
        )
    stem, _, kind = name.rpartition(".")
    content = _content(job, stem, kind)
    if content is None:
        return PlainTextResponse("There is no such file of this run.", 404)
    headers = {"Content-Disposition": f'attachment; filename="carveout-{key}-{name}"'}
    if kind == "toml":
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=KINDS[kind], headers=headers)


def table(request: Request) -> Response:
    """A table of the evidence page as CSV."""
    rows = {
        "parameters": (PARAMETERS, parameter_rows), "evidence": (FIGURES, evidence_rows),
        "outcomes": (MEANINGS, outcome_rows),
    }
    name = request.path_params["name"].removesuffix(".csv")
    if name not in rows:
        return PlainTextResponse("There is no such table.", 404)
    columns, make = rows[name]
    content = as_csv(pd.DataFrame(make(), columns=list(columns)))
    headers = {"Content-Disposition": f'attachment; filename="carveout-{name}.csv"'}
    return Response(content, media_type=KINDS["csv"], headers=headers)


def analysis_file(request: Request) -> Response:
    """The chart or table of an analysis of a study, as the query asks for it."""
    stem, _, kind = request.path_params["name"].rpartition(".")
    view = view_of(request.url.query).but(item=request.path_params["folder"], map=stem)
    try:
        made = analysis(view)
    except (BadInput, ValueError) as error:
        return PlainTextResponse(str(error), 404)
    if kind == "csv":
        content: bytes | str = as_csv(made.table())
    elif kind in ("png", "svg"):
        with _drawing:
            content = drawn(made.figure(), kind, view.item)
    else:
        return PlainTextResponse("There is no such file of this analysis.", 404)
    headers = {"Content-Disposition": f'inline; filename="carveout-{stem}.{kind}"',
               "Content-Security-Policy": SANDBOX}
    return Response(content, media_type=KINDS[kind], headers=headers)


def result_file(request: Request) -> Response:
    """A file of a results folder, by the names that the pages list."""
    folder, file = request.path_params["folder"], request.path_params["file"]
    found = file_of(folder, file)
    if found is None and file.endswith(".csv"):
        table = file_of(folder, file.removesuffix(".csv") + ".parquet")
        if table is not None:
            return Response(as_csv(plain_columns(pd.read_parquet(table))), media_type=KINDS["csv"])
    if found is None:
        return PlainTextResponse("There is no such result.", 404)
    # A drawing opened by itself may not run anything.
    return FileResponse(found, headers={"Content-Security-Policy": SANDBOX})


def plain_columns(table: pd.DataFrame) -> pd.DataFrame:
    """The columns whose cells are single values."""
    def plain(name: str) -> bool:
        return not table[name].head(50).map(lambda value: isinstance(value, np.ndarray)).any()

    return table[[name for name in table.columns if plain(name)]]


def briefing_file(request: Request) -> Response:
    """A file of a briefing that was made."""
    key, language, kind = (request.path_params[name] for name in ("key", "language", "kind"))
    job = shared_runs().find(key)
    if job is None or kind not in BRIEFING_FILES:
        return PlainTextResponse("There is no such briefing.", 404)
    try:
        found = briefing(job, language) / BRIEFING_FILES[kind]
    except BriefingFailed as failed:
        return PlainTextResponse(str(failed), 404)
    return FileResponse(found, filename=f"carveout-{key}-{language}.{kind}",
                        headers={"Content-Security-Policy": SANDBOX})


def _content(job: Job, stem: str, kind: str) -> bytes | str | None:
    comparison = job.comparison
    assert comparison is not None
    tables: dict[str, Callable[[], pd.DataFrame]] = {
        "contrasts": lambda: gated(comparison.released_contrasts).drop(columns="paired"),
        "outcomes": lambda: gated(comparison.released_outcomes),
    }
    if (stem, kind) == ("manifest", "json"):
        return as_json({**comparison.manifest, "run": job.plan.key})
    if kind == "csv" and stem in tables:
        return as_csv(tables[stem]())
    if kind == "toml":
        found = [path for path in job.plan.files if path.stem == stem]
        return found[0].read_text("utf-8") if found else None
    what, _, which = stem.partition("-")
    if what not in CHARTS:
        return None
    if kind == "csv":
        table = chart_table(job.plan, comparison, what, which)
        return None if table is None else as_csv(table)
    if kind not in ("png", "svg"):
        return None
    with _drawing:
        figure = chart(job.plan, comparison, what, which)
        return None if figure is None else drawn(figure, kind, f"run {job.plan.key}")


def drawn(figure: Figure, kind: str, key: str) -> bytes:
    """A figure as bytes, with the id of its run in a corner."""
    metadata: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None}}[kind]
    buffer = io.BytesIO()
    with mpl.rc_context(RC):
        figure.text(0.995, 0.004, key, ha="right", va="bottom", fontsize=6,
                    color="#666666")
        figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()


def as_csv(table: pd.DataFrame) -> str:
    """A table as CSV in which no cell is a formula."""
    safe = table.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = [_harmless(value) for value in safe[name].astype(object)]
    safe.columns = pd.Index([_harmless(str(name)) for name in safe.columns])
    return safe.to_csv(index=False)


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
