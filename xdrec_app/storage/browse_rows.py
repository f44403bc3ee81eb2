"""Rows of interactions as they are browsed: with database keys while they are sought, with names when shown."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from xdrec_app.core.errors import UserError
from xdrec_app.storage.browse_filters import InteractionOrder, Place
from xdrec_app.storage.browse_walk import by_keys

_DOMAIN = text("SELECT id, revision, created_at FROM domain WHERE name = :name")
_ACCOUNTS = """
SELECT account.id, user_id, person.name FROM account JOIN person ON person.id = person_id
WHERE account.id IN (SELECT value FROM json_each(:keys))
"""
_ITEMS = "SELECT id, item_id, title FROM item WHERE id IN (SELECT value FROM json_each(:keys))"
_USER_IDS = "SELECT id, user_id FROM account WHERE id IN (SELECT value FROM json_each(:keys))"
_ITEM_IDS = "SELECT id, item_id FROM item WHERE id IN (SELECT value FROM json_each(:keys))"
_FILES = "SELECT id, file_name FROM batch WHERE id IN (SELECT value FROM json_each(:keys))"


class DomainState(NamedTuple):
    """A domain as it was when something was remembered about it; keys alone may be given again."""

    id: int
    revision: int
    created_at: int


class RawRow(NamedTuple):
    """An interaction with database keys; (batch, line) is unique in a domain and grows in the order of the files."""

    batch: int
    line: int
    account: int
    item: int
    value: float
    time: int | None
    action: str | None


class Found(NamedTuple):
    """Rows in the order in which they were found.

    Attributes
    ----------
    last
        Where to go on.
    is_over
        Whether nothing is left there.
    """

    rows: list[RawRow]
    last: Place
    is_over: bool


class InteractionLine(NamedTuple):
    """An interaction as it is shown, and its place in the order that was asked for."""

    place: Place
    user: str
    person: str
    item: str
    title: str
    value: float
    time: int | None
    action: str
    batch: int
    file_name: str
    line: int


def domain_state(connection: Connection, name: str) -> DomainState:
    """Return a domain by its name.

    Raises
    ------
    UserError
        When there is none.
    """
    row = connection.execute(_DOMAIN, {"name": name}).one_or_none()
    if row is None:
        raise UserError(f"There is no domain '{name}' in the workspace.")
    return DomainState(*row)


def place_of(row: RawRow, order: InteractionOrder, outer: str) -> Place:
    """Return the place of a row in an order; `outer` is the id of its account or item, whichever leads the order.

    Within an account rows stand by item, within an item by account, in the order of database keys.
    """
    if order == "file":
        return (row.batch, row.line)
    return (outer, row.item if order == "person" else row.account, row.batch, row.line)


def named_rows(connection: Connection, rows: list[RawRow], order: InteractionOrder) -> list[InteractionLine]:
    """Return rows with ids, titles and files in the place of keys."""
    accounts = {key: (user, person) for key, user, person in by_keys(connection, _ACCOUNTS, (r.account for r in rows))}
    items = {key: (id_, title) for key, id_, title in by_keys(connection, _ITEMS, (r.item for r in rows))}
    files: dict[int, str] = dict(by_keys(connection, _FILES, (r.batch for r in rows)))
    lines = []
    for row in rows:
        user, person = accounts[row.account]
        item, title = items[row.item]
        lines.append(
            InteractionLine(
                place=place_of(row, order, item if order == "item" else user),
                user=user,
                person=person,
                item=item,
                title=title,
                value=row.value,
                time=row.time,
                action=row.action or "",
                batch=row.batch,
                file_name=files[row.batch],
                line=row.line,
            )
        )
    return lines


def placed(connection: Connection, rows: list[RawRow], order: InteractionOrder) -> list[tuple[Place, RawRow]]:
    """Return rows with their places, sorted."""
    if order == "file":
        return sorted(((row.batch, row.line), row) for row in rows)
    if order == "person":
        ids: dict[int, str] = dict(by_keys(connection, _USER_IDS, (row.account for row in rows)))
        return sorted(((ids[row.account], row.item, row.batch, row.line), row) for row in rows)
    ids = dict(by_keys(connection, _ITEM_IDS, (row.item for row in rows)))
    return sorted(((ids[row.item], row.account, row.batch, row.line), row) for row in rows)
