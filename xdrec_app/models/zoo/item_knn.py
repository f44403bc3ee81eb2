"""Item-kNN over the joint catalogue: an item is recommended for its likeness to items of a person's history."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Doubles, Floats
from xdrec_app.models.base import recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM, LinearRecommender
from xdrec_app.models.ranking import NO_ITEM, top_k

ITEMS_PER_BLOCK = 512
TINY = 1e-12
"""Keeps a division defined where an item has no people and nothing is shrunk."""


class ItemKNNParams(Params):
    """Hyper-parameters of :class:`ItemKNN`."""

    n_neighbours: int = param(
        20, "Nearest items kept for each target item.", low=1, high=10_000, search=Search(low=5, high=200, log=True)
    )
    shrinkage: float = param(
        10.0, "Damps likeness that rests on few people.", low=0.0, high=10_000, search=Search(low=0, high=100)
    )
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class ItemKNN(LinearRecommender):
    r"""Scores are sums of item-item cosines, shrunk towards 0 where few people are behind them.

    With :math:`n_{ij}` the number of people who interacted with both items, of whatever domains,

    .. math:: s_{ij} = \frac{n_{ij}}{\sqrt{n_i n_j} + \text{shrinkage}}

    and for each target item j only the `n_neighbours` largest :math:`s_{ij}` are kept.
    """

    key: ClassVar[str] = "item_knn"
    title: ClassVar[str] = "Item-kNN"
    family: ClassVar[str] = "Neighbourhood"
    reference: ClassVar[str] = "Deshpande and Karypis, Item-Based Top-N Recommendation Algorithms, TOIS 2004"
    Params: ClassVar[type[Params]] = ItemKNNParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True)

    def _weights(self, history: sparse.csr_matrix, n_target_items: int) -> Job[sparse.csr_matrix]:
        """Return the kept likenesses, float32 CSR [n_items, n_target_items]."""
        occurs = sparse.csr_matrix((np.ones(history.nnz, np.float32), history.indices, history.indptr), history.shape)
        by_item = sparse.csr_matrix(occurs.T)
        counts = np.asarray(occurs.sum(axis=0), np.float64).ravel()
        blocks = []
        for start in range(0, n_target_items, ITEMS_PER_BLOCK):
            stop = min(start + ITEMS_PER_BLOCK, n_target_items)
            together = (by_item[start:stop] @ occurs).toarray()
            blocks.append(self._nearest(together, counts, start))
            yield Progress(done=stop, total=n_target_items, unit="items", message="Item-kNN: comparing items")
        return sparse.csr_matrix(sparse.vstack(blocks).T)

    def _nearest(self, together: Floats, counts: Doubles, start: int) -> sparse.csr_matrix:
        """Turn the co-occurrence counts of a block of items [n, n_items] into likenesses, the largest per row kept."""
        n, n_items = together.shape
        norms = np.sqrt(np.outer(counts[start : start + n], counts))
        likeness = (together / np.maximum(norms + self.params.shrinkage, TINY)).astype(np.float32)
        likeness[np.arange(n), np.arange(start, start + n)] = np.nan  # no item is its own neighbour
        likeness[likeness == 0] = np.nan
        neighbours, values = top_k(likeness, min(self.params.n_neighbours, n_items))
        found = neighbours != NO_ITEM
        return sparse.csr_matrix((values[found], (np.nonzero(found)[0], neighbours[found])), shape=(n, n_items))
