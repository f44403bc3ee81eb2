"""Intra-list diversity by tags."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from xdrec_app.metrics.base import EMPTY_PLACE, Doubles, Ints, ItemFacts, ListMetric, list_metrics


@list_metrics.register
class Diversity(ListMetric):
    """One less the mean cosine between the tags of two items of the first k places (Ziegler et al. 2005).

    Items without tags are passed over; NaN for a list with fewer than two others. With unit vectors v the sum over all
    pairs i ≠ j of v_i · v_j is ‖Σ v_i‖² - n, so no pair is ever looked at.
    """

    key = "diversity"
    title = "Diversity"

    def values(self, items: Ints, facts: ItemFacts, k: int) -> Doubles:
        """See :meth:`ListMetric.values`."""
        if facts.tags is None:
            return np.full(len(items), np.nan)
        n_tags = np.diff(facts.tags.indptr)
        vectors = sparse.diags_array(1 / np.sqrt(np.maximum(n_tags, 1))) @ facts.tags.astype(np.float64)
        shown = items[:, :k]
        is_tagged = (shown != EMPTY_PLACE) & (n_tags[shown] > 0)
        lists, places = np.nonzero(is_tagged)
        shape = (len(items), len(n_tags))
        chosen = sparse.csr_matrix((np.ones(len(lists)), (lists, shown[lists, places])), shape=shape)
        totals = chosen @ vectors
        n = is_tagged.sum(axis=1).astype(np.float64)
        cosines = np.asarray(totals.multiply(totals).sum(axis=1)).ravel() - n
        n_pairs = n * (n - 1)
        similarity = np.divide(cosines, n_pairs, out=np.full(len(items), np.nan), where=n_pairs > 0)
        distance: Doubles = np.clip(1 - similarity, 0.0, 1.0)
        return distance
