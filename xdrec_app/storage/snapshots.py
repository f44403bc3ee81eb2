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
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, select

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.storage.database import Database
from xdrec_app.storage.resolution import Resolution, ResolvedColumns
from xdrec_app.storage.schema import batch, domain, item, item_tag, snapshot
from xdrec_app.storage.segments import column_of, named_chunks, read_segments, smallest
from xdrec_app.storage.signals import effective_signal
from xdrec_app.storage.sqlite import driver_cursor

KEEP_FROM_ROWS = 100_000
"""Fewer rows are resolved as fast as they are read."""


def load_table(database: Database, domain_name: str) -> DomainTable:
    """Return a domain's resolved interactions with all its items.

    Raises
    ------
    UserError
        When there is no such domain; the sentence lists those there are.
    """
    with database.read() as connection:
        domain_id = int(_find_domain(connection, domain_name).id)
        resolution = Resolution.of(connection, domain_id)
        titles, texts = _texts(connection, domain_id)
        tags = _tags(connection, domain_id)
        digest = resolution.digest()
        columns = _stored(connection, domain_id, digest)
        is_new = columns is None
        if columns is None:
            columns = resolution.resolve(read_segments(connection, domain_id))
        may_write = not connection.exec_driver_sql("PRAGMA query_only").scalar_one()
    if is_new and may_write and len(columns.users) >= KEEP_FROM_ROWS:
        with suppress(UserError), database.write(wait_s=0) as writing:
            keep_snapshot(writing, domain_id, digest, columns)
    return DomainTable(
        name=domain_name,
        user_ids=tuple([resolution.people[number] for number in columns.present.tolist()]),
        item_ids=resolution.item_ids,
        users=columns.users,
        items=columns.items,
        values=columns.values,
        times=columns.times,
        file_order=columns.file_order,
        titles=titles,
        texts=texts,
        tags=tuple([tuple(tags.get(key, ())) for key in resolution.item_keys.tolist()]),
        scale=resolution.scale,
    )


def keep_snapshot(connection: Connection, domain_id: int, digest: str, columns: ResolvedColumns) -> None:
    """Keep the resolved rows of a domain, in the place of what was kept of it."""
    narrow = {"times": smallest(columns.times), "file_order": smallest(columns.file_order)}
    connection.execute(delete(snapshot).where(snapshot.c.domain_id == domain_id))
    driver_cursor(connection).executemany(
        f"INSERT INTO {snapshot.name} (domain_id, digest, name, chunk, data) VALUES ({int(domain_id)}, ?, ?, ?, ?)",
        ((digest, *chunk) for chunk in named_chunks(columns._asdict() | narrow)),
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


def _texts(connection: Connection, domain_id: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return titles and texts of a domain's items, ascending by id."""
    query = select(item.c.title, item.c.text).where(item.c.domain_id == domain_id).order_by(item.c.item_id)
    rows = connection.execute(query).all()
    return tuple([row.title for row in rows]), tuple([row.text for row in rows])


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


def _stored(connection: Connection, domain_id: int, digest: str) -> ResolvedColumns | None:
    query = (
        select(snapshot.c.name, snapshot.c.data)
        .where(snapshot.c.domain_id == domain_id, snapshot.c.digest == digest)
        .order_by(snapshot.c.name, snapshot.c.chunk)
    )
    found = {}
    for kind, rows in groupby(connection.execute(query), key=lambda row: row.name):
        name, column = column_of(kind, [row.data for row in rows])
        found[name] = column
    if set(found) != set(ResolvedColumns._fields):
        return None
    for name in ("times", "file_order"):
        found[name] = found[name].astype(np.int64, copy=False)
    return ResolvedColumns(**found)
