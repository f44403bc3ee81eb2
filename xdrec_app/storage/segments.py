"""Column segments: the rows of one import once more, as bytes of columns, to be read in one go.

A segment belongs to its batch, never changes, and goes when the batch goes. The type of a column stands in its name
("account:<i4"), so bytes can be understood without the program that wrote them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, insert, select

from xdrec_app.datasets.arrays import Floats, Longs
from xdrec_app.storage.schema import batch, segment

CHUNK_BYTES = 4 << 20

Column = npt.NDArray[Any]


class RawRows(NamedTuple):
    """Rows as they were imported, in the order of the imports and of their files.

    Attributes
    ----------
    account, item
        int64 database keys.
    value
        float32.
    time
        int64 seconds since 1970 or `NO_TIME`.
    line
        int64 physical line in the file.
    """

    account: Longs
    item: Longs
    value: Floats
    time: Longs
    line: Longs


def smallest(numbers: npt.NDArray[np.int64]) -> Column:
    """Return database keys or lines as int32 where they fit, else as int64."""
    fits = not len(numbers) or int(numbers.max()) <= np.iinfo(np.int32).max
    return numbers.astype(np.int32) if fits else numbers


def named_chunks(columns: Mapping[str, Column]) -> list[tuple[str, int, bytes]]:
    """Return columns as (name with type, number of the chunk, bytes)."""
    chunks = []
    for name, column in columns.items():
        little = np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("<"))
        data = little.tobytes()
        starts = range(0, len(data), CHUNK_BYTES)
        kind = f"{name}:{little.dtype.str}"
        chunks += [(kind, number, data[start : start + CHUNK_BYTES]) for number, start in enumerate(starts)]
    return chunks


def column_of(kind: str, chunks: list[bytes]) -> tuple[str, Column]:
    """Return the name and the values of a column from what :func:`named_chunks` gave, chunks in order."""
    name, _, dtype = kind.partition(":")
    return name, np.frombuffer(b"".join(chunks), dtype=np.dtype(dtype))


def write_segment(connection: Connection, batch_id: int, rows: RawRows) -> None:
    """Store the rows of a batch."""
    narrow = {"account": smallest(rows.account), "item": smallest(rows.item), "line": smallest(rows.line)}
    chunks = named_chunks(rows._asdict() | narrow)
    connection.execute(
        insert(segment),
        [{"batch_id": batch_id, "name": name, "chunk": number, "data": data} for name, number, data in chunks],
    )


def read_segments(connection: Connection, domain_id: int) -> RawRows:
    """Return the rows of all imports of a domain."""
    query = (
        select(segment.c.batch_id, segment.c.name, segment.c.data)
        .join(batch)
        .where(batch.c.domain_id == domain_id)
        .order_by(segment.c.batch_id, segment.c.name, segment.c.chunk)
    )
    parts: dict[str, list[Column]] = {name: [np.empty(0, np.int8)] for name in RawRows._fields}
    for (_, kind), rows in groupby(connection.execute(query), key=lambda row: (row.batch_id, row.name)):
        name, column = column_of(kind, [row.data for row in rows])
        parts[name].append(column)

    def whole(name: str, dtype: type) -> Column:
        return np.concatenate(parts[name], dtype=dtype)

    return RawRows(
        account=whole("account", np.int64),
        item=whole("item", np.int64),
        value=whole("value", np.float32),
        time=whole("time", np.int64),
        line=whole("line", np.int64),
    )
