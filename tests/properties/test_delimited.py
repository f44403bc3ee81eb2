"""Whatever Python's csv module writes, in any dialect, is read back as it was."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from xdrec_app.datasets.formats import delimited, encodings
from xdrec_app.datasets.formats.base import Dialect, TableFile

CELLS = st.text(
    st.one_of(st.sampled_from(",;\t|\"\n\r 'ä汉a1"), st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    max_size=8,
)
TABLES = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1))


@settings(max_examples=300, deadline=None)
@given(
    table=TABLES,
    delimiter=st.sampled_from(delimited.DELIMITERS),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    block=st.sampled_from([3, 16, 1 << 20]),
)
def test_a_table_written_by_csv_is_read_back_identical(table, delimiter, quoting, end, encoding, block):
    if quoting == csv.QUOTE_MINIMAL and end == "\n":  # such a writer leaves a carriage return outside quotes
        table = [[cell.replace("\r", "") for cell in row] for row in table]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(table)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        original, encodings.BLOCK_BYTES = encodings.BLOCK_BYTES, block
        try:
            file = TableFile.open(path, Dialect(encoding=encoding, delimiter=delimiter, has_header=False))
            chunks = list(file.reader.read(path, file.layout, range(len(table[0]))))
        finally:
            encodings.BLOCK_BYTES = original
    rows = [list(row) for chunk in chunks for row in zip(*chunk.columns, strict=True)]
    assert rows == table
    assert not [line for chunk in chunks for line in chunk.rejected]
    lines = [line for chunk in chunks for line in chunk.lines]
    assert lines == sorted(set(lines))


@settings(max_examples=200, deadline=None)
@given(content=st.text(st.sampled_from('ab,"\n\r ;1'), max_size=200), block=st.sampled_from([3, 1 << 20]))
def test_no_text_is_lost_or_read_twice(content, block):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(b"x,y\n" + content.encode())
        original, encodings.BLOCK_BYTES = encodings.BLOCK_BYTES, block
        try:
            file = TableFile.open(path, Dialect(encoding="utf-8", delimiter=",", has_header=False))
            chunks = list(file.reader.read(path, file.layout, range(len(file.layout.columns))))
        finally:
            encodings.BLOCK_BYTES = original
    found = [text for chunk in chunks for text in chunk.texts if text] + [
        line.text for chunk in chunks for line in chunk.rejected
    ]
    starts = [line for chunk in chunks for line in [*chunk.lines, *(line.line for line in chunk.rejected)]]
    assert len(starts) == len(set(starts))
    without_ends = str.maketrans("", "", "\n\r ")
    assert sorted("".join(found).translate(without_ends)) == sorted(("x,y" + content).translate(without_ends))
