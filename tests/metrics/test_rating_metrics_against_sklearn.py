"""RMSE, MAE, log-loss and AUC give what scikit-learn gives, ties included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import log_loss, mean_absolute_error, roc_auc_score, root_mean_squared_error

from xdrec_app.metrics.auc import Auc
from xdrec_app.metrics.base import rating_metrics
from xdrec_app.metrics.log_loss import LogLoss

RATINGS = st.integers(1, 200).flatmap(
    lambda n: st.tuples(*(arrays(np.float64, n, elements=st.floats(-100, 100)) for _ in range(2)))
)
FEW_LEVELS = st.integers(2, 200).flatmap(
    lambda n: st.tuples(arrays(np.float64, n, elements=st.integers(0, 4)), arrays(np.bool_, n))
)


@pytest.mark.parametrize(("key", "reference"), [("rmse", root_mean_squared_error), ("mae", mean_absolute_error)])
@given(rows=RATINGS)
def test_a_rating_metric_agrees_with_sklearn(key, reference, rows):
    predictions, truths = rows
    assert rating_metrics[key]().value(predictions, truths) == pytest.approx(reference(truths, predictions), abs=1e-12)


PROBABILITIES = st.integers(1, 200).flatmap(
    lambda n: st.tuples(arrays(np.float64, n, elements=st.floats(1e-6, 1 - 1e-6)), arrays(np.bool_, n))
)


@given(rows=PROBABILITIES)
def test_log_loss_agrees_with_sklearn(rows):
    probabilities, happened = rows
    expected = log_loss(happened, probabilities, labels=[False, True])
    assert LogLoss().value(probabilities, happened.astype(float)) == pytest.approx(expected, rel=1e-9)


def test_log_loss_of_a_certain_mistake_is_large_but_a_number():
    assert 15 < LogLoss().value(np.array([0.0, 1.0]), np.array([1.0, 0.0])) < 17


def test_log_loss_says_nothing_about_stars():
    assert LogLoss().applies(np.array([0.0, 1.0, 1.0]))
    assert not LogLoss().applies(np.array([0.0, 1.0, 2.0]))


@given(rows=FEW_LEVELS)
def test_auc_agrees_with_sklearn_on_tied_scores(rows):
    scores, liked = rows
    ours = Auc().value(scores, liked)
    if liked.all() or not liked.any():
        assert np.isnan(ours)
    else:
        assert ours == pytest.approx(roc_auc_score(liked, scores), abs=1e-12)


def test_auc_of_a_constant_scorer_is_a_half():
    assert Auc().value(np.zeros(5), np.array([True, False, False, True, False])) == 0.5


def test_auc_of_a_perfect_and_an_inverse_scorer():
    liked = np.array([False, True, True, False])
    assert Auc().value(liked.astype(float), liked) == 1.0
    assert Auc().value(-liked.astype(float), liked) == 0.0
