"""Whatever is written, in any dialect, encoding and packing, is read back; Arrow and the exact parser agree."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from xdrec_app.datasets.formats import encodings
from xdrec_app.datasets.formats.arrow_text import arrow_rows
from xdrec_app.datasets.formats.base import Chunk
from xdrec_app.datasets.formats.delimited import DelimitedReader
from xdrec_app.datasets.formats.delimited_guess import DELIMITERS
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.lines import RowTexts
from xdrec_app.datasets.formats.records import Grammar, parse_records
from xdrec_app.datasets.formats.source import read_head


def _zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", data)
    return file.getvalue()


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstandard": lambda data: zstandard.ZstdCompressor().compress(data),
    "zip": _zipped,
}
NASTY = ",;\t|\"'\n\r #:~ä汉é1"
CELLS = st.text(
    st.one_of(st.sampled_from(NASTY), st.characters(exclude_categories=["Cs", "Cc"], codec="gb18030")),
    max_size=8,
)
TABLES = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1))


def written(table: list[list[str]], delimiter: str, quote: str, end: str, *, all_quoted: bool) -> str:
    """Write a table so that it means one thing: whatever could be mistaken stands in quotes."""

    def field(cell: str) -> str:
        is_plain = cell.strip() and not any(part in cell for part in (*delimiter, quote, "\n", "\r"))
        return cell if is_plain and not all_quoted else f"{quote}{cell.replace(quote, quote * 2)}{quote}"

    return "".join(delimiter.join(map(field, row)) + end for row in table)


def read_back(content: bytes, wish: Dialect, block: int) -> list[Chunk]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_bytes(content)
        original, encodings.BLOCK_BYTES = encodings.BLOCK_BYTES, block
        try:
            reader = DelimitedReader()
            layout = reader.sniff(read_head(path), wish, thorough=True)
            assert layout is not None
            return list(reader.read(path, layout, range(len(layout.columns))))
        finally:
            encodings.BLOCK_BYTES = original


@settings(max_examples=300, deadline=None)
@given(
    table=TABLES,
    delimiter=st.sampled_from([*DELIMITERS, ":", " ", "，", "||"]),
    quote=st.sampled_from("\"'"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030"]),
    has_header=st.booleans(),
    all_quoted=st.booleans(),
    packing=st.sampled_from(list(PACKINGS)),
    block=st.sampled_from([4, 16, 1 << 20]),
)
def test_any_table_in_any_dialect_encoding_and_packing_is_read_back_identical(
    table, delimiter, quote, end, encoding, has_header, all_quoted, packing, block
):
    if end == "\r":  # there, line breaks within quotes are the same as those between lines
        table = [[cell.replace("\r", "").replace("\n", "") for cell in row] for row in table]
    text = written(table, delimiter, quote, end, all_quoted=all_quoted)
    wish = Dialect(encoding=encoding, delimiter=delimiter, quote=quote, comment="", has_header=has_header)
    chunks = read_back(PACKINGS[packing](text.encode(encoding)), wish, block)
    rows = [list(row) for chunk in chunks for row in zip(*chunk.columns, strict=True)]
    assert rows == table[has_header:]
    assert not [line for chunk in chunks for line in chunk.rejected]
    lines = [line for chunk in chunks for line in chunk.lines]
    assert lines == sorted(set(lines))


@settings(max_examples=200, deadline=None)
@given(table=TABLES, delimiter=st.sampled_from(",;\t|"), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_a_table_written_by_the_csv_module_is_read_back_identical(table, delimiter, quoting):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows(table)
    wish = Dialect(encoding="utf-8", delimiter=delimiter, quote='"', comment="", has_header=False)
    chunks = read_back(text.getvalue().encode(), wish, 1 << 20)
    assert [list(row) for chunk in chunks for row in zip(*chunk.columns, strict=True)] == table


@settings(max_examples=200, deadline=None)
@given(content=st.text(st.sampled_from('ab,"\n\r ;1'), max_size=200), block=st.sampled_from([3, 1 << 20]))
def test_no_text_is_lost_or_read_twice(content, block):
    wish = Dialect(encoding="utf-8", delimiter=",", quote='"', comment="", has_header=False)
    chunks = read_back(b"x,y\n" + content.encode(), wish, block)
    found = [text for chunk in chunks for text in chunk.texts if text] + [
        line.text for chunk in chunks for line in chunk.rejected
    ]
    starts = [line for chunk in chunks for line in [*chunk.lines, *(line.line for line in chunk.rejected)]]
    assert len(starts) == len(set(starts))
    without_ends = str.maketrans("", "", "\n\r ")
    assert sorted("".join(found).translate(without_ends)) == sorted(("x,y" + content).translate(without_ends))


@settings(max_examples=1500, deadline=None)
@given(
    lines=st.lists(
        st.text(st.sampled_from('aé,|"\r\n \0#\ufeff'), max_size=12) | st.just('"a","b"') | st.just("a,b"), min_size=1
    ),
    delimiter=st.sampled_from([",", "|", "é", ",,"]),
    quote=st.sampled_from(['"', ""]),
    comment=st.sampled_from(["", "#"]),
)
def test_what_arrow_reads_is_what_the_exact_parser_reads(lines, delimiter, quote, comment):
    body = "".join(line + "\n" for line in lines)
    rows = arrow_rows(body.encode(), delimiter, 2, [1, 0], quote=quote, comment=comment)
    if rows is None:
        return
    whole = body.encode()[: rows.size].decode()
    assert whole.count("\n") == rows.starts[-1]
    grammar = Grammar(delimiter, quote, comment)
    exact = parse_records(whole.split("\n")[:-1], 1, grammar, at_end=True)
    assert not exact.rejected
    assert [record.line - 1 for record in exact.records] == list(rows.starts[:-1])
    assert [record.text for record in exact.records] == list(RowTexts(whole.encode(), rows.starts))
    ragged = {row: len(record.cells) for row, record in enumerate(exact.records) if len(record.cells) != 2}
    assert ragged == rows.ragged
    good = [(record.cells[1], record.cells[0]) for record in exact.records if len(record.cells) == 2]
    assert good == list(zip(*rows.columns, strict=True))
    rest = parse_records(body[len(whole) :].split("\n")[:-1], 1, grammar, at_end=False)
    assert not rest.records  # it goes on behind the block
