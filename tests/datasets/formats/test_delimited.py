"""Delimited text: delimiters, quotes, comments, headers and line ends, guessed and wished."""

from __future__ import annotations

import time

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import encodings
from xdrec_app.datasets.formats.base import RejectedLine, formats
from xdrec_app.datasets.formats.records import BROKEN_QUOTES, NEVER_CLOSED
from xdrec_app.datasets.formats.text_columns import ListColumn

ROWS = [["user", "item", "rating"], ["u1", "i1", "5"], ["u2", "i2", "3"]]


def test_every_registered_format_can_be_loaded():
    assert "delimited" in [reader.key for reader in formats]
    assert not formats.broken


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", " ", "^", "~", "\x01", "\x1f"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(reading, delimiter, end):
    found = reading("".join(delimiter.join(row) + end for row in ROWS))
    dialect = found.layout.dialect
    assert (dialect.delimiter, dialect.has_header, dialect.quote, dialect.comment) == (delimiter, True, '"', "")
    assert found.rows == [("u1", "i1", "5"), ("u2", "i2", "3")]
    assert found.lines == [2, 3]


def test_a_decimal_comma_does_not_make_the_comma_the_delimiter(reading):
    assert reading("u1;i1;4,5\nu2;i2;3,5\nu3;i3;2,0\n").layout.dialect.delimiter == ";"


def test_commas_in_titles_do_not_beat_the_real_delimiter(reading):
    found = reading("id|title|genres\n1|Toy, Story|a\n2|Heat, The|b\n3|Jumanji, x|c\n")
    assert found.layout.dialect.delimiter == "|"


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("user,time\nu1,2020-01-01 12:30:00\nu2,2021-01-01 12:31:00\n", ","),
        ("title\nThe Matrix\nToy Story\nDie Hard\n", ","),
        ("time\n12:30\n12:31\n", ","),
    ],
)
def test_a_blank_or_a_colon_separates_only_what_nothing_else_does(reading, content, delimiter):
    found = reading(content)
    assert found.layout.dialect.delimiter == delimiter or found.layout.columns == ("time",)


@pytest.mark.parametrize("delimiter", ["，", "||", "#", "semicolon"])
def test_a_wish_may_be_any_delimiter(reading, delimiter):
    between = {"semicolon": ";"}.get(delimiter, delimiter)
    found = reading("".join(between.join(row) + "\n" for row in ROWS), delimiter=delimiter, quote='"')
    assert found.rows == [("u1", "i1", "5"), ("u2", "i2", "3")]


@pytest.mark.parametrize("delimiter", ['"', "\n", "", "much too long"])
def test_what_cannot_separate_columns_is_refused(reading, delimiter):
    with pytest.raises(UserError, match="cannot separate columns"):
        reading("a,b\n", delimiter=delimiter)


@pytest.mark.parametrize("quote", ["''", "\n", ",", "“"])
def test_what_cannot_enclose_fields_is_refused(reading, quote):
    with pytest.raises(UserError, match="cannot enclose fields"):
        reading("a,b\n", quote=quote, delimiter=",")


def test_a_line_end_cannot_begin_a_comment(reading):
    with pytest.raises(UserError, match="cannot begin a comment"):
        reading("a,b\n", comment="\n")


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
def test_a_header_is_told_from_a_first_row(reading, first_line, has_header):
    found = reading(f"{first_line}\nu1,i1,5\nu2,i2,3\n")
    assert found.layout.dialect.has_header is has_header
    assert len(found.rows) == (2 if has_header else 3)


def test_a_file_of_ids_alone_has_no_header(reading):
    assert reading("u1,i1\nu2,i2\n").columns == ("column 1", "column 2")


def test_a_user_may_overrule_every_guess(reading):
    wish = {"encoding": "latin-1", "delimiter": ";", "has_header": False, "quote": "'", "comment": "%", "decimal": ","}
    found = reading("% a comment\n'José';'it''s'\n".encode("latin-1"), **wish)
    assert found.rows == [("José", "it's")]
    assert found.layout.dialect.model_dump(exclude_none=True) == wish | {"encoding": "iso8859-1"}


def test_columns_without_a_name_or_with_the_same_name_stay_distinct(reading):
    assert reading(",user,item,user\n1,a,b,c\n").columns == ("column 1", "user", "item", "user (4)")


def test_a_byte_order_mark_is_no_part_of_the_first_name(reading):
    for wish in ({}, {"encoding": "utf-8"}):
        found = reading("\ufeffuser,item\nu1,i1\n", **wish)
        assert found.columns == ("user", "item")
        assert found.rows == [("u1", "i1")]


def test_a_header_without_the_column_of_line_numbers_that_r_writes(reading):
    found = reading('"user" "item" "rating"\n"1" "u1" "i1" 5\n"2" "u2" "i2" 3\n', delimiter=" ")
    assert found.columns == ("column 1", "user", "item", "rating")
    assert found.rows == [("1", "u1", "i1", "5"), ("2", "u2", "i2", "3")]


