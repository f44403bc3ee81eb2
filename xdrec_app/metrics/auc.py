"""Area under the ROC curve."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import Bools, Doubles, LikingMetric, liking_metrics


@liking_metrics.register
class Auc(LikingMetric):
    """Probability that a liked row is scored above one that is not liked; equal scores count as half.

    From the ranks of the liked rows, with equal scores sharing the middle of their ranks (Mann and Whitney 1947).
    """

    key = "auc"
    title = "AUC"

    def value(self, scores: Doubles, liked: Bools) -> float:
        """See :meth:`LikingMetric.value`."""
        n_liked = int(liked.sum())
        n_others = len(liked) - n_liked
        if n_liked == 0 or n_others == 0:
            return float("nan")
        _, positions, counts = np.unique(scores, return_inverse=True, return_counts=True)
        middles = np.cumsum(counts) - (counts - 1) / 2
        rank_sum = float(middles[positions[liked]].sum())
        return (rank_sum - n_liked * (n_liked + 1) / 2) / (n_liked * n_others)
