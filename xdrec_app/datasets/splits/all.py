"""No hold-out: a model that is meant for use gets everything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.core.params import Params, param
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splits.random import rank_within
from xdrec_app.datasets.splitting import Split, SplitPlan, splits


class AllParams(Params):
    """What is cut off for a while."""

    valid_share: float = param(0.1, "Share of each person's rows by which the epochs are chosen.", low=0.0, high=0.9)


@splits.register
class AllSplit(Split):
    """Everything is for training; a validation part is cut off only to find the number of epochs."""

    key = "all"
    title = "Everything"
    Params = AllParams

    @property
    def description(self) -> str:
        """See :attr:`Split.description`."""
        return "nothing is hidden: the model is trained on all interactions"

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`."""
        order = np.random.default_rng(derive_seed(seed, "split", self.key)).random(len(target))
        ranks, sizes = rank_within(target.users, order)
        valid = ranks < np.minimum(np.floor(sizes * self.params.valid_share + 0.5), sizes - 1)
        return SplitPlan(np.flatnonzero(~valid), np.flatnonzero(valid), np.empty(0, np.int64))
