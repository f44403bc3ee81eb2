"""Writing rows of interactions: many at a time, in order, and the index built anew where that is cheaper."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Index, func, select, text

from xdrec_app.datasets.arrays import Longs
from xdrec_app.datasets.repeats import pair_numbers
from xdrec_app.storage.bulk import next_key
from xdrec_app.storage.row_parts import Columns, times_or_none
from xdrec_app.storage.schema import batch, interaction, item_row
from xdrec_app.storage.sqlite import driver_cursor

ROWS_PER_STATEMENT = 50
"""One statement for many rows costs a third less than one for each."""

ROWS_PER_STEP = 50_000
SHARE_OF_ROWS = 0.6
"""Of the time that writing takes, rows against the rows of each item."""

REBUILD_INDEXES_FROM = 20_000
"""Fewer rows than this go into the index, or out of it, one by one."""

_FORGET_ITEM_ROWS = text(
    """
    DELETE FROM item_row WHERE (item_id, account_id, row_id) IN
      (SELECT item_id, account_id, id FROM interaction WHERE id BETWEEN :first AND :last)
    """
)
_FORGET_ROWS = text("DELETE FROM interaction WHERE id BETWEEN :first AND :last")


class Written(NamedTuple):
    """What is known of rows that were written.

    Attributes
    ----------
    first_row
        The key of the first; the others follow.
    n_repeated
        How many repeat the pair of another one.
    order
        int64 positions of the rows by (account, item), file order breaking ties.
    """

    first_row: int
    n_repeated: int
    order: Longs


def write_rows(
    connection: Connection, batch_id: int, rows: Columns, actions: tuple[str, ...]
) -> Generator[float, None, Written]:
    """Insert rows with keys without gaps; yields how much is done, 0 … 1.

    They are ordered by account and item: a person's rows lie together, and the index over them is built in order.

    """
    first_row = next_key(connection, interaction)
    pairs = pair_numbers(rows.account, rows.item)
    order: Longs = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    n_repeated = int(np.count_nonzero(pairs[1:] == pairs[:-1]))
    del pairs
    for start in range(0, len(order), ROWS_PER_STEP):
        part = order[start : start + ROWS_PER_STEP]
        _insert_many(connection, interaction.name, _cells(rows, part, actions), {"batch_id": int(batch_id)})
        yield SHARE_OF_ROWS * (start + len(part)) / len(order)
    accounts, items = rows.account[order], rows.item[order]
    by_item: Longs = np.argsort(_narrowed(items), kind="stable")  # the accounts ascend already
    for start in range(0, len(by_item), ROWS_PER_STEP):
        part = by_item[start : start + ROWS_PER_STEP]
        columns = {"item_id": items[part], "account_id": accounts[part], "row_id": part + first_row}
        _insert_many(connection, item_row.name, {name: column.tolist() for name, column in columns.items()})
        yield SHARE_OF_ROWS + (1 - SHARE_OF_ROWS) * (start + len(part)) / len(by_item)
    return Written(first_row, n_repeated, order)


def _narrowed(keys: Longs) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Return keys counted from the lowest and as narrow as they fit: 16 bits are sorted in linear time."""
    if not len(keys):
        return keys.astype(np.uint16)
    low, high = keys.min(), keys.max()
    narrowed: npt.NDArray[np.unsignedinteger[Any]] = (keys - low).astype(np.min_scalar_type(int(high - low)))
    return narrowed


def delete_rows(connection: Connection, first_row: int, last_row: int) -> None:
    """Delete the rows with these keys."""
    keys = {"first": first_row, "last": last_row}
    connection.execute(_FORGET_ITEM_ROWS, keys)
    connection.execute(_FORGET_ROWS, keys)


def _cells(rows: Columns, part: Longs, actions: tuple[str, ...]) -> dict[str, list[Any]]:
    columns: dict[str, Any] = {
        "line": rows.line[part].tolist(),
        "account_id": rows.account[part].tolist(),
        "item_id": rows.item[part].tolist(),
        "value": rows.value[part].tolist(),
        "time": times_or_none(rows.time[part]),
    }
    if rows.action is not None:
        columns["action"] = [actions[number] for number in rows.action[part].tolist()]
    return columns


def _insert_many(
    connection: Connection, table: str, columns: Mapping[str, Sequence[Any]], same: Mapping[str, int] | None = None
) -> None:
    """Insert rows that are given as columns; `same` is of all rows."""
    width, n_rows = len(columns), len(next(iter(columns.values())))
    cells: list[Any] = [None] * (width * n_rows)
    for place, column in enumerate(columns.values()):
        cells[place::width] = column
    constants = same or {}
    head = f"INSERT INTO {table} ({', '.join((*constants, *columns))}) VALUES "
    row = f"({', '.join((*map(str, constants.values()), *'?' * width))})"
    step = width * ROWS_PER_STATEMENT
    whole = len(cells) // step * step
    cursor = driver_cursor(connection)
    cursor.executemany(
        head + ", ".join([row] * ROWS_PER_STATEMENT), (cells[at : at + step] for at in range(0, whole, step))
    )
    cursor.executemany(head + row, (cells[at : at + width] for at in range(whole, len(cells), width)))


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
    for index in indexes:
        index.create(connection)