def test_a_delimiter_at_the_end_of_every_line_does_not_shift_the_columns(reading):
    found = reading("user,item,rating\nu1,i1,5,\nu2,i2,3,\n")
    assert found.columns == ("user", "item", "rating", "column 4")
    assert found.rows == [("u1", "i1", "5", ""), ("u2", "i2", "3", "")]


@pytest.mark.parametrize("block", [7, 64, 1 << 20])
def test_quotes_may_hold_delimiters_quotes_and_line_breaks(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    found = reading('item,title\n1,"a, b"\n2,"say ""hi"""\n3,"two\nlines"\n4,5" disc\n')
    assert found.rows == [("1", "a, b"), ("2", 'say "hi"'), ("3", "two\nlines"), ("4", '5" disc')]
    assert found.lines == [2, 3, 4, 6]


def test_apostrophes_are_quotes_where_they_enclose_fields(reading):
    found = reading("user,item,rating\n'u1','a, b',5\n'u2','it''s',3\n")
    assert found.layout.dialect.quote == "'"
    assert found.rows == [("u1", "a, b", "5"), ("u2", "it's", "3")]


def test_an_apostrophe_in_a_name_is_no_quote(reading):
    found = reading("item,title\n1,'Til Tuesday\n2,Rock 'n' Roll\n3,'quoted'\n4,plain\n")
    assert found.layout.dialect.quote == '"'
    assert found.rows[0] == ("1", "'Til Tuesday")


def test_quotes_of_a_tab_separated_file_that_enclose_nothing_are_characters(reading):
    found = reading('item\ttitle\n1\t"A" is for\n2\t"B" is for\n3\t5" disc\n')
    assert found.layout.dialect.quote == ""
    assert found.rows == [("1", '"A" is for'), ("2", '"B" is for'), ("3", '5" disc')]


def test_a_wish_takes_all_meaning_from_quotes(reading):
    assert reading('u1,"i1,5\nu2,"i2",3\n', quote="").rows == [("u1", '"i1', "5"), ("u2", '"i2"', "3")]


@pytest.mark.parametrize("block", [16, 1 << 20])
@pytest.mark.parametrize("mark", ["#", "%"])
def test_lines_of_comment_at_the_top_are_passed_over(reading, monkeypatch, mark, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    found = reading(f"{mark} a graph\n{mark} of friends\nuser,item\nu1,i1\n{mark} more\nu2,i2\n")
    assert found.layout.dialect.comment == mark
    assert found.columns == ("user", "item")
    assert (found.rows, found.lines) == ([("u1", "i1"), ("u2", "i2")], [4, 6])
    assert not found.rejected


def test_marks_of_comments_elsewhere_are_data(reading):
    assert reading("tag,item\n#love,1\n#joy,2\n").rows == [("#love", "1"), ("#joy", "2")]
    assert reading("#love,1\n#joy,2\n", has_header=False).rows == [("#love", "1"), ("#joy", "2")]
    assert reading("#love,1\n#joy,2\nlife,3\nart,4\nwar,5\n", has_header=False).lines == [1, 2, 3, 4, 5]


def test_a_header_that_is_marked_as_a_comment_is_a_header(reading):
    found = reading("# user,item,rating\nu1,i1,5\nu2,i2,3\n")
    assert found.columns == ("user", "item", "rating")
    assert len(found.rows) == 2


def test_a_wish_for_comments_overrides_the_guess(reading):
    assert reading("u1,i1\n//x\nu2,i2\n", comment="//").lines == [1, 3]
    content = "#,a,b\n#a,b\nu1,i1\nu2,i2\nu3,i3\n"
    assert reading(content, has_header=False).lines == [3, 4, 5]
    assert reading(content, has_header=False, comment="").lines == [2, 3, 4, 5]


@pytest.mark.parametrize("block", [5, 1 << 20])
def test_blank_lines_are_passed_over_and_still_counted(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    found = reading("user,item,rating\n\nu1,i1,5\n   \n\r\nu2,i2,3\n\n")
    assert found.lines == [3, 6]
    assert found.rejected == []


@pytest.mark.parametrize("block", [5, 1 << 20])
def test_a_ragged_line_is_rejected_with_its_number_and_the_count_of_fields(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    found = reading("user,item,rating\nu1,i1,5\nu2,i2\nu3,i3,4,x\nu4,i4,1\n")
    assert found.lines == [2, 5]
    assert found.rejected == [
        RejectedLine(3, "u2,i2", "2 fields instead of 3"),
        RejectedLine(4, "u3,i3,4,x", "4 fields instead of 3"),
    ]


def test_a_short_and_a_long_line_do_not_make_up_for_each_other(reading):
    found = reading("u0,i0,5\n" * 3 + "u1,i1\nu2,i2,3,4\n" + "u3,i3,5\n")
    assert [line for line, _, _ in found.rejected] == [4, 5]


@pytest.mark.parametrize(("broken", "n_slow"), [("u,i", 0), ('u,"i" x,5', 10_000), ("u\0,i,5", 10_000)])
def test_one_broken_line_in_a_block_leaves_the_lines_around_it_to_the_fast_reader(reading, broken, n_slow):
    lines = [f"u{n},i{n},5" for n in range(50_000)]
    lines[30_000] = broken
    found = reading("\n".join(["user,item,rating", *lines]) + "\n")
    assert [line for line, _, _ in found.rejected] == [30_002]
    assert found.lines == [n for n in range(2, 50_002) if n != 30_002]
    assert [row[0] for row in found.rows] == [line.split(",")[0] for line in lines if line != broken]
    exact = [chunk for chunk in found.all_chunks if isinstance(chunk.columns[0], ListColumn)]
    assert sum(len(chunk.lines) for chunk in exact[1:]) <= n_slow


@pytest.mark.parametrize("block", [16, 1 << 20])
def test_a_quote_that_is_never_closed_costs_its_own_line_only(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    found = reading('user,item,rating\nu1,i1,5\nu2,"i2,4\n' + "u3,i3,3\n" * 1000)
    assert len(found.rows) == 1001
    assert found.rejected == [RejectedLine(3, 'u2,"i2,4', NEVER_CLOSED)]
    assert len(found.sample) == 100


@pytest.mark.parametrize("row", ["u3,i3,3\n", '"u3","i3","3"\n'])
def test_an_open_quote_far_from_the_end_costs_one_line_and_little_time(reading, row):
    started = time.perf_counter()
    found = reading('user,item,rating\nu1,i1,5\nu2,"i2,4\n' + row * 300_000)
    assert sum(len(chunk.lines) for chunk in found.all_chunks) == 300_001
    assert [line for line, _, _ in found.rejected] == [3]
    assert time.perf_counter() - started < 10


def test_many_open_quotes_take_no_time_that_grows_with_their_square(reading):
    started = time.perf_counter()
    found = reading("user,item,rating\n" + 'u2,"i2,4\nu3,i3,3\n' * 100_000)
    assert (len(found.rows), len(found.rejected)) == (100_000, 100_000)
    assert time.perf_counter() - started < 10


def test_an_open_quote_is_given_up_after_a_limit(reading, monkeypatch):
    monkeypatch.setattr("xdrec_app.datasets.formats.records.MAX_RECORD", 1000)
    found = reading('user,item,rating\nu1,"i1,5\n' + "u3,i3,3\n" * 1000 + 'u4,i"4,4\nu5,i5",5\n')
    assert [(line, reason) for line, _, reason in found.rejected] == [(2, NEVER_CLOSED)]


def test_two_open_quotes_do_not_swallow_what_stands_between(reading):
    found = reading('user,item,rating\nu1,"i1,5\nu2,i2,4\nu3,"i3,3\nu4,i4,2\n')
    assert [row[0] for row in found.rows] == ["u2", "u4"]
    assert [line for line, _, _ in found.rejected] == [2, 4]


@pytest.mark.parametrize("block", [100, 1 << 20])
def test_records_of_several_lines_keep_their_numbers_and_texts(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    record = 'u{0},"two\r\nlines, ""{0}""",5\r\n'
    content = "user,text,rating\r\n" + "".join(record.format(n) for n in range(10_000)) + "u,x\r\n"
    found = reading(content)
    assert found.rows == [(f"u{n}", f'two\r\nlines, "{n}"', "5") for n in range(10_000)]
    assert found.lines == list(range(2, 20_002, 2))
    assert found.rejected == [RejectedLine(20_002, "u,x", "2 fields instead of 3")]
    texts = [text for chunk in found.all_chunks for text in chunk.texts]
    assert texts == [record.format(n).removesuffix("\r\n") for n in range(10_000)]


def test_text_after_a_closing_quote_is_rejected(reading):
    found = reading('user,item,rating\nu1,"i1"x,5\nu2,i2,4\n')
    assert found.rejected == [RejectedLine(2, 'u1,"i1"x,5', BROKEN_QUOTES)]


def test_line_ends_of_several_kinds_in_one_file(reading):
    assert reading("user,item\nu1,i1\r\nu2,i2\n").rows == [("u1", "i1"), ("u2", "i2")]
    mostly_returns = reading("user,item\ru1,i1\ru2,i2\ru3,i3\r\nu4,i4\n")
    assert mostly_returns.rows == [(f"u{n}", f"i{n}") for n in (1, 2, 3, 4)]
    assert mostly_returns.lines == [2, 3, 4, 5]


@pytest.mark.parametrize("block", [1, 3, 1 << 20])
def test_a_return_and_its_line_feed_in_two_blocks_are_one_line_end(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    monkeypatch.setattr(encodings, "HEAD_BYTES", 1)
    assert reading("user,item\ru1,i1\ru2,i2\ru3,i3\r\nu4,i4\r\nu5,i5\r").lines == [2, 3, 4, 5, 6]


def test_the_last_line_needs_no_end(reading):
    assert reading("user,item\nu1,i1\nu2,i2").rows == [("u1", "i1"), ("u2", "i2")]


def test_progress_ends_at_the_size_of_the_file(reading):
    found = reading("user,item\n" + "u1,i1\n" * 100_000)
    assert [chunk.done for chunk in found.all_chunks] == sorted(chunk.done for chunk in found.all_chunks)
    assert found.all_chunks[-1].done == found.table.path.stat().st_size
