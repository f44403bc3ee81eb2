"""Calibration: whether what is predicted as 4 is rated 4 on average."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xdrec_app.metrics.base import CalibrationMetric, Doubles, Longs, calibration_metrics

N_BINS = 10


class CalibrationBins(NamedTuple):
    """Rows gathered by their prediction, ascending.

    Attributes
    ----------
    predicted, actual
        float64 [n_bins]: mean prediction and mean given rating.
    counts
        int64 [n_bins], at least 1.
    """

    predicted: Doubles
    actual: Doubles
    counts: Longs


def calibration_bins(predictions: Doubles, truths: Doubles, n_bins: int = N_BINS) -> CalibrationBins:
    """Gather rows into at most `n_bins` bins of about equally many rows; equal predictions share a bin."""
    if len(predictions) == 0:
        return CalibrationBins(np.empty(0), np.empty(0), np.empty(0, np.int64))
    inner = np.quantile(predictions, np.arange(1, n_bins) / n_bins, method="inverted_cdf")
    numbers = np.searchsorted(np.unique(inner), predictions, side="left")
    counts = np.bincount(numbers)
    used = counts > 0
    sums = [np.bincount(numbers, weights=values)[used] for values in (predictions, truths)]
    return CalibrationBins(sums[0] / counts[used], sums[1] / counts[used], counts[used])


@calibration_metrics.register
class CalibrationError(CalibrationMetric):
    """Expected calibration error: mean distance between predicted and actual mean of the bins, weighted by their rows.

    On the scale of the ratings (Naeini et al. 2015, with bins of equally many rows).
    """

    key = "ece"
    title = "Calibration error"

    def value(self, predictions: Doubles, truths: Doubles) -> float:
        """See :meth:`CalibrationMetric.value`."""
        if len(predictions) == 0:
            return float("nan")
        bins = calibration_bins(predictions, truths)
        return float(np.average(np.abs(bins.predicted - bins.actual), weights=bins.counts))
