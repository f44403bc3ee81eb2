"""Files of interactions: text cells → ids, values and times, and the reason where a line is none.

A column is understood by its distinct texts; a line is looked at by itself only where something is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from xdrec_app.datasets.arrays import NO_TIME, Bools, Doubles, Ints, Longs
from xdrec_app.datasets.formats.base import Chunk, RejectedLine, TableFile
from xdrec_app.datasets.formats.cell_forms import with_cell_forms
from xdrec_app.datasets.formats.cells import MISSING, Remembering, value_parser, why_no_value
from xdrec_app.datasets.formats.columns import resolve_roles, sample_columns
from xdrec_app.datasets.formats.dialect import Dialect, Role
from xdrec_app.datasets.formats.text_columns import TextColumn
from xdrec_app.datasets.formats.times import NOT_A_TIME, are_compact, seconds_of, time_parser, why_no_time


class Coded(NamedTuple):
    """A column of texts: ``texts[codes[row]]``; `texts` are distinct, `codes` int32 [n_rows]."""

    texts: Sequence[str]
    codes: Ints

    def take(self, rows: Bools | slice) -> Coded:
        """Return the rows where a mask is true, or of a slice."""
        return Coded(self.texts, self.codes[rows])

    def __len__(self) -> int:
        return len(self.codes)

    def cells(self) -> list[str]:
        """Return the text of each row."""
        return [self.texts[code] for code in self.codes.tolist()]


@dataclass(frozen=True)
class InteractionChunk:
    """Some interactions of a file; all columns have one entry per accepted line.

    Attributes
    ----------
    lines
        int64 physical line where the record starts.
    users, items
        Ids without surrounding blanks; never empty, nor one of the spellings of nothing in `MISSING`.
    values
        float64, finite; 1 where the file has no value column.
    times
        int64 seconds since 1970; `NO_TIME` where the file gives none.
    domains, actions
        Texts without surrounding blanks; None where the file has no such column. A domain is never empty.
    rejected
        The other lines, ascending.
    trimmed
        Ids that stood between blanks.
    done
        Bytes of the file that are read so far.
    """

    lines: Longs
    users: Coded
    items: Coded
    values: Doubles
    times: Longs
    domains: Coded | None
    actions: Coded | None
    rejected: Sequence[RejectedLine]
    trimmed: int
    done: int


@dataclass(frozen=True)
class InteractionFile:
    """A file of interactions whose columns are known.

    Attributes
    ----------
    roles
        Role → position of its column.
    """

    table: TableFile
    roles: dict[Role, int]

    @classmethod
    def open(
        cls, path: Path, dialect: Dialect, columns: Mapping[Role, str], *, thorough: bool = True
    ) -> InteractionFile:
        """Find out how a file is read and which column is which.

        Parameters
        ----------
        columns
            What the user has decided; see :func:`~xdrec_app.datasets.formats.columns.resolve_roles`.
        thorough
            Whether to look at more than the beginning of the file.

        Raises
        ------
        UserError
            When the file cannot be read or its user or item column is not clear.
        """
        table = TableFile.open(path, dialect, thorough=thorough)
        roles = resolve_roles(table, "interactions", columns)
        return cls(with_cell_forms(table, roles, dialect), roles)

    @property
    def columns(self) -> dict[str, str]:
        """Role → name of its column."""
        return {role: self.table.layout.columns[position] for role, position in self.roles.items()}

    def chunks(self) -> Iterator[InteractionChunk]:
        """Read the file."""
        parse = _InteractionParser(self.table, self.roles)
        for chunk in self.table.reader.read(self.table.path, self.table.layout, list(self.roles.values())):
            yield parse(chunk)

    def sample(self) -> InteractionChunk:
        """Return the first lines as they would be read."""
        layout = self.table.layout
        chunk = Chunk.of_records(layout.sample, len(layout.columns), list(self.roles.values()), layout.rejected)
        return _InteractionParser(self.table, self.roles)(chunk)


class _InteractionParser:
    """Turns chunks of the columns `roles` of a file into interactions."""

    def __init__(self, table: TableFile, roles: Mapping[Role, int]) -> None:
        self._order = list(roles)
        self._value_of = Remembering(value_parser(table.layout.dialect))
        self._are_compact = "time" in roles and are_compact(sample_columns(table)[roles["time"]])
        self._time_of = Remembering(time_parser(table.layout.dialect, is_compact=self._are_compact))

    def __call__(self, chunk: Chunk) -> InteractionChunk:
        """Convert a chunk."""
        cells = dict(zip(self._order, chunk.columns, strict=True))
        n_rows = len(chunk.lines)
        lines = _line_numbers(chunk.lines)
        blame = _Blame(n_rows)
        users, trimmed_users = _trimmed(cells["user"])
        items, trimmed_items = _trimmed(cells["item"])
        blame.missing(users, "no user id")
        blame.missing(items, "no item id")
        values = self._values(cells["value"], blame) if "value" in cells else np.ones(n_rows)
        times = self._times(cells["time"], blame) if "time" in cells else np.full(n_rows, NO_TIME, np.int64)
        domains = _trimmed(cells["domain"])[0] if "domain" in cells else None
        if domains is not None:
            blame.missing(domains, "no domain")
        actions = _trimmed(cells["action"])[0] if "action" in cells else None
        keep = blame.innocent
        return InteractionChunk(
            lines=lines[keep],
            users=users.take(keep),
            items=items.take(keep),
            values=values[keep],
            times=times[keep],
            domains=None if domains is None else domains.take(keep),
            actions=None if actions is None else actions.take(keep),
            rejected=sorted([*chunk.rejected, *blame.rejected(chunk)]),
            trimmed=trimmed_users + trimmed_items,
            done=chunk.done,
        )

    def _values(self, column: TextColumn, blame: _Blame) -> Doubles:
        texts, codes = column.coded()
        numbers = np.array([self._value_of[text] for text in texts], np.float64)
        if "action" in self._order:  # only some actions have a quantity; the others happened once
            numbers[[text.strip() in MISSING for text in texts]] = 1
        blame.texts(texts, codes, np.isnan(numbers), why_no_value)
        return np.where(np.isnan(numbers), 0.0, numbers)[codes] if len(texts) else np.empty(0)

    def _times(self, column: TextColumn, blame: _Blame) -> Longs:
        numbers = None if self._are_compact else column.whole_numbers()
        if numbers is not None:
            seconds = seconds_of(numbers)
            if not (seconds == NOT_A_TIME).any():
                return seconds
        texts, codes = column.coded()
        moments = np.array([self._time_of[text] for text in texts], np.int64)
        blame.texts(texts, codes, moments == NOT_A_TIME, why_no_time)
        return moments[codes] if len(texts) else np.empty(0, np.int64)


class _Blame:
    """Which rows of a chunk are wrong, and why; the first reason counts."""

    def __init__(self, n_rows: int) -> None:
        self.innocent = np.ones(n_rows, bool)
        self._reasons: dict[int, str] = {}

    def missing(self, column: Coded, reason: str) -> None:
        """Blame the rows whose text says that there is none."""
        bad = np.array([text in MISSING for text in column.texts], bool)
        self.texts(column.texts, column.codes, bad, lambda text: f"{reason}: '{text}'" if text else reason)

    def texts(self, texts: Sequence[str], codes: Ints, bad: Bools, why: Callable[[str], str]) -> None:
        """Blame the rows whose text is a bad one."""
        if bad.any():
            self._note(bad[codes], lambda row: why(texts[codes[row]]))

    def rejected(self, chunk: Chunk) -> list[RejectedLine]:
        """Return the blamed rows with their reasons."""
        return [RejectedLine(chunk.lines[row], chunk.texts[row], reason) for row, reason in self._reasons.items()]

    def _note(self, bad: Bools, why: Callable[[int], str]) -> None:
        for row in np.flatnonzero(bad & self.innocent).tolist():
            self._reasons[row] = why(row)
        self.innocent &= ~bad


def _line_numbers(lines: Sequence[int]) -> Longs:
    """Return line numbers as int64; from a range many times faster than number by number."""
    if isinstance(lines, range):
        return np.arange(lines.start, lines.stop, lines.step, dtype=np.int64)
    return np.asarray(lines, np.int64)


def _trimmed(column: TextColumn) -> tuple[Coded, int]:
    """Return a column without blanks around its texts, and how many cells had some."""
    texts, codes = column.coded()
    plain = [text.strip() for text in texts]
    if plain == texts:
        return Coded(texts, codes), 0
    places: dict[str, int] = {}
    new_codes = np.array([places.setdefault(text, len(places)) for text in plain], np.int32)
    changed = np.array([text != cell and bool(text) for text, cell in zip(plain, texts, strict=True)])
    return Coded(list(places), new_codes[codes]), int(changed[codes].sum())
