"""Files of text as blocks of whole lines; what all formats of one record a line have in common."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, overload

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import Record, RejectedLine
from xdrec_app.datasets.formats.encodings import decode_head, encoding_of, utf8_blocks
from xdrec_app.datasets.formats.records import HOLDS_NUL, Parsed
from xdrec_app.datasets.formats.source import FileHead, open_source

ANY_LINE_END = "\r"
"""A lone carriage return ends a line, and so does a line feed."""

MAX_LINE = 1 << 26
"""Bytes; a file without any line ends must not fill the memory."""


class LineBlock(NamedTuple):
    """Some lines of a file.

    Attributes
    ----------
    body
        UTF-8; every line has its line feed, also the last one of the file.
    first_line
        Number of the first of them.
    done
        Bytes of the file that are read so far.
    at_end
        Whether nothing follows; the last block may be empty.
    """

    body: bytes
    first_line: int
    done: int
    at_end: bool

    def lines(self) -> list[str]:
        """Return the lines without their ends."""
        return self.body.replace(b"\r\n", b"\n").decode().split("\n")[:-1]


class BlockLines(Sequence[str]):
    """The lines of a block, split when the first of them is asked for: few blocks have a line to reject."""

    def __init__(self, block: bytes) -> None:
        self._block = block

    @cached_property
    def _lines(self) -> list[str]:
        return [line.removesuffix("\r") for line in self._block.decode().split("\n")[:-1]]

    def __len__(self) -> int:
        return self._block.count(b"\n")

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        return self._lines[place]


class RowTexts(Sequence[str]):
    """The text of each row of a block, one line or several; split when the first of them is asked for.

    Parameters
    ----------
    block
        Whole lines.
    starts
        For each row how many lines are before it; and at the end how many there are.
    rows
        The rows that are meant, all by default.
    """

    def __init__(self, block: bytes, starts: Sequence[int], rows: Sequence[int] | None = None) -> None:
        self._block = block
        self._starts = starts
        self._rows = range(len(starts) - 1) if rows is None else rows

    @cached_property
    def _lines(self) -> list[str]:
        return self._block.decode().split("\n")[:-1]

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        return self._text(self._rows[place]) if isinstance(place, int) else list(map(self._text, self._rows[place]))

    def _text(self, row: int) -> str:
        return "\n".join(self._lines[self._starts[row] : self._starts[row + 1]]).removesuffix("\r")


def line_blocks(path: Path, encoding: str, line_end: str = "\n") -> Iterator[LineBlock]:
    """Cut a file into blocks of whole lines.

    Raises
    ------
    UserError
        When the file cannot be read, is no text in the encoding, or has a line of more than `MAX_LINE` bytes.
    """
    rest = b""
    first_line = 1
    with open_source(path) as source:
        blocks = utf8_blocks(source, path, encoding)
        for block in _with_line_feeds(blocks) if line_end == ANY_LINE_END else blocks:
            text = rest + block
            cut = text.rfind(b"\n") + 1
            rest = text[cut:]
            n_lines = text.count(b"\n")
            if len(rest) > MAX_LINE:
                raise UserError(f"Line {first_line + n_lines} of {path} is too long: this is no table.")
            if cut:
                yield LineBlock(text[:cut], first_line, source.done, at_end=False)
            first_line += n_lines
        yield LineBlock(rest + b"\n" if rest else b"", first_line, source.done, at_end=True)


def _with_line_feeds(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Make all line ends line feeds."""
    waiting = b""
    for block in blocks:
        text = waiting + block
        waiting = b"\r" if text.endswith(b"\r") else b""  # a line feed may follow
        yield text.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    yield b"\n" if waiting else b""


def whole_lines(text: str, line_end: str, *, is_whole: bool) -> list[str]:
    """Split the beginning of a file; its last line is left out where it may go on, unless it is the only one."""
    lines = text.split(line_end)
    if len(lines) > 1 and (not is_whole or not lines[-1]):
        del lines[-1]
    return lines


def head_lines(head: FileHead, encoding: str) -> list[str]:
    """Return the whole lines of a head, without line feeds and carriage returns before them."""
    lines = whole_lines(decode_head(head, encoding), "\n", is_whole=head.is_whole)
    return [line.removesuffix("\r") for line in lines]


def records_of(lines: Sequence[str], first_line: int, split: Callable[[str], Sequence[str]]) -> Parsed:
    """Make each line a record, cut into cells by `split`; blank lines are passed over."""
    records, rejected = [], []
    for number, line in enumerate(lines, first_line):
        if "\0" in line:
            rejected.append(RejectedLine(number, line, HOLDS_NUL))
        elif line.strip():
            records.append(Record(number, split(line), line))
    return Parsed(records, rejected, len(lines))


def western_encoding(head: FileHead, wish: str | None, *, thorough: bool) -> str | None:
    """Return the encoding of a file that comes from the English-speaking world; None when it is no text.

    UTF-8 where the file is that, else Windows-1252 or Latin-1: GB18030, in which most texts can be misread, is no
    candidate. Parameters are those of :func:`~xdrec_app.datasets.formats.encodings.encoding_of`.
    """
    if wish is not None:
        return encoding_of(head, wish, thorough=thorough)
    if b"\0" in head.data:
        return None
    if head.data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return next((name for name in ("utf-8", "cp1252") if _decodes(head, name, thorough=thorough)), "latin-1")


def _decodes(head: FileHead, encoding: str, *, thorough: bool) -> bool:
    try:
        decode_head(head, encoding)
        if thorough and not head.is_whole:
            with open_source(head.path) as source:
                for _ in utf8_blocks(source, head.path, encoding):
                    pass
    except UserError:
        return False
    return True
