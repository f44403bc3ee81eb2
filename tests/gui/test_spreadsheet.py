import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.core.errors import UserError
from xdrec_app.core.spreadsheets import harmless
from xdrec_app.ui.spreadsheet import tab_separated, write_csv


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1"])
def test_a_formula_is_defused(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "-0.25", "+3", "1e-7", "A title", "红楼梦"])
def test_numbers_and_plain_text_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), min_size=1))
def test_pasted_text_has_one_line_per_row_and_one_tab_per_border(rows: list[list[str]]) -> None:
    lines = tab_separated(rows).split("\n")
    assert len(lines) == len(rows)
    assert all(line.count("\t") == 1 for line in lines)


def test_a_csv_file_is_read_back_with_chinese_titles_and_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    write_csv(file, ("title", "why"), [("红楼梦", 'two\nlines, "quoted"')])
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert list(csv.reader(lines)) == [["title", "why"], ["红楼梦", 'two\nlines, "quoted"']]


def test_a_file_that_cannot_be_written_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        write_csv(tmp_path / "missing" / "list.csv", ("a",), [("1",)])
    assert list(tmp_path.iterdir()) == []
