"""The linear algebra of closed-form models: dense item-by-item matrices, in place and in pieces.

Knows no model: a model of the zoo says which matrix it inverts and what it reads from the inverse.
"""

from __future__ import annotations

import math
import os

import numpy as np
from scipy import linalg, sparse

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress, Tick
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.arrays import Doubles

ITEMS_PER_BLOCK = 1024


def allocate(n_items: int, needed: float, title: str) -> Doubles:
    """Return an empty float64 [n_items, n_items] in Fortran order, as LAPACK works in place on it.

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
        return np.empty((n_items, n_items), order="F")
    except MemoryError:
        raise UserError(
            f"{title} needs {needed / 1e9:.1f} GB of memory for {n_items:,} items; this machine does not have them.",
            "Use fewer sources, or a model that grows with the interactions, such as co_embedding.",
        ) from None


def _physical_memory() -> float:
    """Return the bytes of memory of this machine; infinity where the system does not say."""
    if not hasattr(os, "sysconf"):
        return math.inf
    return float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")


def fill_co_occurrences(gram: Doubles, history: sparse.csr_matrix, total: int, title: str) -> Job[None]:
    """Write ``history.T @ history`` into `gram`. A job: yields progress, `total` being the end of it."""
    n_items = history.shape[1]
    by_item = sparse.csr_matrix(history.T, dtype=np.float64)
    by_person = sparse.csc_matrix(history, dtype=np.float64)
    for start in range(0, n_items, ITEMS_PER_BLOCK):
        stop = min(start + ITEMS_PER_BLOCK, n_items)
        gram[:, start:stop] = (by_item @ by_person[:, start:stop]).toarray()
        yield Progress(done=stop, total=total, unit="items", message=f"{title}: counting co-occurrences")


def invert(matrix: Doubles, title: str) -> Doubles:
    """Return the inverse of a symmetric positive definite matrix, in its memory; only the lower triangle is valid.

    Raises
    ------
    UserError
        When the matrix is not positive definite in the precision at hand.
    """
    factor, failed_at = linalg.lapack.dpotrf(matrix, lower=True, overwrite_a=True)
    if failed_at:
        raise UserError(f"{title} cannot be solved on these data.", "Choose a larger l2.")
    inverse, _ = linalg.lapack.dpotri(factor, lower=True, overwrite_c=True)
    found: Doubles = inverse
    return found


def symmetric_columns(lower: Doubles, n_columns: int) -> Doubles:
    """Return the first columns of a symmetric matrix of which only the lower triangle is valid."""
    columns = lower[:, :n_columns].copy(order="F")
    square = np.tril(columns[:n_columns])
    columns[:n_columns] = square + np.tril(square, -1).T
    return columns


def add_products(into: Doubles, left: sparse.csr_matrix, right: sparse.csr_matrix) -> Job[None]:
    """Add ``left.T @ right`` to a dense matrix, block by block. A job: yields ticks."""
    by_row = sparse.csr_matrix(left.T, dtype=np.float64)
    by_column = sparse.csc_matrix(right, dtype=np.float64)
    for start in range(0, into.shape[1], ITEMS_PER_BLOCK):
        block = slice(start, start + ITEMS_PER_BLOCK)
        into[:, block] += (by_row @ by_column[:, block]).toarray()
        yield Tick()
