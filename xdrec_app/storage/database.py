"""Opening a workspace file and talking to it.

The one place that knows how SQLite has to be asked: which library, which pragmas, how transactions begin, and what its
errors mean to people. A file that is not ours, newer than us, or no database at all is told apart before anything is
written. Knows tables only by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pysqlite3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import Job, StopRequested
from xdrec_app.storage.schema import APPLICATION_ID, SCHEMA_VERSION, metadata

BUSY_TIMEOUT_S = 60.0
SQLITE_HEADER = b"SQLite format 3\x00"

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

T = TypeVar("T")


class WorkspaceBusy(UserError):
    """Another process was writing to the workspace for longer than we were willing to wait."""


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
    # As a URI, because a path may contain characters that mean something in one.
    address = f"{path.absolute().as_uri()}?mode={mode}"

    def open_file() -> Any:
        # isolation_level None: else the driver commits before DDL and begins when it likes.
        return driver.connect(address, uri=True, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)

    engine = create_engine("sqlite://", module=driver, creator=open_file, poolclass=QueuePool)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        for pragma in (
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


def open_database(path: Path, *, read_only: bool = False, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Database:
    """Open an existing workspace of the current schema version.

    On a read-only disk or in a folder where nothing may be written it can still be read; writing then says why not.

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
            "Open it with “Upgrade”; a copy is kept beside it.",
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
    if not path.exists():
        raise UserError(f"There is no workspace at {path}.", f"Make one with: xdrec new {path}")
    if path.is_dir():
        raise UserError(f"{path} is a folder, not a workspace file.")
    try:
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
    code = _code_of(error)
    if code not in _SENTENCES:
        return None
    sentence, hint = _SENTENCES[code]
    kind = WorkspaceBusy if code in (driver.SQLITE_BUSY, driver.SQLITE_LOCKED) else UserError
    return kind(sentence.format(path=path, error=error), hint)


def _code_of(error: BaseException | None) -> int:
    """Return the kind of a driver's error: the low byte of SQLite's code, the rest are details."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _must_be_immutable(path: Path) -> bool:
    """Return whether SQLite cannot make the side files that reading a write-ahead log takes."""
    try:
        with explaining(path):
            probe = driver.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
            try:
                probe.execute("PRAGMA schema_version").fetchone()
            finally:
                probe.close()
    except UserError as error:
        if _code_of(error.__cause__) not in (driver.SQLITE_CANTOPEN, driver.SQLITE_READONLY):
            raise
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise UserError(
                f"The workspace {path} has changes in {log.name} that cannot be read in a read-only place.",
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
