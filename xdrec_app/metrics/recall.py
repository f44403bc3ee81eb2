"""Recall at k."""

from __future__ import annotations

from xdrec_app.metrics.base import Doubles, RankedHits, RankingMetric, ranking_metrics


@ranking_metrics.register
class Recall(RankingMetric):
    """Share of all relevant items that stand in the first k places."""

    key = "recall"
    title = "Recall"

    def values(self, ranked: RankedHits, k: int) -> Doubles:
        """See :meth:`RankingMetric.values`."""
        found: Doubles = ranked.hits[:, :k].sum(axis=1) / ranked.n_relevant
        return found
