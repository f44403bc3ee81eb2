"""EASE over the joint catalogue of all domains (Steck, "Embarrassingly Shallow Autoencoders", WWW 2019)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import linalg, sparse

from xdrec_app.core.events import Progress, Tick
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Doubles, Floats, Ints
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.closed_form import (
    Square,
    allocate,
    fill_co_occurrences,
    invert,
    is_well_conditioned,
    symmetric_columns,
)
from xdrec_app.models.neighbourhood import HALF_LIFE_PARAM, SOURCE_WEIGHT_PARAM, LinearRecommender, history_weights


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
    intercept: float = param(
        1.0,
        "Weight of what is liked by everybody beside a person's own history; 0 is plain EASE.",
        low=0.0,
        high=10.0,
        search=Search(low=0, high=3),
    )
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

    With X [n_users, n_items + 1] the joint history, a source's interactions counting `source_weight`, and beside it a
    constant, the `intercept`,

    .. math:: \min_B \lVert X - X B \rVert_F^2 + \lVert \Lambda^{1/2} B \rVert_F^2, \quad \operatorname{diag}(B) = 0

    has the solution (paper, eq. 8) :math:`B_{ij} = -P_{ij} / P_{jj}` off the diagonal, with
    :math:`P = (X^\top X + \Lambda)^{-1}`. Only the columns of target items are kept. Plain EASE has no constant and
    :math:`\Lambda = \lambda I`; to restore histories of which a share p was hidden adds
    :math:`\frac{p}{1 - p} \operatorname{diag}(X^\top X)` (EDLAE: Steck, Autoencoders that don't overfit towards the
    Identity, NeurIPS 2020).

    People known from the sources alone would meet weights that were learnt beside a target history. They have weights
    of their own: with T the target items, R all others and the constant, and :math:`G = X^\top X`, the regression
    :math:`(G_{RR} + \Lambda_R)^{-1} G_{RT}`. These stand below B, so that scores are linear in one vector for all.

    With `activity_exponent` a, rows of X are divided by their sum to the power of a, and λ shrinks as the sum of
    squares does. A `half_life` weighs the history that is scored, not the one that is learnt.
    """

    key: ClassVar[str] = "ease"
    title: ClassVar[str] = "EASE"
    family: ClassVar[str] = "Closed form"
    reference: ClassVar[str] = "Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019"
    Params: ClassVar[type[Params]] = EASEParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True)

    def _weights(self, history: sparse.csr_matrix, n_target_items: int) -> Job[Floats]:
        """Solve for B and, with sources, the weights of people without target history below it.

        Returns
        -------
        Floats
            float32 [n_items + 1 (+ n_source_items + 1), n_target_items].

        Raises
        ------
        UserError
            When the catalogue is too large for a square matrix in memory.
        """
        scaled, shrunk = _even(history, self.params.intercept, self.params.activity_exponent)
        n_items = scaled.shape[1]
        n_others = n_items - n_target_items if history[:, n_target_items:].nnz else 0
        penalty, share = self.params.l2 * shrunk, self.params.dropout
        dtype = np.float32 if is_well_conditioned(scaled, penalty) else np.float64
        n_cells = n_items * (n_items + n_target_items) + n_others * (n_others + n_target_items)
        needed = np.dtype(dtype).itemsize * n_cells + 4 * n_items * n_target_items
        gram = allocate(n_items, needed, self.title, dtype)
        total = n_items + n_items // 2  # the inversion counts half
        yield from fill_co_occurrences(gram, scaled, total, self.title)
        gram[np.diag_indices(n_items)] += penalty + share / (1 - share) * gram.diagonal()
        yield Progress(done=n_items, total=total, unit="items", message=f"{self.title}: inverting")
        weights = np.empty((n_items + n_others, n_target_items), np.float32)
        if n_others:
            weights[n_items:] = _from_others(gram, n_target_items)
            yield Tick()
        inverse = invert(gram, self.title)
        weights[:n_items] = symmetric_columns(inverse, n_target_items)
        weights[:n_items] /= -inverse.diagonal()[:n_target_items]
        weights[np.diag_indices(n_target_items)] = 0
        return weights

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`: what of the weights a person meets, float32 CSR [n, n_rows of the weights].

        As older interactions fade, so does the constant: it is the mean of what is left of each.
        """
        history = sparse.csr_matrix(super().fold_in(histories, n_people))
        plain = self._plain_sizes(histories, n_people)
        left = np.asarray(history.sum(axis=1), np.float64).ravel() / np.where(plain > 0, plain, 1)
        constant = sparse.csr_matrix((self.params.intercept * left)[:, None], dtype=np.float32)
        joint = sparse.csr_matrix(sparse.hstack([history, constant]))
        if not self._serves_cold:
            return joint
        n_target = self.n_target_items
        is_cold = np.diff(history[:, :n_target].indptr) == 0
        warm, cold = (sparse.diags(chosen.astype(np.float32)) for chosen in (~is_cold, is_cold))
        states = sparse.csr_matrix(sparse.hstack([warm @ joint, cold @ joint[:, n_target:]]))
        states.eliminate_zeros()
        return states

    @property
    def _serves_cold(self) -> bool:
        """Whether there are weights of their own for people without target history."""
        return bool(self._item_weights.shape[0] > self.n_items + 1)

    def _shift(self, history: Interactions) -> int:
        """Return how far below an item's number its row of the weights stands, for one person."""
        is_cold = self._serves_cold and not (history.items < self.n_target_items).any()
        return self.n_items + 1 - self.n_target_items if is_cold else 0

    def _places(self, history: Interactions) -> Ints:
        return history.items + np.int32(self._shift(history))

    def contributions(self, history: Interactions, item: int) -> Floats:
        """See :class:`~xdrec_app.models.base.Additive`; the constant is shared out as the rows count."""
        terms = super().contributions(history, item)
        size = self._plain_sizes(history, 1)[0]
        if size > 0:
            constant = self.params.intercept * self._item_weights[self.n_items + self._shift(history), item] / size
            terms += np.float32(constant) * self._strengths(history)
        return terms

    def _plain_sizes(self, histories: Interactions, n_people: int) -> Doubles:
        """Return the size of each history, whatever its order, float64 [n_people]."""
        weights = history_weights(histories, self.n_target_items, self.params.source_weight)
        return np.bincount(histories.users, weights=weights, minlength=n_people).astype(np.float64)


def _from_others(gram: Square, n_target: int) -> Square:
    """Return the regression of the target items on what stands behind them, [n_others, n_target].

    `gram` holds its penalty, and is valid in its lower triangle.
    """
    factor = linalg.cho_factor(gram[n_target:, n_target:], lower=True, check_finite=False)
    found: Square = linalg.cho_solve(factor, gram[n_target:, :n_target], check_finite=False)
    return found


def _even(history: sparse.csr_matrix, intercept: float, exponent: float) -> tuple[sparse.csr_matrix, float]:
    """Return the history with the constant beside it, and by how much its sum of squares shrank.

    Rows, the constant included, are divided by the sum of the history to a power.
    """
    sizes = np.asarray(history.sum(axis=1), np.float64).ravel()
    factors = np.power(sizes, -exponent, out=np.zeros(len(sizes)), where=sizes > 0)
    scaled = sparse.diags(factors.astype(np.float32)) @ history
    constant = sparse.csr_matrix((intercept * factors)[:, None], dtype=np.float32)
    before, after = (float(np.square(matrix.data, dtype=np.float64).sum()) for matrix in (history, scaled))
    return sparse.csr_matrix(sparse.hstack([scaled, constant])), after / before if before else 1.0
