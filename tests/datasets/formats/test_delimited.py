"""Delimited text: dialects, encodings, broken lines, and the sentence for every file that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import encodings
from xdrec_app.datasets.formats.base import Dialect, RejectedLine, TableFile, formats


def table_of(path: Path, dialect: Dialect | None = None) -> TableFile:
    return TableFile.open(path, dialect)


def rows_of(table: TableFile) -> list[tuple[str, ...]]:
    wanted = range(len(table.layout.columns))
    chunks = table.reader.read(table.path, table.layout, wanted)
    return [row for chunk in chunks for row in zip(*chunk.columns, strict=True)]


def lines_of(table: TableFile) -> list[int]:
    return [line for chunk in table.reader.read(table.path, table.layout, [0]) for line in chunk.lines]


def rejected_of(table: TableFile) -> list[RejectedLine]:
    return [line for chunk in table.reader.read(table.path, table.layout, [0]) for line in chunk.rejected]


@pytest.fixture
def write(tmp_path: Path):
    def write_file(content: str | bytes, name: str = "ratings.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def test_every_registered_format_can_be_loaded():
    assert "delimited" in [reader.key for reader in formats]
    assert not formats.broken


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(write, delimiter, end):
    rows = [["user", "item", "rating"], ["u1", "i1", "5"], ["u2", "i2", "3"]]
    table = table_of(write("".join(delimiter.join(row) + end for row in rows)))
    assert table.layout.dialect == Dialect(encoding="utf-8", delimiter=delimiter, has_header=True)
    assert rows_of(table) == [("u1", "i1", "5"), ("u2", "i2", "3")]
    assert lines_of(table) == [2, 3]


def test_a_decimal_comma_does_not_make_the_comma_the_delimiter(write):
    assert table_of(write("u1;i1;4,5\nu2;i2;3,5\nu3;i3;2,0\n")).layout.dialect.delimiter == ";"


def test_commas_in_titles_do_not_beat_the_real_delimiter(write):
    table = table_of(write("id|title|genres\n1|Toy, Story|a\n2|Heat, The|b\n3|Jumanji, x|c\n"))
    assert table.layout.dialect.delimiter == "|"


@pytest.mark.parametrize(
    ("first_line", "has_header"),
    [
        ("user_id,item_id,rating", True),
        ("用户,商品,评分", True),
        ("kunde,artikel,note", True),
        ("u9,i9,4", False),
        ("alice,book,3.5", False),
    ],
)
def test_a_header_is_told_from_a_first_row(write, first_line, has_header):
    table = table_of(write(f"{first_line}\nu1,i1,5\nu2,i2,3\n"))
    assert table.layout.dialect.has_header is has_header
    assert len(rows_of(table)) == (2 if has_header else 3)


def test_a_file_of_ids_alone_has_no_header(write):
    assert table_of(write("u1,i1\nu2,i2\n")).layout.columns == ("column 1", "column 2")


def test_a_user_may_overrule_every_guess(write):
    wish = Dialect(encoding="latin-1", delimiter="semicolon", has_header=False)
    table = table_of(write("Jos\xe9;caf\xe9\n".encode("latin-1")), wish)
    assert rows_of(table) == [("José", "café")]
    assert table.layout.dialect == Dialect(encoding="iso8859-1", delimiter=";", has_header=False)


def test_columns_without_a_name_or_with_the_same_name_stay_distinct(write):
    table = table_of(write(",user,item,user\n1,a,b,c\n"))
    assert table.layout.columns == ("column 1", "user", "item", "user (4)")


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("gb18030", "gb18030")],
)
def test_encodings_are_found(write, encoding, found):
    table = table_of(write("用户,商品,评分\n张三,红楼梦,5\n".encode(encoding)))
    assert table.layout.dialect.encoding == found
    assert table.layout.columns == ("用户", "商品", "评分")
    assert rows_of(table) == [("张三", "红楼梦", "5")]


def test_an_encoding_that_shows_only_after_the_first_64_kib_is_found(write):
    plain = "u1,i1,5\n" * 10_000
    table = table_of(write(("user,item,rating\n" + plain + "张三,红楼梦,5\n").encode("gb18030")))
    assert table.layout.dialect.encoding == "gb18030"
    assert rows_of(table)[-1] == ("张三", "红楼梦", "5")


def test_a_character_cut_by_the_end_of_the_head_is_no_error(write):
    content = "user,item,rating\n" + "用,商,5\n" * 20_000
    for shift in range(3):
        path = write("x" * shift + content)
        assert TableFile.open(path, thorough=False).layout.dialect.encoding == "utf-8"


@pytest.mark.parametrize("block", [7, 64, 1 << 20])
def test_quotes_may_hold_delimiters_quotes_and_line_breaks(write, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    content = 'item,title\n1,"a, b"\n2,"say ""hi"""\n3,"two\nlines"\n4,5" disc\n'
    table = table_of(write(content))
    assert rows_of(table) == [("1", "a, b"), ("2", 'say "hi"'), ("3", "two\nlines"), ("4", '5" disc')]
    assert lines_of(table) == [2, 3, 4, 6]


