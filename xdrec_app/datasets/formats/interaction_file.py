"""Files of interactions: text cells → ids, values and times, and the reason where a line is none.

Whole columns are converted at once; a line is looked at by itself only where something is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import TypeVar

from xdrec_app.datasets.formats.base import Chunk, Dialect, RejectedLine, Role, TableFile, unwatched
from xdrec_app.datasets.formats.cells import (
    DIGITS_OF_SECONDS,
    NOT_A_TIME,
    NOT_A_VALUE,
    Remembering,
    parse_time,
    parse_value,
    why_no_value,
)
from xdrec_app.datasets.formats.columns import resolve_roles

T = TypeVar("T")


@dataclass(frozen=True)
class InteractionChunk:
    """Some interactions of a file; all columns have one entry per accepted line.

    Attributes
    ----------
    lines
        Physical line where the record starts.
    users, items
        Ids as text, without surrounding blanks; never empty.
    values
        Finite; 1 where the file has no value column.
    times
        Seconds since 1970; None where the file gives none.
    rejected
        The other lines, ascending.
    """

    lines: Sequence[int]
    users: Sequence[str]
    items: Sequence[str]
    values: Sequence[float]
    times: Sequence[int | None]
    rejected: Sequence[RejectedLine]


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
        return cls(table, resolve_roles(table, "interactions", columns))

    @property
    def columns(self) -> dict[str, str]:
        """Role → name of its column."""
        return {role: self.table.layout.columns[position] for role, position in self.roles.items()}

    def chunks(self, watch: Callable[[bytes], object] = unwatched) -> Iterator[InteractionChunk]:
        """Read the file; `watch` receives each block of bytes once, in order."""
        parse = InteractionParser(self.table, self.roles)
        for chunk in self.table.reader.read(self.table.path, self.table.layout, list(self.roles.values()), watch):
            yield parse(chunk)

    def sample(self) -> InteractionChunk:
        """Return the first lines as they would be read."""
        layout = self.table.layout
        chunk = Chunk.of_records(layout.sample, len(layout.columns), list(self.roles.values()), layout.rejected)
        return InteractionParser(self.table, self.roles)(chunk)


class InteractionParser:
    """Turns chunks of the columns `roles` of a file into interactions."""

    def __init__(self, table: TableFile, roles: Mapping[Role, int]) -> None:
        self._order = list(roles)
        decimal_comma = table.layout.dialect.delimiter != ","
        self._value_of = Remembering(lambda text: parse_value(text, decimal_comma=decimal_comma))
        self._time_of = Remembering(parse_time)

    def __call__(self, chunk: Chunk) -> InteractionChunk:
        """Convert a chunk."""
        cells = dict(zip(self._order, chunk.columns, strict=True))
        n_rows = len(chunk.lines)
        users = list(map(str.strip, cells["user"]))
        items = list(map(str.strip, cells["item"]))
        values = list(map(self._value_of.__getitem__, cells["value"])) if "value" in cells else [1.0] * n_rows
        times = self._times(cells["time"]) if "time" in cells else [None] * n_rows
        wrong: dict[int, str] = {}
        _blame(wrong, users, "", lambda _row: "no user id")
        _blame(wrong, items, "", lambda _row: "no item id")
        _blame(wrong, values, NOT_A_VALUE, lambda row: why_no_value(cells["value"][row]))
        _blame(wrong, times, NOT_A_TIME, lambda row: f"the time '{cells['time'][row].strip()}' is not understood")
        if not wrong:
            return InteractionChunk(chunk.lines, users, items, values, times, chunk.rejected)
        keep = [row not in wrong for row in range(n_rows)]
        rejected = [RejectedLine(chunk.lines[row], chunk.texts[row], reason) for row, reason in wrong.items()]
        return InteractionChunk(
            list(compress(chunk.lines, keep)),
            list(compress(users, keep)),
            list(compress(items, keep)),
            list(compress(values, keep)),
            list(compress(times, keep)),
            sorted([*chunk.rejected, *rejected]),
        )

    def _times(self, cells: Sequence[str]) -> list[int | None]:
        digits = "".join(cells)
        if digits.isascii() and digits.isdigit() and all(cells) and max(map(len, cells)) <= DIGITS_OF_SECONDS:
            return list(map(int, cells))  # the common case: plain seconds in every line
        return list(map(self._time_of.__getitem__, cells))


def _blame(wrong: dict[int, str], column: Sequence[T], bad: T, reason: Callable[[int], str]) -> None:
    """Note the reason for each row whose entry is `bad`, unless the row has one already."""
    if bad in column:  # finds NaN by identity
        for row, entry in enumerate(column):
            if entry is bad or entry == bad:
                wrong.setdefault(row, reason(row))
