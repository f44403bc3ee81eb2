"""The last share of each person's rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.datasets.arrays import Bools
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.split_times import by_person_and_time, first_times, not_after, require_times
from xdrec_app.datasets.splits.random import ShareParams, plan_by_rank, rank_within
from xdrec_app.datasets.splitting import Split, SplitPlan, percent, splits


@splits.register
class LastShareSplit(Split):
    """What each person did last is the test, the rows before it the validation; ties in time go by file order."""

    key = "last-share"
    title = "Last share"
    Params = ShareParams

    @property
    def description(self) -> str:
        """See :attr:`Split.description`."""
        return (
            f"the last {percent(self.params.test_share)} of each person's rows in the target are hidden,"
            " and all they did elsewhere after the first of these"
        )

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`; a UserError when a row of the target has no time."""
        require_times(target, self.key)
        order = np.empty(len(target))
        order[by_person_and_time(target)] = -np.arange(len(target), dtype=np.float64)
        return plan_by_rank(*rank_within(target.users, order), self.params)

    def visible(self, source: DomainTable, target: DomainTable, plan: SplitPlan) -> Bools:
        """See :meth:`Split.visible`: rows of a source after that person's first test row are hidden."""
        return not_after(source, first_times(target, plan.test))
