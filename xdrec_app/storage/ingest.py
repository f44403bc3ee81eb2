"""Files of interactions into a workspace: every line becomes a raw row of its batch or a rejected line with a reason.

Rows are kept as they are, repeated pairs too; which of them counts is decided when a dataset is built (`snapshots`).
A file whose lines belong to several domains becomes one batch in each; they are one import and are undone together.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from functools import partial

import numpy as np
from sqlalchemy import Connection, func, select

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Event
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import Longs
from xdrec_app.datasets.formats.interaction_file import InteractionChunk, InteractionFile
from xdrec_app.datasets.formats.signal_guess import guess_signal
from xdrec_app.datasets.repeats import pair_numbers
from xdrec_app.datasets.signal_settings import SignalKey, SignalSettings
from xdrec_app.datasets.signals import SIGNALS, settled
from xdrec_app.storage.aside import aside, finished
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
from xdrec_app.storage.counting import count_resolved
from xdrec_app.storage.database import Database
from xdrec_app.storage.descriptions import make_accounts
from xdrec_app.storage.file_state import fingerprint, refuse_known_file
from xdrec_app.storage.resolution import Resolution
from xdrec_app.storage.row_parts import Columns, Part, n_distinct
from xdrec_app.storage.row_writing import Written, build_indexes, drop_indexes, write_rows
from xdrec_app.storage.schema import account, batch, item, person
from xdrec_app.storage.segments import RawRows, joined, read_segments, write_segment
from xdrec_app.storage.signals import domain_signal, store_signal, stored_values, value_arrays
from xdrec_app.storage.snapshots import KEEP_FROM_ROWS, keep_snapshot
from xdrec_app.storage.sqlite import driver_cursor
from xdrec_app.storage.undo import batches_of, remove_batches

SIDE_BY_SIDE_ROWS = 10_000_000
"""More rows are not indexed while they are resolved: both take much memory."""

INDEXING = 0.5
"""Where writing rows ends and building indexes begins, as a share of storing."""


def ingest_interactions(
    database: Database,
    domain_name: str,
    file: InteractionFile,
    *,
    mode: Mode = "append",
    again: bool = False,
    signal: SignalKey | None = None,
) -> Job[Ingested]:
    """Append a file to a domain, made if missing, or put it in the place of what the domain holds; one transaction.

    An account is a user id in a domain; a new account belongs to the person of the same name, unless people are linked
    in another way, so the same id in two domains is one person.

    Parameters
    ----------
    domain_name
        Empty where a column of the file names the domain of each line.
    again
        Whether a file whose very bytes were imported before is welcome.
    signal
        What a line says; None: as the domain has it, or guessed for a new one.

    Raises
    ------
    UserError
        When the file cannot be read, is known, says something else than the domain, nothing of it can be imported, or
        the workspace cannot be written.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        state = yield from fingerprint(file.table.path)
        connection = yield from bulk_transaction(database, stack)
        progress = FileProgress(state)
        parts = _Parts(connection, domain_name, mode)
        if not again and mode == "append":
            refuse_known_file(connection, parts.only_domain, "interactions", state)
        rejections = Rejections(connection, parts.first_batch)
        for chunk in state.watch(file.chunks()):
            parts.add(chunk)
            rejections.add(chunk.rejected)
            yield progress.reading(chunk.done)
        rejections.require_rows(file.table, parts.n_rows)
        indexes = drop_indexes(connection, parts.n_rows)
        arrivals = []
        for batch_id, part in parts.numbered():
            _settle_signal(connection, part, file, signal)
            arrivals.append((yield from _arrive(connection, batch_id, part, progress)))
        computing = _compute(arrivals, progress)
        if parts.n_rows > SIDE_BY_SIDE_ROWS:
            yield from computing
        with aside(connection, partial(build_indexes, connection, indexes)) as building:
            yield from computing
            yield from finished(building)
        elapsed_s = time.monotonic() - started
        for arrival in arrivals:
            arrival.settle(connection)
            rejected = rejections.count if arrival.batch == parts.first_batch else 0
            write_batch(
                connection, arrival.record(parts.first_batch), rejected, file.table, file.columns, state, elapsed_s
            )
        yield progress.storing(1)
    return Ingested(
        batch=parts.first_batch,
        domains=parts.names,
        lines=parts.n_rows + rejections.count,
        imported=parts.n_rows - sum(arrival.n_merged for arrival in arrivals),
        merged=sum(arrival.n_merged for arrival in arrivals),
        rejected=rejections.count,
        trimmed=parts.trimmed,
        elapsed_s=elapsed_s,
        signal=arrivals[0].resolution.settings.kind,
    )


