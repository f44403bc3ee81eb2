"""Batches as index slices of one permutation per epoch, and negatives drawn within a domain."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor


def shuffled_batches(n_rows: int, batch_size: int, device: torch.device) -> Iterator[Tensor]:
    """Yield the row numbers 0 … n_rows - 1 in random order, int64 [batch_size] at a time.

    The permutation is drawn on the CPU, so that it is the same on every device. A short rest is a batch of its own.
    """
    order = torch.randperm(n_rows).to(device)
    yield from order.split(batch_size)


def uniform_negatives(starts: Tensor, sizes: Tensor, n_negatives: int) -> Tensor:
    """Draw items uniformly, each row from its own contiguous slice of the catalogue.

    Parameters
    ----------
    starts, sizes
        int64 [n_rows], where each row's domain begins and how many items it has.
    n_negatives
        Draws per row, with repetition; an item the person knows may be among them, which is rare in a long
        catalogue and not worth a lookup per draw.

    Returns
    -------
    Tensor
        int64 [n_rows, n_negatives], joint item numbers.
    """
    draws = torch.rand(len(starts), n_negatives, device=starts.device)
    offsets = (draws * sizes[:, None]).long()
    # float32 can round a draw just below 1 up to the size itself
    return starts[:, None] + torch.minimum(offsets, sizes[:, None] - 1)
