"""Clocks: exponential gaps by key, and streams of candidates by day."""

import numpy as np

from model.clocks import (
    CALL,
    PERSON,
    Strikes,
    cause,
    event_code,
    recur,
    stream,
    strike,
)
from model.dice import Dice

DICE = Dice(3)
DAYS = 365


def run(n=20_000, hazard=0.01, seed=3, who=None):
    cell = np.zeros(n, np.int64)
    return strike(Dice(seed), PERSON, "clock", 2022, DAYS, cell, np.array([hazard]), who)


def test_strikes_have_the_number_and_the_spread_of_a_poisson_process():
    made = run()
    expected = 20_000 * 0.01 * DAYS
    assert abs(len(made.day) - expected) < 4 * np.sqrt(expected)
    per_day = np.bincount(made.day, minlength=DAYS)
    assert len(per_day) == DAYS
    assert abs(per_day.var() / per_day.mean() - 1) < 4 * np.sqrt(2 / DAYS)
    per_member = np.bincount(made.who, minlength=20_000)
    assert abs(per_member.var() / per_member.mean() - 1) < 4 * np.sqrt(2 / 20_000)


def test_strikes_are_sorted_by_day_then_code_and_no_code_is_used_twice():
    made = run()
    key = made.day.astype(np.uint64) << np.uint64(52) | made.code
    assert (key[1:] > key[:-1]).all()
    assert len(np.unique(made.code)) == len(made.code)


def test_a_code_holds_who_which_and_which_clock():
    made = run(n=50)
    again = {}
    for code, who in zip(made.code.tolist(), made.who.tolist(), strict=True):
        which = again.get(who, 0)
        assert code == event_code(PERSON, who, which)
        again[who] = which + 1


def test_more_members_leave_the_strikes_of_the_others_as_they_were():
    few, many = run(n=500), run(n=70_000)
    among = many.only(many.who < 500)
    assert np.array_equal(few.day, among.day)
    assert np.array_equal(few.code, among.code)


def test_members_given_by_id_strike_as_they_do_by_position():
    ids = np.array([3, 70, 4999])
    chosen, everyone = run(n=3, who=ids), run(n=5000)
    among = everyone.only(np.isin(everyone.who, ids))
    assert len(chosen.day) > 0
    assert np.array_equal(chosen.code, among.code)


def test_a_hazard_of_nought_never_strikes():
    assert len(run(hazard=0.0).day) == 0


def test_clocks_run_from_a_first_time_to_an_end_of_their_own():
    member = np.arange(3, dtype=np.uint64)
    rate, first = np.full(3, 2.0), np.array([10.0, 50.0, 20.0])
    made = recur(DICE, CALL, "again", 2022, member, rate, first, np.array([30.0, 40.0, 21.0]))
    assert set(made.who.tolist()) == {0, 2}
    mine = made.day[made.who == 0]
    assert mine.min() == 10
    assert mine.max() < 30
    assert len(mine) > 10


def test_causes_strike_in_proportion_to_their_hazards():
    code = run(n=40_000).code
    hazard = np.array([[1.0, 0.0, 3.0], [0.0, 2.0, 2.0]])
    cell = (np.arange(len(code)) % 2).astype(np.int64)
    which = cause(DICE, 2022, code, cell, hazard)
    for row, expected in enumerate(([0.25, 0.0, 0.75], [0.0, 0.5, 0.5])):
        share = np.bincount(which[cell == row], minlength=3) / (cell == row).sum()
        assert np.abs(share - expected).max() < 0.01
        assert (share[np.array(expected) == 0] == 0).all()


def test_a_stream_gives_each_day_its_columns():
    days = np.array([0, 0, 2, 4])
    made = stream(days, 5, who=np.array([9, 8, 7, 6]))
    assert [made.of(day)["who"].tolist() for day in range(5)] == [[9, 8], [], [7], [], [6]]


def test_some_of_the_strikes_are_chosen_together():
    made = Strikes(np.array([1, 2]), np.array([5, 6], np.uint64)).only(np.array([False, True]))
    assert (made.day.tolist(), made.who.tolist()) == ([2], [6])
