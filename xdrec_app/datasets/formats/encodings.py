"""Finding the encoding of a text file: byte-order mark, strict UTF-8, GB18030, what a detector says, else a question.

Which encoding it is shows only in the lines that are not plain ASCII, so those are what is looked at.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.encoding_guess import (
    candidates_for,
    is_binary,
    is_chinese,
    share_of_utf8,
    utf16_without_mark,
)
from xdrec_app.datasets.formats.source import HEAD_BYTES, FileHead, Source, open_source

BLOCK_BYTES, MOST_BYTES = 1 << 22, 1 << 24
"""Blocks grow while a file is read: each costs something, and small files should not cost memory."""

EVIDENCE_BYTES = HEAD_BYTES
"""How many bytes of lines that are not ASCII are looked at, before and after the first that is not UTF-8."""

MIXED_SHARE = 0.1
"""When more of the lines that are not ASCII are UTF-8, the others are blamed; by chance hardly any is."""

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


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
        When the wish is no encoding, when the file is in several, and when it is not clear which it is in.
    """
    marked = next((name for mark, name in BYTE_ORDER_MARKS if head.data.startswith(mark)), None)
    if wish is not None:
        known = _known(wish)
        return marked if known == "utf-8" and marked == "utf-8-sig" else known
    if marked is not None:
        return marked
    unmarked = utf16_without_mark(head.data)
    if unmarked is not None:
        return unmarked
    if is_binary(head.data):
        return None
    return _encoding_without_mark(head, thorough)


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
        For bytes that do not belong to the encoding; names the line.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    may_be_plain = encoding in {"utf-8", "ascii"}
    size = HEAD_BYTES
    try:
        while block := source.content.read(size):
            size = min(max(2 * size, BLOCK_BYTES), MOST_BYTES)
            is_plain = may_be_plain and block.isascii() and not decoder.getstate()[0]
            yield block if is_plain else decoder.decode(block).encode()
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


@lru_cache(maxsize=8)  # several readers ask
def _encoding_without_mark(head: FileHead, thorough: bool) -> str:
    evidence = _not_utf8(head, thorough=thorough)
    if not evidence:
        return "utf-8"
    line = _first_bad_line(head.path, "utf-8")
    if not is_chinese(evidence) and share_of_utf8(evidence) > MIXED_SHARE:
        raise UserError(
            f"{head.path} is in more than one encoding: line {line:,} is not UTF-8, though other lines are.",
            "Save it as UTF-8, or name an encoding (--encoding cp1252) and accept some wrong characters.",
        )
    for name in candidates_for(evidence):
        if _decodes(head, name, thorough=thorough):
            return name
    raise UserError(
        f"The encoding of {head.path} is not clear: line {line:,} is not UTF-8, and no other one fits the whole file.",
        "Name it (--encoding gb18030, big5, shift_jis, cp1251, cp1252, …), or save the file as UTF-8.",
    )


def _not_utf8(head: FileHead, *, thorough: bool) -> bytes:
    """Return lines that are not ASCII, the first of them not UTF-8; nothing when the file is UTF-8."""
    evidence = b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for block, at_end in _blocks(head, thorough=thorough):
        if block.isascii() and not decoder.getstate()[0]:
            continue
        try:
            decoder.decode(block, at_end)
        except UnicodeDecodeError as error:
            start = max(error.object.rfind(b"\n", 0, error.start), error.object.rfind(b"\r", 0, error.start)) + 1
            return _not_ascii(error.object[start:]) + _not_ascii(error.object[:start]) + evidence
        evidence = evidence or _not_ascii(block)
    return b""


def _not_ascii(block: bytes) -> bytes:
    """Return some lines of a block, those that are not ASCII; the first one may have lost its beginning."""
    lines: list[bytes] = []
    size = 0
    for line in block.splitlines():
        if size > EVIDENCE_BYTES:
            break
        if not line.isascii():
            lines.append(line)
            size += len(line)
    return b"".join(line + b"\n" for line in lines)


def _decodes(head: FileHead, encoding: str, *, thorough: bool) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block, at_end in _blocks(head, thorough=thorough):
            decoder.decode(block, at_end)
    except UnicodeError:
        return False
    return True


def _blocks(head: FileHead, *, thorough: bool) -> Iterator[tuple[bytes, bool]]:
    """Read the head, or the whole file; with each block whether it is the last of the file."""
    if head.is_whole or not thorough:
        yield head.data, head.is_whole
        return
    with open_source(head.path) as source:
        while block := source.content.read(BLOCK_BYTES):
            yield block, False
        yield b"", True


def _not_encoded(path: Path, encoding: str, error: UnicodeError) -> UserError:
    line = _first_bad_line(path, encoding)
    reason = error.reason if isinstance(error, UnicodeDecodeError) else str(error)
    return UserError(
        f"Line {line:,} of {path} is not text in the encoding {encoding} ({reason}).",
        "Name another encoding (--encoding), or save the file as UTF-8.",
    )


def _first_bad_line(path: Path, encoding: str) -> int:
    """Find the line where decoding fails, by reading the file once more: lines are not counted while all is well."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line_feeds = returns = 0
    with open_source(path) as source:
        while block := source.content.read(BLOCK_BYTES):
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError as error:
                text = error.object[: error.start].decode(encoding, "replace")
                return max(line_feeds + text.count("\n"), returns + text.count("\r")) + 1
            except UnicodeError:  # a mark is missing
                return 1
            line_feeds += text.count("\n")
            returns += text.count("\r")
    return max(line_feeds, returns) + 1
