"""The imports of a workspace, and the lines of a file that were not taken."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

_BATCHES = text(
    """
    SELECT batch.id AS batch, domain.name AS domain, kind, file_name, lines, imported, merged, rejected,
           batch.created_at
    FROM batch JOIN domain ON domain.id = domain_id ORDER BY batch.id DESC LIMIT :limit
    """
)
_REJECTED = text(
    """
    SELECT line, text, reason FROM rejected_line WHERE batch_id = :batch AND line > :after ORDER BY line LIMIT :limit
    """
)


class BatchLine(NamedTuple):
    """One import into one domain."""

    batch: int
    domain: str
    kind: str
    file_name: str
    lines: int
    imported: int
    merged: int
    rejected: int
    created_at: int


class RejectedLine(NamedTuple):
    """One line that was not imported, and why."""

    line: int
    text: str
    reason: str


def batches_page(connection: Connection, limit: int) -> list[BatchLine]:
    """Return the newest imports, newest first."""
    return [BatchLine(*row) for row in connection.execute(_BATCHES, {"limit": limit})]


def rejected_page(connection: Connection, batch: int, after_line: int, limit: int) -> list[RejectedLine]:
    """Return the next rejected lines of an import, in the order of the file."""
    values = {"batch": batch, "after": after_line, "limit": limit}
    return [RejectedLine(*row) for row in connection.execute(_REJECTED, values)]
