"""Which mixtures of two texts to run, and what their levels make of each clause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.laws import effect
from experiments.analysis.shapley_values import (
    Coalition,
    along,
    by_orders,
    coalitions,
    sampled_orders,
    shapley,
)
from experiments.contrasts import interval
from experiments.settings import Settings, name
from experiments.uncertainty import two_levels
from model.faults import BadInput, Fault
from model.law import build_law
from model.mixture import differing_parts, mix, mixture_name
from model.ordinance import load_regime
from model.plain_words import TITLES
from model.registry import load_parameters

PART_TITLES = {
    **TITLES, "binds": "Whom of the police it binds", "cells": "What it states beside its clauses"
}


class Plan(NamedTuple):
    """What an attribution runs: a law for each coalition, and the orders if they are sampled."""

    clauses: tuple[str, ...]
    law_of: dict[Coalition, int]
    regimes: tuple[str, ...]
    orders: tuple[tuple[str, ...], ...]


def plan(a: str, b: str, asked: Settings, most: int) -> Plan:
    """The laws to run: those of all mixtures, or of sampled orders where they come to too many.

    Raises
    ------
    BadInput
        If the texts do not differ, or `most` is too few for a single order and its reverse.
    """
    first, second = load_regime(a), load_regime(b)
    clauses = differing_parts(first, second)
    if not clauses:
        raise BadInput(Fault(f"{name(a)} and {name(b)} do not differ", "texts that do", key="b"))
    scenario = asked.scenario
    # Two mixtures are one law if no set of parameters tells them apart.
    points = [load_parameters({**draw, **scenario.parameters}) for draw in asked.draws or ({},)]
    numbers: dict[Any, int] = {}
    regimes: list[str] = []

    def number_of(some: Coalition) -> int:
        law = build_law(mix(first, second, some), scenario.environment, scenario.posture)
        key = tuple(effect(law.changes[0][1], values) for values in points)
        if key not in numbers:
            numbers[key] = len(regimes)
            regimes.append(mixture_name(a, some, b))
        return numbers[key]

    law_of: dict[Coalition, int] = {}
    for some in coalitions(clauses) if 2 ** len(clauses) <= 64 * most else ():
        law_of[some] = number_of(some)
        if len(regimes) > most:
            break
    else:
        if law_of:
            return Plan(clauses, law_of, tuple(regimes), ())
    for begun in (numbers, regimes, law_of):
        begun.clear()  # type: ignore[attr-defined]
    orders: list[tuple[str, ...]] = []
    for pair in sampled_orders(clauses, scenario.seed):
        before = len(regimes)
        new = {some: number_of(some) for some in along(pair) - set(law_of)}
        if len(regimes) > most and len(orders) >= 4:  # fewer give no interval
            return Plan(clauses, law_of, tuple(regimes[:before]), tuple(orders))
        law_of |= new
        orders += pair
        if len(orders) >= 10 * most:  # laws that repeat would let it go on for ever
            return Plan(clauses, law_of, tuple(regimes), tuple(orders))
    raise AssertionError("orders are sampled without end")


def shares(made: Plan, values: Mapping[str, NDArray[np.float64]], draws: int = 0) -> pd.DataFrame:
    """Rows of `Attribution`: the whole first, then clauses by the size of their share.

    Parameters
    ----------
    values
        Levels by law, a run each: (replicates,), or (replicates x draws,), a replicate's draws
        together.
    """
    worth = {some: values[str(law)] for some, law in made.law_of.items()}
    none, every = worth[frozenset()], worth[frozenset(made.clauses)]
    if made.orders:
        gains = by_orders(made.clauses, worth, made.orders)
        by_replicate = gains.mean(axis=0)
        by_pair = gains.reshape(-1, 2, *gains.shape[1:]).mean(axis=(1, 3))
        orders_error = by_pair.std(axis=0, ddof=1) / np.sqrt(len(by_pair))
    else:
        by_replicate = shapley(made.clauses, worth)
        orders_error = np.zeros(len(made.clauses))
    whole = (every - none)[None]
    parts = np.concatenate([whole, by_replicate])
    mean, _, high, n = interval(parts)
    told = two_levels(parts.reshape(len(parts), -1, draws)) if draws else None
    if told is not None:
        high, n = told["mc_high"].to_numpy(), n // draws
    # Orders are sampled apart from replicates, so that the two errors add in squares.
    half = np.hypot(high - mean, 1.96 * np.append(0.0, orders_error))
    frame = pd.DataFrame({
        "clause": ["all", *made.clauses],
        "title": ["All clauses together", *(PART_TITLES[part] for part in made.clauses)],
        "estimate": mean, "low": mean - half, "high": mean + half, "n": n,
    })
    if told is not None:
        frame["par_low"], frame["par_high"] = told["par_low"], told["par_high"]
    frame["alone"] = frame["last"] = np.nan
    if not made.orders:
        full = frozenset(made.clauses)
        first = [np.mean(worth[frozenset({part})] - none) for part in made.clauses]
        last = [np.mean(every - worth[full - {part}]) for part in made.clauses]
        frame["alone"], frame["last"] = [mean[0], *first], [mean[0], *last]
    size = np.append(np.inf, np.abs(mean[1:]))
    return frame.iloc[np.argsort(-size, kind="stable")].reset_index(drop=True)
