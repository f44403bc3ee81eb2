"""Stability: how much two models that differ in their seed alone agree on what to show."""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.arrays import Doubles, Ints
from xdrec_app.metrics.base import EMPTY_PLACE


def overlaps(one: Ints, other: Ints) -> Doubles:
    """Return for each person the share of the first k places that two lists have in common, float64 [n_people].

    Parameters
    ----------
    one, other
        int32 [n_people, k]: the same people's lists, each item at most once in a list and `EMPTY_PLACE` where there is
        none. The order within a list does not matter.

    Returns
    -------
    Doubles
        0 … 1: common items over the length of the longer list; NaN where both are empty.
    """
    if one.shape != other.shape:
        raise ValueError(f"lists of different people or lengths: {one.shape} and {other.shape}")
    common = np.zeros(len(one))
    for place in range(one.shape[1]):
        item = one[:, place]
        common += ((other == item[:, None]).any(axis=1)) & (item != EMPTY_PLACE)
    lengths = np.maximum((one != EMPTY_PLACE).sum(axis=1), (other != EMPTY_PLACE).sum(axis=1))
    shares: Doubles = np.divide(common, lengths, out=np.full(len(one), np.nan), where=lengths > 0)
    return shares


def overlap(one: Ints, other: Ints) -> float:
    """Return the mean of :func:`overlaps` over the people who are shown anything; NaN without any."""
    shares = overlaps(one, other)
    return float(np.nanmean(shares)) if np.isfinite(shares).any() else float("nan")
