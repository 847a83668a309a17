"""One run after another, in this process or in one of its own.

`main` reads pickled lists of cases from standard input, each with the function to call on them
(`run_case` if it is None), and writes pickled messages to standard output. A worker started so
imports nothing of the caller's script, so a notebook or a script without a main guard can use
several processes.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.cache import population, population_parameters
from experiments.eventlog import event_rows
from experiments.outcomes import OUTCOMES
from experiments.settings import Case
from experiments.tabulate import tabulate
from model.faults import BadInput
from model.scenario import Scenario

if TYPE_CHECKING:
    from model.ledger import Ledger
    from model.population import Population

#: What is done with an item: it gets the item and a function to call with days simulated.
Call = Callable[[Any, Callable[[int], None]], Any]


#: What the time of a case goes to.
STAGES = ("population and levels", "simulating", "counting")


@dataclass(frozen=True)
class Result:
    """What a case gave: outcome rows of `tabulate.tabulate`, and the event log if asked for."""

    case: Case
    rows: pd.DataFrame
    events: pd.DataFrame | None
    #: CPU seconds that each stage took, by its name.
    spent: Mapping[str, float] = field(default_factory=dict)


def run_case(
    case: Case,
    progress: Callable[[int], None] | None = None,
    ledger: Callable[[Population], Ledger] | None = None,
) -> Result:
    """Simulate one case on the shared population and levels of its seed.

    Parameters
    ----------
    progress
        Called with the number of days simulated since it was called last.
    ledger
        Makes the ledger of a population; one that counts nothing else if None.
    """
    from model.ledger import Ledger
    from model.policy_model import simulate

    marks = [time.process_time()]
    people, rates = shared(case.scenario.but(regime=case.scenario.baseline, believed=None))
    marks.append(time.process_time())
    done = 0

    def report(day: int) -> None:
        nonlocal done
        if progress is not None:
            progress(day - done)
        done = day

    book = ledger(people) if ledger else Ledger(people, event_log=case.events)
    simulate(case.scenario, population=people, rates=rates, ledger=book, progress=report)
    report(case.scenario.days)
    marks.append(time.process_time())
    rows = tabulate(book.frames(), case.scenario, case.outcomes or OUTCOMES.values())
    rows.insert(0, "replicate", case.replicate)
    rows.insert(1, "seed", case.scenario.seed)
    rows.insert(2, "regime", case.regime)
    rows.insert(3, "belief", case.belief)
    if case.draw is not None:
        rows.insert(1, "draw", case.draw)
    events = event_rows(book.events(), people) if case.events else None
    marks.append(time.process_time())
    spent = (after - before for before, after in pairwise(marks))
    return Result(case, rows, events, dict(zip(STAGES, spent, strict=True)))


@lru_cache(maxsize=1)
def _population(city: str, seed: int, scale: float, values: tuple[tuple[str, float], ...]) -> Any:
    """The population of a seed; `values` are the parameters that it depends on, and no others."""
    from model.city import load_city
    from model.registry import load_parameters

    return population(load_city(city), load_parameters(dict(values)), seed=seed, scale=scale)


@lru_cache(maxsize=1)
def _levels(text: str) -> Any:
    from model.rates import solve_rates
    from model.registry import load_parameters

    scenario = Scenario.model_validate_json(text)
    parameters = load_parameters(scenario.parameters)
    values = tuple((name, parameters[name]) for name in population_parameters())
    people = _population(scenario.city, scenario.seed, scenario.scale, values)
    return people, solve_rates(people, parameters, scenario)


def shared(scenario: Scenario) -> Any:
    """Population and levels of a seed; the last are kept, as a seed's cases come together."""
    return _levels(scenario.model_dump_json())


def main() -> None:
    """Serve cases until standard input closes, and end at once when it does.

    A thread reads, so that a worker whose parent was killed ends within its simulation, too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break the stream
    asked: queue.SimpleQueue[tuple[Call | None, Sequence[Any]]] = queue.SimpleQueue()

    def send(*message: Any) -> None:
        pickle.dump(message, out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()

    def read() -> None:
        try:
            while True:
                asked.put(pickle.load(sys.stdin.buffer))
        except (EOFError, OSError):
            os._exit(0)  # nobody is there to be told anything
        except Exception:
            traceback.print_exc()
            os._exit(1)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            call, items = asked.get()
            for item in items:
                send("result", (call or run_case)(item, lambda days: send("days", days)))
            send("done", None)
        except BrokenPipeError:
            os._exit(0)
        except BadInput as error:
            send("faults", error.faults)
        except Exception:  # told to the parent, which says it in one line
            send("error", traceback.format_exc())
