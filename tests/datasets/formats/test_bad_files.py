"""Every bad file has a sentence of its own, and what is bad in a good file costs its own line and no other."""

from __future__ import annotations

import gzip
import os
import random
import time
import tracemalloc
from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import lines
from xdrec_app.datasets.formats.base import RejectedLine, TableFile
from xdrec_app.datasets.formats.records import HOLDS_NUL


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"There is no file .*gone\.csv"):
        TableFile.open(tmp_path / "gone.csv")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(UserError, match="is a folder, not a file"):
        TableFile.open(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_is_no_ordinary_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UserError, match=r"pipe\.csv is not an ordinary file"):
        TableFile.open(tmp_path / "pipe.csv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("a,b\n")
    path.chmod(0)
    with pytest.raises(UserError, match="permission denied"):
        TableFile.open(path)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied"), r"secret\.csv may not be read: permission denied"),
        (OSError(5, "Input/output error"), r"secret\.csv cannot be read: Input/output error"),
    ],
)
def test_what_the_system_refuses_becomes_a_sentence(tmp_path, monkeypatch, error, sentence):
    path = tmp_path / "secret.csv"
    path.write_text("a,b\n")

    def refuse(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UserError, match=sentence):
        TableFile.open(path)


@pytest.mark.parametrize("content", [b"", gzip.compress(b"")])
def test_an_empty_file_is_named(reading, content):
    with pytest.raises(UserError, match=r"The file .* is empty"):
        reading(content)


@pytest.mark.parametrize("content", ["\n  \n\n", "\ufeff\n", "\r\r"])
def test_a_file_of_blank_lines_is_named(reading, content):
    with pytest.raises(UserError, match="holds only blank lines"):
        reading(content)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
def test_a_header_alone_is_a_table_without_rows(reading, end):
    found = reading(f"user,item,rating{end}")
    assert found.layout.dialect.has_header
    assert (found.columns, found.rows, found.rejected) == (("user", "item", "rating"), [], [])


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0",
        b"SQLite format 3\0\x10\0\1\1\0\x40\x20\x20" + bytes(50),
        b"\x7fELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0",
        bytes(10_000),
        random.Random(1).randbytes(100_000),
    ],
)
def test_a_binary_file_is_no_text(reading, content):
    with pytest.raises(UserError, match="is not a text file"):
        reading(content)


def test_a_nul_byte_costs_its_own_line_only(reading):
    lines_of_file = [f"u{n},i{n},5" for n in range(20_000)]
    lines_of_file[15_000] = "u\0,i,5"
    lines_of_file[3] = '"u\0",i,5'
    found = reading("user,item,rating\n" + "\n".join(lines_of_file))
    assert found.rejected == [RejectedLine(5, '"u\0",i,5', HOLDS_NUL), RejectedLine(15_002, "u\0,i,5", HOLDS_NUL)]
    assert len(found.rows) == 19_998


def test_a_nul_byte_ends_what_an_open_quote_can_hold(reading):
    found = reading('user,item\nu1,"i1\nu\0,i2"\nu3,i3\n' * 10)
    assert {reason for _, _, reason in found.rejected} == {HOLDS_NUL, "a quote opens in this line and is never closed"}
    assert found.rows.count(("u3", "i3")) == 10


def test_a_field_of_ten_megabytes_is_read(reading):
    long = "x" * (10 << 20)
    for field in (long, f'"{long}, and ""more"""'):
        found = reading(f"item,text\n1,a\n2,{field}\n3,b\n")
        assert [row[0] for row in found.rows] == ["1", "2", "3"]
        assert len(found.rows[1][1]) >= 10 << 20
        assert not found.rejected


def test_a_line_of_ten_megabytes_with_too_many_fields_costs_itself_only(reading):
    found = reading("user,item\nu1,i1\n" + "x," * (5 << 20) + "\nu3,i3\n")
    assert found.rows == [("u1", "i1"), ("u3", "i3")]
    assert [(line, reason) for line, _, reason in found.rejected] == [(3, f"{(5 << 20) + 1} fields instead of 2")]


def test_a_file_without_line_ends_does_not_fill_the_memory(reading, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE", 1 << 20)
    found = reading("user,item\n" + "x" * (3 << 20))
    with pytest.raises(UserError, match=r"Line 2 of .* is too long: this is no table"):
        found.chunks()


def test_three_hundred_columns_are_read(reading):
    names = ["user_id", "item_id", *[f"c{n}" for n in range(2, 300)]]
    row = [f"v{n}" for n in range(300)]
    found = reading("\n".join([",".join(names), *[",".join(row)] * 1000]))
    assert found.columns == tuple(names)
    chunks = found.chunks([299, 0])
    assert {row for chunk in chunks for row in zip(*chunk.columns, strict=True)} == {("v299", "v0")}
    assert sum(len(chunk.lines) for chunk in chunks) == 1000


def test_names_that_occur_twice_stay_distinct(reading):
    assert reading("a,a,a (2),a\n1,2,3,4\n").columns == ("a", "a (2)", "a (2) (3)", "a (4)")


def test_memory_does_not_grow_with_the_file(reading, tmp_path):
    def peak(n_lines: int) -> int:
        path = tmp_path / f"{n_lines}.csv"
        path.write_text("user,item,rating\n" + "u1,i1,5\n" * n_lines)
        found = reading(path)
        tracemalloc.start()
        try:
            for _ in found.table.reader.read(path, found.layout, [0, 1, 2]):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1000)  # loads what is loaded once
    assert peak(9_000_000) < 1.2 * peak(5_000_000)  # blocks grow over the first 30 MB


def test_a_packed_file_that_is_cut_off_is_not_half_read(reading):
    content = "user,item\n" + "".join(f"u{n},i{n * 7919 % 100_003}\n" for n in range(50_000))
    packed = gzip.compress(content.encode())
    with pytest.raises(UserError, match="is cut off"):
        reading(packed[: len(packed) // 2])
    found = reading(packed[: len(packed) // 2], thorough=False)
    with pytest.raises(UserError, match="is cut off"):
        found.chunks()


@pytest.mark.parametrize("change", ["grow", "shrink", "remove"])
def test_a_file_that_changes_while_it_is_read_is_an_error(reading, change):
    found = reading("user,item\n" + "u1,i1\n" * 2_000_000)
    path = found.table.path
    chunks = found.table.reader.read(path, found.layout, [0, 1])
    next(chunks)
    if change == "grow":
        with path.open("a") as file:
            file.write("u2,i2\n")
    elif change == "shrink":
        os.truncate(path, 1000)
    else:
        path.unlink()
    with pytest.raises(UserError, match="while it was being read"):
        for _ in chunks:
            pass


def test_a_bad_file_is_refused_soon(reading):
    started = time.perf_counter()
    with pytest.raises(UserError):
        reading(random.Random(1).randbytes(1 << 20))
    assert time.perf_counter() - started < 5
