"""Which accounts are one person, by ids, rules and a mapping: stored once, applied to all accounts there are and come.

An account's *mark* is a text that all accounts of its person have in common. It comes from the account's id, as the
rules make it (its *key*), in the id space of its domain; the mapping declares keys of several spaces to be one mark. A
person is named by the id of its first account, in the order of domains; where two people would have the same name, the
later one's is followed by its domain. Interactions are never touched, so taking links back is exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from typing import Literal, NamedTuple

from sqlalchemy import Connection, text

from xdrec_app.core.events import Value
from xdrec_app.datasets.linking import Groups, Rule, key_maker
from xdrec_app.storage.schema import LINK_RULES
from xdrec_app.storage.sqlite import driver_cursor


class LinkSettings(Value):
    """How accounts become people.

    Attributes
    ----------
    rules
        How ids are made alike before they are compared.
    unlisted
        Ids that the mapping does not name, in domains for which it has different columns: apart, they are of different
        people; by_id, equal ones are one person nevertheless.
    """

    rules: tuple[Rule, ...] = ()
    unlisted: Literal["apart", "by_id"] = "apart"


class Links(NamedTuple):
    """How accounts are to be linked; without anything equal ids are one person.

    Attributes
    ----------
    spaces
        Domain key → column of the mapping, from 1, that holds its ids.
    groups
        Keys of these spaces that are one person.
    """

    settings: LinkSettings = LinkSettings()
    spaces: Mapping[int, int] = {}
    groups: Groups | None = None


def link_settings(connection: Connection) -> LinkSettings:
    """Return how accounts become people now."""
    query = text("SELECT body FROM setting WHERE name = :name")
    body = connection.execute(query, {"name": LINK_RULES}).scalar_one_or_none()
    return LinkSettings() if body is None else LinkSettings.model_validate_json(body)


def store_links(connection: Connection, links: Links) -> None:
    """Put links in the place of those stored; :func:`relink` applies them."""
    for statement in ("DELETE FROM identity", "UPDATE domain SET id_space = 0 WHERE id_space <> 0"):
        connection.execute(text(statement))
    connection.execute(text("DELETE FROM setting WHERE name = :name"), {"name": LINK_RULES})
    if links.settings != LinkSettings() or links.spaces:
        body = json.dumps(links.settings.model_dump(mode="json"))
        connection.execute(
            text("INSERT INTO setting (name, body) VALUES (:name, :body)"), {"name": LINK_RULES, "body": body}
        )
    cursor = driver_cursor(connection)
    cursor.executemany("UPDATE domain SET id_space = ? WHERE id = ?", [(at, key) for key, at in links.spaces.items()])
    domains_of: dict[int, list[int]] = {}
    for domain_id, space in connection.execute(text("SELECT id, id_space FROM domain WHERE id_space > 0")):
        domains_of.setdefault(space, []).append(domain_id)
    cursor.executemany(
        "INSERT INTO identity (domain_id, user_id, person) VALUES (?, ?, ?)",
        (
            (domain_id, key, mark)
            for (space, key), mark in (links.groups.marks() if links.groups else ())
            for domain_id in domains_of.get(space, ())
        ),
    )


def relink(connection: Connection) -> set[int]:
    """Give every account the person that the stored links say; in the caller's transaction.

    People are made and go as needed; domains with an account that changed its person get a new revision.

    Returns
    -------
    set of int
        The keys of these domains.
    """
    settings = _stored(connection)
    with _temporary(connection, "mover", "id INTEGER PRIMARY KEY, domain_id INTEGER, name TEXT"):
        if settings is None:
            connection.execute(text(_MOVERS_BY_ID))
        else:
            with (
                _temporary(connection, "marked", "id INTEGER PRIMARY KEY, mark TEXT, domain_id INTEGER, user_id TEXT"),
                _temporary(connection, "named", "mark TEXT PRIMARY KEY, first INTEGER, domain_id INTEGER, name TEXT"),
            ):
                _mark_accounts(connection, settings)
                connection.execute(text(_FIRST_ACCOUNTS))
                while connection.execute(text(_TELL_NAMESAKES_APART)).rowcount:
                    pass
                connection.execute(text(_MOVERS_BY_MARK))
        return _move(connection)


def person_names(connection: Connection, domain_id: int, user_ids: Sequence[str]) -> list[str]:
    """Return the name of the person to whom each new account of a domain belongs.

    The person may exist or not; where ids alone decide, the name is the id.

    Parameters
    ----------
    user_ids
        Distinct ids that have no account in the domain yet.
    """
    settings = _stored(connection)
    if settings is None:
        return list(user_ids)
    with (
        _temporary(connection, "newcomer", "place INTEGER PRIMARY KEY, mark TEXT, user_id TEXT"),
        _temporary(connection, "marked", "id INTEGER PRIMARY KEY, mark TEXT, domain_id INTEGER, user_id TEXT"),
        _temporary(connection, "known", "mark TEXT PRIMARY KEY, name TEXT"),
    ):
        driver_cursor(connection).executemany(
            "INSERT INTO newcomer (place, user_id) VALUES (?, ?)", enumerate(user_ids)
        )
        _mark_newcomers(connection, settings, domain_id)
        _mark_accounts(connection, settings)
        connection.execute(text(_KNOWN_PEOPLE))
        return _names_of_newcomers(connection, domain_id)


# An id is looked up in the mapping where it is listed: for a domain without a column, under the first one with one.
_SPACES = """
    SELECT id AS domain_id, CASE id_space WHEN 0 THEN coalesce(first_id, id) ELSE id END AS listed_at,
           CASE id_space WHEN 0 THEN coalesce(first_space, 0) ELSE id_space END AS space
    FROM domain LEFT JOIN (SELECT id AS first_id, id_space AS first_space FROM domain WHERE id_space > 0
                           ORDER BY id LIMIT 1)
