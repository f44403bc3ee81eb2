from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xdrec_app.datasets.interactions import Interactions
from xdrec_app.explanation import leave_one_out
from xdrec_app.explanation.additive import AdditiveShares
from xdrec_app.explanation.base import choose, explainers
from xdrec_app.explanation.leave_one_out import LeaveOneOut

ITEMS = np.array([0, 2], np.int32)
HISTORY = Interactions.of([0, 0, 0], [1, 3, 5], [4.0, 2.0, 1.0])


def score(model, history, item):
    return float(model.scores_of(model.fold_in(history, 1))[0, item])


def test_every_file_registers():
    assert explainers.keys() == ["additive", "leave_one_out", "occlusion", "popularity"]
    assert explainers.broken == {}


@pytest.mark.parametrize(
    ("kind", "explainer"), [("additive", "additive"), ("folding", "leave_one_out"), ("plain", "popularity")]
)
def test_the_most_exact_explainer_that_fits_the_model_is_chosen(kind, explainer, make_model):
    assert choose(make_model(kind=kind)).key == explainer


def test_additive_amounts_sum_to_the_score(make_model):
    model = make_model(np.random.default_rng(0).normal(size=(6, 3)), "additive")
    for item, found in zip(ITEMS, AdditiveShares().explain(model, HISTORY, ITEMS), strict=True):
        assert sum(one.amount for one in found) == pytest.approx(score(model, HISTORY, item), rel=1e-5)


def test_weights_are_shares_of_the_support_and_what_speaks_against_has_none(make_model):
    weights = np.zeros((6, 3))
    weights[[1, 3, 5], 0] = [1.0, 2.0, -3.0]
    (found,) = AdditiveShares().explain(make_model(weights, "additive"), HISTORY, np.array([0], np.int32))
    assert [(one.row, one.item, one.amount, one.weight) for one in found] == [
        (0, 1, 4.0, 0.5),
        (1, 3, 4.0, 0.5),
        (2, 5, -3.0, 0.0),
    ]


def test_an_additive_explainer_refuses_another_model(make_model):
    with pytest.raises(TypeError, match="no sum over the history"):
        AdditiveShares().explain(make_model(), HISTORY, ITEMS)


def test_both_exact_explainers_agree_on_an_additive_model(make_model):
    model = make_model(np.random.default_rng(1).normal(size=(6, 3)), "additive")
    ours, theirs = (one().explain(model, HISTORY, ITEMS) for one in (AdditiveShares, LeaveOneOut))
    for first, second in zip(ours, theirs, strict=True):
        assert [one.row for one in first] == [one.row for one in second]
        np.testing.assert_allclose([one.amount for one in first], [one.amount for one in second], atol=1e-5)
        np.testing.assert_allclose([one.weight for one in first], [one.weight for one in second], atol=1e-5)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), n_rows=st.integers(1, 6))
def test_removing_the_first_reason_lowers_the_score_most(seed, n_rows, make_model):
    random = np.random.default_rng(seed)
    model = make_model(random.normal(size=(6, 3)), shape=lambda scores: np.tanh(scores / 3) + scores**3 / 50)
    items = random.permutation(6)[:n_rows]
    history = Interactions.of(np.zeros(n_rows), items, random.integers(1, 6, n_rows))
    (found,) = LeaveOneOut().explain(model, history, np.array([1], np.int32))
    full = score(model, history, 1)
    drops = [full - score(model, history.take(np.arange(n_rows) != row), 1) for row in range(n_rows)]
    assert found[0].row == int(np.argmax(drops))
    for one in found:
        assert one.amount == pytest.approx(drops[one.row], abs=1e-6)
    assert sum(one.weight for one in found) == pytest.approx(1.0 if max(drops) > 0 else 0.0)


def test_a_score_that_hangs_on_one_row_is_owed_to_it(make_model):
    def none_without_history(scores):
        return np.where(scores.any(axis=1, keepdims=True), scores, np.nan)

    model = make_model(np.ones((6, 3)), shape=none_without_history)
    (found,) = LeaveOneOut().explain(model, HISTORY.take(np.array([0])), np.array([0], np.int32))
    assert [(one.amount, one.weight) for one in found] == [(4.0, 1.0)]


def test_an_item_without_a_score_has_no_reasons(make_model):
    model = make_model(np.full((6, 3), np.nan))
    assert LeaveOneOut().explain(model, HISTORY, ITEMS) == [[], []]


def test_a_long_history_is_folded_in_by_blocks(make_model, monkeypatch):
    model = make_model(np.random.default_rng(2).normal(size=(6, 3)))
    whole = LeaveOneOut().explain(model, HISTORY, ITEMS)
    monkeypatch.setattr(leave_one_out, "MAX_SCORES", 6)
    model.largest_fold = 0
    assert LeaveOneOut().explain(model, HISTORY, ITEMS) == whole
    assert model.largest_fold == 2


@pytest.mark.parametrize("kind", ["folding", "additive", "plain"])
def test_an_empty_history_gives_no_reasons(kind, make_model):
    model = make_model(kind=kind)
    assert choose(model).explain(model, Interactions.of([], []), ITEMS) == [[], []]
