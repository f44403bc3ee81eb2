"""Column segments: the rows of one import once more, as bytes of columns, to be read in one go.

A segment belongs to its batch, never changes, and goes when the batch goes. The type of a column stands in its name
("account:<i4"), so bytes can be understood without the program that wrote them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from xdrec_app.datasets.arrays import Floats, Ints, Longs
from xdrec_app.storage.schema import batch, segment
from xdrec_app.storage.sqlite import driver_cursor

CHUNK_BYTES = 4 << 20

Column = npt.NDArray[Any]


class RawRows(NamedTuple):
    """Rows as they were imported, in the order of the imports and of their files.

    Attributes
    ----------
    account, item
        Database keys, int32 where they fit, else int64.
    value
        float32.
    time
        int64 seconds since 1970 or `NO_TIME`.
    line
        Physical line in the file, int32 where that fits, else int64.
    action
        int32 positions in `action_names`; None where no file of the domain names actions.
    """

    account: Longs
    item: Longs
    value: Floats
    time: Longs
    line: Longs
    action: Ints | None = None
    action_names: tuple[str, ...] = ()


def smallest(numbers: npt.NDArray[np.int64]) -> Column:
    """Return whole numbers as int32 where they fit, else as int64."""
    bounds = np.iinfo(np.int32)
    fits = not len(numbers) or (int(numbers.max()) <= bounds.max and int(numbers.min()) >= bounds.min)
    return numbers.astype(np.int32, copy=False) if fits else numbers


def named_chunks(columns: Mapping[str, Column]) -> Iterator[tuple[str, int, bytes]]:
    """Yield columns as (name with type, number of the chunk, bytes)."""
    for name, column in columns.items():
        little = np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("<"))
        kind = f"{name}:{little.dtype.str}"
        size = max(1, CHUNK_BYTES // little.itemsize)
        for number, start in enumerate(range(0, len(little), size)):
            yield kind, number, little[start : start + size].tobytes()


def column_of(kind: str, chunks: list[bytes]) -> tuple[str, Column]:
    """Return the name and the values of a column from what :func:`named_chunks` gave, chunks in order."""
    name, _, dtype = kind.partition(":")
    return name, np.frombuffer(b"".join(chunks), dtype=np.dtype(dtype))


def write_segment(connection: Connection, batch_id: int, rows: RawRows) -> None:
    """Store the rows of a batch; the names of their actions stand with the batch."""
    columns = {
        "account": smallest(rows.account),
        "item": smallest(rows.item),
        "value": rows.value,
        "time": smallest(rows.time),
        "line": smallest(rows.line),
    }
    if rows.action is not None:
        columns["action"] = rows.action
    driver_cursor(connection).executemany(
        f"INSERT INTO {segment.name} (batch_id, name, chunk, data) VALUES ({int(batch_id)}, ?, ?, ?)",
        named_chunks(columns),
    )


def read_segments(connection: Connection, domain_id: int) -> RawRows:
    """Return the rows of all imports of a domain."""
    query = (
        select(segment.c.batch_id, segment.c.name, segment.c.data, batch.c.actions)
        .join(batch)
        .where(batch.c.domain_id == domain_id)
        .order_by(segment.c.batch_id, segment.c.name, segment.c.chunk)
    )
    batches: dict[int, dict[str, Any]] = {}
    for (batch_id, kind, actions), rows in groupby(connection.execute(query), key=_column_of_batch):
        name, column = column_of(kind, [row.data for row in rows])
        batches.setdefault(batch_id, {"action_names": tuple(json.loads(actions))})[name] = column
    return joined([RawRows(**columns) for columns in batches.values()])


def joined(parts: Sequence[RawRows]) -> RawRows:
    """Return the rows of all parts, in order."""
    if len(parts) == 1:
        return parts[0]._replace(time=parts[0].time.astype(np.int64, copy=False))

    def whole(name: str, least: type) -> Column:
        return np.concatenate([np.empty(0, least), *(getattr(part, name) for part in parts)])

    action, action_names = _joined_actions(parts)
    return RawRows(
        account=whole("account", np.int32),
        item=whole("item", np.int32),
        value=whole("value", np.float32),
        time=whole("time", np.int64),
        line=whole("line", np.int32),
        action=action,
        action_names=action_names,
    )


def _column_of_batch(row: Any) -> tuple[int, str, str]:
    return row.batch_id, row.name, row.actions


def _joined_actions(parts: Sequence[RawRows]) -> tuple[Ints | None, tuple[str, ...]]:
    """Return the actions of all parts in one numbering; where a file names none they are called ""."""
    if all(part.action is None for part in parts):
        return None, ()
    numbers: dict[str, int] = {}
    columns = []
    for part in parts:
        names = part.action_names if part.action is not None else ("",)
        of_name = np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int32)
        columns.append(np.full(len(part.item), of_name[0]) if part.action is None else of_name[part.action])
    return np.concatenate(columns), tuple(numbers)
