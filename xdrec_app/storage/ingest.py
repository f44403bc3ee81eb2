"""Files of interactions into a workspace: every line becomes a raw row of its batch or a rejected line with a reason.

Rows are kept as they are, repeated pairs too; which of them counts is decided when a dataset is built (`snapshots`).
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from itertools import repeat
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, func, select, update

from xdrec_app.core.events import Event
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import NO_TIME, Doubles, Longs
from xdrec_app.datasets.formats.interaction_file import InteractionChunk, InteractionFile
from xdrec_app.storage.bulk import (
    FileProgress,
    Ingested,
    Rejections,
    bulk_transaction,
    driver_cursor,
    find_or_make_domain,
    next_key,
    touch_domain,
    write_batch,
)
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import account, batch, domain, interaction, item, person
from xdrec_app.storage.segments import RawRows, read_segments, write_segment

ROWS_PER_INSERT = 50_000
REBUILD_INDEXES_FROM = 20_000
"""Fewer new rows than this go into the indexes one by one."""


def ingest_interactions(database: Database, domain_name: str, file: InteractionFile) -> Job[Ingested]:
    """Append a file to a domain, made if missing, in one transaction.

    An account is a user id in a domain; a new account belongs to the person of the same name, so the same id in two
    domains is one person.

    Raises
    ------
    UserError
        When the file cannot be read, nothing of it can be imported, or the workspace cannot be written.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        connection = yield from bulk_transaction(database, stack)
        progress = FileProgress(file.table)
        domain_id = find_or_make_domain(connection, domain_name)
        batch_id = next_key(connection, batch)
        rows = _Rows(connection, domain_id)
        rejections = Rejections(connection, batch_id)
        for chunk in file.chunks(progress.watch):
            rows.add(chunk)
            rejections.add(chunk.rejected)
            yield progress.reading()
        rejections.require_rows(file.table, rows.n_rows)
        columns = rows.join()
        n_merged = _n_repeated(connection, domain_id, columns)
        _write_accounts(connection, domain_id, rows.accounts.new)
        _write_items(connection, domain_id, rows.items.new)
        yield from _write_rows(connection, batch_id, columns, progress)
        write_segment(connection, batch_id, columns.raw())
        _widen_scale(connection, domain_id, columns.value)
        touch_domain(connection, domain_id)
        _verify(connection, domain_id, rows)
        outcome = Ingested(
            batch=batch_id,
            lines=rows.n_rows + rejections.count,
            imported=rows.n_rows - n_merged,
            merged=n_merged,
            rejected=rejections.count,
            elapsed_s=time.monotonic() - started,
        )
        write_batch(connection, batch_id, domain_id, "interactions", file.table, file.columns, progress, outcome)
    return outcome


class _Keys(dict[str, int]):
    """Ids → database keys; an id that is not known gets the next key and is noted in `new`."""

    def __init__(self, known: Iterable[tuple[str, int]], first_new: int) -> None:
        super().__init__(known)
        self.new: list[tuple[int, str]] = []
        self._next = first_new

    def __missing__(self, id_: str) -> int:
        key = self._next
        self._next += 1
        self[id_] = key
        self.new.append((key, id_))
        return key


class _Rows:
    """The accepted lines of a file as arrays, in file order."""

    def __init__(self, connection: Connection, domain_id: int) -> None:
        accounts = connection.execute(select(account.c.user_id, account.c.id).where(account.c.domain_id == domain_id))
        items = connection.execute(select(item.c.item_id, item.c.id).where(item.c.domain_id == domain_id))
        self.accounts = _Keys(((row.user_id, row.id) for row in accounts), next_key(connection, account))
        self.items = _Keys(((row.item_id, row.id) for row in items), next_key(connection, item))
        self.n_rows = 0
        self._parts: list[tuple[Longs, Longs, Doubles, Longs, Longs]] = []

    def add(self, chunk: InteractionChunk) -> None:
        """Take in the lines of a chunk."""
        n_rows = len(chunk.users)
        times = chunk.times if None not in chunk.times else [NO_TIME if at is None else at for at in chunk.times]
        self._parts.append(
            (
                np.fromiter(map(self.accounts.__getitem__, chunk.users), np.int64, n_rows),
                np.fromiter(map(self.items.__getitem__, chunk.items), np.int64, n_rows),
                np.array(chunk.values, np.float64),
                np.array(times, np.int64),
                np.array(chunk.lines, np.int64),
            )
        )
        self.n_rows += n_rows

    def join(self) -> _Columns:
        """Return all rows at once; the chunks are given up."""
        columns = _Columns(*(np.concatenate(parts) for parts in zip(*self._parts, strict=True)))
        self._parts.clear()
        return columns


class _Columns(NamedTuple):
    account: Longs
    item: Longs
    value: Doubles
    time: Longs
    line: Longs

    def raw(self) -> RawRows:
        return RawRows(self.account, self.item, self.value.astype(np.float32), self.time, self.line)


