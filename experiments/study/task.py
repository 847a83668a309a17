"""One task of a study: one run, and the bytes of its result file."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from model.scenario import Scenario

#: The breakdowns' columns of a result file, beside ``task``.
CELLS = ("outcome", "by", "group", "value", "numerator", "denominator", "suppressed")


@dataclass(frozen=True)
class Task:
    """What a worker needs to know of a run.

    ``part`` numbers the tasks that share a population and are handed out together; ``code`` is
    the digest of the code and data that must be the worker's, too.
    """

    id: str
    part: int
    scenario: str
    outcomes: tuple[str, ...]
    code: str
    belief: str = "own"

    @property
    def days(self) -> int:
        """How many days are simulated."""
        return Scenario.model_validate_json(self.scenario).days


@dataclass(frozen=True)
class Done:
    """A task's result file as bytes, equal wherever and whenever it was made.

    `spent` says in seconds of CPU what the time went to.
    """

    task: Task
    data: bytes
    spent: Mapping[str, float] = field(default_factory=dict)


def run_task(task: Task, progress: Callable[[int], None] | None = None) -> Done:
    """Simulate, sum over the whole period, hide small cells, and write the file into memory.

    Raises
    ------
    RuntimeError
        If this worker's code or data are other than the study's.
    """
    from experiments import privacy
    from experiments.contrasts import pool
    from experiments.outcomes import OUTCOMES
    from experiments.settings import Case
    from experiments.study.identity import code_digest
    from experiments.worker import run_case

    if (own := code_digest()) != task.code:
        found = f"the worker's code, data or libraries ({own})"
        raise RuntimeError(f"{found} are not the study's ({task.code})")
    scenario = Scenario.model_validate_json(task.scenario)
    kept = tuple(OUTCOMES[name] for name in task.outcomes)
    result = run_case(Case(0, "", task.belief, scenario, outcomes=kept), progress)
    begun = time.process_time()
    cells = pool(result.rows).drop(columns=["replicate", "regime", "belief"])
    data = parquet(task.id, privacy.release_outcomes(cells, scenario.days))
    return Done(task, data, {**result.spent, "result file": time.process_time() - begun})


def schema() -> Any:
    """The schema of every result file."""
    import pyarrow as pa

    words = pa.dictionary(pa.int32(), pa.string())
    kinds = {"value": pa.float64(), "numerator": pa.float64(), "denominator": pa.float64()}
    kinds["suppressed"] = pa.bool_()
    return pa.schema([(name, kinds.get(name, words)) for name in ("task", *CELLS)])


def parquet(task: str, released: Any) -> bytes:
    """A released table of cells as Parquet, with the task's id in front."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from experiments.privacy import gated

    frame = gated(released).assign(task=task)
    columns = []
    for cell in schema():
        column = frame[cell.name]
        if pa.types.is_dictionary(cell.type):
            columns.append(pa.array(column.astype(str), pa.string()).dictionary_encode())
        else:
            # Null, not NaN, where a cell is hidden: an average in SQL then leaves it out.
            columns.append(pa.array(column.to_numpy(), cell.type, from_pandas=True))
    table = pa.table(columns, schema=schema())
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()
