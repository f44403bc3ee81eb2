"""What files say about items and people: kept raw per import, and applied so that the latest word counts.

A word of a file is (id, what it says by name); what it does not say stays as it was. When an import is undone, whoever
it described is described anew from what the other imports say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, select

from xdrec_app.storage.links import person_names
from xdrec_app.storage.schema import account, account_attribute, batch, description, item, item_tag, person
from xdrec_app.storage.sqlite import driver_cursor

Subject = Literal["items", "users"]
Word = tuple[str, Mapping[str, Any]]

ITEM_TEXTS = ("title", "text", "category", "image")


def describe(
    connection: Connection, domain_id: int, kind: Subject, batch_id: int, first_place: int, words: Sequence[Word]
) -> None:
    """Keep what a file says and apply it; items and people that are not there yet are made."""
    driver_cursor(connection).executemany(
        f"INSERT INTO {description.name} (batch_id, place, subject, body) VALUES (?, ?, ?, ?)",
        (
            (batch_id, place, subject, json.dumps(said, ensure_ascii=False))
            for place, (subject, said) in enumerate(words, start=first_place)
        ),
    )
    _APPLY[kind](connection, domain_id, words)


def described(connection: Connection, domain_id: int, kind: Subject) -> set[str]:
    """Return the ids that any file said something about."""
    query = select(description.c.subject).join(batch).where(batch.c.domain_id == domain_id, batch.c.kind == kind)
    return set(connection.execute(query).scalars())


def take_back(connection: Connection, domain_id: int, kind: Subject, batch_id: int) -> None:
    """Forget what an import said, and describe its subjects anew from what the other imports say."""
    of_batch = select(description.c.subject).where(description.c.batch_id == batch_id)
    subjects = list(dict.fromkeys(connection.execute(of_batch).scalars()))
    others = connection.execute(
        select(description.c.subject, description.c.body)
        .join(batch)
        .where(
            batch.c.domain_id == domain_id,
            batch.c.kind == kind,
            description.c.batch_id != batch_id,
            description.c.subject.in_(of_batch),
        )
        .order_by(description.c.batch_id, description.c.place)
    ).all()
    connection.execute(description.delete().where(description.c.batch_id == batch_id))
    _CLEAR[kind](connection, domain_id, subjects)
    _APPLY[kind](connection, domain_id, [(row.subject, json.loads(row.body)) for row in others])


def _apply_to_items(connection: Connection, domain_id: int, words: Sequence[Word]) -> None:
    columns = (*ITEM_TEXTS, "price")
    updates = ", ".join(f"{name} = coalesce(?{place}, {name})" for place, name in enumerate(columns, start=2))
    defaults = ", ".join([*(f"coalesce(?{place}, '')" for place in range(2, len(columns) + 1)), f"?{len(columns) + 1}"])
    cursor = driver_cursor(connection)
    cursor.executemany(
        f"INSERT INTO {item.name} (item_id, domain_id, {', '.join(columns)}) "
        f"VALUES (?1, {int(domain_id)}, {defaults}) ON CONFLICT (domain_id, item_id) DO UPDATE SET {updates}",
        ((id_, *(said.get(name) for name in columns)) for id_, said in words),
    )
    tags = {id_: said["tags"] for id_, said in words if said.get("tags")}
    _drop_tags(connection, domain_id, tags)
    cursor.executemany(
        f"INSERT INTO {item_tag.name} (item_id, position, tag) "
        f"SELECT id, ?2, ?3 FROM {item.name} WHERE domain_id = {int(domain_id)} AND item_id = ?1",
        ((id_, position, tag) for id_, labels in tags.items() for position, tag in enumerate(labels)),
    )


def _clear_items(connection: Connection, domain_id: int, ids: Sequence[str]) -> None:
    blank = ", ".join(f"{name} = ''" for name in ITEM_TEXTS)
    driver_cursor(connection).executemany(
        f"UPDATE {item.name} SET {blank}, price = NULL WHERE domain_id = {int(domain_id)} AND item_id = ?",
        ((id_,) for id_ in ids),
    )
    _drop_tags(connection, domain_id, ids)


def _drop_tags(connection: Connection, domain_id: int, ids: Iterable[str]) -> None:
    driver_cursor(connection).executemany(
        f"DELETE FROM {item_tag.name} WHERE item_id = "
        f"(SELECT id FROM {item.name} WHERE domain_id = {int(domain_id)} AND item_id = ?)",
        ((id_,) for id_ in ids),
    )


def _apply_to_people(connection: Connection, domain_id: int, words: Sequence[Word]) -> None:
    of_domain = select(account.c.user_id).where(account.c.domain_id == domain_id)
    known = set(connection.execute(of_domain).scalars())
    make_accounts(connection, domain_id, list(dict.fromkeys(id_ for id_, _ in words if id_ not in known)))
    driver_cursor(connection).executemany(
        f"INSERT INTO {account_attribute.name} (account_id, name, value) "
        f"SELECT id, ?2, ?3 FROM {account.name} WHERE domain_id = {int(domain_id)} AND user_id = ?1 "
        "ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value",
        ((id_, name, value) for id_, said in words for name, value in said.items()),
    )


def _clear_people(connection: Connection, domain_id: int, ids: Sequence[str]) -> None:
    driver_cursor(connection).executemany(
        f"DELETE FROM {account_attribute.name} WHERE account_id = "
        f"(SELECT id FROM {account.name} WHERE domain_id = {int(domain_id)} AND user_id = ?)",
        ((id_,) for id_ in ids),
    )


def make_accounts(
    connection: Connection, domain_id: int, user_ids: Sequence[str], first_key: int | None = None
) -> None:
    """Make accounts, each of the person that the links of the workspace say, who is made if missing.

    Parameters
    ----------
    first_key
        Key of the first account, the others follow; None: whatever is free.
    """
    names = person_names(connection, domain_id, user_ids)
    cursor = driver_cursor(connection)
    cursor.executemany(f"INSERT OR IGNORE INTO {person.name} (name) VALUES (?)", ((name,) for name in names))
    keys: Iterable[int | None] = (
        range(first_key, first_key + len(user_ids)) if first_key is not None else [None] * len(user_ids)
    )
    cursor.executemany(
        f"INSERT INTO {account.name} (id, domain_id, user_id, person_id) "
        f"SELECT ?1, {int(domain_id)}, ?2, id FROM {person.name} WHERE name = ?3",
        zip(keys, user_ids, names, strict=True),
    )


_APPLY = {"items": _apply_to_items, "users": _apply_to_people}
_CLEAR = {"items": _clear_items, "users": _clear_people}