"""
_MARK = "coalesce(identity.person, CASE WHEN :by_id THEN 0 ELSE space END || ':' || key)"
KEYED_ACCOUNTS = f"""
    WITH spaces AS MATERIALIZED ({_SPACES}),
    keyed AS MATERIALIZED (SELECT account.id, account.domain_id, user_id, listed_at, space, link_key(user_id) AS key
                           FROM account JOIN spaces USING (domain_id))
"""
_MARK_ACCOUNTS = f"""
    {KEYED_ACCOUNTS}
    INSERT INTO marked (id, mark, domain_id, user_id)
    SELECT id, {_MARK}, keyed.domain_id, keyed.user_id
    FROM keyed LEFT JOIN identity ON identity.domain_id = listed_at AND identity.user_id = key
"""
_MARK_NEWCOMERS = f"""
    WITH spaces AS MATERIALIZED ({_SPACES}),
    keyed AS MATERIALIZED (SELECT place, listed_at, space, link_key(user_id) AS key
                           FROM newcomer JOIN spaces ON spaces.domain_id = :domain)
    UPDATE newcomer SET mark = found.mark
    FROM (SELECT place, {_MARK} AS mark
          FROM keyed LEFT JOIN identity ON identity.domain_id = listed_at AND identity.user_id = key) AS found
    WHERE found.place = newcomer.place
"""
# SQLite takes the bare columns of a group from the row that has the minimum.
_FIRST_ACCOUNTS = """
    INSERT INTO named (mark, first, domain_id, name)
    SELECT mark, min(domain_id << 40 | id), domain_id, user_id FROM marked GROUP BY mark
"""
_TELL_NAMESAKES_APART = """
    UPDATE named SET name = name || ' (' || (SELECT name FROM domain WHERE domain.id = named.domain_id) || ')'
    WHERE mark IN (SELECT mark FROM (SELECT mark, row_number() OVER (PARTITION BY name ORDER BY first) AS place
                                     FROM named) WHERE place > 1)
