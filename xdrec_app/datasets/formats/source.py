"""The bytes of a file, whatever it is packed in; the one door through which readers of text come to a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xdrec_app.core.errors import UserError

HEAD_BYTES = 64 * 1024
"""How much of a file is looked at to guess its form."""


@dataclass(frozen=True)
class FileHead:
    """The beginning of a file.

    Attributes
    ----------
    data
        At most `HEAD_BYTES`, decompressed.
    size
        Bytes of the file on disk.
    is_whole
        Whether there is nothing after the head.
    """

    path: Path
    data: bytes
    size: int
    is_whole: bool


@dataclass(frozen=True)
class Source:
    """An open file: what it holds, and how far it is read.

    Attributes
    ----------
    content
        The bytes, decompressed.
    file
        The file on disk, whose position tells how far it is read.
    """

    content: IO[bytes]
    file: IO[bytes]

    @property
    def done(self) -> int:
        """Bytes of the file on disk that are read."""
        return self.file.tell()


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a file for reading its content.

    Raises
    ------
    UserError
        With a sentence of its own for: no such file, a folder, no permission, and when reading fails.
    """
    try:
        if path.is_dir():
            raise UserError(f"{path} is a folder, not a file.")
        if not path.exists():
            raise UserError(f"There is no file {path}.")
        if not path.is_file():
            raise UserError(f"{path} is not an ordinary file.")
        with path.open("rb") as file:
            yield Source(file, file)
    except PermissionError:
        raise UserError(f"The file {path} may not be read: permission denied.") from None
    except OSError as error:
        raise UserError(f"The file {path} cannot be read: {error.strerror}.") from error


def read_head(path: Path) -> FileHead:
    """Read the beginning of a file; raises as :func:`open_source` does, and for an empty file."""
    with open_source(path) as source:
        data = source.content.read(HEAD_BYTES)
        is_whole = not source.content.read(1)
        size = path.stat().st_size
    if not data:
        raise UserError(f"The file {path} is empty.")
    return FileHead(path, data, size, is_whole)
