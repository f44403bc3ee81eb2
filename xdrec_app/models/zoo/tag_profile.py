"""Tag profile: items of the target whose tags are those of a person's history, of whatever domain."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Bools, Doubles, Floats, Ints, Longs
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, Recommender, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.features import tag_features
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM, csr_arrays, csr_from, without_evidence


class TagProfileParams(Params):
    """Hyper-parameters of :class:`TagProfile`."""

    dislike_weight: float = param(
        0.25,
        "How much a disliked item speaks against its tags, beside a liked one for them.",
        low=0.0,
        high=2.0,
        search=Search(low=0, high=1),
    )
    rarity: float = param(
        1.0,
        "Power of the tags' rarity (idf): 0 counts all tags alike.",
        low=0.0,
        high=4.0,
        search=Search(low=0, high=2),
    )
    popularity: float = param(
        1.0,
        "Power of an item's popularity in its score: 0 goes by tags alone.",
        low=0.0,
        high=2.0,
        search=Search(low=0, high=1),
    )
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class TagProfile(Recommender):
    r"""A person's profile is the sum of the tags they liked less those they disliked; items are matched with it.

    With :math:`t_j` the tf-idf vector of item j, of length 1, and :math:`w_{uj}` 1 for a liked item and
    `-dislike_weight` for a disliked one, times `source_weight` in a source,

    .. math:: s_{ui} = g_i \, t_i^\top \sum_{j \in H_u} w_{uj} t_j, \qquad g_i = (1 + n_i)^\text{popularity}

    where n people liked item i; of an item that nobody has touched, as many as usually like items with its tags. All
    domains share one vocabulary of tags, so taste crosses over even where they share no items and hardly any people.
    """

    key: ClassVar[str] = "tag_profile"
    title: ClassVar[str] = "Tag profile"
    family: ClassVar[str] = "Content"
    reference: ClassVar[str] = (
        "Pazzani and Billsus: Content-based recommendation systems. The Adaptive Web, 2007 (Rocchio over tf-idf)"
    )
    Params: ClassVar[type[Params]] = TagProfileParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True, new_items=True, needs=("tags",))

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        self._tags = _weighted(tag_features(data.catalogue).matrix, data.n_target_items, self.params.rarity)
        yield Progress(done=0, total=1, message="Tag profile: reading histories")
        in_target = data.interactions.items < data.n_target_items
        items = data.interactions.items[in_target]
        n_liked = np.bincount(items[data.liked()[in_target]], minlength=data.n_target_items)
        is_known = np.bincount(items, minlength=data.n_target_items) > 0
        liked = np.where(is_known, n_liked, _usual(n_liked, is_known, self._tags[: data.n_target_items]))
        self._factors: Floats = ((1.0 + liked) ** self.params.popularity).astype(np.float32)
        self._history = self._weigh(data.interactions, data.n_users)
        return FitReport()

    def user_states(self, users: Ints) -> States:
        """See :meth:`Recommender.user_states`: weighted histories, CSR [n, n_items]."""
        return self._history[users]

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`."""
        return self._weigh(histories, n_people)

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; NaN without a tag on either side."""
        history = sparse.csr_matrix(states)
        tags = self._tags[: self.n_target_items]
        scores: Floats = ((history @ self._tags) @ tags.T).toarray() * self._factors
        return without_evidence(scores, np.diff(history.indptr) > 0, np.diff(tags.indptr) > 0)

    def contributions(self, history: Interactions, item: int) -> Floats:
        """See :meth:`~xdrec_app.models.base.Additive.contributions`."""
        weights = self._row_weights(history)
        if not (weights.any() and self._tags[[item]].nnz):
            return np.full(len(history), np.nan, np.float32)
        likeness = (self._tags[history.items] @ self._tags[[item]].T).toarray().ravel()
        shares: Floats = weights * likeness * self._factors[item]
        return shares

    def _weigh(self, rows: Interactions, n_people: int) -> sparse.csr_matrix:
        """Return what each row of tagged items says, float32 CSR [n_people, n_items]."""
        matrix = rows.matrix(n_people, self.n_items, self._row_weights(rows))
        matrix.eliminate_zeros()
        return matrix

    def _row_weights(self, rows: Interactions) -> Floats:
        """Return w of each row, float32 [n_rows]; 0 where the item has no tags."""
        lows, highs = (np.array(ends, np.float32) for ends in zip(*self.scales, strict=True))
        sizes = [part.stop - part.start for part in self.catalogue.slices]
        domains = np.repeat(np.arange(len(sizes)), sizes)[rows.items]
        is_disliked = (lows < highs)[domains] & (rows.values < ((lows + highs) / 2)[domains])
        weights = np.where(is_disliked, -self.params.dislike_weight, 1.0)
        weights *= np.where(rows.items < self.n_target_items, 1.0, self.params.source_weight)
        weights *= (np.diff(self._tags.indptr) > 0)[rows.items]
        return weights.astype(np.float32)

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return {**csr_arrays("history", self._history), **csr_arrays("tags", self._tags), "factors": self._factors}

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._history = csr_from(arrays, "history", (len(self.users), self.n_items))
        n_tags = int(arrays["tags.indices"].max(initial=-1)) + 1
        self._tags = csr_from(arrays, "tags", (self.n_items, n_tags))
        self._factors = arrays["factors"]


def _weighted(tags: sparse.csr_matrix, n_target_items: int, rarity: float) -> sparse.csr_matrix:
    """Return rows of length 1 of what tags weigh; rarity is that in the target, so that sources do not shift it."""
    occurs = np.bincount(tags[:n_target_items].indices, minlength=tags.shape[1])
    idf = np.log((1.0 + n_target_items) / (1.0 + occurs)) + 1.0
    weighted = tags @ sparse.diags_array(idf**rarity)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags_array(1 / np.maximum(lengths, 1e-12)) @ weighted, dtype=np.float32)


def _usual(n_liked: Ints | Longs, is_known: Bools, tags: sparse.csr_matrix) -> Doubles:
    """Return how many people usually like an item with such tags, float64 [n_items]; 0 where it has none."""
    has = sparse.csr_matrix((np.ones(tags.nnz), tags.indices, tags.indptr), tags.shape)
    of_tag = (has[is_known].T @ n_liked[is_known]) / np.maximum(np.asarray(has[is_known].sum(axis=0)).ravel(), 1)
    means: Doubles = (has @ of_tag) / np.maximum(np.diff(has.indptr), 1)
    return means
