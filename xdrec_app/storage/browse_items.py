"""Pages of the items of a domain: by import, id, title or popularity, each along an index."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from xdrec_app.storage.browse_filters import ItemFilter, ItemOrder, Place, Window
from xdrec_app.storage.browse_rows import domain_state
from xdrec_app.storage.browse_walk import begins_with, by_keys, contains, walk, walk_count
from xdrec_app.storage.item_counts import are_counts_current

_KEYS: dict[ItemOrder, tuple[str, ...]] = {
    "import": ("t.id",),
    "id": ("t.item_id",),
    "title": ("t.title COLLATE NOCASE", "t.id"),
    "interactions": ("c.interactions", "c.item_id"),
}
_AMONG = "(SELECT value FROM json_each(:keys))"
_DETAILS = f"SELECT id, item_id, title, category, price FROM item WHERE id IN {_AMONG}"
_TAGS = f"SELECT item_id, tag FROM item_tag WHERE item_id IN {_AMONG} ORDER BY item_id, position"
_STORED_COUNTS = f"SELECT item_id, interactions FROM item_count WHERE item_id IN {_AMONG}"
_LIVE_COUNTS = f"""
SELECT id, (SELECT count(DISTINCT account_id) FROM item_row WHERE item_id = item.id) FROM item WHERE id IN {_AMONG}
"""
_FITS = {
    "prefix": begins_with("t.item_id", "prefix"),
    "search": contains(("t.title", "t.item_id"), "search"),
    "cold": "NOT EXISTS (SELECT 1 FROM item_row WHERE item_id = t.id)",
}


class ItemLine(NamedTuple):
    """An item and its place in the order that was asked for; `interactions` counts people."""

    place: Place
    key: int
    id: str
    title: str
    category: str
    price: float | None
    tags: tuple[str, ...]
    interactions: int


class ItemLines(NamedTuple):
    """A page of items, in the order of the table; `last` is where to go on, unless the table is over."""

    rows: list[ItemLine]
    last: Place
    is_over: bool


def items_page(
    connection: Connection, domain_name: str, order: ItemOrder, filters: ItemFilter, window: Window
) -> ItemLines:
    """Return the items of a window; fewer than its limit when the time is up before so many are found.

    The order of popularity is the one that was counted last (see :mod:`xdrec_app.storage.item_counts`).

    Raises
    ------
    UserError
        When there is no such domain.
    """
    domain = domain_state(connection, domain_name)
    walked = walk(connection, *_query(domain.id, order, filters, window), window.limit, window.deadline)
    has_counts = order == "interactions" or are_counts_current(connection, domain.id)
    rows = _described(connection, [(row[1], row[2:]) for row in walked.rows], has_counts)
    last = window.place if walked.last is None else walked.last[2:]
    return ItemLines(rows[::-1] if window.is_back else rows, last, walked.is_over)


def count_items(
    connection: Connection, domain_name: str, filters: ItemFilter, place: Place, deadline: float
) -> tuple[int, Place, bool]:
    """Count the items after a place, in the order of ids, until the deadline.

    Returns
    -------
    n_items, last, is_over
        How many pass the filter, and where to go on, unless the table is over.
    """
    window = Window(place, 0, is_back=False, descending=False, deadline=deadline)
    counted = walk_count(connection, *_query(domain_state(connection, domain_name).id, "id", filters, window), deadline)
    return counted.n_rows, place if counted.last is None else counted.last[2:], counted.is_over


def _query(domain_id: int, order: ItemOrder, filters: ItemFilter, window: Window) -> tuple[str, dict[str, object]]:
    """Return a walk along the index of an order, and its values; the columns are: fits, key, place."""
    # The most popular first, unless the opposite is asked for.
    is_falling = window.is_falling != (order == "interactions")
    beyond, turn = ("<", "DESC") if is_falling else (">", "ASC")
    keys = _KEYS[order]
    where = [f"{'c' if order == 'interactions' else 't'}.domain_id = :domain"]
    if window.place:
        bounds = ", ".join(f":at{number}" for number in range(len(keys)))
        where.append(f"({', '.join(keys)}) {beyond} ({bounds})")
    asked = [name for name in filters.model_dump(exclude_defaults=True) if name in _FITS]
    if order == "id" and "prefix" in asked:
        where.append(_FITS[asked.pop(asked.index("prefix"))])
    # An index for each table by name: without it the popular ones would be sorted anew for every page.
    tables = "item_count c CROSS JOIN item t ON t.id = c.item_id" if order == "interactions" else "item t"
    sql = (
        f"SELECT {' AND '.join(_FITS[name] for name in asked) or 'TRUE'}, t.id, {', '.join(keys)}"
        f" FROM {tables} WHERE {' AND '.join(where)} ORDER BY {', '.join(f'{key} {turn}' for key in keys)}"
    )
    place = {f"at{number}": value for number, value in enumerate(window.place)}
    return sql, {**filters.model_dump(), "domain": domain_id, **place}


def _described(connection: Connection, found: list[tuple[int, Place]], has_counts: bool) -> list[ItemLine]:
    keys = [key for key, _ in found]
    details: dict[int, tuple[str, str, str, float | None]] = {
        key: (*rest,) for key, *rest in by_keys(connection, _DETAILS, keys)
    }
    counts: dict[int, int] = dict(by_keys(connection, _STORED_COUNTS if has_counts else _LIVE_COUNTS, keys))
    tags: dict[int, list[str]] = {key: [] for key in keys}
    for key, tag in by_keys(connection, _TAGS, keys):
        tags[key].append(tag)
    return [
        ItemLine(place, key, *details[key], tags=tuple(tags[key]), interactions=counts[key]) for key, place in found
    ]
