"""Novelty: how little known the shown items are."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import EMPTY_PLACE, Doubles, Ints, ItemFacts, ListMetric, list_metrics


@list_metrics.register
class Novelty(ListMetric):
    """Mean self-information of the first k places, -log2 of the share of people who had the item (Zhou et al. 2010).

    In bits: 1 for an item that half of the people had, 10 for one in a thousand. An item that nobody had in training
    counts like one that a single person had. NaN for an empty list.
    """

    key = "novelty"
    title = "Novelty"

    def values(self, items: Ints, facts: ItemFacts, k: int) -> Doubles:
        """See :meth:`ListMetric.values`."""
        bits = -np.log2(np.maximum(facts.counts, 1) / max(facts.n_people, 1))
        shown = items[:, :k]
        is_filled = shown != EMPTY_PLACE
        sums = np.where(is_filled, bits[shown], 0.0).sum(axis=1)
        n_shown = is_filled.sum(axis=1)
        means: Doubles = np.divide(sums, n_shown, out=np.full(len(items), np.nan), where=n_shown > 0)
        return means
