"""The queue: fair, capped, cancelled at once, and not brought down by a run that fails."""

from __future__ import annotations

import threading
import time

import pandas as pd
import pytest

from dashboards.address import View
from dashboards.plans import comparison_plan
from dashboards.runs import MOST_OF_ONE, Busy, Runs, ready, tasks_of
from experiments.worker import run_case
from experiments.worker_process import WorkerLost


def plan(**changes):
    options = {"city": "littletown", "years": "0.01", "replicates": "2", "environment": "E0",
               "draws": "0"}
    return comparison_plan(View(**{**options, **changes}))


class Fake:
    """A worker that does nothing for a while, and notes which seeds it was given."""

    log: list[int]
    gate: threading.Event
    at_once = most = 0

    def __init__(self):
        self.dead = threading.Event()

    def serve(self, cases, call=None):
        Fake.at_once += 1
        Fake.most = max(Fake.most, Fake.at_once)
        try:
            for case in cases:
                Fake.log.append(case.scenario.seed)
                while not Fake.gate.wait(0.01):
                    if self.dead.is_set():
                        raise WorkerLost("killed")
                yield "days", case.scenario.days
            yield "done", None
        finally:
            Fake.at_once -= 1

    def kill(self):
        self.dead.set()

    def finish(self):
        pass

    def close(self):
        pass


@pytest.fixture
def fake():
    Fake.log, Fake.gate, Fake.at_once, Fake.most = [], threading.Event(), 0, 0
    return Fake


@pytest.fixture
def queue(fake):
    runs = Runs(processes=2, start=fake, idle=0.05)
    yield runs
    fake.gate.set()
    runs.close()


def until(what, seconds=10.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def test_no_more_runs_than_the_cap_at_a_time(queue, fake):
    for number in range(3):
        queue.submit(f"visitor {number}", plan(seed=str(10 * number)))
    until(lambda: len(fake.log) == 2)
    time.sleep(0.1)
    assert fake.most == 2


def test_a_short_comparison_does_not_wait_for_all_of_a_long_one(fake):
    runs = Runs(processes=1, start=fake, idle=0.05)
    runs.submit("long", plan(replicates="8"))
    until(lambda: fake.log)
    runs.submit("short", plan(seed="100", replicates="1"))
    fake.gate.set()
    until(lambda: fake.log.count(100) == 3)
    # One task of the long one for each of the short one's three, and one that was begun.
    before = fake.log[: max(place for place, seed in enumerate(fake.log) if seed == 100)]
    assert len({seed for seed in before if seed < 100}) <= 3
    runs.close()


def test_equal_requests_are_run_once_and_end_when_the_last_asker_leaves(queue, fake):
    first, second = queue.submit("one", plan()), queue.submit("two", plan())
    assert first is second
    queue.cancel("one", first)
    assert not first.over
    queue.leave("two")
    assert first.state == "cancelled"


def test_cancelling_ends_the_process_at_once_and_the_queue_goes_on(queue, fake):
    job = queue.submit("one", plan())
    until(lambda: len(fake.log) == 2)
    queue.cancel("one", job)
    until(lambda: fake.at_once == 0, 2)
    assert (job.state, job.tasks, job.results) == ("cancelled", [], [])
    queue.submit("one", plan(seed="50"))
    until(lambda: 50 in fake.log)


def test_nobody_sees_the_end_of_a_comparison_without_its_news(queue, fake, monkeypatch):
    job = queue.submit("one", plan())
    until(lambda: fake.log)
    seen, over = job.wait(-1, 0)
    assert not over
    during: list[tuple[int, bool]] = []
    kill = fake.kill
    monkeypatch.setattr(fake, "kill", lambda one: (during.append(job.wait(seen, 0)), kill(one)))
    queue.cancel("one", job)
    assert during and {(version > seen, over) for version, over in during} == {(True, True)}


def test_one_visitor_cannot_fill_the_queue(queue):
    for number in range(MOST_OF_ONE):
        queue.submit("greedy", plan(seed=str(number)))
    with pytest.raises(Busy):
        queue.submit("greedy", plan(seed="99"))
    assert queue.submit("other", plan(seed="99")).state in ("waiting", "running")


def test_a_run_that_fails_is_told_and_the_queue_goes_on(fake):
    class Failing(Fake):
        def serve(self, cases, call=None):
            if cases[0].scenario.seed == 7:
                yield "error", "Traceback\nZeroDivisionError: division by zero"
            else:
                yield from super().serve(cases)

    fake.gate.set()
    runs = Runs(processes=1, start=Failing, idle=0.05)
    job = runs.submit("one", plan(seed="7"))
    until(lambda: job.over)
    assert (job.state, job.error) == ("failed", "ZeroDivisionError: division by zero")
    runs.submit("one", plan(seed="50"))
    until(lambda: 50 in fake.log)
    runs.close()


def test_a_lost_process_is_replaced_once_and_then_told(fake):
    class Lost(Fake):
        def serve(self, cases, call=None):
            Fake.log.append(cases[0].scenario.seed)
            raise WorkerLost("a worker process was lost")
            yield

    runs = Runs(processes=1, start=Lost, idle=0.05)
    job = runs.submit("one", plan(replicates="1"))
    until(lambda: job.over)
    assert job.state == "failed" and "lost" in job.error
    assert len(fake.log) == 2
    runs.close()


def test_the_first_answer_needs_only_the_two_runs_of_the_first_seed():
    asked = plan(replicates="2")
    tasks = tasks_of(asked.cases)
    assert [len(task) for task in tasks] == [1, 1, 1, 3]
    assert [task[0].belief for task in tasks[:3]] == ["own", "own", "held"]
    results = [run_case(case) for task in tasks[:3] for case in task]
    assert ready(asked, results[:1]) == []
    first = asked.compare(ready(asked, results[:2]), 0.0)
    assert set(first.contrasts["measure"]) == {"level", "difference"}
    whole = asked.compare(ready(asked, results), 0.0)
    assert {"legal_exposure", "belief"} <= set(whole.contrasts["measure"])


def test_with_draws_a_replicate_counts_once_all_its_draws_are_there():
    asked = plan(replicates="2", draws="2")
    tasks = tasks_of(asked.cases)
    # The regimes' own runs of the first seed come first; later, what one draw needs is together.
    assert [len(task) for task in tasks] == [2, 2, 1, 1, 3, 3]
    assert [task[0].draw for task in tasks] == [0, 1, 0, 1, 0, 1]
    results = [run_case(case) for task in tasks for case in task]
    assert ready(asked, results[:3]) == []
    assert len(ready(asked, results[:4])) == 4
    assert len(ready(asked, results[:9])) == 6
    first, both = (asked.compare(ready(asked, some), 0.0) for some in (results[:9], results))
    assert set(first.contrasts["n"]) == {1} and first.contrasts["par_low"].isna().all()
    assert set(both.contrasts["n"]) == {2} and both.contrasts["par_low"].notna().any()
    assert sorted(both.outcomes["replicate"].unique()) == [0, 1, 2, 3]


def test_results_do_not_depend_on_the_order_in_which_they_come():
    asked = plan(replicates="1")
    results = [run_case(case) for case in asked.cases]
    there, back = (asked.compare(ready(asked, some), 0.0) for some in (results, results[::-1]))
    pd.testing.assert_frame_equal(there.contrasts, back.contrasts)
