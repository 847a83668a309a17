"""The fitted posterior: a small table of draws with its manifest, checked against the registry."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from model.faults import BadInput, Fault, nearest
from model.plain_file import read_bytes
from model.registry import Parameters, load_parameters
from model.toml_source import shown

POSTERIOR = Path(__file__).parent / "posterior.csv"
MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Posterior:
    """Equally weighted draws, a column a parameter, and what made them."""

    draws: pd.DataFrame
    manifest: dict[str, Any]
    path: Path

    def take(self, n: int) -> list[dict[str, float]]:
        """`n` of the draws, each as parameters by name: those that stand best for every parameter.

        Row after row is chosen so that the energy distances between the chosen and all (Székely &
        Rizzo 2013, doi:10.1016/j.jspi.2013.03.018), one a parameter, have the least sum; how
        parameters go together is not looked at, unlike by support points (Mak & Joseph 2018,
        doi:10.1214/17-AOS1629). So the first is a central one, fewer are the beginning of more,
        and the order of the file decides nothing but ties.

        Raises
        ------
        BadInput
            If there are fewer than `n`.
        """
        if n > len(self.draws):
            found = f"found {n}"
            allowed = f"at most the {len(self.draws)} of {shown(self.path)}"
            raise BadInput(Fault(found, allowed, key="draws"))
        return [
            {str(name): float(value) for name, value in self.draws.iloc[row].items()}
            for row in _representative(self.draws.to_numpy(), n)
        ]


def _representative(draws: NDArray[np.float64], n: int) -> list[int]:
    """`n` rows of draws (N, parameters) in the order in which they stand best for every parameter.

    Parameters are told by their ranks, so that none's unit counts, and differences are summed.
    """
    ranks = (rankdata(draws, axis=0) - 0.5) / len(draws)
    # The mean distance of a rank u to all of them, evenly spread in 0 to 1.
    to_all = (ranks**2 - ranks + 0.5).sum(axis=1)
    to_chosen = np.zeros(len(draws))
    rows: list[int] = []
    for _ in range(n):
        gain = (len(rows) + 1) * to_all - to_chosen
        gain[rows] = np.inf
        rows.append(int(np.argmin(gain)))
        to_chosen += np.abs(ranks - ranks[rows[-1]]).sum(axis=1)
    return rows


def load_posterior(path: str | Path | None = None) -> Posterior:
    """A posterior from its CSV file, by default the project's own; the manifest is beside it.

    Raises
    ------
    BadInput
        With file, line and key, if the file is missing or empty, names an unknown or a fixed
        parameter or one twice, or holds a value that is no number or out of its range.
    """
    file = Path(path) if path is not None else POSTERIOR
    data = read_bytes(file, "a posterior's CSV file", MOST_BYTES, shown(file))
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        allowed = "a CSV file: parameters' names, then a draw a line"
        raise BadInput(Fault("not a table in UTF-8", allowed, shown(file))) from None
    if len(lines) < 2:
        found = f"{max(len(lines) - 1, 0)} draws"
        raise BadInput(Fault(found, "a line of names and at least one draw", shown(file), 1))
    registry = load_parameters()
    names, rows = lines[0], lines[1:]
    if not any(name.strip() for name in names):
        found, allowed = "no parameter names", "a line of names and at least one draw"
        raise BadInput(Fault(found, allowed, shown(file), 1))
    faults = _head_faults(names, registry, shown(file))
    for number, row in enumerate(rows, start=2):
        faults += _row_faults(names, row, registry, shown(file), number)
    manifest = _manifest(file.with_suffix(".json"), faults)
    if faults:
        raise BadInput(faults)
    draws = pd.DataFrame([[float(cell) for cell in row] for row in rows], columns=names)
    return Posterior(draws, manifest, file)


def _head_faults(names: list[str], registry: Parameters, file: str) -> list[Fault]:
    faults = []
    for name in dict.fromkeys(names):
        allowed = "a parameter of the registry with a prior"
        if name not in registry:
            found, guess = "unknown column", nearest(name, registry)
            faults.append(Fault(found, allowed, file, 1, name, guess))
        elif not registry.entry(name).is_free:
            faults.append(Fault("found a fixed parameter", allowed, file, 1, name))
        if names.count(name) > 1:
            faults.append(Fault("found twice", "each parameter once", file, 1, name))
    return faults


def _row_faults(
    names: list[str], row: list[str], registry: Parameters, file: str, line: int
) -> list[Fault]:
    if len(row) != len(names):
        return [Fault(f"{len(row)} cells", f"{len(names)} cells", file, line)]
    faults = []
    for name, cell in zip(names, row, strict=True):
        if name not in registry:
            continue  # a fault of the heading
        entry = registry.entry(name)
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not entry.low <= value <= entry.high:
            allowed = f"a number from {entry.low:g} to {entry.high:g}"
            faults.append(Fault(f"found {cell!r}", allowed, file, line, name))
    return faults


def _manifest(path: Path, faults: list[Fault]) -> dict[str, Any]:
    """What is beside a posterior; what cannot be read is added to `faults`."""
    if path.is_file():
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, UnicodeDecodeError):
            faults.append(Fault("not JSON", "the manifest beside a posterior", shown(path)))
    return {}
