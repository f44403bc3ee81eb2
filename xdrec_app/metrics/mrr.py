"""Reciprocal rank of the first hit."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import Doubles, RankedHits, RankingMetric, ranking_metrics


@ranking_metrics.register
class ReciprocalRank(RankingMetric):
    """One over the place of the first relevant item, 0 when none stands in the first k places."""

    key = "mrr"
    title = "MRR"

    def values(self, ranked: RankedHits, k: int) -> Doubles:
        """See :meth:`RankingMetric.values`."""
        hits = ranked.hits[:, :k]
        return np.where(hits.any(axis=1), 1.0 / (hits.argmax(axis=1) + 1.0), 0.0)
