"""Bytes come back as they were given, or not at all."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.storage import artifacts
from xdrec_app.storage.artifacts import read_artifact, write_artifact
from xdrec_app.storage.database import Database
from xdrec_app.storage.run_records import NewRun
from xdrec_app.storage.runs import create_run


@pytest.fixture
def run(database: Database, new_run: Callable[..., NewRun], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(artifacts, "CHUNK_BYTES", 10)
    return create_run(database, new_run())


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 95])
def test_bytes_of_any_size_come_back(database: Database, run: int, size: int):
    data = bytes(range(size))
    with database.write() as connection:
        write_artifact(connection, run, "weights", data)
    assert read_artifact(database, run, "weights") == data


def test_writing_again_replaces_all_chunks(database: Database, run: int):
    with database.write() as connection:
        write_artifact(connection, run, "weights", bytes(95))
        write_artifact(connection, run, "manifest", b"{}")
        write_artifact(connection, run, "weights", b"short")
    assert read_artifact(database, run, "weights") == b"short"
    assert read_artifact(database, run, "manifest") == b"{}"


def test_what_was_never_stored_is_a_sentence(database: Database, run: int):
    with pytest.raises(UserError, match=f"Run {run} has no stored per person"):
        read_artifact(database, run, "per_person")


@pytest.mark.parametrize("damage", ["DELETE FROM artifact WHERE chunk = 0", "DELETE FROM artifact WHERE chunk = 1"])
def test_a_lost_chunk_is_noticed(database: Database, run: int, damage: str):
    with database.write() as connection:
        write_artifact(connection, run, "weights", bytes(25))
        connection.execute(text(damage))
    with pytest.raises(UserError, match="incomplete"):
        read_artifact(database, run, "weights")


def test_a_shortened_chunk_is_noticed(database: Database, run: int):
    with database.write() as connection:
        write_artifact(connection, run, "weights", bytes(25))
        connection.execute(text("UPDATE artifact SET data = x'00' WHERE chunk = 1"))
    with pytest.raises(UserError, match="incomplete"):
        read_artifact(database, run, "weights")


def test_real_chunks_have_four_mebibytes(database: Database, new_run: Callable[..., NewRun]):
    number = create_run(database, new_run())
    data = random.Random(1).randbytes(9 * 1024 * 1024)
    with database.write() as connection:
        write_artifact(connection, number, "weights", data)
        sizes = connection.execute(text("SELECT length(data) FROM artifact ORDER BY chunk")).scalars().all()
    assert sizes == [4 * 1024 * 1024, 4 * 1024 * 1024, 1024 * 1024]
    assert read_artifact(database, number, "weights") == data
