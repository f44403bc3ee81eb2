"""Files of items or of people into a workspace: titles, texts, tags and prices; attributes of people."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from sqlalchemy import Connection

from xdrec_app.core.errors import UserError
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
    next_key,
    touch_domain,
    write_batch,
)
from xdrec_app.storage.database import Database
from xdrec_app.storage.descriptions import Subject, Word, describe, described
from xdrec_app.storage.file_state import fingerprint, refuse_known_file
from xdrec_app.storage.schema import batch
from xdrec_app.storage.undo import batches_of, remove_batches


class _Said(NamedTuple):
    """What a part of a file says, and how far the file is read.

    Attributes
    ----------
    domains
        The domain of each word; None where the file names none.
    """

    words: Sequence[Word]
    domains: Sequence[str] | None
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
            yield _Said(words, chunk.domains, chunk.rejected, chunk.trimmed, chunk.done)

    return (yield from _ingest(database, domain_name, "items", file.table, file.columns, said(), mode, again))


def ingest_users(
    database: Database, domain_name: str, file: UserFile, *, mode: Mode = "append", again: bool = False
) -> Job[Ingested]:
    """Add what a file says about the people of a domain, or update it; otherwise as :func:`ingest_items`."""

    def said() -> Iterator[_Said]:
        for chunk in file.chunks():
            words = [(line.id, line.attributes) for line in chunk.users]
            yield _Said(words, chunk.domains, chunk.rejected, chunk.trimmed, chunk.done)

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
        state = yield from fingerprint(table.path)
        connection = yield from bulk_transaction(database, stack)
        progress = FileProgress(state)
        targets = _Targets(connection, kind, domain_name, mode)
        if mode == "append" and not again:
            refuse_known_file(connection, targets.only_domain, kind, state)
        rejections = Rejections(connection, targets.first_batch)
        n_trimmed = 0
        for part in state.watch(parts):
            targets.take_in(part)
            rejections.add(part.rejected)
            n_trimmed += part.trimmed
            yield progress.reading_and_storing(part.done)
        rejections.require_rows(table, targets.n_words)
        elapsed_s = time.monotonic() - started
        for record in targets.records():
            touch_domain(connection, record.domain)
            rejected = rejections.count if record.batch == targets.first_batch else 0
            write_batch(connection, record, rejected, table, columns, state, elapsed_s)
    return Ingested(
        batch=targets.first_batch,
        domains=targets.names,
        lines=targets.n_words + rejections.count,
        imported=targets.n_words - targets.n_merged,
        merged=targets.n_merged,
        rejected=rejections.count,
        trimmed=n_trimmed,
        elapsed_s=elapsed_s,
    )


class _Target:
    """One domain that words of a file go into."""

    def __init__(self, connection: Connection, kind: Subject, name: str, batch_id: int, mode: Mode) -> None:
        self.domain = find_or_make_domain(connection, name)
        if mode == "replace":
            remove_batches(connection, batches_of(connection, self.domain, kind))
        self.batch = batch_id
        self.known = described(connection, self.domain, kind)
        self.n_words = self.n_merged = 0


class _Targets:
    """The domains that the words of a file go into: one, or as a column says."""

    def __init__(self, connection: Connection, kind: Subject, domain_name: str, mode: Mode) -> None:
        self._connection = connection
        self._kind = kind
        self._mode = mode
        self._only = domain_name.strip()
        self._by_name: dict[str, _Target] = {}
        self.first_batch = next_key(connection, batch)
        if self._only:
            self._target(self._only)

    @property
    def only_domain(self) -> int | None:
        """Key of the domain that all words go to; None where a column says it."""
        return self._by_name[self._only].domain if self._only else None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the domains."""
        return tuple(self._by_name)

    @property
    def n_words(self) -> int:
        """Words over all domains."""
        return sum(target.n_words for target in self._by_name.values())

    @property
    def n_merged(self) -> int:
        """Words about what was described before."""
        return sum(target.n_merged for target in self._by_name.values())

    def take_in(self, part: _Said) -> None:
        """Store what a part of the file says."""
        if self._only:
            self._describe(self._only, part.words)
            return
        if part.domains is None:
            raise UserError("No domain is named, and no column of the file names one.", "Give the domain a name.")
        by_domain: dict[str, list[Word]] = {}
        for name, word in zip(part.domains, part.words, strict=True):
            by_domain.setdefault(name, []).append(word)
        for name, words in by_domain.items():
            self._describe(name, words)

    def records(self) -> Iterator[BatchRecord]:
        """Yield the batches."""
        for target in self._by_name.values():
            yield BatchRecord(
                batch=target.batch,
                file_import=self.first_batch,
                domain=target.domain,
                kind=self._kind,
                imported=target.n_words - target.n_merged,
                merged=target.n_merged,
            )

    def _describe(self, name: str, words: Sequence[Word]) -> None:
        target = self._target(name)
        for subject, _ in words:
            target.n_merged += subject in target.known
            target.known.add(subject)
        describe(self._connection, target.domain, self._kind, target.batch, target.n_words, words)
        target.n_words += len(words)

    def _target(self, name: str) -> _Target:
        if name not in self._by_name:
            batch_id = self.first_batch + len(self._by_name)
            self._by_name[name] = _Target(self._connection, self._kind, name, batch_id, self._mode)
        return self._by_name[name]


def _known(said: dict[str, object]) -> dict[str, object]:
    """Leave out the id and what is not said."""
    return {name: value for name, value in said.items() if name != "id" and value not in ("", (), None)}
