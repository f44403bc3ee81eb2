"""A person across domains: taste by tag, and the nearest other people.

Built once per dataset and asked for one person after the other. Knows no model: what a model makes of a person is
told by the explainers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from xdrec_app.datasets.arrays import Bools, Doubles, Longs
from xdrec_app.datasets.cross_domain import CrossDomainData


@dataclass(frozen=True)
class TasteTag:
    """A tag a person likes: `share` of the liked items of the domain that carry it, `lift` over everybody's share."""

    tag: str
    share: float
    lift: float


@dataclass(frozen=True)
class DomainTaste:
    """A person in one domain: number and mean value of the interactions, and the tags that stand out."""

    domain: str
    interactions: int
    mean_value: float
    tags: tuple[TasteTag, ...]


@dataclass(frozen=True)
class Neighbour:
    """A person with similar interactions: `similarity` is the cosine over all domains, 0 … 1 for values above 0."""

    user: str
    similarity: float
    shared_items: int


class Profiles:
    """What can be said about the people of a dataset.

    Parameters
    ----------
    data
        All domains; which of them is the target does not matter here.
    """

    def __init__(self, data: CrossDomainData) -> None:
        self.data = data

    def tastes(self, user: int, n_tags: int = 8) -> tuple[DomainTaste, ...]:
        """Return the person's taste in every domain they have interactions in.

        Tags are those whose share of the person's liked items exceeds everybody's share, the largest excess first.
        """
        rows = np.flatnonzero(self.data.interactions.users == user)
        domains = self.data.item_domains[self.data.interactions.items[rows]]
        found = []
        for place, name in enumerate(self.data.catalogue.domains):
            mine = rows[domains == place]
            if len(mine):
                mean = float(self.data.interactions.values[mine].mean(dtype=np.float64))
                found.append(DomainTaste(name, len(mine), mean, self._tags(mine[self._liked[mine]], place, n_tags)))
        return tuple(found)

    def neighbours(self, user: int, n: int = 10) -> tuple[Neighbour, ...]:
        """Return the `n` most similar people who share at least one item with the person, nearest first."""
        own = self._matrix[user]
        products = (self._matrix @ own.T).toarray().ravel().astype(np.float64)
        norms = self._norms * self._norms[user]
        similarities = np.divide(products, norms, out=np.zeros(len(products)), where=norms > 0)
        similarities[user] = 0.0
        nearest = np.argsort(-similarities, kind="stable")[:n]
        return tuple(
            Neighbour(self.data.users.id(int(other)), float(similarities[other]), self._n_shared(user, int(other)))
            for other in nearest
            if similarities[other] > 0
        )

    @cached_property
    def _matrix(self) -> sparse.csr_matrix:
        return self.data.matrix()

    @cached_property
    def _norms(self) -> Doubles:
        squares: Doubles = np.asarray(self._matrix.multiply(self._matrix).sum(axis=1), np.float64).ravel()
        return np.sqrt(squares)

    @cached_property
    def _liked(self) -> Bools:
        return self.data.liked()

    def _n_shared(self, user: int, other: int) -> int:
        return len(np.intersect1d(self._matrix[user].indices, self._matrix[other].indices))

    def _tags(self, liked: Longs, place: int, n_tags: int) -> tuple[TasteTag, ...]:
        if len(liked) == 0:
            return ()
        counts = self._tag_matrix[self.data.interactions.items[liked]].sum(axis=0)
        shares = np.asarray(counts, np.float64).ravel() / len(liked)
        everybody = self._shares_of_everybody[place]
        excess = shares - everybody
        standing_out = [number for number in np.argsort(-excess, kind="stable")[:n_tags] if excess[number] > 0]
        return tuple(
            TasteTag(self._tag_names[number], float(shares[number]), float(shares[number] / everybody[number]))
            for number in standing_out
        )

    @cached_property
    def _tag_names(self) -> tuple[str, ...]:
        return tuple(sorted({tag for tags in self.data.catalogue.tags for tag in tags}))

    @cached_property
    def _tag_matrix(self) -> sparse.csr_matrix:
        """Which item carries which tag, float32 CSR [n_items, n_tags]."""
        number = {tag: place for place, tag in enumerate(self._tag_names)}
        pairs = [(item, number[tag]) for item, tags in enumerate(self.data.catalogue.tags) for tag in set(tags)]
        items, tags = np.array(pairs, np.int64).reshape(-1, 2).T
        shape = (self.data.n_items, len(number))
        return sparse.csr_matrix((np.ones(len(pairs), np.float32), (items, tags)), shape=shape)

    @cached_property
    def _shares_of_everybody(self) -> Doubles:
        """Share of all liked interactions of a domain whose item carries a tag, float64 [n_domains, n_tags]."""
        items = self.data.interactions.items[self._liked]
        counts = np.bincount(items, minlength=self.data.n_items).astype(np.float64)
        rows = []
        for part in self.data.catalogue.slices:
            carried = np.asarray(self._tag_matrix[part].T @ counts[part], np.float64).ravel()
            rows.append(carried / max(1.0, counts[part].sum()))
        return np.stack(rows)
