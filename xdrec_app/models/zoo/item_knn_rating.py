"""Item-kNN for ratings: what a person thinks of items like this one, over the joint catalogue (Sarwar 2001)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.base import Arrays, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM, csr_arrays, csr_from
from xdrec_app.models.ranking import NO_ITEM, top_k
from xdrec_app.models.rating_neighbours import (
    AMPLIFICATION_PARAM,
    DAMPING_SEARCH,
    DAMPING_WORDS,
    SIMILARITY_WORDS,
    Likeness,
    RatingNeighbours,
    Similarity,
    as_ones,
)

ITEMS_PER_BLOCK = 256


class ItemKNNRatingParams(Params):
    """Hyper-parameters of :class:`ItemKNNRating`."""

    n_neighbours: int = param(
        200, "Nearest items kept for each target item.", low=1, high=10_000, search=Search(low=20, high=500, log=True)
    )
    similarity: Similarity = param("adjusted_cosine", SIMILARITY_WORDS)
    shrinkage: float = param(
        50.0, "Damps likeness that rests on few people.", low=0.0, high=10_000, search=Search(low=5, high=300, log=True)
    )
    amplification: float = AMPLIFICATION_PARAM
    damping: float = param(0.1, DAMPING_WORDS, low=0.0, high=100.0, search=DAMPING_SEARCH)
    user_damping: float = param(5.0, "Imagined mean ratings of each person.", low=0.0, high=1000.0)
    item_damping: float = param(3.0, "Imagined mean ratings of each item.", low=0.0, high=1000.0)
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class ItemKNNRating(RatingNeighbours):
    """Neighbours are the items of the history that are most like the item, of whatever domain.

    Likeness is that of :class:`~xdrec_app.models.rating_neighbours.Likeness` over the people who rated both; what a
    source's item says counts `source_weight`.
    """

    key: ClassVar[str] = "item_knn_rating"
    title: ClassVar[str] = "Item-kNN for ratings"
    family: ClassVar[str] = "Neighbourhood"
    reference: ClassVar[str] = (
        "Sarwar et al.: Item-based collaborative filtering recommendation algorithms. WWW 2001; "
        "Koren: Factor in the neighbors. TKDD 2010, section 2.2"
    )
    Params: ClassVar[type[Params]] = ItemKNNRatingParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="rating", rating=True, fold_in=True, needs=("ratings",))

    def _learn(self, deviations: sparse.csr_matrix, compared: sparse.csr_matrix) -> Job[None]:
        by_item = sparse.csr_matrix(compared.T)
        likeness = Likeness(by_item, np.ones(compared.shape[0], np.float32), self.params.shrinkage)
        blocks, n = [], self.n_target_items
        for start in range(0, n, ITEMS_PER_BLOCK):
            stop = min(start + ITEMS_PER_BLOCK, n)
            blocks.append(self._nearest(likeness.to(by_item[start:stop]), start))
            yield Progress(done=stop, total=n, unit="items", message=f"{self.title}: comparing items")
        self._neighbours = sparse.csr_matrix(sparse.vstack(blocks).T)

    def _nearest(self, likeness: Floats, start: int) -> sparse.csr_matrix:
        """Keep the largest of each row, as the weight of what the neighbour says."""
        n, n_items = likeness.shape
        likeness[np.arange(n), np.arange(start, start + n)] = 0  # no item is its own neighbour
        likeness[likeness == 0] = np.nan
        neighbours, values = top_k(likeness, min(self.params.n_neighbours, n_items))
        found = neighbours != NO_ITEM
        weights = values[found] ** self.params.amplification * self._weights(neighbours[found])
        return sparse.csr_matrix((weights, (np.nonzero(found)[0], neighbours[found])), shape=(n, n_items))

    def _neighbours_say(self, deviations: sparse.csr_matrix, biases: Floats) -> Floats:
        said = (deviations @ self._neighbours).toarray()
        weights = (as_ones(deviations) @ self._neighbours).toarray()
        return np.asarray(said / np.maximum(weights + self.params.damping, 1e-12), np.float32)

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return {**super().arrays(), **csr_arrays("neighbours", self._neighbours)}

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        super().load_arrays(arrays)
        self._neighbours = csr_from(arrays, "neighbours", (self.n_items, self.n_target_items))
