"""What linking people came to, in numbers, and how well ids fit the domains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from xdrec_app.storage.links import KEYED_ACCOUNTS, link_settings, provide_key
from xdrec_app.storage.sqlite import driver_cursor

_COUNTS = """
    SELECT count(*), coalesce(sum(accounts), 0), count(*) FILTER (WHERE low < high), coalesce(max(accounts), 0)
    FROM (SELECT count(*) AS accounts, min(domain_id) AS low, max(domain_id) AS high
          FROM account INDEXED BY account_person GROUP BY person_id)
"""
_LISTED = """
    SELECT count(*) FROM (SELECT DISTINCT id_space, user_id FROM identity JOIN domain ON domain.id = domain_id)
"""
_LISTED_AND_KNOWN = f"""
    {KEYED_ACCOUNTS}
    SELECT count(*) FROM (SELECT DISTINCT id_space, key
                          FROM keyed JOIN identity ON identity.domain_id = listed_at AND identity.user_id = key
                          JOIN domain ON domain.id = identity.domain_id)
"""


class LinkCounts(NamedTuple):
    """What linking came to.

    Attributes
    ----------
    people, accounts
        How many people the accounts belong to.
    linked
        People with accounts in more than one domain.
    largest
        The most accounts that one person has.
    """

    people: int
    accounts: int
    linked: int
    largest: int


def domain_keys(connection: Connection) -> dict[str, int]:
    """Return name → key of all domains, in the order in which they were made."""
    return {row.name: int(row.id) for row in connection.execute(text("SELECT id, name FROM domain ORDER BY id"))}


def count_links(connection: Connection) -> LinkCounts:
    """Count people and accounts."""
    return LinkCounts(*map(int, connection.execute(text(_COUNTS)).one()))


def unknown_ids(connection: Connection) -> int:
    """Count the ids of the stored mapping that no account has."""
    provide_key(connection, link_settings(connection))
    listed, known = (connection.execute(text(query)).scalar_one() for query in (_LISTED, _LISTED_AND_KNOWN))
    return int(listed - known)


def column_hits(
    connection: Connection, columns: Sequence[set[str]], key_of: Callable[[str], str]
) -> dict[int, list[int]]:
    """Count for each domain how many of some ids, column by column, are ids of its accounts.

    Parameters
    ----------
    columns
        Ids as `key_of` makes them.

    Returns
    -------
    dict
        Domain key → one count per column; of every domain with accounts.
    """
    wanted = frozenset().union(*columns)
    found: dict[int, set[str]] = {}
    for domain_id, user_id in driver_cursor(connection).execute("SELECT domain_id, user_id FROM account"):
        common = found.setdefault(domain_id, set())
        key = key_of(user_id)
        if key in wanted:
            common.add(key)
    return {domain_id: [len(common & ids) for ids in columns] for domain_id, common in found.items()}
