import numpy as np
import pytest
from scipy import sparse

from xdrec_app.models.rating_neighbours import Likeness, as_ones


def matrix(*rows: list[float]) -> sparse.csr_matrix:
    """Rows in which NaN stands for what is not there."""
    dense = np.array(rows, np.float32)
    there = ~np.isnan(dense)
    return sparse.csr_matrix((dense[there], np.nonzero(there)), dense.shape)


NAN = np.nan
ROWS = matrix([1, 2, NAN], [2, 1, 5], [-1, NAN, 1], [NAN, NAN, 4])
ALIKE = np.ones(3, np.float32)


def test_likeness_is_the_cosine_over_common_columns():
    likeness = Likeness(ROWS, ALIKE, 0).to(ROWS)
    assert likeness[0, 1] == pytest.approx(4 / 5)
    assert likeness[1, 3] == pytest.approx(1)


def test_rows_that_disagree_or_have_nothing_in_common_are_not_alike():
    likeness = Likeness(ROWS, ALIKE, 0).to(ROWS)
    assert likeness[0, 2] == 0
    assert likeness[0, 3] == 0


def test_likeness_that_rests_on_few_columns_is_damped():
    assert Likeness(ROWS, ALIKE, 3).to(ROWS)[0, 1] == pytest.approx(4 / 5 * 2 / (2 + 3))


def test_a_column_without_weight_does_not_count():
    weights = np.array([1, 1, 0], np.float32)
    assert Likeness(ROWS, weights, 0).to(ROWS)[0, 1] == pytest.approx(4 / 5)
    assert Likeness(ROWS, weights, 0).to(ROWS)[1, 3] == 0


def test_a_stored_zero_is_a_rating():
    assert as_ones(matrix([0, NAN])).sum() == 1
