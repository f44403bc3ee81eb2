"""The seam of file formats: a reader turns a file into chunks of text cells with line numbers.

A format is one file with one class registered in `formats`; which one reads a file is decided by the file's content,
never by its name. Previews run in the window's process, so nothing heavy is imported before a file needs it. Readers
know columns, not what they mean: roles are guessed in `columns`, values are understood in `interaction_file` and
`item_file`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, NamedTuple

from xdrec_app.core.errors import UserError
from xdrec_app.core.registry import Registry
from xdrec_app.datasets.formats.dialect import Dialect, Role
from xdrec_app.datasets.formats.source import FileHead, read_head
from xdrec_app.datasets.formats.text_columns import ListColumn, TextColumn

SAMPLE_ROWS = 100
"""How many rows are looked at to guess what the columns mean."""


class Record(NamedTuple):
    """One record of a file: the physical line where it starts, its cells, and its text as it stands in the file."""

    line: int
    cells: Sequence[str]
    text: str


class RejectedLine(NamedTuple):
    """A record that cannot be used, and why."""

    line: int
    text: str
    reason: str

    @classmethod
    def ragged(cls, line: int, text: str, n_fields: int, n_columns: int) -> RejectedLine:
        """Return a record with another number of fields than there are columns."""
        return cls(line, text, f"{n_fields} fields instead of {n_columns}")


@dataclass(frozen=True)
class Layout:
    """How a file is read.

    Attributes
    ----------
    confidence
        0 … 1: how sure the reader is that the file is of its format.
    dialect
        Encoding, delimiter and header are decided (empty where the format has no such thing); the rest may be open.
    columns
        Distinct names; "column 1", "column 2", … where the file names none.
    sample
        The first data records, ragged ones included.
    rejected
        Records among the first that are no records at all (broken quotes).
    line_end
        What ends a line; a carriage return before a line feed belongs to it.
    roles
        Role → column, where the format itself says what a column means.
    sheets
        Names of the sheets of a spreadsheet, to choose from.
    """

    confidence: float
    dialect: Dialect
    columns: tuple[str, ...]
    sample: tuple[Record, ...]
    rejected: tuple[RejectedLine, ...] = ()
    line_end: str = "\n"
    roles: Mapping[Role, str] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chunk:
    """Some records of a file, column by column.

    Attributes
    ----------
    lines
        For each record the physical line where it starts (the row, in a format without lines).
    columns
        The columns asked for, each with one cell per record.
    texts
        For each record its text as it stands in the file.
    rejected
        Records that do not have the shape of the table.
    done
        How many bytes of the file are read so far.
    """

    lines: Sequence[int]
    columns: tuple[TextColumn, ...]
    texts: Sequence[str]
    rejected: Sequence[RejectedLine] = ()
    done: int = 0

    @classmethod
    def of_records(
        cls,
        records: Sequence[Record],
        n_columns: int,
        wanted: Sequence[int],
        rejected: Sequence[RejectedLine] = (),
        done: int = 0,
    ) -> Chunk:
        """Pick columns from records; those with another number of cells than `n_columns` are rejected."""
        good = [record for record in records if len(record.cells) == n_columns]
        ragged = [
            RejectedLine.ragged(record.line, record.text, len(record.cells), n_columns)
            for record in records
            if len(record.cells) != n_columns
        ]
        return cls(
            lines=[record.line for record in good],
            columns=tuple(ListColumn([record.cells[index] for record in good]) for index in wanted),
            texts=[record.text for record in good],
            rejected=sorted([*rejected, *ragged]),
            done=done,
        )


class FormatReader(ABC):
    """Reads files of one format; stateless.

    Attributes
    ----------
    key, title
        Name in messages of the program and for people.
    endings
        What names of such files usually end in; for people and file dialogs, never to decide how a file is read.
    is_general
        Whether it reads whatever no other format claims.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    endings: ClassVar[tuple[str, ...]]
    is_general: ClassVar[bool] = False

    @abstractmethod
    def sniff(self, head: FileHead, wish: Dialect, *, thorough: bool) -> Layout | None:
        """Say how the file would be read; None when it is not of this format.

        Parameters
        ----------
        head
            The beginning of the file.
        wish
            What the user has decided; overrides the guess.
        thorough
            Whether the rest of the file may be read too, to be sure.

        Raises
        ------
        UserError
            When the file is of this format and still cannot be read.
        """

    @abstractmethod
    def read(self, path: Path, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """Read the columns at the positions `wanted`, in file order.

        Raises
        ------
        UserError
            When the file turns out not to be readable in this way.
        """


formats: Registry[FormatReader] = Registry("file format", "xdrec_app.datasets.formats")


@dataclass(frozen=True)
class TableFile:
    """A file together with the reader that fits it best and the form it was found to have."""

    path: Path
    reader: FormatReader
    layout: Layout

    @classmethod
    def open(cls, path: Path, wish: Dialect | None = None, *, thorough: bool = True) -> TableFile:
        """Find out how a file is to be read.

        Raises
        ------
        UserError
            With a sentence of its own for: no such file, a folder, no permission, an empty file, no known format.
        """
        head = read_head(path)
        readers = [reader_class() for reader_class in formats]
        for is_general in (False, True):
            found = [
                cls(path, reader, layout)
                for reader in readers
                if reader.is_general == is_general
                and (layout := reader.sniff(head, wish or Dialect(), thorough=thorough)) is not None
            ]
            if found:
                return max(found, key=lambda table: table.layout.confidence)
        raise UserError(
            f"{path} is not a text file: it holds bytes that no text has.",
            f"Formats that can be read: {', '.join(reader.title for reader in readers)}.",
        )
