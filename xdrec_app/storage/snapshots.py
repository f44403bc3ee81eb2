"""Domains as datasets want them: of each pair of a person and an item one row, in canonical order.

The rows come from the column segments; what their values mean and which of a repeated pair counts is decided here, by
the settings of the domain. The result is cached under the domain's revision, these settings and the links of accounts
to people; a cache that cannot be written is no error.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import Floats, Ints, Longs
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.repeats import resolve
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.datasets.signals import RawSignal
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import account, batch, domain, item, item_tag, person, snapshot
from xdrec_app.storage.segments import RawRows, column_of, named_chunks, read_segments, smallest
from xdrec_app.storage.signals import effective_signal

CACHE_FROM_ROWS = 100_000


class _Columns(NamedTuple):
    """The resolved rows of a domain, as they are cached.

    Attributes
    ----------
    present
        int32 positions of the people who have rows among all people of the domain's accounts, ascending.
    users
        int32 positions in `present`.
    items, values, times, file_order
        As in :class:`DomainTable`; `file_order` is int32 where that fits.
    """

    present: Ints
    users: Ints
    items: Ints
    values: Floats
    times: Longs
    file_order: Longs


def load_table(database: Database, domain_name: str) -> DomainTable:
    """Return a domain's resolved interactions with all its items.

    Raises
    ------
    UserError
        When there is no such domain; the sentence lists those there are.
    """
    with database.read() as connection:
        row = _find_domain(connection, domain_name)
        settings = effective_signal(row)
        people = _People(connection, row.id)
        keys, item_ids, titles, texts = _items(connection, row.id)
        tags = _tags(connection, row.id)
        digest = _digest(row.revision, settings, people)
        columns = _cached(connection, row.id, digest)
        if columns is None:
            columns = _resolved(people, keys, read_segments(connection, row.id), settings)
            may_write = not connection.exec_driver_sql("PRAGMA query_only").scalar_one()
        else:
            may_write = False
    if may_write and len(columns.users) >= CACHE_FROM_ROWS:
        _cache(database, row.id, digest, columns)
    return DomainTable(
        name=row.name,
        user_ids=tuple(people.names[number] for number in columns.present.tolist()),
        item_ids=item_ids,
        users=columns.users,
        items=columns.items,
        values=columns.values,
        times=columns.times,
        file_order=columns.file_order,
        titles=titles,
        texts=texts,
        tags=tuple(tuple(tags.get(key, ())) for key in keys.tolist()),
        scale=settings.signal.scale((row.scale_low, row.scale_high), settings),
    )


def load_signal(database: Database, domain_name: str) -> SignalSettings:
    """Return how the values of a domain are understood; raises as :func:`load_table` does."""
    with database.read() as connection:
        return effective_signal(_find_domain(connection, domain_name))


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
    """The people behind the accounts of a domain; `names` ascend."""

    def __init__(self, connection: Connection, domain_id: int) -> None:
        query = (
            select(account.c.id, person.c.name)
            .join(person)
            .where(account.c.domain_id == domain_id)
            .order_by(person.c.name)
        )
        rows = connection.execute(query).all()
        self.names: tuple[str, ...] = tuple(dict.fromkeys(row.name for row in rows))
        number_of = {name: number for number, name in enumerate(self.names)}
        self.accounts = np.array([row.id for row in rows], np.int64)
        self.of_account = np.array([number_of[row.name] for row in rows], np.int32)

    def numbers(self, accounts: Longs) -> Ints:
        """Return the position in `names` of the person behind each account."""
        return self.of_account[_positions(self.accounts, accounts)]


def _resolved(people: _People, item_keys: Longs, raw: RawRows, settings: SignalSettings) -> _Columns:
    values, counts = settings.signal.convert(RawSignal(raw.value, raw.action, raw.action_names), settings)
    users, items, times = people.numbers(raw.account), _positions(item_keys, raw.item), raw.time
    kept = np.arange(len(values))
    if not counts.all():
        kept = np.flatnonzero(counts)
        users, items, values, times = users[kept], items[kept], values[kept], times[kept]
    rows, values = resolve(users, items, values, times, settings.repeats)
    present, users = _compress(users[rows])
    return _Columns(present, users, items[rows], values, times[rows], kept[rows])


def _positions(keys: Longs, wanted: Longs) -> Ints:
    """Return where each wanted database key stands in `keys`, which are distinct and in any order."""
    if not len(keys):
        return np.empty(0, np.int32)
    first = int(keys.min())
    places = np.zeros(int(keys.max()) - first + 1, np.int32)
    places[keys - first] = np.arange(len(keys), dtype=np.int32)
    return places[wanted - wanted.dtype.type(first)]


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


def _compress(users: Ints) -> tuple[Ints, Ints]:
    """Number the people who occur anew; `users` ascends. Returns who occurs, and the new numbers."""
    if not len(users):
        return users, users
    starts = np.append(True, np.diff(users) != 0)
    return users[starts], (np.cumsum(starts) - 1).astype(np.int32)


def _digest(revision: int, settings: SignalSettings, people: _People) -> str:
    digest = hashlib.sha256(f"{revision} {settings.model_dump_json()}".encode())
    digest.update("\0".join(people.names).encode())
    digest.update(people.accounts.tobytes())
    digest.update(people.of_account.tobytes())
    return digest.hexdigest()


def _cached(connection: Connection, domain_id: int, digest: str) -> _Columns | None:
    query = (
        select(snapshot.c.name, snapshot.c.data)
        .where(snapshot.c.domain_id == domain_id, snapshot.c.digest == digest)
        .order_by(snapshot.c.name, snapshot.c.chunk)
    )
    found = {}
    for kind, rows in groupby(connection.execute(query), key=lambda row: row.name):
        name, column = column_of(kind, [row.data for row in rows])
        found[name] = column
    return _Columns(**found) if set(found) == set(_Columns._fields) else None


def _cache(database: Database, domain_id: int, digest: str, columns: _Columns) -> None:
    rows = [
        {"domain_id": domain_id, "digest": digest, "name": name, "chunk": number, "data": data}
        for name, number, data in named_chunks(columns._asdict() | {"file_order": smallest(columns.file_order)})
    ]
    with suppress(UserError), database.write(wait_s=0) as connection:
        connection.execute(delete(snapshot).where(snapshot.c.domain_id == domain_id))
        connection.execute(insert(snapshot), rows)
