"""What every model keeps to that says itself what a row of a history is worth."""

from __future__ import annotations

import numpy as np
import pytest

from xdrec_app.datasets.interactions import Interactions
from xdrec_app.explanation.base import choose
from xdrec_app.models.base import Occluded, recommenders
from xdrec_app.models.ranking import top_k

KEYS = [model.key for model in recommenders if issubclass(model, Occluded)]


def history_of(data, user):
    rows = data.interactions.take(data.interactions.users == user)
    return Interactions(np.zeros_like(rows.users), rows.items, rows.values, rows.times)


@pytest.mark.parametrize("key", KEYS)
def test_each_row_has_an_amount_for_each_item(lab, key):
    model, data, scores = lab.fit(key, 1)
    history = history_of(data, 4)
    seen = history.items[history.items < data.n_target_items]
    able = scores[[4]].copy()
    able[0, seen] = np.nan
    items = top_k(able, 3)[0][0]
    amounts = model.without_rows(history, items)
    assert amounts.shape == (len(history), 3)
    assert amounts.dtype == np.float32
    assert np.isfinite(amounts).all()
    assert (amounts.max(axis=0) > 0).all()


@pytest.mark.parametrize("key", KEYS)
def test_it_is_explained_by_that(lab, key):
    model, data, _ = lab.fit(key, 1)
    explainer = choose(model)
    assert explainer.key == "occlusion"
    history = history_of(data, 4)
    found = explainer.explain(model, history, np.array([0, 1], np.int32))
    assert [len(reasons) > 0 for reasons in found] == [True, True]
    nobody = Interactions.of([], [])
    assert explainer.explain(model, nobody, np.array([0], np.int32)) == [[]]
