"""Random hold-out of a share of each person's rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Doubles, Ints, Longs
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import Split, SplitPlan, splits

TEST_SHARE = 0.2
VALID_SHARE = 0.1


def rank_within(groups: Ints, order: Doubles) -> tuple[Longs, Longs]:
    """Return each row's rank by `order` within its group and its group's size, both int64 [n_rows]."""
    sorted_rows = np.lexsort((order, groups))
    sorted_groups = groups[sorted_rows]
    sizes = np.bincount(groups, minlength=int(groups.max()) + 1 if len(groups) else 0)
    starts = np.cumsum(sizes) - sizes
    ranks = np.empty(len(groups), np.int64)
    ranks[sorted_rows] = np.arange(len(groups)) - starts[sorted_groups]
    return ranks, sizes[groups]


@splits.register
class RandomSplit(Split):
    """A share of each person's rows, drawn at random; a person's only row stays in training."""

    key = "random"
    title = "Random"
    description = "20 % of each person's rows in the target are hidden, drawn at random"

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`."""
        order = np.random.default_rng(derive_seed(seed, "split", self.key)).random(len(target))
        ranks, sizes = rank_within(target.users, order)
        n_test = np.floor(sizes * TEST_SHARE + 0.5).astype(np.int64)
        n_test = np.minimum(n_test, sizes - 1)
        n_valid = np.floor((sizes - n_test) * VALID_SHARE + 0.5).astype(np.int64)
        test = ranks < n_test
        valid = ~test & (ranks < n_test + n_valid)
        return SplitPlan(np.flatnonzero(~test & ~valid), np.flatnonzero(valid), np.flatnonzero(test))
