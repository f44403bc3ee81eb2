"""Random hold-out of a share of each person's rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.core.params import Params, param
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Doubles, Ints, Longs
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import Split, SplitPlan, percent, splits


class ShareParams(Params):
    """How much of each person is held out."""

    test_share: float = param(0.2, "Share of each person's rows that is tested.", low=0.01, high=0.9)
    valid_share: float = param(0.1, "Share of the rows left that is for validation.", low=0.0, high=0.9)


def rank_within(groups: Ints, order: Doubles) -> tuple[Longs, Longs]:
    """Return each row's rank by `order` within its group and its group's size, both int64 [n_rows]."""
    sorted_rows = np.lexsort((order, groups))
    sorted_groups = groups[sorted_rows]
    sizes = np.bincount(groups, minlength=int(groups.max()) + 1 if len(groups) else 0)
    starts = np.cumsum(sizes) - sizes
    ranks = np.empty(len(groups), np.int64)
    ranks[sorted_rows] = np.arange(len(groups)) - starts[sorted_groups]
    return ranks, sizes[groups]


def plan_by_rank(ranks: Longs, sizes: Longs, params: ShareParams) -> SplitPlan:
    """Return a plan: the rows of lowest rank within their person are tested, the next are for validation.

    A person's only row stays in training.
    """
    n_test = np.floor(sizes * params.test_share + 0.5).astype(np.int64)
    n_test = np.minimum(n_test, sizes - 1)
    n_valid = np.floor((sizes - n_test) * params.valid_share + 0.5).astype(np.int64)
    n_valid = np.minimum(n_valid, sizes - n_test - 1)
    test = ranks < n_test
    valid = ~test & (ranks < n_test + n_valid)
    return SplitPlan(np.flatnonzero(~test & ~valid), np.flatnonzero(valid), np.flatnonzero(test))


@splits.register
class RandomSplit(Split):
    """A share of each person's rows, drawn at random; a person's only row stays in training."""

    key = "random"
    title = "Random"
    Params = ShareParams

    @property
    def description(self) -> str:
        """See :attr:`Split.description`."""
        return f"{percent(self.params.test_share)} of each person's rows in the target are hidden, drawn at random"

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`."""
        order = np.random.default_rng(derive_seed(seed, "split", self.key)).random(len(target))
        return plan_by_rank(*rank_within(target.users, order), self.params)
