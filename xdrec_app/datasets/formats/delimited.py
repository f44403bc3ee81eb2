"""Delimited text: any delimiter and quote, with or without a header, in any of the usual encodings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.arrow_text import ArrowRows, arrow_rows
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, Chunk, FormatReader, Layout, RejectedLine, formats
from xdrec_app.datasets.formats.columns import column_names, looks_like_header
from xdrec_app.datasets.formats.delimited_guess import guess_grammar, names_of
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.encoding_guess import is_binary
from xdrec_app.datasets.formats.encodings import decode_head, encoding_of
from xdrec_app.datasets.formats.lines import ANY_LINE_END, RowTexts, line_blocks, whole_lines
from xdrec_app.datasets.formats.records import Grammar, Parsed, parse_records
from xdrec_app.datasets.formats.source import FileHead

SMALL_BLOCK = 1 << 16
"""Bytes that are not worth halving to keep a line that is not ordinary from slowing down the others."""


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
        if is_binary(text.encode()):
            return None
        line_end = _line_end(text, '"' if wish.quote is None else wish.quote)
        if line_end == ANY_LINE_END:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        lines = whole_lines(text, "\n", is_whole=head.is_whole)
        grammar = guess_grammar(lines, wish)
        records, rejected, _ = _first_records(lines, grammar, is_whole=head.is_whole)
        if not records:
            if rejected:
                first = rejected[0]
                raise UserError(f"Line {first.line} of {head.path} cannot be read: {first.reason}.")
            raise UserError(f"The file {head.path} holds only blank lines.")
        rows = [[cell.strip() for cell in record.cells] for record in records[: SAMPLE_ROWS + 1]]
        has_header = looks_like_header(rows) if wish.has_header is None else wish.has_header
        width = Counter(len(row) for row in rows).most_common(1)[0][0]
        decided = {
            "encoding": encoding,
            "delimiter": grammar.delimiter,
            "has_header": has_header,
            "quote": grammar.quote,
            "comment": grammar.comment,
        }
        return Layout(
            confidence=0.5 if max(map(len, rows)) > 1 else 0.1,
            dialect=wish.model_copy(update=decided),
            columns=names_of(rows[0], rows[1:]) if has_header else column_names([""] * width),
            sample=tuple(records[has_header:][:SAMPLE_ROWS]),
            rejected=tuple(rejected),
            line_end=line_end,
        )

    def read(self, path: Path, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See :meth:`FormatReader.read`."""
        reading = _Reading(layout, wanted)
        for block in line_blocks(path, layout.dialect.encoding or "utf-8", layout.line_end):
            yield from reading.chunks(block.body, block.done, at_end=block.at_end)


class _Reading:
    """Turns blocks of lines into chunks, by Arrow as far as that can read them."""

    def __init__(self, layout: Layout, wanted: Sequence[int]) -> None:
        dialect = layout.dialect
        if dialect.delimiter is None:
            raise ValueError("the dialect of a layout must be complete")
        self._grammar = Grammar(
            dialect.delimiter, '"' if dialect.quote is None else dialect.quote, dialect.comment or ""
        )
        self._header_waits = bool(dialect.has_header)
        self._n_columns = len(layout.columns)
        self._wanted = wanted
        self._first_line = 1
        self._carry = b""  # lines of a record that is not at its end

    def chunks(self, block: bytes, done: int, *, at_end: bool) -> Iterator[Chunk]:
        """Read the next lines."""
        body, goes_on, self._carry = self._carry + block, bool(self._carry), b""
        rows = None if self._header_waits else self._by_arrow(body)
        if rows is not None:
            yield self._chunk_of(rows, body[: rows.size], done)
            rest = body[rows.size :]
            if at_end and rest:
                yield self._exactly(rest, done, at_end=True)
            else:
                self._carry = rest
        elif not goes_on and not self._header_waits and (middle := _middle(body)):
            yield from self.chunks(body[:middle], done, at_end=False)
            yield from self.chunks(body[middle:], done, at_end=at_end)
        else:
            yield self._exactly(body, done, at_end=at_end)

    def _by_arrow(self, body: bytes) -> ArrowRows | None:
        grammar = self._grammar
        return arrow_rows(
            body, grammar.delimiter, self._n_columns, self._wanted, quote=grammar.quote, comment=grammar.comment
        )

    def _chunk_of(self, rows: ArrowRows, body: bytes, done: int) -> Chunk:
        texts = RowTexts(body, rows.starts)
        first_line, starts = self._first_line, rows.starts
        self._first_line += starts[-1]
        if isinstance(starts, range) and not rows.ragged:
            return Chunk(range(first_line, self._first_line), rows.columns, texts, done=done)
        good = [row for row in range(len(texts)) if row not in rows.ragged]
        return Chunk(
            lines=[first_line + starts[row] for row in good],
            columns=rows.columns,
            texts=RowTexts(body, starts, good),
            rejected=[
                RejectedLine.ragged(first_line + starts[row], texts[row], n_fields, self._n_columns)
                for row, n_fields in rows.ragged.items()
            ],
            done=done,
        )

    def _exactly(self, body: bytes, done: int, *, at_end: bool) -> Chunk:
        lines = body.decode().split("\n")[:-1]
        records, rejected, n_lines = parse_records(lines, self._first_line, self._grammar, at_end=at_end)
        if self._header_waits and records:
            self._header_waits = False
            del records[0]
        self._carry = "".join(line + "\n" for line in lines[n_lines:]).encode()
        self._first_line += n_lines
        return Chunk.of_records(records, self._n_columns, self._wanted, rejected, done)


def _middle(body: bytes) -> int:
    """Return where a line begins near the middle of a block; 0 when it is not worth halving."""
    if len(body) <= SMALL_BLOCK:
        return 0
    middle = body.find(b"\n", len(body) // 2) + 1
    return middle if middle < len(body) else body.rfind(b"\n", 0, len(body) // 2) + 1


def _line_end(text: str, quote: str) -> str:
    """Return what ends the lines of a text, outside of quotes; a return at its very end may belong to a line feed."""
    if "\r" not in text:
        return "\n"
    mark = re.escape(quote)
    plain = re.sub(f"{mark}[^{mark}]*{mark}", "", text) if quote else text
    n_lone_returns = plain[:-1].count("\r") - plain.count("\r\n")
    return ANY_LINE_END if n_lone_returns > plain.count("\n") else "\n"


def _first_records(lines: Sequence[str], grammar: Grammar, *, is_whole: bool) -> Parsed:
    """Parse the first lines; an open quote that leaves too few of them counts as never closed."""
    parsed = parse_records(lines, 1, grammar, at_end=is_whole)
    return parsed if len(parsed.records) > SAMPLE_ROWS else parse_records(lines, 1, grammar, at_end=True)
