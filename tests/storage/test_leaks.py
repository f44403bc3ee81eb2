import pytest
from sqlalchemy import insert, select, update

from xdrec_app.core.errors import UserError
from xdrec_app.storage.leaks import StoredPair, decide, domain_states, load_leaks, same_items, store_leak
from xdrec_app.storage.schema import domain, item, leak, same_item

PAIRS = [StoredPair(("b1", "f1"), 3, "raters"), StoredPair(("b2", "f2"), 9, "title raters")]


@pytest.fixture
def shop(database):
    """A workspace with two domains of three items each."""
    with database.write() as connection:
        for key, (name, letter) in enumerate((("books", "b"), ("films", "f")), start=1):
            connection.execute(insert(domain).values(id=key, name=name, revision=1, created_at=0))
            connection.execute(
                insert(item), [{"domain_id": key, "item_id": f"{letter}{number}"} for number in range(1, 4)]
            )
    return database


def found(database, pairs=PAIRS, body="{}"):
    states = domain_states(database)
    store_leak(database, states["books"], states["films"], body, pairs)


def test_a_finding_is_current_until_either_domain_changes(shop):
    found(shop, body='{"pairs": 2}')
    stored = load_leaks(shop)["books", "films"]
    assert stored.is_current and stored.decision == "keep" and stored.body == '{"pairs": 2}'
    with shop.write() as connection:
        connection.execute(update(domain).where(domain.c.name == "films").values(revision=2))
    assert not load_leaks(shop)["books", "films"].is_current


def test_pairs_are_told_from_either_side_most_raters_first(shop):
    found(shop)
    assert [pair.items for pair in same_items(shop, "books", "films")] == [("b2", "f2"), ("b1", "f1")]
    assert [pair.items for pair in same_items(shop, "films", "books")] == [("f2", "b2"), ("f1", "b1")]
    assert same_items(shop, "books", "films")[0].evidence == "title raters"


def test_a_new_finding_replaces_the_old_one_and_leaves_the_decision(shop):
    found(shop)
    decide(shop, ("films", "books"), "merge")
    found(shop, [StoredPair(("b3", "f3"), 5, "id")])
    assert load_leaks(shop)["books", "films"].decision == "merge"
    assert [pair.items for pair in same_items(shop, "books", "films")] == [("b3", "f3")]


def test_a_finding_about_data_that_have_changed_meanwhile_is_dropped(shop):
    states = domain_states(shop)
    with shop.write() as connection:
        connection.execute(update(domain).where(domain.c.name == "films").values(revision=2))
    store_leak(shop, states["books"], states["films"], "{}", PAIRS)
    assert load_leaks(shop) == {} and same_items(shop, "books", "films") == []


def test_only_what_was_audited_can_be_decided_about(shop):
    with pytest.raises(UserError, match="'books' and 'films'"):
        decide(shop, ("books", "films"), "exclude")
    with pytest.raises(UserError, match="no domain 'songs'"):
        decide(shop, ("books", "songs"), "exclude")


def test_a_finding_goes_with_its_domain(shop):
    found(shop)
    with shop.write() as connection:
        connection.execute(domain.delete().where(domain.c.name == "films"))
    with shop.read() as connection:
        assert connection.execute(select(leak)).all() == connection.execute(select(same_item)).all() == []
