"""Coverage, Gini, novelty and diversity, against their definitions written out pair by pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from xdrec_app.metrics.base import EMPTY_PLACE, ItemFacts, RankedHits
from xdrec_app.metrics.diversity import Diversity
from xdrec_app.metrics.gini import Gini
from xdrec_app.metrics.novelty import Novelty


def shown(items: list[list[int]], n_candidates: int) -> RankedHits:
    array = np.array(items, np.int32)
    return RankedHits(np.zeros(array.shape, bool), np.ones(len(array), np.int32), array, n_candidates)


def test_gini_is_0_when_all_items_are_shown_equally_often():
    assert Gini().value(shown([[0, 1], [2, 3]], 4), 2) == 0.0


def test_gini_is_near_1_when_one_item_has_all_the_places():
    assert Gini().value(shown([[0], [0], [0]], 100), 1) == pytest.approx(0.99)


@given(st.lists(st.integers(-1, 6), min_size=1, max_size=30))
def test_gini_is_half_the_relative_mean_difference(items):
    found = Gini().value(shown([[item] for item in items], 7), 1)
    times = np.array([items.count(item) for item in range(7)], float)
    if times.sum() == 0:
        assert np.isnan(found)
    else:
        differences = np.abs(times[:, None] - times[None, :]).mean()
        assert found == pytest.approx(differences / (2 * times.mean()))


def test_novelty_is_the_mean_of_the_bits_and_nobody_counts_as_one():
    facts = ItemFacts(np.array([8, 4, 0], np.int32), 8)
    items = np.array([[0, 1], [2, EMPTY_PLACE]], np.int32)
    assert Novelty().values(items, facts, 2).tolist() == [0.5, 3.0]


def test_diversity_is_nan_where_nothing_has_a_tag():
    items = np.array([[0, 1]], np.int32)
    assert np.isnan(Diversity().values(items, ItemFacts(np.ones(2, np.int32), 1), 2)).all()


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_diversity_is_the_mean_distance_over_all_pairs_of_tagged_items(seed, k):
    random = np.random.default_rng(seed)
    tags = random.random((12, 5)) < 0.3
    items = np.stack([random.permutation(12)[:6] for _ in range(4)]).astype(np.int32)
    items[0, 3:] = EMPTY_PLACE
    found = Diversity().values(items, ItemFacts(np.ones(12, np.int32), 1, sparse.csr_matrix(tags)), k)
    for list_, value in zip(items, found, strict=True):
        tagged = [tags[item].astype(float) for item in list_[:k] if item != EMPTY_PLACE and tags[item].any()]
        cosines = [a @ b / np.sqrt(a.sum() * b.sum()) for a, b in combinations(tagged, 2)]
        assert value == pytest.approx(1 - np.mean(cosines), abs=1e-9) if cosines else np.isnan(value)
