"""Precision at k."""

from __future__ import annotations

from xdrec_app.metrics.base import Doubles, RankedHits, RankingMetric, ranking_metrics


@ranking_metrics.register
class Precision(RankingMetric):
    """Share of the first k places that hold a relevant item; an empty place counts as a miss."""

    key = "precision"
    title = "Precision"

    def values(self, ranked: RankedHits, k: int) -> Doubles:
        """See :meth:`RankingMetric.values`."""
        share: Doubles = ranked.hits[:, :k].sum(axis=1) / k
        return share
