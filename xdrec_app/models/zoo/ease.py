"""EASE over the joint catalogue of all domains (Steck, "Embarrassingly Shallow Autoencoders", WWW 2019)."""

from __future__ import annotations

import math
import os
from typing import ClassVar

import numpy as np
from scipy import linalg, sparse

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Doubles, Floats
from xdrec_app.models.base import recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM, LinearRecommender

ITEMS_PER_BLOCK = 1024


class EASEParams(Params):
    """Hyper-parameters of :class:`EASE`."""

    l2: float = param(
        100.0,
        "Weight of the L2 penalty, λ of the paper.",
        low=0.1,
        high=1e6,
        search=Search(low=10, high=2000, log=True),
    )
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class EASE(LinearRecommender):
    r"""A linear autoencoder in closed form: each item is predicted from all others, of whatever domain.

    With X [n_users, n_items] the joint history, a source's interactions counting `source_weight`,

    .. math:: \min_B \lVert X - X B \rVert_F^2 + \lambda \lVert B \rVert_F^2, \quad \operatorname{diag}(B) = 0

    has the solution (paper, eq. 8) :math:`B_{ij} = -P_{ij} / P_{jj}` off the diagonal, with
    :math:`P = (X^\top X + \lambda I)^{-1}`. Only the columns of target items are kept.
    """

    key: ClassVar[str] = "ease"
    title: ClassVar[str] = "EASE"
    family: ClassVar[str] = "Closed form"
    reference: ClassVar[str] = "Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019"
    Params: ClassVar[type[Params]] = EASEParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True)

    def _weights(self, history: sparse.csr_matrix, n_target_items: int) -> Job[Floats]:
        """Solve for B, float32 [n_items, n_target_items].

        Raises
        ------
        UserError
            When the catalogue is too large for a square matrix in memory.
        """
        n_items = history.shape[1]
        gram = _allocate(n_items, n_target_items)
        by_item = sparse.csr_matrix(history.T, dtype=np.float64)
        by_person = sparse.csc_matrix(history, dtype=np.float64)
        total = n_items + n_items // 2  # the inversion counts half
        for start in range(0, n_items, ITEMS_PER_BLOCK):
            stop = min(start + ITEMS_PER_BLOCK, n_items)
            gram[:, start:stop] = (by_item @ by_person[:, start:stop]).toarray()
            yield Progress(done=stop, total=total, unit="items", message="EASE: counting co-occurrences")
        gram[np.diag_indices(n_items)] += self.params.l2
        factor, failed_at = linalg.lapack.dpotrf(gram, lower=True, overwrite_a=True)
        if failed_at:
            raise UserError(f"EASE cannot be solved with l2 = {self.params.l2:g} on these data.", "Choose a larger l2.")
        yield Progress(done=total, total=total, unit="items", message="EASE: inverting")
        inverse, _ = linalg.lapack.dpotri(factor, lower=True, overwrite_c=True)
        weights = _symmetric_columns(inverse, n_target_items)
        weights /= -inverse.diagonal()[:n_target_items]
        weights[np.diag_indices(n_target_items)] = 0
        return weights.astype(np.float32, order="C")


def _allocate(n_items: int, n_target_items: int) -> Doubles:
    """Return an empty square matrix in Fortran order, as LAPACK works in place on it."""
    needed = 8 * n_items * n_items + 12 * n_items * n_target_items
    try:
        if needed > _physical_memory():
            raise MemoryError
        return np.empty((n_items, n_items), order="F")
    except MemoryError:
        raise UserError(
            f"EASE needs {needed / 1e9:.1f} GB of memory for {n_items:,} items; this machine does not have them.",
            "Use fewer sources, or a model that grows with the interactions, such as co_embedding.",
        ) from None


def _physical_memory() -> float:
    """Return the bytes of memory of this machine; infinity where the system does not say."""
    if not hasattr(os, "sysconf"):
        return math.inf
    return float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")


def _symmetric_columns(lower: Doubles, n_columns: int) -> Doubles:
    """Return the first columns of a symmetric matrix of which only the lower triangle is valid."""
    columns = lower[:, :n_columns].copy(order="F")
    square = np.tril(columns[:n_columns])
    columns[:n_columns] = square + np.tril(square, -1).T
    return columns
