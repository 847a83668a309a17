"""Both uncertainties stand beside each other, in rows and in sentences."""

import math

import pytest

from dashboards.address import View
from dashboards.plans import comparison_plan
from dashboards.rows import Rows
from dashboards.sentences import finding, sureness
from dashboards.studies import uncertainty
from dashboards.views import by_area, monthly, tables
from experiments.uncertainty import WITHIN_CHANCE
from experiments.worker import run_case

VIEW = View(city="littletown", years="0.05", replicates="2", environment="E0", scale="1",
            b="full-cooperation")
KEY = ("reporting", "all", "all", "full-cooperation", "difference")
ENDS = ["low", "high", "par_low", "par_high"]


def made(draws):
    plan = comparison_plan(VIEW.but(draws=draws))
    return plan, plan.compare([run_case(case) for case in plan.cases], 1.0)


@pytest.fixture(scope="module")
def drawn():
    return made("2")


@pytest.fixture(scope="module")
def alone():
    return made("0")


def row(drawn, ends):
    """The first row of the tables, had its intervals these ends."""
    plan, comparison = drawn
    rows = Rows(comparison, plan.sides)
    rows.cells.loc[KEY, ["estimate", *ENDS]] = [sum(ends[:2]) / 2, *ends]
    return rows.row("reporting", relative=False)


def test_rows_hold_both_intervals_where_draws_were_made(drawn, alone):
    for (plan, comparison), both in ((drawn, True), (alone, False)):
        table = tables(comparison, plan.sides)[0]
        first = table["rows"][0]
        assert first["interval"] and (table["draws"] > 0) is both
        assert bool(first["parameters"]) is both
        assert (first["par_low"] is not None) is both
        assert all(("par_low" in part) for part in first["parts"])


@pytest.mark.parametrize(
    ("ends", "clear"),
    [((1, 3, 1, 4), True), ((-3, -1, -2, -1), True), ((1, 3, -1, 4), False),
     ((-1, 3, 1, 4), False), ((1, 3, math.nan, math.nan), True)],
)
def test_a_difference_is_clear_only_where_both_intervals_leave_out_zero(drawn, ends, clear):
    assert row(drawn, ends)["clear"] is clear


def test_draws_that_differ_no_more_than_by_chance_are_not_told_as_certainty(drawn):
    assert row(drawn, (1, 3, 2, 2))["parameters"] == WITHIN_CHANCE


def test_sentences_and_notes_say_which_uncertainty_they_hold(drawn, alone):
    for (plan, comparison), says in ((drawn, "parameters "), (alone, "chance alone")):
        told = [text for text in finding(comparison, plan.sides) if "chance" in text]
        assert told and all(says in text for text in told)
    assert any("does not" in line or "do not" in line for line in sureness(drawn[1]))
    assert any("left out" in line for line in sureness(alone[1]))
    assert "the range of 2 draws" in uncertainty(drawn[1].manifest)
    assert "chance alone" in uncertainty(alone[1].manifest)


def test_lines_and_maps_say_what_their_spread_is(drawn, alone):
    told = monthly(drawn[1], drawn[0].sides)
    assert "4 runs" in told["mean"] and "parameters" in told["shade"]
    assert "chance alone" in monthly(alone[1], alone[0].sides)["shade"]
    maps = by_area(drawn[1], drawn[0].sides)["outcomes"]
    assert all(len(one["parameters"]) == len(one["d"]) for one in maps.values())
