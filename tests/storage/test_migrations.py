"""Migrations lead to exactly the schema the code uses, and an upgrade keeps a copy of what was."""

from __future__ import annotations

from pathlib import Path

import pysqlite3.dbapi2 as driver
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.storage import workspace_file
from xdrec_app.storage.database import Database, open_database, schema_version
from xdrec_app.storage.schema import APPLICATION_ID, SCHEMA_VERSION, metadata
from xdrec_app.storage.workspace_file import upgrade_workspace_file


@pytest.fixture
def old_workspace(tmp_path: Path) -> Path:
    """A workspace from before the first migration: ours, but without tables; its last row is still in the log."""
    path = tmp_path / "old.xdrec"
    connection = driver.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("CREATE TABLE memo (words TEXT)")
    connection.execute("INSERT INTO memo VALUES ('kept')")
    connection.close()
    return path


def memo(path: Path) -> str:
    connection = driver.connect(str(path))
    try:
        return str(connection.execute("SELECT words FROM memo").fetchone()[0])
    finally:
        connection.close()


def test_the_migrated_schema_is_the_one_in_the_code(database: Database):
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_every_table_is_strict(database: Database):
    with database.read() as connection:
        tables = {row.name: row.strict for row in connection.execute(text("PRAGMA table_list"))}
    assert {name for name in metadata.tables if not tables[name]} == set()


def test_an_upgrade_keeps_the_rows_and_a_copy_of_the_file_as_it_was(old_workspace: Path):
    backup = upgrade_workspace_file(old_workspace)
    assert backup is not None
    assert backup.name == "old.v0.xdrec"
    assert memo(backup) == memo(old_workspace) == "kept"
    assert schema_version(backup) == 0
    assert schema_version(old_workspace) == SCHEMA_VERSION
    open_database(old_workspace).close()


def test_the_copy_has_what_is_still_in_the_write_ahead_log(old_workspace: Path):
    writer = driver.connect(str(old_workspace), isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE memo SET words = 'late'")
    try:
        backup = upgrade_workspace_file(old_workspace)
    finally:
        writer.close()
    assert backup is not None
    assert memo(backup) == "late"


def test_an_earlier_copy_is_not_overwritten(old_workspace: Path):
    earlier = old_workspace.with_name("old.v0.xdrec")
    earlier.write_text("mine")
    backup = upgrade_workspace_file(old_workspace)
    assert backup is not None
    assert backup.name == "old.v0-2.xdrec"
    assert earlier.read_text() == "mine"


def test_a_current_workspace_needs_no_upgrade(workspace: Path):
    before = workspace.read_bytes()
    assert upgrade_workspace_file(workspace) is None
    assert workspace.read_bytes() == before


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(old_workspace: Path, monkeypatch: pytest.MonkeyPatch):
    upgrade = workspace_file.command.upgrade

    def upgrade_and_fail(*arguments: object) -> None:
        upgrade(*arguments)
        raise KeyError("at the very end")

    monkeypatch.setattr(workspace_file.command, "upgrade", upgrade_and_fail)
    with pytest.raises(KeyError):
        upgrade_workspace_file(old_workspace)
    assert schema_version(old_workspace) == 0
    connection = driver.connect(str(old_workspace))
    assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")] == ["memo"]
    connection.close()


def test_an_upgrade_does_not_commit_rows_that_refer_to_nothing(old_workspace: Path):
    connection = driver.connect(str(old_workspace), isolation_level=None)
    connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    connection.execute("CREATE TABLE child (parent INTEGER REFERENCES parent)")
    connection.execute("INSERT INTO child VALUES (7)")
    connection.close()
    with pytest.raises(UserError, match="a row of child refers to nothing"):
        upgrade_workspace_file(old_workspace)
    assert schema_version(old_workspace) == 0


def test_a_file_of_another_program_is_not_upgraded(tmp_path: Path):
    path = tmp_path / "other.xdrec"
    connection = driver.connect(str(path), isolation_level=None)
    connection.execute("CREATE TABLE memo (words TEXT)")
    connection.close()
    with pytest.raises(UserError, match="another program"):
        upgrade_workspace_file(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["other.xdrec"]
