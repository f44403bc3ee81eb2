"""What every registered reader of files keeps to; a new format needs an example here and is tested at once."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st
from pyarrow import parquet

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import encodings, excel
from xdrec_app.datasets.formats import parquet as parquet_reader
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, Chunk, TableFile, formats
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.source import read_head

N_ROWS = 230
ROWS = [(f"{n % 17:03}", f"item {n * 7 % 53}", n % 5 + 1, 1_500_000_000 + n) for n in range(N_ROWS)]
NAMES = ("user_id", "item_id", "rating", "timestamp")


def _lines(spell: Callable[..., str], header: str = "") -> bytes:
    return (header + "".join(spell(*row) + "\n" for row in ROWS)).encode()


def _workbook() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for line, row in enumerate([NAMES, *ROWS]):
            sheet.write_row(line, 0, row)
    return file.getvalue()


def _parquet() -> bytes:
    file = io.BytesIO()
    columns = dict(zip(NAMES, map(list, zip(*ROWS, strict=True)), strict=True))
    parquet.write_table(pa.table(columns), file, row_group_size=60)
    return file.getvalue()


EXAMPLES: dict[str, bytes] = {
    "book_crossing": _lines('"{}";"{}";"{}";"{}"'.format, '"User-ID";"ISBN";"Book-Rating";"Time"\n'),
    "delimited": _lines("{},{},{},{}".format, ",".join(NAMES) + "\n"),
    "excel": _workbook(),
    "json_lines": _lines(lambda *row: json.dumps(dict(zip(NAMES, row, strict=True)))),
    "movielens": _lines("{}::{}::{}::{}".format),
    "parquet": _parquet(),
    "recbole": _lines("{}\t{}\t{}\t{}".format, "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"),
}
KEYS = formats.keys()
SPECIFIC = [key for key in KEYS if not formats[key].is_general]


@pytest.fixture(params=KEYS)
def key(request) -> str:
    return request.param


@pytest.fixture
def small_chunks(monkeypatch):
    """Let examples come in several chunks."""
    monkeypatch.setattr(encodings, "HEAD_BYTES", 500)
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 700)
    monkeypatch.setattr(parquet_reader, "BATCH_ROWS", 50)
    monkeypatch.setattr(excel, "CHUNK_ROWS", 50)


def opened(folder: Path, content: bytes, **wish: object) -> TableFile:
    path = folder / "file"
    path.write_bytes(content)
    return TableFile.open(path, Dialect(**wish))


def chunks_of(table: TableFile) -> list[Chunk]:
    return list(table.reader.read(table.path, table.layout, range(len(table.layout.columns))))


def rows_of(chunks: list[Chunk]) -> list[tuple[str, ...]]:
    return [row for chunk in chunks for row in zip(*chunk.columns, strict=True)]


def test_no_reader_is_broken_and_each_has_an_example():
    assert not formats.broken
    assert sorted(EXAMPLES) == KEYS


def test_a_file_is_claimed_by_the_one_reader_it_is_made_for(tmp_path, key):
    table = opened(tmp_path, EXAMPLES[key])
    assert table.reader.key == key
    assert 0 < table.layout.confidence <= 1
    head = read_head(table.path)
    claims = {other for other in SPECIFIC if formats[other]().sniff(head, Dialect(), thorough=True) is not None}
    assert claims == {key} & set(SPECIFIC)


def test_every_row_is_read_as_it_was_written(tmp_path, key, small_chunks):
    chunks = chunks_of(opened(tmp_path, EXAMPLES[key]))
    assert len(chunks) > 1
    assert rows_of(chunks) == [tuple(map(str, row)) for row in ROWS]
    assert not any(chunk.rejected for chunk in chunks)


def test_the_sample_is_the_first_rows(tmp_path, key):
    table = opened(tmp_path, EXAMPLES[key])
    sample = table.layout.sample
    chunks = chunks_of(table)
    lines = [line for chunk in chunks for line in chunk.lines]
    texts = [text for chunk in chunks for text in list(chunk.texts)[: len(chunk.lines)]]
    assert len(sample) == SAMPLE_ROWS
    assert [tuple(record.cells) for record in sample] == rows_of(chunks)[:SAMPLE_ROWS]
    assert [record.line for record in sample] == lines[:SAMPLE_ROWS]
    assert [record.text for record in sample] == texts[:SAMPLE_ROWS]


def test_columns_are_distinct_and_roles_name_some_of_them(tmp_path, key):
    layout = opened(tmp_path, EXAMPLES[key]).layout
    assert len(set(layout.columns)) == len(layout.columns) == 4
    assert set(layout.roles.values()) <= set(layout.columns)


def test_columns_come_in_the_order_asked_for(tmp_path, key, small_chunks):
    table = opened(tmp_path, EXAMPLES[key])
    chunks = list(table.reader.read(table.path, table.layout, [3, 0]))
    assert rows_of(chunks) == [(str(row[3]), row[0]) for row in ROWS]


def test_lines_ascend_and_what_is_done_grows_to_the_size_of_the_file(tmp_path, key, small_chunks):
    table = opened(tmp_path, EXAMPLES[key])
    chunks = chunks_of(table)
    lines = [line for chunk in chunks for line in chunk.lines]
    done = [chunk.done for chunk in chunks]
    assert lines == sorted(set(lines))
    assert lines[0] >= 1
    assert done == sorted(done)
    assert done[-1] == table.path.stat().st_size


def test_wishes_that_a_reader_does_not_decide_stay(tmp_path, key):
    dialect = opened(tmp_path, EXAMPLES[key], decimal=",", date_order="day").layout.dialect
    assert (dialect.decimal, dialect.date_order) == (",", "day")


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_gives_rows_and_rejected_lines_or_a_sentence(tmp_path, key, share):
    content = EXAMPLES[key]
    try:
        rows = rows_of(chunks_of(opened(tmp_path, content[: int(len(content) * share)])))
    except UserError as error:
        assert str(error)
    else:
        assert rows[:-1] == [tuple(map(str, row)) for row in ROWS[: max(0, len(rows) - 1)]]


@pytest.mark.parametrize("thorough", [True, False])
def test_looking_twice_gives_the_same_answer(tmp_path, key, thorough):
    path = tmp_path / "file"
    path.write_bytes(EXAMPLES[key])
    first, second = (TableFile.open(path, thorough=thorough).layout for _ in range(2))
    assert first == second


@given(st.binary(min_size=1, max_size=2000) | st.text(min_size=1).map(str.encode))
@example(b"PAR1\0")
@example(b"PARE\0")
@example(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
@example(b"PK\x03\x04\0")
@example(b"\x1f\x8b\x08\0")
@example(b'{"a":')
@example(b"[{")
@example(b"[{\0")
@example(b"::\n")
@example(b"a:token\n")
@example(b'"User-ID";"ISBN"')
@example(b"\xff\xfe{\0")
def test_any_bytes_are_a_table_or_a_sentence(tmp_path_factory, content):
    assert_sentence_at_worst(tmp_path_factory.getbasetemp(), content)


@given(st.sampled_from(KEYS), st.data())
def test_damage_anywhere_is_a_table_or_a_sentence(tmp_path_factory, key, data):
    content = bytearray(EXAMPLES[key])
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        noise = data.draw(st.binary(min_size=1, max_size=30))
        content[place : place + len(noise)] = noise
    assert_sentence_at_worst(tmp_path_factory.getbasetemp(), bytes(content))


def assert_sentence_at_worst(folder: Path, content: bytes) -> None:
    try:
        table = opened(folder, content)
        chunks = chunks_of(table)
    except UserError as error:
        assert str(error)
    else:
        lines = [line for chunk in chunks for line in chunk.lines]
        assert lines == sorted(set(lines))
