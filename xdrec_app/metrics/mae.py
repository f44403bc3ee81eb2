"""Mean absolute error."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import Doubles, RatingMetric, rating_metrics


@rating_metrics.register
class Mae(RatingMetric):
    """Mean absolute difference between predicted and given rating."""

    key = "mae"
    title = "MAE"

    def losses(self, predictions: Doubles, truths: Doubles) -> Doubles:
        """See :meth:`RatingMetric.losses`."""
        return np.abs(predictions - truths)