@pytest.mark.parametrize("block", [5, 1 << 20])
def test_blank_lines_are_passed_over_and_still_counted(write, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    table = table_of(write("user,item,rating\n\nu1,i1,5\n   \n\r\nu2,i2,3\n\n"))
    assert lines_of(table) == [3, 6]
    assert rejected_of(table) == []


@pytest.mark.parametrize("block", [5, 1 << 20])
def test_a_ragged_line_is_rejected_with_its_number_and_the_count_of_fields(write, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    table = table_of(write("user,item,rating\nu1,i1,5\nu2,i2\nu3,i3,4,x\nu4,i4,1\n"))
    assert lines_of(table) == [2, 5]
    assert rejected_of(table) == [
        RejectedLine(3, "u2,i2", "2 fields instead of 3"),
        RejectedLine(4, "u3,i3,4,x", "4 fields instead of 3"),
    ]


def test_a_short_and_a_long_line_do_not_make_up_for_each_other(write):
    table = table_of(write("u0,i0,5\n" * 3 + "u1,i1\nu2,i2,3,4\n" + "u3,i3,5\n", "plain.csv"))
    assert [line for line, _, _ in rejected_of(table)] == [4, 5]


@pytest.mark.parametrize("block", [16, 1 << 20])
def test_a_quote_that_is_never_closed_costs_its_own_line_only(write, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    table = table_of(write('user,item,rating\nu1,i1,5\nu2,"i2,4\n' + "u3,i3,3\n" * 1000))
    assert len(rows_of(table)) == 1001
    assert rejected_of(table) == [RejectedLine(3, 'u2,"i2,4', "a quote opens in this line and is never closed")]


def test_an_open_quote_is_given_up_after_a_million_characters(write):
    table = table_of(write('user,item,rating\nu1,"i1,5\n' + "u3,i3,3\n" * 400_000))
    assert sum(len(chunk.lines) for chunk in table.reader.read(table.path, table.layout, [0])) == 400_000
    assert [line for line, _, _ in rejected_of(table)] == [2]


def test_two_open_quotes_do_not_swallow_what_stands_between(write):
    table = table_of(write('user,item,rating\nu1,"i1,5\nu2,i2,4\nu3,"i3,3\nu4,i4,2\n'))
    assert [row[0] for row in rows_of(table)] == ["u2", "u4"]
    assert [line for line, _, _ in rejected_of(table)] == [2, 4]


def test_text_after_a_closing_quote_is_rejected(write):
    table = table_of(write('user,item,rating\nu1,"i1"x,5\nu2,i2,4\n'))
    [rejected] = rejected_of(table)
    assert (rejected.line, rejected.reason.split(",")[0]) == (2, "text stands after a closing quote")


def test_a_field_beyond_the_limit_of_the_parser_is_rejected(write):
    table = table_of(write('item,title\n1,"' + "x" * 200_000 + '"\n2,b\n'))
    assert rows_of(table) == [("2", "b")]
    assert rejected_of(table)[0].reason == "a field is too long"


def test_every_byte_is_shown_to_the_watcher_once(write):
    content = b"user,item,rating\n" + b"u1,i1,5\n" * 300_000
    table = table_of(write(content))
    seen: list[bytes] = []
    for _ in table.reader.read(table.path, table.layout, [0], seen.append):
        pass
    assert b"".join(seen) == content


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"There is no file .*gone\.csv"):
        table_of(tmp_path / "gone.csv")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(UserError, match="is a folder, not a file"):
        table_of(tmp_path)


def test_a_pipe_is_no_ordinary_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UserError, match=r"pipe\.csv is not an ordinary file"):
        table_of(tmp_path / "pipe.csv")


def test_an_empty_file_is_named(write):
    with pytest.raises(UserError, match=r"ratings\.csv is empty"):
        table_of(write(""))


def test_a_file_of_blank_lines_is_named(write):
    with pytest.raises(UserError, match=r"ratings\.csv holds only blank lines"):
        table_of(write("\n  \n\n"))


def test_a_binary_file_is_no_text(write):
    with pytest.raises(UserError, match="is not a text file"):
        table_of(write(b"PK\x03\x04\x00\x00\x00stuff"))


def test_nul_characters_far_into_a_file_are_no_text_either(write):
    table = table_of(write(b"user,item,rating\n" + b"u1,i1,5\n" * 10_000 + b"u\0,i,5\n"))
    with pytest.raises(UserError, match="holds NUL characters"):
        rows_of(table)


def test_a_file_in_no_known_encoding_says_so(write):
    with pytest.raises(UserError, match="neither UTF-8 nor GB18030") as caught:
        table_of(write("user,item\né,ü\n".encode("latin-1")))
    assert "cp1252" in caught.value.hint


def test_an_unknown_encoding_is_named(write):
    with pytest.raises(UserError, match="There is no encoding 'klingon'"):
        table_of(write("a,b\n"), Dialect(encoding="klingon"))


def test_a_codec_of_bytes_is_no_encoding(write):
    with pytest.raises(UserError, match="There is no encoding 'zlib'"):
        table_of(write("a,b\n"), Dialect(encoding="zlib"))


def test_a_wrong_encoding_is_said(write):
    with pytest.raises(UserError, match="is not a text in the encoding ascii"):
        table_of(write("é,b\n"), Dialect(encoding="ascii"))


@pytest.mark.parametrize("delimiter", ["::", '"', "\n", "，"])
def test_what_cannot_separate_columns_is_refused(write, delimiter):
    with pytest.raises(UserError, match="cannot separate columns"):
        table_of(write("a,b\n"), Dialect(delimiter=delimiter))


def test_a_line_without_end_is_no_table(write):
    table = table_of(write("user,item\n" + "x" * (10 << 20)))
    with pytest.raises(UserError, match=r"Line 2 of .* is too long"):
        rows_of(table)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(write):
    path = write("a,b\n")
    path.chmod(0)
    with pytest.raises(UserError, match="permission denied"):
        table_of(path)


def test_a_permission_error_of_the_system_becomes_a_sentence(write, monkeypatch):
    path = write("a,b\n")

    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UserError, match=r"ratings\.csv may not be read: permission denied"):
        table_of(path)
