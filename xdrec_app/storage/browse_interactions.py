"""Pages of the interactions of a domain, in any order and under any filter, none of them long in coming.

Three ways lead to a page. Along an index, in the order of people or items; what no index answers is looked at row by
row until the time is up. Through the column segments, in the order of the files. And from memory: the rows of one
person or one item, and those of a filter that were counted and are few, are kept and sorted.
numpy is imported with the first page that needs it.
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, text

from xdrec_app.storage.browse_filters import InteractionFilter, InteractionOrder, Place, Window
from xdrec_app.storage.browse_rows import (
    DomainState,
    Found,
    InteractionLine,
    RawRow,
    domain_state,
    named_rows,
    placed,
)
from xdrec_app.storage.browse_rows_by_id import gather, walk_by_id

if TYPE_CHECKING:
    from xdrec_app.storage.browse_rows_by_file import Counting, RowCount
    from xdrec_app.storage.browse_sieve import Sieve

MAX_KEPT = 30_000
"""Of more rows than this the next hundred are found quickly in any case."""

_TOTAL = text(
    "SELECT coalesce(sum(imported + merged), 0) FROM batch WHERE domain_id = :domain AND kind = 'interactions'"
)


class InteractionLines(NamedTuple):
    """A page of interactions, in the order of the table.

    Attributes
    ----------
    last
        Where to go on in the direction that was asked for.
    is_over
        Whether nothing is left there.
    """

    rows: list[InteractionLine]
    last: Place
    is_over: bool


class _Selection:
    """Few rows in memory, sorted when an order is first asked for."""

    def __init__(self, rows: list[RawRow]) -> None:
        self.rows = rows
        self._sorted: dict[InteractionOrder, tuple[list[Place], list[RawRow]]] = {}

    def page(self, connection: Connection, order: InteractionOrder, window: Window) -> Found:
        """Return the rows of a window."""
        if order not in self._sorted:
            pairs = placed(connection, self.rows, order)
            self._sorted[order] = ([place for place, _ in pairs], [row for _, row in pairs])
        places, rows = self._sorted[order]
        if window.is_falling:
            stop = bisect_left(places, window.place) if window.place else len(places)
            chosen = range(max(0, stop - window.limit), stop)[::-1]
        else:
            start = bisect_right(places, window.place)
            chosen = range(start, min(len(places), start + window.limit))
        last = places[chosen[-1]] if chosen else window.place
        return Found([rows[at] for at in chosen], last, len(chosen) < window.limit)


class InteractionBrowser:
    """Reads the interactions of one workspace; remembers what the last filter came to and the last parts of files."""

    def __init__(self) -> None:
        self._known: tuple[DomainState, InteractionFilter] | None = None
        self._selection: _Selection | None = None
        self._counting: Counting | None = None
        self._files: _Files | None = None

    def page(
        self,
        connection: Connection,
        domain_name: str,
        order: InteractionOrder,
        filters: InteractionFilter,
        window: Window,
    ) -> InteractionLines:
        """Return the rows of a window; fewer than its limit when the time is up before so many are found."""
        domain = self._look_at(connection, domain_name, filters)
        if self._selection is not None:
            found = self._selection.page(connection, order, window)
        elif order == "file":
            found = self._reading_files().scan(connection, domain, self._sieve(connection, domain, filters), window)
        else:
            found = walk_by_id(connection, domain, order, filters, window)
        rows = named_rows(connection, found.rows, order)
        return InteractionLines(rows[::-1] if window.is_back else rows, found.last, found.is_over)

    def count(
        self, connection: Connection, domain_name: str, filters: InteractionFilter, deadline: float
    ) -> tuple[int, bool, float]:
        """Go on counting the rows that pass a filter until the deadline.

        Returns
        -------
        rows, is_final, share
            What was counted, whether that is all, and the part of the rows that was looked at.
        """
        domain = self._look_at(connection, domain_name, filters)
        if self._selection is not None:
            return len(self._selection.rows), True, 1.0
        if filters == InteractionFilter():
            return total(connection, domain.id), True, 1.0
        counting = self._sieving(connection, domain, filters)
        counted = self._reading_files().count(connection, domain, counting, deadline)
        rows = counting.rows() if counted.is_final else None
        self._selection = None if rows is None else _Selection(rows)
        return counted

    def _look_at(self, connection: Connection, domain_name: str, filters: InteractionFilter) -> DomainState:
        """Forget what is known of another filter or of older data; fetch what is quickly fetched."""
        domain = domain_state(connection, domain_name)
        if self._known != (domain, filters):
            self._known, self._selection, self._counting = (domain, filters), None, None
            if filters.person or filters.item:
                rows = gather(connection, domain, filters, MAX_KEPT)
                self._selection = None if rows is None else _Selection(rows)
        return domain

    def _sieving(self, connection: Connection, domain: DomainState, filters: InteractionFilter) -> Counting:
        if self._counting is None:
            from xdrec_app.storage.browse_rows_by_file import Counting
            from xdrec_app.storage.browse_sieve import Sieve

            self._counting = Counting(Sieve(connection, domain.id, filters), MAX_KEPT)
        return self._counting

    def _sieve(self, connection: Connection, domain: DomainState, filters: InteractionFilter) -> Sieve:
        return self._sieving(connection, domain, filters).sieve

    def _reading_files(self) -> _Files:
        if self._files is None:
            self._files = _Files()
        return self._files


class _Files:
    """The column segments of the workspace."""

    def __init__(self) -> None:
        from xdrec_app.storage.segment_reading import ChunkCache

        self._cache = ChunkCache()

    def scan(self, connection: Connection, domain: DomainState, sieve: Sieve, window: Window) -> Found:
        """Return the next rows in the order of the files."""
        from xdrec_app.storage.browse_rows_by_file import scan_by_file
        from xdrec_app.storage.segment_reading import segment_readers

        return scan_by_file(connection, segment_readers(connection, domain, self._cache), sieve, window)

    def count(self, connection: Connection, domain: DomainState, counting: Counting, deadline: float) -> RowCount:
        """Go on counting."""
        from xdrec_app.storage.segment_reading import segment_readers

        return counting.step(connection, segment_readers(connection, domain, self._cache), deadline)


def total(connection: Connection, domain_id: int) -> int:
    """Return how many rows a domain has, repeated ones too."""
    return int(connection.execute(_TOTAL, {"domain": domain_id}).scalar_one())


def soon(seconds: float) -> float:
    """Return the deadline that is so many seconds away."""
    return time.monotonic() + seconds
