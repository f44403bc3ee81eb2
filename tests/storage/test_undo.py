"""Undo: an import taken back leaves no trace of its own and every trace of the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.formats.item_file import ItemFile
from xdrec_app.datasets.formats.user_file import UserFile
from xdrec_app.storage.database import Database
from xdrec_app.storage.ingest import ingest_interactions
from xdrec_app.storage.ingest_descriptions import ingest_items, ingest_users
from xdrec_app.storage.undo import delete_domain, undo_import
from xdrec_app.storage.workspace_file import create_workspace_file

KINDS = {
    "rows": (InteractionFile, ingest_interactions, "user,item,rating"),
    "items": (ItemFile, ingest_items, "item,title,tags,price"),
    "users": (UserFile, ingest_users, "user_id,age,city"),
}

CONTENT = (
    """
    SELECT domain.name, user_id, person.name, item.item_id, value, time FROM interaction
    JOIN account ON account.id = account_id JOIN person ON person.id = person_id
    JOIN item ON item.id = interaction.item_id JOIN domain ON domain.id = item.domain_id
    """,
    """
    SELECT domain.name, item_id, title, text, category, price, image,
           (SELECT group_concat(tag) FROM item_tag WHERE item_tag.item_id = item.id)
    FROM item JOIN domain ON domain.id = domain_id
    """,
    """
    SELECT domain.name, user_id, account_attribute.name, value FROM account
    JOIN domain ON domain.id = domain_id LEFT JOIN account_attribute ON account_id = account.id
    """,
    "SELECT name FROM person",
    "SELECT name, scale_low, scale_high FROM domain WHERE id IN (SELECT domain_id FROM batch)",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with create_workspace_file(tmp_path / "w.xdrec") as opened:
        yield opened


def put(database: Database, kind: str, lines: list[str], domain: str = "Books", **wishes) -> int:
    file_class, ingest, header = KINDS[kind]
    path = database.path.with_name("file.csv")
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    chosen = {"user": "user_id"} if kind == "users" else {}
    return run(ingest(database, domain, file_class.open(path, Dialect(), chosen), again=True, **wishes)).batch


def content(database: Database) -> list[list[tuple]]:
    with database.read() as connection:
        return [sorted((tuple(row) for row in connection.execute(text(query))), key=repr) for query in CONTENT]


def leftovers(database: Database) -> list[tuple]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(text("PRAGMA foreign_key_check"))]


def test_an_undone_import_takes_its_rows_accounts_items_and_people_with_it(database):
    put(database, "rows", ["ann,x,5"])
    before = content(database)
    batch = put(database, "rows", ["ann,x,1", "bob,y,2", "bob,x,11"])
    assert content(database) != before
    run(undo_import(database, batch))
    assert content(database) == before
    assert leftovers(database) == []


def test_an_earlier_import_can_be_undone_and_later_ones_stay(database):
    first = put(database, "rows", ["ann,x,5", "bob,y,4"])
    put(database, "rows", ["ann,x,1", "cat,y,2"])
    run(undo_import(database, first))
    assert [row[1:5] for row in content(database)[0]] == [("ann", "ann", "x", 1.0), ("cat", "cat", "y", 2.0)]


def test_words_about_items_fall_back_to_what_the_other_imports_say(database):
    put(database, "items", ["1,Old,a|b,3.5"])
    batch = put(database, "items", ["1,New,c,", "2,Two,,9"])
    assert [row[1:3] for row in content(database)[1]] == [("1", "New"), ("2", "Two")]
    run(undo_import(database, batch))
    assert [row[1:] for row in content(database)[1]] == [("1", "Old", "", "", 3.5, "", "a,b")]


def test_words_about_people_fall_back_too(database):
    put(database, "rows", ["ann,x,5"])
    first = put(database, "users", ["ann,30,Rome", "zoe,20,Oslo"])
    put(database, "users", ["ann,31,"])
    assert ("Books", "ann", "age", "31") in content(database)[2]
    run(undo_import(database, first))
    assert content(database)[2] == [("Books", "ann", "age", "31")]


def test_an_item_that_a_file_of_items_names_outlives_the_interactions_that_brought_it(database):
    batch = put(database, "rows", ["ann,x,5"])
    put(database, "items", ["x,Title,,"])
    run(undo_import(database, batch))
    assert [row[1:3] for row in content(database)[1]] == [("x", "Title")]
    assert content(database)[3] == []


def test_a_missing_import_is_a_sentence(database):
    with pytest.raises(UserError, match="There is no import 7"):
        run(undo_import(database, 7))


def test_a_cancelled_undo_takes_nothing_back(database):
    batch = put(database, "rows", ["ann,x,5"])
    before = content(database)
    job = undo_import(database, batch)
    next(job)
    job.close()
    assert content(database) == before


def test_replacing_puts_a_file_in_the_place_of_all_interactions_of_its_domain_alone(database):
    put(database, "rows", ["ann,x,5"])
    put(database, "rows", ["ann,m,5"], "Movies")
    put(database, "items", ["x,Title,,"])
    put(database, "rows", ["bob,y,4"], mode="replace")
    rows, items, *_ = content(database)
    assert [row[:4] for row in rows] == [("Books", "bob", "bob", "y"), ("Movies", "ann", "ann", "m")]
    assert [row[1:3] for row in items if row[0] == "Books"] == [("x", "Title"), ("y", "")]


def test_a_deleted_domain_is_gone_with_its_people_and_the_other_domains_stay(database):
    put(database, "rows", ["ann,x,5", "bob,x,4"])
    put(database, "rows", ["ann,m,5"], "Movies")
    put(database, "users", ["ann,30,Rome"])
    run(delete_domain(database, "Books"))
    rows, items, _, people, domains = content(database)
    assert [row[:4] for row in rows] == [("Movies", "ann", "ann", "m")]
    assert [row[:2] for row in items] == [("Movies", "m")]
    assert (people, [row[0] for row in domains]) == ([("ann",)], ["Movies"])
    assert leftovers(database) == []


LINES = {
    "rows": st.tuples(*map(st.sampled_from, ("abc", "xyz", "123"))),
    "items": st.tuples(
        st.sampled_from("xyz"), st.sampled_from(["", "T", "U"]), st.sampled_from(["", "a|b"]), st.just("")
    ),
    "users": st.tuples(*map(st.sampled_from, ("abc", ["", "1", "2"], ["", "R"]))),
}
IMPORTS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(LINES[kind].map(",".join), min_size=1, max_size=5))
)


@settings(max_examples=25, deadline=None)
@given(imports=st.lists(IMPORTS, min_size=1, max_size=4), data=st.data())
def test_undoing_any_import_is_as_if_it_had_never_been(tmp_path_factory, imports, data):
    folder = tmp_path_factory.mktemp("undo")
    undone = data.draw(st.integers(0, len(imports) - 1))
    wishes = {"rows": {"signal": "ratings"}}
    with create_workspace_file(folder / "all.xdrec") as database:
        batches = [put(database, kind, lines, **wishes.get(kind, {})) for kind, lines in imports]
        run(undo_import(database, batches[undone]))
        found = content(database)
        assert leftovers(database) == []
    with create_workspace_file(folder / "without.xdrec") as database:
        for number, (kind, lines) in enumerate(imports):
            if number != undone:
                put(database, kind, lines, **wishes.get(kind, {}))
        assert found == content(database)
