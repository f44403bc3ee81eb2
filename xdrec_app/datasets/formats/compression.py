"""Packed files: what a file is packed in is recognised by its first bytes, and what it holds is handed on unpacked.

An archive is opened only when it holds one file. Whatever is wrong with packed data is said in a sentence, and data
that unpacks to absurd amounts is refused.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from xdrec_app.core.errors import UserError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_UNPACKED = 64 << 30
"""Bytes that a file may unpack to; 25 million ratings are about 1 GB."""

MAX_RATIO = 200
"""How many times its size on disk a file may unpack to, beyond `ALWAYS_UNPACKED`; tables rarely reach 20."""

ALWAYS_UNPACKED = 100 << 20

MAX_LISTED = 5
"""How many files of an archive a message names."""

OFFICE_FILES = ("[Content_Types].xml", "xl/workbook.xml", "content.xml", "mimetype")
"""Files that a spreadsheet consists of; each spreadsheet has one of them."""

REFUSED = {
    b"7z\xbc\xaf'\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\x04\x22\x4d\x18": "a file packed by lz4",
    b"\x1f\x9d": "a file packed by compress",
}
TAR_MAGIC = slice(257, 262)

BUFFER_BYTES = 1 << 17

UNPACK = "Unpack it and import what it holds."


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Damaged(Exception):
    """Packed data makes no sense."""


def unpacked(file: IO[bytes], path: Path) -> IO[bytes]:
    """Return what reads the content of a file; the file itself when it is not packed.

    Parameters
    ----------
    file
        Open at its beginning.
    path
        Its name for messages.

    Raises
    ------
    UserError
        For an archive that does not hold one file, is encrypted or has unsafe paths, and for packings that cannot be
        read. Reading raises it for data that is cut off, damaged, or unpacks to too much.
    """
    first = file.read(TAR_MAGIC.stop)
    file.seek(0)
    if what := _refused(first):
        raise UserError(f"{path} is {what}, which cannot be read.", UNPACK)
    opener = _opener(first)
    content = opener(file, path) if opener else None
    if content is None:
        file.seek(0)
        return file
    reader = io.BufferedReader(_Unpacking(content, file, path), BUFFER_BYTES)
    inside = reader.peek(TAR_MAGIC.stop)
    if what := _refused(inside) or (_opener(inside) and "another packed file"):
        raise UserError(f"{path} holds {what}, which cannot be read from there.", UNPACK)
    return reader


class _Unpacking(io.RawIOBase):
    """Turns what is wrong with packed data into sentences, and stops at absurd amounts."""

    def __init__(self, content: _Readable, file: IO[bytes], path: Path) -> None:
        self._content = content
        self._file = file
        self._path = path
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        try:
            block = self._content.read(len(view))
        except EOFError:
            raise self._cut_off() from None
        except (zlib.error, lzma.LZMAError, zipfile.BadZipFile, _Damaged) as error:
            raise self._damaged(error) from error
        except OSError as error:
            if error.errno is not None:  # the disk's fault
                raise
            raise self._damaged(error) from error
        self._size += len(block)
        if self._size > MAX_UNPACKED:
            raise self._trap(f"more than {MAX_UNPACKED >> 30} GB")
        if self._size > ALWAYS_UNPACKED and self._size > MAX_RATIO * self._file.tell():
            raise self._trap(f"more than {MAX_RATIO} times its size")
        view[: len(block)] = block
        return len(block)

    def _cut_off(self) -> UserError:
        return UserError(
            f"{self._path} is cut off: its packed data ends in the middle, after {self._size:,} bytes of content.",
            "Copy or download it again.",
        )

    def _damaged(self, error: Exception) -> UserError:
        return UserError(
            f"{self._path} is damaged: it can be unpacked only up to byte {self._size:,} of its content ({error}).",
            "Copy or download it again.",
        )

    def _trap(self, amount: str) -> UserError:
        return UserError(
            f"{self._path} unpacks to {amount}: that is no table but a trap.",
            "If it is one after all, unpack it and import what it holds.",
        )


class _Zstandard:
    """Reads frames of Zstandard one after another, and notices when the last one is cut off."""

    PIECE = 1 << 12
    """So much is unpacked at a time: 4 bytes may become 128 KB."""

    def __init__(self, file: IO[bytes]) -> None:
        import zstandard

        self._error = zstandard.ZstdError
        self._file = file
        self._new_frame = zstandard.ZstdDecompressor().decompressobj
        self._frame = self._new_frame()
        self._packed = b""
        self._ready = b""
        self._is_between_frames = True

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        while not self._ready and self._fill():
            pass
        block, self._ready = self._ready[:size], self._ready[size:]
        return block

    def _fill(self) -> bool:
        packed = self._packed or self._file.read(self.PIECE)
        self._packed = b""
        if not packed:
            if not self._is_between_frames:
                raise EOFError
            return False
        if self._is_between_frames:
            self._frame = self._new_frame()
        try:
            self._ready = self._frame.decompress(packed)
        except self._error as error:
            raise _Damaged(str(error)) from error
        self._is_between_frames = self._frame.eof
        self._packed = self._frame.unused_data
        return True


def _zip(file: IO[bytes], path: Path) -> _Readable | None:
    """Open the one file of an archive; None for a spreadsheet, which is an archive too."""
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile:
        raise UserError(
            f"{path} is cut off or damaged: the list of its files, which stands at the end of a zip, is missing.",
            "Copy or download it again.",
        ) from None
    names = archive.namelist()
    if any(name in OFFICE_FILES for name in names):
        return None
    member = archive.getinfo(_only_member(names, path))
    if member.flag_bits & 1:
        raise UserError(f"{path} is encrypted.", "Unpack it with its password and import what it holds.")
    try:
        return archive.open(member)
    except zipfile.BadZipFile as error:
        raise UserError(f"{path} is damaged ({error}).", "Copy or download it again.") from error
    except NotImplementedError as error:
        raise UserError(f"{path} is packed in a way that cannot be read ({error}).", UNPACK) from error


def _only_member(names: Sequence[str], path: Path) -> str:
    members = [name for name in names if not name.endswith("/") and not _is_of_macos(name)]
    for name in members:
        if _leads_out(name):
            raise UserError(f"The path '{name}' in {path} leads out of the archive: it is not to be trusted.")
    if not members:
        raise UserError(f"{path} holds no file.")
    if len(members) > 1:
        more = f" and {len(members) - MAX_LISTED} more" if len(members) > MAX_LISTED else ""
        raise UserError(
            f"{path} holds {len(members)} files: {', '.join(members[:MAX_LISTED])}{more}.",
            "Unpack it and import them one by one.",
        )
    return members[0]


def _is_of_macos(name: str) -> bool:
    """Tell whether macOS has put a file into an archive on its own account."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] == ".DS_Store"


