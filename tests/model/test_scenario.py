"""Scenarios are checked before anything is made."""

import datetime as dt

import pytest

from model.faults import BadInput
from model.scenario import Raid, scenario


def raid(announced, begins, **more):
    return Raid(
        announced=dt.date.fromisoformat(announced), begins=dt.date.fromisoformat(begins), **more
    )


@pytest.mark.parametrize(
    ("operation", "allowed"),
    [
        (raid("2022-03-02", "2022-03-01"), "announced on the day it begins or before"),
        (raid("2021-01-01", "2021-12-20", days=12), "a day of it from 2022-01-01 to 2022-12-31"),
        (raid("2023-01-01", "2023-02-01"), "a day of it from 2022-01-01 to 2022-12-31"),
    ],
)
def test_an_operation_out_of_order_or_outside_the_run_is_refused(operation, allowed):
    good = raid("2022-05-01", "2022-05-01")
    with pytest.raises(BadInput) as refused:
        scenario({"raids": [good, operation]})
    (fault,) = refused.value.faults
    assert (fault.key, fault.allowed) == ("raids.1", allowed)


@pytest.mark.parametrize("field", ["start", "announced", "begins"])
def test_a_date_out_of_all_bounds_is_refused(field):
    dates = {"announced": "2022-05-01", "begins": "2022-05-01"}
    values = {"start": "9999-12-01"} if field == "start" else {
        "raids": [dates | {field: "9999-12-31" if field == "begins" else "0001-01-01"}]
    }
    with pytest.raises(BadInput, match="a date from 1900 to 2200"):
        scenario(values)


def test_an_operation_may_reach_into_the_run_or_only_be_announced_in_it():
    for operation in (
        raid("2021-12-20", "2021-12-28", days=6),
        raid("2022-12-31", "2023-02-01", called_off=True),
    ):
        assert scenario({"raids": [operation]}).raids == (operation,)
