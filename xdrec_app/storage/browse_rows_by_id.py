"""Interactions in the order of people or of items, read along the indexes by id.

Two levels: accounts (or items) in the order of their ids as text, and within each its rows. Both levels are indexes,
so a page costs as much at the end of the table as at its beginning.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from xdrec_app.storage.browse_filters import InteractionFilter, InteractionOrder, Place, Window
from xdrec_app.storage.browse_rows import DomainState, Found, RawRow
from xdrec_app.storage.browse_walk import Row, begins_with, contains, walk

_COLUMNS = "i.batch_id, i.line, i.account_id, i.item_id, i.value, i.time, i.action"
_SUBJECTS = {
    # Two searches by an index; one condition with OR would be a walk over all accounts.
    "person": text(
        """
        SELECT id FROM account WHERE domain_id = :domain AND user_id = :id
        UNION SELECT account.id FROM person JOIN account ON person_id = person.id
        WHERE name = :id AND domain_id = :domain
        """
    ),
    "item": text("SELECT id FROM item WHERE domain_id = :domain AND item_id = :id"),
}


class _Levels(NamedTuple):
    """How an order walks.

    Attributes
    ----------
    table, id
        What leads it, and its column of ids.
    key
        The key of it in a row.
    rows
        How the rows of one are joined, and where their order stands: the key they are ordered by next, and their own.
    """

    table: str
    id: str
    key: str
    rows: str
    inner: str
    row: str


_LEVELS = {
    "person": _Levels(
        "account", "user_id", "account_id", "LEFT JOIN interaction i ON i.account_id = {match}", "i.item_id", "i.id"
    ),
    "item": _Levels(
        "item",
        "item_id",
        "item_id",
        "LEFT JOIN item_row r ON r.item_id = {match} LEFT JOIN interaction i ON i.id = r.row_id",
        "r.account_id",
        "r.row_id",
    ),
}
_ROWS_OF = {
    "account_id": ("interaction i INDEXED BY interaction_account", "i.account_id"),
    "item_id": ("item_row r CROSS JOIN interaction i ON i.id = r.row_id", "r.item_id"),
}


def subject_keys(connection: Connection, domain_id: int, filters: InteractionFilter) -> dict[str, tuple[int, ...]]:
    """Return the keys of the accounts and of the item that a filter names, by the column that holds them."""
    asked = {"person": ("account_id", filters.person), "item": ("item_id", filters.item)}
    return {
        column: tuple(connection.execute(_SUBJECTS[kind], {"domain": domain_id, "id": id_}).scalars())
        for kind, (column, id_) in asked.items()
        if id_
    }


def walk_by_id(
    connection: Connection, domain: DomainState, order: InteractionOrder, filters: InteractionFilter, window: Window
) -> Found:
    """Return the next rows in the order of people or items; as many as are found until the deadline."""
    query = _Query(connection, domain.id, order, filters, window)
    rows: list[RawRow] = []
    last = window.place
    for sql, values in query.parts():
        walked = walk(connection, sql, values, window.limit - len(rows), window.deadline)
        rows += [RawRow(*row[2:]) for row in walked.rows]
        if walked.last is not None:
            last = query.place(walked.last)
        if not walked.is_over:
            return Found(rows, last, False)
    return Found(rows, last, True)


def gather(connection: Connection, domain: DomainState, filters: InteractionFilter, limit: int) -> list[RawRow] | None:
    """Return all rows of the person or item that a filter names, in any order; None if they are more than `limit`."""
    subjects = subject_keys(connection, domain.id, filters)
    column = "account_id" if "account_id" in subjects else "item_id"
    tables, key = _ROWS_OF[column]
    sql = (
        f"SELECT {_COLUMNS} FROM {tables}"
        f" WHERE {_among(key, subjects[column])} AND {_condition(filters, subjects)} LIMIT {limit + 1}"
    )
    with closing(connection.connection.cursor()) as cursor:
        rows = [RawRow(*row) for row in cursor.execute(sql, filters.model_dump())]
    return rows if len(rows) <= limit else None


class _Query:
    """A walk in SQL: first the rest of the account (or item) where the last one ended, then those beyond it."""

    def __init__(
        self,
        connection: Connection,
        domain_id: int,
        order: InteractionOrder,
        filters: InteractionFilter,
        window: Window,
    ) -> None:
        self._levels = _LEVELS[order]
        self._is_falling = window.is_falling
        self._start = window.place
        self._values = {**filters.model_dump(), "domain": domain_id}
        subjects = subject_keys(connection, domain_id, filters)
        self._match, self._outer = "o.id", ["o.domain_id = :domain"]
        if self._levels.key in subjects:
            self._outer.append(_among("o.id", subjects.pop(self._levels.key)))
        if order == "person" and filters.person_prefix:
            self._outer.append(begins_with("o.user_id", "person_prefix"))
            filters = filters.model_copy(update={"person_prefix": ""})
        if order == "item" and filters.item_search:
            # An item that does not fit gives no rows but itself, so that it is known how far the walk came.
            self._match = f"CASE WHEN {contains(('o.item_id', 'o.title'), 'item_search')} THEN o.id END"
            filters = filters.model_copy(update={"item_search": ""})
        self._fits = f"i.id IS NOT NULL AND {_condition(filters, subjects)}"

    def parts(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the queries with their values; the columns are: fits, id, and those of `RawRow`."""
        place, beyond = self._start, "<" if self._is_falling else ">"
        if not place:
            return [self._part()]
        further = self._part(f"o.{self._levels.id} {beyond} :at_id", at_id=place[0])
        if len(place) == 1:
            return [further]
        inner = self._levels.inner
        rest = self._part(
            f"o.{self._levels.id} = :at_id",
            f"{inner} {beyond}= :at_key",
            f"({inner}, i.batch_id, i.line) {beyond} (:at_key, :at_batch, :at_line)",
            **dict(zip(("at_id", "at_key", "at_batch", "at_line"), place, strict=True)),
        )
        return [rest, further]

    def place(self, row: Row) -> Place:
        """Return where a row of the query stands; of an account without rows, behind all that it could have."""
        _, id_, batch, line, account, item, *_ = row
        if batch is None:
            return (id_,)
        return (id_, item if self._levels.key == "account_id" else account, batch, line)

    def _part(self, *where: str, **place: int | str) -> tuple[str, dict[str, Any]]:
        levels, turn = self._levels, "DESC" if self._is_falling else "ASC"
        sql = (
            f"SELECT {self._fits}, o.{levels.id}, {_COLUMNS}"
            f" FROM {levels.table} o {levels.rows.format(match=self._match)}"
            f" WHERE {' AND '.join((*self._outer, *where))}"
            f" ORDER BY o.{levels.id} {turn}, {levels.inner} {turn}, {levels.row} {turn}"
        )
        return sql, {**self._values, **place}


def _condition(filters: InteractionFilter, subjects: dict[str, tuple[int, ...]]) -> str:
    """Return the condition of a filter on a row `i`; its values are the fields of the filter."""
    prefix = begins_with("user_id", "person_prefix")
    search = contains(("item_id", "title"), "item_search")
    conditions = {
        "value_from": "i.value >= :value_from",
        "value_to": "i.value <= :value_to",
        "time_from": "i.time >= :time_from",
        "time_to": "i.time <= :time_to",
        "batch": "i.batch_id = :batch",
        "person_prefix": f"EXISTS (SELECT 1 FROM account WHERE id = i.account_id AND {prefix})",
        "item_search": f"EXISTS (SELECT 1 FROM item WHERE id = i.item_id AND {search})",
    }
    asked = [conditions[name] for name in filters.model_dump(exclude_defaults=True) if name in conditions]
    return " AND ".join([*asked, *(_among(f"i.{column}", keys) for column, keys in subjects.items())]) or "TRUE"


def _among(column: str, keys: tuple[int, ...]) -> str:
    return f"{column} IN ({', '.join(map(str, keys))})"
