"""Files of items into a workspace: titles, texts and tags for items that are there or will be."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

from sqlalchemy import Connection, select

from xdrec_app.core.jobs import Job
from xdrec_app.datasets.formats.item_file import ItemFile, ItemLine
from xdrec_app.storage.bulk import (
    FileProgress,
    Ingested,
    Rejections,
    bulk_transaction,
    driver_cursor,
    find_or_make_domain,
    next_key,
    touch_domain,
    write_batch,
)
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import batch, item, item_tag


def ingest_items(database: Database, domain_name: str, file: ItemFile) -> Job[Ingested]:
    """Add the items of a file to a domain or update them, in one transaction.

    A later line of the same item wins; an empty cell leaves what is known. A line counts as merged when its item was
    described before, by an earlier line or an earlier file; that the item occurs in interactions does not matter.

    Raises
    ------
    UserError
        When the file cannot be read, nothing of it can be imported, or the workspace cannot be written.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        connection = yield from bulk_transaction(database, stack)
        progress = FileProgress(file.table)
        domain_id = find_or_make_domain(connection, domain_name)
        batch_id = next_key(connection, batch)
        described = _described(connection, domain_id)
        n_items = n_merged = 0
        rejections = Rejections(connection, batch_id)
        for chunk in file.chunks(progress.watch):
            rejections.add(chunk.rejected)
            for line in chunk.items:
                n_merged += line.id in described
                described.add(line.id)
            n_items += len(chunk.items)
            _write(connection, domain_id, chunk.items)
            yield progress.reading_and_storing()
        rejections.require_rows(file.table, n_items)
        touch_domain(connection, domain_id)
        outcome = Ingested(
            batch=batch_id,
            lines=n_items + rejections.count,
            imported=n_items - n_merged,
            merged=n_merged,
            rejected=rejections.count,
            elapsed_s=time.monotonic() - started,
        )
        write_batch(connection, batch_id, domain_id, "items", file.table, file.columns, progress, outcome)
    return outcome


def _described(connection: Connection, domain_id: int) -> set[str]:
    has_tags = select(item_tag.c.item_id).where(item_tag.c.item_id == item.c.id).exists()
    about = (item.c.title != "") | (item.c.text != "") | has_tags
    return set(connection.execute(select(item.c.item_id).where(item.c.domain_id == domain_id, about)).scalars())


def _write(connection: Connection, domain_id: int, items: Sequence[ItemLine]) -> None:
    cursor = driver_cursor(connection)
    cursor.executemany(
        f"INSERT INTO {item.name} (domain_id, item_id, title, text) VALUES ({int(domain_id)}, ?1, ?2, ?3) "
        "ON CONFLICT (domain_id, item_id) DO UPDATE SET "
        "title = CASE ?2 WHEN '' THEN title ELSE ?2 END, text = CASE ?3 WHEN '' THEN text ELSE ?3 END",
        ((line.id, line.title, line.text) for line in items),
    )
    tags = {line.id: line.tags for line in items if line.tags}
    key = f"(SELECT id FROM {item.name} WHERE domain_id = {int(domain_id)} AND item_id = ?1)"
    cursor.executemany(f"DELETE FROM {item_tag.name} WHERE item_id = {key}", ((id_,) for id_ in tags))
    cursor.executemany(
        f"INSERT INTO {item_tag.name} (item_id, position, tag) VALUES ({key}, ?2, ?3)",
        ((id_, position, tag) for id_, labels in tags.items() for position, tag in enumerate(labels)),
    )
