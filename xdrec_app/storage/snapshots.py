"""Domains as datasets want them: of each pair of a person and an item one row, in canonical order.

The rows come from the column segments; which of a repeated pair counts is decided here: the last by time, file order
breaking ties, rows without a time before all others. The order that this takes is cached under the domain's revision,
the policy and the links of accounts to people; a cache that cannot be written is no error.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import NO_TIME, Bools, Ints, Longs
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import account, batch, domain, item, item_tag, person, snapshot
from xdrec_app.storage.segments import column_of, named_chunks, read_segments, smallest

POLICY = "last by time, then by file order"
CACHE_FROM_ROWS = 100_000
ORDER = "order"


def load_table(database: Database, domain_name: str) -> DomainTable:
    """Return a domain's resolved interactions with all its items.

    Raises
    ------
    UserError
        When there is no such domain; the sentence lists those there are.
    """
    with database.read() as connection:
        row = _find_domain(connection, domain_name)
        people = _People(connection, row.id)
        keys, item_ids, titles, texts = _items(connection, row.id)
        tags = _tags(connection, row.id)
        raw = read_segments(connection, row.id)
        digest = _digest(row.revision, people.links)
        order = _cached_order(connection, row.id, digest)
        may_write = not connection.exec_driver_sql("PRAGMA query_only").scalar_one()
    users = people.numbers(raw.account)
    items = _positions(keys, raw.item)
    if order is None:
        order = _resolve(users, items, raw.time)
        if may_write and len(order) >= CACHE_FROM_ROWS:
            _cache_order(database, row.id, digest, order)
    present, users = _compress(users[order], people.names)
    return DomainTable(
        name=row.name,
        user_ids=present,
        item_ids=item_ids,
        users=users,
        items=items[order],
        values=raw.value[order],
        times=raw.time[order],
        file_order=order,
        titles=titles,
        texts=texts,
        tags=tuple(tuple(tags.get(key, ())) for key in keys.tolist()),
        scale=(row.scale_low, row.scale_high),
    )


def domain_names(database: Database) -> list[str]:
    """Return the names of all domains, in the order in which they were made."""
    with database.read() as connection:
        return list(connection.execute(select(domain.c.name).order_by(domain.c.id)).scalars())


def data_digest(database: Database, names: Sequence[str]) -> str:
    """Return a digest of the data of some domains, whatever their order: equal digests mean equal rows and items.

    Raises
    ------
    UserError
        When there is no such domain.
    """
    state = []
    with database.read() as connection:
        for name in sorted(set(names)):
            row = _find_domain(connection, name)
            files = connection.execute(
                select(batch.c.id, batch.c.sha256).where(batch.c.domain_id == row.id).order_by(batch.c.id)
            )
            state.append([row.name, row.revision, [list(file) for file in files]])
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()


def _find_domain(connection: Connection, name: str) -> Any:
    row = connection.execute(select(domain).where(domain.c.name == name)).one_or_none()
    if row is None:
        names = connection.execute(select(domain.c.name).order_by(domain.c.id)).scalars().all()
        hint = f"There are: {', '.join(names)}." if names else "Import a file first."
        raise UserError(f"There is no domain '{name}'.", hint)
    return row


class _People:
    """The people behind the accounts of a domain."""

    def __init__(self, connection: Connection, domain_id: int) -> None:
        query = (
            select(account.c.id, person.c.name)
            .join(person)
            .where(account.c.domain_id == domain_id)
            .order_by(account.c.id)
        )
        rows = connection.execute(query).all()
        self.names: tuple[str, ...] = tuple(sorted({row.name for row in rows}))
        number_of = {name: number for number, name in enumerate(self.names)}
        self._accounts = np.array([row.id for row in rows], np.int64)
        self._numbers = np.array([number_of[row.name] for row in rows], np.int32)
        self.links = hashlib.sha256(json.dumps([list(row) for row in rows]).encode()).hexdigest()

    def numbers(self, accounts: Longs) -> Ints:
        """Return the position in `names` of the person behind each account."""
        return self._numbers[_positions(self._accounts, accounts)]


def _positions(keys: Longs, wanted: Longs) -> Ints:
    """Return where each wanted database key stands in `keys`, which are distinct and in any order."""
    if not len(keys):
        return np.empty(0, np.int32)
    first = int(keys.min())
    places = np.zeros(int(keys.max()) - first + 1, np.int32)
    places[keys - first] = np.arange(len(keys), dtype=np.int32)
    return places[wanted - first]


def _items(connection: Connection, domain_id: int) -> tuple[Longs, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return keys, ids, titles and texts of a domain's items, ascending by id."""
    query = (
        select(item.c.id, item.c.item_id, item.c.title, item.c.text)
        .where(item.c.domain_id == domain_id)
        .order_by(item.c.item_id)
    )
    rows = connection.execute(query).all()
    if not rows:
        return np.empty(0, np.int64), (), (), ()
    keys, ids, titles, texts = zip(*rows, strict=True)
    return np.array(keys, np.int64), ids, titles, texts


def _tags(connection: Connection, domain_id: int) -> dict[int, list[str]]:
    query = (
        select(item_tag.c.item_id, item_tag.c.tag)
        .join(item)
        .where(item.c.domain_id == domain_id)
        .order_by(item_tag.c.item_id, item_tag.c.position)
    )
    tags: dict[int, list[str]] = {}
    for key, tag in connection.execute(query):
        tags.setdefault(key, []).append(tag)
    return tags


def _resolve(users: Ints, items: Ints, times: Longs) -> Longs:
    """Return the positions of the rows that count, ascending by (person, item)."""
    if not len(users):
        return np.empty(0, np.int64)
    pairs = users.astype(np.int64) * (int(items.max()) + 1) + items
    order: Longs = np.argsort(pairs, kind="stable")
    if (np.diff(pairs[order]) == 0).any() and (times != NO_TIME).any():
        order = np.lexsort((times, pairs))
    is_last: Bools = np.append(np.diff(pairs[order]) != 0, True)
    return order[is_last]


def _compress(users: Ints, names: tuple[str, ...]) -> tuple[tuple[str, ...], Ints]:
    """Leave out people without rows; `users` is ascending."""
    if not len(users):
        return (), users
    starts = np.append(True, np.diff(users) != 0)
    present = tuple(names[number] for number in users[starts].tolist())
    return present, (np.cumsum(starts) - 1).astype(np.int32)


def _digest(revision: int, links: str) -> str:
    return hashlib.sha256(json.dumps([revision, POLICY, links]).encode()).hexdigest()


def _cached_order(connection: Connection, domain_id: int, digest: str) -> Longs | None:
    query = (
        select(snapshot.c.name, snapshot.c.data)
        .where(snapshot.c.domain_id == domain_id, snapshot.c.digest == digest)
        .order_by(snapshot.c.name, snapshot.c.chunk)
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    order: Longs = column_of(rows[0].name, [row.data for row in rows])[1].astype(np.int64)
    return order


def _cache_order(database: Database, domain_id: int, digest: str, order: Longs) -> None:
    rows = [
        {"domain_id": domain_id, "digest": digest, "name": name, "chunk": number, "data": data}
        for name, number, data in named_chunks({ORDER: smallest(order)})
    ]
    with suppress(UserError), database.write(wait_s=0) as connection:
        connection.execute(delete(snapshot).where(snapshot.c.domain_id == domain_id))
        connection.execute(insert(snapshot), rows)
