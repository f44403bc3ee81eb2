"""Sampled negatives: who may be drawn, how often, and that the quick way and the exact way draw alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xdrec_app.evaluation.negatives import Rivals, Urn, mixed, uniform


def seeds_of(n: int, first: int = 0) -> np.ndarray:
    return mixed(np.arange(first, first + n, dtype=np.uint64))


def times_drawn(n_items: int, n_negatives: int, n_lists: int, weights=None, may_compete=None) -> np.ndarray:
    """Count how often each item stands ahead of item 0, one rival at a time: only that item scores high."""
    counts = []
    for item in range(n_items):
        keys = np.zeros((1, n_items))
        keys[0, 0] = 1.0
        keys[0, item] = 2.0
        free = np.ones((1, n_items), bool) if may_compete is None else may_compete
        rivals = Rivals(keys, free, Urn(np.ones(n_items) if weights is None else weights))
        people, items = np.zeros(n_lists, np.int64), np.zeros(n_lists, np.int32)
        counts.append(rivals.ahead_of(people, items, seeds_of(n_lists), n_negatives).sum())
    return np.array(counts)


def test_the_numbers_are_uniform_and_those_of_neighbouring_seeds_have_nothing_in_common():
    numbers = uniform(np.arange(400, dtype=np.uint64), 500)
    assert numbers.min() >= 0 and numbers.max() < 1
    histogram = np.histogram(numbers, bins=20, range=(0, 1))[0]
    assert np.abs(histogram - 10_000).max() < 500
    assert np.abs(np.corrcoef(numbers[:20])[np.triu_indices(20, 1)]).max() < 0.2


def test_more_numbers_begin_with_the_same_ones():
    seeds = seeds_of(3)
    np.testing.assert_array_equal(uniform(seeds, 10), uniform(seeds, 30)[:, :10])


@pytest.mark.parametrize("n_negatives", [2, 12])  # far fewer than the items, and most of them
def test_all_items_that_may_compete_are_drawn_equally_often(n_negatives):
    free = np.ones((1, 21), bool)
    free[0, [0, 5]] = False
    drawn = times_drawn(21, n_negatives, 3_000, may_compete=free)
    expected = 3_000 * n_negatives / 19
    others = np.delete(drawn, [0, 5])
    assert drawn[5] == 0
    assert np.abs(others - expected).max() < 5 * np.sqrt(expected)


@pytest.mark.parametrize("n_negatives", [1, 8])
def test_popular_items_are_drawn_more_often(n_negatives):
    weights = np.array([1.0, 1, 1, 1, 1, 1, 1, 1, 1, 3, 9])
    free = np.ones((1, 11), bool)
    free[0, 0] = False
    drawn = times_drawn(11, n_negatives, 3_000, weights, free)
    assert drawn[10] > drawn[9] > drawn[1:9].max()
    if n_negatives == 1:
        np.testing.assert_allclose(drawn[1:] / 3_000, weights[1:] / weights[1:].sum(), atol=0.03)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), n_items=st.integers(2, 60), n_negatives=st.integers(1, 70), weighted=st.booleans())
def test_exactly_as_many_differing_rivals_are_drawn_as_there_are(seed, n_items, n_negatives, weighted):
    """Where every item is ranked alike, the number ahead is the number drawn."""
    random = np.random.default_rng(seed)
    free = random.random((3, n_items)) < 0.8
    weights = random.integers(1, 30, n_items).astype(float) if weighted else np.ones(n_items)
    rivals = Rivals(np.zeros((3, n_items)), free, Urn(weights))
    people = np.array([0, 1, 2, 2])
    items = random.integers(0, n_items, 4).astype(np.int32)
    ahead = rivals.ahead_of(people, items, seeds_of(4, seed), n_negatives)
    assert ahead.tolist() == [min(n_negatives, int(free[person].sum())) for person in people]


def test_a_heavy_skew_still_gives_as_many_differing_rivals():
    weights = np.ones(400)
    weights[7] = 1e9
    rivals = Rivals(np.zeros((1, 400)), np.ones((1, 400), bool), Urn(weights))
    ahead = rivals.ahead_of(np.zeros(5, np.int64), np.arange(5, dtype=np.int32), seeds_of(5), 50)
    assert ahead.tolist() == [50] * 5


def test_each_wanted_item_of_a_person_has_rivals_of_its_own():
    keys = np.random.default_rng(0).normal(size=(1, 1_000))
    keys[0, :40] = 0.0
    rivals = Rivals(keys, np.ones((1, 1_000), bool), Urn(np.ones(1_000)))
    people, items = np.zeros(40, np.int64), np.arange(40, dtype=np.int32)
    assert len(set(rivals.ahead_of(people, items, np.zeros(40, np.uint64), 100).tolist())) > 5


def test_a_list_does_not_depend_on_the_others():
    keys = np.random.default_rng(0).normal(size=(4, 300))
    rivals = Rivals(keys, np.ones((4, 300), bool), Urn(np.ones(300)))
    people, items, seeds = np.arange(4), np.arange(4, dtype=np.int32), seeds_of(4)
    together = rivals.ahead_of(people, items, seeds, 20)
    alone = [rivals.ahead_of(people[i : i + 1], items[i : i + 1], seeds[i : i + 1], 20)[0] for i in range(4)]
    assert together.tolist() == alone


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=30))
def test_an_urn_gives_each_item_its_share(weights):
    given_weights = np.array(weights)
    grid = (np.arange(200_000) + 0.5) / 200_000
    shares = np.bincount(Urn(given_weights).items(grid), minlength=len(weights)) / len(grid)
    np.testing.assert_allclose(shares, given_weights / given_weights.sum(), atol=1e-3)
