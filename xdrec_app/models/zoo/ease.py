"""EASE over the joint catalogue of all domains (Steck, "Embarrassingly Shallow Autoencoders", WWW 2019)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.base import recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.closed_form import allocate, fill_co_occurrences, invert, is_well_conditioned, symmetric_columns
from xdrec_app.models.neighbourhood import HALF_LIFE_PARAM, SOURCE_WEIGHT_PARAM, LinearRecommender


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
    dropout: float = param(
        0.3,
        "Share of a history that is hidden at random while it is learnt to restore it; 0 is plain EASE.",
        low=0.0,
        high=0.95,
        search=Search(low=0, high=0.7),
    )
    activity_exponent: float = param(
        0.25,
        "How much less very active people count in training: a history is divided by its size to this power.",
        low=0.0,
        high=1.0,
        search=Search(low=0, high=0.5),
    )
    half_life: float = HALF_LIFE_PARAM


@recommenders.register
class EASE(LinearRecommender):
    r"""A linear autoencoder in closed form: each item is predicted from all others, of whatever domain.

    With X [n_users, n_items] the joint history, a source's interactions counting `source_weight`,

    .. math:: \min_B \lVert X - X B \rVert_F^2 + \lVert \Lambda^{1/2} B \rVert_F^2, \quad \operatorname{diag}(B) = 0

    has the solution (paper, eq. 8) :math:`B_{ij} = -P_{ij} / P_{jj}` off the diagonal, with
    :math:`P = (X^\top X + \Lambda)^{-1}`. Only the columns of target items are kept. Plain EASE has
    :math:`\Lambda = \lambda I`; to restore histories of which a share p was hidden adds
    :math:`\frac{p}{1 - p} \operatorname{diag}(X^\top X)` (EDLAE: Steck, Autoencoders that don't overfit towards the
    Identity, NeurIPS 2020). With `activity_exponent` a, rows of X are divided by their sum to the power of a, and λ
    shrinks as the sum of squares does. A `half_life` weighs the history that is scored, not the one that is learnt.
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
        scaled, shrunk = _even(history, self.params.activity_exponent)
        penalty, share = self.params.l2 * shrunk, self.params.dropout
        dtype = np.float32 if is_well_conditioned(scaled, penalty) else np.float64
        needed = np.dtype(dtype).itemsize * n_items * (n_items + n_target_items) + 4 * n_items * n_target_items
        gram = allocate(n_items, needed, self.title, dtype)
        total = n_items + n_items // 2  # the inversion counts half
        yield from fill_co_occurrences(gram, scaled, total, self.title)
        gram[np.diag_indices(n_items)] += penalty + share / (1 - share) * gram.diagonal()
        yield Progress(done=n_items, total=total, unit="items", message=f"{self.title}: inverting")
        inverse = invert(gram, self.title)
        weights = symmetric_columns(inverse, n_target_items)
        weights /= -inverse.diagonal()[:n_target_items]
        weights[np.diag_indices(n_target_items)] = 0
        return weights.astype(np.float32, order="C")


def _even(history: sparse.csr_matrix, exponent: float) -> tuple[sparse.csr_matrix, float]:
    """Return the history with rows divided by their sum to a power, and by how much its sum of squares shrank."""
    if exponent == 0 or history.nnz == 0:
        return history, 1.0
    sizes = np.asarray(history.sum(axis=1), np.float64).ravel()
    factors = np.power(np.where(sizes > 0, sizes, 1.0), -exponent)
    scaled = sparse.csr_matrix(sparse.diags(factors.astype(np.float32)) @ history)
    return scaled, float(
        np.square(scaled.data, dtype=np.float64).sum() / np.square(history.data, dtype=np.float64).sum()
    )
