"""What Arrow reads of a block is what the exact parser would read; whatever it would misread is left to that one."""

from __future__ import annotations

import pytest

from xdrec_app.datasets.formats.arrow_text import arrow_columns


def rows(body: str, delimiter: str = ",", **options: str) -> list[tuple[str, ...]] | None:
    columns = arrow_columns(body.encode(), delimiter, 2, [0, 1], **options)
    return None if columns is None else list(zip(*columns, strict=True))


def test_only_the_wanted_columns_are_read_in_their_order():
    columns = arrow_columns(b"a,b,c\nd,e,f\n", ",", 3, [2, 0])
    assert columns is not None
    assert [list(column) for column in columns] == [["c", "f"], ["a", "d"]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("007,NA\nnull,\n", [("007", "NA"), ("null", "")]),
        (" a , b \n", [(" a ", " b ")]),
        ("a,b\r\nc,d\r\n", [("a", "b"), ("c", "d")]),
        ('"a","b"\n"c","d"\n', [("a", "b"), ("c", "d")]),
        ('"a, b","say ""hi"""\n', [("a, b", 'say "hi"')]),
        ('"",""""\r\n', [("", '"')]),
        ("张三,é\n", [("张三", "é")]),
        (",\n", [("", "")]),
    ],
)
def test_ordinary_rows_are_read_as_text(body, expected):
    assert rows(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "a,b\nc\n",
        "a,b\nc,d,e\n",
        "a,b\n\nc,d\n",
        "\na,b\n",
        "a,b\r\n\r\nc,d\r\n",
        "a,b\rc,d\n",
        'a,b\rc,"x\ny"\n',
        'a,"b\nc"\n',
        'a,5" disc\n',
        'a,"b" \n',
        'a,""b\n',
        'a,"b,"c\n',
        'a,"b\n',
        'a,"b\nc",d\n',
        "a,b\0\n",
        "\ufeffa,b\n",
    ],
)
def test_a_block_with_anything_unusual_is_left_to_the_exact_parser(body):
    assert rows(body) is None


def test_a_quote_that_means_nothing_is_a_character():
    assert rows('a,5" disc\n"b,c\n', quote="") == [("a", '5" disc'), ('"b', "c")]
    assert rows("'a','b,c'\n\"d,e\n", quote="'") == [("a", "b,c"), ('"d', "e")]


def test_lines_of_comment_are_left_to_the_exact_parser():
    assert rows("a,b\n#c,d\n", comment="#") is None
    assert rows("a,b#\n", comment="#") == [("a", "b#")]


@pytest.mark.parametrize("delimiter", ["::", "，", "é", "||"])
def test_a_delimiter_of_several_bytes_is_read_too(delimiter):
    body = "".join(delimiter.join(cells) + "\n" for cells in [("a.", "b"), ("c", "")])
    assert rows(body, delimiter) == [("a.", "b"), ("c", "")]


def test_a_delimiter_of_several_bytes_for_which_nothing_can_stand_in_is_left_to_the_exact_parser():
    assert rows("a::b\x1c\x1d\x1e\x1f\n", "::") is None
    assert rows('"a"::b\n', "::") is None


def test_a_row_longer_than_the_blocks_of_arrow_is_one_row():
    long = "x" * (3 << 20)
    assert rows(f"a,{long}\nb,c\n") == [("a", long), ("b", "c")]
