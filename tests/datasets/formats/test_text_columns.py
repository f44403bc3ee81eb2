"""A column of cells says the same whether the cells stand in a list or in an Arrow array."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xdrec_app.datasets.formats.text_columns import ArrowColumn, ListColumn

READ = """
import sys
from pathlib import Path
from xdrec_app.datasets.formats.arrow_text import arrow_columns
names, numbers = arrow_columns(b"a,1\\nb,22\\n", ",", 2, [0, 1])
assert names.coded()[0] == ["a", "b"] and numbers.whole_numbers().tolist() == [1, 22]
assert "pyarrow" in sys.modules and "pandas" not in sys.modules
"""


@settings(max_examples=200, deadline=None)
@given(cells=st.lists(st.text("012 ٣a-é", max_size=3) | st.integers(0, 10**20).map(str)), start=st.integers(0, 2))
def test_lists_and_arrow_arrays_agree(cells, start):
    by_list, by_arrow = ListColumn(cells[start:]), ArrowColumn(pa.array(cells, pa.string())[start:])
    assert list(by_list) == list(by_arrow) == cells[start:]
    assert by_list[:2] == by_arrow[:2]
    texts, codes = by_arrow.coded()
    assert (texts, codes.tolist()) == (by_list.coded()[0], by_list.coded()[1].tolist())
    assert codes.dtype == np.int32
    assert [texts[code] for code in codes] == cells[start:]
    numbers, expected = by_arrow.whole_numbers(), by_list.whole_numbers()
    if cells[start:]:
        assert (None if numbers is None else numbers.tolist()) == (None if expected is None else expected.tolist())


@pytest.mark.parametrize("column", [ListColumn, lambda cells: ArrowColumn(pa.array(cells, pa.string()))])
@pytest.mark.parametrize("cell", ["", "1.5", "-1", "+1", " 1", "٣", "1234567890123456789"])
def test_only_digits_are_whole_numbers(column, cell):
    assert column(["1", cell]).whole_numbers() is None
    assert column(["007", "123456789012345678"]).whole_numbers().tolist() == [7, 123456789012345678]


def test_reading_text_imports_no_pandas():
    subprocess.run([sys.executable, "-c", READ], check=True)
