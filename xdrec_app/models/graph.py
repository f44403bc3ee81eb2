"""What graph models share: sparse products that autograd can go back through, and ranking against drawn items.

Plain torch, no compiled extension. Knows no particular propagation: a model of the zoo says what flows where.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional

from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.gradient import RowTensors, row_weights
from xdrec_app.training.batching import shared_negatives, shuffled_batches
from xdrec_app.training.objectives import bpr, sampled_softmax

RankingLoss = Literal["softmax", "bpr"]


class SparseProduct:
    """A constant sparse matrix on a device; ``product(x)`` is matrix times x, differentiable in x.

    Products are weighted bags of embeddings, which on a CPU are 1.3 to 4 times as fast as torch's CSR product and 8 to
    15 times as its COO product (ML-1M and ML-100K, 64 numbers per node). The transpose is kept beside the matrix,
    because the gradient in x is the transpose times the gradient in the result: no scatter, no atomic additions.

    Parameters
    ----------
    matrix
        Float32 CSR [n_rows, n_columns].
    device
        Where the products are taken.
    """

    def __init__(self, matrix: sparse.csr_matrix, device: torch.device) -> None:
        self._rows = _Bags(matrix, device)
        self._columns = _Bags(sparse.csr_matrix(matrix.T), device)

    @property
    def transposed(self) -> SparseProduct:
        """The product with the transpose; shares the memory."""
        other = object.__new__(SparseProduct)
        other._rows, other._columns = self._columns, self._rows
        return other

    def __call__(self, x: Tensor) -> Tensor:
        """Return the product with a dense x [n_columns, n], [n_rows, n]."""
        product: Tensor = _Product.apply(x, self._rows, self._columns)  # type: ignore[no-untyped-call]
        return product


class _Bags:
    """The rows of a CSR matrix as bags of column numbers and weights."""

    def __init__(self, matrix: sparse.csr_matrix, device: torch.device) -> None:
        self._offsets = torch.from_numpy(matrix.indptr.astype(np.int32)).to(device)
        self._numbers = torch.from_numpy(matrix.indices.astype(np.int32)).to(device)
        self._weights = torch.from_numpy(matrix.data.astype(np.float32)).to(device)

    def sums(self, x: Tensor) -> Tensor:
        return functional.embedding_bag(
            self._numbers,
            x,
            self._offsets,
            mode="sum",
            per_sample_weights=self._weights.to(x.dtype),
            include_last_offset=True,
        )


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: _Bags, columns: _Bags) -> Tensor:
        ctx.columns = columns
        return rows.sums(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return ctx.columns.sums(gradients[0].contiguous()), None, None


class LikedRows:
    """The liked interactions of all domains as training rows, each to be held against drawn items of its domain.

    Parameters
    ----------
    data
        What is trained on.
    source_weight
        Weight of a source's row in the loss; rows without weight are left out.
    device
        Where the rows live.
    by_domain
        A person is one node per domain, ``domain * n_users + user``, as in
        :func:`~xdrec_app.datasets.graph.domain_graphs`; otherwise one node.
    """

    def __init__(
        self, data: CrossDomainData, source_weight: float, device: torch.device, by_domain: bool = False
    ) -> None:
        weights = row_weights(data, source_weight)
        counted = data.liked() & (weights > 0)
        rows = data.interactions.take(counted)
        domains = data.item_domains[rows.items].astype(np.int64)
        nodes = domains * data.n_users + rows.users if by_domain else rows.users
        self._rows = RowTensors(nodes, rows.items, rows.values, weights[counted], device)
        self._domains = torch.from_numpy(domains).to(device)
        self._parts, self._device = data.catalogue.slices, device
        self._starts = torch.tensor([part.start for part in self._parts], device=device)
        self._sizes = torch.tensor([max(1, part.stop - part.start) for part in self._parts], device=device)

    def __len__(self) -> int:
        return len(self._rows)

    def batches(self, batch_size: int) -> Iterator[Tensor]:
        """Yield row numbers in random order, within a batch domain after domain."""
        for batch in shuffled_batches(len(self), batch_size, self._device):
            yield batch if len(self._parts) == 1 else batch[self._domains[batch].argsort()]

    def ends(self, domains: Tensor) -> list[int]:
        """Return where, among the rows of a batch, each domain but the last ends."""
        ends: list[int] = torch.bincount(domains, minlength=len(self._parts)).cumsum(0)[:-1].tolist()
        return ends

    def take(self, batch: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return nodes of people, items, domains (int64) and weights (float32, of mean 1) of the given rows."""
        nodes, items, _, weights = self._rows.take(batch)
        return nodes, items, self._domains[batch], weights / weights.mean()

    def own_negatives(self, domains: Tensor, n_negatives: int) -> Tensor:
        """Draw items for each row from its domain, uniformly, int64 [n_rows, n_negatives].

        An item that the person knows may be among them; in a long catalogue that is rare.
        """
        sizes = self._sizes[domains, None]
        places = torch.rand((len(domains), n_negatives)).to(self._device)
        return self._starts[domains, None] + torch.minimum((places * sizes).long(), sizes - 1)

    def shared_negatives(self, n_negatives: int) -> Tensor:
        """Draw items of every domain for all rows together, int64 [n_domains * n_negatives]."""
        return shared_negatives(self._parts, n_negatives, self._device)

    def log_expansion(self, n_negatives: int) -> Tensor:
        """Return log(domain size / n_negatives): what one drawn item stands for, float32 [n_domains]."""
        return torch.log(self._sizes / n_negatives)


@dataclass(frozen=True)
class RankedBatch:
    """The loss of a batch, and the numbers of the nodes that took part in it, int64."""

    loss: Tensor
    nodes: Tensor
    liked: Tensor
    drawn: Tensor


def rank(
    kind: RankingLoss, rows: LikedRows, batch: Tensor, people: Tensor, items: Tensor, n_negatives: int
) -> RankedBatch:
    """Hold the liked items of a batch against drawn ones of their domains.

    Parameters
    ----------
    kind
        "bpr": each row against `n_negatives` draws of its own (Rendle et al., UAI 2009); "softmax": all rows of a
        domain against the same `n_negatives` draws, which stand for the whole domain.
    people, items
        Where propagation puts the nodes, float32 [n_nodes, size] and [n_items, size].
    """
    nodes, liked, domains, weights = rows.take(batch)
    p, q = people.index_select(0, nodes), items.index_select(0, liked)  # [n_rows, size]
    positive = (p * q).sum(1)
    if kind == "bpr":
        drawn = rows.own_negatives(domains, n_negatives).view(-1)
        competing = items.index_select(0, drawn).view(len(nodes), n_negatives, -1)
        return RankedBatch(bpr(positive, (competing @ p[:, :, None]).squeeze(2), weights), nodes, liked, drawn)
    drawn = rows.shared_negatives(n_negatives)
    others = [
        (own @ items.index_select(0, numbers).T).logsumexp(1)
        for own, numbers in zip(p.tensor_split(rows.ends(domains)), drawn.view(-1, n_negatives), strict=True)
    ]
    competing = torch.cat(others) + rows.log_expansion(n_negatives)[domains]
    return RankedBatch(sampled_softmax(positive, competing[:, None], weights), nodes, liked, drawn)
