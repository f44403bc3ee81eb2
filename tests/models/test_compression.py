"""Matrices in fewer bits come back nearly the same, and never silently otherwise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from xdrec_app.models.compression import MIN_NUMBERS, SCALE, compress, expand, quantised, restored

matrices = arrays_of.arrays(
    np.float32,
    st.tuples(st.integers(1, 6), st.integers(1, 9)),
    elements=st.floats(-(2.0**30), 2.0**30, width=32),
)


@given(matrices)
def test_no_number_is_off_by_more_than_half_a_step_of_its_row(matrix):
    numbers, scales = quantised(matrix)
    error = np.abs(restored(numbers, scales) - matrix).max(axis=1)
    largest = np.abs(matrix).max(axis=1)
    assert (error <= largest / 254 * 1.001 + 1e-36).all()
    assert (restored(numbers, scales)[matrix == 0] == 0).all()


@pytest.mark.parametrize(("to", "share"), [("int8", 0.3), ("half", 0.51)])
def test_large_matrices_shrink_and_all_else_stays(to, share):
    draws = np.random.default_rng(0)
    given = {
        "large": draws.normal(size=(64, 64)).astype(np.float32),
        "small": draws.normal(size=(2, 2)).astype(np.float32),
        "numbers": np.arange(MIN_NUMBERS, dtype=np.int8).reshape(2, -1),
        "exact": draws.normal(size=(64, 64)),
    }
    packed = compress(given, to)
    assert (
        sum(array.nbytes for name, array in packed.items() if name.startswith("large")) < share * given["large"].nbytes
    )
    back = expand(packed, to)
    assert back.keys() == given.keys()
    assert all(back[name].dtype == array.dtype for name, array in given.items())
    np.testing.assert_allclose(back["large"], given["large"], atol=0.02)
    for name in ("small", "numbers", "exact"):
        np.testing.assert_array_equal(back[name], given[name])


@pytest.mark.parametrize(("to", "odd"), [("int8", np.nan), ("int8", np.inf), ("half", 1e6)])
def test_a_matrix_that_does_not_fit_is_left_as_it_is(to, odd):
    matrix = np.ones((64, 64), np.float32)
    matrix[3, 4] = odd
    packed = compress({"matrix": matrix}, to)
    assert packed["matrix"].dtype == np.float32 and "matrix" + SCALE not in packed
    np.testing.assert_array_equal(expand(packed, to)["matrix"], matrix)
