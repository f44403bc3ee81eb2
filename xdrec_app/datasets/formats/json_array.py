"""A file that is one JSON array of objects, decoded object by object as its text comes in.

Records are counted, not lines: an array may stand in one line. After a broken record reading goes on at the next one
that is indented like it.
"""

from __future__ import annotations

import re

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.formats.base import RejectedLine
from xdrec_app.datasets.formats.json_values import NO_OBJECT, Object, Objects, decoder, why_broken
from xdrec_app.datasets.formats.lines import MAX_LINE

SEPARATORS = re.compile(r"[\s,]*")
CUT_OFF = "the file ends before the array does"


class ArrayDecoder:
    """Takes the text of an array in pieces and gives the records that are complete."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rest = ""
        self._n_records = 0
        self._is_open = False
        self._is_closed = False
        self._good: list[tuple[int, Object, str]] = []
        self._rejected: list[RejectedLine] = []

    def feed(self, text: str, *, at_end: bool) -> Objects:
        """Decode what is complete so far.

        Raises
        ------
        UserError
            When a record is broken and it cannot be told where the next one begins.
        """
        self._good, self._rejected = [], []
        text = self._rest + text
        place = 0
        if not self._is_open and text.strip():
            place = text.index("[") + 1
            self._is_open = True
        while (place := _after_separators(text, place)) < len(text):
            if self._is_closed:
                self._reject(text[place:], "text stands after the end of the array")
                place = len(text)
            elif text[place] == "]":
                self._is_closed = True
                place += 1
            else:
                end = self._take(text, place, at_end=at_end)
                if end is None:
                    break
                place = end
        line_start = text.rfind("\n", 0, place)
        is_indent = line_start >= 0 and not text[line_start:place].strip()
        self._rest = text[line_start if is_indent else place :]
        if at_end and not self._is_closed:
            self._reject(self._rest.strip(), CUT_OFF)
        return Objects.of(self._good, self._rejected)

    def _take(self, text: str, place: int, *, at_end: bool) -> int | None:
        """Decode the record at `place`; return where to go on, None while more text is needed."""
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            if not at_end and len(text) - place < MAX_LINE:
                return None
            following = self._next_record(text, place, at_end=at_end)
            self._reject(text[place:following].rstrip(), why_broken(error, place))
            return following
        if isinstance(value, dict):
            self._n_records += 1
            self._good.append((self._n_records, value, text[place:end]))
        else:
            self._reject(text[place:end], NO_OBJECT)
        return end

    def _next_record(self, text: str, place: int, *, at_end: bool) -> int:
        """Return where the record after a broken one begins."""
        line_start = text.rfind("\n", 0, place) + 1
        indent = text[line_start:place]
        if line_start and not indent.strip():
            following = text.find(f"\n{indent}{{", place)
            if following >= 0:
                return following + 1 + len(indent)
            if at_end:  # it was the last one
                self._is_closed = True
                return len(text)
        raise UserError(f"Record {self._n_records + 1} of {self._name} is broken, and where it ends cannot be found.")

    def _reject(self, text: str, reason: str) -> None:
        self._n_records += 1
        self._rejected.append(RejectedLine(self._n_records, text, reason))


def _after_separators(text: str, place: int) -> int:
    found = SEPARATORS.match(text, place)
    return found.end() if found else place
