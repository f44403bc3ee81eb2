"""Histories as tensors: what people had in each domain, ready to be summed up by an encoder.

Shared by models that know a person by their history alone. Knows no encoder and no loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from xdrec_app.datasets.arrays import Ints
from xdrec_app.datasets.interactions import Interactions


@dataclass(frozen=True)
class HistoryRows:
    """Rows of some people, ordered by person and domain.

    Attributes
    ----------
    persons
        int64 [n_rows], positions among the people asked for.
    items, domains
        int64 [n_rows].
    values
        float32 [n_rows], as they were given to :class:`Histories`.
    n_people, n_domains
        Numbers of both.
    """

    persons: Tensor
    items: Tensor
    domains: Tensor
    values: Tensor
    n_people: int
    n_domains: int

    def __len__(self) -> int:
        return len(self.items)

    @property
    def bags(self) -> Tensor:
        """Which bag, one per person and domain, a row belongs to, int64 [n_rows], ascending."""
        return self.persons * self.n_domains + self.domains

    def sums(self, table: Tensor, weights: Tensor) -> Tensor:
        """Return the weighted sums of the items' rows of a table, float32 [n_people, n_domains, width]."""
        n_bags = self.n_people * self.n_domains
        ends = torch.bincount(self.bags, minlength=n_bags).cumsum(0)
        starts = torch.cat([ends.new_zeros(1), ends])
        sums = functional.embedding_bag(
            self.items, table, starts, mode="sum", per_sample_weights=weights, include_last_offset=True
        )
        return sums.view(self.n_people, self.n_domains, table.shape[1])

    def counts(self, weights: Tensor) -> Tensor:
        """Return the sum of weights per person and domain, float32 [n_people, n_domains]."""
        counts = weights.new_zeros(self.n_people * self.n_domains).index_add(0, self.bags, weights)
        return counts.view(self.n_people, self.n_domains)

    def where(self, mask: Tensor) -> HistoryRows:
        """Return the rows where a mask is true."""
        parts = (self.persons[mask], self.items[mask], self.domains[mask], self.values[mask])
        return HistoryRows(*parts, self.n_people, self.n_domains)


class Histories:
    """The rows of all people on a device.

    Parameters
    ----------
    rows
        Items in joint numbers.
    n_people
        People are 0 … n_people - 1.
    item_domains
        int32 [n_items].
    n_domains
        Number of domains.
    values
        float32 [n_rows], on the device: what is to be kept with each row.
    """

    def __init__(self, rows: Interactions, n_people: int, item_domains: Ints, n_domains: int, values: Tensor) -> None:
        device = values.device
        order = np.lexsort((rows.items, rows.users))  # domains are slices of the catalogue: this sorts by them too
        items = rows.items[order].astype(np.int64)
        counts = np.bincount(rows.users, minlength=n_people)
        self._items = torch.from_numpy(items).to(device)
        self._domains = torch.from_numpy(item_domains[items].astype(np.int64)).to(device)
        self._values = values[torch.from_numpy(order).to(device)]
        self._starts = torch.from_numpy(np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])).to(device)
        self._n_domains = n_domains
        self.people = torch.from_numpy(np.flatnonzero(counts))
        """int64 on the CPU: everybody with a row."""

    def __len__(self) -> int:
        return len(self._items)

    def of(self, people: Tensor) -> HistoryRows:
        """Return the rows of some people, int64 numbers on the device."""
        begins = self._starts[people]
        counts = self._starts[people + 1] - begins
        persons = torch.repeat_interleave(torch.arange(len(people), device=people.device), counts)
        within = torch.arange(len(persons), device=people.device) - (counts.cumsum(0) - counts)[persons]
        rows = begins[persons] + within
        parts = (persons, self._items[rows], self._domains[rows], self._values[rows])
        return HistoryRows(*parts, len(people), self._n_domains)
