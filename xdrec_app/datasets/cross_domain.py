"""CrossDomainData: one target and any number of source domains in one numbering of people and items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from xdrec_app.datasets.arrays import Bools, Ints
from xdrec_app.datasets.attributes import Attributes, join_attributes
from xdrec_app.datasets.catalogue import Catalogue
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class CrossDomainData:
    """What a model is fitted on.

    The items of the target stand first in the joint catalogue, so a target item has the same number in the target
    alone and in the joint catalogue. Numbers belong to this value: a model stores the vocabularies with its weights.

    Attributes
    ----------
    users
        People of all domains, ascending by id.
    catalogue
        Items of all domains; slice 0 is the target.
    interactions
        Rows of all domains, the target's first, in joint numbers.
    scales
        Lowest and highest value per domain, in the order of `catalogue.domains`.
    attributes
        What the domains say of people, name → one entry per person of `users`; the target is believed first.
    """

    users: Vocabulary
    catalogue: Catalogue
    interactions: Interactions
    scales: tuple[tuple[float, float], ...]
    attributes: Attributes = field(default_factory=dict)

    @classmethod
    def join(cls, target: DomainTable, sources: Sequence[DomainTable] = ()) -> CrossDomainData:
        """Join the tables; people with the same id are the same person."""
        tables = [target, *sources]
        names = [table.name for table in tables]
        if len(set(names)) != len(names):
            raise ValueError(f"a domain stands twice among target and sources: {names}")
        users = Vocabulary(sorted(set().union(*(table.user_ids for table in tables))))
        catalogue = Catalogue.of(tables)
        parts, said = [], []
        for table, part in zip(tables, catalogue.slices, strict=True):
            joint = users.numbers(table.user_ids)
            said.append((joint, table.attributes))
            items = table.items + np.int32(part.start)
            parts.append(Interactions(joint[table.users], items, table.values, table.times))
        scales, attributes = tuple(table.scale for table in tables), join_attributes(said, len(users))
        return cls(users, catalogue, Interactions.concatenate(parts), scales, attributes)

    @property
    def n_users(self) -> int:
        """Number of people over all domains."""
        return len(self.users)

    @property
    def n_items(self) -> int:
        """Number of items over all domains."""
        return len(self.catalogue)

    @property
    def n_target_items(self) -> int:
        """Number of items of the target; they are the numbers 0 … n_target_items - 1."""
        return int(self.catalogue.slices[0].stop)

    @property
    def target(self) -> str:
        """Name of the target domain."""
        return self.catalogue.domains[0]

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the source domains."""
        return self.catalogue.domains[1:]

    @property
    def target_scale(self) -> tuple[float, float]:
        """Lowest and highest value of the target."""
        return self.scales[0]

    @cached_property
    def item_domains(self) -> Ints:
        """Position of each item's domain in `catalogue.domains`, int32 [n_items]."""
        sizes = [part.stop - part.start for part in self.catalogue.slices]
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    @cached_property
    def target_interactions(self) -> Interactions:
        """The rows of the target alone."""
        return self.interactions.take(self.interactions.items < self.n_target_items)

    @cached_property
    def active_users(self) -> Bools:
        """Who has interactions in which domain, bool [n_domains, n_users]; row 0 is the target."""
        rows = self.interactions
        active = np.zeros((len(self.catalogue.slices), self.n_users), bool)
        active[self.item_domains[rows.items], rows.users] = True
        return active

    @property
    def shared_users(self) -> Bools:
        """Who has interactions in the target and in at least one source, bool [n_users]."""
        shared: Bools = self.active_users[0] & self.active_users[1:].any(axis=0)
        return shared

    def liked(self) -> Bools:
        """Return for each row whether its value is at or above the midpoint of its domain's scale, bool [n_rows]."""
        midpoints = np.array([(low + high) / 2 for low, high in self.scales], np.float32)
        rows = self.interactions
        return rows.values >= midpoints[self.item_domains[rows.items]]

    def matrix(self) -> sparse.csr_matrix:
        """Return all values as float32 CSR [n_users, n_items]."""
        return self.interactions.matrix(self.n_users, self.n_items)
