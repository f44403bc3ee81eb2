"""The tables of a workspace as streams of rows to be exported, however long they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, text

from xdrec_app.core.errors import UserError
from xdrec_app.storage.browse_interactions import total
from xdrec_app.storage.browse_rows import domain_state
from xdrec_app.storage.database import Database

ROWS_AT_ONCE = 2000
TAG_SEPARATOR = "|"

TableName = Literal["interactions", "items", "people", "rejected"]
Kind = Literal["text", "number", "integer", "time"]
Columns = tuple[tuple[str, Kind], ...]
Block = Sequence[Sequence[Any]]


_TEXT: Kind = "text"
_INTEGER: Kind = "integer"

INTERACTIONS: Columns = (
    ("user_id", "text"),
    ("person", "text"),
    ("item_id", "text"),
    ("title", "text"),
    ("value", "number"),
    ("time", "time"),
    ("action", "text"),
    ("file", "text"),
    ("line", "integer"),
)
ITEMS: Columns = (
    ("item_id", "text"),
    ("title", "text"),
    ("category", "text"),
    ("tags", "text"),
    ("text", "text"),
    ("price", "number"),
    ("image", "text"),
    ("interactions", "integer"),
)
REJECTED: Columns = (("file", "text"), ("line", "integer"), ("reason", "text"), ("text", "text"))


class ExportTable(NamedTuple):
    """A table to be exported.

    Attributes
    ----------
    columns
        Names and kinds; times are in seconds since 1970.
    n_rows
        How many rows there are.
    blocks
        The rows, some at a time; to be used up while the table is open.
    """

    columns: Columns
    n_rows: int
    blocks: Iterator[Block]


@contextmanager
def open_table(database: Database, table: TableName, domain_name: str, batch: int | None) -> Iterator[ExportTable]:
    """Open a table of the workspace to be read from its beginning to its end, as it is at this moment.

    Parameters
    ----------
    domain_name
        Whose interactions, items or people; people may be those of all domains.
    batch
        Number of the import whose rejected lines are wanted.

    Raises
    ------
    UserError
        When there is no such domain or import.
    """
    with database.read() as connection:
        if table == "rejected":
            query = _rejected(connection, batch)
        elif table == "people" and not domain_name:
            query = _all_people(connection)
        elif not domain_name:
            raise UserError(f"Whose {table} shall be exported?", "Name a domain.")
        else:
            of_domain = {"interactions": _interactions, "items": _items, "people": _people}[table]
            query = of_domain(connection, domain_state(connection, domain_name).id)
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(query.sql, query.values)
            blocks = iter(partial(cursor.fetchmany, ROWS_AT_ONCE), [])
            yield ExportTable(query.columns, query.n_rows, blocks)


class _Query(NamedTuple):
    columns: Columns
    n_rows: int
    sql: str
    values: dict[str, Any]


def _interactions(connection: Connection, domain_id: int) -> _Query:
    """Return every line that was imported into a domain, import by import, within each in the order of people."""
    sql = """
    SELECT user_id, person.name, item.item_id, title, value, time, action, file_name, line
    FROM batch CROSS JOIN interaction i ON i.id BETWEEN first_row AND last_row
      CROSS JOIN account ON account.id = i.account_id CROSS JOIN person ON person.id = person_id
      CROSS JOIN item ON item.id = i.item_id
    WHERE batch.domain_id = :domain AND kind = 'interactions' ORDER BY batch.id, i.id
    """
    return _Query(INTERACTIONS, total(connection, domain_id), sql, {"domain": domain_id})


def _items(connection: Connection, domain_id: int) -> _Query:
    """Return the items of a domain in the order of their ids; interactions are people who have them."""
    values = {"domain": domain_id, "separator": TAG_SEPARATOR}
    sql = """
    SELECT item_id, title, category,
           (SELECT group_concat(tag, :separator ORDER BY position) FROM item_tag WHERE item_tag.item_id = item.id),
           text, price, image, (SELECT count(DISTINCT account_id) FROM item_row WHERE item_row.item_id = item.id)
    FROM item WHERE domain_id = :domain ORDER BY item.item_id
    """
    return _Query(ITEMS, _count(connection, "item WHERE domain_id = :domain", values), sql, values)


def _rejected(connection: Connection, batch: int | None) -> _Query:
    """Return the lines of an import that were not taken."""
    if batch is None:
        raise UserError("Rejected lines belong to an import.", "Say which one, by its number.")
    values = {"batch": batch}
    if not _count(connection, "batch WHERE id = :batch", values):
        raise UserError(f"There is no import {batch}.", "See the list of imports.")
    sql = """
    SELECT file_name, line, reason, text FROM rejected_line JOIN batch ON batch.id = batch_id
    WHERE batch_id = :batch ORDER BY line
    """
    return _Query(REJECTED, _count(connection, "rejected_line WHERE batch_id = :batch", values), sql, values)


def _people(connection: Connection, domain_id: int) -> _Query:
    """Return the people of a domain with their attributes."""
    values: dict[str, Any] = {"domain": domain_id}
    of_domain = "account_attribute JOIN account ON account.id = account_id WHERE domain_id = :domain"
    names = connection.execute(text(f"SELECT DISTINCT name FROM {of_domain} ORDER BY name"), values).scalars().all()
    values |= {f"name{place}": name for place, name in enumerate(names)}
    attributes = [
        f"(SELECT value FROM account_attribute WHERE account_id = account.id AND name = :name{place})"
        for place in range(len(names))
    ]
    count = "(SELECT count(DISTINCT item_id) FROM interaction WHERE account_id = account.id)"
    sql = (
        f"SELECT {', '.join(['user_id', 'person.name', count, *attributes])}"
        " FROM account JOIN person ON person.id = person_id WHERE domain_id = :domain ORDER BY user_id"
    )
    columns: Columns = (
        ("user_id", "text"),
        ("person", "text"),
        ("interactions", "integer"),
        *[(name, _TEXT) for name in names],
    )
    return _Query(columns, _count(connection, "account WHERE domain_id = :domain", values), sql, values)


def _all_people(connection: Connection) -> _Query:
    """Return all people with their numbers of interactions in each domain."""
    domains = connection.execute(text("SELECT id, name FROM domain ORDER BY id")).all()
    counts = [
        "(SELECT count(DISTINCT item_id) FROM account JOIN interaction ON account_id = account.id"
        f" WHERE person_id = person.id AND domain_id = {row.id})"
        for row in domains
    ]
    sql = f"SELECT {', '.join(['name', *counts])} FROM person ORDER BY name"
    columns: Columns = (("person", "text"), *[(row.name, _INTEGER) for row in domains])
    return _Query(columns, _count(connection, "person", {}), sql, {})


def _count(connection: Connection, what: str, values: dict[str, Any]) -> int:
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(f"SELECT count(*) FROM {what}", values)
        (number,) = cursor.fetchone() or (0,)
    return int(number)
