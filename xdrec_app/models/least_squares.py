"""Ridge regressions of many people at once, and the matrix factorisation that alternates them.

A factor is a row of k numbers whose last one is a bias: person (p, b) and item (q, c) agree by p · q + b + c. Knows no
domain and no scale; whose rows belong together is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import Ints

CELLS_PER_BLOCK = 1 << 22
"""Numbers of the largest tensor of one step, [n_owners, n_rows, k]."""


@dataclass(frozen=True)
class Decay:
    """How strongly a factor is drawn to where it would stand without rows.

    Attributes
    ----------
    per_row
        L2 on the embedding that each row adds, as in ALS-WR; must not be negative.
    constant
        L2 on embedding and bias however many rows there are; above 0, which keeps every system solvable.
    """

    per_row: float
    constant: float

    def of(self, mass: Tensor, size: int) -> Tensor:
        """Return the L2 on each number of a factor, [n, size], for owners whose rows weigh `mass` [n] together."""
        strength = self.constant + self.per_row * mass[:, None].repeat(1, size)
        strength[:, -1] = self.constant
        return strength


class GroupedRows:
    """Rows gathered by their owners, whose numbers of rows differ.

    Parameters
    ----------
    owners
        int [n_rows], who a row belongs to.
    n_owners
        Number of owners, those without a row included.
    others
        int [n_rows], whose factor stands on the other side.
    values, weights
        float32 [n_rows].
    """

    def __init__(self, owners: Ints, n_owners: int, others: Ints, values: Tensor, weights: Tensor) -> None:
        device = values.device
        counts = np.bincount(owners, minlength=n_owners)
        starts = np.cumsum(counts) - counts
        order = torch.from_numpy(np.argsort(owners, kind="stable")).to(device)
        present = np.flatnonzero(counts)
        self._owners = present[np.argsort(counts[present], kind="stable")]  # owners of about as many rows side by side
        self._counts, self._starts = counts, starts
        self.n_owners, self.device = n_owners, device
        self.others = torch.from_numpy(others.astype(np.int64)).to(device)[order]
        self.values, self.weights = values[order], weights[order]

    def blocks(self, size: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Yield owners [n], their rows [n, longest] and which of these are there, in blocks that fit into memory.

        Parameters
        ----------
        size
            Numbers per row that the caller is going to gather.
        """
        counts = self._counts[self._owners]
        start = 0
        while start < len(counts):
            # up to twice as many rows side by side, so that little of a block is padding
            stop = int(np.searchsorted(counts, 2 * counts[start], side="right"))
            stop = min(stop, start + max(1, CELLS_PER_BLOCK // (size * int(counts[stop - 1]))))
            owners = self._owners[start:stop]
            places = np.arange(counts[stop - 1])
            is_there = places < counts[start:stop, None]
            rows = np.where(is_there, self._starts[owners, None] + places, 0)
            yield self._moved(owners), self._moved(rows), self._moved(is_there)
            start = stop

    def _moved(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).to(self.device)


def ridge(rows: GroupedRows, others: Tensor, decay: Decay, prior: Tensor | None = None) -> Tensor:
    r"""Return the factors that fit each owner's rows best, the factors of the other side being given.

    .. math:: x = \arg\min \sum_j w_j (y_j - c_j - x^\top (q_j, 1))^2 + \lVert x - m \rVert_\Lambda^2

    Parameters
    ----------
    others
        float32 [n_others, k], factors (q, c).
    decay
        Gives the diagonal of Λ from :math:`\sum_j w_j`.
    prior
        float32 [n_owners, k], m; 0 if not given.

    Returns
    -------
    Tensor
        float32 [n_owners, k]; the prior for an owner without a row.
    """
    k = others.shape[1]
    solved = torch.zeros(rows.n_owners, k, device=rows.device) if prior is None else prior.clone()
    for owners, places, is_there in rows.blocks(k):
        factors = others[rows.others[places]]  # [n, longest, k]
        weights = rows.weights[places] * is_there
        targets = rows.values[places] - factors[..., -1]
        factors[..., -1] = 1
        weighted = factors * weights[..., None]
        strength = decay.of(weights.sum(1), k)
        right = (weighted.mT @ targets[..., None]).squeeze(-1) + strength * solved[owners]
        factor = torch.linalg.cholesky(weighted.mT @ factors + torch.diag_embed(strength))
        solved[owners] = torch.cholesky_solve(right[..., None], factor).squeeze(-1)
    return solved


def factorise(
    by_person: GroupedRows, by_item: GroupedRows, embedding_size: int, n_sweeps: int, decay: Decay, message: str
) -> Job[tuple[Tensor, Tensor]]:
    """Fit the factors of people and items by turns (Zhou et al., ALS-WR, AAIM 2008). A job.

    The first item factors hang on torch's generator of the CPU.

    Returns
    -------
    people : Tensor
        float32 [n_people, embedding_size + 1]; 0 without a row.
    items : Tensor
        float32 [n_items, embedding_size + 1]; 0 without a row.
    """
    # torch's own normal numbers depend on how many are drawn; these begin alike with sources and without
    random = np.random.default_rng(int(torch.randint(2**62, (1,))))
    drawn = random.normal(scale=embedding_size**-0.5, size=(by_item.n_owners, embedding_size + 1))
    drawn[:, -1] = 0
    items = torch.from_numpy(drawn.astype(np.float32)).to(by_item.device)
    people = torch.zeros(by_person.n_owners, embedding_size + 1, device=by_item.device)
    for sweep in range(n_sweeps):
        people = ridge(by_person, items, decay)
        yield Progress(done=2 * sweep + 1, total=2 * n_sweeps + 1, message=message)
        items = ridge(by_item, people, decay)
        yield Progress(done=2 * sweep + 2, total=2 * n_sweeps + 1, message=message)
    return ridge(by_person, items, decay), items
