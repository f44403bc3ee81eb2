"""Random hold-out of a share of all rows, whoever they belong to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.core.params import Params, param
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import Split, SplitPlan, percent, splits


class RowParams(Params):
    """How many of the rows are held out."""

    test_share: float = param(0.2, "Share of the rows that is tested.", low=0.01, high=0.9)
    valid_share: float = param(0.1, "Share of the rows left that is for validation.", low=0.0, high=0.9)


@splits.register
class RandomRowsSplit(Split):
    """A share of all rows; a person may lose all of them and is cold then."""

    key = "random-rows"
    title = "Random rows"
    Params = RowParams

    @property
    def description(self) -> str:
        """See :attr:`Split.description`."""
        return f"{percent(self.params.test_share)} of all rows of the target are hidden, drawn at random"

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`."""
        drawn = np.random.default_rng(derive_seed(seed, "split", self.key)).permutation(len(target))
        n_test = int(len(target) * self.params.test_share + 0.5)
        n_valid = int((len(target) - n_test) * self.params.valid_share + 0.5)
        parts = np.split(drawn, [n_test, n_test + n_valid])
        return SplitPlan(train=np.sort(parts[2]), valid=np.sort(parts[1]), test=np.sort(parts[0]))
