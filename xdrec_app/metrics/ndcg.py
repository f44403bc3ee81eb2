"""Normalised discounted cumulative gain."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import Doubles, RankedHits, RankingMetric, ranking_metrics


@ranking_metrics.register
class Ndcg(RankingMetric):
    """Hits weighted by 1 / log2(place + 1), over the best that was possible (Järvelin and Kekäläinen 2002).

    Gains are binary; the ideal list starts with min(n_relevant, k) relevant items.
    """

    key = "ndcg"
    title = "NDCG"

    def values(self, ranked: RankedHits, k: int) -> Doubles:
        """See :meth:`RankingMetric.values`."""
        discounts = 1.0 / np.log2(np.arange(k) + 2.0)
        hits = ranked.hits[:, :k]
        ideal = np.cumsum(discounts)[np.minimum(ranked.n_relevant, k) - 1]
        gained = hits @ discounts[: hits.shape[1]]
        share: Doubles = gained / ideal
        return share
