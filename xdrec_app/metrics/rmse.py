"""Root mean squared error."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import Doubles, RatingMetric, rating_metrics


@rating_metrics.register
class Rmse(RatingMetric):
    """Square root of the mean squared difference between predicted and given rating."""

    key = "rmse"
    title = "RMSE"

    def losses(self, predictions: Doubles, truths: Doubles) -> Doubles:
        """See :meth:`RatingMetric.losses`."""
        return (predictions - truths) ** 2

    def of_mean(self, mean: Doubles) -> Doubles:
        """See :meth:`RatingMetric.of_mean`."""
        return np.sqrt(mean)
