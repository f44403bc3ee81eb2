"""User-kNN for ratings: what people who judge alike, anywhere, think of the item (Herlocker 1999)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.base import Arrays, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM
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
    split_states,
)


class UserKNNRatingParams(Params):
    """Hyper-parameters of :class:`UserKNNRating`."""

    n_neighbours: int = param(
        300, "Nearest people who are asked.", low=1, high=10_000, search=Search(low=50, high=1000, log=True)
    )
    similarity: Similarity = param("pearson_baseline", SIMILARITY_WORDS)
    shrinkage: float = param(
        100.0, "Damps likeness that rests on few items.", low=0.0, high=10_000, search=Search(low=5, high=300, log=True)
    )
    amplification: float = AMPLIFICATION_PARAM
    damping: float = param(0.1, DAMPING_WORDS, low=0.0, high=100.0, search=DAMPING_SEARCH)
    user_damping: float = param(5.0, "Imagined mean ratings of each person.", low=0.0, high=1000.0)
    item_damping: float = param(3.0, "Imagined mean ratings of each item.", low=0.0, high=1000.0)
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class UserKNNRating(RatingNeighbours):
    """Neighbours are the people who judge as this person does, over the items of all domains.

    Likeness is that of :class:`~xdrec_app.models.rating_neighbours.Likeness`; an item of a source counts
    `source_weight` in it.
    """

    key: ClassVar[str] = "user_knn_rating"
    title: ClassVar[str] = "User-kNN for ratings"
    family: ClassVar[str] = "Neighbourhood"
    reference: ClassVar[str] = "Herlocker et al., An Algorithmic Framework for Collaborative Filtering, SIGIR 1999"
    Params: ClassVar[type[Params]] = UserKNNRatingParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="rating", rating=True, fold_in=True, needs=("ratings",))

    def _learn(self, deviations: sparse.csr_matrix, compared: sparse.csr_matrix) -> Job[None]:
        yield Tick()
        self._prepare(deviations, compared)

    def _prepare(self, deviations: sparse.csr_matrix, compared: sparse.csr_matrix) -> None:
        weights = self._weights(np.arange(self.n_items, dtype=np.int32))
        self._likeness = Likeness(compared, weights, self.params.shrinkage)
        self._in_target = sparse.csr_matrix(deviations[:, : self.n_target_items])
        self._rated_in_target = as_ones(self._in_target)

    def _neighbours_say(self, deviations: sparse.csr_matrix, biases: Floats) -> Floats:
        likeness = self._likeness.to(self._compared(deviations, biases))
        likeness[likeness == 0] = np.nan
        neighbours, values = top_k(likeness, min(self.params.n_neighbours, likeness.shape[1]))
        found = neighbours != NO_ITEM
        weights = sparse.csr_matrix(
            (values[found] ** self.params.amplification, (np.nonzero(found)[0], neighbours[found])), likeness.shape
        )
        said, total = (weights @ self._in_target).toarray(), (weights @ self._rated_in_target).toarray()
        return np.asarray(said / np.maximum(total + self.params.damping, 1e-12), np.float32)

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        super().load_arrays(arrays)
        deviations, biases = split_states(self._states)
        self._prepare(deviations, self._compared(deviations, biases))
