"""Cold items: items of which nobody has said anything yet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.core.params import Params, param
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import Split, SplitPlan, percent, splits


class ItemParams(Params):
    """How many items are cold."""

    test_share: float = param(0.2, "Share of the items that are cold and tested.", low=0.01, high=0.9)
    valid_share: float = param(0.1, "Share of the items that are cold for validation.", low=0.0, high=0.5)


@splits.register
class ColdItemsSplit(Split):
    """Some items lose all their interactions; others lose them for validation, so that it is cold too.

    Only cold items compete with each other: beside items that people are known to like, one that nobody has touched
    would stand where a model ranks new items as such, which says nothing about telling them apart. Which item is cold
    hangs on its id and the seed alone, so it stays cold when others come or go.
    """

    key = "cold-items"
    title = "Cold items"
    Params = ItemParams

    @property
    def description(self) -> str:
        """See :attr:`Split.description`."""
        return (
            f"{percent(self.params.test_share)} of the target's items lose all their interactions; only they are ranked"
        )

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`."""
        draws = np.array([derive_seed(seed, "split", self.key, id_) for id_ in target.item_ids]) / float(1 << 63)
        test_items = draws < self.params.test_share
        valid_items = ~test_items & (draws < self.params.test_share + self.params.valid_share)
        test, valid = test_items[target.items], valid_items[target.items]
        return SplitPlan(
            np.flatnonzero(~test & ~valid), np.flatnonzero(valid), np.flatnonzero(test), only_held_out_items=True
        )
