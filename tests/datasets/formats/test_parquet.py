"""Parquet: every type becomes the text that says exactly what it is."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import parquet as reader_module

NOON = datetime(2021, 3, 4, 12, 0, 5)


@pytest.fixture
def written(tmp_path):
    def write(table: pa.Table | dict, **options):
        path = tmp_path / "table.bin"
        parquet.write_table(table if isinstance(table, pa.Table) else pa.table(table), path, **options)
        return path

    return write


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([1, 9_007_199_254_740_993, None]), ["1", "9007199254740993", ""]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([3.0, 4.5, 0.1, None, float("nan")]), ["3", "4.5", "0.1", "", ""]),
        (pa.array([4.1, 7.0], pa.float32()), ["4.1", "7"]),
        (pa.array([1.5], pa.float16()), ["1.5"]),
        (pa.array(["007", "", None, " 用户 "]), ["007", "", "", " 用户 "]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
        (pa.array([True, False, None]), ["true", "false", ""]),
        (pa.array([Decimal("12.30"), None]), ["12.30", ""]),
        (pa.array([NOON, None], pa.timestamp("us")), ["2021-03-04T12:00:05", ""]),
        (pa.array([NOON + timedelta(milliseconds=5)], pa.timestamp("ms")), ["2021-03-04T12:00:05.005"]),
        (pa.array([NOON], pa.timestamp("ns", "Europe/Paris")), ["2021-03-04T12:00:05Z"]),
        (pa.array([NOON.replace(tzinfo=timezone(timedelta(hours=8)))]), ["2021-03-04T04:00:05Z"]),
        (pa.array([date(2021, 3, 4)]), ["2021-03-04"]),
        (pa.array([date(2021, 3, 4)], pa.date64()), ["2021-03-04"]),
        (pa.array([["a", "b"], None, [], ["c", None]]), ["a|b", "", "", "c|"]),
        (pa.array([[[1, 2], [3]]]), ["1|2|3"]),
        (pa.array([["a"]], pa.large_list(pa.string())), ["a"]),
        (pa.array([[1, 2]], pa.list_(pa.int32(), 2)), ["1|2"]),
        (pa.array([b"abc", None, b"\xff\x00"]), ["abc", "", "ff00"]),
        (pa.array([None, None]), ["", ""]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_a_value_becomes_its_exact_text(reading, written, values, texts):
    file = reading(written({"column": values}))
    assert file.key == "parquet"
    assert [row[0] for row in file.rows] == texts
    assert file.sample == file.rows


def test_fields_of_structures_are_columns_and_maps_are_left_out(reading, written):
    inner = pa.array([{"id": 7, "name": {"en": "x"}}, None])
    pairs = pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64()))
    file = reading(
        written(pa.table({"user": ["a", "b"], "item": inner, "extra": pairs, "list": pa.array([[{"a": 1}], []])}))
    )
    assert file.columns == ("user", "item.id", "item.name.en")
    assert file.rows == [("a", "7", "x"), ("b", "", "")]
    assert [list(column) for chunk in file.chunks([2, 0]) for column in chunk.columns] == [["x", ""], ["a", "b"]]


def test_columns_of_the_same_name_stay_distinct(reading, written):
    table = pa.table([pa.array(["a"]), pa.array(["b"]), pa.array(["c"])], names=["x", "y", "x"])
    file = reading(written(table))
    assert file.columns == ("x", "y", "x (3)")
    assert [list(column) for column in file.chunks([2, 0])[0].columns] == [["c"], ["a"]]


def test_a_name_with_a_point_is_no_structure(reading, written):
    assert reading(written({"a.b": [1], "a": [2]})).rows == [("1", "2")]


def test_row_groups_stream_with_rows_numbered_through(reading, written, monkeypatch):
    monkeypatch.setattr(reader_module, "BATCH_ROWS", 300)
    path = written({"user": [f"u{n}" for n in range(1000)], "item": list(range(1000))}, row_group_size=70)
    file = reading(path)
    assert len(file.all_chunks) > 3
    assert max(len(chunk.lines) for chunk in file.all_chunks) <= 300
    assert file.lines == list(range(1, 1001))
    assert file.rows[999] == ("u999", "999")
    assert len(file.sample) == 100
    assert file.all_chunks[-1].done == path.stat().st_size
    assert file.all_chunks[1].texts[0].startswith(file.rows[len(file.all_chunks[0].lines)][0])


def test_a_table_without_rows_has_columns(reading, written):
    file = reading(written({"user": pa.array([], pa.string())}))
    assert file.columns == ("user",)
    assert file.rows == []
    assert file.all_chunks[-1].done == file.table.path.stat().st_size


def test_a_table_without_usable_columns_says_so(reading, written):
    pairs = pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64()))
    with pytest.raises(UserError, match="no column that fits into a table"):
        reading(written({"pairs": pairs}))


@pytest.mark.parametrize("keep", [0.3, 0.99])
def test_a_file_that_is_cut_off_says_so(reading, written, keep):
    content = written({"user": [f"u{n}" for n in range(2000)], "zero": [0] * 2000}).read_bytes()
    with pytest.raises(UserError, match="cut off or damaged"):
        reading(content[: int(len(content) * keep)])


def test_damage_in_the_middle_is_found_when_it_is_read(reading, written):
    path = written({"user": [f"u{n * 7919 % 10007}" for n in range(20_000)]}, compression="zstd", use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 200] = bytes(200)
    with pytest.raises(UserError, match="cut off or damaged"):
        _ = reading(bytes(content)).rows


def test_an_encrypted_file_says_so(reading):
    with pytest.raises(UserError, match="encrypted Parquet file"):
        reading(b"PARE\0\0\0stuffPARE")


def test_text_that_begins_like_parquet_is_text(reading):
    assert reading("PAR1,PAR2\n1,2\n").key == "delimited"


def test_looking_at_a_file_imports_no_pandas(written):
    table = {"user": ["a"], "tags": [["x"]], "time": [NOON], "value": [1.5], "raw": [b"\xff"]}
    code = (
        "import sys, pathlib; from xdrec_app.datasets.formats.base import TableFile;"
        "table = TableFile.open(pathlib.Path(sys.argv[1])); assert table.reader.key == 'parquet';"
        "print(sorted({'pandas', 'torch', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, written(table)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
