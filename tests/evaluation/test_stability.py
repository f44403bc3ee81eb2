from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.evaluation.stability import overlap, overlaps
from xdrec_app.metrics.base import EMPTY_PLACE


def test_the_same_lists_in_another_order_overlap_wholly_and_disjoint_ones_not_at_all():
    lists = np.array([[1, 2, 3], [4, 5, 6]], np.int32)
    assert overlap(lists, lists[:, ::-1]) == 1.0
    assert overlap(lists, lists + 10) == 0.0


def test_empty_places_agree_on_nothing():
    one = np.array([[1, 2, EMPTY_PLACE], [EMPTY_PLACE] * 3], np.int32)
    other = np.array([[2, EMPTY_PLACE, EMPTY_PLACE], [EMPTY_PLACE] * 3], np.int32)
    shares = overlaps(one, other)
    assert shares[0] == 0.5 and np.isnan(shares[1])
    assert overlap(one, other) == 0.5
    assert np.isnan(overlap(one[1:], other[1:]))


@given(st.integers(0, 1_000), st.integers(1, 8))
def test_an_overlap_is_that_of_the_sets(seed, k):
    random = np.random.default_rng(seed)
    one, other = (np.stack([random.permutation(12)[:k] for _ in range(5)]).astype(np.int32) for _ in range(2))
    expected = [len(set(a) & set(b)) / k for a, b in zip(one.tolist(), other.tolist(), strict=True)]
    np.testing.assert_allclose(overlaps(one, other), expected)
    np.testing.assert_array_equal(overlaps(one, other), overlaps(other, one))


def test_lists_of_different_people_are_not_compared():
    with pytest.raises(ValueError, match="different people"):
        overlaps(np.zeros((2, 3), np.int32), np.zeros((3, 3), np.int32))
