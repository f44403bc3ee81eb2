"""Accounts become people: by equal ids, by rules, by a mapping; exactly, and back again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from xdrec_app.datasets.linking import RULES, Groups, key_maker
from xdrec_app.storage.bulk import driver_cursor
from xdrec_app.storage.database import Database
from xdrec_app.storage.descriptions import make_accounts
from xdrec_app.storage.link_counts import LinkCounts, column_hits, count_links, unknown_ids
from xdrec_app.storage.links import Links, LinkSettings, link_settings, person_names, relink, store_links
from xdrec_app.storage.workspace_file import create_workspace_file

DOMAINS = ("books", "films", "songs")


def add_domain(connection: Connection, name: str) -> int:
    cursor = driver_cursor(connection)
    cursor.execute("INSERT INTO domain (name, created_at) VALUES (?, 0)", (name,))
    return int(cursor.lastrowid)


def add(connection: Connection, domain: int, *user_ids: str) -> None:
    known = connection.execute(text("SELECT user_id FROM account WHERE domain_id = :d"), {"d": domain}).scalars().all()
    make_accounts(connection, domain, [id_ for id_ in dict.fromkeys(user_ids) if id_ not in known])


def people(connection: Connection) -> dict[str, list[str]]:
    """Name → accounts, like "films/u1"."""
    query = text(
        "SELECT person.name, domain.name || '/' || user_id FROM person LEFT JOIN account ON person_id = person.id "
        "LEFT JOIN domain ON domain.id = domain_id ORDER BY domain_id, account.id"
    )
    found: dict[str, list[str]] = defaultdict(list)
    for name, account in connection.execute(query):
        found[name].append(account)
    return dict(found)


def revisions(connection: Connection) -> dict[str, int]:
    return {row.name: row.revision for row in connection.execute(text("SELECT name, revision FROM domain"))}


def grouped(*lines: Sequence[tuple[int, str]]) -> Groups:
    groups = Groups()
    for line in lines:
        groups.join(line)
    return groups


def link(connection: Connection, links: Links | None = None) -> set[int]:
    store_links(connection, links or Links())
    return relink(connection)


@pytest.fixture
def world(database: Database):
    """Three domains; books and films have u1 in common, and songs writes its ids in capitals."""
    with database.write() as connection:
        books, films, songs = (add_domain(connection, name) for name in DOMAINS)
        add(connection, books, "u1", "u2")
        add(connection, films, "u1", "u3")
        add(connection, songs, "U1", "U2", "U9")
        yield connection


def test_equal_ids_are_one_person_by_default(world):
    assert people(world) == {
        "u1": ["books/u1", "films/u1"],
        "u2": ["books/u2"],
        "u3": ["films/u3"],
        "U1": ["songs/U1"],
        "U2": ["songs/U2"],
        "U9": ["songs/U9"],
    }
    assert relink(world) == set()
    assert count_links(world) == LinkCounts(people=6, accounts=7, linked=1, largest=2)


def test_rules_make_people_named_by_their_first_account(world):
    changed = link(world, Links(LinkSettings(rules=("case",))))
    assert people(world) == {
        "u1": ["books/u1", "films/u1", "songs/U1"],
        "u2": ["books/u2", "songs/U2"],
        "u3": ["films/u3"],
        "U9": ["songs/U9"],
    }
    assert changed == {3} and revisions(world) == {"books": 0, "films": 0, "songs": 1}
    assert count_links(world) == LinkCounts(people=4, accounts=7, linked=2, largest=3)


def test_linking_again_in_the_same_way_changes_nothing(world):
    settings_ = Links(LinkSettings(rules=("case",)))
    link(world, settings_)
    before = people(world), revisions(world)
    assert link(world, settings_) == set() and (people(world), revisions(world)) == before


def test_without_rules_and_mapping_everything_is_as_it_was(world):
    before = people(world)
    link(world, Links(LinkSettings(rules=("case",)), {1: 1, 3: 2}, grouped([(1, "u2"), (2, "u9")])))
    assert people(world) != before
    assert link(world) == {3}
    assert people(world) == before and link_settings(world) == LinkSettings()
    for table in ("identity", "setting"):
        assert world.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    assert world.execute(text("SELECT max(id_space) FROM domain")).scalar_one() == 0


def test_a_mapping_links_ids_and_keeps_equal_ones_of_its_columns_apart(world):
    link(world, Links(LinkSettings(), {1: 1, 2: 2}, grouped([(1, "u1"), (2, "u3")])))
    assert people(world) == {
        "u1": ["books/u1", "films/u3"],
        "u1 (films)": ["films/u1"],
        "u2": ["books/u2"],
        "U1": ["songs/U1"],
        "U2": ["songs/U2"],
        "U9": ["songs/U9"],
    }


def test_ids_that_a_mapping_does_not_name_may_be_linked_by_being_equal(world):
    links = Links(LinkSettings(unlisted="by_id"), {1: 1, 2: 2}, grouped([(1, "u2"), (2, "u3")]))
    link(world, links)
    found = people(world)
    assert found["u1"] == ["books/u1", "films/u1"] and found["u2"] == ["books/u2", "films/u3"]


def test_a_mapping_may_make_two_accounts_of_a_domain_one_person(world):
    link(world, Links(LinkSettings(), {1: 1, 2: 2}, grouped([(1, "u1"), (2, "u1")], [(1, "u1"), (2, "u3")])))
    assert people(world)["u1"] == ["books/u1", "films/u1", "films/u3"]


def test_domains_that_share_a_column_are_linked_by_equal_ids_too(world):
    add(world, 3, "u2")
    link(world, Links(LinkSettings(), {1: 1, 3: 1, 2: 2}, grouped([(1, "U9"), (2, "u1")])))
    found = people(world)
    assert found["u2"] == ["books/u2", "songs/u2"] and found["u1 (films)"] == ["films/u1", "songs/U9"]


def test_a_domain_without_a_column_goes_by_the_ids_of_the_first_that_has_one(world):
    add(world, 3, "u1", "u3")
    link(world, Links(LinkSettings(), {1: 1, 2: 2}, grouped([(1, "u1"), (2, "u3")])))
    found = people(world)
    assert found["u1"] == ["books/u1", "films/u3", "songs/u1"]
    assert found["u3"] == ["songs/u3"]


def test_rules_apply_to_the_ids_of_a_mapping(world):
    link(world, Links(LinkSettings(rules=("case",)), {1: 1, 3: 2}, grouped([(1, "u2"), (2, "u9")])))
    assert people(world)["u2"] == ["books/u2", "songs/U9"]


def test_a_name_that_is_taken_is_followed_by_the_domain_until_it_is_free(world):
    add(world, 1, "u1 (films)")
    link(world, Links(LinkSettings(), {1: 1, 2: 2}, grouped([(1, "u2"), (2, "u3")])))
    found = people(world)
    assert found["u1"] == ["books/u1"] and found["u1 (films)"] == ["books/u1 (films)"]
    assert found["u1 (films) (films)"] == ["films/u1"]


def test_ids_of_a_mapping_that_nobody_has_are_counted(world):
    lines = grouped([(1, "u1"), (2, "u3")], [(1, "new"), (2, "newer")], [(1, "u2"), (2, "gone")])
    link(world, Links(LinkSettings(), {1: 1, 2: 2, 3: 1}, lines))
    assert unknown_ids(world) == 3


def test_accounts_that_come_later_are_linked_in_the_same_way(world):
    rules = LinkSettings(rules=("case",))
    link(world, Links(rules, {1: 1, 2: 2}, grouped([(1, "late"), (2, "later")])))
    add(world, 1, "U3", "LATE", "late")
    add(world, 2, "Later", "LATE")
    news = add_domain(world, "news")
    add(world, news, "u3", "lAtE")
    found = people(world)
    assert found["LATE"] == ["books/LATE", "books/late", "films/Later", "news/lAtE"]
    assert found["LATE (films)"] == ["films/LATE"]
    assert found["U3"] == ["books/U3", "news/u3"] and found["u3"] == ["films/u3"]
    assert relink(world) == set()


def test_by_default_the_name_of_a_newcomer_is_its_id_after_one_query(world):
    statements: list[str] = []
    world.connection.driver_connection.set_trace_callback(statements.append)
    names = person_names(world, 1, ["x", "u1", "X"])
    world.connection.driver_connection.set_trace_callback(None)
    assert names == ["x", "u1", "X"] and len(statements) == 1


def test_nobody_remains_without_an_account(world):
    link(world, Links(LinkSettings(rules=("case",))))
    query = text("SELECT count(*) FROM person WHERE id NOT IN (SELECT person_id FROM account)")
    assert world.execute(query).scalar_one() == 0


def test_the_mapping_of_a_domain_that_is_gone_meanwhile_is_left_out(world):
    link(world, Links(LinkSettings(), {1: 1, 99: 2}, grouped([(1, "u1"), (2, "u3")])))
    assert world.execute(text("SELECT DISTINCT domain_id FROM identity")).scalars().all() == [1]


def test_ids_in_columns_are_counted_per_domain(world):
    hits = column_hits(world, [{"u1", "u2", "zz"}, {"u9"}], str.lower)
    assert hits == {1: [2, 0], 2: [1, 0], 3: [2, 1]}


ids = st.sampled_from(["a", "A", "ａ", "b", "B ", "b", "a (films)", "1:a", "c"])
accounts = st.lists(st.tuples(st.integers(1, 3), ids), max_size=14, unique=True)
mappings = st.lists(st.lists(st.tuples(st.integers(1, 2), ids), min_size=1, max_size=3), max_size=4)
link_choices = st.builds(
    lambda rules, spaces, unlisted, lines: (LinkSettings(rules=rules, unlisted=unlisted), spaces, lines),
    st.sets(st.sampled_from(RULES)).map(tuple),
    st.dictionaries(st.integers(1, 3), st.integers(1, 2)),
    st.sampled_from(["apart", "by_id"]),
    mappings,
)


def expected_people(choice, rows) -> set[frozenset[tuple[int, str]]]:
    """The definition, in plain words of Python."""
    chosen, spaces, lines = choice
    key_of = key_maker(chosen.rules)
    groups = grouped(*[[(space, key_of(id_)) for space, id_ in line] for line in lines]) if spaces else Groups()
    marks = dict(groups.marks())
    default = spaces[min(spaces)] if spaces else 0
    found = defaultdict(set)
    for domain, id_ in rows:
        node = (spaces.get(domain, default), key_of(id_))
        listed = node in marks
        unlisted = ("id", node[1]) if chosen.unlisted == "by_id" else ("node", node)
        found[("mark", marks[node]) if listed else unlisted].add((domain, id_))
    return {frozenset(accounts) for accounts in found.values()}


def links_of(choice) -> Links:
    chosen, spaces, lines = choice
    key_of = key_maker(chosen.rules)
    return Links(chosen, spaces, grouped(*[[(space, key_of(id_)) for space, id_ in line] for line in lines]))


def partition(connection: Connection) -> set[frozenset[tuple[int, str]]]:
    found = defaultdict(set)
    for row in connection.execute(text("SELECT domain_id, user_id, person_id FROM account")):
        found[row.person_id].add((row.domain_id, row.user_id))
    return {frozenset(rows) for rows in found.values()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(accounts, accounts, link_choices, st.randoms(use_true_random=False))
def test_people_are_as_defined_however_the_accounts_came(database, early, late, choice, random):
    with database.write() as connection:
        for table in ("account", "person", "identity", "setting", "domain"):
            connection.execute(text(f"DELETE FROM {table}"))
        for name in DOMAINS:
            add_domain(connection, name)
        for domain, id_ in early:
            add(connection, domain, id_)
        link(connection, links_of(choice))
        for domain in random.sample([1, 2, 3], 3):
            add(connection, domain, *[id_ for at, id_ in late if at == domain])
        wanted = expected_people(choice, {*early, *late})
        assert partition(connection) == wanted
        relink(connection)
        assert partition(connection) == wanted and relink(connection) == set()
        link(connection)
        assert all({name} == {account.partition("/")[2] for account in of} for name, of in people(connection).items())


def test_a_failure_midway_leaves_people_as_they_were(database: Database, monkeypatch: pytest.MonkeyPatch):
    with database.write() as connection:
        books = add_domain(connection, "books")
        add(connection, books, "a", "A")
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        link(connection, Links(LinkSettings(rules=("case",))))
        raise ZeroDivisionError
    with database.write() as connection:
        assert people(connection) == {"a": ["books/a"], "A": ["books/A"]}
        link(connection, Links(LinkSettings(rules=("case",))))  # the temporary tables are gone too
        assert list(people(connection)) == ["a"]


def test_the_workspace_remembers_how_people_are_linked(tmp_path: Path):
    path = tmp_path / "w.xdrec"
    chosen = LinkSettings(rules=("trim", "email"), unlisted="by_id")
    with create_workspace_file(path) as database:
        with database.write() as connection:
            store_links(connection, Links(chosen))
        with database.read() as connection:
            assert link_settings(connection) == chosen