def _n_repeated(connection: Connection, domain_id: int, rows: _Columns) -> int:
    """Return how many rows repeat a pair that stands earlier in the file or in the domain."""
    earlier = read_segments(connection, domain_id)
    accounts = np.concatenate([earlier.account, rows.account])
    items = np.concatenate([earlier.item, rows.item])
    pairs = accounts * (int(items.max()) + 1) + items  # keys are far too few for this to leave int64
    n_before = _n_distinct(pairs[: len(earlier.account)])
    return len(rows.account) - (_n_distinct(pairs) - n_before)


def _n_distinct(numbers: Longs) -> int:
    """Count distinct numbers; sorting is several times faster here than the hashing of `np.unique`."""
    return int(np.count_nonzero(np.diff(np.sort(numbers)))) + 1 if len(numbers) else 0


def _write_accounts(connection: Connection, domain_id: int, new: list[tuple[int, str]]) -> None:
    cursor = driver_cursor(connection)
    cursor.executemany(f"INSERT OR IGNORE INTO {person.name} (name) VALUES (?)", ((user_id,) for _, user_id in new))
    cursor.executemany(
        f"INSERT INTO {account.name} (id, domain_id, user_id, person_id) "
        f"SELECT ?1, {int(domain_id)}, ?2, id FROM {person.name} WHERE name = ?2",
        new,
    )


def _write_items(connection: Connection, domain_id: int, new: list[tuple[int, str]]) -> None:
    driver_cursor(connection).executemany(
        f"INSERT INTO {item.name} (id, domain_id, item_id) VALUES (?, {int(domain_id)}, ?)", new
    )


def _write_rows(
    connection: Connection, batch_id: int, rows: _Columns, progress: FileProgress
) -> Generator[Event, None, None]:
    """Insert the rows ordered by account: a person's rows lie together and the index over them is built in order."""
    order = np.lexsort((rows.item, rows.account))
    indexes = (
        sorted(interaction.indexes, key=lambda index: str(index.name))
        if _rebuilding_pays(connection, len(order))
        else []
    )
    for index in indexes:
        index.drop(connection)
    cursor = driver_cursor(connection)
    statement = (
        f"INSERT INTO {interaction.name} (batch_id, line, account_id, item_id, value, time) VALUES (?, ?, ?, ?, ?, ?)"
    )
    for start in range(0, len(order), ROWS_PER_INSERT):
        part = order[start : start + ROWS_PER_INSERT]
        moments = rows.time[part]
        known: list[int | None] = moments.tolist()
        if (moments == NO_TIME).any():
            known = [None if at == NO_TIME else at for at in known]
        cursor.executemany(
            statement,
            zip(
                repeat(batch_id, len(part)),
                rows.line[part].tolist(),
                rows.account[part].tolist(),
                rows.item[part].tolist(),
                rows.value[part].tolist(),
                known,
                strict=True,
            ),
        )
        yield progress.storing(0.5 * (start + len(part)) / len(order))
    for done, index in enumerate(indexes, start=1):
        index.create(connection)
        yield progress.storing(0.5 + 0.5 * done / len(indexes))


def _rebuilding_pays(connection: Connection, n_new: int) -> bool:
    """Whether sorting all rows for new indexes is cheaper than entering the new ones in random order."""
    if n_new < REBUILD_INDEXES_FROM:
        return False
    stored = select(func.coalesce(func.sum(batch.c.imported + batch.c.merged), 0)).where(batch.c.kind == "interactions")
    return n_new > int(connection.execute(stored).scalar_one())


def _widen_scale(connection: Connection, domain_id: int, values: Doubles) -> None:
    low, high = float(values.min()), float(values.max())
    earlier = select(batch.c.id).where(batch.c.domain_id == domain_id, batch.c.kind == "interactions").limit(1)
    if connection.execute(earlier).first() is not None:
        stored = connection.execute(
            select(domain.c.scale_low, domain.c.scale_high).where(domain.c.id == domain_id)
        ).one()
        low, high = min(low, stored.scale_low), max(high, stored.scale_high)
    connection.execute(update(domain).where(domain.c.id == domain_id).values(scale_low=low, scale_high=high))


def _verify(connection: Connection, domain_id: int, rows: _Rows) -> None:
    """Answer for the foreign keys, which were off: every key that a row may name has its account, person and item."""
    of_accounts = select(func.count()).select_from(account.join(person)).where(account.c.domain_id == domain_id)
    of_items = select(func.count()).select_from(item).where(item.c.domain_id == domain_id)
    found = connection.execute(select(of_accounts.scalar_subquery(), of_items.scalar_subquery())).one()
    if tuple(found) != (len(rows.accounts), len(rows.items)):
        raise RuntimeError(f"accounts and items do not add up: {found}, {len(rows.accounts)}, {len(rows.items)}")
