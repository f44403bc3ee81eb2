"""What a re-ranker needs around its network, and the pairs it reads."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions
from xdrec_app.models.cross_encoder import open_trainable
from xdrec_app.models.reranking import Lists, candidates_of, placed, read_of, reading_order, standardised
from xdrec_app.models.zoo.text_reranker import TextReranker


def order_of(users, items, times, liked):
    rows = Interactions.of(users, items, np.ones(len(users)), times)
    return reading_order(rows, np.array(liked), n_people=3, n_items=10)


def test_the_newest_liked_items_are_read_first():
    order = order_of([2, 0, 2, 2, 0], [7, 1, 3, 5, 9], [10, 1, 30, 20, 5], [True, True, True, False, True])
    assert read_of(order, 2, 5).tolist() == [3, 7]
    assert read_of(order, 0, 1).tolist() == [9]
    assert read_of(order, 1, 5).tolist() == []
    assert order[2].nnz == 3


def test_without_times_later_rows_are_newer_and_a_dated_row_is_newer_than_one_without_time():
    assert read_of(order_of([0, 0, 0], [4, 2, 6], [NO_TIME] * 3, [True] * 3), 0, 5).tolist() == [6, 2, 4]
    assert read_of(order_of([0, 0], [4, 2], [5, NO_TIME], [True] * 2), 0, 5).tolist() == [4, 2]


def test_of_a_repeated_pair_the_newest_row_counts():
    order = order_of([0, 0, 0], [4, 2, 4], [1, 2, 3], [True] * 3)
    assert read_of(order, 0, 5).tolist() == [4, 2]


def test_candidates_are_the_best_that_were_not_had():
    scores = np.array([[0.1, 0.9, np.nan, 0.5]], np.float32)
    had = sparse.csr_matrix(np.array([[0, 1, 0, 0]], np.float32))
    assert candidates_of(scores, had, 4)[0].tolist() == [3, 0]


def test_all_others_stand_below_the_re_ranked_in_the_order_they_had():
    scores = np.array([5, 4, np.nan, 3, 9], np.float32)
    result = placed(scores, np.array([0, 1], np.int32), np.array([-2, -1], np.float32))
    assert np.isnan(result[2])
    assert np.argsort(-result[[0, 1, 3, 4]]).tolist() == [1, 0, 3, 2]


def test_equal_scores_are_standardised_to_zero():
    assert standardised(np.full(3, 7, np.float32), np.arange(3, dtype=np.int32)).tolist() == [0, 0, 0]


def test_the_newest_liked_item_is_hidden_from_what_is_learnt(small_world):
    data = CrossDomainData.join(small_world.target, small_world.sources)
    torch.manual_seed(1)
    lists = Lists.draw(data, 20)
    assert len(lists.people) == len(set(lists.people.tolist())) == 20
    assert len(lists.data.interactions) == len(data.interactions) - 20
    rows = data.target_interactions.take(data.liked()[data.interactions.items < data.n_target_items])
    for person, item in zip(lists.people, lists.hidden, strict=True):
        own = rows.take(rows.users == person)
        assert own.times[own.items == item] == own.times.max()


def test_an_encoder_without_gradients_is_refused_in_words():
    with pytest.raises(UserError, match="cannot be trained further"):
        open_trainable("multilingual", torch.device("cpu"))


@pytest.mark.parametrize("key", ["co_embedding", "biased_mf", "text_reranker"])
def test_a_first_model_that_cannot_find_candidates_is_refused_in_words(small_world, key):
    model = TextReranker(TextReranker.Params(first_stage=key))
    with pytest.raises(UserError, match="cannot find candidates"):
        run(model.fit(CrossDomainData.join(small_world.target), FitOptions()))
