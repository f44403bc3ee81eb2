"""Values are counted one by one while they are few, by ranges when they are many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.datasets.histogram import histogram


@given(st.lists(st.floats(-100, 100, width=32), min_size=1))
def test_each_value_is_counted(values):
    array = np.array(values, np.float32)
    found = histogram(array)
    distinct, counts = np.unique(array, return_counts=True)
    assert [np.float32(value) for value, _ in found] == distinct.tolist()
    assert [count for _, count in found] == counts.tolist()


def test_values_are_told_with_the_digits_they_have():
    assert histogram(np.array([4.3, 0.1, 4.3], np.float32)) == ((0.1, 1), (4.3, 2))


@pytest.mark.parametrize("n_values", [200, 201])
def test_very_many_values_are_told_by_ranges(n_values):
    found = histogram(np.arange(n_values, dtype=np.float32))
    assert len(found) == (50 if n_values > 200 else n_values)
    assert sum(count for _, count in found) == n_values
