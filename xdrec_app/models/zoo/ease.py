"""EASE over the joint catalogue of all domains (Steck, "Embarrassingly Shallow Autoencoders", WWW 2019)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import linalg, sparse

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.base import recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM, LinearRecommender

MAX_ITEMS = 40_000
"""Two square matrices of that size in float32 take 13 GB."""


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
        if n_items > MAX_ITEMS:
            gigabytes = 2 * 4 * n_items**2 / 1e9
            raise UserError(
                f"EASE needs about {gigabytes:.0f} GB for {n_items:,} items; its limit is {MAX_ITEMS:,} items.",
                "Use fewer sources, or a model that scales, such as co_embedding.",
            )
        yield Progress(done=0, total=3, message="EASE: counting co-occurrences")
        gram = (history.T @ history).toarray()
        gram[np.diag_indices(n_items)] += np.float32(self.params.l2)
        yield Progress(done=1, total=3, message="EASE: factorising")
        factor, _ = linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
        yield Progress(done=2, total=3, message="EASE: inverting")
        inverse, _ = linalg.lapack.spotri(factor, lower=True, overwrite_c=True)
        diagonal = inverse.diagonal()[:n_target_items].copy()
        columns = _symmetric_columns(inverse, n_target_items)
        columns /= -diagonal
        columns[np.arange(n_target_items), np.arange(n_target_items)] = 0
        return np.ascontiguousarray(columns)


def _symmetric_columns(lower: Floats, n_columns: int) -> Floats:
    """Return the first columns of a symmetric matrix of which only the lower triangle is valid."""
    columns = lower[:, :n_columns].copy()
    block = columns[:n_columns]
    upper = np.triu_indices(n_columns, 1)
    block[upper] = block.T[upper]
    return columns
