"""Logarithmic loss of predicted probabilities."""

from __future__ import annotations

import numpy as np

from xdrec_app.metrics.base import Doubles, RatingMetric, rating_metrics

SMALLEST = float(np.finfo(np.float32).eps)
"""No probability is taken to be nearer to 0 or 1: predictions are of single precision, and certainty is never right."""


@rating_metrics.register
class LogLoss(RatingMetric):
    """Mean of -log of the probability that was given to what happened; only where what happened is 0 or 1.

    Also known as binary cross-entropy: what counts for click probabilities beside the order that AUC judges.
    """

    key = "log_loss"
    title = "Log-loss"

    def applies(self, truths: Doubles) -> bool:
        """See :meth:`RatingMetric.applies`."""
        return bool(np.isin(truths, (0.0, 1.0)).all())

    def losses(self, predictions: Doubles, truths: Doubles) -> Doubles:
        """See :meth:`RatingMetric.losses`."""
        probabilities = np.clip(predictions, SMALLEST, 1 - SMALLEST)
        return -np.where(truths == 1, np.log(probabilities), np.log1p(-probabilities))
