"""`carveout bench`: how fast the engine is, beside four yardsticks on the same machine.

A ratio taken on one machine in one run says more than seconds do: against Mesa's usual loop, the
plain twin of the model, Starsim, and what the machine's memory allows.
"""

from __future__ import annotations

import json as json_text
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import Any

from experiments.yardsticks import YEAR, measure

Measure = Callable[..., dict[str, Any]]
Raw = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Target:
    """What a figure is held to: at least `bound`, or at most."""

    key: str
    title: str
    sense: str
    bound: float
    unit: str = "x"

    def met(self, value: float) -> bool:
        """Whether `value` keeps to the target."""
        return value >= self.bound if self.sense == "at least" else value <= self.bound


TARGETS = (
    Target("mesa_ratio", "pace over Mesa's shuffle_do", "at least", 1000),
    Target("twin_ratio", "pace over the twin", "at least", 5),
    Target("starsim_ratio", "pace over Starsim's SIR", "at least", 100),
    Target("limit_ratio", "year over a read a day", "at most", 8),
    Target("growth", "time, city over a tenth", "at most", 10),
    Target("ten_years", "time, ten years over one", "at most", 10),
    Target("ten_years_memory", "memory, ten years over one", "at most", 1.2),
    Target("population_years", "population, in run years", "at most", 12, "years"),
    Target("peak_gb", "peak memory of a year", "at most", 1.5, "GB"),
    Target("help_ratio", "--help over python -c pass", "at most", 15),
)


@dataclass(frozen=True)
class Sizes:
    """How much is timed; `QUICK` is a tenth of it, to see that everything works."""

    scale: float
    residents: int
    mesa_residents: int
    starsim_residents: int
    repeats: int


FULL = Sizes(1.0, 2_746_388, 1_000_000, 100_000, 5)  # residents: CHI_POP20
QUICK = Sizes(0.1, 274_639, 100_000, 10_000, 2)


def bench(
    *, json: bool = False, quick: bool = False, measure: Measure = measure
) -> dict[str, Any]:
    """Time everything side by side, print a table (or one JSON object), return the figures.

    Parameters
    ----------
    json
        Print one JSON object instead of the table.
    quick
        A tenth of every size and two repeats: a look, not a verdict.
    measure
        What times one yardstick; by default `experiments.yardsticks.measure`, a fresh process each.

    Returns
    -------
    dict
        A key for each of `TARGETS` (``None`` where the yardstick is absent), ``absent`` with the
        reasons, ``quick``, ``machine``, and ``raw`` with seconds and sizes.

    Raises
    ------
    RuntimeError
        If something that is present cannot be run.
    """
    raw = measurements(QUICK if quick else FULL, measure)
    result: dict[str, Any] = {
        **ratios(raw),
        "quick": quick,
        "absent": {name: found["absent"] for name, found in raw.items() if "absent" in found},
        "machine": machine(),
        "raw": raw,
    }
    if json:
        print(json_text.dumps(result))
    else:
        print_table(result)
    return result


def measurements(sizes: Sizes, measure: Measure) -> Raw:
    """Seconds and sizes of every yardstick, by name.

    The engine is timed before and after the others, so that a machine that slows meanwhile slows
    both sides of a ratio.
    """

    def timed(title: str, name: str, **work: float) -> dict[str, Any]:
        print(f"timing {title} ...", file=sys.stderr, flush=True)
        return measure(name, **work)

    scale, repeats = sizes.scale, sizes.repeats
    year = {"scale": scale, "days": YEAR, "repeats": repeats}
    raw = {
        "year": timed("a year of the city", "engine", **year, populations=3),
        "mesa": timed(
            "Mesa's loop", "mesa_loop", residents=sizes.mesa_residents, repeats=repeats
        ),
        "limit": timed(
            "reading a column", "column_sum", residents=sizes.residents, repeats=9 * repeats
        ),
        "starsim": timed(
            "Starsim", "starsim_sir", residents=sizes.starsim_residents, days=YEAR, repeats=2
        ),
        "tenth": timed(
            "a year of a tenth", "engine", scale=scale / 10, days=YEAR, repeats=2 * repeats
        ),
        "twin": timed("a month of the twin", "twin", scale=scale / 10, days=30, repeats=1),
        "month": timed("a month", "engine", scale=scale, days=30, repeats=repeats),
        "decade": timed("ten years", "engine", scale=scale, days=10 * YEAR, repeats=1),
        "help": timed("carveout --help", "help_text", repeats=5 * repeats),
    }
    again = timed("a year of the city again", "engine", **year)
    raw["year"]["run_s"] += again["run_s"]
    raw["year"]["population_s"] += again["population_s"]
    return raw


def ratios(raw: Raw) -> dict[str, float | None]:
    """The figures of `TARGETS` from the measurements: medians over the repeats, then ratios."""
    year, decade = raw["year"], raw["decade"]
    year_s = median(year["run_s"])

    def over(engine: dict[str, Any], yardstick: dict[str, Any]) -> float | None:
        return None if "absent" in yardstick else pace(engine) / pace(yardstick)

    return {
        "mesa_ratio": over(year, raw["mesa"]),
        "twin_ratio": over(raw["month"], raw["twin"]),
        "starsim_ratio": over(year, raw["starsim"]),
        "limit_ratio": year_s / (YEAR * median(raw["limit"]["run_s"])),
        "growth": year_s / median(raw["tenth"]["run_s"]),
        "ten_years": median(decade["run_s"]) / year_s,
        "ten_years_memory": decade["peak_gb"] / year["peak_gb"],
        "population_years": median(year["population_s"]) / year_s,
        "peak_gb": year["peak_gb"],
        "help_ratio": median(raw["help"]["help_s"]) / median(raw["help"]["pass_s"]),
    }


def pace(timed: dict[str, Any]) -> float:
    """Resident-days a second, by the median repeat."""
    return timed["residents"] * timed["days"] / median(timed["run_s"])


def machine() -> dict[str, Any]:
    """What the figures were taken on: they mean nothing without it."""
    versions = {}
    for package in ("carveout", "mesa", "numpy", "starsim"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions,
    }


def print_table(result: dict[str, Any]) -> None:
    """Each figure beside its target and whether it is met."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Speed and memory, side by side on this machine")
    for title, justify in (("", "left"), ("key", "left"), ("here", "right"), ("target", "right")):
        table.add_column(title, justify=justify)  # type: ignore[arg-type]
    table.add_column("verdict")
    for target in TARGETS:
        value = result[target.key]
        shown = "-" if value is None else f"{value:,.3g} {target.unit}"
        if value is not None and value >= 1000:
            shown = f"{value:,.0f} {target.unit}"
        sign = "≥" if target.sense == "at least" else "≤"
        verdict = "absent" if value is None else "met" if target.met(value) else "MISSED"
        table.add_row(
            target.title,
            target.key,
            shown,
            f"{sign} {target.bound:,g} {target.unit}",
            "a look" if result["quick"] and value is not None else verdict,
        )
    console = Console()
    console.print(table)
    year = result["raw"]["year"]
    console.print(
        "Pace: resident-days a second. A read: the sum of one float64 column of all residents.\n"
        f"A simulated year of {year['residents']:,} residents: {median(year['run_s']):.2f} s; "
        f"its population {median(year['population_s']):.2f} s, "
        f"rates {median(year['rates_s']):.2f} s."
    )
    for name, reason in result["absent"].items():
        console.print(f"{name}: {reason}")
    if result["quick"]:
        console.print("Quick: a tenth of every size. The targets are for the whole city.")
