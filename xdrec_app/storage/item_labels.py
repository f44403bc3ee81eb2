"""What items are called: titles and tags by domain and id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import domain, item, item_tag

IDS_PER_QUERY = 10_000


@dataclass(frozen=True)
class Label:
    """The title and the tags of an item, in the order of the file."""

    title: str
    tags: tuple[str, ...]


def load_labels(database: Database, domain_name: str, ids: Sequence[str]) -> dict[str, Label]:
    """Return the labels of items of one domain by id; ids that are not there are left out."""
    found: dict[str, Label] = {}
    for start in range(0, len(ids), IDS_PER_QUERY):
        found |= _load(database, domain_name, ids[start : start + IDS_PER_QUERY])
    return found


def find_items(database: Database, domain_name: str, title: str) -> list[str]:
    """Return the ids of a domain's items that are called so, whatever the case of Latin letters, ascending."""
    of_domain = select(domain.c.id).where(domain.c.name == domain_name).scalar_subquery()
    is_called_so = item.c.title.collate("NOCASE") == title.strip()
    query = select(item.c.item_id).where(item.c.domain_id == of_domain, is_called_so).order_by(item.c.item_id)
    with database.read() as connection:
        return list(connection.execute(query).scalars())


def _load(database: Database, domain_name: str, ids: Sequence[str]) -> dict[str, Label]:
    of_domain = select(domain.c.id).where(domain.c.name == domain_name).scalar_subquery()
    items = select(item.c.id, item.c.item_id, item.c.title).where(
        item.c.domain_id == of_domain, item.c.item_id.in_(ids)
    )
    with database.read() as connection:
        rows = connection.execute(items).all()
        keys = [row.id for row in rows]
        tag_rows = connection.execute(
            select(item_tag.c.item_id, item_tag.c.tag)
            .where(item_tag.c.item_id.in_(keys))
            .order_by(item_tag.c.item_id, item_tag.c.position)
        ).all()
    tags: dict[int, list[str]] = defaultdict(list)
    for row in tag_rows:
        tags[row.item_id].append(row.tag)
    return {row.item_id: Label(row.title, tuple(tags[row.id])) for row in rows}
