"""Blocks of flawless lines → columns, by Arrow; a block with anything unusual is left to the exact parser.

What Arrow reads here, the exact parser would read the same: the two differ in speed only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from xdrec_app.datasets.formats.text_columns import ArrowColumn, TextColumn

QUOTE = b'"'


def arrow_columns(body: bytes, delimiter: str, n_columns: int, wanted: Sequence[int]) -> tuple[TextColumn, ...] | None:
    """Return the wanted columns of a block of UTF-8; None unless every line is an ordinary row.

    Parameters
    ----------
    body
        Whole lines, each with its line feed.
    """
    has_quotes = QUOTE in body
    if not body or n_columns < 2 or len(delimiter) != 1 or (has_quotes and _stray_quote(delimiter).search(body)):
        return None
    import pyarrow as pa
    from pyarrow import csv

    names = [str(number) for number in range(n_columns)]
    wanted_names = [names[number] for number in wanted]
    try:
        table = csv.read_csv(
            pa.py_buffer(body),
            csv.ReadOptions(column_names=names, block_size=len(body) + 1),
            csv.ParseOptions(delimiter=delimiter, quote_char='"' if has_quotes else False, ignore_empty_lines=False),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=wanted_names,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != body.count(b"\n"):  # a blank line, a line break within quotes, a lone carriage return
        return None
    return tuple(ArrowColumn(table.column(name).combine_chunks()) for name in wanted_names)


@lru_cache
def _stray_quote(delimiter: str) -> re.Pattern[bytes]:
    """Match a quote that stands neither beside another one nor at the beginning or the end of a field."""
    edge = re.escape(delimiter.encode())
    return re.compile(rb'(?<![\n"' + edge + rb'])"(?![\r\n"' + edge + rb"])")
