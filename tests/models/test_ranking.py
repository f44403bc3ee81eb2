import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from xdrec_app.models import ranking
from xdrec_app.models.ranking import NO_ITEM, top_k

CELLS = st.sampled_from([np.nan, -np.inf, np.inf, -1.5, -1e-40, -0.0, 0.0, 1e-40, 0.25, 2.0])
SCORES = hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9), elements=CELLS)


def slowly(row: np.ndarray, k: int, excluded: np.ndarray) -> list[int]:
    """The definition: sort by score, then by number, without what cannot be ranked."""
    able = [item for item in range(len(row)) if not np.isnan(row[item]) and not excluded[item]]
    ranked = sorted(able, key=lambda item: (-row[item], item))[:k]
    return ranked + [NO_ITEM] * (k - len(ranked))


@given(SCORES, st.integers(1, 12), st.data())
@settings(deadline=None)
def test_the_lists_are_those_of_a_full_sort_whatever_the_ties(scores, k, data):
    excluded = data.draw(hnp.arrays(bool, scores.shape))
    items, best = top_k(scores, k, sparse.csr_matrix(excluded))
    assert items.tolist() == [slowly(row, k, out) for row, out in zip(scores, excluded, strict=True)]
    is_item = items != NO_ITEM
    np.testing.assert_array_equal(best[is_item], scores[np.nonzero(is_item)[0], items[is_item]])
    assert np.isnan(best[~is_item]).all()
    assert (items.dtype, best.dtype) == (np.int32, np.float32)


def test_equal_scores_go_by_item_number():
    items, _ = top_k(np.array([[1, 2, 1, 2, 1]], np.float32), 4)
    assert items.tolist() == [[1, 3, 0, 2]]


def test_lists_longer_than_the_catalogue_end_with_places_without_an_item():
    items, best = top_k(np.array([[0.5, np.nan]], np.float32), 3)
    assert items.tolist() == [[0, NO_ITEM, NO_ITEM]]
    np.testing.assert_array_equal(best, np.array([[0.5, np.nan, np.nan]], np.float32))


def test_a_stored_zero_excludes_too():
    excluded = sparse.csr_matrix((np.zeros(1), ([0], [1])), shape=(1, 2))
    assert top_k(np.array([[1, 2]], np.float32), 1, excluded)[0].tolist() == [[0]]


def test_nobody_and_nothing_give_empty_lists():
    assert top_k(np.empty((0, 4), np.float32), 2)[0].shape == (0, 2)
    assert top_k(np.empty((2, 0), np.float32), 2)[0].tolist() == [[NO_ITEM] * 2] * 2


def test_the_size_of_a_block_changes_nothing(monkeypatch):
    scores = np.random.default_rng(0).integers(0, 5, (50, 20)).astype(np.float32)
    excluded = sparse.random(50, 20, 0.3, format="csr", random_state=1)
    whole = top_k(scores, 7, excluded)
    monkeypatch.setattr(ranking, "_CELLS_PER_BLOCK", 60)
    for a, b in zip(whole, top_k(scores, 7, excluded), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("n_levels", [2, 30, 100_000])
@pytest.mark.parametrize("k", [1, 5, 30])
def test_a_long_catalogue_gives_the_lists_of_a_full_sort_too(n_levels, k):
    random = np.random.default_rng(n_levels)
    scores = random.integers(0, n_levels, (40, 500)).astype(np.float32)
    scores[random.random(scores.shape) < 0.2] = np.nan
    scores[0], scores[1, 3:], scores[2] = np.nan, np.nan, -np.inf
    excluded = random.random(scores.shape) < 0.1
    items, _ = top_k(scores, k, sparse.csr_matrix(excluded))
    assert items.tolist() == [slowly(row, k, out) for row, out in zip(scores, excluded, strict=True)]
