"""Delimited text: comma, semicolon, tab or pipe, with or without a header, in any of the usual encodings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.arrow_text import arrow_columns
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, Chunk, Dialect, FormatReader, Layout, formats
from xdrec_app.datasets.formats.columns import column_names, looks_like_header
from xdrec_app.datasets.formats.encodings import decode_head, encoding_of
from xdrec_app.datasets.formats.lines import BlockLines, line_blocks, whole_lines
from xdrec_app.datasets.formats.records import parse_records
from xdrec_app.datasets.formats.source import FileHead

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}


@formats.register
class DelimitedReader(FormatReader):
    """CSV and its relatives."""

    key = "delimited"
    title = "Delimited text (CSV)"
    endings = (".csv", ".tsv", ".txt", ".data")
    is_general = True

    def sniff(self, head: FileHead, wish: Dialect, *, thorough: bool) -> Layout | None:
        """See :meth:`FormatReader.sniff`."""
        encoding = encoding_of(head, wish.encoding, thorough=thorough)
        if encoding is None:
            return None
        text = decode_head(head, encoding)
        if "\0" in text:
            return None
        line_end = "\r" if "\r" in text and "\n" not in text else "\n"
        lines = whole_lines(text, line_end, is_whole=head.is_whole)
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

    def read(self, path: Path, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See :meth:`FormatReader.read`."""
        delimiter = layout.dialect.delimiter
        if delimiter is None:
            raise ValueError("the dialect of a layout must be complete")
        header_waits = bool(layout.dialect.has_header)
        n_columns = len(layout.columns)
        first_line = 1
        carry = b""
        for block, _, done, at_end in line_blocks(path, layout.dialect.encoding or "utf-8", layout.line_end):
            body = carry + block
            carry = b""
            columns = None if header_waits else arrow_columns(body, delimiter, n_columns, wanted)
            if columns is not None:
                n_lines = body.count(b"\n")
                yield Chunk(range(first_line, first_line + n_lines), columns, BlockLines(body), done=done)
            else:
                lines = body.decode().split("\n")[:-1]
                records, rejected, n_lines = parse_records(lines, first_line, delimiter, at_end=at_end)
                if header_waits and records:
                    header_waits = False
                    del records[0]
                yield Chunk.of_records(records, n_columns, wanted, rejected, done)
                carry = "".join(line + "\n" for line in lines[n_lines:]).encode()
            first_line += n_lines


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
