"""What every registered metric keeps to."""

from __future__ import annotations

import numpy as np
import pytest

from xdrec_app.metrics.base import (
    RankedHits,
    catalogue_metrics,
    liking_metrics,
    ranking_metrics,
    rating_metrics,
)

REGISTRIES = (ranking_metrics, catalogue_metrics, rating_metrics, liking_metrics)
RANKING = list(ranking_metrics)


def random_lists(seed: int = 0) -> RankedHits:
    random = np.random.default_rng(seed)
    hits = random.random((40, 20)) < 0.2
    n_relevant = (hits.sum(axis=1) + random.integers(1, 5, 40)).astype(np.int32)
    return RankedHits(hits, n_relevant, random.integers(0, 100, (40, 20)).astype(np.int32), 100)


def test_no_file_of_the_package_is_broken():
    assert all(not registry.broken for registry in REGISTRIES)
    assert {registry.noun: registry.keys() for registry in REGISTRIES} == {
        "ranking metric": ["hit", "mrr", "ndcg", "precision", "recall"],
        "catalogue metric": ["coverage"],
        "rating metric": ["mae", "rmse"],
        "liking metric": ["auc"],
    }


def test_keys_are_words_and_distinct_over_all_kinds():
    keys = [cls.key for registry in REGISTRIES for cls in registry]
    assert len(keys) == len(set(keys))
    assert all(key.isidentifier() and key == key.lower() for key in keys)
    assert all(cls.title for registry in REGISTRIES for cls in registry)


@pytest.mark.parametrize("cls", RANKING)
@pytest.mark.parametrize("k", [1, 7, 20, 50])
def test_a_ranking_metric_gives_one_share_per_list(cls, k):
    values = cls().values(random_lists(), k)
    assert values.shape == (40,)
    assert values.dtype == np.float64
    assert ((values >= 0) & (values <= 1)).all()


@pytest.mark.parametrize("cls", RANKING)
def test_a_list_is_judged_the_same_alone_and_among_others(cls):
    ranked = random_lists()
    one = RankedHits(ranked.hits[3:4], ranked.n_relevant[3:4], ranked.items[3:4], ranked.n_candidates)
    assert cls().values(one, 10)[0] == cls().values(ranked, 10)[3]


@pytest.mark.parametrize("cls", RANKING)
def test_moving_a_hit_up_never_lowers_a_ranking_metric(cls):
    n_places = 8
    ladder = np.eye(n_places, dtype=bool)[::-1]
    ranked = RankedHits(ladder, np.ones(n_places, np.int32), np.zeros((n_places, n_places), np.int32), n_places)
    assert (np.diff(cls().values(ranked, 5)) >= 0).all()


@pytest.mark.parametrize("cls", RANKING)
def test_a_metric_leaves_its_arrays_alone(cls):
    ranked, copy = random_lists(), random_lists()
    cls().values(ranked, 10)
    np.testing.assert_array_equal(ranked.hits, copy.hits)
    np.testing.assert_array_equal(ranked.n_relevant, copy.n_relevant)


@pytest.mark.parametrize("cls", list(rating_metrics))
def test_a_rating_metric_is_0_for_the_truth_and_nan_without_rows(cls):
    truths = np.array([1.0, 4.0, 5.0])
    assert cls().value(truths, truths) == 0.0
    assert np.isnan(cls().value(truths[:0], truths[:0]))


@pytest.mark.parametrize("cls", list(catalogue_metrics))
def test_a_catalogue_metric_is_nan_without_lists(cls):
    empty = RankedHits(np.zeros((0, 5), bool), np.zeros(0, np.int32), np.zeros((0, 5), np.int32), 10)
    assert np.isnan(cls().value(empty, 5))
