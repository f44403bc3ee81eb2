"""Which of several rows about the same person and item counts, or how they are added up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xdrec_app.datasets.arrays import Bools, Floats, Ints, Longs
from xdrec_app.datasets.signal_settings import Repeats


class Resolved(NamedTuple):
    """Rows in canonical order.

    Attributes
    ----------
    rows
        int64 positions of the rows that stand for their pairs, ascending by (user, item).
    values
        float32, one for each of them.
    """

    rows: Longs
    values: Floats


def resolve(
    users: Ints, items: Ints, values: Floats, times: Longs, policy: Repeats, order: Longs | None = None
) -> Resolved:
    """Apply a policy for repeated pairs to rows in file order.

    Last and first are by time, file order breaking ties, rows without a time (`NO_TIME`) before all others. A mean, a
    maximum or a sum stands at the last row of its pair.

    Parameters
    ----------
    users, items
        int32 numbers in the order of the ids.
    values
        float32.
    times
        int64 seconds since 1970 or `NO_TIME`.
    order
        int64 positions of the rows by (user, item), file order breaking ties, if somebody knows them; sorted in place.
    """
    if not len(users):
        return Resolved(np.empty(0, np.int64), np.empty(0, np.float32))
    if order is None:
        order = np.argsort(pair_numbers(users, items), kind="stable")
    begins = _changes(users[order]) | _changes(items[order])
    if begins.all() or policy == "all":
        return Resolved(order, values[order])
    _order_groups_by_time(order, begins, times)
    if policy == "first":
        first = order[begins]
        return Resolved(first, values[first])
    last = order[np.append(begins[1:], True)]
    if policy == "last":
        del order  # there may be many millions of rows: nothing is kept longer than needed
        return Resolved(last, values[last])
    starts = np.flatnonzero(begins)
    ordered = values[order].astype(np.float64)
    if policy == "maximum":
        return Resolved(last, np.maximum.reduceat(ordered, starts).astype(np.float32))
    sums = np.add.reduceat(ordered, starts)
    if policy == "mean":
        sums /= np.diff(np.append(starts, len(order)))
    return Resolved(last, sums.astype(np.float32))


def pair_numbers(one: Ints | Longs, other: Ints | Longs) -> Longs:
    """Return one number for each pair of two numbers from 0, ascending in the order of pairs; int64.

    There are never so many people and items that it could leave int64.
    """
    pairs = one.astype(np.int64)
    if len(pairs):
        pairs *= int(other.max()) + 1
        pairs += other
    return pairs


def _changes(numbers: Ints) -> Bools:
    """Return where another number stands than before, the first place included."""
    changes = np.ones(len(numbers), bool)
    np.not_equal(numbers[1:], numbers[:-1], out=changes[1:])
    return changes


def _order_groups_by_time(order: Longs, begins: Bools, times: Longs) -> None:
    """Bring the rows of each repeated pair into the order of time, in place; most pairs are not repeated."""
    is_single = begins & np.append(begins[1:], True)
    places = np.flatnonzero(~is_single)
    rows = order[places]
    groups = np.cumsum(begins[places])
    order[places] = rows[np.lexsort((times[rows], groups))]  # stable: file order breaks ties
