"""Files that take their name only when they are complete: nothing half-written remains, whatever happens on the way."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from xdrec_app.core.errors import UserError


class OutFile:
    """A file that is being written, on which libraries may go on writing when nobody wants it any more.

    Attributes
    ----------
    folder
        Where other files may be put meanwhile; it goes when the file is finished or given up.
    """

    def __init__(self, file: IO[bytes], folder: Path) -> None:
        self.folder = folder
        self.closed = False
        self._file: IO[bytes] | None = file
        self._is_given_up = False

    def give_up(self) -> None:
        """Make the next write fail, whichever thread it is on; what comes after it goes nowhere."""
        self._is_given_up = True

    def let_go(self) -> None:
        """Let all further writes go nowhere: objects write their last words when they are collected."""
        self._file = None

    def write(self, data: bytes) -> int:
        """Write bytes."""
        if self._file is not None and self._is_given_up:
            self.let_go()
            raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
        return len(data) if self._file is None else self._file.write(data)

    def flush(self) -> None:
        """Hand what was written to the system."""
        if self._file is not None:
            self._file.flush()

    def tell(self) -> int:
        """Return the position."""
        return 0 if self._file is None else self._file.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position."""
        return 0 if self._file is None else self._file.seek(offset, whence)

    def seekable(self) -> bool:
        """Return that :meth:`seek` works."""
        return True

    def readable(self) -> bool:
        """Return that nothing can be read."""
        return False

    def writable(self) -> bool:
        """Return that :meth:`write` works."""
        return True

    def close(self) -> None:
        """Do nothing: the file is closed by whoever opened it."""


@contextmanager
def whole_file(path: Path) -> Iterator[OutFile]:
    """Open a file for writing that replaces `path` when the block ends without an error.

    It is built in a folder of its own beside its final place.

    Raises
    ------
    UserError
        When it cannot be written: it is a folder, the folder is missing or read-only, the disk is full.
    """
    target = path.absolute()
    if target.is_dir():
        raise UserError(f"{path} is a folder.", "Name a file in it.")
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}."))
        building = folder / target.name
        with building.open("wb") as file:
            out = OutFile(file, folder)
            try:
                yield out
            finally:
                out.let_go()
            file.flush()
            os.fsync(file.fileno())
        building.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise _explained(path, error) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Make the new name outlive a power failure, where folders can be synced."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _explained(path: Path, error: OSError) -> UserError:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return UserError(f"The disk is full: {path} could not be written; nothing was kept.", "Free some space.")
        case errno.ENOENT | errno.ENOTDIR:
            return UserError(f"{path} cannot be written: there is no folder {path.parent}.", "Choose another folder.")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return UserError(f"{path} cannot be written: you may not write there.", "Choose another folder or name.")
    return UserError(f"{path} cannot be written: {error.strerror or error}.", "Choose another folder or name.")
