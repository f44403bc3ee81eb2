"""What the splits by time share: times that must be there, and source rows that come too late."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import NO_TIME, Bools, Longs
from xdrec_app.datasets.domain_table import DomainTable

NEVER = int(np.iinfo(np.int64).max)


def require_times(target: DomainTable, split: str) -> None:
    """Raise a :class:`UserError` unless every row of the target says when it happened."""
    if not target.has_times:
        raise UserError(
            f"The split '{split}' needs times, and not every interaction of '{target.name}' has one.",
            "Choose the split 'random', or import a file with a time column.",
        )


def by_person_and_time(target: DomainTable) -> Longs:
    """Return the rows person by person in the order of time, int64 [n_rows]; ties go by file order."""
    return np.lexsort((target.file_order, target.times, target.users))


def first_times(target: DomainTable, rows: Longs) -> dict[str, int]:
    """Return person id → time of their first of the given rows, for the people who have one."""
    firsts = np.full(target.n_users, NEVER, np.int64)
    np.minimum.at(firsts, target.users[rows], target.times[rows])
    return {target.user_ids[user]: int(firsts[user]) for user in np.flatnonzero(firsts != NEVER)}


def not_after(source: DomainTable, limits: Mapping[str, int]) -> Bools:
    """Return which rows may be seen, bool [n_rows]: those of people without a limit, and those not after their limit.

    A row without a time may be after it, and is hidden.
    """
    limit = np.array([limits.get(id_, NEVER) for id_ in source.user_ids], np.int64)[source.users]
    visible: Bools = (limit == NEVER) | ((source.times != NO_TIME) & (source.times <= limit))
    return visible
