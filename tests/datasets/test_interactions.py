import numpy as np
import pytest

from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.interactions import Interactions

ROWS = Interactions.of([0, 1, 1], [2, 0, 2], [5, 3, 1], [10, 20, 30])


def test_missing_values_are_ones_and_missing_times_are_unknown():
    rows = Interactions.of([0, 1], [1, 0])
    assert rows.values.tolist() == [1, 1]
    assert rows.times.tolist() == [NO_TIME, NO_TIME]
    assert [column.dtype for column in (rows.users, rows.items, rows.values, rows.times)] == [
        np.int32,
        np.int32,
        np.float32,
        np.int64,
    ]


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="different length"):
        Interactions.of([0, 1], [1])


def test_rows_are_taken_by_position_and_by_mask():
    assert ROWS.take(np.array([2, 0])).values.tolist() == [1, 5]
    assert ROWS.take(np.array([False, True, True])).items.tolist() == [0, 2]


def test_the_matrix_holds_the_values_or_what_replaces_them():
    np.testing.assert_array_equal(ROWS.matrix(2, 3).toarray(), [[0, 0, 5], [3, 0, 1]])
    np.testing.assert_array_equal(ROWS.matrix(2, 3, np.ones(3, np.float32)).toarray(), [[0, 0, 1], [1, 0, 1]])


def test_parts_are_joined_in_order():
    joined = Interactions.concatenate([ROWS, Interactions.of([7], [8], [2], [1])])
    assert joined.users.tolist() == [0, 1, 1, 7]
    assert joined.times.tolist() == [10, 20, 30, 1]
    assert len(Interactions.concatenate([])) == 0
