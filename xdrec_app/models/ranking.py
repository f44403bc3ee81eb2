"""From scores to ranked lists: the best k items of each person. Knows no model and no metric."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from xdrec_app.datasets.arrays import Floats, Ints, Longs

NO_ITEM = -1
"""Stands in a ranked list where a person has fewer than k items that can be ranked."""

_CELLS_PER_BLOCK = 1 << 19
_GROUPS_PER_PLACE = 4
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
        able = np.array(scores[block], np.float32)
        if excluded is not None:
            part = excluded[block]
            able[np.repeat(np.arange(part.shape[0]), np.diff(part.indptr)), part.indices] = np.nan
        leaders = _leaders(able, length)
        found = leaders != _NEVER
        ranked = np.where(found, n_items - 1 - (leaders & 0xFFFFFFFF), 0)
        items[block, :length] = np.where(found, ranked, NO_ITEM)
        best[block, :length] = np.where(found, np.take_along_axis(able, ranked, axis=1), np.nan)
    return items, best


def _leaders(able: Floats, length: int) -> Longs:
    """Return the keys of the best items of each row, best first, int64 [n, length]; `_NEVER` where none is left.

    Only items that reach a bound are looked at closer: about as many as are wanted, unless many scores are equal.
    """
    n_rows, n_items = able.shape
    rows, columns = np.divmod(np.flatnonzero(able >= _bounds(able, length)[:, None]), n_items)
    counts = np.bincount(rows, minlength=n_rows)
    places = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    keys = np.full((n_rows, max(length, counts.max(initial=0))), _NEVER)
    keys[rows, places] = _sortable(able[rows, columns], n_items - 1 - columns)
    if keys.shape[1] > 2 * length:
        keys.partition(keys.shape[1] - length, axis=1)
        keys = keys[:, -length:]
    keys.sort(axis=1)
    leaders: Longs = keys[:, ::-1][:, :length]
    return leaders


def _bounds(able: Floats, length: int) -> Floats:
    """Return for each row a value that at least `length` items reach, if that many have a score; float32 [n].

    Of disjoint groups of items, `length` have a maximum of at least the one that comes in that place: finding it
    among the maxima is quicker than among all items, and hardly lower.
    """
    n_rows, n_items = able.shape
    size = n_items // (_GROUPS_PER_PLACE * length)
    if size < 2:
        return np.full(n_rows, -np.inf, np.float32)
    n_groups = n_items // size
    maxima = np.fmax.reduce(able[:, : size * n_groups].reshape(n_rows, size, n_groups), axis=1)
    bounds = -np.partition(-maxima, length - 1, axis=1)[:, length - 1]  # NaN counts as the largest: it goes last
    return np.where(np.isnan(bounds), np.float32(-np.inf), bounds)


def _sortable(scores: Floats, from_the_end: Longs) -> Longs:
    """Return int64 keys in the order of (score, descending item number): the largest key is the best item.

    The upper half holds the bits of the float, turned so that they compare like the float itself; the lower half
    the item counted from the end. Sorting such keys is exact where sorting by score breaks ties at random.
    """
    bits = (scores + np.float32(0)).view(np.int32)  # adding 0 makes -0.0 and 0.0 the same
    keys: Longs = (np.where(bits < 0, bits ^ np.int32(0x7FFFFFFF), bits).astype(np.int64) << 32) | from_the_end
    return keys
