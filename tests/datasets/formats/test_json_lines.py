"""JSON: lines, literals of Python and arrays, every digit kept, broken records rejected one by one."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats import encodings, json_array
from xdrec_app.datasets.formats.json_array import ArrayDecoder
from xdrec_app.datasets.formats.json_lines import objects_of

REVIEW = (
    '{"reviewerID": "A2SUAM1J3GNN3B", "asin": "0000013714", "helpful": [0, 0], "reviewText": "Good, \\"really\\"",'
    ' "overall": 5.0, "unixReviewTime": 1252800000}\n'
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=6
)
OBJECTS = st.dictionaries(st.text(st.characters(codec="utf-8")), VALUES, max_size=4)


@pytest.fixture(params=["lines", "array", "indented array", "array in one line"])
def spelled(request):
    """Return what writes objects in one of the forms."""

    def spell(*objects: dict) -> str:
        if request.param == "lines":
            return "".join(json.dumps(row) + "\n" for row in objects)
        if request.param == "array":
            return "[" + ",\n".join(json.dumps(row) for row in objects) + "]"
        return json.dumps(objects, indent=2 if request.param == "indented array" else None)

    return spell


def test_reviews_of_amazon_are_read_packed_or_not(reading):
    for content in (REVIEW * 2, gzip.compress((REVIEW * 2).encode())):
        file = reading(content)
        assert file.key == "json_lines"
        assert file.columns == ("reviewerID", "asin", "helpful", "reviewText", "overall", "unixReviewTime")
        assert file.rows[1] == ("A2SUAM1J3GNN3B", "0000013714", "0|0", 'Good, "really"', "5.0", "1252800000")
        assert file.lines == [1, 2]
        assert file.all_chunks[-1].texts[:1] == [] or file.all_chunks[0].texts[0] == REVIEW.rstrip()


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"),
        ("12.10", "12.10"),
        ("1e999", "1e999"),
        ("NaN", "NaN"),
        ("null", ""),
        ("true", "true"),
        ('"007"', "007"),
        ('"\\u7528\\u6237"', "用户"),
        ('"\\ud83d\\ude00"', "😀"),
        ('"a\\ud83d"', "a\ufffd"),
        ('"a\\u0000b"', "a\ufffdb"),
        ('["a", ["b", null], 3]', "a|b|3"),
        ("[]", ""),
        ('[{"deep": 1}]', ""),
    ],
)
def test_a_value_becomes_its_exact_text(reading, value, cell):
    file = reading(f'{{"user": "u", "value": {value}}}\n')
    assert file.rows == file.sample == [("u", cell)]


def test_objects_within_objects_are_columns_with_dots(reading, spelled):
    file = reading(spelled({"a": {"b": 1, "c": {"d": "x"}}, "e.f": 2}, {"a": None, "e": {"f": 3}}))
    assert file.columns == ("a.b", "a.c.d", "e.f", "a")
    assert file.rows == [("1", "x", "2", ""), ("", "", "3", "")]


def test_columns_are_all_names_of_the_beginning_in_order(reading, spelled):
    file = reading(spelled({"user": "u1", "item": "i1"}, {"item": "i2", "stars": 4, "user": "u2"}))
    assert file.columns == ("user", "item", "stars")
    assert file.rows == file.sample == [("u1", "i1", ""), ("u2", "i2", "4")]
    assert file.lines == [1, 2]


def test_names_that_come_late_are_passed_over(reading):
    file = reading('{"user": "u", "item": "i"}\n' * 5_000 + '{"user": "v", "late": 1}\n')
    assert file.columns == ("user", "item")
    assert file.rows[-1] == ("v", "")


def test_variants_of_a_product_of_amazon_are_one_item(reading):
    assert reading('{"asin": "B1", "parent_asin": "B0", "user_id": "A"}\n').layout.roles == {"item": "parent_asin"}
    assert reading(REVIEW).layout.roles == {}


def test_lines_of_python_literals_are_read(reading):
    file = reading(
        "{'asin': '0001048791', 'title': \"Mog's Kittens\", 'price': 12.99, 'categories': [['Books', 'Cats']]}\n"
        "{'asin': '0000143561', 'salesRank': {'Movies & TV': 376041}, 'ok': True}\n"
        "{'asin': __import__('os').getcwd()}\n"
    )
    assert file.columns == ("asin", "title", "price", "categories", "salesRank.Movies & TV", "ok")
    assert file.rows == [
        ("0001048791", "Mog's Kittens", "12.99", "Books|Cats", "", ""),
        ("0000143561", "", "", "", "376041", "true"),
    ]
    assert [line.line for line in file.rejected] == [3]


@pytest.mark.parametrize("block", [16, 1 << 20])
def test_a_broken_line_is_rejected_with_its_number_and_the_reason(reading, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    monkeypatch.setattr(encodings, "HEAD_BYTES", block)
    lines = ['{"u": 1}', '{"u": 2', "", "[3]", '{"u": 4} {"u": 5}', "   ", '{"u": 6}', "[" * 100_000, '{"u": 7}\r']
    file = reading("\n".join(lines))
    assert file.rows == [("1",), ("6",), ("7",)]
    assert file.lines == [1, 7, 9]
    assert [(line.line, line.reason) for line in file.rejected] == [
        (2, "broken JSON at character 8: expecting ',' delimiter"),
        (4, "this is no JSON object"),
        (5, "broken JSON at character 10: extra data"),
        (8, "objects are nested too deeply"),
    ]
    assert file.rejected[0].text == '{"u": 2'


def test_lines_that_are_objects_only_together_are_rejected():
    found = objects_of(['{"a": [{"x": 1}', '{"y": 2}]}, {"c": 1}'], 1)
    assert found.objects == []
    assert [line.line for line in found.rejected] == [1, 2]


@pytest.mark.parametrize("block", [8, 64, 1 << 20])
def test_an_array_may_be_cut_anywhere_by_blocks(reading, spelled, monkeypatch, block):
    monkeypatch.setattr(encodings, "BLOCK_BYTES", block)
    monkeypatch.setattr(encodings, "HEAD_BYTES", block)
    objects = [{"user": f"用户 {n}", "item": [n, "}, {"]} for n in range(50)]
    file = reading(spelled(*objects))
    assert file.rows == [(f"用户 {n}", f"{n}|}}, {{") for n in range(50)]
    assert file.lines == list(range(1, 51))
    assert not file.rejected


@pytest.mark.parametrize(
    "text", ['[\n  {"a": 1},\n  {"a": 2 "b"},\n  {"a": 3}\n]', '[\n{"a": 1},\n{"a": 2,,},\n{"a": 3}\n]']
)
def test_after_a_broken_record_of_an_array_the_next_one_is_found(reading, text):
    file = reading(text)
    assert file.rows == [("1",), ("3",)]
    assert file.lines == [1, 3]
    assert [line.line for line in file.rejected] == [2]


def test_a_record_of_an_array_that_is_no_object_is_rejected(reading):
    file = reading('[{"a": 1}, 7, {"a": 2}]')
    assert file.rows == [("1",), ("2",)]
    assert file.rejected[0][:2] == (2, "7")


def test_an_array_that_is_cut_off_between_records_says_so(reading):
    assert reading('[{"a": 1},\n{"a": 2},\n').rejected[0].reason == "the file ends before the array does"


def test_an_array_that_is_cut_off_within_a_record_rejects_that_record(reading):
    file = reading('[\n{"a": 1},\n{"a": "x')
    assert file.rows == [("1",)]
    assert file.rejected[0][:2] == (2, '{"a": "x')


def test_what_follows_an_array_is_not_hidden(reading):
    assert reading('[{"a": 1}] [{"a": 2}]').rejected[0].reason == "text stands after the end of the array"


def test_a_broken_record_in_an_array_of_one_line_cannot_be_passed_over(reading):
    with pytest.raises(UserError, match=r"Record 2 of .* is broken"):
        reading('[{"a": 1}, {"a": oops}, {"a": 3}]')


def test_a_broken_record_is_known_as_such_after_enough_text(monkeypatch):
    monkeypatch.setattr(json_array, "MAX_LINE", 100)
    array = ArrayDecoder("file")
    found = array.feed('[\n{"a": oops},\n' + '{"a": 1},\n' * 20, at_end=False)
    assert len(found.objects) == 20
    assert [line.line for line in found.rejected] == [1]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"reviews": [\n' + '{"a": 1},\n' * 20 + '{"a": 1}\n]}', "neither one object a line nor an array"),
        ("[]", "holds an array of nothing"),
        ("[{}]", "hold nothing"),
        ('{"a": "' + "x" * 100_000 + '"}\n', "goes on for more than 64 KiB"),
        ('[{"a": "' + "x" * 100_000 + '"}]\n', "goes on for more than 64 KiB"),
    ],
)
def test_json_that_is_no_table_says_so(reading, content, sentence):
    with pytest.raises(UserError, match=sentence):
        reading(content)


@pytest.mark.parametrize("content", ["{7B1F},{22}\n{7B2F},{23}\n", "[user],[item]\n1,2\n"])
def test_braces_and_brackets_do_not_make_json(reading, content):
    assert reading(content).key == "delimited"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_other_encodings_are_read(reading, encoding):
    content = '{"用户": "张三", "商品": "红楼梦"}\n{"用户": "李四", "商品": "西游记"}\n'
    file = reading(content.encode(encoding))
    assert file.columns == ("用户", "商品")
    assert file.rows[1] == ("李四", "西游记")


@given(st.lists(OBJECTS, min_size=1, max_size=8), st.booleans())
def test_lines_decode_as_json_says_whatever_is_in_them(objects, ascii_only):
    lines = [json.dumps(row, ensure_ascii=ascii_only).replace("\x7f", "") for row in objects]
    found = objects_of(lines, 1)
    assert [row.keys() for row in found.objects] == [json.loads(line).keys() for line in lines]
    assert not found.rejected


@given(st.lists(st.text(), max_size=6))
def test_any_lines_are_decoded_or_rejected_each_by_itself(lines):
    plain = [line.replace("\n", "") for line in lines]
    found = objects_of(plain, 1)
    n_blank = sum(not line.strip() for line in plain)
    assert len(found.objects) + len(found.rejected) + n_blank == len(plain)
