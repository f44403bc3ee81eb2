"""Column segments: the rows of one import once more, as bytes of columns, to be read in one go.

A segment belongs to its batch, never changes, and goes when the batch goes. The type of a column stands in its name
("account:<i4"), so bytes can be understood without the program that wrote them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, insert, select

from xdrec_app.datasets.arrays import Floats, Ints, Longs
from xdrec_app.storage.schema import batch, segment

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
    """Store the rows of a batch; the names of their actions stand with the batch."""
    columns = {
        "account": smallest(rows.account),
        "item": smallest(rows.item),
        "value": rows.value,
        "time": rows.time,
        "line": smallest(rows.line),
    }
    if rows.action is not None:
        columns["action"] = rows.action
    connection.execute(
        insert(segment),
        [
            {"batch_id": batch_id, "name": name, "chunk": number, "data": data}
            for name, number, data in named_chunks(columns)
        ],
    )


def read_segments(connection: Connection, domain_id: int) -> RawRows:
    """Return the rows of all imports of a domain."""
    query = (
        select(segment.c.batch_id, segment.c.name, segment.c.data)
        .join(batch)
        .where(batch.c.domain_id == domain_id)
        .order_by(segment.c.batch_id, segment.c.name, segment.c.chunk)
    )
    parts: dict[str, dict[int, Column]] = {name: {} for name in RawRows._fields}
    for (batch_id, kind), rows in groupby(connection.execute(query), key=lambda row: (row.batch_id, row.name)):
        name, column = column_of(kind, [row.data for row in rows])
        parts[name][batch_id] = column

    def whole(name: str, least: type) -> Column:
        columns = [np.empty(0, least), *parts.pop(name).values()]
        return columns[1] if len(columns) == 2 else np.concatenate(columns)

    actions = _joined_actions(connection, parts["action"], {id_: len(column) for id_, column in parts["item"].items()})
    return RawRows(
        account=whole("account", np.int32),
        item=whole("item", np.int32),
        value=whole("value", np.float32),
        time=whole("time", np.int64),
        line=whole("line", np.int32),
        action=actions[0],
        action_names=actions[1],
    )


def _joined_actions(
    connection: Connection, columns: Mapping[int, Column], sizes: Mapping[int, int]
) -> tuple[Ints | None, tuple[str, ...]]:
    """Return the actions of all batches in one numbering; rows of a file that names none have the action ""."""
    if not columns:
        return None, ()
    stored = connection.execute(select(batch.c.id, batch.c.actions).where(batch.c.id.in_(columns)))
    names_of = {row.id: json.loads(row.actions) for row in stored}
    numbers: dict[str, int] = {}
    parts = []
    for batch_id, size in sizes.items():
        names = names_of.get(batch_id, [""])
        of_name = np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int32)
        parts.append(of_name[columns[batch_id]] if batch_id in columns else np.full(size, of_name[0], np.int32))
    return np.concatenate(parts), tuple(numbers)
