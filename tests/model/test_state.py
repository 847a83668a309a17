"""What fades is computed only when touched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.state import NEVER, Fading, State, fade_table

DAY = 738_000
SOME = np.array([2])


def test_the_table_halves_every_half_life():
    table = fade_table(14.0, 100)
    assert table[[0, 14, 28]].tolist() == [1.0, 0.5, 0.25]
    assert table[7] == pytest.approx(0.5**0.5)
    assert (np.diff(table) < 0).all()


def test_what_was_never_touched_is_nought():
    assert Fading(5, 30.0, DAY).read(np.arange(5), DAY).tolist() == [0.0] * 5


@given(st.integers(0, 300), st.integers(0, 60), st.floats(-5, 5))
def test_a_change_of_the_day_of_reference_changes_nothing(first, second, amount):
    one, other = Fading(3, 30.0, DAY), Fading(3, 30.0, DAY)
    for fading in (one, other):
        fading.add(SOME, np.array([amount]), DAY + 5)
    one.refer_to(DAY + 5 + first)
    later = DAY + 5 + first + second
    wanted = pytest.approx(amount * 2 ** (-(first + second) / 30), rel=1e-12)
    assert other.read(SOME, later)[0] == wanted
    assert one.read(SOME, later)[0] == wanted


def test_a_quantity_that_is_set_replaces_the_old():
    fading = Fading(3, 10.0, DAY)
    fading.add(SOME, np.array([8.0]), DAY)
    fading.put(SOME, np.array([3.0]), DAY + 7)
    assert fading.read(np.arange(3), DAY + 17) == pytest.approx([0.0, 0.0, 1.5])


def test_additions_fade_each_from_its_own_day():
    fading = Fading(3, 10.0, DAY)
    fading.add(SOME, np.array([8.0]), DAY)
    fading.add(SOME, np.array([1.0]), DAY + 10)
    assert fading.read(SOME, DAY + 20)[0] == pytest.approx(8 / 4 + 1 / 2)


def test_a_resident_who_occurs_twice_gets_both_and_others_nothing():
    fading = Fading(4, 10.0, DAY)
    fading.add(np.array([1, 3, 1]), np.array([0.5, 2.0, 0.25]), DAY)
    assert fading.read(np.arange(4), DAY) == pytest.approx([0.0, 0.75, 0.0, 2.0])
    fading.add(np.array([1, 1]), np.array([1.0, 1.0]), DAY + 10)
    assert fading.read(np.array([1]), DAY + 10)[0] == pytest.approx(0.375 + 2.0)


def test_who_is_replaced_takes_the_memory_along():
    fading = Fading(2, 10.0, DAY)
    fading.add(np.array([0, 1]), np.array([1.0, 1.0]), DAY)
    fading.forget(np.array([0]))
    assert fading.read(np.array([0, 1]), DAY).tolist() == [0.0, 1.0]


def test_away_lasts_until_the_day_of_return_and_nobody_is_always_here():
    state = State(3, day=DAY, news_half_life=1.0, trust_half_life=1.0)
    state.away_until[:] = (DAY, DAY + 1, NEVER)
    assert state.present(np.array([0, 1, 2, -1]), DAY).tolist() == [True, False, False, True]
    assert state.present(np.array([1, 2]), DAY + 1).tolist() == [True, False]
