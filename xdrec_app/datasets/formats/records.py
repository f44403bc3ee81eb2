"""Lines of delimited text → records, with quotes that may hold delimiters, line breaks and doubled quotes.

A broken quote costs its own line and no other: reading goes on with the next physical line, so a quote that is never
closed cannot swallow the rest of a file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from xdrec_app.datasets.formats.base import Record, RejectedLine

MAX_RECORD = 1 << 24
"""Characters after which an open quote counts as never closed, unless its own line closes it."""

NEVER_CLOSED = "a quote opens in this line and is never closed"
BROKEN_QUOTES = "text stands after a closing quote, or a quote is not closed before the next one opens"
HOLDS_NUL = "the line holds NUL characters"


@dataclass(frozen=True)
class Grammar:
    """How lines are cut into fields.

    Attributes
    ----------
    delimiter
        One character or several.
    quote
        What encloses fields, doubled within them; "" = nothing does.
    comment
        Lines that begin with it are passed over; "" = there are none.
    """

    delimiter: str
    quote: str = '"'
    comment: str = ""

    @cached_property
    def closing(self) -> re.Pattern[str]:
        """Match from after an opening quote up to the closing one."""
        quote, others = re.escape(self.quote), f"[^{re.escape(self.quote)}]*+"
        return re.compile(f"({others}(?:{quote}{quote}{others})*+){quote}")


class Parsed(NamedTuple):
    """Records, broken lines, and how many lines they took; the lines after that wait for more."""

    records: list[Record]
    rejected: list[RejectedLine]
    n_lines: int


def parse_records(lines: Sequence[str], first_line: int, grammar: Grammar, *, at_end: bool) -> Parsed:
    """Split lines into records; blank lines and comments are passed over.

    Parameters
    ----------
    lines
        Physical lines without their line feed.
    first_line
        Number of the first of them.
    at_end
        Whether these are the last lines of the file.
    """
    delimiter, quote, comment = grammar.delimiter, grammar.quote, grammar.comment
    records: list[Record] = []
    rejected: list[RejectedLine] = []
    position = 0
    while position < len(lines):
        line = lines[position].removesuffix("\r")
        number = first_line + position
        if comment and line.startswith(comment):
            position += 1
        elif "\0" in line:
            rejected.append(RejectedLine(number, line, HOLDS_NUL))
            position += 1
        elif not quote or quote not in line:
            if line.strip() or delimiter in line:
                records.append(Record(number, line.split(delimiter), line))
            position += 1
        else:
            cells, reason = cut_fields(line, grammar)
            text, n_lines = line, 1
            if reason is NEVER_CLOSED:
                found = _over_lines(lines, position, grammar)
                if found is None and not at_end:
                    break
                if found is not None:
                    text, cells, reason, n_lines = found
            if reason:
                rejected.append(RejectedLine(number, line, reason))
                position += 1
            else:
                records.append(Record(number, cells, text))
                position += n_lines
    return Parsed(records, rejected, position)


def _over_lines(lines: Sequence[str], position: int, grammar: Grammar) -> tuple[str, list[str], str, int] | None:
    """Parse a record that starts at `position` and goes on over several lines.

    Returns
    -------
    text, cells, reason, n_lines
        None when the lines end before it is clear what it is.
    """
    parts = [lines[position]]
    size = 0
    while len(parts) < len(lines) - position:
        following = lines[position + len(parts)]
        if size > MAX_RECORD or "\0" in following:
            return "", [], NEVER_CLOSED, 1
        parts.append(following)
        size += len(following) + 1
        if following.count(grammar.quote) % 2:  # no other line can close an open quote
            text = "\n".join(parts).removesuffix("\r")
            cells, reason = cut_fields(text, grammar)
            if reason is not NEVER_CLOSED:
                return text, cells, reason, len(parts)
    return None


def cut_fields(text: str, grammar: Grammar) -> tuple[list[str], str]:
    """Cut a record into its cells; returns what is wrong with it, "" = nothing.

    A field that begins with a quote ends at the next single one; a quote within any other field is an ordinary
    character.
    """
    delimiter, quote = grammar.delimiter, grammar.quote
    cells: list[str] = []
    start = 0
    while True:
        if text.startswith(quote, start):
            match = grammar.closing.match(text, start + 1)
            if match is None:
                return [], NEVER_CLOSED
            cells.append(match[1].replace(quote * 2, quote))
            end = match.end()
            if end < len(text) and not text.startswith(delimiter, end):
                return [], BROKEN_QUOTES
        else:
            end = text.find(delimiter, start)
            end = len(text) if end < 0 else end
            cells.append(text[start:end])
        if end == len(text):
            return cells, ""
        start = end + len(delimiter)
