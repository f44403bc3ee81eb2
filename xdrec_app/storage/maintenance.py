"""Looking after a workspace file: a copy of it, and whether it is sound."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from xdrec_app.core.errors import UserError
from xdrec_app.storage.database import Database
from xdrec_app.storage.sqlite import explaining


def save_copy(database: Database, destination: Path) -> None:
    """Write a compact copy of the workspace, of one moment, while others may go on writing.

    An existing file is replaced only when the copy is complete.

    Raises
    ------
    UserError
        When the destination is the workspace itself, its folder is missing, or it cannot be written.
    """
    if destination.is_dir() or not destination.parent.is_dir():
        raise UserError(f"{destination} is not a place for a file.", "Choose a file name in an existing folder.")
    if destination.exists() and destination.samefile(database.path):
        raise UserError(f"{destination} is the open workspace itself.", "Choose another name for the copy.")
    building = destination.with_name(f".{destination.name}.copy")
    try:
        building.unlink(missing_ok=True)
        with database.autocommit() as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            with explaining(building), _may_write(connection):
                connection.execute("VACUUM INTO ?", (str(building),))
        _flush_to_disk(building)
        building.replace(destination)
        _flush_to_disk(destination.parent)
    except OSError as error:
        raise UserError(f"The copy {destination} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            building.unlink(missing_ok=True)


def check(database: Database, *, thorough: bool = False) -> tuple[str, ...]:
    """Return what is wrong with the file, as SQLite says it; empty when it is sound.

    Finds torn pages, values of a wrong type and references to nothing; a thorough check, which takes several times as
    long, also compares every index with its table.
    """
    pragma = "integrity_check" if thorough else "quick_check"
    try:
        with database.autocommit() as connection:
            findings = [row[0] for row in connection.execute(f"PRAGMA {pragma}(20)") if row[0] != "ok"]
            lost = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
    except UserError as error:
        return (error.sentence,)
    return (*findings, *(f"table {table}, row {row}: refers to a missing {parent}" for table, row, parent, _ in lost))


@contextmanager
def _may_write(connection: Any) -> Iterator[None]:
    """Lift the ban on writing for a connection that only reads: SQLite extends it to the new file of a VACUUM."""
    (was_banned,) = connection.execute("PRAGMA query_only").fetchone()
    connection.execute("PRAGMA query_only = OFF")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA query_only = {was_banned}")


def _flush_to_disk(path: Path) -> None:
    """Force a file, or the entries of a folder, onto the disk (Windows knows no such thing for folders)."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
