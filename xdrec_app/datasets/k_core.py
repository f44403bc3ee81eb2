"""K-cores: what is left of people and items when those with few interactions are taken away again and again.

Each core is peeled out of the one before, and only the neighbours of what is taken away are looked at, so all cores
together cost no more than reading the interactions a few times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from xdrec_app.datasets.arrays import Ints, Longs
from xdrec_app.datasets.domain_figures import KCore


def k_cores(users: Ints, items: Ints, n_items: int, ks: Iterable[int]) -> Iterator[KCore]:
    """Yield the core of each k: the largest part in which everybody and everything has k interactions with the rest.

    Peeling as in Batagelj and Zaveršnik, "An O(m) algorithm for cores decomposition of networks" (2003), in whole
    layers.

    Parameters
    ----------
    users, items
        int32 numbers, one per interaction, in canonical order: ascending by user.
    ks
        Ascending, from 1 on.
    """
    from scipy.sparse import csr_matrix  # its import takes longer than most domains

    starts: Longs = np.append(0, np.cumsum(np.bincount(users)))
    by_user = csr_matrix((np.ones(len(items), np.int8), items, starts), shape=(len(starts) - 1, n_items))
    by_item = by_user.tocsc()
    people, things = _Side(starts, items), _Side(by_item.indptr, by_item.indices)
    for k in ks:
        things.take(things.below(k), people)
        side, other = people, things
        doomed = people.below(k)
        while len(doomed):
            touched = side.take(doomed, other)
            doomed = np.unique(touched[other.degrees[touched] < k])
            side, other = other, side
        yield KCore(
            k=k,
            users=int(people.is_left.sum()),
            items=int(things.is_left.sum()),
            interactions=int(people.degrees[people.is_left].sum()),
        )


class _Side:
    """The people, or the items, of a domain, with their interactions.

    Parameters
    ----------
    starts
        Where the interactions of each begin in `partners`, int32 or int64 [n + 1].
    partners
        int32 numbers of the other side, one per interaction.
    """

    def __init__(self, starts: Longs | Ints, partners: Ints) -> None:
        self._starts = starts
        self._partners = partners
        self.degrees = np.diff(starts)
        self.is_left = np.ones(len(self.degrees), bool)

    def below(self, k: int) -> Longs:
        """Return who is left with fewer than k interactions."""
        return np.flatnonzero(self.is_left & (self.degrees < k))

    def take(self, doomed: Longs, other: _Side) -> Ints:
        """Take some away; return who on the other side is left and lost an interaction, once for each that is lost."""
        self.is_left[doomed] = False
        partners = self._partners_of(doomed)
        touched = partners[other.is_left[partners]]
        np.subtract.at(other.degrees, touched, 1)
        return touched

    def _partners_of(self, chosen: Longs) -> Ints:
        starts = self._starts[chosen]
        lengths = self._starts[chosen + 1] - starts
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1] if len(ends) else 0)
        partners: Ints = self._partners[within + np.repeat(starts - (ends - lengths), lengths)]
        return partners
