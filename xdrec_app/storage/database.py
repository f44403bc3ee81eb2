"""Opening, creating and talking to a workspace file.

The one place that knows how SQLite has to be asked: which library, which pragmas, how transactions begin. A file that
is not ours, newer than us, or no database at all is told apart before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError

from xdrec_app.core.errors import UserError
from xdrec_app.storage.schema import APPLICATION_ID, SCHEMA_VERSION

BUSY_TIMEOUT_MS = 60_000
SQLITE_HEADER = b"SQLite format 3\x00"


class Database:
    """An open workspace.

    Use :func:`open_database` or :func:`~xdrec_app.storage.workspace_file.create_workspace_file` to get one.

    Parameters
    ----------
    path
        The workspace file.
    engine
        Connected to it.
    """

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection in a read transaction: everything read within is of one moment."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a write transaction; committed at the end, rolled back by any exception.

        Waits for another writer; a wait of a minute is an error that says so.
        """
        with self._engine.connect().execution_options(xdrec_writes=True) as connection:
            try:
                transaction = connection.begin()
            except OperationalError as error:
                raise _explain(self.path, error) from error
            with transaction:
                yield connection

    def data_version(self) -> int:
        """Return a number that changes when another connection has committed (on one and the same connection)."""
        with self._engine.connect() as connection:
            return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())


def connect(path: Path, *, read_only: bool = False) -> Engine:
    """Return an engine on a SQLite file with our pragmas and our way to begin."""
    engine = create_engine(f"sqlite:///{path}", module=driver, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # else the driver commits before DDL and begins when it likes
        for pragma in (
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "synchronous = NORMAL",
            "cache_size = -65536",
            *(("query_only = ON",) if read_only else ("journal_mode = WAL",)),
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("xdrec_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def open_database(path: Path, *, read_only: bool = False) -> Database:
    """Open an existing workspace of the current schema version.

    Raises
    ------
    UserError
        With a sentence of its own for: no such file, a folder, an empty file, no database, a database of another
        program, a workspace of a newer or an older version, a damaged or locked file.
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
    return Database(path, connect(path, read_only=read_only))


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
    engine = connect(path, read_only=True)
    try:
        with engine.connect() as connection:
            application = connection.execute(text("PRAGMA application_id")).scalar_one()
            version = int(connection.execute(text("PRAGMA user_version")).scalar_one())
    except DatabaseError as error:
        raise _explain(path, error) from error
    finally:
        engine.dispose()
    if application != APPLICATION_ID:
        raise UserError(f"{path} is a SQLite database of another program, not an XDRec workspace.")
    return version


def _explain(path: Path, error: DatabaseError) -> UserError:
    reason = str(error.orig)
    if "locked" in reason:
        return UserError(f"The workspace {path} is busy: another process is writing to it.", "Try again in a moment.")
    if "readonly" in reason:
        return UserError(f"The workspace {path} is read-only.", "Copy it to a place where you may write.")
    return UserError(f"The workspace {path} is damaged or cannot be read ({reason}).", "Use a backup copy.")
