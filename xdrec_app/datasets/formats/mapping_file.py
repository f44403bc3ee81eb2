"""Files that say who is who: each line is one person, each column holds the ids of one or several domains."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import RejectedLine, TableFile
from xdrec_app.datasets.formats.dialect import Dialect

NOBODY = frozenset({"", "null", "none", "nan", "n/a", "na", "<na>", "nil", "-", "\\n"})
"""What stands in a cell, in any case, where somebody has no id in a domain: not one person whom all lines share."""


@dataclass(frozen=True)
class MappingChunk:
    """Some lines of a mapping.

    Attributes
    ----------
    columns
        For each column asked for, one trimmed cell per line; empty where the person has no id.
    rejected
        Lines that do not have the shape of the table, or hold no id at all.
    done
        Bytes of the file that are read so far.
    """

    columns: tuple[Sequence[str], ...]
    rejected: Sequence[RejectedLine]
    done: int

    @property
    def n_lines(self) -> int:
        """How many lines there are."""
        return len(self.columns[0])


@dataclass(frozen=True)
class MappingFile:
    """A mapping file whose form is known."""

    table: TableFile

    @classmethod
    def open(cls, path: Path, dialect: Dialect, names: Sequence[str] = ()) -> MappingFile:
        """Find out how a file is read.

        Parameters
        ----------
        names
            Of domains and columns; a first line with one of them is a header, whatever else it looks like.

        Raises
        ------
        UserError
            When it cannot be read or has fewer than two columns.
        """
        table = TableFile.open(path, dialect)
        if table.layout.dialect.has_header is False and dialect.has_header is None and table.layout.sample:
            first = table.layout.sample[0].cells
            if any(speaks_of(cell, name) for cell in first for name in names if not name.isdecimal()):
                table = TableFile.open(path, dialect.model_copy(update={"has_header": True}))
        names = table.layout.columns
        if len(names) < 2:
            raise UserError(
                f"{path.name} has one column ('{names[0]}'); a file that links people has one per domain.",
                "If it has more, say what separates them.",
            )
        return cls(table)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.table.layout.columns

    def position(self, name: str) -> int:
        """Return the place of a column, which is named, or numbered from 1 where the file has no header.

        Raises
        ------
        UserError
            When there is no such column.
        """
        wanted = name.strip()
        folded = [known.casefold() for known in self.columns]
        if wanted in self.columns:
            return self.columns.index(wanted)
        if folded.count(wanted.casefold()) == 1:
            return folded.index(wanted.casefold())
        if not self.table.layout.dialect.has_header and wanted.isdecimal() and 1 <= int(wanted) <= len(folded):
            return int(wanted) - 1
        raise UserError(
            f"{self.table.path.name} has no column '{name}'.", f"Its columns are: {', '.join(self.columns)}."
        )

    def chunks(self, wanted: Sequence[int]) -> Iterator[MappingChunk]:
        """Read the columns at some positions."""
        for chunk in self.table.reader.read(self.table.path, self.table.layout, wanted):
            cells = [[_id(cell) for cell in column[:]] for column in chunk.columns]
            has_id = [any(row) for row in zip(*cells, strict=True)]
            nobody = [
                RejectedLine(chunk.lines[place], chunk.texts[place], "no id")
                for place, is_so in enumerate(has_id)
                if not is_so
            ]
            if nobody:
                cells = [list(compress(column, has_id)) for column in cells]
            yield MappingChunk(tuple(cells), sorted([*chunk.rejected, *nobody]), chunk.done)

    def sample(self, n_lines: int) -> list[set[str]]:
        """Return the distinct ids of every column within the first `n_lines` lines, or some more."""
        found: list[set[str]] = [set() for _ in self.columns]
        seen = 0
        for chunk in self.chunks(range(len(self.columns))):
            seen += chunk.n_lines
            for ids, cells in zip(found, chunk.columns, strict=True):
                ids.update(cells[:n_lines])
            if seen >= n_lines:
                break
        return [ids - {""} for ids in found]


def speaks_of(column: str, name: str) -> bool:
    """Tell whether a column bears the name of a domain: "book_id" and "user of Books" speak of "Books"."""
    wanted = _plain(name)
    return bool(wanted) and (wanted.removesuffix("s") or wanted) in _plain(column)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _id(cell: str) -> str:
    id_ = cell.strip()
    return "" if id_.lower() in NOBODY else id_
