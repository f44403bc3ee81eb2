"""Writing rows to a file: what every format can do, and which formats there are.

A writer knows columns and rows, not where they come from; that the file takes its name only when it is complete is up
to :mod:`xdrec_app.services.whole_file`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from xdrec_app.core.errors import UserError
from xdrec_app.core.registry import Registry
from xdrec_app.services.whole_file import OutFile

ColumnKind = Literal["text", "number", "integer", "time"]
Row = Sequence[Any]

EPOCH = datetime(1970, 1, 1)


class OutColumn(NamedTuple):
    """A column of a file; cells are str, float, int or, for a time, int seconds since 1970; None is an empty cell."""

    name: str
    kind: ColumnKind = "text"


class RowWriter(ABC):
    """Writes one table to one open file.

    Attributes
    ----------
    key, title
        Name of the format and what people call it.
    ending
        How the names of its files end.
    max_rows
        Rows that a file can hold; None: any number.

    Parameters
    ----------
    file
        Open for writing; closed by whoever opened it. Other files may be put into its folder meanwhile.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    ending: ClassVar[str]
    max_rows: ClassVar[int | None] = None

    def __init__(self, file: OutFile, columns: Sequence[OutColumn]) -> None:
        self.file = file
        self.columns = tuple(columns)

    @abstractmethod
    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows, at least one."""

    @abstractmethod
    def finish(self) -> None:
        """Write what is still to be written; may take a while."""

    @abstractmethod
    def abandon(self) -> None:
        """Let go of what was opened; the file will not be used."""


writers: Registry[RowWriter] = Registry("export format", "xdrec_app.services.writers")


def writer_for(path: Path) -> type[RowWriter]:
    """Return the writer for a file by the ending of its name.

    Raises
    ------
    UserError
        When there is none; the sentence names those there are.
    """
    known = {writer.ending: writer for writer in writers}
    found = known.get(path.suffix.lower())
    if found is None:
        endings = ", ".join(known)
        raise UserError(f"{path.name} does not say in which format to write it.", f"Let its name end in {endings}.")
    return found


def moment(seconds: int) -> datetime | None:
    """Return a time in UTC, without a zone; None when it is outside the years 1 to 9999."""
    try:
        return EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
