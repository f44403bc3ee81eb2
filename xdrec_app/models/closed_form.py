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
from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import Job

ITEMS_PER_BLOCK = 1024

LARGEST_CONDITION = 1e6
"""Up to here float32 is exact enough, see :func:`is_well_conditioned`."""

Dense = npt.NDArray[np.floating[Any]]
"""A dense matrix of float32 or float64."""


def is_well_conditioned(history: sparse.csr_matrix, penalty: float) -> bool:
    """Return whether ``history.T @ history`` plus a penalty on the diagonal can be inverted in float32.

    The trace over the penalty bounds the condition number; with a million 5 or more digits of the largest weights are
    left in practice (the bound is far from reached), which no ranking can tell from exact ones.
    """
    return float(np.square(history.data, dtype=np.float64).sum()) <= LARGEST_CONDITION * penalty


def demand_memory(needed: float, n_items: int, title: str) -> None:
    """Refuse a catalogue that is too large for the memory of this machine.

    Parameters
    ----------
    needed
        Bytes the model needs at its peak.
    title
        Of the model, for the sentence.

    Raises
    ------
    UserError
        Says how much memory it takes, and what takes less.
    """
    if needed > _physical_memory():
        raise UserError(
            f"{title} needs {needed / 1e9:.1f} GB of memory for {n_items:,} items; this machine does not have them.",
            "Use fewer sources, or a model that grows with the interactions, such as rp3beta or co_embedding.",
        )


def zeros(n_rows: int, n_columns: int, dtype: type[np.floating[Any]] = np.float64) -> Dense:
    """Return zeros in Fortran order, as LAPACK works in place on it."""
    return np.zeros((n_rows, n_columns), dtype, order="F")


def _physical_memory() -> float:
    """Return the bytes of memory of this machine; infinity where the system does not say."""
    if not hasattr(os, "sysconf"):
        return math.inf
    return float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")


def add_products(into: Dense, left: sparse.csr_matrix, right: sparse.csr_matrix, *, lower: bool = False) -> Job[None]:
    """Add ``left.T @ right`` to a dense matrix, block by block; or to its lower triangle alone. A job: yields ticks."""
    by_row = sparse.csr_matrix(left.T, dtype=into.dtype)
    by_column = sparse.csc_matrix(right, dtype=into.dtype)
    for start in range(0, into.shape[1], ITEMS_PER_BLOCK):
        block = slice(start, start + ITEMS_PER_BLOCK)
        rows = slice(start if lower else 0, None)
        into[rows, block] += (by_row[rows] @ by_column[:, block]).toarray()
        yield Tick()


def solve(matrix: Dense, right: Dense, title: str) -> Dense:
    """Return ``inverse(matrix) @ right`` for a symmetric positive definite matrix; its lower triangle is used up.

    Raises
    ------
    UserError
        When the matrix is not positive definite in the precision at hand.
    """
    finish = linalg.lapack.spotrs if matrix.dtype == np.float32 else linalg.lapack.dpotrs
    found, _ = finish(_factor(matrix, title), right, lower=True)
    solution: Dense = found
    return solution


def invert(matrix: Dense, title: str) -> Dense:
    """Return the inverse of a symmetric positive definite matrix, in its memory; lower triangles in and out.

    Raises
    ------
    UserError
        When the matrix is not positive definite in the precision at hand.
    """
    finish = linalg.lapack.spotri if matrix.dtype == np.float32 else linalg.lapack.dpotri
    found, _ = finish(_factor(matrix, title), lower=True, overwrite_c=True)
    inverse: Dense = found
    return inverse


def _factor(matrix: Dense, title: str) -> Dense:
    """Return the Cholesky factor in the lower triangle, in the matrix's memory."""
    factorise = linalg.lapack.spotrf if matrix.dtype == np.float32 else linalg.lapack.dpotrf
    found, failed_at = factorise(matrix, lower=True, overwrite_a=True, clean=False)
    if failed_at:
        raise UserError(f"{title} cannot be solved on these data.", "Choose a larger l2.")
    factor: Dense = found
    return factor


def symmetric(lower: Dense) -> Dense:
    """Return a symmetric matrix of which only the lower triangle is valid."""
    full = np.tril(lower)
    full += np.tril(lower, -1).T
    return full
