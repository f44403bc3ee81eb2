"""Parts of column segments: a few rows of an import in the order of its file, without reading the whole import.

The chunks that were read last are kept, so scrolling reads each of them once.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, text

from xdrec_app.datasets.arrays import NO_TIME, Longs
from xdrec_app.storage.browse_rows import DomainState, RawRow
from xdrec_app.storage.segments import CHUNK_BYTES, Column

MAX_CHUNKS = 16
"""Chunks that are kept: 64 MB."""

_BATCHES = text(
    """
    SELECT id, imported + merged AS n_rows, actions FROM batch
    WHERE domain_id = :domain AND kind = 'interactions' ORDER BY id
    """
)
_COLUMNS = text("SELECT DISTINCT name FROM segment WHERE batch_id = :batch")
_CHUNK = text("SELECT data FROM segment WHERE batch_id = :batch AND name = :name AND chunk = :chunk")


class Stretch(NamedTuple):
    """Rows of a batch, one after another in its file.

    Attributes
    ----------
    account, item, line
        int32 or int64.
    value
        float32.
    time
        int64 seconds since 1970 or `NO_TIME`.
    action
        int32 positions in `action_names`; None where the file names none.
    """

    batch: int
    account: Column
    item: Column
    value: Column
    time: Column
    line: Column
    action: Column | None
    action_names: tuple[str, ...]

    def take(self, chosen: Longs) -> Stretch:
        """Return the rows at some positions, which need not be neighbours."""
        return self._replace(
            account=self.account[chosen],
            item=self.item[chosen],
            value=self.value[chosen],
            time=self.time[chosen],
            line=self.line[chosen],
            action=None if self.action is None else self.action[chosen],
        )

    def rows(self) -> list[RawRow]:
        """Return the rows one by one; values have the seven digits of float32."""
        keys = [column.tolist() for column in (self.line, self.account, self.item)]
        values = [_shortest(value) for value in self.value.tolist()]
        times = [None if time == NO_TIME else time for time in self.time.tolist()]
        actions: list[str | None] = [None] * len(values)
        if self.action is not None:
            actions = [self.action_names[number] or None for number in self.action.tolist()]
        return [RawRow(self.batch, *row) for row in zip(*keys, values, times, actions, strict=True)]


@lru_cache(1 << 12)
def _shortest(value: float) -> float:
    """Return the number with the fewest digits that is this one as float32: 4.3, not 4.300000190734863."""
    return float(str(np.float32(value)))


class ChunkCache:
    """The chunks that were read last."""

    def __init__(self) -> None:
        self._chunks: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()

    def chunk(self, connection: Connection, domain: DomainState, batch: int, name: str, number: int) -> bytes:
        """Return a chunk of a column."""
        key = (domain, batch, name, number)
        data = self._chunks.pop(key, None)
        if data is None:
            found = connection.execute(_CHUNK, {"batch": batch, "name": name, "chunk": number})
            data = bytes(found.scalar_one())
        self._chunks[key] = data
        while len(self._chunks) > MAX_CHUNKS:
            self._chunks.popitem(last=False)
        return data


class SegmentReader:
    """The segment of one import.

    Parameters
    ----------
    n_rows
        Rows of the import.
    action_names
        Names behind the numbers in the column of actions.
    """

    def __init__(
        self,
        connection: Connection,
        domain: DomainState,
        batch: int,
        n_rows: int,
        action_names: tuple[str, ...],
        cache: ChunkCache,
    ) -> None:
        self.batch = batch
        self.n_rows = n_rows
        self._action_names = action_names
        self._connection = connection
        self._domain = domain
        self._cache = cache
        kinds = [kind for (kind,) in connection.execute(_COLUMNS, {"batch": batch})]
        self._kinds = {kind.partition(":")[0]: kind for kind in kinds}

    def stretch(self, start: int, stop: int) -> Stretch:
        """Return the rows at the positions start … stop - 1."""
        columns = {name: self.column(name, start, stop) for name in ("account", "item", "value", "time", "line")}
        action = self.column("action", start, stop) if "action" in self._kinds else None
        return Stretch(self.batch, **columns, action=action, action_names=self._action_names)

    def column(self, name: str, start: int, stop: int) -> Column:
        """Return the part of a column."""
        kind = self._kinds[name]
        dtype = np.dtype(kind.partition(":")[2])
        per_chunk = CHUNK_BYTES // dtype.itemsize
        numbers = range(start // per_chunk, (max(start, stop - 1)) // per_chunk + 1)
        parts = [np.frombuffer(self._chunk(kind, number), dtype) for number in numbers]
        first = numbers.start * per_chunk
        whole = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return whole[start - first : stop - first]

    def position_after(self, line: int) -> int:
        """Return how many rows stand at or before a line; lines grow with the position."""
        low, high = 0, self.n_rows
        while low < high:
            middle = (low + high) // 2
            if int(self.column("line", middle, middle + 1)[0]) <= line:
                low = middle + 1
            else:
                high = middle
        return low

    def _chunk(self, kind: str, number: int) -> bytes:
        return self._cache.chunk(self._connection, self._domain, self.batch, kind, number)


def segment_readers(connection: Connection, domain: DomainState, cache: ChunkCache) -> list[SegmentReader]:
    """Return the segments of a domain's imports, in their order."""
    return [
        SegmentReader(connection, domain, row.id, row.n_rows, tuple(json.loads(row.actions)), cache)
        for row in connection.execute(_BATCHES, {"domain": domain.id})
    ]
