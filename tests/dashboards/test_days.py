"""Days that are played: they add up to the months, and no small cell is told or follows."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from dashboards.address import View
from dashboards.daily_run import BY_AREA, CITYWIDE, counts_days, parts, run_by_day
from dashboards.days import DAY, MONTH, PART, day_offer, day_view, released
from dashboards.plans import comparison_plan
from dashboards.runs import FINISHED, Job
from experiments.worker import run_case

CELL = ["outcome", "by", "group", "month"]


def plan(**changes):
    asked = {"city": "littletown", "years": "0.12", "replicates": "2", "environment": "E0",
             "b": "full-cooperation", "draws": "0"}
    return comparison_plan(View(**{**asked, **changes}))


@pytest.fixture(scope="module")
def results():
    return [run_by_day(case) for case in plan().cases]


@pytest.fixture
def job(results):
    made = Job(plan(), 1, {"somebody"}, [], state=FINISHED)
    made.comparison = made.plan.compare(results, 1.0)
    for one in results:
        made.keep_days(one)
    return made


def test_counting_days_changes_no_number_of_the_run(results):
    case = results[0].case
    pd.testing.assert_frame_equal(run_case(case).rows, results[0].rows)


def test_days_and_parts_add_up_to_the_months(results):
    rows = results[0].rows.astype({name: str for name in CELL}).set_index(CELL)
    for level, outcomes in (("day", CITYWIDE), ("part", (*CITYWIDE, *BY_AREA))):
        days = results[0].days
        days = days[days["level"] == level].astype({name: str for name in CELL})
        sums = days.groupby(CELL)[["numerator", "denominator"]].sum()
        assert set(sums.index.get_level_values("outcome")) == set(outcomes)
        np.testing.assert_allclose(sums, rows.loc[sums.index, list(sums)], rtol=1e-12)


def test_parts_are_weeks_that_end_with_the_month():
    found = parts(dt.date(2022, 1, 30), 40)
    assert [(month, there.start, there.stop) for month, there in found] == [
        ("2022-01", 0, 2), ("2022-02", 2, 9), ("2022-02", 9, 16), ("2022-02", 16, 23),
        ("2022-02", 23, 30), ("2022-03", 30, 37), ("2022-03", 37, 40),
    ]


def test_a_period_is_told_whole_at_the_finest_length_that_is_no_small_cell(job):
    view = day_view(job)
    part = np.array(view["part"])
    for line in view["lines"].values():
        covers = np.array(line["covers"])
        assert set(covers) <= {DAY, PART, MONTH}
        for week in range(part.max() + 1):
            assert len(set(covers[part == week])) == 1
            if covers[part == week][0] != DAY:
                assert len({line["a"][day] for day in np.flatnonzero(part == week)}) == 1
    assert view["lines"]["stops"]["covers"].count(PART)
    assert set(view["lines"]["encounters"]["a"]) <= {None, 0.0}  # nobody is shown
    assert {len(row) for one in view["areas"].values() for row in one["a"]} == {part.max() + 1}


def frame(counts, level="day", first=0):
    """A run in which `counts` persons are stopped in successive periods."""
    n = len(counts)
    return pd.DataFrame({
        "level": [level] * n, "month": ["2022-01"] * n, "period": range(first, first + n),
        "outcome": ["stops"] * n, "by": ["all"] * n, "group": ["all"] * n,
        "numerator": counts, "denominator": [1e5 / 365] * n, "replicate": [0] * n,
        "regime": ["a"] * n,
    })


def weeks(*counts):
    made = frame([sum(one) for one in counts], "part")
    made["period"] = np.cumsum([0, *(len(one) for one in counts[:-1])])
    days = frame([one for week in counts for one in week])
    return [pd.concat([made, days], ignore_index=True)]


def hidden(table, level):
    return table.loc[table["level"] == level, "value"].isna().tolist()


def test_a_small_day_is_hidden_and_does_not_follow_from_the_others_and_its_week():
    table = released(weeks([50, 40, 5, 60], [50, 50, 50, 50]), set())
    assert hidden(table, "part") == [False, False]
    # The smallest of the others goes with it; that week is then told as one.
    assert hidden(table, "day") == [False, True, True, False, False, False, False, False]


def test_days_of_a_hidden_part_and_parts_of_a_hidden_month_are_hidden():
    table = released(weeks([0, 0, 5, 0], [50, 50, 50, 50], [90, 90, 90, 90]), set())
    assert hidden(table, "part") == [True, True, False]
    assert hidden(table, "day") == [True] * 8 + [False] * 4
    gone = {("stops", "all", "all", "a", "2022-01")}
    assert hidden(released(weeks([50, 50], [50, 50]), gone), "part") == [True, True]
    assert hidden(released(weeks([50, 50], [50, 50]), gone), "day") == [True] * 4


def test_a_small_day_of_one_replicate_is_hidden_in_all():
    second = weeks([50, 19, 50], [50, 50, 50])[0].assign(replicate=1)
    table = released([*weeks([50, 50, 50], [50, 50, 50]), second], set())
    days = table[table["level"] == "day"]
    assert days.groupby("period")["value"].apply(lambda each: each.isna().all())[1]
    assert not (days.groupby("period")["value"].apply(lambda each: each.isna().sum()) == 1).any()


def test_days_of_draws_are_numbered_as_the_months_are():
    asked = plan(years="0.02", draws="2", scale="0.1")
    made, results = Job(asked, 1, {"somebody"}, []), [run_by_day(case) for case in asked.cases]
    for one in results:
        made.keep_days(one)
    runs = asked.compare(results, 1.0).outcomes.groupby("regime")["replicate"].unique()
    for days in made.daily:
        assert days["replicate"].nunique() == 1
    for regime, numbers in runs.items():
        ours = [days for days in made.daily if days["regime"].iloc[0] == regime]
        assert [days["replicate"].iloc[0] for days in ours] == sorted(numbers) == [0, 1, 2, 3]


def test_long_comparisons_are_counted_by_month_alone():
    assert counts_days(plan(years="2", replicates="4").cases)
    assert not counts_days(plan(years="3", replicates="1").cases)
    assert not counts_days(plan(years="2", replicates="20").cases)
    assert counts_days(comparison_plan(View()).cases)
    asked = Job(plan(years="3", replicates="1"), 1, {"somebody"}, [])
    offer = day_offer(asked)
    assert not offer["there"] and "2 years" in offer["why"]
    assert day_view(asked) is None
