"""How SQLite has to be asked: which library, which pragmas, how transactions begin, and what its errors mean to people.

Knows no table; :mod:`xdrec_app.storage.database` opens workspaces with it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from xdrec_app.core.errors import UserError

BUSY_TIMEOUT_S = 60.0
PAGE_BYTES = 16384
"""Of a new file; four times the usual size makes bulk writes a tenth faster."""

NO_ROOM_BYTES = 64 << 10
"""With less than this free, SQLite cannot even make the side file that it shares with other processes."""

_BUSY = ("The workspace {path} is busy: another process is writing to it.", "Try again in a moment.")
_DAMAGED = ("The workspace {path} is damaged ({error}).", "Use a backup copy.")
_SENTENCES = {
    driver.SQLITE_BUSY: _BUSY,
    driver.SQLITE_LOCKED: _BUSY,
    driver.SQLITE_READONLY: (
        "The workspace {path} is open for reading only.",
        "Copy it to a place where you may write.",
    ),
    driver.SQLITE_FULL: (
        "The disk is full: {path} could not grow; nothing was changed.",
        "Free some space and try again.",
    ),
    driver.SQLITE_CANTOPEN: (
        "The workspace {path} cannot be opened.",
        "Check that it exists and that you may write there.",
    ),
    driver.SQLITE_IOERR: ("The disk failed to read or write the workspace {path} ({error}).", "Check the disk."),
    driver.SQLITE_CORRUPT: _DAMAGED,
    driver.SQLITE_NOTADB: _DAMAGED,
}


class WorkspaceBusy(UserError):
    """Another process was writing to the workspace for longer than we were willing to wait."""


def connect(
    path: Path,
    *,
    read_only: bool = False,
    create: bool = False,
    immutable: bool = False,
    foreign_keys: bool = True,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
) -> Engine:
    """Return an engine on a SQLite file with our pragmas and our way to begin.

    Parameters
    ----------
    read_only
        Nothing is written through it (but SQLite may write its own side files).
    create
        Make the file if it is missing; otherwise that is an error.
    immutable
        The file cannot change and no side file can be made: for read-only places.
    foreign_keys
        Whether they are enforced; cannot be changed within a transaction, so a migration says it here.
    """
    mode = "ro&immutable=1" if immutable else "rwc" if create else "rw"

    def open_file() -> Any:
        # isolation_level None: else the driver commits before DDL and begins when it likes.
        return driver.connect(
            address(path, mode), uri=True, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
        )

    engine = create_engine("sqlite://", module=driver, creator=open_file, poolclass=QueuePool)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        for pragma in (
            *((f"page_size = {PAGE_BYTES}",) if create else ()),  # before the first page is written, or never
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
            "trusted_schema = OFF",
            "synchronous = NORMAL",
            "cache_size = -65536",
            "query_only = ON" if read_only or immutable else "journal_mode = WAL",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        patience_ms = connection.get_execution_options().get("xdrec_patience_ms")
        if patience_ms is None:
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience_ms}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def driver_cursor(connection: Connection) -> Any:
    """Return the driver's own cursor in the transaction of `connection`: for executemany from an iterator."""
    return connection.connection.cursor()


def address(path: Path, mode: str) -> str:
    """Return a file as a URI for SQLite: a plain path may contain characters that mean something to it."""
    return f"{path.absolute().as_uri()}?mode={mode}"


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Turn errors of the database that have a cause outside the program into a :class:`UserError`."""
    try:
        yield
    except (DBAPIError, driver.Error) as error:
        explained = _explain(path, error.orig if isinstance(error, DBAPIError) else error)
        if explained is None:
            raise
        raise explained from error


def _explain(path: Path, error: BaseException | None) -> UserError | None:
    code = error_code(error)
    if code not in _SENTENCES:
        return None
    if code in (driver.SQLITE_IOERR, driver.SQLITE_READONLY) and has_no_room(path):
        code = driver.SQLITE_FULL  # a side file could not be made, or the workspace is read without one
    if code == driver.SQLITE_CANTOPEN and path.exists() and not _may_write(path):
        code = driver.SQLITE_READONLY
    sentence, hint = _SENTENCES[code]
    kind = WorkspaceBusy if code in (driver.SQLITE_BUSY, driver.SQLITE_LOCKED) else UserError
    return kind(sentence.format(path=path, error=error), hint)


def has_no_room(path: Path) -> bool:
    """Return whether the disk of a file that may be written is full."""
    try:
        return os.access(path, os.W_OK) and shutil.disk_usage(path.parent).free < NO_ROOM_BYTES
    except OSError:
        return False


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def error_code(error: BaseException | None) -> int:
    """Return the kind of a driver's error: the low byte of SQLite's code, the rest are details."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
