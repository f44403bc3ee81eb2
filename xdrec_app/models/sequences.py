"""Histories as sequences: what each person had, of all domains, in the order of time; cut into windows to train on.

Shared by models that read a history in its order. Knows no network and no loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from xdrec_app.datasets.arrays import Longs
from xdrec_app.datasets.interactions import Interactions


@dataclass(frozen=True)
class Padded:
    """Stretches of sequences, each from the first column on; what stands behind its end means nothing.

    Attributes
    ----------
    items
        int64 [n, longest], joint item numbers.
    lengths
        int64 [n].
    """

    items: Tensor
    lengths: Tensor

    @property
    def inside(self) -> Tensor:
        """Which places belong to a stretch, bool [n, longest]."""
        return torch.arange(self.items.shape[1], device=self.items.device) < self.lengths[:, None]


@dataclass(frozen=True)
class Stretches:
    """Where stretches of the joined sequences begin and how long they are; int64 [n] each."""

    begins: Tensor
    lengths: Tensor

    def __len__(self) -> int:
        return len(self.begins)


class Sequences:
    """The items of all people on a device, one person after the other, each in the order of time.

    Rows at the same time, and those without one, keep the order in which they are given; rows without a time come
    before the others.

    Parameters
    ----------
    rows
        Items in joint numbers, people 0 … n_people - 1.
    n_people
        Number of people, those without rows included.
    device
        Where the tensors shall lie.
    """

    def __init__(self, rows: Interactions, n_people: int, device: torch.device) -> None:
        order = np.lexsort((rows.times, rows.users))  # a stable sort
        self._items = torch.from_numpy(rows.items[order].astype(np.int64)).to(device)
        self._counts: Longs = np.bincount(rows.users, minlength=n_people).astype(np.int64)
        self._ends: Longs = np.cumsum(self._counts)

    @property
    def lengths(self) -> Longs:
        """How many items each person has, int64 [n_people]."""
        return self._counts

    def newest(self, people: Longs, longest: int) -> Padded:
        """Return the last items of some people, at most `longest` of each."""
        lengths = np.minimum(self._counts[people], longest)
        device = self._items.device
        begins = torch.from_numpy(self._ends[people] - lengths).to(device)
        return self._padded(begins, torch.from_numpy(lengths).to(device))

    def windows(self, longest: int) -> Stretches:
        """Cut all steps from an item to the next of the same person into stretches of at most `longest` steps.

        They are counted from the newest step, so that only a person's first stretch may be shorter.
        """
        steps = np.maximum(self._counts - 1, 0)
        n_windows = -(-steps // longest)
        person = np.repeat(np.arange(len(steps)), n_windows)
        back = np.arange(len(person)) - np.repeat(np.cumsum(n_windows) - n_windows, n_windows)
        ends = steps[person] - back * longest  # of the steps, counted from the person's first
        lengths = np.minimum(ends, longest)
        begins = (self._ends - self._counts)[person] + ends - lengths
        device = self._items.device
        return Stretches(torch.from_numpy(begins).to(device), torch.from_numpy(lengths).to(device))

    def steps(self, windows: Stretches, chosen: Tensor, shuffled: float = 0.0) -> tuple[Padded, Tensor]:
        """Return the items of some windows, and what followed each of them, int64 of the same shape.

        Parameters
        ----------
        chosen
            int64, numbers of windows, on the device.
        shuffled
            Probability that a window is given in random order.
        """
        lengths = windows.lengths[chosen]
        whole = self._padded(windows.begins[chosen], lengths + 1)
        if shuffled > 0:
            whole = _partly_shuffled(whole, shuffled)
        return Padded(whole.items[:, :-1], lengths), whole.items[:, 1:]

    def _padded(self, begins: Tensor, lengths: Tensor) -> Padded:
        longest = int(lengths.max()) if len(lengths) else 0
        places = begins[:, None] + torch.arange(longest, device=begins.device)
        last = max(0, len(self._items) - 1)
        return Padded(self._items[places.clamp(max=last)], lengths)


def _partly_shuffled(padded: Padded, share: float) -> Padded:
    """Return the same stretches, each of them with probability `share` in random order."""
    n, longest = padded.items.shape
    keys = torch.arange(longest, dtype=torch.float32).repeat(n, 1)
    drawn = torch.rand(n) < share
    keys[drawn] = torch.rand(int(drawn.sum()), longest)
    order = keys.to(padded.items.device).masked_fill(~padded.inside, torch.inf).argsort(dim=1)
    return Padded(padded.items.gather(1, order), padded.lengths)
