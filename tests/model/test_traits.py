"""Traits packed in one number come back as they were."""

import numpy as np
import pytest

from model.traits import FIELDS, WIDTHS, Traits, pack
from tests.claims.worlds import lively, world


@pytest.fixture(scope="module")
def people():
    return world(lively()).population


@pytest.mark.parametrize("name", WIDTHS)
def test_every_trait_comes_back(name, people):
    column = people.ladder if name == "rung" else getattr(people, name)
    assert np.array_equal(getattr(Traits(pack(people)), name), column)
    assert len(np.unique(column)) > 1


def test_fields_do_not_overlap_and_fit_one_number():
    taken = [int(field.mask) << int(field.shift) for field in FIELDS.values()]
    assert sum(taken) == np.bitwise_or.reduce(taken)
    assert sum(WIDTHS.values()) <= 64


def test_felt_is_rung_and_mixed_household(people):
    felt = Traits(pack(people)).felt
    assert np.array_equal(felt, people.ladder + 8 * people.mixed.astype(int))


def test_some_rows_keep_their_traits(people):
    rows = np.array([5, 1, 5])
    some = Traits(pack(people)).only(rows)
    assert np.array_equal(some.age, people.age[rows])
    assert np.array_equal(some.area, people.area[rows])
