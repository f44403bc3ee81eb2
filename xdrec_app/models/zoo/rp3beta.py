"""RP3beta over the joint graph of people and items (Paudel et al., "Updatable, Accurate, Diverse", TiiS 2017)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.base import recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.neighbourhood import HALF_LIFE_PARAM, SOURCE_WEIGHT_PARAM, LinearRecommender
from xdrec_app.models.ranking import NO_ITEM, top_k

ITEMS_PER_BLOCK = 512


class RP3BetaParams(Params):
    """Hyper-parameters of :class:`RP3Beta`."""

    alpha: float = param(
        1.0,
        "Exponent of the chance of a step; below 1 rare steps count more.",
        low=0.0,
        high=4.0,
        search=Search(low=0.3, high=1.5),
    )
    beta: float = param(
        0.6,
        "How much popular items are damped: a score is divided by the item's interactions to this power.",
        low=0.0,
        high=2.0,
        search=Search(low=0, high=1),
    )
    n_neighbours: int = param(
        200, "Items kept that lead to each target item.", low=1, high=10_000, search=Search(low=20, high=500, log=True)
    )
    source_weight: float = SOURCE_WEIGHT_PARAM
    half_life: float = HALF_LIFE_PARAM


@recommenders.register
class RP3Beta(LinearRecommender):
    r"""A random walk of three steps from a person: to an item they know, to somebody who has it, to an item of theirs.

    With :math:`n_i` the weighted number of people of item i and :math:`n_u` of items of person u, of whatever domain, a
    step from i to u has the chance :math:`p_{iu} = x_{ui} / n_i` and one back :math:`p_{uj} = x_{uj} / n_u`;

    .. math:: w_{ij} = \frac{1}{n_j^\beta} \sum_u p_{iu}^\alpha \, p_{uj}^\alpha

    and for each target item j only the `n_neighbours` largest are kept. Beside EASE it needs memory for what is kept
    alone, so it grows with the interactions and not with the square of the catalogue.
    """

    key: ClassVar[str] = "rp3beta"
    title: ClassVar[str] = "RP3β"
    family: ClassVar[str] = "Neighbourhood"
    reference: ClassVar[str] = "Paudel et al., Updatable, Accurate, Diverse, and Scalable Recommendations, TiiS 2017"
    Params: ClassVar[type[Params]] = RP3BetaParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True)

    def _weights(self, history: sparse.csr_matrix, n_target_items: int) -> Job[sparse.csr_matrix]:
        """Return the chances of walks, float32 CSR [n_items, n_target_items]."""
        alpha = self.params.alpha
        to_items = _steps(history, alpha)
        to_people = _steps(sparse.csr_matrix(history.T), alpha)
        by_target = sparse.csr_matrix(to_items.T)
        sizes = np.asarray(history.sum(axis=0), np.float64).ravel()[:n_target_items]
        damping = np.power(np.maximum(sizes, 1), -self.params.beta)
        from_people = sparse.csr_matrix(to_people.T)
        blocks = []
        for start in range(0, n_target_items, ITEMS_PER_BLOCK):
            stop = min(start + ITEMS_PER_BLOCK, n_target_items)
            chances = (by_target[start:stop] @ from_people).toarray() * damping[start:stop, None]
            blocks.append(self._strongest(chances.astype(np.float32), start))
            yield Progress(done=stop, total=n_target_items, unit="items", message="RP3β: walking")
        return sparse.csr_matrix(sparse.vstack(blocks).T)

    def _strongest(self, chances: Floats, start: int) -> sparse.csr_matrix:
        """Keep the largest of each row [n, n_items]; row r belongs to target item `start` + r."""
        n, n_items = chances.shape
        chances[np.arange(n), np.arange(start, start + n)] = np.nan  # no item leads to itself
        chances[chances == 0] = np.nan
        items, values = top_k(chances, min(self.params.n_neighbours, n_items))
        found = items != NO_ITEM
        return sparse.csr_matrix((values[found], (np.nonzero(found)[0], items[found])), shape=(n, n_items))


def _steps(matrix: sparse.csr_matrix, alpha: float) -> sparse.csr_matrix:
    """Return the chance of each step from a row to a column, to the power of alpha, float32 CSR."""
    sums = np.asarray(matrix.sum(axis=1), np.float64).ravel()
    chances = matrix.data / np.repeat(sums, np.diff(matrix.indptr))
    return sparse.csr_matrix((np.power(chances, alpha).astype(np.float32), matrix.indices, matrix.indptr), matrix.shape)
