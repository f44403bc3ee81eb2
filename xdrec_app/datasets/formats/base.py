"""The seam of file formats: a reader turns a file into chunks of text cells with line numbers.

A format is one file with one class registered in `formats`; which one reads a file is decided by the file's content,
never by its name. Stands on the standard library alone, since previews run in the window's process. Readers know
columns, not what they mean: roles are guessed in `columns`, values are understood in `interaction_file` and
`item_file`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Value
from xdrec_app.core.registry import Registry

HEAD_BYTES = 64 * 1024
"""How much of a file is looked at to guess its form."""

SAMPLE_ROWS = 100
"""How many rows are looked at to guess what the columns mean."""

Role = Literal["user", "item", "value", "time", "title", "text", "tags"]


class Dialect(Value):
    """How a text file is to be read; None = guess."""

    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool | None = None


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


@dataclass(frozen=True)
class FileHead:
    """The beginning of a file, at most `HEAD_BYTES`, and the size of the whole."""

    path: Path
    data: bytes
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing after the head."""
        return self.size <= len(self.data)


@dataclass(frozen=True)
class Layout:
    """How a file is read.

    Attributes
    ----------
    confidence
        0 … 1: how sure the reader is that the file is of its format.
    dialect
        Complete: no field is None.
    columns
        Distinct names; "column 1", "column 2", … where the file names none.
    sample
        The first data records, ragged ones included.
    rejected
        Records among the first that are no records at all (broken quotes).
    line_end
        What ends a line; a carriage return before a line feed belongs to it.
    """

    confidence: float
    dialect: Dialect
    columns: tuple[str, ...]
    sample: tuple[Record, ...]
    rejected: tuple[RejectedLine, ...] = ()
    line_end: str = "\n"


@dataclass(frozen=True)
class Chunk:
    """Some records of a file, column by column.

    Attributes
    ----------
    lines
        For each record the physical line where it starts.
    columns
        The columns asked for, each with one cell per record.
    texts
        For each record its text as it stands in the file.
    rejected
        Records that do not have the shape of the table.
    """

    lines: Sequence[int]
    columns: tuple[Sequence[str], ...]
    texts: Sequence[str]
    rejected: Sequence[RejectedLine] = ()

    @classmethod
    def of_records(
        cls, records: Sequence[Record], n_columns: int, wanted: Sequence[int], rejected: Sequence[RejectedLine] = ()
    ) -> Chunk:
        """Pick columns from records; those with another number of cells than `n_columns` are rejected."""
        good = [record for record in records if len(record.cells) == n_columns]
        ragged = [
            RejectedLine(record.line, record.text, f"{len(record.cells)} fields instead of {n_columns}")
            for record in records
            if len(record.cells) != n_columns
        ]
        return cls(
            lines=[record.line for record in good],
            columns=tuple([record.cells[index] for record in good] for index in wanted),
            texts=[record.text for record in good],
            rejected=sorted([*rejected, *ragged]),
        )


def unwatched(_block: bytes) -> None:
    """Watch nothing."""


class FormatReader(ABC):
    """Reads files of one format; stateless.

    Attributes
    ----------
    key, title
        Name in messages of the program and for people.
    """

    key: ClassVar[str]
    title: ClassVar[str]

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
    def read(
        self, path: Path, layout: Layout, wanted: Sequence[int], watch: Callable[[bytes], object] = unwatched
    ) -> Iterator[Chunk]:
        """Read the columns at the positions `wanted`, in file order.

        Parameters
        ----------
        watch
            Receives each block of the file once, in order, as it is read.

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
        layouts = []
        for reader_class in formats:
            reader = reader_class()
            layout = reader.sniff(head, wish or Dialect(), thorough=thorough)
            if layout is not None:
                layouts.append((layout.confidence, cls(path, reader, layout)))
        if not layouts:
            raise UserError(
                f"{path} is not a text file: it holds bytes that no text has.",
                f"Formats that can be read: {', '.join(reader_class.title for reader_class in formats)}.",
            )
        return max(layouts, key=lambda found: found[0])[1]


def read_head(path: Path) -> FileHead:
    """Read the beginning of a file; raises as :meth:`TableFile.open` does."""
    try:
        if path.is_dir():
            raise UserError(f"{path} is a folder, not a file.")
        if not path.exists():
            raise UserError(f"There is no file {path}.")
        if not path.is_file():
            raise UserError(f"{path} is not an ordinary file.")
        with path.open("rb") as file:
            data = file.read(HEAD_BYTES)
        size = path.stat().st_size
    except PermissionError:
        raise UserError(f"The file {path} may not be read: permission denied.") from None
    except OSError as error:
        raise UserError(f"The file {path} cannot be read: {error.strerror}.") from error
    if not data:
        raise UserError(f"The file {path} is empty.")
    return FileHead(path, data, size)
