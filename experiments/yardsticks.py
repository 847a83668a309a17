"""What `carveout bench` times, each alone in a process of its own: the engine and its yardsticks.

Every function gives seconds a repeat and the size of the work, and judges nothing.
``python -m experiments.yardsticks NAME '{"repeats": 3}'`` prints one as JSON.
"""

from __future__ import annotations

import importlib
import json
import platform
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

YEAR = 365
ROOT = Path(__file__).resolve().parent.parent


class Absent(Exception):
    """A yardstick that is not installed here; the message says what would bring it."""


def seconds(work: Callable[[], object], repeats: int) -> list[float]:
    """Wall-clock seconds of each of `repeats` calls of `work`."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return times


def peak_gb() -> float:
    """The most memory that this process has held so far, in 10^9 bytes.

    Linux counts the parent's memory into a child's ``ru_maxrss``, so its own account is read.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        import resource

        unit = 1 if platform.system() == "Darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e9


def engine(*, scale: float, days: int, repeats: int, populations: int = 1) -> dict[str, Any]:
    """The model itself: population, rates, and runs that draw their yearly schedules.

    ``run_s`` holds the simulation alone, since population and rates are shared by every regime of
    a seed; ``peak_gb`` is read after the first run and holds everything that the process loaded.
    """
    from model.city import load_city
    from model.policy_model import simulate
    from model.population import synthesise
    from model.rates import solve_rates
    from model.registry import load_parameters
    from model.scenario import scenario

    case = scenario({"scale": scale, "days": days, "seed": 1})
    city, parameters = load_city(case.city), load_parameters()
    made: dict[str, Any] = {}

    def populate() -> None:
        made["population"] = synthesise(
            city, seed=case.seed, scale=scale, parameters=parameters
        )

    def solve() -> None:
        made["rates"] = solve_rates(made["population"], parameters, case)

    def run() -> None:
        simulate(case, population=made["population"], rates=made["rates"])

    population_s, rates_s, run_s = seconds(populate, 1), seconds(solve, 1), seconds(run, 1)
    peak = peak_gb()
    run_s += seconds(run, repeats - 1)
    population_s += seconds(populate, populations - 1)
    return {
        "residents": round(float(city.population.sum()) * scale),
        "days": days,
        "population_s": population_s,
        "rates_s": rates_s,
        "run_s": run_s,
        "peak_gb": peak,
    }


def twin(*, scale: float, days: int, repeats: int) -> dict[str, Any]:
    """The same rules in plain Mesa, one object a resident (``tests.twin.simulate``).

    Raises
    ------
    Absent
        Where the tests do not stand beside the packages.
    """
    from model.city import load_city
    from model.population import synthesise
    from model.rates import solve_rates
    from model.registry import load_parameters
    from model.scenario import scenario

    try:
        run_twin = importlib.import_module("tests.twin").simulate
    except (ModuleNotFoundError, AttributeError) as error:
        if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("tests"):
            raise
        raise Absent("no tests/twin beside the packages; run from a clone") from None
    case = scenario({"scale": scale, "days": days, "seed": 1})
    city, parameters = load_city(case.city), load_parameters()
    population = synthesise(city, seed=case.seed, scale=scale, parameters=parameters)
    rates = solve_rates(population, parameters, case)
    return {
        "residents": round(float(city.population.sum()) * scale),
        "days": days,
        "run_s": seconds(lambda: run_twin(case, population=population, rates=rates), repeats),
    }


def mesa_loop(*, residents: int, repeats: int) -> dict[str, Any]:
    """Mesa's usual way: a day is ``shuffle_do("step")``, a step draws and compares one number."""
    import mesa

    class Person(mesa.Agent):
        def step(self) -> bool:
            return self.random.random() < 0.001

    model = mesa.Model(rng=1)
    Person.create_agents(model, residents)
    day = seconds(lambda: model.agents.shuffle_do("step"), repeats)
    return {"residents": residents, "days": 1, "run_s": day}


def starsim_sir(*, residents: int, days: int, repeats: int) -> dict[str, Any]:
    """An SIR epidemic on a random network in Starsim, a step a day.

    Raises
    ------
    Absent
        Where Starsim is not installed.
    """
    try:
        import starsim
    except ModuleNotFoundError as error:
        if error.name != "starsim":
            raise
        raise Absent("Starsim is not installed: the extra `bench` brings it") from None

    def sir(people: int) -> Any:
        sim = starsim.Sim(
            n_agents=people,
            diseases=starsim.SIR(),
            networks=starsim.RandomNet(),
            start="2022-01-01",
            dur=starsim.days(days),
            dt=starsim.days(1),
            verbose=0,
        )
        sim.init()
        return sim

    sir(1_000).run()  # compiles what Starsim compiles
    sims = iter([sir(residents) for _ in range(repeats)])
    run_s = seconds(lambda: next(sims).run(), repeats)
    return {"residents": residents, "days": days, "run_s": run_s}


def column_sum(*, residents: int, repeats: int) -> dict[str, Any]:
    """The limit: reading one float64 column of all residents, the caches emptied before each.

    They are emptied by summing 320 MB of something else, more than any cache we know of holds.
    """
    import numpy as np

    column, junk = np.random.default_rng(1).random(residents), np.ones(40_000_000)
    run_s = []
    for _ in range(repeats):
        junk.sum()
        run_s += seconds(column.sum, 1)
    return {"residents": residents, "days": 1, "run_s": run_s}


def help_text(*, repeats: int) -> dict[str, Any]:
    """``carveout --help`` and ``python -c pass``, turn about, after one of each to warm up."""
    script = Path(sysconfig.get_path("scripts")) / "carveout"
    if script.is_file():
        command = [sys.executable, str(script), "--help"]
    else:
        program = "from experiments.cli import main; main()"
        command = [sys.executable, "-c", program, "--help"]

    def call(arguments: list[str]) -> None:
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)

    help_s, pass_s = [], []
    for _ in range(repeats + 1):
        help_s += seconds(lambda: call(command), 1)
        pass_s += seconds(lambda: call([sys.executable, "-c", "pass"]), 1)
    return {"help_s": help_s[1:], "pass_s": pass_s[1:]}


YARDSTICKS: dict[str, Callable[..., dict[str, Any]]] = {
    function.__name__: function
    for function in (engine, twin, mesa_loop, starsim_sir, column_sum, help_text)
}


def measure(name: str, **sizes: float) -> dict[str, Any]:
    """Time one yardstick in a fresh process: nothing that ran before warms a cache or holds memory.

    Returns
    -------
    dict
        What the function gives, or ``{"absent": reason}``.

    Raises
    ------
    RuntimeError
        If the process fails; the message is the last line that it wrote.
    """
    done = subprocess.run(
        [sys.executable, "-m", "experiments.yardsticks", name, json.dumps(sizes)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise RuntimeError(f"measuring {name} failed: {last}")
    return json.loads(done.stdout.splitlines()[-1])


def main(name: str, sizes: str) -> None:
    """Print one measurement as one line of JSON."""
    try:
        result = YARDSTICKS[name](**json.loads(sizes))
    except Absent as absent:
        result = {"absent": str(absent)}
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
