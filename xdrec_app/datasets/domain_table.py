"""One domain as the storage hands it over: resolved rows in canonical order, with texts.

Canonical order is by (user id, item id) as text. It depends on what the data say and on nothing else (not on the
order of imports, not on the other domains), which is what makes splits comparable between runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from xdrec_app.datasets.arrays import NO_TIME, Bools, Floats, Ints, Longs
from xdrec_app.datasets.attributes import Attribute, Attributes
from xdrec_app.datasets.item_text import item_text


@dataclass(frozen=True, eq=False)
class DomainTable:
    """The resolved interactions of one domain; a (user, item) pair stands at most once, unless all rows are to count.

    Attributes
    ----------
    name
        Name of the domain.
    user_ids, item_ids
        Distinct ids in ascending text order. A user id names a person over the whole workspace. Items without
        interactions are present.
    users, items
        int32 positions in `user_ids` and `item_ids`, one per row.
    values
        float32, one per row.
    times
        int64 seconds since 1970 or `NO_TIME`, one per row.
    file_order
        int64, one per row: grows with the position in the imported files; breaks ties in time.
    titles, texts, tags
        One per item; empty where unknown.
    scale
        Lowest and highest value that may occur; equal for implicit feedback.
    categories, images
        One per item: a path such as "Shoes > Running", and where its picture lies; empty where unknown. Left out, none
        is known.
    prices
        float32, one per item; NaN where unknown. Left out, none is known.
    vectors
        float32 [n_items, size], what a text encoder makes of each item's text; NaN rows where there is no text. Left
        out, size is 0.
    attributes
        What is said of people, name → one entry per person of `user_ids`.
    files
        Names of the imported files in the order of their import, and the lowest `file_order` of each.
    """

    name: str
    user_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    users: Ints
    items: Ints
    values: Floats
    times: Longs
    file_order: Longs
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    scale: tuple[float, float]
    categories: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    prices: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    vectors: Floats = field(default_factory=lambda: np.empty((0, 0), np.float32))
    attributes: Attributes = field(default_factory=dict)
    files: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        nothing = ("",) * self.n_items
        for name, blank in (("categories", nothing), ("images", nothing), ("prices", unknown_prices(self.n_items))):
            if len(getattr(self, name)) == 0:
                object.__setattr__(self, name, blank)
        if len(self.vectors) != self.n_items:
            object.__setattr__(self, "vectors", np.empty((self.n_items, 0), np.float32))

    @classmethod
    def of(
        cls,
        name: str,
        rows: list[tuple[str, str, float, int | None]],
        items: dict[str, tuple[str, str, tuple[str, ...]]] | None = None,
        categories: Mapping[str, str] | None = None,
        prices: Mapping[str, float] | None = None,
        people: Mapping[str, Mapping[str, str]] | None = None,
    ) -> DomainTable:
        """Build from rows (user id, item id, value, time) in file order.

        For small data and tests; a repeated pair keeps its last row.

        Parameters
        ----------
        items
            Item id → (title, text, tags); such items are there even without rows.
        categories, prices
            Of items that have rows or stand in `items`.
        people
            User id → name of an attribute → its value; people without rows are left out.
        """
        last = {(user, item): (order, value, time) for order, (user, item, value, time) in enumerate(rows)}
        about = items or {}
        user_ids = tuple(sorted({user for user, _ in last}))
        item_ids = tuple(sorted({item for _, item in last} | set(about)))
        user_number = {id_: number for number, id_ in enumerate(user_ids)}
        item_number = {id_: number for number, id_ in enumerate(item_ids)}
        pairs = sorted(last)
        values = np.array([last[pair][1] for pair in pairs], np.float32)
        details = [about.get(id_, ("", "", ())) for id_ in item_ids]
        return cls(
            name=name,
            user_ids=user_ids,
            item_ids=item_ids,
            users=np.array([user_number[user] for user, _ in pairs], np.int32),
            items=np.array([item_number[item] for _, item in pairs], np.int32),
            values=values,
            times=np.array([NO_TIME if last[pair][2] is None else last[pair][2] for pair in pairs], np.int64),
            file_order=np.array([last[pair][0] for pair in pairs], np.int64),
            titles=tuple(title for title, _, _ in details),
            texts=tuple(text for _, text, _ in details),
            tags=tuple(tags for _, _, tags in details),
            scale=(float(values.min()), float(values.max())) if len(values) else (1.0, 1.0),
            categories=tuple((categories or {}).get(id_, "") for id_ in item_ids),
            prices=np.array([(prices or {}).get(id_, np.nan) for id_ in item_ids], np.float32),
            attributes=_attributes(user_ids, people or {}),
        )

    def __len__(self) -> int:
        return len(self.users)

    @property
    def n_users(self) -> int:
        """Number of people with at least one row in the full table."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """Number of items, those without interactions included."""
        return len(self.item_ids)

    @property
    def item_texts(self) -> tuple[str, ...]:
        """The one text of each item that language models read; empty where nothing is known."""
        columns = zip(self.titles, self.categories, self.tags, self.texts, strict=True)
        return tuple(item_text(*about) for about in columns)

    @property
    def has_times(self) -> bool:
        """Whether every row says when it happened."""
        return len(self.times) > 0 and bool((self.times != NO_TIME).all())

    @property
    def is_explicit(self) -> bool:
        """Whether the values are ratings on a scale, not just the fact of an interaction."""
        return self.scale[0] < self.scale[1]

    def take(self, rows: Longs | Bools) -> DomainTable:
        """Return the same people and items with only the given rows, in canonical order."""
        mask = np.zeros(len(self), bool)
        mask[rows] = True
        return replace(
            self,
            users=self.users[mask],
            items=self.items[mask],
            values=self.values[mask],
            times=self.times[mask],
            file_order=self.file_order[mask],
        )


def unknown_prices(n_items: int) -> Floats:
    """Return the prices of items of which none is known, float32 [n_items]."""
    return np.full(n_items, np.nan, np.float32)


def _attributes(user_ids: Sequence[str], people: Mapping[str, Mapping[str, str]]) -> dict[str, Attribute]:
    names = sorted({name for said in people.values() for name in said})
    return {name: Attribute.of([people.get(id_, {}).get(name, "") for id_ in user_ids]) for name in names}
