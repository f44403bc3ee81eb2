"""Taking imports back: the rows, the words about items and people, and whoever and whatever only they brought."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from sqlalchemy import Connection, delete, select, text

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.storage.bulk import bulk_transaction, touch_domain
from xdrec_app.storage.database import Database
from xdrec_app.storage.descriptions import take_back
from xdrec_app.storage.row_writing import build_indexes, delete_rows, drop_indexes
from xdrec_app.storage.schema import batch, domain, rejected_line, segment
from xdrec_app.storage.signals import domain_signal, store_signal, stored_values

_ACCOUNTS_NEVER_NAMED = text(
    """
    DELETE FROM account WHERE domain_id = :domain
      AND NOT EXISTS (SELECT 1 FROM interaction WHERE account_id = account.id)
      AND NOT EXISTS (SELECT 1 FROM description JOIN batch ON batch.id = batch_id
                      WHERE subject = account.user_id AND batch.kind = 'users' AND batch.domain_id = :domain)
    """
)
_ITEMS_NEVER_NAMED = text(
    """
    DELETE FROM item WHERE domain_id = :domain
      AND NOT EXISTS (SELECT 1 FROM item_row WHERE item_id = item.id)
      AND NOT EXISTS (SELECT 1 FROM description JOIN batch ON batch.id = batch_id
                      WHERE subject = item.item_id AND batch.kind = 'items' AND batch.domain_id = :domain)
    """
)
_LEFT_BEHIND = (
    text("DELETE FROM account_attribute WHERE account_id NOT IN (SELECT id FROM account)"),
    text("DELETE FROM item_tag WHERE item_id NOT IN (SELECT id FROM item)"),
    text("DELETE FROM same_item WHERE one_id NOT IN (SELECT id FROM item) OR other_id NOT IN (SELECT id FROM item)"),
    text("DELETE FROM person WHERE NOT EXISTS (SELECT 1 FROM account WHERE person_id = person.id)"),
)


def undo_import(database: Database, batch_id: int) -> Job[None]:
    """Take an import back, all batches of its file, in one transaction; other imports stay as they are.

    Raises
    ------
    UserError
        When there is no such import.
    """
    with ExitStack() as stack:
        connection = yield from bulk_transaction(database, stack)
        yield Progress(done=0, message="Taking the import back")
        file_import = connection.execute(select(batch.c.file_import).where(batch.c.id == batch_id)).scalar_one_or_none()
        if file_import is None:
            raise UserError(f"There is no import {batch_id}.", "See the list of imports.")
        found = connection.execute(_batches().where(batch.c.file_import == file_import)).all()
        remove_batches(connection, found)
        yield Progress(done=1, total=1, message="Taking the import back")


def delete_domain(database: Database, name: str) -> Job[None]:
    """Delete a domain with all its imports, in one transaction.

    Raises
    ------
    UserError
        When there is no such domain.
    """
    with ExitStack() as stack:
        connection = yield from bulk_transaction(database, stack)
        yield Progress(done=0, message=f"Deleting {name}")
        key = connection.execute(select(domain.c.id).where(domain.c.name == name)).scalar_one_or_none()
        if key is None:
            raise UserError(f"There is no domain '{name}' in the workspace.")
        remove_batches(connection, connection.execute(_batches().where(batch.c.domain_id == key)).all())
        for table in ("item", "item_count", "account", "identity", "snapshot", "statistic", "report"):
            connection.execute(text(f"DELETE FROM {table} WHERE domain_id = :domain"), {"domain": key})
        connection.execute(text("DELETE FROM leak WHERE one_id = :domain OR other_id = :domain"), {"domain": key})
        connection.execute(delete(domain).where(domain.c.id == key))
        for statement in _LEFT_BEHIND:
            connection.execute(statement)
        yield Progress(done=1, total=1, message=f"Deleting {name}")


def batches_of(connection: Connection, domain_id: int, kind: str) -> Sequence[Any]:
    """Return the imports of one kind into a domain, as :func:`remove_batches` takes them."""
    return connection.execute(_batches().where(batch.c.domain_id == domain_id, batch.c.kind == kind)).all()


def remove_batches(connection: Connection, batches: Sequence[Any]) -> None:
    """Remove batches with all they brought; foreign keys are off, so whatever hangs on them goes by hand."""
    n_rows = sum(row.last_row - row.first_row + 1 for row in batches if row.first_row is not None)
    indexes = drop_indexes(connection, n_rows)
    for row in batches:
        if row.first_row is not None:
            delete_rows(connection, row.first_row, row.last_row)
    build_indexes(connection, indexes)
    for row in batches:
        if row.kind != "interactions":
            take_back(connection, row.domain_id, row.kind, row.id)
        for table in (segment, rejected_line):
            connection.execute(delete(table).where(table.c.batch_id == row.id))
        connection.execute(delete(batch).where(batch.c.id == row.id))
    for domain_id in {row.domain_id for row in batches}:
        connection.execute(_ACCOUNTS_NEVER_NAMED, {"domain": domain_id})
        connection.execute(_ITEMS_NEVER_NAMED, {"domain": domain_id})
        settings = domain_signal(connection, domain_id) or SignalSettings()
        store_signal(connection, domain_id, settings, stored_values(connection, domain_id))
        touch_domain(connection, domain_id)
    for statement in _LEFT_BEHIND:
        connection.execute(statement)


def _batches() -> Any:
    return select(batch.c.id, batch.c.domain_id, batch.c.kind, batch.c.first_row, batch.c.last_row)
