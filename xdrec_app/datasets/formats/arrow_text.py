"""Blocks of flawless lines → columns, by Arrow; a block with anything unusual is left to the exact parser.

What Arrow reads here, the exact parser would read the same: the two differ in speed only.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence

import numpy as np

from xdrec_app.datasets.formats.text_columns import ArrowColumn, TextColumn

QUOTE = b'"'
STAND_INS = (b"\x1f", b"\x1e", b"\x1d", b"\x1c")
"""Stand for a delimiter of several bytes, as far as they do not occur themselves."""


def arrow_columns(
    body: bytes, delimiter: str, n_columns: int, wanted: Sequence[int], quote: str = '"', comment: str = ""
) -> tuple[TextColumn, ...] | None:
    """Return the wanted columns of a block of UTF-8; None unless every line is an ordinary row.

    Parameters
    ----------
    body
        Whole lines, each with its line feed.
    delimiter, quote, comment
        As in :class:`~xdrec_app.datasets.formats.records.Grammar`.
    """
    if not body or n_columns < 2 or _is_unusual(body, comment.encode()):
        return None
    has_quotes = bool(quote) and quote.encode() in body
    if has_quotes and not _are_plain(body, quote, delimiter):
        return None
    prepared, separator = _with_one_byte(body, delimiter)
    if separator is None:
        return None
    import pyarrow as pa
    from pyarrow import csv

    names = [str(number) for number in range(n_columns)]
    wanted_names = [names[number] for number in wanted]
    try:
        table = csv.read_csv(
            pa.py_buffer(prepared),
            csv.ReadOptions(column_names=names, block_size=len(prepared) + 1),
            csv.ParseOptions(delimiter=separator, quote_char=quote if has_quotes else False, ignore_empty_lines=False),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=wanted_names,
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != body.count(b"\n"):  # a line break within quotes
        return None
    return tuple(ArrowColumn(table.column(name).combine_chunks()) for name in wanted_names)


def _is_unusual(body: bytes, comment: bytes) -> bool:
    """Tell whether a block holds what Arrow and the exact parser understand differently."""
    return (
        b"\0" in body
        or (b"\r" in body and body.count(b"\r") != body.count(b"\r\n"))
        or (bool(comment) and (body.startswith(comment) or b"\n" + comment in body))
        or body.startswith((b"\n", b"\r", codecs.BOM_UTF8))  # Arrow takes this for the mark of a file
        or b"\n\n" in body  # a blank line, for Arrow a row of empty cells
        or b"\n\r" in body
    )


def _are_plain(body: bytes, quote: str, delimiter: str) -> bool:
    """Tell whether quotes only enclose whole fields, and are doubled within them.

    Counted from the beginning, every second quote closes: it must be followed by the end of its field or by the quote
    that it doubles.
    """
    if len(delimiter.encode()) != 1:
        return False
    data = np.frombuffer(body, np.uint8)
    places = np.flatnonzero(data == ord(quote))
    if len(places) % 2:
        return False
    may_stand_before, may_stand_after = np.zeros((2, 256), bool)
    may_stand_before[[ord(delimiter), ord(quote), ord("\n")]] = True
    may_stand_after[[ord(delimiter), ord(quote), ord("\n"), ord("\r")]] = True
    before, after = data[places[::2] - 1], data[places[1::2] + 1]  # the last byte, a line feed, is before the first
    return bool(may_stand_before[before].all() and may_stand_after[after].all())


def _with_one_byte(body: bytes, delimiter: str) -> tuple[bytes, str | None]:
    """Return a block whose delimiter is one byte, and that byte; None when none is free."""
    encoded = delimiter.encode()
    if len(encoded) == 1:
        return body, delimiter
    free = next((byte for byte in STAND_INS if byte not in body), None)
    return (body, None) if free is None else (body.replace(encoded, free), free.decode())
