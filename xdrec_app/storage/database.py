"""An open workspace, and opening one.

A file that is not ours, newer than us, or no database at all is told apart before anything is written. Knows tables
only by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pysqlite3.dbapi2 as driver
from sqlalchemy import Connection, Engine

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import Job, StopRequested
from xdrec_app.storage.schema import APPLICATION_ID, SCHEMA_VERSION, metadata
from xdrec_app.storage.sqlite import (
    BUSY_TIMEOUT_S,
    WorkspaceBusy,
    address,
    connect,
    error_code,
    explaining,
    has_no_room,
)

SQLITE_HEADER = b"SQLite format 3\x00"

T = TypeVar("T")


class Database:
    """An open workspace, used from one thread at a time.

    Use :func:`open_database` or :func:`~xdrec_app.storage.workspace_file.create_workspace_file` to get one. A thread
    that reads beside another one (the window's) opens its own.

    Parameters
    ----------
    path
        The workspace file.
    engine
        Connected to it.
    busy_timeout_s
        How long a writer waits for another one.
    """

    def __init__(self, path: Path, engine: Engine, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = path
        self._engine = engine
        self._busy_timeout_s = busy_timeout_s
        self._watcher: Any = None

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection in a read transaction: everything read within is of one moment."""
        with explaining(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, *, wait_s: float | None = None) -> Iterator[Connection]:
        """Give a connection in a write transaction; committed at the end, rolled back by any exception.

        Parameters
        ----------
        wait_s
            How long to wait for another writer; None = as long as this database was opened with.

        Raises
        ------
        WorkspaceBusy
            When the other writer did not end in time; nothing was done then.
        UserError
            When the workspace is read-only, the disk is full, or the file is damaged.
        """
        patience_ms = int(1000 * (self._busy_timeout_s if wait_s is None else wait_s))
        with explaining(self.path), self._engine.connect() as connection:
            writing = connection.execution_options(xdrec_patience_ms=patience_ms)
            with writing.begin():
                yield writing

    @contextmanager
    def autocommit(self) -> Iterator[Any]:
        """Give a plain driver connection outside any transaction, for VACUUM, checkpoints and checks."""
        pooled = self._engine.raw_connection()
        try:
            with explaining(self.path):
                yield pooled.driver_connection
        finally:
            pooled.close()

    def data_version(self) -> int:
        """Return a number that changes whenever anybody else has committed to the file.

        It is only comparable on one connection, so one is kept for this question alone.
        """
        with explaining(self.path):
            if self._watcher is None:
                self._watcher = self._engine.raw_connection()
            return int(self._watcher.driver_connection.execute("PRAGMA data_version").fetchone()[0])


def patiently(action: Callable[[], T]) -> Job[T]:
    """Return what `action` returns, trying again and ticking while it raises :class:`WorkspaceBusy`.

    For what must not be lost, such as the result of a long training; give the write inside a short `wait_s`. A stop
    changes nothing here, a cancel ends the waiting.
    """
    while True:
        try:
            return action()
        except WorkspaceBusy:
            try:
                yield Tick()
            except StopRequested:
                continue


def open_database(path: Path, *, read_only: bool = False, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Database:
    """Open an existing workspace of the current schema version.

    On a read-only or a full disk, or in a folder where nothing may be written, it can still be read; writing then says
    why not.

    Raises
    ------
    UserError
        With a sentence of its own for: no such file, a folder, an empty file, no database, a database of another
        program, a workspace of a newer or an older version, one with foreign parts, a damaged or locked file.
    """
    version = schema_version(path)
    if version > SCHEMA_VERSION:
        raise UserError(
            f"The workspace {path} was made by a newer version of XDRec (its format is {version}, "
            f"this version knows up to {SCHEMA_VERSION}).",
            "Install the newer version to open it.",
        )
    if version < SCHEMA_VERSION:
        raise UserError(
            f"The workspace {path} has the older format {version}; this version writes {SCHEMA_VERSION}.",
            f"Upgrade it with: xdrec upgrade {path} (a copy is kept beside it).",
        )
    immutable = _must_be_immutable(path)
    engine = connect(path, read_only=read_only, immutable=immutable, busy_timeout_s=busy_timeout_s)
    database = Database(path, engine, busy_timeout_s)
    try:
        _require_our_tables(database)
    except BaseException:
        database.close()
        raise
    return database


def schema_version(path: Path) -> int:
    """Return the schema version of a workspace file; raises as :func:`open_database` does."""
    try:
        if not path.exists():
            raise UserError(f"There is no workspace at {path}.", f"Make one with: xdrec new {path}")
        if path.is_dir():
            raise UserError(f"{path} is a folder, not a workspace file.")
        with path.open("rb") as file:
            header = file.read(len(SQLITE_HEADER))
    except OSError as error:
        raise UserError(f"The workspace {path} cannot be read: {error.strerror}.") from error
    if not header:
        raise UserError(f"{path} is empty, not a workspace.")
    if header != SQLITE_HEADER:
        raise UserError(f"{path} is not an XDRec workspace: it is no database file.")
    engine = connect(path, read_only=True, immutable=_must_be_immutable(path))
    try:
        with explaining(path), engine.connect() as connection:
            application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    finally:
        engine.dispose()
    if application != APPLICATION_ID:
        raise UserError(f"{path} is a SQLite database of another program, not an XDRec workspace.")
    return version


def _must_be_immutable(path: Path) -> bool:
    """Return whether SQLite cannot make the side files that reading a write-ahead log takes."""
    try:
        with explaining(path):
            probe = driver.connect(address(path, "rw"), uri=True)
            try:
                probe.execute("PRAGMA schema_version").fetchone()
            finally:
                probe.close()
    except UserError as error:
        code = error_code(error.__cause__)
        if code not in (driver.SQLITE_CANTOPEN, driver.SQLITE_READONLY) and not has_no_room(path):
            raise
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise UserError(
                f"The workspace {path} has changes in {log.name} that cannot be read in a full or read-only place.",
                "Copy both files to a place where you may write and open it there.",
            ) from error
        return True
    return False


def _require_our_tables(database: Database) -> None:
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT type, name FROM sqlite_schema").all()
    # A trigger of a stranger would run under our writes, whatever trusted_schema says.
    foreign = [f"{kind} {name}" for kind, name in found if kind in ("trigger", "view")]
    if foreign:
        raise UserError(f"The workspace {database.path} was altered by another program: it holds the {foreign[0]}.")
    missing = sorted(set(metadata.tables) - {name for kind, name in found if kind == "table"})
    if missing:
        raise UserError(
            f"The workspace {database.path} is damaged (it lacks the table {missing[0]}).", "Use a backup copy."
        )
