"""The leakage audit of two domains: which items stand in both, and how much their raters give away.

Where the same product is sold in two domains, a person's test item may simply stand among their source interactions;
a model that finds it there has transferred nothing. Copies show by their names and, surest, by their raters: of the
people that both domains share, the very same had both.

Knows no split, no model and no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse, stats

from xdrec_app.core.events import Progress, Tick
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import Bools, Doubles, Ints, Longs
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.vocabulary import UNKNOWN, Vocabulary
from xdrec_app.evaluation.item_names import Pairs, same_ids, same_titles

LEAK_SHARE = 0.05
"""From this share of interactions on that a copy gives away beyond chance, no lift can be believed."""

MIN_RATERS = 3
MIN_JACCARD = 0.7
"""Copies have so many raters in common, and this share of all their raters: things that go together (the parts of a
trilogy) reach .55 in dense data, copies .9."""

FALSE_ALARMS = 0.05
"""Expected number of pairs of one audit that chance would make look like copies."""

ID_LIFT = 2.0
"""Same ids mean nothing unless the pairs have more common raters than this multiple of what chance gives."""

MAX_WORK = 1_000_000_000
"""Pairs of interactions of one person that are counted at most; beyond, the busiest people are left out."""

CHUNK_WORK = 10_000_000
PAIRS_PER_CHUNK = 4_096


@dataclass(frozen=True, eq=False)
class SameItems:
    """Pairs of items that seem to be one; an item may stand in several.

    Attributes
    ----------
    ones, others
        int32 positions in the item ids of the one and of the other domain, ascending.
    raters
        int64, people who have both.
    by_id, by_title, by_raters
        Why: bool, one per pair.
    """

    ones: Ints
    others: Ints
    raters: Longs
    by_id: Bools
    by_title: Bools
    by_raters: Bools

    def __len__(self) -> int:
        return len(self.ones)


@dataclass(frozen=True, eq=False)
class Audit:
    """What two domains give away about each other.

    Attributes
    ----------
    pairs
        The items that stand in both.
    counts
        Raters of each item among the shared people: int64, of the one and of the other domain.
    interactions
        Interactions of shared people in each domain.
    leaking
        Of these, the ones whose person has the same item in the other domain too.
    chance
        How many of them would be expected if people chose independently in the two domains.
    """

    pairs: SameItems
    counts: tuple[Longs, Longs]
    interactions: tuple[int, int]
    leaking: tuple[int, int]
    chance: tuple[float, float]

    @property
    def shares(self) -> tuple[float, float]:
        """`leaking` as shares of `interactions`."""
        return _share(self.leaking[0], self.interactions[0]), _share(self.leaking[1], self.interactions[1])

    @property
    def chance_shares(self) -> tuple[float, float]:
        """`chance` as shares of `interactions`."""
        return _share(self.chance[0], self.interactions[0]), _share(self.chance[1], self.interactions[1])

    @property
    def is_leak(self) -> bool:
        """Whether copies give away so much, in either direction, that a transfer lift would be an illusion."""
        pairs = zip(self.shares, self.chance_shares, strict=True)
        return any(share - expected >= LEAK_SHARE for share, expected in pairs)


def audit(one: DomainTable, other: DomainTable) -> Job[Audit]:
    """Look for items that stand in both domains. A job.

    Time grows with the sum over shared people of the product of their histories' lengths, at most `MAX_WORK`.
    """
    yield Progress(done=0, total=3, message=f"Comparing the names of items of {one.name} and {other.name}")
    ids, titles = same_ids(one, other), same_titles(one, other)
    yield Progress(done=1, total=3, message=f"Comparing who has which item of {one.name} and {other.name}")
    shared = _Shared.of(one, other)
    raters = yield from _same_raters(shared)
    yield Progress(done=2, total=3, message=f"Counting what copies in {one.name} and {other.name} give away")
    if ids and not shared.confirms(ids):
        ids = set()
    found = sorted(ids | titles | raters)
    pairs = SameItems(
        ones=np.array([a for a, _ in found], np.int32),
        others=np.array([b for _, b in found], np.int32),
        raters=shared.common(found),
        by_id=np.array([pair in ids for pair in found], bool),
        by_title=np.array([pair in titles for pair in found], bool),
        by_raters=np.array([pair in raters for pair in found], bool),
    )
    copies = sparse.csr_matrix(
        (np.ones(len(pairs), np.int32), (pairs.ones, pairs.others)), shape=(one.n_items, other.n_items)
    )
    return Audit(
        pairs=pairs,
        counts=shared.counts,
        interactions=(shared.one.nnz, shared.other.nnz),
        leaking=(_leaking(shared.one, shared.other, copies.T.tocsr()), _leaking(shared.other, shared.one, copies)),
        chance=(
            _by_chance(*shared.counts, copies, shared.n_independent),
            _by_chance(*shared.counts[::-1], copies.T.tocsr(), shared.n_independent),
        ),
    )


@dataclass(frozen=True, eq=False)
class _Shared:
    """What the people of both domains have: int32 CSR of ones, [n_shared, n_items] of each domain."""

    one: sparse.csr_matrix
    other: sparse.csr_matrix

    @classmethod
    def of(cls, one: DomainTable, other: DomainTable) -> _Shared:
        people = Vocabulary(sorted(_active(one) & _active(other)))
        return cls(_histories(one, people), _histories(other, people))

    @property
    def counts(self) -> tuple[Longs, Longs]:
        """Raters of each item, int64, of both domains."""
        return _per_item(self.one), _per_item(self.other)

    @property
    def n_independent(self) -> float:
        """People that chance has to spread raters over: fewer than there are, since busy people meet more often.

        Two items with n and m raters have n · m / n_independent in common if people chose independently, each as
        many items as they did.
        """
        lengths = np.diff(self.one.indptr).astype(np.float64), np.diff(self.other.indptr).astype(np.float64)
        meetings = float(lengths[0] @ lengths[1])
        return lengths[0].sum() * lengths[1].sum() / meetings if meetings else 1.0

    def common(self, pairs: Iterable[tuple[int, int]]) -> Longs:
        """Return how many people have both items of each pair, int64."""
        places = np.array(list(pairs), np.int64).reshape(-1, 2)
        ours, theirs = self.one.T.tocsr(), self.other.T.tocsr()
        counts = np.zeros(len(places), np.int64)
        for start in range(0, len(places), PAIRS_PER_CHUNK):
            part = places[start : start + PAIRS_PER_CHUNK]
            both = ours[part[:, 0]].multiply(theirs[part[:, 1]])
            counts[start : start + PAIRS_PER_CHUNK] = np.asarray(both.sum(axis=1)).ravel()
        return counts

    def confirms(self, pairs: Pairs) -> bool:
        """Return whether the pairs have more raters in common than chance gives; also if chance gives hardly any."""
        places = np.array(sorted(pairs), np.int64)
        ours, theirs = self.counts
        expected = float((ours[places[:, 0]] * theirs[places[:, 1]]).sum()) / self.n_independent
        return expected < MIN_RATERS or int(self.common(sorted(pairs)).sum()) > ID_LIFT * expected


def _same_raters(shared: _Shared) -> Job[Pairs]:
    """Find the pairs of items that almost the same of the shared people have. A job.

    Kept are pairs with `MIN_RATERS` common raters, a Jaccard similarity of `MIN_JACCARD`, and more in common than
    chance explains: the hypergeometric tail times the number of pairs that could pass is at most `FALSE_ALARMS`.
    """
    ours, theirs = (np.flatnonzero(counts >= MIN_RATERS) for counts in shared.counts)
    light = _light_people(shared.one[:, ours], shared.other[:, theirs])
    one, other = shared.one[light][:, ours], shared.other[light][:, theirs]
    n, m = _per_item(one), _per_item(other)
    rows, columns, common = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    items = one.T.tocsr()
    for part in _chunks(items @ np.diff(other.indptr)):
        both = (items[part] @ other).tocoo()
        places = both.row.astype(np.int64) + part.start
        is_close = (both.data >= MIN_RATERS) & (both.data >= MIN_JACCARD * (n[places] + m[both.col] - both.data))
        rows.append(places[is_close])
        columns.append(both.col[is_close].astype(np.int64))
        common.append(both.data[is_close].astype(np.int64))
        yield Tick()
    row, column, count = np.concatenate(rows), np.concatenate(columns), np.concatenate(common)
    tail = _tail(count, n[row], m[column], shared.n_independent)
    is_sure = tail * len(ours) * len(theirs) <= FALSE_ALARMS
    return set(zip(ours[row[is_sure]].tolist(), theirs[column[is_sure]].tolist(), strict=True))


def _tail(common: Longs, n: Longs, m: Longs, n_independent: float) -> Doubles:
    """Return the probability of at least so many common raters, drawing m of n_independent people, n of them marked."""
    people = np.maximum(np.int64(n_independent), np.maximum(n, m))
    return np.asarray(stats.hypergeom.sf(common - 1, people, n, m), np.float64)


def _light_people(one: sparse.csr_matrix, other: sparse.csr_matrix) -> Longs:
    """Return the people whose pairs of interactions can be counted within `MAX_WORK`, the least busy first served."""
    work = np.diff(one.indptr).astype(np.int64) * np.diff(other.indptr)
    order = np.argsort(work, kind="stable")
    return np.sort(order[np.cumsum(work[order]) <= MAX_WORK])


def _chunks(work: Longs) -> Iterator[slice]:
    """Cut items into runs of about `CHUNK_WORK`, which bounds the memory of a product."""
    ends = np.cumsum(work) // CHUNK_WORK
    edges = [0, *(np.flatnonzero(np.diff(ends)) + 1).tolist(), len(work)]
    return (slice(start, stop) for start, stop in pairwise(edges) if stop > start)


def _active(table: DomainTable) -> set[str]:
    return {table.user_ids[user] for user in np.unique(table.users).tolist()}


def _histories(table: DomainTable, people: Vocabulary) -> sparse.csr_matrix:
    numbers = people.numbers(table.user_ids)[table.users] if table.n_users else table.users
    rows = numbers != UNKNOWN
    ones = np.ones(int(rows.sum()), np.int32)
    return sparse.csr_matrix((ones, (numbers[rows], table.items[rows])), shape=(len(people), table.n_items))


def _per_item(histories: sparse.csr_matrix) -> Longs:
    return np.bincount(histories.indices, minlength=histories.shape[1]).astype(np.int64)


def _leaking(histories: sparse.csr_matrix, elsewhere: sparse.csr_matrix, copies: sparse.csr_matrix) -> int:
    """Count the interactions whose person has a copy elsewhere; `copies` leads from the items there to those here."""
    return int(histories.multiply(elsewhere @ copies).nnz)


def _by_chance(n: Longs, m: Longs, copies: sparse.csr_matrix, n_independent: float) -> float:
    """Return how many interactions of items with `n` raters would have a copy at the same person by chance."""
    return float(n @ np.minimum(1.0, (copies @ m) / n_independent))


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
