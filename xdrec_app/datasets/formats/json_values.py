"""Objects of JSON → text cells: numbers keep their digits, lists are joined by bars, names within names get dots."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from xdrec_app.datasets.formats.base import RejectedLine

Object = Mapping[str, Any]


class Objects(NamedTuple):
    """Some records: where they stand, what they hold, how they are written; and what is none.

    Lines are those of the file, in an array the numbers of the records.
    """

    lines: Sequence[int]
    objects: Sequence[Object]
    texts: Sequence[str]
    rejected: Sequence[RejectedLine]

    @classmethod
    def of(cls, good: Sequence[tuple[int, Object, str]], rejected: Sequence[RejectedLine]) -> Objects:
        """Put records together that were decoded one by one."""
        return cls([row[0] for row in good], [row[1] for row in good], [row[2] for row in good], rejected)


decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
"""Numbers stay the text they are: no digit of an id may be lost."""

LIST_SEPARATOR = "|"
NO_OBJECT = "this is no JSON object"
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
UNSTORABLE_ESCAPE = re.compile(r"\\(?:u(?:[dD][89a-fA-F]|0000)|x00|0)")
"""What may stand for a NUL or for half a character in the text of an object."""


def text_of(value: Any) -> str:
    """Return a value as one cell; nothing for null and for what has names of its own."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return LIST_SEPARATOR.join(filter(None, map(text_of, value)))
    if isinstance(value, int | float):
        return str(value)
    return ""


def names_of(objects: Iterable[Object]) -> tuple[str, ...]:
    """Return the names of all values in the order in which they first occur."""
    return tuple(dict.fromkeys(name for row in objects for name in _names_within(row, "")))


def columns_of(found: Objects, names: Sequence[str]) -> list[list[str]]:
    """Return the cells of each column; NULs and halves of characters become the replacement character."""
    has_unstorable = any(map(UNSTORABLE_ESCAPE.search, found.texts))
    return [_column(found.objects, name, has_unstorable=has_unstorable) for name in names]


def why_broken(error: Exception, start: int = 0) -> str:
    """Say why the text from `start` on is no JSON."""
    if not isinstance(error, json.JSONDecodeError):
        return "objects are nested too deeply"
    return f"broken JSON at character {error.pos - start + 1}: {error.msg[:1].lower()}{error.msg[1:]}"


def _column(objects: Sequence[Object], name: str, *, has_unstorable: bool) -> list[str]:
    values = [row.get(name) for row in objects] if "." not in name else [_find(row, name) for row in objects]
    cells = [value if type(value) is str else text_of(value) for value in values]
    return [UNSTORABLE.sub("\ufffd", cell) for cell in cells] if has_unstorable else cells


def _names_within(row: Object, prefix: str) -> Iterator[str]:
    for name, value in row.items():
        if not isinstance(name, str) or not name.strip() or UNSTORABLE.search(name):
            continue
        if isinstance(value, dict):
            yield from _names_within(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def _find(row: Object, name: str) -> Any:
    """Return the value of a name with dots, which may part objects or belong to a name."""
    if name in row:
        return row[name]
    for dot in re.finditer(r"\.", name):
        child = row.get(name[: dot.start()])
        if isinstance(child, dict) and (found := _find(child, name[dot.end() :])) is not None:
            return found
    return None
