"""The same results in any number of processes and any order; a lost process loses nothing."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pandas as pd
import pytest

from experiments import compare
from experiments.comparison import Interrupted
from experiments.runner import RunError, _Pool, run_cases
from experiments.worker import run_case
from model.faults import BadInput
from tests.experiments.conftest import SMALL

TWO = {**SMALL, "years": 0.1, "replicates": 2}
PAIR = ["welcoming-2012", "no-contact"]


def test_results_do_not_depend_on_processes():
    one = compare(PAIR, **TWO)
    two = compare(PAIR, **{**TWO, "processes": 2})
    pd.testing.assert_frame_equal(one.outcomes, two.outcomes)
    pd.testing.assert_frame_equal(one.contrasts, two.contrasts)


def test_results_do_not_depend_on_the_order_of_runs(monkeypatch):
    one = compare(PAIR, **TWO)
    monkeypatch.setattr(
        "experiments.comparison.run_cases",
        lambda cases, **more: (run_case(case) for case in reversed(cases)),
    )
    other = compare(PAIR, **TWO)
    pd.testing.assert_frame_equal(one.outcomes, other.outcomes)
    pd.testing.assert_frame_equal(one.contrasts, other.contrasts)


def test_a_lost_process_is_replaced_and_its_runs_are_done_again(small, monkeypatch):
    killed = []
    start = _Pool._start

    def start_and_kill_the_first(pool):
        worker = start(pool)
        if not killed:
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)
        return worker

    monkeypatch.setattr(_Pool, "_start", start_and_kill_the_first)
    cases = [
        replace(case, scenario=case.scenario.but(days=20)) for case in small.settings.cases()[:2]
    ]
    results = list(_Pool([cases], 1).results(lambda days: None))
    assert killed and [result.case for result in results] == cases


def test_ctrl_c_keeps_the_replicates_that_are_finished(monkeypatch):
    def stopped(cases, **more):
        for place, case in enumerate(cases):
            if place == 4:  # the first replicate has three runs, the second is under way
                raise KeyboardInterrupt
            yield run_case(case)

    monkeypatch.setattr("experiments.comparison.run_cases", stopped)
    got = compare(PAIR, **TWO)
    assert got.partial and got.manifest["partial"]
    assert got.manifest["seeds_finished"] == [0]
    assert set(got.outcomes["replicate"]) == {0}
    assert (got.contrasts["n"] <= 1).all()


def test_ctrl_c_before_anything_is_finished_says_so(monkeypatch):
    def stopped(cases, **more):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("experiments.comparison.run_cases", stopped)
    with pytest.raises(Interrupted):
        compare(PAIR, **TWO)


def test_a_run_that_fails_is_told_with_its_reason(small):
    broken = replace(small.settings.cases()[0], scenario=None)
    with pytest.raises(RunError, match="a run failed: AttributeError") as caught:
        list(_Pool([[broken]], 1).results(lambda days: None))
    assert "Traceback" in caught.value.__notes__[0]


def test_what_the_model_refuses_in_another_process_is_still_bad_input(small):
    case = small.settings.cases()[0]
    wrong = replace(case, scenario=case.scenario.model_copy(update={"regime": "no-such"}))
    with pytest.raises(BadInput, match="no-such"):
        list(run_cases([wrong, wrong], processes=2))
