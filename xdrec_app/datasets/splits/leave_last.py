"""Leave-last: what each person did last is what has to be foreseen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.datasets.arrays import Bools
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.split_times import by_person_and_time, first_times, not_after, require_times
from xdrec_app.datasets.splitting import Split, SplitPlan, splits

FEWEST_ROWS = 3
"""A person needs one row for the test, one for validation and one to be known by; others stay in training."""


@splits.register
class LeaveLastSplit(Split):
    """The last row of each person is the test, the one before it the validation; ties in time go by file order."""

    key = "leave-last"
    title = "Leave last"

    @property
    def description(self) -> str:
        """See :attr:`Split.description`."""
        return "each person's last interaction in the target is hidden, and all they did elsewhere after it"

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`.

        Raises
        ------
        UserError
            When a row of the target has no time.
        """
        require_times(target, self.key)
        by_time = by_person_and_time(target)
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
        return not_after(source, first_times(target, plan.test))
