"""Domains that share nobody are found, with ids to compare."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from xdrec_app.datasets.linking import Groups
from xdrec_app.storage import strangers
from xdrec_app.storage.bulk import driver_cursor
from xdrec_app.storage.database import Database
from xdrec_app.storage.descriptions import make_accounts
from xdrec_app.storage.links import Links, LinkSettings, relink, store_links
from xdrec_app.storage.strangers import Strangers, diagnose


@pytest.fixture
def connection(database: Database):
    with database.write() as opened:
        yield opened


def add_domain(connection: Connection, name: str, user_ids: list[str], item_ids: list[str] | None = None) -> int:
    cursor = driver_cursor(connection)
    cursor.execute("INSERT INTO domain (name, created_at) VALUES (?, 0)", (name,))
    domain = int(cursor.lastrowid)
    make_accounts(connection, domain, user_ids)
    cursor.executemany(
        "INSERT INTO item (domain_id, item_id) VALUES (?, ?)", [(domain, item) for item in item_ids or ()]
    )
    return domain


def test_a_pair_with_one_common_person_is_no_pair_of_strangers(connection):
    add_domain(connection, "books", ["a", "b"])
    add_domain(connection, "films", ["b", "c"])
    assert diagnose(connection) == []


def test_strangers_come_with_the_first_ids_of_both_and_the_cause(connection):
    add_domain(connection, "books", [f"Reader{n}" for n in range(9)])
    add_domain(connection, "nothing", [])
    add_domain(connection, "films", ["reader3"])
    (pair,) = diagnose(connection)
    assert pair.domains == ("books", "films")
    assert pair.samples == (tuple(f"Reader{n}" for n in range(5)), ("reader3",))
    assert pair.cause.rule == "case" and pair.cause.sentence.startswith("One of the sampled ids")


def test_a_rule_that_is_applied_links_them_and_they_are_strangers_no_more(connection):
    add_domain(connection, "books", ["A"])
    add_domain(connection, "films", ["a"])
    store_links(connection, Links(LinkSettings(rules=("case",))))
    relink(connection)
    assert diagnose(connection) == []


def test_swapped_columns_are_seen_in_the_items(connection):
    people, things = [f"name{n}x" for n in range(30)], [str(n) for n in range(30)]
    add_domain(connection, "books", people, things)
    add_domain(connection, "films", things, people)
    (pair,) = diagnose(connection)
    assert "seem to be swapped in books" in pair.cause.sentence


def test_a_mapping_that_keeps_equal_ids_apart_is_named(connection):
    books, films = add_domain(connection, "books", ["1", "2"]), add_domain(connection, "films", ["1", "2"])
    lines = Groups()
    lines.join([(1, "7"), (2, "8")])
    store_links(connection, Links(LinkSettings(), {books: 1, films: 2}, lines))
    relink(connection)
    (pair,) = diagnose(connection)
    assert "2 of the sampled ids agree as they are" in pair.cause.sentence


def test_of_large_domains_samples_are_compared_whatever_their_order(connection, monkeypatch):
    monkeypatch.setattr(strangers, "SAMPLED", 100)
    monkeypatch.setattr(strangers, "SAMPLED_OF_LARGER", 500)
    add_domain(connection, "books", [f"U{n:05}" for n in range(2000)])
    add_domain(connection, "films", [f"u{n:05}" for n in reversed(range(3000))])
    (pair,) = diagnose(connection)
    assert pair.cause.rule == "case"
    assert 5 <= int(pair.cause.sentence.split()[0]) <= 60


def test_strangers_are_told_pair_by_pair(connection):
    for name, ids in (("books", ["a"]), ("films", ["b"]), ("songs", ["a", "c"])):
        add_domain(connection, name, ids)
    assert [pair.domains for pair in diagnose(connection)] == [("books", "films"), ("films", "songs")]
    assert all(isinstance(pair, Strangers) for pair in diagnose(connection))
