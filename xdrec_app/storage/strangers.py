"""Domains that share nobody, each pair with ids of both and the likely cause."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import NamedTuple

from sqlalchemy import Connection, text

from xdrec_app.datasets.strangers import Cause, DomainIds, likely_cause
from xdrec_app.storage.links import link_settings
from xdrec_app.storage.sqlite import driver_cursor

SAMPLED, SAMPLED_OF_LARGER = 20_000, 200_000
"""Ids that are compared; enough of the larger domain for common ids to meet by chance."""

N_SHOWN = 5

_SIZES = """
    SELECT id, name, (SELECT count(*) FROM account WHERE domain_id = domain.id) AS n_users,
           (SELECT count(*) FROM item WHERE domain_id = domain.id) AS n_items
    FROM domain ORDER BY id
"""
# SQLite walks through a cross join in the order in which it is written.
_SHARE_SOMEBODY = """
    SELECT EXISTS (SELECT 1 FROM account AS one CROSS JOIN account AS other USING (person_id)
                   WHERE one.domain_id = :one AND other.domain_id = :other)
"""
_FIRST = "SELECT user_id FROM account WHERE domain_id = :domain ORDER BY id LIMIT :n"


class Strangers(NamedTuple):
    """Two domains that share nobody, a few ids of each, and why."""

    domains: tuple[str, str]
    samples: tuple[tuple[str, ...], tuple[str, ...]]
    cause: Cause


class _Domain(NamedTuple):
    id: int
    name: str
    n_users: int
    n_items: int


def diagnose(connection: Connection) -> list[Strangers]:
    """Return every pair of domains with people of which nobody is in both."""
    domains = [_Domain(*row) for row in connection.execute(text(_SIZES))]
    rules = link_settings(connection).rules
    found = []
    for one, other in combinations([domain for domain in domains if domain.n_users], 2):
        if not _share_somebody(connection, one, other):
            n_ids = SAMPLED if one.n_users <= other.n_users else SAMPLED_OF_LARGER
            n_others = SAMPLED_OF_LARGER if one.n_users <= other.n_users else SAMPLED
            cause = likely_cause(_ids(connection, one, n_ids), _ids(connection, other, n_others), rules)
            samples = (_first_ids(connection, one), _first_ids(connection, other))
            found.append(Strangers((one.name, other.name), samples, cause))
    return found


def _share_somebody(connection: Connection, one: _Domain, other: _Domain) -> bool:
    smaller, larger = sorted((one, other), key=lambda domain: domain.n_users)
    return bool(connection.execute(text(_SHARE_SOMEBODY), {"one": smaller.id, "other": larger.id}).scalar_one())


def _ids(connection: Connection, domain: _Domain, n_users: int) -> DomainIds:
    users = _sample(connection, domain, "SELECT user_id FROM account WHERE domain_id = ?", domain.n_users, n_users)
    items = _sample(connection, domain, "SELECT item_id FROM item WHERE domain_id = ?", domain.n_items, SAMPLED)
    return DomainIds(domain.name, users, items)


def _sample(connection: Connection, domain: _Domain, query: str, n_rows: int, n_wanted: int) -> list[str]:
    """Return ids at random places, the same ones each time; steps through two files might never meet."""
    rows = driver_cursor(connection).execute(query, (domain.id,))
    if n_rows <= n_wanted:
        return [id_ for (id_,) in rows]
    chosen = frozenset(Random(domain.id).sample(range(n_rows), n_wanted))
    return [id_ for place, (id_,) in enumerate(rows) if place in chosen]


def _first_ids(connection: Connection, domain: _Domain) -> tuple[str, ...]:
    return tuple(connection.execute(text(_FIRST), {"domain": domain.id, "n": N_SHOWN}).scalars())
