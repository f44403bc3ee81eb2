"""The linear algebra of closed-form models: dense item-by-item matrices, in place and in pieces.

Knows no model: a model of the zoo says which matrix it inverts and what it reads from the inverse.
"""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress, Tick
from xdrec_app.core.jobs import Job

ITEMS_PER_BLOCK = 1024

LARGEST_CONDITION = 1e6
"""Up to here float32 is exact enough, see :func:`is_well_conditioned`."""

Square = npt.NDArray[np.floating[Any]]
"""A dense matrix of float32 or float64 in Fortran order."""


def is_well_conditioned(history: sparse.csr_matrix, penalty: float) -> bool:
    """Return whether ``history.T @ history`` plus a penalty on the diagonal can be inverted in float32.

    The trace over the penalty bounds the condition number; with a million 5 or more digits of the largest weights are
    left in practice (the bound is far from reached), which no ranking can tell from exact ones.
    """
    return float(np.square(history.data, dtype=np.float64).sum()) <= LARGEST_CONDITION * penalty


def allocate(n_items: int, needed: float, title: str, dtype: type[np.floating[Any]] = np.float64) -> Square:
    """Return zeros [n_items, n_items] in Fortran order, as LAPACK works in place on it.

    Parameters
    ----------
    needed
        Bytes the model needs at its peak, this matrix included.
    title
        Of the model, for the sentence.

    Raises
    ------
    UserError
        When the catalogue is too large for the memory of this machine.
    """
    try:
        if needed > _physical_memory():
            raise MemoryError
        return np.zeros((n_items, n_items), dtype, order="F")
    except MemoryError:
        raise UserError(
            f"{title} needs {needed / 1e9:.1f} GB of memory for {n_items:,} items; this machine does not have them.",
            "Use fewer sources, or a model that grows with the interactions, such as rp3beta or co_embedding.",
        ) from None


def _physical_memory() -> float:
    """Return the bytes of memory of this machine; infinity where the system does not say."""
    if not hasattr(os, "sysconf"):
        return math.inf
    return float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")


def fill_co_occurrences(gram: Square, history: sparse.csr_matrix, total: int, title: str) -> Job[None]:
    """Write the lower triangle of ``history.T @ history``. A job: yields progress, `total` being the end of it."""
    n_items = history.shape[1]
    by_item = sparse.csr_matrix(history.T, dtype=gram.dtype)
    by_person = sparse.csc_matrix(history, dtype=gram.dtype)
    for start in range(0, n_items, ITEMS_PER_BLOCK):
        stop = min(start + ITEMS_PER_BLOCK, n_items)
        gram[start:, start:stop] = (by_item[start:] @ by_person[:, start:stop]).toarray()
        yield Progress(done=stop, total=total, unit="items", message=f"{title}: counting co-occurrences")


def add_products(into: Square, left: sparse.csr_matrix, right: sparse.csr_matrix, *, lower: bool = False) -> Job[None]:
    """Add ``left.T @ right`` to a dense matrix, block by block; or to its lower triangle alone. A job: yields ticks."""
    by_row = sparse.csr_matrix(left.T, dtype=into.dtype)
    by_column = sparse.csc_matrix(right, dtype=into.dtype)
    for start in range(0, into.shape[1], ITEMS_PER_BLOCK):
        block = slice(start, start + ITEMS_PER_BLOCK)
        rows = slice(start if lower else 0, None)
        into[rows, block] += (by_row[rows] @ by_column[:, block]).toarray()
        yield Tick()


def invert(matrix: Square, title: str) -> Square:
    """Return the inverse of a symmetric positive definite matrix, in its memory; lower triangles in and out.

    Raises
    ------
    UserError
        When the matrix is not positive definite in the precision at hand.
    """
    single = matrix.dtype == np.float32
    factorise = linalg.lapack.spotrf if single else linalg.lapack.dpotrf
    finish = linalg.lapack.spotri if single else linalg.lapack.dpotri
    factor, failed_at = factorise(matrix, lower=True, overwrite_a=True, clean=False)
    if failed_at:
        raise UserError(f"{title} cannot be solved on these data.", "Choose a larger l2.")
    inverse, _ = finish(factor, lower=True, overwrite_c=True)
    found: Square = inverse
    return found


def symmetric_columns(lower: Square, n_columns: int) -> Square:
    """Return the first columns of a symmetric matrix of which only the lower triangle is valid."""
    columns = lower[:, :n_columns].copy(order="F")
    square = np.tril(columns[:n_columns])
    columns[:n_columns] = square + np.tril(square, -1).T
    return columns
