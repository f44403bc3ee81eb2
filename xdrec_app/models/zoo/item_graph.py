"""Item graph: who interacts with what, filtered on the graph of items, and tags for items nobody had yet."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import linalg, sparse

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.graph import degrees, inverse_power, joint_graph, normalised
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, Recommender, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.features import tag_features
from xdrec_app.models.neighbourhood import HALF_LIFE_PARAM, SOURCE_WEIGHT_PARAM, csr_arrays, csr_from, history_weights

N_ITERATIONS = 6
N_SPARE = 32
"""Vectors iterated beyond those kept: the last ones settle much faster so."""


class ItemGraphParams(Params):
    """Hyper-parameters of :class:`ItemGraph`."""

    n_frequencies: int = param(
        128, "Smoothest directions of the graph that are kept.", low=1, high=4096, search=Search(low=32, high=512)
    )
    smoothness: float = param(
        0.1, "How much rougher directions are damped, λ.", low=0.0, high=10.0, search=Search(low=0.01, high=1, log=True)
    )
    degree_offset: float = param(
        5.0,
        "Added to every degree, τ, so that small groups of people and items do not pass for smooth directions.",
        low=0.0,
        high=1000.0,
        search=Search(low=1, high=30, log=True),
    )
    popularity: float = param(
        0.3,
        "How much the degree of an item counts when it is offered, c.",
        low=0.0,
        high=1.0,
        search=Search(low=0, high=0.6),
    )
    tag_weight: float = param(
        1.0,
        "How many interactions the tags of an item count as.",
        low=0.001,
        high=1000.0,
        search=Search(low=0.1, high=30, log=True),
    )
    source_weight: float = SOURCE_WEIGHT_PARAM
    half_life: float = HALF_LIFE_PARAM


@recommenders.register
class ItemGraph(Recommender):
    r"""A history is a signal on the graph of all items, and what a low-pass filter leaves of it is the taste.

    Two items of whatever domain are tied by the people who had both: with R the joint interactions, a source's
    weighing `source_weight`, and :math:`\hat R = (D_U + \tau)^{-1/2} R (D_I + \tau)^{-1/2}`, the graph is
    :math:`\hat R^\top \hat R` (that of GF-CF with τ = 0). With V its K smoothest directions and σ² their eigenvalues,
    scores are

    .. math:: s = x D_I^{-c} V \operatorname{diag}\Big(\frac{\sigma^2}{\sigma^2 + \lambda}\Big) V^\top D_I^{c},

    the ideal low-pass of GF-CF (c = ½, λ = 0) with a soft slope, so that its linear filter is not
    needed beside it. Items are also tied by tags: the vector under which an item is offered is averaged with the mean
    of the items with its tags, which count as `tag_weight` interactions; so an item nobody had yet is offered by its
    tags alone, and one without tags as the average item.
    """

    key: ClassVar[str] = "item_graph"
    title: ClassVar[str] = "Item graph"
    family: ClassVar[str] = "Graph"
    reference: ClassVar[str] = (
        "Shen et al., How Powerful is Graph Convolution for Recommendation?, CIKM 2021; directions by randomised "
        "subspace iteration: Halko, Martinsson and Tropp, SIAM Review 53(2), 2011"
    )
    Params: ClassVar[type[Params]] = ItemGraphParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True, new_items=True)

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        params = self.params
        graph = joint_graph(data, params.source_weight)
        item_degrees = degrees(graph, axis=0)
        edges = normalised(graph, degree_offset=params.degree_offset)
        values, vectors = yield from smooth_directions(edges, params.n_frequencies, options.seed)
        gains = values**2 / (values**2 + params.smoothness)
        self._taken: Floats = inverse_power(item_degrees, params.popularity)[:, None] * vectors * gains
        offered = inverse_power(item_degrees, -params.popularity)[:, None] * vectors
        tags = tag_features(data.catalogue).matrix
        averaged = _averaged_over_tags(offered, item_degrees, tags, params.tag_weight)
        self._offered = averaged[: data.n_target_items]
        self._history = self._weigh(data.interactions, data.n_users)
        return FitReport()

    def _strengths(self, rows: Interactions) -> Floats:
        return history_weights(rows, self.n_target_items, self.params.source_weight, self.params.half_life)

    def user_states(self, users: Ints) -> States:
        """See :meth:`Recommender.user_states`: rows of the history matrix."""
        return self._history[users]

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`."""
        return self._weigh(histories, n_people)

    def _weigh(self, rows: Interactions, n_people: int) -> sparse.csr_matrix:
        matrix = rows.matrix(n_people, self.n_items, self._strengths(rows))
        matrix.eliminate_zeros()
        return matrix

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; NaN for people without a history."""
        history = sparse.csr_matrix(states)
        scores: Floats = (history @ self._taken) @ self._offered.T
        scores[np.diff(history.indptr) == 0] = np.nan
        return scores

    def contributions(self, history: Interactions, item: int) -> Floats:
        """See :meth:`~xdrec_app.models.base.Additive.contributions`."""
        strengths = self._strengths(history)
        if not strengths.any():
            return np.full(len(history), np.nan, np.float32)
        terms: Floats = strengths * (self._taken[history.items] @ self._offered[item])
        return terms

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return {**csr_arrays("history", self._history), "taken": self._taken, "offered": self._offered}

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._history = csr_from(arrays, "history", (len(self.users), self.n_items))
        self._taken, self._offered = arrays["taken"], arrays["offered"]


def smooth_directions(graph: sparse.csr_matrix, n_directions: int, seed: int) -> Job[tuple[Floats, Floats]]:
    """Find the largest singular values of a graph and their vectors on the side of the items. A job.

    Randomised subspace iteration (Halko et al., algorithm 4.4): linear in the edges, and no square matrix of items.

    Returns
    -------
    values, vectors : Floats
        Descending, float32 [n], and float32 [n_items, n], with n = `n_directions` or the size of the graph, if smaller.
    """
    n_users, n_items = graph.shape
    width = min(n_directions + N_SPARE, n_users, n_items)
    random = np.random.default_rng(derive_seed(seed, "smooth directions"))
    # row by row, so that items of sources without weight, which come last, change nothing
    vectors = random.standard_normal((n_items, width), np.float32)
    by_item = sparse.csr_matrix(graph.T)
    for iteration in range(N_ITERATIONS):
        vectors = linalg.qr(by_item @ (graph @ vectors), mode="economic", overwrite_a=True)[0]
        yield Progress(done=iteration + 1, total=N_ITERATIONS, message="Item graph: smooth directions")
    _, values, turns = linalg.svd(graph @ vectors, full_matrices=False)
    n = min(n_directions, width)
    return values[:n], np.ascontiguousarray((vectors @ turns.T)[:, :n], np.float32)


def _averaged_over_tags(offered: Floats, item_degrees: Floats, tags: sparse.csr_matrix, tag_weight: float) -> Floats:
    """Return ``(degree * own vector + tag_weight * mean over the tags) / (degree + tag_weight)``.

    Only items with interactions enter the mean; where no tag says anything the mean of all of them stands in.
    """
    known = item_degrees > 0
    has_tag = sparse.csr_matrix((np.ones_like(tags.data), tags.indices, tags.indptr), shape=tags.shape)
    counts = np.asarray(has_tag[known].sum(axis=0)).ravel()
    of_tag = (has_tag[known].T @ offered[known]) / np.maximum(counts, 1)[:, None]
    n_telling = has_tag @ (counts > 0).astype(np.float32)
    of_tags = np.where(
        n_telling[:, None] > 0, (has_tag @ of_tag) / np.maximum(n_telling, 1)[:, None], offered[known].mean(axis=0)
    )
    averaged = (item_degrees[:, None] * offered + tag_weight * of_tags) / (item_degrees + tag_weight)[:, None]
    return np.ascontiguousarray(averaged, np.float32)
