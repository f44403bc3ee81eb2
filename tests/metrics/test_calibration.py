"""Calibration bins and the expected calibration error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from xdrec_app.metrics.calibration import CalibrationError, calibration_bins


def test_bins_agree_with_those_of_sklearn_where_no_two_predictions_are_equal():
    random = np.random.default_rng(0)
    predictions = random.random(1_000)
    truths = (random.random(1_000) < predictions).astype(float)
    bins = calibration_bins(predictions, truths)
    actual, predicted = calibration_curve(truths, predictions, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(bins.predicted, predicted, atol=0.002)
    np.testing.assert_allclose(bins.actual, actual, atol=0.02)
    assert bins.counts.tolist() == [100] * 10


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=60), st.integers(1, 12))
def test_bins_hold_every_row_once_and_equal_predictions_together(rows, n_bins):
    predictions, truths = np.array(rows, float).T
    bins = calibration_bins(predictions, truths, n_bins)
    assert bins.counts.sum() == len(rows)
    assert (bins.counts > 0).all()
    assert len(bins.counts) <= n_bins
    assert (np.diff(bins.predicted) > 0).all()
    assert bins.counts @ bins.predicted == pytest.approx(predictions.sum())
    assert bins.counts @ bins.actual == pytest.approx(truths.sum())


def test_the_error_is_the_shift_when_everything_is_predicted_too_high():
    truths = np.linspace(1, 4, 50)
    assert CalibrationError().value(truths + 0.5, truths) == pytest.approx(0.5)


def test_a_constant_prediction_of_the_mean_is_calibrated():
    truths = np.array([1.0, 5.0, 3.0])
    assert CalibrationError().value(np.full(3, 3.0), truths) == 0.0
