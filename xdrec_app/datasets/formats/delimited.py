"""Delimited text: comma, semicolon, tab or pipe, with or without a header, in any of the usual encodings."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import (
    SAMPLE_ROWS,
    Chunk,
    Dialect,
    FileHead,
    FormatReader,
    Layout,
    formats,
    unwatched,
)
from xdrec_app.datasets.formats.columns import column_names, looks_like_header
from xdrec_app.datasets.formats.encodings import decode_head, encoding_of, text_blocks
from xdrec_app.datasets.formats.records import QUOTE, parse_records

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
MAX_LINE = 1 << 23
NOT_SHAPE = {delimiter: bytes(set(range(256)) - set(b"\n" + delimiter.encode())) for delimiter in DELIMITERS}


@formats.register
class DelimitedReader(FormatReader):
    """CSV and its relatives."""

    key = "delimited"
    title = "Delimited text (CSV)"

    def sniff(self, head: FileHead, wish: Dialect, *, thorough: bool) -> Layout | None:
        """See :meth:`FormatReader.sniff`."""
        encoding = encoding_of(head, wish.encoding, thorough=thorough)
        if encoding is None:
            return None
        text = decode_head(head, encoding)
        if "\0" in text:
            return None
        line_end = "\r" if "\r" in text and "\n" not in text else "\n"
        lines = _whole_lines(text, line_end, is_whole=head.is_whole)
        delimiter = _best_delimiter(lines) if wish.delimiter is None else _delimiter(wish.delimiter)
        records, rejected, _ = parse_records(lines, 1, delimiter, at_end=head.is_whole)
        if not records:
            if rejected:
                first = rejected[0]
                raise UserError(f"Line {first.line} of {head.path} cannot be read: {first.reason}.")
            raise UserError(f"The file {head.path} holds only blank lines.")
        rows = [[cell.strip() for cell in record.cells] for record in records[: SAMPLE_ROWS + 1]]
        has_header = looks_like_header(rows) if wish.has_header is None else wish.has_header
        widths = Counter(len(row) for row in rows)
        return Layout(
            confidence=0.5 if max(widths) > 1 else 0.1,
            dialect=Dialect(encoding=encoding, delimiter=delimiter, has_header=has_header),
            columns=column_names(rows[0]) if has_header else column_names([""] * widths.most_common(1)[0][0]),
            sample=tuple(records[1 if has_header else 0 :][:SAMPLE_ROWS]),
            rejected=tuple(rejected),
            line_end=line_end,
        )

    def read(
        self, path: Path, layout: Layout, wanted: Sequence[int], watch: Callable[[bytes], object] = unwatched
    ) -> Iterator[Chunk]:
        """See :meth:`FormatReader.read`."""
        delimiter = layout.dialect.delimiter
        if delimiter is None:
            raise ValueError("the dialect of a layout must be complete")
        header_waits = bool(layout.dialect.has_header)
        n_columns = len(layout.columns)
        first_line = 1
        carry = ""
        for text, at_end in _line_blocks(path, layout, watch):
            body = carry + text
            carry = ""
            n_lines = body.count("\n")
            chunk = None if header_waits else _fast_chunk(body, first_line, delimiter, n_columns, wanted)
            if chunk is None:
                lines = body.split("\n")[:-1]
                records, rejected, n_lines = parse_records(lines, first_line, delimiter, at_end=at_end)
                if header_waits and records:
                    header_waits = False
                    del records[0]
                chunk = Chunk.of_records(records, n_columns, wanted, rejected)
                carry = "".join(line + "\n" for line in lines[n_lines:])
            first_line += n_lines
            yield chunk


def _line_blocks(path: Path, layout: Layout, watch: Callable[[bytes], object]) -> Iterator[tuple[str, bool]]:
    """Cut a file into blocks of whole lines, each with its line feed, and say which block is the last."""
    rest = ""
    n_lines = 0
    for block in text_blocks(path, layout.dialect.encoding or "utf-8", watch):
        text = rest + (block if layout.line_end == "\n" else block.replace(layout.line_end, "\n"))
        cut = text.rfind("\n") + 1
        rest = text[cut:]
        n_lines += text.count("\n")
        if len(rest) > MAX_LINE:
            raise UserError(f"Line {n_lines + 1} of {path} is too long: this is no table.")
        if cut:
            yield text[:cut], False
    yield (rest + "\n" if rest else ""), True


def _fast_chunk(body: str, first_line: int, delimiter: str, n_columns: int, wanted: Sequence[int]) -> Chunk | None:
    """Split a block in a few operations on the whole of it; None when any line is not an ordinary row."""
    if delimiter not in NOT_SHAPE or not body:
        return None
    if QUOTE in body:
        return _fast_quoted_chunk(body, first_line, delimiter, n_columns, wanted)
    if "\r" in body:
        body = body.replace("\r\n", "\n")
    shape = body.encode().translate(None, NOT_SHAPE[delimiter])
    n_lines = len(shape) // n_columns
    if shape != (delimiter * (n_columns - 1) + "\n").encode() * n_lines or (n_columns == 1 and "\n\n" in "\n" + body):
        return None
    cells = body.replace("\n", delimiter).split(delimiter)
    n_cells = n_lines * n_columns
    return Chunk(
        lines=range(first_line, first_line + n_lines),
        columns=tuple(cells[index:n_cells:n_columns] for index in wanted),
        texts=body.split("\n"),
    )


def _fast_quoted_chunk(
    body: str, first_line: int, delimiter: str, n_columns: int, wanted: Sequence[int]
) -> Chunk | None:
    lines = body.split("\n")
    del lines[-1]
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    if len(rows) != len(lines) or set(map(len, rows)) != {n_columns}:
        return None
    columns = list(zip(*rows, strict=True))
    return Chunk(range(first_line, first_line + len(lines)), tuple(columns[index] for index in wanted), lines)


def _whole_lines(text: str, line_end: str, *, is_whole: bool) -> list[str]:
    lines = text.split(line_end)
    if len(lines) > 1 and (not is_whole or not lines[-1]):
        del lines[-1]
    return lines


def _best_delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that cuts the most lines into the same number of fields, and into the most fields."""

    def fitness(delimiter: str) -> tuple[float, int]:
        records = parse_records(lines[: SAMPLE_ROWS * 10], 1, delimiter, at_end=True).records[: SAMPLE_ROWS + 1]
        if not records:
            return 0.0, 0
        width, n_records = Counter(len(record.cells) for record in records).most_common(1)[0]
        first_agrees = len(records[0].cells) == width
        share = n_records / len(records) if width > 1 else 0.0
        return round(share * (1.0 if first_agrees else 0.5), 1), width

    return max(DELIMITERS, key=fitness)


def _delimiter(wish: str) -> str:
    delimiter = DELIMITER_WORDS.get(wish.lower(), wish)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise UserError(f"'{wish}' cannot separate columns.", "Use one character, or: comma, semicolon, tab or pipe.")
    return delimiter
