"""Walking along an index until enough rows are found or the time is up.

Conditions that no index answers are columns of the query, not parts of its WHERE: so every row that was looked at is
known, and where a walk ended the next one goes on. No walk lasts much longer than its deadline.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

from sqlalchemy import Connection

from xdrec_app.storage.browse_filters import LAST_CHARACTER

ROWS_AT_ONCE = 200

Row = tuple[Any, ...]


class Walk(NamedTuple):
    """What a walk found.

    Attributes
    ----------
    rows
        Those whose first column is true, in the order of the walk.
    last
        The last row that was looked at; None when there was none.
    is_over
        Whether no rows are left.
    """

    rows: list[Row]
    last: Row | None
    is_over: bool


def walk(connection: Connection, sql: str, values: Mapping[str, object], limit: int, deadline: float) -> Walk:
    """Collect rows of a query whose first column is true.

    Parameters
    ----------
    deadline
        Time of `time.monotonic`; looked at after every `ROWS_AT_ONCE` rows.
    """
    found: list[Row] = []
    last = None
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(sql, values)
        while block := cursor.fetchmany(ROWS_AT_ONCE):
            last = block[-1]
            found += [row for row in block if row[0]]
            if len(found) >= limit:
                return Walk(found[:limit], found[limit - 1], False)
            if time.monotonic() > deadline:
                return Walk(found, last, False)
    return Walk(found, last, True)


class WalkCount(NamedTuple):
    """How many rows a walk met whose first column is true; `last` and `is_over` as in :class:`Walk`."""

    n_rows: int
    last: Row | None
    is_over: bool


def walk_count(connection: Connection, sql: str, values: Mapping[str, object], deadline: float) -> WalkCount:
    """Count rows of a query whose first column is true, until the deadline."""
    n_rows = 0
    last = None
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(sql, values)
        while block := cursor.fetchmany(ROWS_AT_ONCE):
            last = block[-1]
            n_rows += sum([1 for row in block if row[0]])
            if time.monotonic() > deadline:
                return WalkCount(n_rows, last, False)
    return WalkCount(n_rows, last, True)


def by_keys(
    connection: Connection, sql: str, keys: Iterable[int], values: Mapping[str, object] | None = None
) -> Iterator[Row]:
    """Yield the rows of a query about some database keys, which it takes as the JSON list `:keys`."""
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(sql, {**(values or {}), "keys": json.dumps(sorted(set(keys)))})
        yield from cursor.fetchall()


def begins_with(column: str, name: str) -> str:
    """Return the condition that a text begins with the parameter `name`, as a range of an index."""
    return f"{column} >= :{name} AND {column} < :{name} || '{LAST_CHARACTER}'"


def contains(columns: Iterable[str], name: str) -> str:
    """Return the condition that one of some texts contains the parameter `name`."""
    return "(" + " OR ".join(f"instr(lower({column}), lower(:{name}))" for column in columns) + ")"