def _compute(arrivals: Sequence[_Arrival], progress: FileProgress) -> Iterator[Event]:
    for arrival in arrivals:
        arrival.compute()
        yield progress.storing(INDEXING)


class _Parts:
    """The lines of a file by domain: all of one, or as a column of the file says."""

    def __init__(self, connection: Connection, domain_name: str, mode: Mode) -> None:
        self._connection = connection
        self._mode = mode
        self._by_name: dict[str, Part] = {}
        self._only = domain_name.strip()
        self.first_batch = next_key(connection, batch)
        self.trimmed = 0
        if self._only:
            self._part(self._only)

    @property
    def only_domain(self) -> int | None:
        """Key of the domain that all lines go to; None where a column says it."""
        return self._by_name[self._only].domain_id if self._only else None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the domains."""
        return tuple(self._by_name)

    @property
    def n_rows(self) -> int:
        """Number of lines over all domains."""
        return sum(part.n_rows for part in self._by_name.values())

    def numbered(self) -> Iterator[tuple[int, Part]]:
        """Yield the parts with the keys of their batches."""
        yield from enumerate(self._by_name.values(), start=self.first_batch)

    def add(self, chunk: InteractionChunk) -> None:
        """Take in the lines of a chunk."""
        self.trimmed += chunk.trimmed
        if self._only:
            self._by_name[self._only].add(chunk)
            return
        if chunk.domains is None:
            raise UserError("No domain is named, and no column of the file names one.", "Give the domain a name.")
        for code in np.unique(chunk.domains.codes).tolist():
            self._part(chunk.domains.texts[code]).add(chunk, chunk.domains.codes == code)

    def _part(self, name: str) -> Part:
        if name not in self._by_name:
            domain_id = find_or_make_domain(self._connection, name)
            if self._mode == "replace":
                remove_batches(self._connection, batches_of(self._connection, domain_id, "interactions"))
            self._by_name[name] = Part(self._connection, domain_id, name)
        return self._by_name[name]


class _Arrival:
    """The rows of one domain that an import has written, and what follows from them."""

    def __init__(self, connection: Connection, batch_id: int, part: Part, columns: Columns, written: Written) -> None:
        self.batch = batch_id
        self.n_merged = written.n_repeated
        self._order: Longs | None = written.order
        self._part = part
        self._first_row = written.first_row
        new = columns.raw(part.actions)
        earlier = read_segments(connection, part.domain_id)
        self._n_earlier = len(earlier.item)
        self._all = joined([earlier, new]) if self._n_earlier else new
        write_segment(connection, batch_id, new)
        self._all = self._all._replace(line=self._all.line[:0])  # no longer needed, and there may be millions
        self.resolution = Resolution.of(connection, part.domain_id)

    def compute(self) -> None:
        """Work out how many rows repeat an earlier pair, and what the domain comes to with them. Asks no database."""
        if self._n_earlier:
            pairs = pair_numbers(self._all.account, self._all.item)
            n_before = n_distinct(pairs[: self._n_earlier])
            self.n_merged = self._part.n_rows - (n_distinct(pairs) - n_before)
            del pairs
            self._order = None
        self._resolved = self.resolution.resolve(*self._take_rows())
        self._counted = count_resolved(self._part.name, self.resolution, self._resolved)

    def _take_rows(self) -> tuple[RawRows, Longs | None]:
        """Give the rows and their order away, so that their memory is free as soon as they are used."""
        rows, order = self._all, self._order
        del self._all, self._order
        return rows, order

    def settle(self, connection: Connection) -> None:
        """Store what was worked out, and answer for the foreign keys, which are off."""
        if len(self._resolved.users) >= KEEP_FROM_ROWS:
            keep_snapshot(connection, self._part.domain_id, self.resolution.digest(), self._resolved)
        self._counted.keep(connection, self._part.domain_id)
        _verify(connection, self._part)

    def record(self, first_batch: int) -> BatchRecord:
        """Describe the batch."""
        return BatchRecord(
            batch=self.batch,
            file_import=first_batch,
            domain=self._part.domain_id,
            kind="interactions",
            imported=self._part.n_rows - self.n_merged,
            merged=self.n_merged,
            actions=self._part.actions,
            values=tuple(self._part.values.pairs()),
            first_row=self._first_row,
            last_row=self._first_row + self._part.n_rows - 1,
        )


def _arrive(
    connection: Connection, batch_id: int, part: Part, progress: FileProgress
) -> Generator[Event, None, _Arrival]:
    """Write the accounts, the items and the rows of one domain."""
    first_account, first_item = next_key(connection, account), next_key(connection, item)
    account_keys, new_accounts = part.accounts.give_keys(first_account)
    item_keys, new_items = part.items.give_keys(first_item)
    make_accounts(connection, part.domain_id, new_accounts, first_account)
    _write_items(connection, part.domain_id, new_items, first_item)
    columns = part.join(account_keys, item_keys)
    written = yield from progress.of_storing(write_rows(connection, batch_id, columns, part.actions), INDEXING)
    touch_domain(connection, part.domain_id)
    return _Arrival(connection, batch_id, part, columns, written)


def _write_items(connection: Connection, domain_id: int, new: Sequence[str], first_key: int) -> None:
    driver_cursor(connection).executemany(
        f"INSERT INTO {item.name} (id, domain_id, item_id) VALUES (?, {int(domain_id)}, ?)",
        enumerate(new, start=first_key),
    )


def _settle_signal(connection: Connection, part: Part, file: InteractionFile, wish: SignalKey | None) -> None:
    """Decide what the lines of a new domain say, and what scale the values of a domain have.

    Raises
    ------
    UserError
        When the wish is not what the domain holds.
    """
    known = domain_signal(connection, part.domain_id)
    found = part.values.pairs()
    if known is not None and wish not in (None, known.kind):
        raise UserError(
            f"{part.name} holds {known.kind}, not {wish}.",
            f"Put the {wish} into a domain of their own, e.g. '{part.name} {wish}'.",
        )
    if known is not None:
        settings = known
    elif wish is not None:
        settings = SignalSettings(kind=wish, repeats=SIGNALS[wish].usual_repeats)
    else:
        # Only a scale that somebody chooses stands in the settings; else it is found anew with every import.
        settings = settled(guess_signal(file), *value_arrays(found)).model_copy(update={"scale": None})
    store_signal(connection, part.domain_id, settings, [*stored_values(connection, part.domain_id), *found])


def _verify(connection: Connection, part: Part) -> None:
    """Answer for the foreign keys, which were off: every key that a row may name has its account, person and item."""
    of_accounts = select(func.count()).select_from(account.join(person)).where(account.c.domain_id == part.domain_id)
    of_items = select(func.count()).select_from(item).where(item.c.domain_id == part.domain_id)
    found = connection.execute(select(of_accounts.scalar_subquery(), of_items.scalar_subquery())).one()
    if tuple(found) != (len(part.accounts), len(part.items)):
        raise RuntimeError(f"accounts and items do not add up: {found}, {len(part.accounts)}, {len(part.items)}")
