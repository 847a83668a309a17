"""One replica of a design: the counties of a seed at one set of parameters, as a study sees them
and as they are. Replicas share nothing, so several are made at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd
from joblib import Parallel, delayed

from experiments.replication.design import Design, Estimator
from experiments.replication.estimators import LAGS, LEADS, Answer, answer
from experiments.replication.panel import Study, studies_of
from experiments.replication.worlds import plan, runs

TRUE = "true"
#: Stored values of parameters by name; nothing for the defaults.
Drawn = Mapping[str, float]


@dataclass(frozen=True)
class Replica:
    """What a replica gave, one entry an outcome of the design.

    ``true`` and ``base`` are the paired effect and the level without adoption, ``answers`` those
    of each estimator by name; ``by_time`` holds the event studies, if they were asked for.
    """

    true: tuple[float, ...]
    base: tuple[float, ...]
    answers: tuple[Mapping[str, Answer], ...]
    by_time: pd.DataFrame


def replicas(
    designs: Sequence[Design], seeds: Sequence[int], draws: Sequence[Drawn], processes: int
) -> Iterator[Replica]:
    """Every design at every seed and draw, each design's together and its draws in a row."""
    asked = list(product(designs, seeds, draws))
    # The event studies that are shown are of one replica.
    calls = (
        delayed(replica)(design, seed, drawn, seed == seeds[0] and drawn is draws[0])
        for design, seed, drawn in asked
    )
    if processes == 1 or len(asked) == 1:
        return (function(*words) for function, words, _ in calls)
    done: Any = Parallel(processes, return_as="generator", batch_size=1)(calls)
    return iter(done)


def replica(design: Design, seed: int, drawn: Drawn, with_time: bool) -> Replica:
    """Simulate the counties, and put every estimator to what a study would see of them."""
    asked = plan(design, seed)
    with runs(design, asked, seed, drawn) as arriving:
        studies = studies_of(design, asked, arriving, seed)
    answers, times = [], [pd.DataFrame({"since": []})]
    for study in studies:
        found = {one: answer(study, one) for one in design.estimators_of(study.outcome)}
        answers.append({one.name: given for one, given in found.items()})
        if with_time:
            times += _by_time(design, study, found)
    return Replica(
        tuple(one.true_effect() for one in studies), tuple(one.base for one in studies),
        tuple(answers), pd.concat(times, ignore_index=True),
    )


def _by_time(
    design: Design, study: Study, found: Mapping[Estimator, Answer]
) -> list[pd.DataFrame]:
    """Event studies of one outcome, and the true effect beside them."""
    frames = [
        one.by_time.assign(estimator=estimator.name, title=estimator.title)
        for estimator, one in found.items()
        if one.by_time is not None
    ]
    if frames:
        path = study.true_by_time(-LEADS, LAGS)
        frames.append(path.assign(estimator=TRUE, title="True paired effect"))
    outcome = study.outcome
    return [one.assign(design=design.name, outcome=outcome.name, unit=outcome.unit)
            for one in frames]
