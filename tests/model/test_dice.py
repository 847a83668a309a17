"""Keyed chance: pure functions of (seed, decision, when, who)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dice import CHUNK, GOLDEN, Dice, mix, name_key

WHO = st.integers(0, 2**63 - 1)
DICE = Dice(7)


def test_the_generator_is_splitmix64():
    # First outputs for the seeds 0 and 1234567, from the reference implementation.
    assert [mix(k * GOLDEN) for k in (1, 2, 3)] == [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
    ]
    assert mix(1234567 + GOLDEN) == 6457827717110365317


@given(st.integers(0, 2**62), st.integers(0, 10**6), st.lists(WHO, min_size=1, max_size=40))
def test_the_array_form_is_the_scalar_form_bit_for_bit(seed, when, who):
    dice = Dice(seed)
    drawn = dice.uniform("decision", when, np.array(who, np.int64))
    assert drawn.tolist() == [dice.roll("decision", when, one) for one in who]


def test_all_array_forms_agree_across_chunks():
    ids = np.arange(5, 2 * CHUNK + 9)
    drawn = DICE.uniform("decision", 3, ids)
    assert np.array_equal(drawn, DICE.uniform_range("decision", 3, 5, 2 * CHUNK + 9))
    both = DICE.uniforms(("other", "decision"), 3, ids[:100])
    assert np.array_equal(both[1], drawn[:100])
    assert not np.array_equal(both[0], drawn[:100])


def test_a_draw_does_not_depend_on_who_else_is_drawn():
    ids = np.array([8, 3, 99, 3])
    drawn = DICE.uniform("decision", 1, ids)
    order = np.array([2, 1, 3, 0])
    assert np.array_equal(DICE.uniform("decision", 1, ids[order]), drawn[order])
    assert drawn[1] == drawn[3] != drawn[0]


def test_drawing_leaves_the_ids_as_they_were():
    ids = np.arange(10, dtype=np.uint64)
    DICE.uniform("decision", 1, ids)
    assert np.array_equal(ids, np.arange(10))


@pytest.mark.parametrize("change", ["seed", "decision", "when", "who"])
def test_each_part_of_the_key_changes_the_draw(change):
    ids = np.arange(1000)
    base = DICE.uniform("decision", 1, ids)
    other = {
        "seed": lambda: Dice(8).uniform("decision", 1, ids),
        "decision": lambda: DICE.uniform("another", 1, ids),
        "when": lambda: DICE.uniform("decision", 2, ids),
        "who": lambda: DICE.uniform("decision", 1, ids + 1000),
    }[change]()
    assert not (base == other).any()
    assert abs(np.corrcoef(base, other)[0, 1]) < 0.12


def test_draws_are_uniform_inside_the_open_interval():
    drawn = DICE.uniform_range("decision", 0, 0, 100_000)
    assert 0 < drawn.min() < 1e-4 < 1 - 1e-4 < drawn.max() < 1
    counts = np.histogram(drawn, 50, (0, 1))[0]
    assert ((counts - 2000) ** 2 / 2000).sum() < 49 + 4 * np.sqrt(98)


def test_a_seed_spelled_out_is_its_number_and_others_are_refused():
    assert Dice("42").roll("a", 0, 0) == Dice(42).roll("a", 0, 0)
    with pytest.raises(ValueError, match="forty"):
        Dice("forty")


def test_no_decision_gives_an_empty_draw():
    assert DICE.uniform("decision", 0, np.empty(0, np.int64)).shape == (0,)


def test_a_name_has_one_key():
    assert name_key("detainer") == name_key("detainer") != name_key("detained")
