"""EASE over the joint catalogue of all domains (Steck, "Embarrassingly Shallow Autoencoders", WWW 2019)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from scipy import sparse

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Doubles, Floats, Ints
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.closed_form import (
    Dense,
    add_products,
    demand_memory,
    invert,
    is_well_conditioned,
    solve,
    symmetric,
    zeros,
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

    has the solution (paper, eq. 8) :math:`B_{ij} = -P_{ij} / P_{jj}` off the diagonal, with :math:`P = G^{-1}` and
    :math:`G = X^\top X + \Lambda`. Plain EASE has no constant and :math:`\Lambda = \lambda I`; to restore histories of
    which a share p was hidden adds :math:`\frac{p}{1 - p} \operatorname{diag}(X^\top X)` (EDLAE: Steck, Autoencoders
    that don't overfit towards the Identity, NeurIPS 2020).

    Only the columns of target items are kept. With T the target items and R all others and the constant, they are

    .. math:: W = G_{RR}^{-1} G_{RT}, \quad P_{TT} = (G_{TT} - G_{TR} W)^{-1}, \quad P_{RT} = -W P_{TT}

    W is the regression of the target on the sources. People known from the sources alone meet W, because B was learnt
    beside a target history; it stands below B, so that scores are linear in one vector for all.

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
        penalty = self.params.l2 * shrunk
        dtype = np.float32 if is_well_conditioned(scaled, penalty) else np.float64
        n_rows, n_sources = scaled.shape[1], history.shape[1] - n_target_items
        touched = np.flatnonzero(np.bincount(history.indices, minlength=n_rows) > 0)
        target, others = touched[touched < n_target_items], np.append(touched[touched >= n_target_items], n_rows - 1)
        sizes = len(target), len(others)
        needed = np.dtype(dtype).itemsize * (3 * sizes[0] ** 2 + 3 * sizes[0] * sizes[1] + 2 * sizes[1] ** 2)
        demand_memory(needed, n_rows - 1, self.title)
        gram = yield from self._gram(sparse.csr_matrix(scaled[:, target]), sparse.csr_matrix(scaled[:, others]), dtype)
        for part in (gram[0], gram[2]):
            diagonal = np.einsum("ii->i", part)
            diagonal *= 1 + self.params.dropout / (1 - self.params.dropout)
            diagonal += penalty
        yield Progress(done=3, total=4, unit="steps", message=f"{self.title}: solving")
        within, across, alone = _solve(*gram, self.title)
        has_sources = len(others) > 1
        weights = np.zeros((n_rows + (n_sources + 1 if has_sources else 0), n_target_items), np.float32)
        weights[np.ix_(target, target)] = within
        weights[np.ix_(others, target)] = across
        if has_sources:
            weights[np.ix_(others + n_sources + 1, target)] = alone
        return weights

    def _gram(
        self, target: sparse.csr_matrix, others: sparse.csr_matrix, dtype: type[np.floating[Any]]
    ) -> Job[tuple[Dense, Dense, Dense]]:
        """Count the blocks TT, RT and RR of G, those on the diagonal in their lower triangle."""
        parts = (target, target), (others, target), (others, others)
        found = []
        for done, (left, right) in enumerate(parts):
            yield Progress(done=done, total=4, unit="steps", message=f"{self.title}: counting co-occurrences")
            block = zeros(left.shape[1], right.shape[1], dtype)
            yield from add_products(block, left, right, lower=left is right)
            found.append(block)
        return found[0], found[1], found[2]

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


def _solve(within: Dense, across: Dense, beyond: Dense, title: str) -> tuple[Dense, Dense, Dense]:
    """Return B of the target items and of the others, and W, from the blocks TT, RT and RR of G; may overwrite them."""
    alone = solve(beyond, across, title)
    within -= across.T @ alone
    inverse = symmetric(invert(within, title))
    inverse /= -inverse.diagonal().copy()
    own = -alone @ inverse
    np.fill_diagonal(inverse, 0)
    return inverse, own, alone


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
