"""Which column is which: by name, by value, by choice."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import TableFile
from xdrec_app.datasets.formats.columns import guess_kind, resolve_roles


@pytest.fixture
def table(tmp_path: Path):
    def make(text: str) -> TableFile:
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        return TableFile.open(path)

    return make


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("user_id,item_id,rating,timestamp", {"user": 0, "item": 1, "value": 2, "time": 3}),
        ("userId,movieId,rating,timestamp", {"user": 0, "item": 1, "value": 2, "time": 3}),
        ("reviewerID,asin,reviewText,overall,unixReviewTime", {"user": 0, "item": 1, "value": 3, "time": 4}),
        ("rating,title,text,asin,parent_asin,user_id,timestamp", {"user": 5, "item": 3, "value": 0, "time": 6}),
        ("User-ID,ISBN,Book-Rating", {"user": 0, "item": 1, "value": 2}),
        ("用户,商品,评分,时间", {"user": 0, "item": 1, "value": 2, "time": 3}),
        ("id,User ID,Product,stars", {"user": 1, "item": 2, "value": 3}),
        ("user,item", {"user": 0, "item": 1}),
    ],
)
def test_roles_are_guessed_from_names(table, header, columns):
    row = ",".join(f"x{number}" for number in range(header.count(",") + 1))
    found = table(f"{header}\n{row}\n")
    assert resolve_roles(found, "interactions", {}) == columns
    assert guess_kind(found) == "interactions"


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("item_id,title,genres,release_date,description", {"item": 0, "title": 1, "text": 4, "tags": 2}),
        ("movieId,name,tags", {"item": 0, "title": 1, "tags": 2}),
        ("id,title,categories", {"item": 0, "title": 1, "tags": 2}),
        ("商品,标题,标签,描述", {"item": 0, "title": 1, "text": 3, "tags": 2}),
    ],
)
def test_items_are_told_from_interactions(table, header, columns):
    row = ",".join(f"x{number}" for number in range(header.count(",") + 1))
    found = table(f"{header}\n{row}\n")
    assert guess_kind(found) == "items"
    assert resolve_roles(found, "items", {}) == columns


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ("u1,i1", {"user": 0, "item": 1}),
        ("1,2,3.5", {"user": 0, "item": 1, "value": 2}),
        ("1,2,5,881250949", {"user": 0, "item": 1, "value": 2, "time": 3}),
        ("1,2,881250949,5", {"user": 0, "item": 1, "value": 3, "time": 2}),
        ("1,2,881250949", {"user": 0, "item": 1, "time": 2}),
        ("1,2,4,2020-01-31 10:00", {"user": 0, "item": 1, "value": 2, "time": 3}),
    ],
)
def test_roles_are_guessed_from_values_without_a_header(table, row, columns):
    assert resolve_roles(table(f"{row}\n" * 3), "interactions", {}) == columns


def test_without_a_header_wordy_rows_are_items(table):
    assert guess_kind(table("1,Toy Story,a\n2,The Heat,b\n3,Jumanji Two,c\n")) == "items"


def test_a_choice_overrules_the_guess_and_takes_its_column(table):
    found = table("user_id,item_id,rating,asin\n1,2,3,4\n")
    assert resolve_roles(found, "interactions", {"item": "asin"}) == {"user": 0, "item": 3, "value": 2}
    assert resolve_roles(found, "interactions", {"item": "rating"}) == {"user": 0, "item": 2}


def test_an_empty_choice_means_that_no_column_has_the_role(table):
    assert resolve_roles(table("user,item,rating\n1,2,3\n"), "interactions", {"value": ""}) == {"user": 0, "item": 1}


def test_a_name_is_found_without_regard_to_case(table):
    assert resolve_roles(table("Who,What\na,2\nc,1\n"), "interactions", {"user": "who", "item": "WHAT"}) == {
        "user": 0,
        "item": 1,
    }


def test_columns_without_names_are_chosen_by_number(table):
    found = table("5,u1,i1\n4,u2,i2\n")
    chosen = {"user": "2", "item": "column 3", "value": "1"}
    assert resolve_roles(found, "interactions", chosen) == {"user": 1, "item": 2, "value": 0}


def test_an_unknown_column_is_answered_with_the_names_there_are(table):
    with pytest.raises(UserError, match=r"file\.csv has no column 'usr'") as caught:
        resolve_roles(table("user,item\n1,2\n"), "interactions", {"user": "usr"})
    assert caught.value.hint == "Its columns are: user, item."


def test_a_number_is_no_name_where_there_is_a_header(table):
    with pytest.raises(UserError, match="has no column '1'"):
        resolve_roles(table("user,item\n1,2\n"), "interactions", {"user": "1"})


def test_a_number_beyond_the_last_column_is_unknown(table):
    with pytest.raises(UserError, match="has no column '4'"):
        resolve_roles(table("1,2,3\n"), "interactions", {"user": "4"})


def test_a_column_cannot_have_two_roles(table):
    with pytest.raises(UserError, match="cannot be both user and item"):
        resolve_roles(table("user,item\n1,2\n"), "interactions", {"user": "user", "item": "user"})


def test_a_role_of_the_other_kind_is_refused(table):
    with pytest.raises(UserError, match="no column of the role 'title'"):
        resolve_roles(table("user,item\n1,2\n"), "interactions", {"title": "user"})


def test_a_header_that_says_nothing_known_is_a_question_not_a_guess(table):
    with pytest.raises(UserError, match="no column that looks like the user") as caught:
        resolve_roles(table("kunde,artikel,note\nk1,a1,5\n"), "interactions", {})
    assert "kunde, artikel, note" in caught.value.hint
