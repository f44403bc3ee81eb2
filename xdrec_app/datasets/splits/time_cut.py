"""Global temporal cut: everything from one moment on is the test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.core.params import Params, param
from xdrec_app.datasets.arrays import NO_TIME, Bools, Longs
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.split_times import require_times
from xdrec_app.datasets.splitting import Split, SplitPlan, percent, splits


class CutParams(Params):
    """Where the cuts are."""

    test_share: float = param(0.2, "Share of the rows after the cut, which are tested.", low=0.01, high=0.9)
    valid_share: float = param(0.1, "Share of the rows before it that is for validation.", low=0.0, high=0.9)


@splits.register
class TimeCutSplit(Split):
    """The latest rows of all people are the test, those before them the validation.

    Rows of the same moment stay together, so the shares are met as nearly as that allows. People who come after the cut
    are cold.
    """

    key = "time-cut"
    title = "Time cut"
    Params = CutParams

    @property
    def description(self) -> str:
        """See :attr:`Split.description`."""
        return (
            f"the latest {percent(self.params.test_share)} of the target's rows are hidden,"
            " and all that happened elsewhere since then"
        )

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`.

        Raises
        ------
        UserError
            When a row of the target has no time, or no row is before the cut.
        """
        require_times(target, self.key)
        is_test = _latest(target.times, self.params.test_share)
        if len(target) and is_test.all():
            raise UserError(
                f"The interactions of '{target.name}' have too few different times: none comes before the cut.",
                "Choose a smaller test_share, or the split 'random'.",
            )
        before = np.flatnonzero(~is_test)
        is_valid = _latest(target.times[before], self.params.valid_share)
        if is_valid.all():
            is_valid[:] = False
        return SplitPlan(before[~is_valid], before[is_valid], np.flatnonzero(is_test))

    def visible(self, source: DomainTable, target: DomainTable, plan: SplitPlan) -> Bools:
        """See :meth:`Split.visible`: rows of a source since the cut are hidden, and those without a time."""
        cut = target.times[plan.test].min(initial=np.iinfo(np.int64).max)
        visible: Bools = (source.times != NO_TIME) & (source.times < cut)
        return visible


def _latest(times: Longs, share: float) -> Bools:
    """Return which rows are the latest `share`, with all others of the same moment, bool [n_rows]."""
    n_latest = int(len(times) * share + 0.5)
    if n_latest == 0:
        return np.zeros(len(times), bool)
    cut = np.partition(times, len(times) - n_latest)[len(times) - n_latest]
    latest: Bools = times >= cut
    return latest
