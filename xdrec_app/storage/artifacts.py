"""Named bytes that belong to a run: weights, manifest, per-person figures; kept in chunks inside the workspace.

Knows nothing of what the bytes mean; they are never pickle.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from xdrec_app.core.errors import UserError
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import artifact

MANIFEST, IDS = "manifest", "ids"
"""What a stored model consists of beside its weights."""

HELD_OUT = "held_out"
"""The artifact with the test rows, so that the run can be judged again exactly."""

TRAINING = "training"
"""The artifact with the target's rows that were not held out, so that a file can be judged against them."""

WEIGHTS = "weights"
"""The artifact that makes a run able to serve: a model as :mod:`xdrec_app.models.persistence` writes it."""

PER_PERSON = "per_person"
"""The artifact with the figures of each scored person, for paired comparisons with later runs."""

CHUNK_BYTES = 4 * 1024 * 1024


def write_artifact(connection: Connection, run: int, name: str, data: bytes) -> None:
    """Keep `data` under `name`, replacing what was there, within the caller's transaction."""
    connection.execute(delete(artifact).where(artifact.c.run_id == run, artifact.c.name == name))
    view = memoryview(data)
    n_chunks = max(1, -(-len(view) // CHUNK_BYTES))
    statement = insert(artifact)
    for chunk in range(n_chunks):  # one statement each, so that only one chunk is copied at a time
        part = bytes(view[chunk * CHUNK_BYTES : (chunk + 1) * CHUNK_BYTES])
        connection.execute(statement, {"run_id": run, "name": name, "chunk": chunk, "data": part})


def read_artifact(database: Database, run: int, name: str) -> bytes:
    """Return the bytes kept under `name`.

    Raises
    ------
    UserError
        When the run has none of that name, or a chunk of it is gone.
    """
    mine = (artifact.c.run_id == run) & (artifact.c.name == name)
    with database.read() as connection:
        chunks = connection.execute(select(artifact.c.chunk, artifact.c.data).where(mine).order_by(artifact.c.chunk))
        parts = [(row.chunk, row.data) for row in chunks]
    if not parts:
        raise UserError(f"Run {run} has no stored {name.replace('_', ' ')}.", "Train the model again to get it.")
    numbers_are_whole = [number for number, _ in parts] == list(range(len(parts)))
    if not numbers_are_whole or any(len(data) != CHUNK_BYTES for _, data in parts[:-1]):
        raise UserError(f"The stored {name.replace('_', ' ')} of run {run} are incomplete.", "Use a backup copy.")
    return b"".join(data for _, data in parts)
