"""Creating a workspace file and bringing an older one up to date (Alembic)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from alembic import command
from alembic.config import Config

from xdrec_app.core.errors import UserError
from xdrec_app.storage.database import Database, open_database, schema_version
from xdrec_app.storage.maintenance import save_copy
from xdrec_app.storage.schema import APPLICATION_ID, SCHEMA_VERSION
from xdrec_app.storage.sqlite import connect, explaining

SUFFIX = ".xdrec"


def create_workspace_file(path: Path) -> Database:
    """Make a new workspace; nothing is left behind if it fails.

    Raises
    ------
    UserError
        When the file exists, its folder does not, or it cannot be written.
    """
    # Built beside its place and renamed: whoever sees the file sees a whole workspace.
    building = path.with_name(f".{path.name}.new")
    try:
        if path.exists():
            raise UserError(f"{path} exists already.", "Choose another name, or open it.")
        if not path.parent.is_dir():
            raise UserError(f"The folder {path.parent} does not exist.")
        for leftover in (building, *_companions(building)):  # of somebody who was killed here; a log would be replayed
            leftover.unlink(missing_ok=True)
        _migrate(building, path, create=True)
        _complete(building, path)
        building.replace(path)
    except OSError as error:
        raise UserError(f"The workspace {path} cannot be written: {error.strerror}.") from error
    finally:
        for leftover in (building, *_companions(building)):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)
    return open_database(path)


def upgrade_workspace_file(path: Path) -> Path | None:
    """Bring a workspace to the current schema version; it stays as it was if that fails.

    Returns
    -------
    Path | None
        The copy of the file as it was, kept beside it; None when nothing was to be done.

    Raises
    ------
    UserError
        As :func:`~xdrec_app.storage.database.open_database` does for what is no workspace of ours, or a read-only one.
    """
    version = schema_version(path)
    if version >= SCHEMA_VERSION:
        return None
    backup = _unused(path.with_name(f"{path.stem}.v{version}{path.suffix}"))
    with Database(path, connect(path, read_only=True)) as database:
        save_copy(database, backup)
    _migrate(path, path)
    return backup


def _migrate(file: Path, path: Path, *, create: bool = False) -> None:
    """Bring a file up to date that is, or will be, the workspace at `path`."""
    # Without foreign keys, because a table that is rebuilt would break them; they are verified before the commit.
    engine = connect(file, create=create, foreign_keys=False)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with explaining(path), Database(path, engine) as database, database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if lost is not None:
            raise UserError(f"The workspace {path} is damaged: a row of {lost[0]} refers to nothing.")


def _complete(building: Path, path: Path) -> None:
    """Bring all of a new workspace from its log into its file, which takes its name without the log."""
    with explaining(path), Database(path, connect(building)) as database, database.autocommit() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _unused(path: Path) -> Path:
    """Return `path`, or the same with a number if a file of that name exists."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate


def _companions(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))
