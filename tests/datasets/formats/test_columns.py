"""Which column is which: by name, by value, by choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import TableFile
from xdrec_app.datasets.formats.columns import column_names, guess_kind, looks_like_header, resolve_roles


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
        ("用户ID,商品编号,点击,时间戳", {"user": 0, "item": 1, "value": 2, "time": 3}),
        ("userID,artistID,weight", {"user": 0, "item": 1, "value": 2}),
        ("hashed_customer_id,productCode,qty", {"user": 0, "item": 1, "value": 2}),
        ("user_id,movie_title,stars", {"user": 0, "item": 1, "value": 2}),
        (
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID",
            {"user": 6, "item": 1, "value": 3, "time": 4},
        ),
        ("timestamp,visitorid,event,itemid", {"user": 1, "item": 3, "time": 0, "action": 2}),
        ("user_id,item_id,domain,rating", {"user": 0, "item": 1, "value": 3, "domain": 2}),
        ("用户,商品,频道,评分", {"user": 0, "item": 1, "value": 3, "domain": 2}),
        ("user_id,item_id,category,rating", {"user": 0, "item": 1, "value": 3}),
        ("user_id,item_id,rating,title,price", {"user": 0, "item": 1, "value": 2}),
    ],
)
def test_roles_are_guessed_from_names(table, header, columns):
    row = ",".join(str(number) for number in range(header.count(",") + 1))
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
        (
            "asin,title,genres,category,price,imageURL",
            {"item": 0, "title": 1, "tags": 2, "category": 3, "price": 4, "image": 5},
        ),
        ("news_id,category,subcategory,title,abstract", {"item": 0, "title": 3, "text": 4, "tags": 1, "category": 2}),
        ("商品编号,商品名称,类目,价格,图片", {"item": 0, "title": 1, "tags": 2, "price": 3, "image": 4}),
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


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("1,9,2268318,pv,1511544070\n2,8,2268319,buy,1511544071\n", {"user": 0, "item": 1, "time": 4, "action": 3}),
        ("u1,i1,20210304\nu2,i2,20210305\n", {"user": 0, "item": 1, "time": 2}),
        ("u1,i1,04.03.2021,5\nu2,i2,05.03.2021,3\n", {"user": 0, "item": 1, "value": 3, "time": 2}),
        ("u1,i1,shop\nu2,i2,web\n", {"user": 0, "item": 1}),
        ("u1,2009-05-04T23:08:57Z,i1\nu1,2009-05-04T23:09:57Z,i2\n", {"user": 0, "item": 2, "time": 1}),
    ],
)
def test_actions_and_dates_are_known_without_a_header(table, text, columns):
    assert resolve_roles(table(text), "interactions", {}) == columns


def test_a_column_of_actions_needs_no_name(table):
    found = table("user_id,item_id,what,n\nu1,i1,view,1\nu1,i1,cart,1\n")
    assert resolve_roles(found, "interactions", {})["action"] == 2


def test_beside_actions_a_duration_is_no_value(table):
    found = table("user_id,item_id,event_type,duration\nu1,i1,view,30\n")
    assert "value" not in resolve_roles(found, "interactions", {})


def test_of_two_columns_with_the_name_of_a_value_the_one_that_holds_values_is_taken(table):
    found = table("user_id,item_id,label,clicks\nu1,i1,good,1\nu2,i2,bad,0\n")
    assert resolve_roles(found, "interactions", {})["value"] == 3


def test_of_two_columns_with_the_name_of_a_time_the_one_that_holds_times_is_taken(table):
    found = table("user_id,item_id,timestamp,date\nu1,i1,n/a,2021-03-04\nu2,i2,n/a,2021-03-05\n")
    assert resolve_roles(found, "interactions", {})["time"] == 3


def test_a_column_with_many_texts_names_no_domains(table):
    rows = "".join(f"u{number},i,site{number}.example\n" for number in range(50))
    assert "domain" not in resolve_roles(table("user_id,item_id,domain\n" + rows), "interactions", {})


def test_any_column_can_be_chosen_to_name_the_domains(table):
    found = table("user_id,item_id,category\n1,2,books\n3,4,films\n")
    assert resolve_roles(found, "interactions", {"domain": "category"})["domain"] == 2


@pytest.mark.parametrize("path", ["Shoes > Running", "Shoes / Running", "/Shoes/Running", "Shoes»Running"])
def test_categories_with_levels_are_a_path(table, path):
    assert resolve_roles(table(f"item_id,title,category\n1,a,{path}\n"), "items", {})["category"] == 2


@pytest.mark.parametrize("header", ["user_id,age,gender", "id,age,gender", "用户,年龄,城市", "customer_id,city,joined"])
def test_people_are_told_from_interactions(table, header):
    found = table(f"{header}\nu1,24,M\nu2,53,F\n")
    assert guess_kind(found) == "users"
    assert resolve_roles(found, "users", {}) == {"user": 0}


@pytest.mark.parametrize("text", ["user_id,bought\nu1,a\nu1,b\n", "user_id,what,rating\nu1,a,5\nu2,b,4\n"])
def test_a_file_in_which_people_recur_or_rate_holds_interactions(table, text):
    found = table(text)
    assert guess_kind(found) == "interactions"
    with pytest.raises(UserError, match="no column that looks like the item"):
        resolve_roles(found, "interactions", {})


def test_what_the_format_says_wins_over_guesses(table):
    found = table("user_id,item_id,rating,score\n1,2,3,4\n")
    said = replace(found, layout=replace(found.layout, roles={"value": "score", "item": "item_id", "title": "rating"}))
    assert resolve_roles(said, "interactions", {}) == {"user": 0, "item": 1, "value": 3}


def test_a_text_that_recurs_in_its_column_is_data_and_no_header():
    assert not looks_like_header([["u1", "i1", "click"], ["u2", "i2", "click"]])
    assert looks_like_header([["user", "item", "click"], ["u2", "i2", "1"]])


@given(st.lists(st.sampled_from(["a", "b", "", "a (2)", "column 1"]), max_size=8))
def test_columns_always_have_distinct_names(cells):
    names = column_names(cells)
    assert len(set(names)) == len(names) == len(cells)


def test_without_a_header_wordy_rows_are_items(table):
    assert guess_kind(table("1,Toy Story,a\n2,The Heat,b\n3,Jumanji Two,c\n")) == "items"
    assert guess_kind(table("1,Toy Story,a\n1,The Heat,b\n1,Jumanji Two,c\n")) == "interactions"
    assert guess_kind(table("u1,2020-01-31 10:00,a\nu2,2020-01-31 11:00,b\n")) == "interactions"


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
