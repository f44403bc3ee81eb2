"""Bytes come back as they were given, or not at all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_strategies
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.storage import artifacts
from xdrec_app.storage.arrays import arrays_from_bytes, arrays_to_bytes
from xdrec_app.storage.artifacts import artifact_sizes, read_artifact, write_artifact
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
    assert artifact_sizes(database, run) == {"weights": size}


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
    data = np.random.default_rng(1).bytes(9 * 1024 * 1024)
    with database.write() as connection:
        write_artifact(connection, number, "weights", data)
        sizes = connection.execute(text("SELECT length(data) FROM artifact ORDER BY chunk")).scalars().all()
    assert sizes == [4 * 1024 * 1024, 4 * 1024 * 1024, 1024 * 1024]
    assert read_artifact(database, number, "weights") == data


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda name: name != "__metadata__"),
        arrays_strategies.arrays(
            st.sampled_from([np.float64, np.float32, np.int64, np.int32, np.bool_]),
            arrays_strategies.array_shapes(max_dims=3, min_side=0, max_side=4),
        ),
        max_size=3,
    )
)
def test_arrays_come_back_bit_for_bit(arrays: dict[str, np.ndarray]):
    back = arrays_from_bytes(arrays_to_bytes(arrays))
    assert back.keys() == arrays.keys()
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()


def test_a_transposed_array_comes_back_in_its_shape():
    array = np.arange(6.0).reshape(2, 3).T
    np.testing.assert_array_equal(arrays_from_bytes(arrays_to_bytes({"a": array}))["a"], array)


def test_bytes_that_hold_no_arrays_are_a_sentence():
    with pytest.raises(UserError, match="cannot be read"):
        arrays_from_bytes(b"no arrays at all")
