"""Pages of tables for a window: indexed order, keyset paging, always a limit, never an offset.

Returns plain named tuples of text ids; database keys only serve as the place where the next page starts.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from xdrec_app.core.errors import UserError

_LAST_CHARACTER = "\U0010ffff"  # no text has it, so it closes the range of all texts with one beginning

_DOMAIN = text("SELECT id FROM domain WHERE name = :name")
_ITEMS = text(
    """
    SELECT item.id AS key, item_id AS id, title,
           (SELECT count(DISTINCT account_id) FROM interaction WHERE item_id = item.id) AS interactions
    FROM item
    WHERE domain_id = :domain AND id > :after
      AND (:search = '' OR instr(lower(title), lower(:search)) OR instr(lower(item_id), lower(:search)))
    ORDER BY item.id LIMIT :limit
    """
)
_TAGS = text(
    """
    SELECT item_tag.item_id, tag FROM item_tag JOIN item ON item.id = item_tag.item_id
    WHERE domain_id = :domain AND item.id BETWEEN :first AND :last ORDER BY item_tag.item_id, position
    """
)
_BATCHES = text(
    """
    SELECT batch.id AS batch, domain.name AS domain, kind, file_name, lines, imported, merged, rejected,
           batch.created_at
    FROM batch JOIN domain ON domain.id = domain_id ORDER BY batch.id DESC LIMIT :limit
    """
)
_REJECTED = text(
    """
    SELECT line, text, reason FROM rejected_line WHERE batch_id = :batch AND line > :after ORDER BY line LIMIT :limit
    """
)
_PEOPLE = text(
    """
    SELECT person.id, person.name FROM person
    WHERE name > :after AND name >= :low AND name < :high
      AND EXISTS (SELECT 1 FROM account JOIN interaction ON account_id = account.id WHERE person_id = person.id)
    ORDER BY name LIMIT :limit
    """
)
_DOMAINS_OF_PERSON = text(
    """
    SELECT domain.name, count(DISTINCT item_id) AS interactions
    FROM account JOIN domain ON domain.id = account.domain_id JOIN interaction ON account_id = account.id
    WHERE person_id = :person GROUP BY domain.id ORDER BY domain.id
    """
)
_PEOPLE_COUNT = text(
    """
    SELECT count(*) FROM person
    WHERE EXISTS (SELECT 1 FROM account JOIN interaction ON account_id = account.id WHERE person_id = person.id)
    """
)


class ItemLine(NamedTuple):
    """An item; `interactions` counts people."""

    key: int
    id: str
    title: str
    tags: tuple[str, ...]
    interactions: int


class BatchLine(NamedTuple):
    """One import."""

    batch: int
    domain: str
    kind: str
    file_name: str
    lines: int
    imported: int
    merged: int
    rejected: int
    created_at: int


class RejectedLine(NamedTuple):
    """One line that was not imported, and why."""

    line: int
    text: str
    reason: str


class PersonLine(NamedTuple):
    """A person, the domains with interactions, and their number over all domains."""

    user: str
    domains: tuple[str, ...]
    interactions: int


def items_page(connection: Connection, domain: str, after: int, limit: int, search: str) -> list[ItemLine]:
    """Return the next items of a domain in the order of their import.

    Parameters
    ----------
    after
        The key of the last item of the page before; 0 for the first page.
    search
        Part of the title or the id; case is ignored for the letters a to z; empty = all.
    """
    number = _domain(connection, domain)
    values = {"domain": number, "after": after, "limit": limit, "search": search}
    rows = connection.execute(_ITEMS, values).all()
    tags: dict[int, list[str]] = {row.key: [] for row in rows}
    if rows:
        bounds = {"domain": number, "first": rows[0].key, "last": rows[-1].key}
        for key, tag in connection.execute(_TAGS, bounds):
            if key in tags:
                tags[key].append(tag)
    return [ItemLine(row.key, row.id, row.title, tuple(tags[row.key]), row.interactions) for row in rows]


def batches_page(connection: Connection, limit: int) -> list[BatchLine]:
    """Return the newest imports, newest first."""
    return [BatchLine(*row) for row in connection.execute(_BATCHES, {"limit": limit})]


def rejected_page(connection: Connection, batch: int, after_line: int, limit: int) -> list[RejectedLine]:
    """Return the next rejected lines of an import, in the order of the file."""
    values = {"batch": batch, "after": after_line, "limit": limit}
    return [RejectedLine(*row) for row in connection.execute(_REJECTED, values)]


def people_page(connection: Connection, prefix: str, after: str, limit: int) -> list[PersonLine]:
    """Return the next people whose id begins with `prefix`, in the order of ids; `after` is "" for the first page."""
    values = {"after": after, "low": prefix, "high": prefix + _LAST_CHARACTER, "limit": limit}
    people = connection.execute(_PEOPLE, values).all()
    return [_person(connection, key, name) for key, name in people]


def people_count(connection: Connection) -> int:
    """Return the number of people with at least one interaction."""
    return int(connection.execute(_PEOPLE_COUNT).scalar_one())


def _person(connection: Connection, key: int, name: str) -> PersonLine:
    domains = connection.execute(_DOMAINS_OF_PERSON, {"person": key}).all()
    return PersonLine(name, tuple(row.name for row in domains), sum(row.interactions for row in domains))


def _domain(connection: Connection, name: str) -> int:
    number = connection.execute(_DOMAIN, {"name": name}).scalar_one_or_none()
    if number is None:
        raise UserError(f"There is no domain '{name}' in the workspace.")
    return int(number)
