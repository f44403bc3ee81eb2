"""Hit rate at k."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import Doubles, RankedHits, RankingMetric, ranking_metrics


@ranking_metrics.register
class Hit(RankingMetric):
    """1 when at least one relevant item stands in the first k places, otherwise 0."""

    key = "hit"
    title = "Hit rate"

    def values(self, ranked: RankedHits, k: int) -> Doubles:
        """See :meth:`RankingMetric.values`."""
        return np.where(ranked.hits[:, :k].any(axis=1), 1.0, 0.0)
