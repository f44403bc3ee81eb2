"""What a re-ranker needs around its network: histories in the order they are read, candidates, and lists to learn from.

Knows no network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy import sparse

from xdrec_app.datasets.arrays import Bools, Floats, Ints, Longs
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.ranking import NO_ITEM, top_k

STEP_BELOW = 0.01
"""How far what is not re-ranked stands below what is."""


def reading_order(rows: Interactions, liked: Bools, n_people: int, n_items: int) -> sparse.csr_matrix:
    """Return who had what and when: k for the k-th newest liked item of a person, -1 for others.

    Equal times go by the order of the rows, later ones being newer. Of several rows of a pair the newest counts.

    Returns
    -------
    csr_matrix
        float32 [n_people, n_items].
    """
    place = np.arange(len(rows))
    newest = np.lexsort((place, rows.times, liked, -rows.users))[::-1]
    _, first = np.unique(rows.users[newest].astype(np.int64) * n_items + rows.items[newest], return_index=True)
    newest = newest[np.sort(first)]
    users = rows.users[newest]
    starts = np.searchsorted(users, np.arange(n_people))
    ranks = np.where(liked[newest], np.arange(len(newest)) - starts[users] + 1, -1).astype(np.float32)
    return sparse.csr_matrix((ranks, (users, rows.items[newest])), shape=(n_people, n_items))


def read_of(order: sparse.csr_matrix, person: int, n_history: int) -> Ints:
    """Return the items of one person that are read, newest first, int32."""
    part = slice(order.indptr[person], order.indptr[person + 1])
    items, ranks = order.indices[part], order.data[part]
    liked = ranks > 0
    read: Ints = items[liked][np.argsort(ranks[liked], kind="stable")][:n_history].astype(np.int32)
    return read


def candidates_of(scores: Floats, had: sparse.csr_matrix, n: int) -> list[Ints]:
    """Return each person's n best items that were not had, best first; fewer where fewer have a score."""
    items, _ = top_k(scores, n, had)
    return [row[row != NO_ITEM] for row in items]


def standardised(scores: Floats, among: Ints) -> Floats:
    """Return one person's scores with mean 0 and deviation 1 over the items of `among`, float32 [n_items]."""
    chosen = scores[among]
    spread = float(chosen.std())
    result: Floats = ((scores - chosen.mean()) / (spread if spread > 0 else 1.0)).astype(np.float32)
    return result


def placed(scores: Floats, chosen: Ints, values: Floats) -> Floats:
    """Return scores in which `chosen` have `values` and all others stand below them, in the order they had.

    Parameters
    ----------
    scores
        float32 [n_items], standardised; NaN stays NaN.
    """
    result = scores.copy()
    result[chosen] = np.nan
    rest = np.isfinite(result)
    if rest.any():
        result[rest] += values.min() - STEP_BELOW - result[rest].max()
    result[chosen] = values
    return result


@dataclass(frozen=True, eq=False)
class Lists:
    """People whose newest liked item was hidden, to be found again.

    Attributes
    ----------
    data
        Without the hidden rows.
    people, hidden
        int32 [n]; who, and which target item.
    """

    data: CrossDomainData
    people: Ints
    hidden: Ints

    @classmethod
    def draw(cls, data: CrossDomainData, n: int) -> Lists:
        """Hide a row of at most n people, by torch's CPU generator; who has nothing else is left out."""
        rows = data.interactions
        able = np.flatnonzero((rows.items < data.n_target_items) & data.liked())
        able = able[np.bincount(rows.users, minlength=data.n_users)[rows.users[able]] > 2]
        able = able[np.lexsort((rows.times[able], rows.users[able]))]
        is_last = np.append(rows.users[able][1:] != rows.users[able][:-1], True)[: len(able)]
        last: Longs = able[is_last]
        last = last[torch.randperm(len(last)).numpy()[:n]]
        kept = np.ones(len(rows), bool)
        kept[last] = False
        return cls(replace(data, interactions=rows.take(kept)), rows.users[last], rows.items[last])
