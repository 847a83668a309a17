"""SQL over a study's tables, by DuckDB, which can read nothing else and write nothing at all.

Views: ``results`` (a row a cell of a finished task, with its levers and parameters), ``tasks``,
``cells``, ``outcomes`` and ``failures``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.study.codebook import outcome_table
from experiments.study.progress import failure_table
from model.faults import BadInput, Fault

if TYPE_CHECKING:
    from experiments.study.reading import Study

VIEWS = ("results", "tasks", "cells", "outcomes", "failures")
#: Memory that a query may take; more is an error, since it may write no temporary file.
MEMORY = "2GB"
#: Before anything is known of the query: no file, no network, no Python variable, no extension.
CLOSED = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "memory_limit": MEMORY,
}


def answer(study: Study, sql: str) -> pd.DataFrame:
    """The answer to one SELECT.

    Raises
    ------
    BadInput
        If it is something else, or DuckDB cannot answer it.
    """
    import duckdb

    with _connection(study) as connection:
        try:
            statements = connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type.name not in ("SELECT", "EXPLAIN"):
                kinds = ", ".join(one.type.name for one in statements) or "nothing"
                raise BadInput(Fault(f"found {kinds}", "one SELECT", key="sql"))
            return connection.execute(statements[0]).df()
        except duckdb.Error as error:
            told = " ".join(str(error).split("\n\n")[0].split())
            views = f"SELECT over {', '.join(VIEWS)}"
            raise BadInput(Fault(told, views, key="sql")) from None


def _connection(study: Study) -> Any:
    import duckdb

    connection = duckdb.connect(config=dict(CLOSED))
    for name, table in (
        ("tasks", study.plan),
        ("cells", study.results.dataset()),
        ("outcomes", outcome_table(study.outcomes)),
        ("failures", failure_table(study.folder)),
    ):
        connection.register(name, table)
    connection.execute("CREATE VIEW results AS SELECT * FROM tasks JOIN cells USING (task)")
    connection.execute("SET lock_configuration = true")
    return connection
