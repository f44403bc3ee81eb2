"""Mean average precision."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import Doubles, RankedHits, RankingMetric, ranking_metrics


@ranking_metrics.register
class AveragePrecision(RankingMetric):
    """Precision at the place of each hit among the first k, summed, over the number of all relevant items.

    As in trec_eval's ``map_cut``: a list of k places cannot reach 1 where there are more than k relevant items.
    """

    key = "map"
    title = "MAP"

    def values(self, ranked: RankedHits, k: int) -> Doubles:
        """See :meth:`RankingMetric.values`."""
        hits = ranked.hits[:, :k]
        precisions = np.cumsum(hits, axis=1) / (np.arange(hits.shape[1]) + 1.0)
        average: Doubles = (precisions * hits).sum(axis=1) / ranked.n_relevant
        return average
