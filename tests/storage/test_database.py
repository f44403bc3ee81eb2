"""Opening a workspace and its transactions: each thing that can be wrong has its own sentence, nothing is half done."""

from __future__ import annotations

import math
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import StopRequested
from xdrec_app.storage.database import Database, open_database, patiently
from xdrec_app.storage.schema import SCHEMA_VERSION
from xdrec_app.storage.sqlite import WorkspaceBusy

ADD_PERSON = text("INSERT INTO person (name) VALUES (:name)")


def add_person(database: Database, name: str) -> None:
    with database.write() as connection:
        connection.execute(ADD_PERSON, {"name": name})


def people(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(text("SELECT name FROM person ORDER BY id")).scalars())


def in_another_process(path: Path, *statements: str) -> None:
    code = (
        "import sys, pysqlite3.dbapi2 as driver\n"
        "connection = driver.connect(sys.argv[1], isolation_level=None)\n"
        "for statement in sys.argv[2:]: connection.execute(statement).fetchall()\n"
        "connection.close()\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path), *statements], check=True)


def refusal(path: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        open_database(path)
    assert str(path) in caught.value.sentence
    return caught.value


# ------------------------------------------------------------------ what is no workspace


def test_a_missing_file_is_named_and_the_way_to_make_one_too(tmp_path: Path):
    error = refusal(tmp_path / "w.xdrec")
    assert "There is no workspace" in error.sentence
    assert "xdrec new" in error.hint
    assert list(tmp_path.iterdir()) == []


def test_a_name_no_disk_can_hold_is_a_sentence(tmp_path: Path):
    assert "cannot be read" in refusal(tmp_path / ("x" * 300)).sentence


def test_a_folder_is_no_workspace(tmp_path: Path):
    assert "is a folder" in refusal(tmp_path).sentence


def test_an_empty_file_is_no_workspace_although_sqlite_would_take_it(tmp_path: Path):
    path = tmp_path / "w.xdrec"
    path.touch()
    assert "is empty" in refusal(path).sentence
    assert path.stat().st_size == 0


def test_a_text_file_is_no_workspace(tmp_path: Path):
    path = tmp_path / "w.xdrec"
    path.write_text("user,item,rating\n" * 100)
    assert "no database file" in refusal(path).sentence


def test_a_database_of_another_program_is_left_alone(tmp_path: Path):
    path = tmp_path / "w.xdrec"
    in_another_process(path, "CREATE TABLE bookmark (url TEXT)")
    before = path.read_bytes()
    assert "another program" in refusal(path).sentence
    assert path.read_bytes() == before


def test_a_workspace_of_a_newer_version_asks_for_that_version(workspace: Path):
    in_another_process(workspace, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    error = refusal(workspace)
    assert "newer version" in error.sentence
    assert "Install the newer version" in error.hint


def test_a_workspace_of_an_older_version_offers_the_upgrade(workspace: Path):
    in_another_process(workspace, "PRAGMA user_version = 0")
    assert "Upgrade" in refusal(workspace).hint


@pytest.mark.parametrize("kind", ["TRIGGER t AFTER INSERT ON person BEGIN DELETE FROM run; END", "VIEW v AS SELECT 1"])
def test_a_strangers_trigger_or_view_is_refused_before_it_can_run(workspace: Path, kind: str):
    in_another_process(workspace, f"CREATE {kind}")
    assert "altered by another program" in refusal(workspace).sentence


def test_a_missing_table_is_damage(workspace: Path):
    in_another_process(workspace, "DROP TABLE segment")
    assert "lacks the table segment" in refusal(workspace).sentence


# ------------------------------------------------------------------ damage


def test_a_file_cut_short_is_damaged(workspace: Path):
    with workspace.open("r+b") as file:
        file.truncate(5000)
    assert "is damaged" in refusal(workspace).sentence


def test_rubbish_after_the_first_page_is_damaged(workspace: Path):
    size = workspace.stat().st_size
    with workspace.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (size - 100))
    assert "is damaged" in refusal(workspace).sentence


def test_damage_met_while_reading_is_a_sentence_with_a_way_out(workspace: Path):
    with open_database(workspace) as database:
        with database.write() as connection:
            connection.execute(ADD_PERSON, [{"name": f"person {row:06}"} for row in range(2000)])
        with database.read() as connection:
            root = connection.execute(text("SELECT rootpage FROM sqlite_schema WHERE name = 'person'")).scalar_one()
            page_size = connection.execute(text("PRAGMA page_size")).scalar_one()
    with workspace.open("r+b") as file:
        file.seek((root - 1) * page_size)
        file.write(b"\xff" * page_size)
    with open_database(workspace) as database, pytest.raises(UserError, match="is damaged") as caught:
        people(database)
    assert caught.value.hint == "Use a backup copy."


# ------------------------------------------------------------------ transactions


def test_an_exception_rolls_everything_back(database: Database):
    with pytest.raises(KeyError), database.write() as connection:
        connection.execute(ADD_PERSON, {"name": "Ana"})
        raise KeyError
    assert people(database) == []


def test_a_table_made_in_a_transaction_that_fails_is_gone(database: Database):
    with pytest.raises(KeyError), database.write() as connection:
        connection.execute(ADD_PERSON, {"name": "Ana"})
        connection.execute(text("CREATE TABLE extra (x INTEGER)"))
        connection.execute(ADD_PERSON, {"name": "Bo"})
        raise KeyError
    assert people(database) == []
    with pytest.raises(OperationalError, match="no such table"), database.read() as connection:
        connection.execute(text("SELECT * FROM extra"))


def test_a_value_of_the_wrong_type_is_refused(database: Database):
    statement = text("INSERT INTO domain (name, scale_low, created_at) VALUES ('Books', :low, 0)")
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(statement, {"low": "high"})


def test_a_reference_to_nothing_is_refused(database: Database):
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text("INSERT INTO account (domain_id, user_id, person_id) VALUES (1, 'a', 1)"))


def test_a_reader_sees_one_moment_while_another_connection_commits(database: Database):
    add_person(database, "Ana")
    count = text("SELECT count(*) FROM person")
    with open_database(database.path, read_only=True) as reader, reader.read() as connection:
        assert connection.execute(count).scalar_one() == 1
        add_person(database, "Bo")
        assert connection.execute(count).scalar_one() == 1
    assert people(database) == ["Ana", "Bo"]


def test_a_reader_works_while_a_writer_is_in_the_middle(database: Database):
    add_person(database, "Ana")
    with database.write() as connection:
        connection.execute(ADD_PERSON, {"name": "Bo"})
        with open_database(database.path, read_only=True) as reader:
            assert people(reader) == ["Ana"]


def test_opened_for_reading_only_it_cannot_be_written(database: Database):
    with open_database(database.path, read_only=True) as reader:
        with pytest.raises(UserError, match="reading only"):
            add_person(reader, "Ana")
        assert people(reader) == []


# ------------------------------------------------------------------ several writers


def test_a_second_writer_waits_for_the_first(database: Database):
    inside = threading.Event()

    def write_slowly() -> None:
        with open_database(database.path) as other, other.write() as connection:
            inside.set()
            time.sleep(0.2)
            connection.execute(ADD_PERSON, {"name": "first"})

    thread = threading.Thread(target=write_slowly)
    thread.start()
    inside.wait()
    add_person(database, "second")
    thread.join()
    assert people(database) == ["first", "second"]


def test_a_writer_that_waited_long_enough_says_busy(database: Database):
    with open_database(database.path, busy_timeout_s=0.1) as impatient, database.write() as connection:
        connection.execute(ADD_PERSON, {"name": "Ana"})
        started = time.monotonic()
        with pytest.raises(WorkspaceBusy, match="another process is writing"):
            add_person(impatient, "Bo")
        assert 0.08 < time.monotonic() - started < 5
    add_person(database, "Cy")
    assert people(database) == ["Ana", "Cy"]


def test_the_wait_of_one_write_does_not_stay_for_the_next(database: Database):
    with open_database(database.path, busy_timeout_s=0.3) as other, database.write():
        with pytest.raises(WorkspaceBusy), other.write(wait_s=0):
            pass
        started = time.monotonic()
        with pytest.raises(WorkspaceBusy), other.write():
            pass
        assert time.monotonic() - started > 0.25


def test_patience_ticks_until_the_other_writer_is_done_and_a_stop_does_not_end_it(database: Database):
    def add() -> str:
        with database.write(wait_s=0.01) as connection:
            connection.execute(ADD_PERSON, {"name": "Ana"})
        return "stored"

    job = patiently(add)
    with open_database(database.path) as other, other.write():
        assert next(job) == Tick()
        assert next(job) == Tick()
        assert job.throw(StopRequested()) == Tick()
    with pytest.raises(StopIteration) as end:
        next(job)
    assert end.value.value == "stored"
    assert people(database) == ["Ana"]


# ------------------------------------------------------------------ news


def test_the_data_version_changes_when_another_process_commits_and_only_then(database: Database):
    version = database.data_version()
    people(database)
    assert database.data_version() == version
    in_another_process(database.path, "INSERT INTO person (name) VALUES ('Ana')")
    changed = database.data_version()
    assert changed != version
    assert database.data_version() == changed


def test_asking_for_the_data_version_holds_no_lock_and_no_old_moment(database: Database):
    database.data_version()
    in_another_process(
        database.path, "INSERT INTO person (name) VALUES ('Ana')", "PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM"
    )
    assert people(database) == ["Ana"]


# ------------------------------------------------------------------ places that are full or read-only


def test_a_full_disk_is_a_sentence_and_changes_nothing(database: Database):
    add_person(database, "Ana")
    with pytest.raises(UserError, match="disk is full"), database.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 100"))
        connection.execute(ADD_PERSON, [{"name": f"{row}" * 300} for row in range(10_000)])
    assert people(database) == ["Ana"]


def test_a_disk_that_fails_to_write_is_a_sentence_and_changes_nothing(database: Database):
    resource = pytest.importorskip("resource", reason="no limit of file sizes on this system")
    add_person(database, "Ana")
    kept = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, kept[1][1]))
    try:
        with pytest.raises(UserError, match="disk"), database.write() as connection:
            connection.execute(text("PRAGMA cache_spill = 1"))
            connection.execute(ADD_PERSON, [{"name": f"{row}" * 3000} for row in range(1000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept[1])
        signal.signal(signal.SIGXFSZ, kept[0])
    assert people(database) == ["Ana"]


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users may enter, unlike pytest's."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Drop the rights of root, who may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")


@posix_only
def test_in_a_read_only_folder_it_can_be_read_and_writing_says_why_not(workspace: Path, public_folder: Path):
    with open_database(workspace) as database:
        add_person(database, "Ana")
    path = Path(shutil.copy(workspace, public_folder))
    path.chmod(0o444)
    public_folder.chmod(0o555)
    with as_nobody(), open_database(path) as database:
        assert people(database) == ["Ana"]
        database.data_version()
        with pytest.raises(UserError, match="reading only") as caught:
            add_person(database, "Bo")
        assert "Copy it" in caught.value.hint
    assert [entry.name for entry in public_folder.iterdir()] == [path.name]


@posix_only
def test_a_read_only_place_with_changes_still_in_the_log_is_refused_not_read_stale(
    workspace: Path, public_folder: Path
):
    with open_database(workspace) as database:
        add_person(database, "Ana")
        for name in (workspace.name, f"{workspace.name}-wal"):
            shutil.copy(workspace.with_name(name), public_folder)
    for entry in public_folder.iterdir():
        entry.chmod(0o444)
    public_folder.chmod(0o555)
    with as_nobody(), pytest.raises(UserError, match="-wal") as caught:
        open_database(public_folder / workspace.name)
    assert "both files" in caught.value.hint


# ------------------------------------------------------------------ the way SQLite is asked


def test_the_sqlite_in_use_is_not_one_that_corrupts_write_ahead_logs(database: Database):
    with database.read() as connection:
        version = connection.execute(text("SELECT sqlite_version()")).scalar_one()
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)


def test_any_sql_tool_reads_the_file(database: Database):
    add_person(database, "Ana")
    database.close()
    connection = sqlite3.connect(database.path)
    try:
        assert connection.execute("SELECT name FROM person").fetchall() == [("Ana",)]
    finally:
        connection.close()


def test_not_a_number_comes_out_of_the_file_as_null(database: Database):
    with database.write() as connection:
        assert connection.execute(text("SELECT :value"), {"value": math.nan}).scalar_one() is None
