"""Interactions in the order of their files, and counting those that pass a filter: both read the column segments.

Rows pass by in stretches that grow as long as they are quick, so no call lasts much longer than it may.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection

from xdrec_app.datasets.arrays import Bools
from xdrec_app.storage.browse_filters import Window
from xdrec_app.storage.browse_rows import Found, RawRow
from xdrec_app.storage.browse_sieve import Sieve
from xdrec_app.storage.segment_reading import SegmentReader, Stretch

FIRST_STRETCH, LONGEST_STRETCH = 1 << 12, 1 << 18
STRETCH_S = 0.005
"""A stretch that took less than this is followed by one twice as long."""


class RowCount(NamedTuple):
    """How many rows pass a filter, as far as they were looked at.

    Attributes
    ----------
    share
        Part of the rows that was looked at, 0 … 1.
    """

    rows: int
    is_final: bool
    share: float


def scan_by_file(connection: Connection, readers: list[SegmentReader], sieve: Sieve, window: Window) -> Found:
    """Return the next rows in the order of the files; as many as are found until the deadline."""
    rows: list[RawRow] = []
    last = window.place
    for reader, start, stop in _ranges(sieve.concerned(readers), window):
        spans = _Spans(start, stop, window.is_falling)
        while (span := spans.next()) is not None:
            stretch = reader.stretch(*span)
            chosen = np.flatnonzero(sieve.mask(connection, stretch))
            wanted = window.limit - len(rows)
            picked = chosen[::-1][:wanted] if window.is_falling else chosen[:wanted]
            rows += stretch.take(picked).rows()
            end = 0 if window.is_falling else -1
            last = (reader.batch, int(stretch.line[picked[-1] if len(picked) == wanted else end]))
            if len(rows) == window.limit or time.monotonic() > window.deadline:
                return Found(rows, last, False)
    return Found(rows, last, True)


class Counting:
    """Counts the rows that pass a filter, step by step, and keeps them as long as they are few.

    Parameters
    ----------
    max_kept
        More rows than this are not kept.
    """

    def __init__(self, sieve: Sieve, max_kept: int) -> None:
        self.sieve = sieve
        self._max_kept = max_kept
        self._kept: list[Stretch] = []
        self._n_found = self._n_done = 0

    def rows(self) -> list[RawRow] | None:
        """Return the rows that were found, in the order of the files; None when they are too many."""
        if self._n_found > self._max_kept:
            return None
        return [row for stretch in self._kept for row in stretch.rows()]

    def step(self, connection: Connection, readers: list[SegmentReader], deadline: float) -> RowCount:
        """Go on from where the last step ended until the deadline; at least one stretch."""
        concerned = self.sieve.concerned(readers)
        total = sum(reader.n_rows for reader in concerned)
        before = 0
        for reader in concerned:
            spans = _Spans(max(0, self._n_done - before), reader.n_rows, False)
            before += reader.n_rows
            while (span := spans.next()) is not None:
                stretch = reader.stretch(*span)
                self._take(stretch, self.sieve.mask(connection, stretch))
                self._n_done = before - reader.n_rows + span[1]
                if time.monotonic() > deadline and self._n_done < total:
                    return RowCount(self._n_found, False, self._n_done / total)
        return RowCount(self._n_found, True, 1.0)

    def _take(self, stretch: Stretch, chosen: Bools) -> None:
        self._n_found += int(np.count_nonzero(chosen))
        if self._n_found <= self._max_kept:
            self._kept.append(stretch.take(np.flatnonzero(chosen)))
        else:
            self._kept.clear()


def _ranges(readers: list[SegmentReader], window: Window) -> list[tuple[SegmentReader, int, int]]:
    """Return the positions in each import that a window looks at, in the order in which it does."""
    if not window.place:
        ranges = [(reader, 0, reader.n_rows) for reader in readers]
    else:
        batch, line = int(window.place[0]), int(window.place[1])
        ranges = []
        for reader in readers:
            start, stop = 0, reader.n_rows
            if reader.batch == batch and window.is_falling:
                stop = reader.position_after(line - 1)
            elif reader.batch == batch:
                start = reader.position_after(line)
            elif (reader.batch > batch) == window.is_falling:
                continue
            ranges.append((reader, start, stop))
    return ranges[::-1] if window.is_falling else ranges


class _Spans:
    """Cuts a range of positions into parts, short ones first, growing while they are quick."""

    def __init__(self, start: int, stop: int, is_falling: bool) -> None:
        self._start, self._stop, self._is_falling = start, stop, is_falling
        self._length = FIRST_STRETCH
        self._asked_at = 0.0

    def next(self) -> tuple[int, int] | None:
        """Return the next part as (start, stop); None when nothing is left."""
        now = time.monotonic()
        if self._asked_at and now - self._asked_at < STRETCH_S:
            self._length = min(2 * self._length, LONGEST_STRETCH)
        self._asked_at = now
        if self._start >= self._stop:
            return None
        if self._is_falling:
            span = (max(self._start, self._stop - self._length), self._stop)
            self._stop = span[0]
        else:
            span = (self._start, min(self._stop, self._start + self._length))
            self._start = span[1]
        return span
