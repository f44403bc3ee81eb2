"""Batches as index slices of one permutation per epoch, and negatives drawn within a domain."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor


def n_batches(n_rows: int, batch_size: int) -> int:
    """Return the number of batches of an epoch."""
    return max(1, math.ceil(n_rows / batch_size))


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
