"""Files of items or of people into a workspace: titles, texts, tags and prices; attributes of people."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from xdrec_app.core.jobs import Job
from xdrec_app.datasets.formats.base import RejectedLine, TableFile
from xdrec_app.datasets.formats.item_file import ItemFile
from xdrec_app.datasets.formats.user_file import UserFile
from xdrec_app.storage.bulk import (
    BatchRecord,
    FileProgress,
    Ingested,
    Mode,
    Rejections,
    bulk_transaction,
    find_or_make_domain,
    fingerprint,
    next_key,
    refuse_known_file,
    touch_domain,
    write_batch,
)
from xdrec_app.storage.database import Database
from xdrec_app.storage.descriptions import Subject, Word, describe, described
from xdrec_app.storage.schema import batch
from xdrec_app.storage.undo import batches_of, remove_batches


class _Said(NamedTuple):
    """What a part of a file says, and how far the file is read."""

    words: Sequence[Word]
    rejected: Sequence[RejectedLine]
    trimmed: int
    done: int


def ingest_items(
    database: Database, domain_name: str, file: ItemFile, *, mode: Mode = "append", again: bool = False
) -> Job[Ingested]:
    """Add the items of a file to a domain or update them; with mode "replace" in the place of earlier descriptions.

    A later line of the same item wins; an empty cell leaves what is known. A line counts as merged when its item was
    described before, by an earlier line or an earlier file; that the item occurs in interactions does not matter.

    Raises
    ------
    UserError
        When the file cannot be read or is known, nothing of it can be imported, or the workspace cannot be written.
    """

    def said() -> Iterator[_Said]:
        for chunk in file.chunks():
            words = [(line.id, _known(line._asdict())) for line in chunk.items]
            yield _Said(words, chunk.rejected, chunk.trimmed, chunk.done)

    return (yield from _ingest(database, domain_name, "items", file.table, file.columns, said(), mode, again))


def ingest_users(
    database: Database, domain_name: str, file: UserFile, *, mode: Mode = "append", again: bool = False
) -> Job[Ingested]:
    """Add what a file says about the people of a domain, or update it; otherwise as :func:`ingest_items`."""

    def said() -> Iterator[_Said]:
        for chunk in file.chunks():
            words = [(line.id, line.attributes) for line in chunk.users]
            yield _Said(words, chunk.rejected, chunk.trimmed, chunk.done)

    return (yield from _ingest(database, domain_name, "users", file.table, file.columns, said(), mode, again))


def _ingest(
    database: Database,
    domain_name: str,
    kind: Subject,
    table: TableFile,
    columns: dict[str, str],
    parts: Iterator[_Said],
    mode: Mode,
    again: bool,
) -> Job[Ingested]:
    started = time.monotonic()
    with ExitStack() as stack:
        sha256 = yield from fingerprint(table.path)
        connection = yield from bulk_transaction(database, stack)
        progress = FileProgress(table)
        domain_id = find_or_make_domain(connection, domain_name)
        if mode == "replace":
            remove_batches(connection, batches_of(connection, domain_id, kind))
        elif not again:
            refuse_known_file(connection, domain_id, kind, table.path, sha256)
        batch_id = next_key(connection, batch)
        known = described(connection, domain_id, kind)
        n_words = n_merged = n_trimmed = 0
        rejections = Rejections(connection, batch_id)
        for part in parts:
            rejections.add(part.rejected)
            for subject, _ in part.words:
                n_merged += subject in known
                known.add(subject)
            describe(connection, domain_id, kind, batch_id, n_words, part.words)
            n_words += len(part.words)
            n_trimmed += part.trimmed
            yield progress.reading_and_storing(part.done)
        rejections.require_rows(table, n_words)
        touch_domain(connection, domain_id)
        record = BatchRecord(
            batch=batch_id,
            file_import=batch_id,
            domain=domain_id,
            kind=kind,
            imported=n_words - n_merged,
            merged=n_merged,
        )
        elapsed_s = time.monotonic() - started
        write_batch(connection, record, rejections.count, table, columns, sha256, elapsed_s)
    return Ingested(
        batch=batch_id,
        domains=(domain_name.strip(),),
        lines=n_words + rejections.count,
        imported=n_words - n_merged,
        merged=n_merged,
        rejected=rejections.count,
        trimmed=n_trimmed,
        elapsed_s=elapsed_s,
    )


def _known(said: dict[str, object]) -> dict[str, object]:
    """Leave out the id and what is not said."""
    return {name: value for name, value in said.items() if name != "id" and value not in ("", (), None)}
