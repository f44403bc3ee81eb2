"""The file that an import reads: known again by its bytes, and required to stay what it was until it is stored."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, select

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Event, Tick
from xdrec_app.datasets.formats.source import require_unchanged
from xdrec_app.storage.schema import batch, domain

T = TypeVar("T")

HASHED_AT_ONCE = 1 << 22


class FileState(NamedTuple):
    """What a file was when an import began.

    Attributes
    ----------
    sha256
        Of its bytes, in hex.
    status
        Tells whether it was changed since.
    """

    path: Path
    sha256: str
    status: os.stat_result

    def watch(self, parts: Iterator[T]) -> Iterator[T]:
        """Yield what is read of the file; in the end, and where reading fails, it must still be what it was.

        Raises
        ------
        UserError
            When it was changed or removed.
        """
        try:
            yield from parts
        except UserError:
            require_unchanged(self.path, self.status)  # explains whatever else is wrong
            raise
        require_unchanged(self.path, self.status)


def fingerprint(path: Path) -> Generator[Event, None, FileState]:
    """Read a file through to know it again.

    Raises
    ------
    UserError
        When it cannot be read.
    """
    sha256 = hashlib.sha256()
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            while block := file.read(HASHED_AT_ONCE):
                sha256.update(block)
                yield Tick()
    except OSError as error:
        raise UserError(f"The file {path} cannot be read: {error.strerror}.") from error
    return FileState(path, sha256.hexdigest(), status)


def refuse_known_file(connection: Connection, domain_id: int | None, kind: str, file: FileState) -> None:
    """Refuse a file whose very bytes were imported before, into this domain or, without one, anywhere.

    Raises
    ------
    UserError
        That names the earlier import.
    """
    query = (
        select(batch.c.id, batch.c.created_at, domain.c.name)
        .join(domain)
        .where(batch.c.sha256 == file.sha256, batch.c.kind == kind)
        .order_by(batch.c.id.desc())
        .limit(1)
    )
    known = connection.execute(
        query if domain_id is None else query.where(batch.c.domain_id == domain_id)
    ).one_or_none()
    if known is not None:
        day = time.strftime("%Y-%m-%d", time.localtime(known.created_at))
        raise UserError(
            f"{file.path.name} is in {known.name} already: import {known.id} of {day} read the very same bytes.",
            "Import it again on purpose, replace what the domain holds, or undo that import first.",
        )