"""
_MOVERS_BY_MARK = """
    INSERT INTO mover (id, domain_id, name)
    SELECT marked.id, marked.domain_id, named.name FROM marked JOIN named USING (mark)
    JOIN account ON account.id = marked.id JOIN person ON person.id = person_id WHERE person.name <> named.name
"""
_MOVERS_BY_ID = """
    INSERT INTO mover (id, domain_id, name)
    SELECT account.id, domain_id, user_id FROM account JOIN person ON person.id = person_id WHERE name <> user_id
"""
_KNOWN_PEOPLE = """
    INSERT OR IGNORE INTO known (mark, name)
    SELECT mark, person.name FROM marked JOIN account ON account.id = marked.id JOIN person ON person.id = person_id
    WHERE mark IN (SELECT mark FROM newcomer)
"""
_NEWCOMERS = """
    SELECT newcomer.mark, user_id, known.name,
           EXISTS (SELECT 1 FROM person WHERE person.name = user_id) AS is_taken
    FROM newcomer LEFT JOIN known USING (mark) ORDER BY place
"""
_MOVE = (
    "INSERT OR IGNORE INTO person (name) SELECT DISTINCT name FROM mover",
    """
    UPDATE account SET person_id = person.id FROM mover JOIN person ON person.name = mover.name
    WHERE mover.id = account.id
    """,
    "DELETE FROM person WHERE NOT EXISTS (SELECT 1 FROM account WHERE person_id = person.id)",
    "UPDATE domain SET revision = revision + 1 WHERE id IN (SELECT domain_id FROM mover)",
)


def _stored(connection: Connection) -> LinkSettings | None:
    """Return how accounts are linked; None where ids alone decide."""
    query = text("SELECT EXISTS (SELECT 1 FROM setting WHERE name = :name)")
    return link_settings(connection) if connection.execute(query, {"name": LINK_RULES}).scalar_one() else None


def provide_key(connection: Connection, settings: LinkSettings) -> None:
    """Make `link_key`, the function of the rules, known to a connection."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    driver.create_function("link_key", 1, key_maker(settings.rules), deterministic=True)


def _mark_accounts(connection: Connection, settings: LinkSettings) -> None:
    provide_key(connection, settings)
    connection.execute(text(_MARK_ACCOUNTS), {"by_id": settings.unlisted == "by_id"})


def _mark_newcomers(connection: Connection, settings: LinkSettings, domain_id: int) -> None:
    provide_key(connection, settings)
    connection.execute(text(_MARK_NEWCOMERS), {"by_id": settings.unlisted == "by_id", "domain": domain_id})


def _move(connection: Connection) -> set[int]:
    changed = set(connection.execute(text("SELECT DISTINCT domain_id FROM mover")).scalars())
    if changed:
        for statement in _MOVE:
            connection.execute(text(statement))
    return changed


def _names_of_newcomers(connection: Connection, domain_id: int) -> list[str]:
    domain_name = connection.execute(text("SELECT name FROM domain WHERE id = :id"), {"id": domain_id}).scalar_one()
    names: dict[str, str] = {}
    given: set[str] = set()
    found = []
    for mark, user_id, known, is_taken in connection.execute(text(_NEWCOMERS)).all():
        if known is not None:
            names[mark] = known
        elif mark not in names:
            is_free = not is_taken and user_id not in given
            names[mark] = user_id if is_free else _free_name(connection, user_id, domain_name, given)
            given.add(names[mark])
        found.append(names[mark])
    return found


def _free_name(connection: Connection, name: str, domain_name: str, given: Set[str]) -> str:
    is_name = text("SELECT EXISTS (SELECT 1 FROM person WHERE name = :name)")
    while True:
        name = f"{name} ({domain_name})"
        if name not in given and not connection.execute(is_name, {"name": name}).scalar_one():
            return name


@contextmanager
def _temporary(connection: Connection, name: str, columns: str) -> Iterator[None]:
    connection.execute(text(f"CREATE TEMP TABLE {name} ({columns})"))
    yield
    connection.execute(text(f"DROP TABLE {name}"))
