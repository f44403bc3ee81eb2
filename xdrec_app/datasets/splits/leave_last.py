"""Leave-last: what each person did last is what has to be foreseen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import NO_TIME, Bools
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import Split, SplitPlan, splits

FEWEST_ROWS = 3
"""A person needs one row for the test, one for validation and one to be known by; others stay in training."""


@splits.register
class LeaveLastSplit(Split):
    """The last row of each person is the test, the one before it the validation; ties in time go by file order."""

    key = "leave-last"
    title = "Leave last"
    description = "each person's last interaction in the target is hidden, and all they did elsewhere after it"

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`.

        Raises
        ------
        UserError
            When a row of the target has no time.
        """
        if not target.has_times:
            raise UserError(
                f"The split 'leave-last' needs times, and not every interaction of '{target.name}' has one.",
                "Choose the split 'random', or import a file with a time column.",
            )
        by_time = np.lexsort((target.file_order, target.times, target.users))
        sizes = np.bincount(target.users, minlength=target.n_users)
        ends = np.cumsum(sizes)
        long_enough = sizes >= FEWEST_ROWS
        test = np.sort(by_time[ends[long_enough] - 1])
        valid = np.sort(by_time[ends[long_enough] - 2])
        is_train = np.ones(len(target), bool)
        is_train[test] = is_train[valid] = False
        return SplitPlan(np.flatnonzero(is_train), valid, test)

    def visible(self, source: DomainTable, target: DomainTable, plan: SplitPlan) -> Bools:
        """See :meth:`Split.visible`: rows of a source after that person's test are hidden, and those without a time."""
        time_of = dict(zip(target.users[plan.test].tolist(), target.times[plan.test].tolist(), strict=True))
        by_id = {target.user_ids[user]: time for user, time in time_of.items()}
        never = np.iinfo(np.int64).max
        limits = np.array([by_id.get(id_, never) for id_ in source.user_ids], np.int64)[source.users]
        is_tested = limits != never
        has_time = source.times != NO_TIME
        visible: Bools = ~is_tested | (has_time & (source.times <= limits))
        return visible
