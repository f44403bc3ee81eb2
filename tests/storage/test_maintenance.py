"""A copy is complete or not there; a check finds what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.storage import maintenance
from xdrec_app.storage.database import Database, open_database
from xdrec_app.storage.maintenance import check, save_copy

N_PEOPLE = 3000


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as connection:
        connection.execute(
            text("INSERT INTO person (name) VALUES (:name)"), [{"name": f"p{row:06}"} for row in range(N_PEOPLE)]
        )
    return database


def count(path: Path) -> int:
    with open_database(path) as database, database.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM person")).scalar_one())


def test_a_copy_has_everything_also_what_is_still_in_the_log(filled: Database, tmp_path: Path):
    assert filled.path.with_name("w.xdrec-wal").stat().st_size > 0
    save_copy(filled, tmp_path / "copy.xdrec")
    assert count(tmp_path / "copy.xdrec") == N_PEOPLE
    assert not list(tmp_path.glob(".*"))


def test_a_copy_can_be_made_by_a_reader_while_another_process_writes(filled: Database, tmp_path: Path):
    with open_database(filled.path, read_only=True) as reader, filled.write() as connection:
        connection.execute(text("DELETE FROM person"))
        save_copy(reader, tmp_path / "copy.xdrec")
        with pytest.raises(UserError, match="reading only"), reader.write():
            pass
    assert count(tmp_path / "copy.xdrec") == N_PEOPLE


def test_a_copy_replaces_an_older_copy(filled: Database, tmp_path: Path):
    destination = tmp_path / "copy.xdrec"
    destination.write_text("old")
    save_copy(filled, destination)
    assert count(destination) == N_PEOPLE


def test_a_copy_that_fails_leaves_the_older_copy(filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    destination = tmp_path / "copy.xdrec"
    destination.write_text("old")
    monkeypatch.setattr(maintenance, "_flush_to_disk", full)
    with pytest.raises(UserError, match="No space left"):
        save_copy(filled, destination)
    assert destination.read_text() == "old"
    assert not list(tmp_path.glob(".*"))


def test_a_workspace_is_not_copied_onto_itself(filled: Database, tmp_path: Path):
    other_name = tmp_path / "same.xdrec"
    other_name.symlink_to(filled.path)
    for destination in (filled.path, other_name):
        with pytest.raises(UserError, match="open workspace itself"):
            save_copy(filled, destination)


def test_a_copy_needs_a_folder(filled: Database, tmp_path: Path):
    for destination in (tmp_path, tmp_path / "nowhere" / "copy.xdrec"):
        with pytest.raises(UserError, match="not a place for a file"):
            save_copy(filled, destination)


def test_a_sound_workspace_has_no_findings(filled: Database):
    assert check(filled) == ()


def test_a_torn_page_is_found(filled: Database):
    with filled.read() as connection:
        root = connection.execute(text("SELECT rootpage FROM sqlite_schema WHERE name = 'person'")).scalar_one()
        page_size = connection.execute(text("PRAGMA page_size")).scalar_one()
    filled.close()
    with filled.path.open("r+b") as file:
        file.seek((root - 1) * page_size)
        file.write(b"\xff" * page_size)
    with open_database(filled.path) as database:
        assert check(database) != ()


def test_a_flipped_bit_in_an_index_takes_a_thorough_check(filled: Database):
    filled.close()
    data = bytearray(filled.path.read_bytes())
    places = [place for place in range(len(data)) if data.startswith(b"p001500", place)]
    assert len(places) == 2  # in the table and in its index
    data[places[1] + 6] ^= 1
    filled.path.write_bytes(bytes(data))
    with open_database(filled.path) as database:
        assert check(database, thorough=True) != ()


def test_a_row_that_refers_to_nothing_is_found(filled: Database):
    with filled.autocommit() as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO account (domain_id, user_id, person_id) VALUES (99, 'a', 1)")
        connection.execute("PRAGMA foreign_keys = ON")
    assert check(filled) == ("table account, row 1: refers to a missing domain",)
