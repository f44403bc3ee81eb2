"""Titles and tags for the items of a model: a model keeps ids only, the workspace knows what they are called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from xdrec_app.datasets.arrays import Ints
from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.storage.database import Database
from xdrec_app.storage.item_labels import load_labels


def labelled(database: Database, catalogue: Catalogue, items: Ints) -> Catalogue:
    """Return the catalogue with titles and tags for some of its items; those deleted since stay without."""
    titles, tags = list(catalogue.titles), list(catalogue.tags)
    for domain, numbers in _by_domain(catalogue, items).items():
        labels = load_labels(database, domain, [catalogue.ids[number] for number in numbers])
        for number in numbers:
            label = labels.get(catalogue.ids[number])
            if label is not None:
                titles[number], tags[number] = label.title, label.tags
    return replace(catalogue, titles=tuple(titles), tags=tuple(tags))


def _by_domain(catalogue: Catalogue, items: Iterable[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number in sorted({int(item) for item in items}):
        found.setdefault(catalogue.domain_of(number), []).append(number)
    return found
