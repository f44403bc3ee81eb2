"""How values are distributed."""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.arrays import Floats

MAX_VALUES = 200
N_BINS = 50
AT_ONCE = 1 << 20


def histogram(values: Floats) -> tuple[tuple[float, int], ...]:
    """Return (value, count), ascending; of more than `MAX_VALUES` values the middles of `N_BINS` equal ranges."""
    distinct = np.empty(0, np.float32)
    for start in range(0, len(values), AT_ONCE):
        distinct = np.union1d(distinct, values[start : start + AT_ONCE])
        if len(distinct) > MAX_VALUES:
            counts, edges = np.histogram(values, bins=N_BINS)
            return tuple(zip(((edges[:-1] + edges[1:]) / 2).tolist(), counts.tolist(), strict=True))
    counts = np.zeros(len(distinct), np.int64)
    for start in range(0, len(values), AT_ONCE):
        counts += np.bincount(np.searchsorted(distinct, values[start : start + AT_ONCE]), minlength=len(distinct))
    shortest = [float(str(value)) for value in distinct]  # 4.3, not the 4.300000190734863 that float32 makes of it
    return tuple(zip(shortest, counts.tolist(), strict=True))
