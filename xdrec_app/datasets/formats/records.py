"""Lines of delimited text → records, with quotes that may hold delimiters, line breaks and doubled quotes.

A broken quote costs its own line and no other: reading goes on with the next physical line, so a quote that is never
closed cannot swallow the rest of a file.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import NamedTuple

from xdrec_app.datasets.formats.base import Record, RejectedLine

QUOTE = '"'
MAX_RECORD = 1 << 20
"""Characters after which an open quote counts as never closed."""

NEVER_CLOSED = "a quote opens in this line and is never closed"
BROKEN_QUOTES = "text stands after a closing quote, or a quote is not closed before the next one opens"
TOO_LONG = "a field is too long"


class Parsed(NamedTuple):
    """Records, broken lines, and how many lines they took; the lines after that wait for more."""

    records: list[Record]
    rejected: list[RejectedLine]
    n_lines: int


def parse_records(lines: Sequence[str], first_line: int, delimiter: str, *, at_end: bool) -> Parsed:
    """Split lines into records; blank lines are passed over.

    Parameters
    ----------
    lines
        Physical lines without their line feed.
    first_line
        Number of the first of them.
    at_end
        Whether these are the last lines of the file.
    """
    records: list[Record] = []
    rejected: list[RejectedLine] = []
    position = 0
    while position < len(lines):
        line = lines[position].removesuffix("\r")
        number = first_line + position
        if QUOTE not in line:
            if line.strip() or delimiter in line:
                records.append(Record(number, line.split(delimiter), line))
            position += 1
            continue
        found = _quoted(lines, position, delimiter)
        if found.reason is NEVER_CLOSED and not at_end and not found.is_final:
            break
        if found.reason:
            rejected.append(RejectedLine(number, line, found.reason))
            position += 1
        else:
            records.append(Record(number, found.cells, found.text))
            position += found.n_lines
    return Parsed(records, rejected, position)


class _Quoted(NamedTuple):
    cells: Sequence[str] = ()
    text: str = ""
    n_lines: int = 1
    reason: str = ""
    is_final: bool = True


def _quoted(lines: Sequence[str], position: int, delimiter: str) -> _Quoted:
    """Parse the record that starts at `position` and may go on over several lines."""
    parts = [lines[position]]
    size = len(parts[0])
    while True:
        text = "\n".join(parts).removesuffix("\r")
        try:
            return _Quoted(next(csv.reader([text], delimiter=delimiter, strict=True)), text, len(parts))
        except csv.Error as error:
            if "field limit" in str(error):
                return _Quoted(reason=TOO_LONG)
            if "unexpected end of data" not in str(error):
                return _Quoted(reason=BROKEN_QUOTES)
        # The open quote can only be closed by a line with an odd number of quotes.
        while True:
            following = position + len(parts)
            if following == len(lines) or size > MAX_RECORD:
                return _Quoted(reason=NEVER_CLOSED, is_final=size > MAX_RECORD)
            parts.append(lines[following])
            size += len(parts[-1]) + 1
            if parts[-1].count(QUOTE) % 2:
                break
