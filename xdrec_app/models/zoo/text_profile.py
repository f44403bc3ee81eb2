"""Text profile: items of the target whose texts mean what a person's history means, of whatever domain."""

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
from xdrec_app.models.neighbourhood import HALF_LIFE_PARAM, SOURCE_WEIGHT_PARAM, csr_arrays, csr_from, history_weights
from xdrec_app.models.whitening import guess, has_vector, whitened


class TextProfileParams(Params):
    """Hyper-parameters of :class:`TextProfile`."""

    encoder: str = param("multilingual", "The language model that reads the texts.")
    size: int = param(
        64, "Directions of meaning that are told apart.", low=2, high=1024, search=Search(low=32, high=256)
    )
    whitening: float = param(
        0.5,
        "How far directions of little variance are brought up to the others: 0 not at all, 1 entirely.",
        low=0.0,
        high=1.0,
        search=Search(low=0, high=1),
    )
    dislike_weight: float = param(
        0.25,
        "How much a disliked item speaks against its meaning, beside a liked one for it.",
        low=0.0,
        high=2.0,
        search=Search(low=0, high=1),
    )
    popularity: float = param(
        8.0, "Weight of an item's popularity beside likeness.", low=0.0, high=100.0, search=Search(low=1, high=16)
    )
    guessed_popularity: float = param(
        1.5,
        "The same for an item nobody has touched, whose popularity is guessed from its text.",
        low=0.0,
        high=100.0,
        search=Search(low=0.2, high=4),
    )
    half_life: float = HALF_LIFE_PARAM
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class TextProfile(Recommender):
    r"""A person's profile is the sum of the vectors they liked less those they disliked; items are matched with it.

    With :math:`v_j` the whitened vector of item j's text, of length 1, and :math:`w_{uj}` 1 for a liked item and
    `-dislike_weight` for a disliked one, times its recency and `source_weight` in a source,

    .. math:: s_{ui} = \sqrt{\frac{n}{\sum_j |w_{uj}|}} \; v_i^\top \sum_{j \in H_u} w_{uj} v_j + \lambda_i p_i

    with n numbers per vector, so that likeness to a history without taste has variance 1 whatever its length, and p the
    standardised logarithm of how many people liked an item; of an item that nobody has touched, what a ridge regression
    on the vectors makes of it. All domains speak through their texts, so no person needs to be shared.
    """

    key: ClassVar[str] = "text_profile"
    title: ClassVar[str] = "Text profile"
    family: ClassVar[str] = "Content"
    reference: ClassVar[str] = (
        "Pazzani and Billsus: Content-based recommendation systems. The Adaptive Web, 2007 (Rocchio); Su et al.: "
        "Whitening sentence representations for better semantics and faster retrieval. 2021"
    )
    Params: ClassVar[type[Params]] = TextProfileParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="ranking", fold_in=True, new_items=True, needs=("vectors",)
    )

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        params, catalogue = self.params, data.catalogue
        yield Progress(done=0, total=2, message="Text profile: whitening vectors")
        self._vectors = whitened(
            catalogue.vectors, catalogue.slices, params.size, params.whitening, params.source_weight
        )
        yield Progress(done=1, total=2, message="Text profile: reading histories")
        in_target = data.interactions.items < data.n_target_items
        items = data.interactions.items[in_target]
        n_liked = np.bincount(items[data.liked()[in_target]], minlength=data.n_target_items)
        is_known = np.bincount(items, minlength=data.n_target_items) > 0
        vectors = self._vectors[: data.n_target_items]
        weights = np.where(is_known, params.popularity, params.guessed_popularity)
        self._offsets: Floats = (weights * _popularity(n_liked, is_known, vectors)).astype(np.float32)
        self._offsets[~is_known & ~has_vector(catalogue.vectors)[: data.n_target_items]] = np.nan
        self._history = self._weigh(data.interactions, data.n_users)
        return FitReport()

    def user_states(self, users: Ints) -> States:
        """See :meth:`Recommender.user_states`: weighted histories, CSR [n, n_items]."""
        return self._history[users]

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`."""
        return self._weigh(histories, n_people)

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; NaN for items nobody touched and without text."""
        history = sparse.csr_matrix(states)
        profiles = (history @ self._vectors) * self._units(abs(history) @ self._has_text)[:, None]
        scores: Floats = np.asarray(profiles @ self._vectors[: self.n_target_items].T + self._offsets, np.float32)
        scores[np.diff(history.indptr) == 0] = np.nan
        return scores

    def contributions(self, history: Interactions, item: int) -> Floats:
        """See :meth:`~xdrec_app.models.base.Additive.contributions`; popularity is shared out by weight."""
        weights = self._row_weights(history)
        total = np.abs(weights).sum()
        if total == 0:
            return np.full(len(history), np.nan, np.float32)
        unit = self._units(np.abs(weights) @ self._has_text[history.items])
        likeness = weights * (self._vectors[history.items] @ self._vectors[item]) * unit
        return np.asarray(likeness + np.abs(weights) / total * self._offsets[item], np.float32)

    @property
    def _has_text(self) -> Floats:
        return np.asarray(self._vectors.any(axis=1), np.float32)

    def _units(self, amounts: Floats) -> Floats:
        """Return what brings sums over histories of a total weight to one scale."""
        return np.asarray(np.sqrt(self._vectors.shape[1] / np.maximum(amounts, 1e-9)), np.float32)

    def _weigh(self, rows: Interactions, n_people: int) -> sparse.csr_matrix:
        """Return what each row says, float32 CSR [n_people, n_items]."""
        matrix = rows.matrix(n_people, self.n_items, self._row_weights(rows))
        matrix.eliminate_zeros()
        return matrix

    def _row_weights(self, rows: Interactions) -> Floats:
        """Return w of each row, float32 [n_rows]."""
        params = self.params
        lows, highs = (np.array(ends, np.float32) for ends in zip(*self.scales, strict=True))
        sizes = [part.stop - part.start for part in self.catalogue.slices]
        domains = np.repeat(np.arange(len(sizes)), sizes)[rows.items]
        is_disliked = (lows < highs)[domains] & (rows.values < ((lows + highs) / 2)[domains])
        weights = history_weights(rows, self.n_target_items, params.source_weight, params.half_life)
        weights *= np.where(is_disliked, np.float32(-params.dislike_weight), np.float32(1))
        return weights

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return {**csr_arrays("history", self._history), "vectors": self._vectors, "offsets": self._offsets}

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._history = csr_from(arrays, "history", (len(self.users), self.n_items))
        self._vectors, self._offsets = arrays["vectors"], arrays["offsets"]


def _popularity(n_liked: Ints | Longs, is_known: Bools, vectors: Floats) -> Doubles:
    """Return the standardised logarithm of how many people like an item, float64 [n_items]; guessed where unknown."""
    logs = np.log1p(n_liked)
    spread = max(float(logs[is_known].std()), 1e-9)
    standard = (logs - logs[is_known].mean()) / spread
    guessed = vectors @ guess(standard, is_known, vectors)
    return np.asarray(np.where(is_known, standard, guessed), np.float64)
