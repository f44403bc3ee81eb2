"""What all imports share: one long write transaction, a domain, a batch, rejected lines, progress.

An import is a single transaction: until it is committed nobody sees anything of it, and whatever ends it early (a
cancel, an error, a kill) leaves no trace.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Event, Progress, Tick
from xdrec_app.datasets.formats.base import RejectedLine, TableFile
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import batch, domain, rejected_line
from xdrec_app.storage.sqlite import WorkspaceBusy, connect

WAIT_S = 0.1
EVENTS_PER_S = 20
MAX_TEXT = 1000
"""Characters kept of a rejected line."""


@dataclass(frozen=True)
class Ingested:
    """What became of a file; ``lines = imported + merged + rejected``."""

    batch: int
    lines: int
    imported: int
    merged: int
    rejected: int
    elapsed_s: float


def bulk_transaction(database: Database, stack: ExitStack) -> Generator[Event, None, Connection]:
    """Begin a write transaction without foreign keys that lasts as long as `stack`; wait while another one writes.

    Whoever writes through it answers for the foreign keys.
    """
    engine = connect(database.path, foreign_keys=False)
    stack.callback(engine.dispose)
    bulk = Database(database.path, engine)
    while True:
        try:
            return stack.enter_context(bulk.write(wait_s=WAIT_S))
        except WorkspaceBusy:
            yield Progress(done=0, message="Waiting until another process has finished writing")


class FileProgress:
    """Watches the blocks of a file as they are read: how far, and what their SHA-256 is.

    Of interactions, reading is counted as the first half of the work and storing as the second; items are stored as
    they are read.
    """

    def __init__(self, table: TableFile) -> None:
        self._name = table.path.name
        self.size = table.path.stat().st_size
        self._sha256 = hashlib.sha256()
        self._n_bytes = 0
        self._next_at = 0.0

    def watch(self, block: bytes) -> None:
        """Take in a block of the file."""
        self._sha256.update(block)
        self._n_bytes += len(block)

    @property
    def sha256(self) -> str:
        """The digest of what was read so far, in hex."""
        return self._sha256.hexdigest()

    def reading(self) -> Event:
        """Say how far reading is."""
        return self._event(min(self._n_bytes, self.size) // 2, f"Reading {self._name}")

    def storing(self, share: float) -> Event:
        """Say how far storing is, 0 … 1."""
        return self._event(int(self.size * (1 + share)) // 2, f"Storing {self._name}")

    def reading_and_storing(self) -> Event:
        """Say how far the whole work is when lines are stored as they are read."""
        return self._event(min(self._n_bytes, self.size), f"Reading {self._name}")

    def _event(self, done: int, message: str) -> Event:
        now = time.monotonic()
        if now < self._next_at:
            return Tick()
        self._next_at = now + 1 / EVENTS_PER_S
        return Progress(done=done, total=self.size, unit="bytes", message=message)


def find_or_make_domain(connection: Connection, name: str) -> int:
    """Return the key of a domain, made if there is none of that name."""
    wanted = name.strip()
    if not wanted:
        raise UserError("A domain needs a name.")
    found = connection.execute(select(domain.c.id).where(domain.c.name == wanted)).scalar_one_or_none()
    if found is not None:
        return int(found)
    made = connection.execute(insert(domain).values(name=wanted, created_at=int(time.time())))
    return int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0


def touch_domain(connection: Connection, domain_id: int) -> None:
    """Note that the data of a domain changed."""
    connection.execute(update(domain).where(domain.c.id == domain_id).values(revision=domain.c.revision + 1))


def next_key(connection: Connection, table: Any) -> int:
    """Return the first key of a table that was not given yet."""
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1


def driver_cursor(connection: Connection) -> Any:
    """Return the driver's own cursor in the transaction of `connection`: for executemany from an iterator."""
    return connection.connection.cursor()


class Rejections:
    """The rejected lines of one import: stored as they come, counted, the first one remembered."""

    def __init__(self, connection: Connection, batch_id: int) -> None:
        self._connection = connection
        self._batch_id = batch_id
        self.count = 0
        self._first: RejectedLine | None = None

    def add(self, lines: Sequence[RejectedLine]) -> None:
        """Store lines, their texts cut."""
        if not lines:
            return
        self.count += len(lines)
        self._first = self._first or lines[0]
        driver_cursor(self._connection).executemany(
            f"INSERT INTO {rejected_line.name} (batch_id, line, text, reason) VALUES (?, ?, ?, ?)",
            ((self._batch_id, line, text[:MAX_TEXT], reason) for line, text, reason in lines),
        )

    def require_rows(self, table: TableFile, n_good: int) -> None:
        """Refuse a file of which nothing can be imported.

        Raises
        ------
        UserError
            That says why: no rows at all, or what is wrong with the first of them.
        """
        if n_good:
            return
        name, first = table.path.name, self._first
        if first is None:
            raise UserError(f"{name} holds a header and no rows.")
        raise UserError(
            f"None of the {self.count:,} lines of {name} can be imported; line {first.line}: {first.reason}.",
            "Check which column is which, and the delimiter.",
        )


def write_batch(
    connection: Connection,
    batch_id: int,
    domain_id: int,
    kind: str,
    table: TableFile,
    columns: Mapping[str, str],
    progress: FileProgress,
    outcome: Ingested,
) -> None:
    """Store the record of an import."""
    connection.execute(
        insert(batch).values(
            id=batch_id,
            domain_id=domain_id,
            kind=kind,
            file_name=table.path.name,
            file_size=progress.size,
            sha256=progress.sha256,
            encoding=table.layout.dialect.encoding,
            delimiter=table.layout.dialect.delimiter,
            columns=json.dumps(dict(columns), ensure_ascii=False),
            lines=outcome.lines,
            imported=outcome.imported,
            merged=outcome.merged,
            rejected=outcome.rejected,
            elapsed_s=outcome.elapsed_s,
            created_at=int(time.time()),
        )
    )
