"""Lists whose metrics can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from xdrec_app.metrics.base import EMPTY_PLACE, RankedHits, higher_is_better, ranking_metrics
from xdrec_app.metrics.coverage import Coverage


def lists(hits: list[list[int]], n_relevant: list[int], items: list[list[int]] | None = None) -> RankedHits:
    shown = np.array(hits, bool)
    numbers = np.tile(np.arange(shown.shape[1]), (len(shown), 1)) if items is None else np.array(items)
    return RankedHits(shown, np.array(n_relevant, np.int32), numbers.astype(np.int32), 10)


def value(key: str, ranked: RankedHits, k: int) -> float:
    return float(ranking_metrics[key]().values(ranked, k)[0])


def test_a_perfect_list_gets_the_full_mark():
    ranked = lists([[1, 1, 1, 0, 0]], [3])
    assert [value(key, ranked, 3) for key in ("ndcg", "recall", "precision", "mrr", "hit")] == [1.0] * 5


def test_a_list_without_a_hit_gets_nothing():
    ranked = lists([[0, 0, 0]], [2])
    assert [value(key, ranked, 3) for key in ("ndcg", "recall", "precision", "mrr", "hit")] == [0.0] * 5


def test_ndcg_of_a_single_hit_in_third_place():
    assert value("ndcg", lists([[0, 0, 1, 0]], [1]), 4) == pytest.approx(1 / np.log2(4))


def test_the_ideal_of_ndcg_is_bounded_by_k():
    assert value("ndcg", lists([[1, 1, 0, 0]], [7]), 2) == 1.0


def test_only_the_first_k_places_count():
    ranked = lists([[0, 0, 1, 1]], [2])
    assert value("recall", ranked, 2) == 0.0
    assert value("mrr", ranked, 2) == 0.0
    assert value("mrr", ranked, 3) == pytest.approx(1 / 3)


def test_precision_divides_by_k_even_when_the_list_is_shorter():
    assert value("precision", lists([[1, 1]], [2]), 10) == pytest.approx(0.2)


def test_coverage_counts_each_shown_item_once_and_no_empty_place():
    ranked = lists([[0, 0, 0], [0, 0, 0]], [1, 1], [[1, 2, EMPTY_PLACE], [2, 3, 9]])
    assert Coverage().value(ranked, 2) == pytest.approx(0.3)
    assert Coverage().value(ranked, 3) == pytest.approx(0.4)


def test_a_list_with_nothing_to_find_is_refused():
    with pytest.raises(ValueError, match="cannot be judged"):
        lists([[0, 0]], [0])


def test_errors_are_better_low_and_the_rest_high():
    assert not higher_is_better("rmse")
    assert not higher_is_better("mae")
    assert all(higher_is_better(name) for name in ("ndcg@10", "coverage@5", "auc"))
    with pytest.raises(KeyError):
        higher_is_better("no_such_metric")
