"""Sums of embeddings of sparse features, in torch: what models that learn from content share. Knows no loss."""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn


def embedded(weight: Tensor, rows: sparse.csr_matrix) -> Tensor:
    """Return the weighted sums of the embeddings of each row's features.

    Parameters
    ----------
    weight
        float32 [n_features, embedding_size].
    rows
        CSR [n_rows, n_features].

    Returns
    -------
    Tensor
        float32 [n_rows, embedding_size]; 0 for an empty row.
    """
    if rows.nnz == 0:
        return weight.new_zeros(rows.shape[0], weight.shape[1])
    indices, starts = (torch.from_numpy(part.astype(np.int64)) for part in (rows.indices, rows.indptr))
    return _summed(weight, indices.to(weight.device), starts.to(weight.device), torch.from_numpy(rows.data).to(weight))


class FeatureBag(nn.Module):
    """All rows of a fixed feature matrix as sums of embeddings; the matrix is kept with the weights.

    Parameters
    ----------
    matrix
        float32 CSR [n_rows, n_features].
    embedding_size
        Numbers per feature; they begin at 0, so that what nothing was learnt of says nothing.
    """

    indices: Tensor
    starts: Tensor
    amounts: Tensor

    def __init__(self, matrix: sparse.csr_matrix, embedding_size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(matrix.shape[1], embedding_size))
        self.register_buffer("indices", torch.from_numpy(matrix.indices.astype(np.int64)))
        self.register_buffer("starts", torch.from_numpy(matrix.indptr.astype(np.int64)))
        self.register_buffer("amounts", torch.from_numpy(matrix.data.astype(np.float32)))

    def forward(self) -> Tensor:
        """Return float32 [n_rows, embedding_size]."""
        if len(self.indices) == 0:
            return self.weight.new_zeros(len(self.starts) - 1, self.weight.shape[1])
        return _summed(self.weight, self.indices, self.starts, self.amounts)


def scaled(history: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return the rows of a history at length 1, so that long ones do not drown what else is known of a person."""
    squares = np.asarray(history.multiply(history).sum(axis=1)).ravel()
    lengths = np.repeat(np.sqrt(np.maximum(squares, 1e-12)), np.diff(history.indptr))
    data = (history.data / lengths).astype(np.float32)
    return sparse.csr_matrix((data, history.indices, history.indptr), shape=history.shape)


def thinned(history: sparse.csr_matrix, dropout: float) -> sparse.csr_matrix:
    """Return a copy of a history in which each entry is hidden with probability `dropout`; draws from torch."""
    kept = (torch.rand(history.nnz) >= dropout).numpy()
    return sparse.csr_matrix((history.data * kept, history.indices, history.indptr), shape=history.shape)


def _summed(weight: Tensor, indices: Tensor, starts: Tensor, amounts: Tensor) -> Tensor:
    return nn.functional.embedding_bag(
        indices, weight, starts, mode="sum", per_sample_weights=amounts, include_last_offset=True
    )
