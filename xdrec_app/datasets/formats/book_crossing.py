"""The Book-Crossing files: parted by semicolons, every field in quotes, quotes within fields escaped or not at all.

A parser of proper CSV loses lines of these files; their fields are cut at ``";"`` instead, which stands nowhere else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from xdrec_app.datasets.formats.arrow_text import arrow_columns
from xdrec_app.datasets.formats.base import SAMPLE_ROWS, Chunk, FormatReader, Layout, formats
from xdrec_app.datasets.formats.columns import column_names
from xdrec_app.datasets.formats.dialect import Dialect, Role
from xdrec_app.datasets.formats.lines import BlockLines, head_lines, line_blocks, records_of, western_encoding
from xdrec_app.datasets.formats.source import FileHead
from xdrec_app.datasets.formats.text_columns import TextColumn

SEMICOLON = ";"
BETWEEN = '";"'
ESCAPED_BETWEEN = '\\";'
"""Stands in a few lines where one field ends, its closing quote escaped by mistake, and the next has no opening one."""

NULL = re.compile(r'(?<=["L]);NULL(?=;|$)')
IMPROPER = (b"\\", b"&", b"NULL", b'""')
HEADERS = ({"User-ID", "ISBN"}, {"ISBN", "Book-Title"}, {"User-ID", "Location"})
ROLES: dict[Role, tuple[str, ...]] = {
    "user": ("User-ID",),
    "item": ("ISBN",),
    "value": ("Book-Rating",),
    "title": ("Book-Title",),
    "tags": ("Book-Author",),
    "image": ("Image-URL-L", "Image-URL-M", "Image-URL-S"),
}


@formats.register
class BookCrossingReader(FormatReader):
    """Ratings, books and readers of the Book-Crossing community (BX-*.csv)."""

    key = "book_crossing"
    title = "Book-Crossing"
    endings = (".csv",)

    def sniff(self, head: FileHead, wish: Dialect, *, thorough: bool) -> Layout | None:
        """See :meth:`FormatReader.sniff`."""
        if wish.delimiter not in {None, SEMICOLON, "semicolon"} or wish.has_header is False:
            return None
        if not _is_header(head_lines(head, "latin-1")[0].removeprefix("ï»¿")):
            return None
        encoding = western_encoding(head, wish.encoding, thorough=thorough)
        if encoding is None:
            return None
        header, *lines = head_lines(head, encoding)
        columns = column_names(cells_of(header))
        records, rejected, _ = records_of(lines, 2, partial(cells_of, n_columns=len(columns)))
        return Layout(
            confidence=0.95,
            dialect=wish.model_copy(update={"encoding": encoding, "delimiter": SEMICOLON, "has_header": True}),
            columns=columns,
            sample=tuple(records[:SAMPLE_ROWS]),
            rejected=tuple(rejected),
            roles={role: found for role, names in ROLES.items() if (found := _first(names, columns))},
        )

    def read(self, path: Path, layout: Layout, wanted: Sequence[int]) -> Iterator[Chunk]:
        """See :meth:`FormatReader.read`."""
        n_columns = len(layout.columns)
        split = partial(cells_of, n_columns=n_columns)
        for block in line_blocks(path, layout.dialect.encoding or "latin-1"):
            is_first = block.first_line == 1
            columns = _columns_of_proper(block.body, n_columns, wanted) if not is_first else None
            if columns is not None:
                texts = BlockLines(block.body)
                yield Chunk(range(block.first_line, block.first_line + len(texts)), columns, texts, done=block.done)
                continue
            lines = block.lines()[is_first:]
            records, rejected, _ = records_of(lines, block.first_line + is_first, split)
            yield Chunk.of_records(records, n_columns, wanted, rejected, block.done)


def cells_of(line: str, n_columns: int = 0) -> list[str]:
    """Cut a line into cells.

    Parameters
    ----------
    n_columns
        How many there should be: where the line has fewer, fields whose end is spoiled are looked for.
    """
    if "NULL" in line:
        line = NULL.sub(';""', line)
    inner = line.removeprefix('"').removesuffix('"')
    cells = inner.split(BETWEEN)
    if len(cells) < n_columns and len(cells) + inner.count(ESCAPED_BETWEEN) == n_columns:
        cells = inner.replace(ESCAPED_BETWEEN, BETWEEN).split(BETWEEN)
    if "\\" in line or "&" in line:
        return [html.unescape(cell.replace('\\"', '"').replace("\\\\", "\\")) for cell in cells]
    return cells


def _columns_of_proper(body: bytes, n_columns: int, wanted: Sequence[int]) -> tuple[TextColumn, ...] | None:
    """Return columns of lines that are proper CSV with every field in quotes: those of ratings mostly are."""
    n_quotes = 2 * n_columns * body.count(b"\n")
    if body.count(b'"') != n_quotes or any(odd in body for odd in IMPROPER):
        return None
    return arrow_columns(body, SEMICOLON, n_columns, wanted)


def _is_header(line: str) -> bool:
    is_quoted = line.startswith('"') and line.endswith('"') and BETWEEN in line
    return is_quoted and any(names <= set(cells_of(line)) for names in HEADERS)


def _first(names: Sequence[str], columns: Sequence[str]) -> str | None:
    return next((name for name in names if name in columns), None)
