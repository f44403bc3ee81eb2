"""What all imports share: one long write transaction, a domain, a batch, rejected lines, progress.

An import is a single transaction: until it is committed nobody sees anything of it, and whatever ends it early (a
cancel, an error, a kill) leaves no trace.
"""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, func, insert, select, update

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Event, LogLine, Progress, Tick
from xdrec_app.datasets.formats.base import RejectedLine, TableFile
from xdrec_app.storage.database import Database
from xdrec_app.storage.file_state import FileState
from xdrec_app.storage.schema import batch, domain, rejected_line
from xdrec_app.storage.sqlite import WorkspaceBusy, connect, driver_cursor

R = TypeVar("R")

WAIT_S = 0.1
EVENTS_PER_S = 20
MAX_TEXT = 1000
"""Characters kept of a rejected line."""


Mode = Literal["append", "replace"]


@dataclass(frozen=True)
class Ingested:
    """What became of a file; ``lines = imported + merged + rejected``.

    Attributes
    ----------
    batch
        Key of the import: of its first batch, where lines went to several domains.
    domains
        Where the lines went.
    trimmed
        Ids that stood between blanks.
    signal
        What the lines say, e.g. ratings; empty for items and people.
    """

    batch: int
    domains: tuple[str, ...]
    lines: int
    imported: int
    merged: int
    rejected: int
    trimmed: int
    elapsed_s: float
    signal: str = ""


def bulk_transaction(database: Database, stack: ExitStack) -> Generator[Event, None, Connection]:
    """Begin a write transaction without foreign keys that lasts as long as `stack`; wait while another one writes.

    Whoever writes through it answers for the foreign keys.

    Raises
    ------
    UserError
        When the workspace cannot be written. At the end of `stack` also when its file was moved or removed meanwhile:
        SQLite would write to what nobody finds any more.
    """
    engine = connect(database.path, foreign_keys=False)
    stack.callback(engine.dispose)
    bulk = Database(database.path, engine)
    has_waited = False
    while True:
        try:
            connection = stack.enter_context(bulk.write(wait_s=WAIT_S))
            break
        except WorkspaceBusy:
            if not has_waited:
                yield LogLine(message="Another process is writing to the workspace; waiting until it has finished.")
            has_waited = True
            yield Progress(done=0, message="Waiting until another process has finished writing")
    place = _place(database.path)

    def require_place(error: type[BaseException] | None, *_: object) -> None:
        if error is None and _place(database.path) != place:
            raise UserError(
                f"The workspace {database.path} was moved or removed, or its disk is gone; nothing was changed.",
                "Bring it back and try again.",
            )

    stack.push(require_place)
    return connection


def _place(path: Path) -> tuple[int, int] | None:
    """Return on which disk a file is and which of its files it is; None when there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


class FileProgress:
    """How far the import of a file is.

    Of interactions, reading is counted as the first half of the work and storing as the second; items and people are
    stored as they are read.
    """

    def __init__(self, file: FileState) -> None:
        self._name = file.path.name
        self.size = file.status.st_size
        self._next_at = 0.0

    def reading(self, done: int) -> Event:
        """Say how far reading is; `done` in bytes of the file."""
        return self._event(min(done, self.size) // 2, f"Reading {self._name}")

    def storing(self, share: float) -> Event:
        """Say how far storing is, 0 … 1."""
        return self._event(int(self.size * (1 + share)) // 2, f"Storing {self._name}")

    def of_storing(self, shares: Generator[float, None, R], most: float) -> Generator[Event, None, R]:
        """Say how far storing is while shares come that end with the share `most`; returns what they return."""
        while True:
            try:
                share = next(shares)
            except StopIteration as end:
                result: R = end.value
                return result
            yield self.storing(most * share)

    def reading_and_storing(self, done: int) -> Event:
        """Say how far the whole work is when lines are stored as they are read."""
        return self._event(min(done, self.size), f"Reading {self._name}")

    def _event(self, done: int, message: str) -> Event:
        now = time.monotonic()
        if now < self._next_at and done < self.size:
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


@dataclass(frozen=True)
class BatchRecord:
    """What is stored about the part of a file that went into one domain."""

    batch: int
    file_import: int
    domain: int
    kind: str
    imported: int
    merged: int
    actions: tuple[str, ...] = ()
    values: tuple[tuple[float, int], ...] = ()
    first_row: int | None = None
    last_row: int | None = None


def write_batch(
    connection: Connection,
    record: BatchRecord,
    rejected: int,
    table: TableFile,
    columns: Mapping[str, str],
    file: FileState,
    elapsed_s: float,
) -> None:
    """Store the record of a batch."""
    connection.execute(
        insert(batch).values(
            id=record.batch,
            file_import=record.file_import,
            domain_id=record.domain,
            kind=record.kind,
            file_name=table.path.name,
            file_size=file.status.st_size,
            sha256=file.sha256,
            format=table.reader.key,
            encoding=table.layout.dialect.encoding or "",
            delimiter=table.layout.dialect.delimiter or "",
            columns=json.dumps(dict(columns), ensure_ascii=False),
            actions=json.dumps(record.actions, ensure_ascii=False),
            value_counts=json.dumps(record.values),
            first_row=record.first_row,
            last_row=record.last_row,
            lines=record.imported + record.merged + rejected,
            imported=record.imported,
            merged=record.merged,
            rejected=rejected,
            elapsed_s=elapsed_s,
            created_at=int(time.time()),
        )
    )
