"""Blocks of ordinary lines → columns, by Arrow; a block with anything unusual is left to the exact parser.

What Arrow reads here, the exact parser would read the same: the two differ in speed only.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from xdrec_app.datasets.arrays import Longs
from xdrec_app.datasets.formats.text_columns import ArrowColumn, TextColumn

QUOTE = b'"'
STAND_INS = (b"\x1f", b"\x1e", b"\x1d", b"\x1c")
"""Stand for a delimiter of several bytes, as far as they do not occur themselves."""


class ArrowRows(NamedTuple):
    """The rows at the beginning of a block.

    Attributes
    ----------
    columns
        The wanted ones, of the rows that are not ragged.
    starts
        For each row, ragged or not, how many lines of the block are before it; and at the end how many there are.
    ragged
        Row → how many fields it has, where that is not the number of columns.
    size
        How many bytes of the block the rows are; a record that goes on behind the block is none of them.
    """

    columns: tuple[TextColumn, ...]
    starts: Sequence[int]
    ragged: Mapping[int, int]
    size: int


def arrow_columns(
    body: bytes, delimiter: str, n_columns: int, wanted: Sequence[int], quote: str = '"', comment: str = ""
) -> tuple[TextColumn, ...] | None:
    """Return the wanted columns of a block; None unless every line is an ordinary row. See :func:`arrow_rows`."""
    rows = arrow_rows(body, delimiter, n_columns, wanted, quote, comment)
    is_plain = rows is not None and isinstance(rows.starts, range) and not rows.ragged
    return rows.columns if rows is not None and is_plain else None


def arrow_rows(
    body: bytes, delimiter: str, n_columns: int, wanted: Sequence[int], quote: str = '"', comment: str = ""
) -> ArrowRows | None:
    """Read a block of UTF-8; None when it is left to the exact parser.

    Parameters
    ----------
    body
        Whole lines, each with its line feed.
    delimiter, quote, comment
        As in :class:`~xdrec_app.datasets.formats.records.Grammar`.
    """
    if not body or n_columns < 2 or _is_unusual(body, comment.encode()):
        return None
    starts: Sequence[int] | None = None
    has_quotes = bool(quote) and quote.encode() in body
    if has_quotes:
        size, starts = _plain_rows(body, quote, delimiter)
        body = body[:size]
    prepared, separator = _with_one_byte(body, delimiter)
    if separator is None or not body:
        return None
    starts = range(body.count(b"\n") + 1) if starts is None else starts
    options: dict[str, Any] = {
        "delimiter": separator,
        "quote_char": quote if has_quotes else False,
        "ignore_empty_lines": True,  # then rows are missing, and the block is not read here
        "newlines_in_values": not isinstance(starts, range),
    }
    read = _read(prepared, n_columns, wanted, options)
    if read is None:
        return None
    columns, n_rows, ragged = read
    return ArrowRows(columns, starts, ragged, len(body)) if n_rows + len(ragged) == len(starts) - 1 else None


def _read(
    body: bytes, n_columns: int, wanted: Sequence[int], options: Mapping[str, Any]
) -> tuple[tuple[TextColumn, ...], int, dict[int, int]] | None:
    """Let Arrow read; it works with several threads only as long as it finds no ragged row."""
    import pyarrow as pa
    from pyarrow import csv

    names = [str(number) for number in range(n_columns)]
    convert = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=[names[number] for number in wanted],
        strings_can_be_null=False,
        check_utf8=False,
    )
    ragged: dict[int, int] = {}

    def skip(row: csv.InvalidRow) -> str:
        if row.actual_columns == 1 and not row.text.strip():  # a blank line is no row
            return "error"
        ragged[row.number - 1] = row.actual_columns
        return "skip"

    for threads, handler in ((True, None), (False, skip)):
        try:
            table = csv.read_csv(
                pa.py_buffer(body),
                csv.ReadOptions(column_names=names, block_size=len(body) + 1, use_threads=threads),
                csv.ParseOptions(**options, invalid_row_handler=handler),
                convert,
            )
        except pa.ArrowInvalid:
            continue
        columns = tuple(ArrowColumn(table.column(names[number]).combine_chunks()) for number in wanted)
        return columns, table.num_rows, ragged
    return None


def _is_unusual(body: bytes, comment: bytes) -> bool:
    """Tell whether a block holds what Arrow and the exact parser understand differently."""
    return (
        b"\0" in body
        or (b"\r" in body and body.count(b"\r") != body.count(b"\r\n"))
        or (bool(comment) and (body.startswith(comment) or b"\n" + comment in body))
        or body.startswith(codecs.BOM_UTF8)  # Arrow takes it for the mark of a file
    )


def _plain_rows(body: bytes, quote: str, delimiter: str) -> tuple[int, Sequence[int] | None]:
    """Find the rows of a block with quotes; of none unless quotes only enclose whole fields, doubled within them.

    Counted from the beginning, every second quote closes: it must be followed by the end of its field or by the quote
    that it doubles.

    Returns
    -------
    size, starts
        As in :class:`ArrowRows`; `starts` is None where no row is longer than a line.
    """
    if len(delimiter.encode()) != 1:
        return 0, None
    data = np.frombuffer(body, np.uint8)
    places = np.flatnonzero(data == ord(quote))
    may_stand_before, may_stand_after = np.zeros((2, 256), bool)
    may_stand_before[[ord(delimiter), ord(quote), ord("\n")]] = True
    may_stand_after[[ord(delimiter), ord(quote), ord("\n"), ord("\r")]] = True
    before, after = data[places[::2] - 1], data[places[1::2] + 1]  # the last byte, a line feed, is before the first
    if not (may_stand_before[before].all() and may_stand_after[after].all()):
        return 0, None
    line_ends: Longs = np.flatnonzero(data == ord("\n"))
    are_row_ends = np.searchsorted(places, line_ends) % 2 == 0
    if are_row_ends.all():
        return len(body), None
    last_lines = np.flatnonzero(are_row_ends)
    return (int(line_ends[last_lines[-1]]) + 1 if len(last_lines) else 0), [0, *(last_lines + 1).tolist()]


def _with_one_byte(body: bytes, delimiter: str) -> tuple[bytes, str | None]:
    """Return a block whose delimiter is one byte, and that byte; None when none is free."""
    encoded = delimiter.encode()
    if len(encoded) == 1:
        return body, delimiter
    free = next((byte for byte in STAND_INS if byte not in body), None)
    return (body, None) if free is None else (body.replace(encoded, free), free.decode())
