"""Batches as index slices of one permutation per epoch, and negatives drawn within a domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor


def shuffled_batches(n_rows: int, batch_size: int, device: torch.device) -> Iterator[Tensor]:
    """Yield the row numbers 0 … n_rows - 1 in random order, int64 [batch_size] at a time.

    The permutation is drawn on the CPU, so that it is the same on every device. A short rest is a batch of its own.
    """
    order = torch.randperm(n_rows).to(device)
    yield from torch.split(order, batch_size)


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
