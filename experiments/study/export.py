"""A study's results for other programs: CSV, Stata, R, each with a codebook.

``values`` has a row a task and a column an outcome of the whole city; ``cells`` has a row a task
and cell, with every breakdown. Both hold only what the result files hold, which has passed
`experiments.privacy`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.json_form import as_json
from experiments.store import results_folder
from experiments.study.codebook import codebook
from experiments.study.reading import MANIFEST, Study
from model.faults import BadInput, Fault

FORMATS = ("csv", "stata", "r")
#: Stata takes names of 32 letters, and labels of 80.
STATA_NAME, STATA_LABEL = 32, 80
#: Rows that Stata's and R's own readers hold in memory without trouble.
MOST_CELLS = 20_000_000

READ_R = """\
# Reads the study "{name}" into two data frames. Base R; no package is needed.
#   values: a row a task, a column an outcome of the whole city
#   cells:  a row a task and cell, with every breakdown
codebook <- read.csv("codebook.csv")
values <- read.csv("values.csv.gz", na.strings = "", stringsAsFactors = TRUE,
                   colClasses = c({values}))
cells <- read.csv("cells.csv.gz", na.strings = "", stringsAsFactors = TRUE,
                  colClasses = c({cells}))
for (column in names(values)) {{
  attr(values[[column]], "label") <- codebook$meaning[match(column, codebook$column)]
}}
"""


def export(study: Study, out: str | Path, form: str, *, force: bool = False) -> Path:
    """Write the finished tasks of a study to a new folder `out`.

    Parameters
    ----------
    form
        ``csv``; ``stata`` (.dta, version 118); ``r`` (compressed CSV and a script that reads it).

    Raises
    ------
    BadInput
        If no task is finished, or the folder exists and `force` is not given.
    SaveError
        If the disk is full or refuses.
    """
    values = wide(study)
    if values.empty:
        found = f"no task of {study.folder.name} is finished"
        raise BadInput(Fault(found, "at least one", key="study"))
    cells = study.results.dataset()
    if form != "csv" and (number := cells.count_rows()) > MOST_CELLS:
        found = f"{number:,} cells"
        allowed = f"at most {MOST_CELLS:,} in one file for {form}; csv takes any number"
        raise BadInput(Fault(found, allowed, key="format"))
    book = codebook(study, dict.fromkeys([*values.columns, *cells.schema.names]))
    with results_folder(out, force=force) as folder:
        _WRITERS[form](folder, study, values, cells, book)
        told = {**study.manifest, "kind": "carveout export", "format": form}
        (folder / MANIFEST).write_text(as_json(told) + "\n", "utf-8")
    return Path(out)


def wide(study: Study) -> pd.DataFrame:
    """One row a finished task: the design's columns, then one column an outcome."""
    import pyarrow.compute as pc

    names = ["task", "outcome", "value"]
    cells = study.results.dataset().to_table(columns=names, filter=pc.field("by") == "all")
    columns = [name for name in study.outcomes if "area" not in _breakdowns(name)]
    if not cells.num_rows:
        return pd.DataFrame()
    frame = cells.to_pandas().astype({"task": str, "outcome": str})
    values = frame.pivot(index="task", columns="outcome", values="value").reindex(columns=columns)
    return study.plan.merge(values, left_on="task", right_index=True, how="inner")


def _breakdowns(name: str) -> tuple[str, ...]:
    from experiments.outcomes import OUTCOMES

    return OUTCOMES[name].by


def _csv(
    folder: Path, study: Study, values: pd.DataFrame, cells: Any, book: pd.DataFrame
) -> None:
    import pyarrow as pa
    from pyarrow import csv

    values.to_csv(folder / "values.csv", index=False)
    plain = pa.schema([
        (field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in cells.schema
    ])
    with csv.CSVWriter(folder / "cells.csv", plain) as writer:
        for batch in cells.to_batches():  # never all cells of a large study at once
            writer.write_batch(pa.table(batch).cast(plain).combine_chunks().to_batches()[0])
    book.to_csv(folder / "codebook.csv", index=False)


def _r(folder: Path, study: Study, values: pd.DataFrame, cells: Any, book: pd.DataFrame) -> None:
    table = cells.to_table().to_pandas()
    for name, frame in (("values", values), ("cells", table)):
        flags = frame.select_dtypes("bool").columns
        words = {flag: frame[flag].map({True: "TRUE", False: "FALSE"}) for flag in flags}
        frame = frame.assign(**words)  # as R writes them
        # No time of writing in the file: equal tables give equal bytes.
        how = {"method": "gzip", "mtime": 0}
        frame.to_csv(folder / f"{name}.csv.gz", index=False, compression=how)
    script = READ_R.format(
        name=study.file.name, values=_classes(values), cells=_classes(table)
    )
    (folder / "read.R").write_text(script, "utf-8")
    book.to_csv(folder / "codebook.csv", index=False)


def _classes(frame: pd.DataFrame) -> str:
    """R's class of each column, as arguments of ``c()``; seeds are too long for its integers."""
    kinds = {"f": "numeric", "i": "numeric", "b": "logical"}
    found = (
        (name, "character" if name == "task" else kinds.get(kind.kind, "factor"))
        for name, kind in frame.dtypes.items()
    )
    return ", ".join(f'"{name}" = "{kind}"' for name, kind in found)


def _stata(
    folder: Path, study: Study, values: pd.DataFrame, cells: Any, book: pd.DataFrame
) -> None:
    table = cells.to_table().to_pandas()
    names = stata_names([*values.columns, *table.columns])
    meaning = book.set_index("column")["meaning"]
    for stem, frame in (("values", values), ("cells", table)):
        labels = {names[name]: meaning[name][:STATA_LABEL] for name in frame}
        plain = frame.rename(columns=names)
        for name, kind in plain.dtypes.items():
            if kind.kind == "b":
                plain[name] = plain[name].astype("int8")
            elif kind.kind not in "if":
                plain[name] = plain[name].astype(str)
        plain.to_stata(
            folder / f"{stem}.dta", write_index=False, version=118, variable_labels=labels,
            data_label=study.file.title[:STATA_LABEL],
            time_stamp=pd.Timestamp(study.manifest["begun"]).to_pydatetime(),
        )
    book.insert(1, "stata", [names[name] for name in book["column"]])
    book.to_csv(folder / "codebook.csv", index=False)


def stata_names(columns: Iterable[str]) -> dict[str, str]:
    """Names that Stata takes: letters, digits and _, at most 32, none twice, no word of its own."""
    reserved = {"by", "if", "in", "using", "with", "int", "long", "float", "double", "byte"}
    made: dict[str, str] = {}
    for column in dict.fromkeys(columns):
        name = re.sub(r"\W", "_", column)
        name = f"{name}_" if name in reserved else name
        number = 1
        short = name[:STATA_NAME]
        while short in made.values():
            number += 1
            short = f"{name[: STATA_NAME - 3]}_{number}"
        made[column] = short
    return made


_WRITERS: dict[str, Callable[..., None]] = {"csv": _csv, "stata": _stata, "r": _r}
