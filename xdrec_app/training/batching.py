"""Batches as index slices of one permutation per epoch, and negatives drawn within a domain."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import torch
from torch import Tensor

Negatives = Literal["uniform", "popularity", "in_batch"]
"""Any item of the domain, as often as people chose it, or what other rows of the same batch chose."""

MIN_STEPS = 50
"""Steps of an epoch below which a large batch learns too little on few rows."""

MIN_ROWS = 64
"""Rows of a step below which it costs as much as a longer one."""


def n_batches(n_rows: int, batch_size: int) -> int:
    """Return the number of batches of an epoch."""
    return max(1, math.ceil(n_rows / batch_size))


def bounded_batch_size(n_rows: int, batch_size: int, min_steps: int = MIN_STEPS) -> int:
    """Return `batch_size`, or what gives an epoch of few rows at least `min_steps` steps, but not under `MIN_ROWS`."""
    return min(batch_size, max(MIN_ROWS, math.ceil(n_rows / min_steps)))


def shuffled_batches(n_rows: int, batch_size: int, device: torch.device) -> Iterator[Tensor]:
    """Yield the row numbers 0 … n_rows - 1 in random order, in int64 batches of at most `batch_size`.

    The permutation is drawn on the CPU, so that it is the same on every device. Batches are of equal length but for
    one row: a short rest would take a step as long as the others on the word of a few rows.
    """
    order = torch.randperm(n_rows).to(device)
    yield from torch.tensor_split(order, n_batches(n_rows, batch_size))


def shared_negatives(parts: Sequence[slice], n_negatives: int, device: torch.device) -> Tensor:
    """Draw items uniformly from each domain, once for all rows of a batch.

    Parameters
    ----------
    parts
        Where each domain's items stand in the catalogue.
    n_negatives
        Draws per domain, with repetition; an item that a person knows may be among them, which is rare in a long
        catalogue and not worth a lookup per draw.

    Returns
    -------
    Tensor
        int64 [n_domains * n_negatives], joint item numbers, domain after domain. An empty domain gives its start.
    """
    drawn = [part.start + torch.randint(max(1, part.stop - part.start), (n_negatives,)) for part in parts]
    return torch.cat(drawn).to(device)


class NegativePools:
    """Draws items that were not chosen in a row, from the row's own domain.

    A draw is one place of a pool of items: each item of the domain once, each as often as it was chosen, or the items
    of the batch. An item that a person knows may be drawn; that is rare in a long catalogue and not worth a lookup.

    Parameters
    ----------
    kind
        Which pool.
    parts
        Where each domain's items stand in the catalogue.
    items
        int64 [n_rows], the chosen items of all rows, on the device.
    """

    def __init__(self, kind: Negatives, parts: Sequence[slice], items: Tensor) -> None:
        self._kind = kind
        self._parts = parts
        everything = [torch.arange(part.start, part.stop, device=items.device) for part in parts]
        self._pools = everything if kind == "uniform" else [items[_inside(items, part)] for part in parts]
        chances = torch.zeros(max(part.stop for part in parts), device=items.device)
        for pool in self._pools:
            chances.index_add_(0, pool, torch.full(pool.shape, 1 / max(1, len(pool)), device=items.device))
        self._log_chances = chances.log()

    def by_domain(self, chosen: Tensor) -> Iterator[tuple[int, Tensor | slice]]:
        """Yield each domain that occurs in a batch and which places of the batch are its own.

        Parameters
        ----------
        chosen
            int64 [n], the items of the batch.
        """
        if len(self._parts) == 1:
            yield 0, slice(None)
            return
        for domain, part in enumerate(self._parts):
            places = torch.nonzero(_inside(chosen, part)).squeeze(1)
            if len(places):
                yield domain, places

    def draw(self, domain: int, chosen: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Draw items of a domain with repetition, int64 of the given shape; `chosen` is what the batch has of it."""
        pool = chosen if self._kind == "in_batch" else self._pools[domain]
        return pool[torch.randint(len(pool), shape).to(pool.device)]

    def draw_for_each(self, chosen: Tensor, n_negatives: int) -> Tensor:
        """Draw items for each row of a batch from the row's domain, int64 [n, n_negatives]."""
        drawn = torch.empty((len(chosen), n_negatives), dtype=torch.int64, device=chosen.device)
        for domain, places in self.by_domain(chosen):
            own = chosen[places]
            drawn[places] = self.draw(domain, own, (len(own), n_negatives))
        return drawn

    def log_chance(self, drawn: Tensor) -> Tensor:
        """Return the logarithm of the probability of drawing each item within its domain, float32."""
        return self._log_chances[drawn]


def _inside(items: Tensor, part: slice) -> Tensor:
    inside: Tensor = (items >= part.start) & (items < part.stop)
    return inside
