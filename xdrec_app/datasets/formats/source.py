"""The bytes of a file, whatever it is packed in; the one door through which readers of text come to a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.compression import unpacked

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
    modified
        When the file was last written, in ns since 1970.
    """

    path: Path
    data: bytes
    size: int
    is_whole: bool
    modified: int = 0


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
    """Open a file for reading its content, decompressed when it is packed.

    Spreadsheets and Parquet files are no packed texts: their bytes come as they are.

    Raises
    ------
    UserError
        With a sentence of its own for: no such file, a folder, no permission, an archive with more than one file,
        packed data that is cut off, damaged or a trap, a file that changes meanwhile, and when reading fails.
    """
    try:
        if path.is_dir():
            raise UserError(f"{path} is a folder, not a file.")
        if not path.exists():
            raise UserError(f"There is no file {path}.")
        if not path.is_file():
            raise UserError(f"{path} is not an ordinary file.")
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            try:
                yield Source(unpacked(file, path), file)
            except (UserError, OSError):
                require_unchanged(path, before)  # explains whatever else is wrong
                raise
            require_unchanged(path, before)
    except PermissionError:
        raise UserError(f"The file {path} may not be read: permission denied.") from None
    except OSError as error:
        raise UserError(f"The file {path} cannot be read: {error.strerror or error}.") from error


def read_head(path: Path) -> FileHead:
    """Read the beginning of a file; raises as :func:`open_source` does, and for an empty file."""
    with open_source(path) as source:
        data = source.content.read(HEAD_BYTES)
        is_whole = not source.content.read(1)
        status = os.fstat(source.file.fileno())
    if not data:
        raise UserError(f"The file {path} is empty.")
    return FileHead(path, data, status.st_size, is_whole, status.st_mtime_ns)


def size_of(path: Path) -> int:
    """Return how many bytes a file has; a UserError when it cannot be found."""
    try:
        return path.stat().st_size
    except OSError as error:
        raise UserError(f"The file {path} cannot be read: {error.strerror}.") from error


def require_unchanged(path: Path, before: os.stat_result) -> None:
    """Refuse a file that is not what it was, or is gone.

    Raises
    ------
    UserError
        That says which.
    """
    try:
        now = path.stat()
    except FileNotFoundError:
        raise UserError(f"The file {path} was removed while it was being read.", "Nothing of it was kept.") from None
    except OSError as error:
        raise UserError(f"The file {path} cannot be read any more: {error.strerror}.") from error
    if (now.st_ino, now.st_size, now.st_mtime_ns) != (before.st_ino, before.st_size, before.st_mtime_ns):
        raise UserError(
            f"The file {path} changed while it was being read.",
            "Read it again when the program that writes it has finished.",
        )
