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
from sqlalchemy import Connection, delete, select

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.attributes import Attribute
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.storage.database import Database
from xdrec_app.storage.resolution import Resolution, ResolvedColumns
from xdrec_app.storage.schema import account, account_attribute, batch, domain, item, item_tag, snapshot
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
        items = _items(connection, domain_id)
        attributes = _attributes(connection, domain_id, resolution)
        tags = _tags(connection, domain_id)
        files = _files(connection, domain_id)
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
        titles=items.titles,
        texts=items.texts,
        tags=tuple([tuple(tags.get(key, ())) for key in resolution.item_keys.tolist()]),
        scale=resolution.scale,
        categories=items.categories,
        images=items.images,
        prices=np.array(items.prices, np.float32),
        attributes={name: attribute.take(columns.present) for name, attribute in attributes.items()},
        files=files,
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


class _ItemColumns(NamedTuple):
    """What is said of a domain's items, one entry each, ascending by id; a price that is not known is None."""

    titles: tuple[str, ...]
    texts: tuple[str, ...]
    categories: tuple[str, ...]
    images: tuple[str, ...]
    prices: tuple[float | None, ...]


def _items(connection: Connection, domain_id: int) -> _ItemColumns:
    cursor = driver_cursor(connection)
    rows = cursor.execute(
        f"SELECT title, text, category, image, price FROM {item.name} WHERE domain_id = ? ORDER BY item_id",
        (domain_id,),
    ).fetchall()
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * len(_ItemColumns._fields)
    return _ItemColumns(*columns)


def _attributes(connection: Connection, domain_id: int, resolution: Resolution) -> dict[str, Attribute]:
    """Return what is said of all people behind a domain's accounts; of several accounts the first is believed."""
    person_of = dict(zip(resolution.accounts.tolist(), resolution.person_of_account.tolist(), strict=True))
    said = driver_cursor(connection).execute(
        f"SELECT account_id, name, value FROM {account.name} JOIN {account_attribute.name} ON account_id = id "
        "WHERE domain_id = ? ORDER BY account_id",
        (domain_id,),
    )
    texts: dict[str, list[str]] = {}
    for account_id, name, value in said:
        of_name = texts.setdefault(name, [""] * len(resolution.people))
        person = person_of[account_id]
        of_name[person] = of_name[person] or value
    return {name: Attribute.of(of_name) for name, of_name in sorted(texts.items())}


def _files(connection: Connection, domain_id: int) -> tuple[tuple[str, int], ...]:
    """Return the files of interactions, and at which place among all raw rows each begins."""
    query = (
        select(batch.c.file_name, batch.c.imported + batch.c.merged)
        .where(batch.c.domain_id == domain_id, batch.c.kind == "interactions")
        .order_by(batch.c.id)
    )
    files, start = [], 0
    for name, n_rows in connection.execute(query):
        files.append((name, start))
        start += n_rows
    return tuple(files)


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
