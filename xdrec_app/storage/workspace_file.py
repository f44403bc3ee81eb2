"""Creating a workspace file and bringing an older one up to date (Alembic)."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.storage.database import Database, connect, open_database, schema_version
from xdrec_app.storage.schema import APPLICATION_ID, SCHEMA_VERSION

SUFFIX = ".xdrec"


def create_workspace_file(path: Path) -> Database:
    """Make a new workspace; nothing is left behind if it fails.

    Raises
    ------
    UserError
        When the file exists, its folder does not, or it cannot be written.
    """
    if path.exists():
        raise UserError(f"{path} exists already.", "Choose another name, or open it.")
    if not path.parent.is_dir():
        raise UserError(f"The folder {path.parent} does not exist.")
    # Built beside its place and renamed: whoever sees the file sees a whole workspace.
    building = path.with_name(f".{path.name}.new")
    building.unlink(missing_ok=True)
    try:
        _migrate(building)
        building.replace(path)
    except OSError as error:
        raise UserError(f"The workspace {path} cannot be written: {error.strerror}.") from error
    finally:
        for leftover in (building, *_companions(building)):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)
    return open_database(path)


def upgrade_workspace_file(path: Path) -> Path | None:
    """Bring a workspace to the current schema version.

    Returns
    -------
    Path | None
        The copy of the file as it was, kept beside it; None when nothing was to be done.
    """
    version = schema_version(path)
    if version >= SCHEMA_VERSION:
        return None
    backup = path.with_name(f"{path.stem}.v{version}{path.suffix}")
    shutil.copy2(path, backup)
    _migrate(path)
    return backup


def _migrate(path: Path) -> None:
    engine = connect(path)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    try:
        with engine.connect().execution_options(xdrec_writes=True) as connection:
            # Foreign keys cannot be switched inside a transaction, and a table that is rebuilt would break them.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
                connection.execute(text(f"PRAGMA user_version = {SCHEMA_VERSION}"))
    finally:
        engine.dispose()


def _companions(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))
