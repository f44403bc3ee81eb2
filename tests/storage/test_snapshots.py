"""Snapshots: raw rows resolved by the policy, in canonical order, with or without the cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.formats.item_file import ItemFile
from xdrec_app.datasets.formats.user_file import UserFile
from xdrec_app.storage import snapshots
from xdrec_app.storage.database import Database, open_database
from xdrec_app.storage.ingest import ingest_interactions
from xdrec_app.storage.ingest_descriptions import ingest_items, ingest_users
from xdrec_app.storage.resolution import Resolution, ResolvedColumns
from xdrec_app.storage.snapshots import data_digest, domain_names, load_table
from xdrec_app.storage.workspace_file import create_workspace_file


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with create_workspace_file(tmp_path / "w.xdrec") as opened:
        yield opened


@pytest.fixture
def put(database: Database, tmp_path: Path):
    def put_file(content: str, domain: str = "Books", *, items: bool = False, signal=None) -> None:
        path = tmp_path / "file.csv"
        path.write_text(content, encoding="utf-8")
        if items:
            run(ingest_items(database, domain, ItemFile.open(path, Dialect(), {})))
        else:
            file = InteractionFile.open(path, Dialect(), {})
            run(ingest_interactions(database, domain, file, again=True, signal=signal))

    return put_file


def rows_of(table: DomainTable) -> list[tuple[str, str, float, int]]:
    return [
        (table.user_ids[user], table.item_ids[item], value, time)
        for user, item, value, time in zip(
            table.users.tolist(), table.items.tolist(), table.values.tolist(), table.times.tolist(), strict=True
        )
    ]


def test_rows_stand_in_canonical_order_whatever_the_order_of_the_file(database, put):
    put("user,item,rating,time\nb,z,1,1\na,10,2,2\nb,9,3,3\na,2,4,4\n")
    table = load_table(database, "Books")
    assert rows_of(table) == [("a", "10", 2.0, 2), ("a", "2", 4.0, 4), ("b", "9", 3.0, 3), ("b", "z", 1.0, 1)]
    assert table.user_ids == ("a", "b")
    assert table.item_ids == ("10", "2", "9", "z")
    assert table.file_order.tolist() == [1, 3, 2, 0]
    assert (table.scale, table.name) == ((1.0, 5.0), "Books")
    assert [
        column.dtype.name for column in (table.users, table.items, table.values, table.times, table.file_order)
    ] == [
        "int32",
        "int32",
        "float32",
        "int64",
        "int64",
    ]


def test_of_a_repeated_pair_the_last_by_time_counts(database, put):
    put("user,item,rating,time\na,x,1,300\na,x,2,100\n")
    put("user,item,rating,time\na,x,3,200\n")
    assert rows_of(load_table(database, "Books")) == [("a", "x", 1.0, 300)]


def test_file_order_breaks_ties_in_time_across_imports(database, put):
    put("user,item,rating,time\na,x,1,100\na,x,2,100\n")
    assert rows_of(load_table(database, "Books")) == [("a", "x", 2.0, 100)]
    put("user,item,rating,time\na,x,3,100\n")
    assert rows_of(load_table(database, "Books")) == [("a", "x", 3.0, 100)]


def test_without_times_the_later_row_counts(database, put):
    put("user,item,rating\na,x,5\na,x,1\n")
    assert rows_of(load_table(database, "Books")) == [("a", "x", 1.0, NO_TIME)]


def test_a_row_with_a_time_beats_one_without(database, put):
    put("user,item,rating,time\na,x,1,100\na,x,2,\n")
    assert rows_of(load_table(database, "Books")) == [("a", "x", 1.0, 100)]


def test_items_without_interactions_are_present_with_all_that_is_known_of_them(database, put):
    put("user,item,rating\na,2,5\n")
    put("item,title,tags,text\n1,One,x|y,about\n2,Two,,\n", items=True)
    table = load_table(database, "Books")
    assert table.item_ids == ("1", "2")
    assert table.items.tolist() == [1]
    assert (table.titles, table.texts, table.tags) == (("One", "Two"), ("about", ""), (("x", "y"), ()))


def test_categories_prices_and_pictures_of_items_are_loaded(database, put):
    put("user,item,rating\na,2,5\n")
    put("item,title,category,price,image\n1,One,Shoes > Running,7.50,a.png\n2,Two,,,\n", items=True)
    table = load_table(database, "Books")
    assert (table.categories, table.images) == (("Shoes > Running", ""), ("a.png", ""))
    np.testing.assert_array_equal(table.prices, np.array([7.5, np.nan], np.float32))


def test_attributes_belong_to_the_people_who_have_rows(database, put, tmp_path):
    put("user,item,rating\nb,1,5\nd,1,4\n")
    path = tmp_path / "people.csv"
    path.write_text("user,age,city\na,9,Ulm\nb,30,\nd,,Rom\n", encoding="utf-8")
    run(ingest_users(database, "Books", UserFile.open(path, Dialect(), {})))
    table = load_table(database, "Books")
    assert table.user_ids == ("b", "d")
    assert {name: attribute.texts() for name, attribute in table.attributes.items()} == {
        "age": ["30", ""],
        "city": ["", "Rom"],
    }


def test_a_domain_of_items_alone_has_no_rows(database, put):
    put("item,title\n1,One\n", items=True)
    table = load_table(database, "Books")
    assert (len(table), table.n_users, table.n_items, table.is_explicit) == (0, 0, 1, False)


def test_linked_accounts_are_one_person_with_one_row_for_each_item(database, put):
    put("user,item,rating,time\nann,x,1,1\nanna,x,2,2\nanna,y,3,3\nbob,x,4,4\n")
    with database.write() as connection:
        connection.execute(
            text("UPDATE account SET person_id = (SELECT id FROM person WHERE name = 'ann') WHERE user_id = 'anna'")
        )
    assert rows_of(load_table(database, "Books")) == [("ann", "x", 2.0, 2), ("ann", "y", 3.0, 3), ("bob", "x", 4.0, 4)]


def test_a_missing_domain_is_answered_with_those_there_are(database, put):
    with pytest.raises(UserError, match="There is no domain 'Books'") as caught:
        load_table(database, "Books")
    assert caught.value.hint == "Import a file first."
    put("user,item\na,b\n", "Movies")
    with pytest.raises(UserError) as caught:
        load_table(database, "Books")
    assert caught.value.hint == "There are: Movies."


def equal(one: DomainTable, other: DomainTable) -> bool:
    arrays = ("users", "items", "values", "times", "file_order")
    texts = ("name", "user_ids", "item_ids", "titles", "texts", "tags", "scale")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays) and all(
        getattr(one, name) == getattr(other, name) for name in texts
    )


N_COLUMNS = len(ResolvedColumns._fields)


def cached(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(text("SELECT count(*) FROM snapshot")).scalar_one()


def test_the_cache_gives_the_same_table_and_goes_with_the_revision(database, put, monkeypatch):
    monkeypatch.setattr(snapshots, "KEEP_FROM_ROWS", 1)
    put("user,item,rating,time\nb,y,1,9\na,x,2,8\nb,y,3,7\n")
    first = load_table(database, "Books")
    assert cached(database) == N_COLUMNS
    monkeypatch.setattr(Resolution, "resolve", lambda *_: pytest.fail("not from the cache"))
    assert equal(load_table(database, "Books"), first)
    monkeypatch.undo()
    monkeypatch.setattr(snapshots, "KEEP_FROM_ROWS", 1)
    put("user,item,rating,time\na,x,5,99\n")
    assert rows_of(load_table(database, "Books")) == [("a", "x", 5.0, 99), ("b", "y", 1.0, 9)]
    assert cached(database) == N_COLUMNS


def test_the_cache_does_not_outlive_a_new_link(database, put, monkeypatch):
    monkeypatch.setattr(snapshots, "KEEP_FROM_ROWS", 1)
    put("user,item,rating\nann,x,1\nbob,x,2\n")
    load_table(database, "Books")
    with database.write() as connection:
        connection.execute(text("UPDATE account SET person_id = 1"))
    assert rows_of(load_table(database, "Books")) == [("ann", "x", 2.0, NO_TIME)]


def test_reading_does_not_wait_for_a_writer(database, put, monkeypatch):
    monkeypatch.setattr(snapshots, "KEEP_FROM_ROWS", 1)
    put("user,item\na,b\n")
    with open_database(database.path) as other, other.write():
        assert len(load_table(database, "Books")) == 1
    assert cached(database) == 0


def test_a_database_that_is_open_for_reading_is_not_written(database, put, monkeypatch):
    monkeypatch.setattr(snapshots, "KEEP_FROM_ROWS", 1)
    put("user,item\na,b\n")
    with open_database(database.path, read_only=True) as reader:
        assert len(load_table(reader, "Books")) == 1
    assert cached(database) == 0


def test_the_digest_tells_data_apart_and_nothing_else(database, put):
    put("user,item\na,b\n", "Books")
    put("user,item\na,b\n", "Movies")
    both = data_digest(database, ["Books", "Movies"])
    assert both == data_digest(database, ["Movies", "Books"])
    assert both != data_digest(database, ["Books"]) != data_digest(database, ["Movies"])
    books = data_digest(database, ["Books"])
    put("user,item\na,c\n", "Movies")
    assert data_digest(database, ["Books"]) == books
    assert data_digest(database, ["Books", "Movies"]) != both
    assert domain_names(database) == ["Books", "Movies"]


def test_the_digest_of_a_missing_domain_is_a_sentence(database):
    with pytest.raises(UserError, match="There is no domain 'X'"):
        data_digest(database, ["X"])


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "B", "汉"]), st.sampled_from(["1", "10", "9"]), st.integers(1, 5), st.integers(1, 3)
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=25, deadline=None)
@given(first=ROWS, second=ROWS, with_time=st.booleans())
def test_resolving_agrees_with_a_plain_dictionary(tmp_path_factory, first, second, with_time):
    folder = tmp_path_factory.mktemp("resolve")
    last: dict[tuple[str, str], tuple[int, float]] = {}
    with create_workspace_file(folder / "w.xdrec") as database:
        for rows in (first, second):
            path = folder / "r.csv"
            lines = [f"{u},{i},{v}" + (f",{t}" if with_time else "") for u, i, v, t in rows]
            path.write_text("user,item,rating" + ",time" * with_time + "\n" + "\n".join(lines), encoding="utf-8")
            file = InteractionFile.open(path, Dialect(), {})
            run(ingest_interactions(database, "D", file, again=True, signal="ratings"))
            for user, item, value, time in rows:
                if not with_time or time >= last.get((user, item), (0, 0))[0]:
                    last[user, item] = (time, float(value))
        table = load_table(database, "D")
    assert [row[:3] for row in rows_of(table)] == [(*pair, last[pair][1]) for pair in sorted(last)]
