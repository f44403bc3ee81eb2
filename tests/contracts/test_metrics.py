"""What every registered metric keeps to."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from xdrec_app.metrics.base import (
    EMPTY_PLACE,
    ItemFacts,
    RankedHits,
    all_metrics,
    calibration_metrics,
    catalogue_metrics,
    higher_is_better,
    liking_metrics,
    list_metrics,
    ranking_metrics,
    rating_metrics,
)

REGISTRIES = (ranking_metrics, catalogue_metrics, rating_metrics, liking_metrics, list_metrics, calibration_metrics)
RANKING = list(ranking_metrics)


def random_lists(seed: int = 0) -> RankedHits:
    random = np.random.default_rng(seed)
    hits = random.random((40, 20)) < 0.2
    n_relevant = (hits.sum(axis=1) + random.integers(1, 5, 40)).astype(np.int32)
    return RankedHits(hits, n_relevant, random.integers(0, 100, (40, 20)).astype(np.int32), 100)


def test_no_file_of_the_package_is_broken():
    assert all(not registry.broken for registry in REGISTRIES)
    assert {registry.noun: registry.keys() for registry in REGISTRIES} == {
        "ranking metric": ["hit", "map", "mrr", "ndcg", "precision", "recall"],
        "catalogue metric": ["coverage", "gini"],
        "rating metric": ["log_loss", "mae", "rmse"],
        "liking metric": ["auc"],
        "list metric": ["diversity", "novelty"],
        "calibration metric": ["ece"],
    }


def test_keys_are_words_and_distinct_over_all_kinds():
    keys = [cls.key for registry in REGISTRIES for cls in registry]
    assert len(keys) == len(set(keys))
    assert sorted(keys) == sorted(cls.key for cls in all_metrics())
    assert all(key.isidentifier() and key == key.lower() for key in keys)
    assert all(cls.title for cls in all_metrics())


def test_a_direction_is_known_for_every_name_that_results_use():
    assert [name for name in ("rmse", "auc", "ndcg@10", "gini@5", "ece") if higher_is_better(name)] == [
        "auc",
        "ndcg@10",
    ]
    with pytest.raises(KeyError):
        higher_is_better("nothing@10")


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
    truths = next(truths for truths in (np.array([1.0, 4.0, 5.0]), np.array([1.0, 0.0])) if cls().applies(truths))
    assert cls().value(truths, truths) == pytest.approx(0.0, abs=1e-6)
    assert np.isnan(cls().value(truths[:0], truths[:0]))


@pytest.mark.parametrize("cls", list(catalogue_metrics))
def test_a_catalogue_metric_is_nan_without_lists(cls):
    empty = RankedHits(np.zeros((0, 5), bool), np.zeros(0, np.int32), np.zeros((0, 5), np.int32), 10)
    assert np.isnan(cls().value(empty, 5))


def facts(n_items: int = 100, seed: int = 0) -> ItemFacts:
    random = np.random.default_rng(seed)
    tags = sparse.csr_matrix(random.random((n_items, 8)) < 0.3)
    return ItemFacts(random.integers(0, 50, n_items).astype(np.int32), 200, tags)


@pytest.mark.parametrize("cls", list(list_metrics))
@pytest.mark.parametrize("k", [2, 7, 50])
def test_a_list_metric_gives_one_value_per_list_whatever_stands_in_the_others(cls, k):
    items = random_lists().items
    values = cls().values(items, facts(), k)
    assert values.shape == (40,)
    assert values.dtype == np.float64
    np.testing.assert_allclose(cls().values(items[3:4], facts(), k), values[3:4], equal_nan=True)


@pytest.mark.parametrize("cls", list(list_metrics))
def test_a_list_metric_looks_at_the_first_k_places_and_passes_over_empty_ones(cls):
    items = random_lists().items
    cut = items.copy()
    cut[:, 5:] = EMPTY_PLACE
    np.testing.assert_allclose(cls().values(items, facts(), 5), cls().values(cut, facts(), 20), equal_nan=True)


@pytest.mark.parametrize("cls", list(list_metrics))
def test_a_list_metric_is_nan_for_an_empty_list_and_leaves_its_arrays_alone(cls):
    items = np.full((2, 5), EMPTY_PLACE, np.int32)
    assert np.isnan(cls().values(items, facts(), 5)).all()
    assert cls().values(items[:0], facts(), 5).shape == (0,)
    about = facts()
    cls().values(random_lists().items, about, 5)
    np.testing.assert_array_equal(about.tags.toarray(), facts().tags.toarray())


@pytest.mark.parametrize("cls", list(calibration_metrics))
def test_a_calibration_metric_is_0_for_the_truth_and_nan_without_rows(cls):
    truths = np.array([1.0, 4.0, 5.0])
    assert cls().value(truths, truths) == 0.0
    assert np.isnan(cls().value(truths[:0], truths[:0]))