def _leads_out(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return not parts[0] or ".." in parts or parts[0].endswith(":")


def _gzip(file: IO[bytes], _path: Path) -> _Readable:
    return gzip.GzipFile(fileobj=file, mode="rb")


def _bzip2(file: IO[bytes], _path: Path) -> _Readable:
    return bz2.BZ2File(file)


def _xz(file: IO[bytes], _path: Path) -> _Readable:
    return lzma.LZMAFile(file)


def _zstandard(file: IO[bytes], _path: Path) -> _Readable:
    return _Zstandard(file)


_OPENERS: dict[bytes, Callable[[IO[bytes], Path], _Readable | None]] = {
    rb"\x1f\x8b\x08": _gzip,
    rb"BZh[1-9](1AY&SY|\x17rE8P\x90)": _bzip2,
    rb"\xfd7zXZ\x00": _xz,
    rb"\x28\xb5\x2f\xfd": _zstandard,
    rb"PK(\x03\x04|\x05\x06)": _zip,
}


def _opener(first: bytes) -> Callable[[IO[bytes], Path], _Readable | None] | None:
    return next((opener for magic, opener in _OPENERS.items() if re.match(magic, first)), None)


def _refused(first: bytes) -> str | None:
    """Say what data is that begins so, when it is an archive that cannot be read."""
    if first[TAR_MAGIC] == b"ustar":
        return "a tar archive"
    return next((what for magic, what in REFUSED.items() if first.startswith(magic)), None)
