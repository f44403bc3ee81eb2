"""User-kNN over all domains: people are alike by what they did anywhere, and recommend to each other in the target."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Doubles, Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, Recommender, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.neighbourhood import (
    SOURCE_WEIGHT_PARAM,
    csr_arrays,
    csr_from,
    history_matrix,
    without_evidence,
)
from xdrec_app.models.ranking import top_k

CELLS_PER_BLOCK = 1 << 22
"""So many likenesses are held at once, whatever the number of people."""

TINY = 1e-12
"""Keeps a division defined for people without history."""


class UserKNNParams(Params):
    """Hyper-parameters of :class:`UserKNN`."""

    n_neighbours: int = param(
        50, "Nearest people who recommend.", low=1, high=10_000, search=Search(low=10, high=500, log=True)
    )
    shrinkage: float = param(
        1.0, "Damps likeness that rests on few items.", low=0.0, high=10_000, search=Search(low=0, high=50)
    )
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class UserKNN(Recommender):
    r"""Scores are sums over the nearest people of their likeness times what they did in the target.

    With x a person's history over all domains, a source's interactions counting `source_weight`,

    .. math:: s_{uv} = \frac{x_u \cdot x_v}{\lVert x_u \rVert \lVert x_v \rVert + \text{shrinkage}}

    A person of the training data is their own nearest one too, which adds only to items they already had.
    """

    key: ClassVar[str] = "user_knn"
    title: ClassVar[str] = "User-kNN"
    family: ClassVar[str] = "Neighbourhood"
    reference: ClassVar[str] = "Herlocker et al., An Algorithmic Framework for Collaborative Filtering, SIGIR 1999"
    Params: ClassVar[type[Params]] = UserKNNParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True)

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        yield Tick()
        rows = data.interactions
        self._history = history_matrix(rows, data.n_users, data.n_items, data.n_target_items, self.params.source_weight)
        self._prepare()
        return FitReport()

    def _prepare(self) -> None:
        """Derive from the history what every scoring needs."""
        self._by_item = sparse.csr_matrix(self._history.T)
        self._norms = _norms(self._history)
        self._in_target = sparse.csr_matrix(self._history[:, : self.n_target_items])
        self._known_items = np.bincount(self._in_target.indices, minlength=self.n_target_items) > 0

    def user_states(self, users: Ints) -> States:
        """See :meth:`Recommender.user_states`: rows of the history matrix."""
        return self._history[users]

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`."""
        return history_matrix(histories, n_people, self.n_items, self.n_target_items, self.params.source_weight)

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`."""
        history = sparse.csr_matrix(states)
        scores = np.empty((history.shape[0], self.n_target_items), np.float32)
        step = max(1, CELLS_PER_BLOCK // len(self.users))
        for start in range(0, history.shape[0], step):
            block = slice(start, start + step)
            scores[block] = (self._nearest(history[block]) @ self._in_target).toarray()
        return without_evidence(scores, np.diff(history.indptr) > 0, self._known_items)

    def _nearest(self, history: sparse.csr_matrix) -> sparse.csr_matrix:
        """Return the likeness to the nearest people, float32 CSR [n, n_users]."""
        products = (history @ self._by_item).toarray()
        norms = np.outer(_norms(history), self._norms)
        likeness = (products / np.maximum(norms + self.params.shrinkage, TINY)).astype(np.float32)
        n_kept = min(self.params.n_neighbours + 1, likeness.shape[1])  # one more: a person may find themselves
        neighbours, values = top_k(likeness, n_kept)
        rows = np.repeat(np.arange(len(likeness)), n_kept)
        return sparse.csr_matrix((values.ravel(), (rows, neighbours.ravel())), shape=likeness.shape)

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return csr_arrays("history", self._history)

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._history = csr_from(arrays, "history", (len(self.users), self.n_items))
        self._prepare()


def _norms(history: sparse.csr_matrix) -> Doubles:
    squares: Doubles = np.asarray(history.multiply(history).sum(axis=1), np.float64).ravel()
    return np.sqrt(squares)
