"""The joint catalogue: the items of all domains in one numbering, each domain a contiguous slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.domain_table import DomainTable, unknown_prices
from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Items of several domains; item `n` of the joint numbering is entry `n` of every column.

    Attributes
    ----------
    domains
        Names in the order of their slices; the target comes first.
    slices
        Where each domain's items stand in the joint numbering.
    ids, titles, texts, tags
        One entry per item. Ids are distinct within a domain, not across domains.
    categories, images
        A path such as "Shoes > Running", and where a picture lies, one per item; empty where unknown. Left out, none is
        known.
    prices
        float32 [n_items]; NaN where unknown. Left out, none is known.
    vectors
        float32 [n_items, size], what a text encoder makes of each item's text; NaN rows where there is no text. Left
        out, or where the encoders of the domains differ, size is 0.
    """

    domains: tuple[str, ...]
    slices: tuple[slice, ...]
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    categories: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    prices: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    vectors: Floats = field(default_factory=lambda: np.empty((0, 0), np.float32))

    def __post_init__(self) -> None:
        nothing = ("",) * len(self)
        for name, blank in (("categories", nothing), ("images", nothing), ("prices", unknown_prices(len(self)))):
            if len(getattr(self, name)) == 0:
                object.__setattr__(self, name, blank)
        if len(self.vectors) != len(self):
            object.__setattr__(self, "vectors", np.empty((len(self), 0), np.float32))

    @classmethod
    def of(cls, tables: Sequence[DomainTable]) -> Catalogue:
        """Join the items of the tables in the given order."""
        slices, start = [], 0
        for table in tables:
            slices.append(slice(start, start + table.n_items))
            start += table.n_items
        return cls(
            domains=tuple(table.name for table in tables),
            slices=tuple(slices),
            ids=tuple(id_ for table in tables for id_ in table.item_ids),
            titles=tuple(title for table in tables for title in table.titles),
            texts=tuple(text for table in tables for text in table.texts),
            tags=tuple(tags for table in tables for tags in table.tags),
            categories=tuple(category for table in tables for category in table.categories),
            images=tuple(image for table in tables for image in table.images),
            prices=np.concatenate([table.prices for table in tables]),
            vectors=_joint_vectors(tables),
        )

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _vocabularies(self) -> dict[str, Vocabulary]:
        return {name: Vocabulary(self.ids[part]) for name, part in zip(self.domains, self.slices, strict=True)}

    def slice_of(self, domain: str) -> slice:
        """Return where the items of a domain stand."""
        return self.slices[self.domains.index(domain)]

    def number(self, domain: str, item_id: str) -> int:
        """Return the joint number of an item, or `UNKNOWN`."""
        if domain not in self.domains:
            return UNKNOWN
        number = self._vocabularies[domain].number(item_id)
        return number if number == UNKNOWN else self.slice_of(domain).start + number

    def numbers_in(self, other: Catalogue) -> Ints:
        """Return what another catalogue calls each item of this one, int32 [n_items]; `UNKNOWN` where it has not it."""
        numbers = np.full(len(self), UNKNOWN, np.int32)
        for name, part in zip(self.domains, self.slices, strict=True):
            if name in other.domains:
                found = other._vocabularies[name].numbers(self.ids[part])
                numbers[part] = np.where(found == UNKNOWN, UNKNOWN, found + np.int32(other.slice_of(name).start))
        return numbers

    def domain_of(self, number: int) -> str:
        """Return the name of the domain an item belongs to."""
        for name, part in zip(self.domains, self.slices, strict=True):
            if part.start <= number < part.stop:
                return name
        raise IndexError(f"{number} is not the number of an item")

    def label(self, number: int) -> str:
        """Return what to show for an item: its title, or its id where it has none."""
        return self.titles[number] or self.ids[number]


def _joint_vectors(tables: Sequence[DomainTable]) -> Floats:
    if len({table.vectors.shape[1] for table in tables}) > 1:
        return np.empty((0, 0), np.float32)
    return np.concatenate([table.vectors for table in tables])
