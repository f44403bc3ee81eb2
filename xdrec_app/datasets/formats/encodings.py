"""Finding the encoding of a text file: byte-order mark, then strict UTF-8, then GB18030, else a clear error."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.source import HEAD_BYTES, FileHead, Source, open_source

BLOCK_BYTES = 1 << 23

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

CANDIDATES = ("utf-8", "gb18030")


def encoding_of(head: FileHead, wish: str | None, *, thorough: bool) -> str | None:
    """Return the name of the encoding; None when the file is no text.

    Parameters
    ----------
    head
        The beginning of the file.
    wish
        An encoding that the user names; must be known and is believed.
    thorough
        Whether to decode the whole file: its beginning may be plain ASCII and prove nothing.

    Raises
    ------
    UserError
        When the wish is no encoding, or the file is text in none of the candidates.
    """
    if wish is not None:
        return _known(wish)
    for mark, name in BYTE_ORDER_MARKS:
        if head.data.startswith(mark):
            return name
    if b"\0" in head.data:
        return None
    for name in CANDIDATES:
        if _decodes(head, name, thorough=thorough):
            return name
    raise UserError(
        f"The encoding of {head.path} is neither UTF-8 nor GB18030.",
        "Save it as UTF-8, or name its encoding, e.g. cp1252.",
    )


def decode_head(head: FileHead, encoding: str) -> str:
    """Decode a head; a character cut in two at its end is left out."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head.data, final=head.is_whole)
    except UnicodeError as error:
        raise _not_encoded(head.path, encoding, error) from None


def utf8_blocks(source: Source, path: Path, encoding: str) -> Iterator[bytes]:
    """Read a text file as blocks of UTF-8 that end anywhere between two characters; a small one comes first.

    Raises
    ------
    UserError
        For bytes that do not belong to the encoding, and for NUL characters.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        size = HEAD_BYTES
        while block := source.content.read(size):
            size = BLOCK_BYTES
            text = decoder.decode(block)
            if "\0" in text:
                raise UserError(f"{path} is not a text file: it holds NUL characters.")
            yield text.encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise _not_encoded(path, encoding, error) from None


def _known(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)  # codecs of bytes (hex, zip) are no encodings of text
        codecs.getincrementaldecoder(codec.name)
    except LookupError:
        raise UserError(f"There is no encoding '{name}'.", "Try utf-8, gb18030 or cp1252.") from None
    return codec.name


def _decodes(head: FileHead, encoding: str, *, thorough: bool) -> bool:
    try:
        decode_head(head, encoding)
        if thorough and not head.is_whole:
            decoder = codecs.getincrementaldecoder(encoding)()
            with open_source(head.path) as source:
                while block := source.content.read(BLOCK_BYTES):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
    except (UnicodeError, UserError):
        return False
    return True


def _not_encoded(path: Path, encoding: str, error: UnicodeError) -> UserError:
    reason = error.reason if isinstance(error, UnicodeDecodeError) else str(error)
    return UserError(f"{path} is not a text in the encoding {encoding} ({reason}).", "Choose another encoding.")
