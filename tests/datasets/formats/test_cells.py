"""Values, times, ids and tags of single lines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from xdrec_app.datasets.formats.base import Dialect
from xdrec_app.datasets.formats.cells import NOT_A_TIME, NOT_A_VALUE, parse_time, parse_value
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.formats.item_file import ItemFile

MOMENT = int(datetime(2020, 1, 31, 10, 30, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "value"), [("5", 5.0), (" 3.5 ", 3.5), ("-1e2", -100.0), ("4.0", 4.0), ("1e39", None), ("nan", None)]
)
def test_values(text, value):
    found = parse_value(text, decimal_comma=False)
    assert found is NOT_A_VALUE if value is None else found == value


@pytest.mark.parametrize("text", ["", "five", "1_000", "inf", "-inf", "1e400", "4,5", "0x10", "1,234.5"])
def test_what_is_no_finite_number_is_no_value(text):
    assert parse_value(text, decimal_comma=False) is NOT_A_VALUE


def test_a_decimal_comma_is_understood_where_the_comma_does_not_delimit():
    assert parse_value("4,5", decimal_comma=True) == 4.5
    assert parse_value("1,234,5", decimal_comma=True) is NOT_A_VALUE
    assert parse_value("1,234.5", decimal_comma=True) is NOT_A_VALUE


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("881250949", 881250949),
        (" 881250949.7 ", 881250949),
        ("-5", -5),
        (str(MOMENT * 1000 + 7), MOMENT),
        (str(MOMENT * 1_000_000 + 7), MOMENT),
        ("2020-01-31T10:30:00Z", MOMENT),
        ("2020-01-31 10:30", MOMENT),
        ("2020-01-31T11:30:00+01:00", MOMENT),
        ("2020-01-31", MOMENT - 10 * 3600 - 30 * 60),
        ("", None),
        ("  ", None),
    ],
)
def test_times(text, seconds):
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", ["yesterday", "31/01/2020", "1e17", "9" * 40, "9" * 5000, "nan", "inf", "2020-13-01"])
def test_what_is_no_time_is_not_guessed(text):
    assert parse_time(text) == NOT_A_TIME


@pytest.fixture
def interactions(tmp_path: Path):
    def make(text: str, **dialect: object) -> InteractionFile:
        path = tmp_path / "r.csv"
        path.write_text(text, encoding="utf-8")
        return InteractionFile.open(path, Dialect(**dialect), {})

    return make


def test_wrong_lines_are_rejected_with_their_reason_and_text(interactions):
    file = interactions(
        "user,item,rating,time\n"
        "u1,i1,5,100\n"
        " ,i1,5,100\n"
        "u2,  ,5,100\n"
        "u3,i1,good,100\n"
        "u4,i1,,100\n"
        "u5,i1,inf,100\n"
        "u6,i1,3,soon\n"
        "u7,i1\n"
        "u8,i1,2,\n"
    )
    [chunk] = [chunk for chunk in file.chunks() if chunk.lines or chunk.rejected]
    assert (chunk.users, chunk.values, chunk.times) == (["u1", "u8"], [5.0, 2.0], [100, None])
    assert [(line, reason) for line, _, reason in chunk.rejected] == [
        (3, "no user id"),
        (4, "no item id"),
        (5, "the value 'good' is not a number"),
        (6, "no value"),
        (7, "the value 'inf' is not a finite number"),
        (8, "the time 'soon' is not understood"),
        (9, "2 fields instead of 4"),
    ]
    assert chunk.rejected[2].text == "u3,i1,good,100"


def test_ids_stay_text(interactions):
    ids = ["007", "7", "7.0", "NA", "1e5", "9" * 40, "红楼梦", "a b"]
    file = interactions("user,item\n" + "".join(f" {id_} ,{id_}\n" for id_ in ids))
    users = [user for chunk in file.chunks() for user in chunk.users]
    items = [item for chunk in file.chunks() for item in chunk.items]
    assert users == items == ids


def test_without_a_value_column_every_value_is_one(interactions):
    file = interactions("user,item\na,b\n")
    assert [chunk.values for chunk in file.chunks() if chunk.lines] == [[1.0]]
    assert file.columns == {"user": "user", "item": "item"}


def test_whole_columns_of_milliseconds_are_seconds(interactions):
    file = interactions("u,i,5,1580466600000\nu,j,5,1580466600123\n")
    assert [list(chunk.times) for chunk in file.chunks() if chunk.lines] == [[1580466600, 1580466600]]


def test_a_sample_is_read_like_the_file(interactions):
    file = interactions("user;item;rating\na;b;4,5\nc;d;x\n")
    sample = file.sample()
    assert (sample.users, sample.values, sample.rejected[0].line) == (["a"], [4.5], 3)


@pytest.mark.parametrize(
    ("cells", "tags"),
    [
        (["Drama|Sci-Fi/Fantasy", "Comedy"], [("Drama", "Sci-Fi/Fantasy"), ("Comedy",)]),
        (["a; b ;a", ""], [("a", "b"), ()]),
        (['"a, b"', "c"], [("a", "b"), ("c",)]),
        (["a/b", "c"], [("a", "b"), ("c",)]),
        (["Movies & TV"], [("Movies & TV",)]),
    ],
)
def test_tags_are_separated_distinct_and_in_order(tmp_path, cells, tags):
    path = tmp_path / "items.csv"
    path.write_text("item,tags\n" + "".join(f"i{number},{cell}\n" for number, cell in enumerate(cells)))
    file = ItemFile.open(path, Dialect(delimiter=","), {})
    assert [item.tags for chunk in file.chunks() for item in chunk.items] == tags


def test_an_item_line_without_an_id_is_rejected(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("item,title\n1,a\n ,b\n")
    chunks = list(ItemFile.open(path, Dialect(), {}).chunks())
    assert [tuple(line) for chunk in chunks for line in chunk.rejected] == [(3, " ,b", "no item id")]
