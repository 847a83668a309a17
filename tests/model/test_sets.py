"""Sets of few residents agree with NumPy's own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.sets import unique, within

IDS = st.lists(st.integers(-1, 30), max_size=40).map(lambda ids: np.array(ids, np.int64))


@given(IDS)
def test_unique_is_numpys(ids):
    kept = ids.copy()
    assert np.array_equal(unique(ids), np.unique(ids))
    assert np.array_equal(ids, kept)


@given(IDS, IDS)
def test_within_is_membership(ids, others):
    found = within(ids, np.sort(others))
    assert found.dtype == bool
    assert np.array_equal(found, np.isin(ids, others))
