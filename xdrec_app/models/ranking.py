"""From scores to ranked lists: the best k items of each person. Knows no model and no metric."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from xdrec_app.datasets.arrays import Floats, Ints, Longs

NO_ITEM = -1
"""Stands in a ranked list where a person has fewer than k items that can be ranked."""

_CELLS_PER_BLOCK = 1 << 19
_NEVER = np.iinfo(np.int64).min


def top_k(scores: Floats, k: int, excluded: sparse.csr_matrix | None = None) -> tuple[Ints, Floats]:
    """Return the k best items of each row, best first.

    Equal scores are ordered by item number, so the result depends on the scores alone. An item whose score is NaN and
    an excluded item are never returned; rows that run out of items end with `NO_ITEM`.

    Parameters
    ----------
    scores
        float32 [n, n_items]; NaN = cannot score.
    k
        Length of the lists, at least 1; may be more than n_items.
    excluded
        CSR [n, n_items]; every stored entry is an item that must not be returned.

    Returns
    -------
    items : Ints
        int32 [n, k]; `NO_ITEM` at the end of rows with fewer than k items.
    best : Floats
        float32 [n, k], the scores of `items`; NaN beside `NO_ITEM`.
    """
    n_rows, n_items = scores.shape
    items = np.full((n_rows, k), NO_ITEM, np.int32)
    best = np.full((n_rows, k), np.nan, np.float32)
    length = min(k, n_items)
    if length == 0:
        return items, best
    step = max(1, _CELLS_PER_BLOCK // n_items)
    for start in range(0, n_rows, step):
        block = slice(start, start + step)
        keys = _sortable(scores[block])
        if excluded is not None:
            part = excluded[block]
            keys[np.repeat(np.arange(part.shape[0]), np.diff(part.indptr)), part.indices] = _NEVER
        keys.partition(n_items - length, axis=1)
        leaders = np.sort(keys[:, n_items - length :], axis=1)[:, ::-1]
        ranked = n_items - 1 - (leaders & 0xFFFFFFFF)
        found = leaders != _NEVER
        items[block, :length] = np.where(found, ranked, NO_ITEM)
        values = np.take_along_axis(scores[block], np.where(found, ranked, 0), axis=1)
        best[block, :length] = np.where(found, values, np.nan)
    return items, best


def _sortable(scores: Floats) -> Longs:
    """Return int64 keys in the order of (score, descending item number): the largest key is the best item.

    The upper half holds the bits of the float, turned so that they compare like the float itself; the lower half
    the item counted from the end. One partition of such keys is exact where an argpartition breaks ties at random.
    """
    bits = (scores + np.float32(0)).view(np.int32)  # adding 0 makes -0.0 and 0.0 the same
    ordered = np.where(bits < 0, bits ^ np.int32(0x7FFFFFFF), bits).astype(np.int64)
    keys: Longs = (ordered << 32) | np.arange(scores.shape[1] - 1, -1, -1)
    keys[np.isnan(scores)] = _NEVER
    return keys
