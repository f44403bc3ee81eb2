"""Writing rows of interactions: many at a time, and indexes built anew where that is cheaper than to keep them up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Index, func, select

from xdrec_app.datasets.arrays import Longs
from xdrec_app.datasets.repeats import pair_numbers
from xdrec_app.storage.bulk import next_key
from xdrec_app.storage.row_parts import Columns, times_or_none
from xdrec_app.storage.schema import batch, interaction
from xdrec_app.storage.sqlite import driver_cursor

ROWS_PER_STATEMENT = 50
"""One statement for many rows costs a third less than one for each."""

ROWS_PER_STEP = 50_000
REBUILD_INDEXES_FROM = 20_000
"""Fewer rows than this go into the indexes, or out of them, one by one."""

SORTED_AT_ONCE_KIB = 8192
"""SQLite sorts in portions of the size of its cache; portions that fit into the processor's are sorted faster."""


def write_rows(connection: Connection, batch_id: int, rows: Columns, actions: tuple[str, ...]) -> Iterator[float]:
    """Insert rows with keys without gaps; yields how much is done, 0 … 1.

    They are ordered by account and item: a person's rows lie together, and the index over them is built in order.
    """
    order: Longs = np.argsort(pair_numbers(rows.account, rows.item), kind="stable")
    for start in range(0, len(order), ROWS_PER_STEP):
        part = order[start : start + ROWS_PER_STEP]
        _insert(connection, batch_id, rows, part, actions)
        yield (start + len(part)) / len(order)


def _insert(connection: Connection, batch_id: int, rows: Columns, part: Longs, actions: tuple[str, ...]) -> None:
    columns: dict[str, Any] = {
        "line": rows.line[part].tolist(),
        "account_id": rows.account[part].tolist(),
        "item_id": rows.item[part].tolist(),
        "value": rows.value[part].tolist(),
        "time": times_or_none(rows.time[part]),
    }
    if rows.action is not None:
        columns["action"] = [actions[number] for number in rows.action[part].tolist()]
    width = len(columns)
    cells: list[Any] = [None] * (width * len(part))
    for place, column in enumerate(columns.values()):
        cells[place::width] = column
    cursor = driver_cursor(connection)
    head = f"INSERT INTO {interaction.name} (batch_id, {', '.join(columns)}) VALUES "
    row = f"({int(batch_id)}{', ?' * width})"
    step = width * ROWS_PER_STATEMENT
    whole = len(cells) // step * step
    cursor.executemany(
        head + ", ".join([row] * ROWS_PER_STATEMENT), (cells[at : at + step] for at in range(0, whole, step))
    )
    cursor.executemany(head + row, (cells[at : at + width] for at in range(whole, len(cells), width)))


def next_row(connection: Connection) -> int:
    """Return the key that the next row gets."""
    return next_key(connection, interaction)


def drop_indexes(connection: Connection, n_changing: int) -> list[Index]:
    """Drop the indexes of the rows if `n_changing` rows, coming or going, make it cheaper to build them again.

    Returns
    -------
    list
        What was dropped, to be built again in this order.
    """
    stored = select(func.coalesce(func.sum(batch.c.imported + batch.c.merged), 0)).where(batch.c.kind == "interactions")
    pays = n_changing >= REBUILD_INDEXES_FROM and 2 * n_changing > int(connection.execute(stored).scalar_one())
    indexes = sorted(interaction.indexes, key=lambda index: str(index.name)) if pays else []
    for index in indexes:
        index.drop(connection)
    return indexes


def build_indexes(connection: Connection, indexes: Sequence[Index]) -> None:
    """Build indexes anew."""
    if indexes:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{SORTED_AT_ONCE_KIB}")
    for index in indexes:
        index.create(connection)
