"""A Gibbs sampler of ratings: Bayesian factors of people and items, expected from who rated what and from features.

That a person chose an item says something about both, whatever the rating: the factors of a person are expected from
the items of the history, as in SVD++, and those of an item from the people who rated it. Knows no domain and no scale.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from xdrec_app.datasets.arrays import Doubles
from xdrec_app.models.gibbs import Bags, Draws, Prior, RowEvidence, conditional, evidence

SCATTER_DEGREES = 4.0
"""How strongly the scatter of a person's or item's ratings is expected to be that of all (ν of the t distribution)."""


def implicit_features(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return the matrix with rows of length 1: who interacted with what, as features of the rows."""
    squares = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    scale = sparse.diags_array(1 / np.sqrt(np.maximum(squares, 1e-12)))
    return sparse.csr_matrix(scale @ matrix, dtype=np.float32)


class RatingSampler:
    r"""Draws from the posterior of :math:`r_{ui} = b_u + c_i + p_u^\top q_i + \varepsilon_{ui}`.

    The noise has the precision :math:`\alpha \omega_u \omega_i`: some people are whimsical, some items divide.

    Parameters
    ----------
    values
        float32 CSR [n_people, n_items] of ratings in units around the mean; every stored entry is a rating.
    weights
        float32, how much each stored entry of `values` counts.
    person_features, item_features
        float32 CSR with a row per person or item.
    size
        Numbers per factor, the bias included.

    Attributes
    ----------
    people, items
        The latest draws, [n, size].
    expected_items
        Mean of the items' factors given the latest people, [n_items, size].
    item_certainty
        Precision of a rating as far as the item knows it, [n_items].
    """

    def __init__(
        self,
        values: sparse.csr_matrix,
        weights: np.ndarray,
        person_features: sparse.csr_matrix,
        item_features: sparse.csr_matrix,
        size: int,
        draws: Draws,
    ) -> None:
        device = draws.device
        n_people, n_items = values.shape
        places = sparse.csr_matrix((np.arange(values.nnz), values.indices, values.indptr), values.shape)
        by_item = sparse.csr_matrix(places.T)
        self._draws, self._order = draws, torch.from_numpy(by_item.data.astype(np.int64)).to(device)
        self._by_person, self._by_item = Bags(places, device), Bags(by_item, device)
        ratings, counts = torch.from_numpy(values.data).to(device), torch.from_numpy(weights).to(device)
        self._rows = RowEvidence(ratings, counts)
        self._item_rows = RowEvidence(ratings[self._order], counts[self._order])
        self.person_prior, self.item_prior = Prior(person_features, size, draws), Prior(item_features, size, draws)
        self.people, self.items = 0.1 * draws.normal(n_people, size), 0.1 * draws.normal(n_items, size)
        self.expected_items = self.items
        self._alpha = 1 / max(float(np.var(values.data)), 1e-3)
        self._omega_people, self._omega_items = torch.ones(n_people, device=device), torch.ones(n_items, device=device)

    @property
    def item_certainty(self) -> Tensor:
        """See the class."""
        return self._alpha * self._omega_items

    def sweep(self) -> None:
        """Draw every unknown once."""
        self.people, _ = self._factors(
            self._by_person, self._rows, self.items, self.item_certainty, self._omega_people, self.person_prior
        )
        self.items, self.expected_items = self._factors(
            self._by_item, self._item_rows, self.people, self._omega_people, self.item_certainty, self.item_prior
        )
        self.person_prior.resample(self.people)
        self.item_prior.resample(self.items)
        self._resample_noise()

    def _factors(
        self, bags: Bags, rows: RowEvidence, others: Tensor, certainty: Tensor, own: Tensor, prior: Prior
    ) -> tuple[Tensor, Tensor]:
        """Return a draw of one side's factors given the other's, and its mean."""
        said, right = evidence(bags, rows, others[:, None], certainty[:, None])
        precision = own[:, None, None] * said[:, 0] + prior.precision
        right = own[:, None] * right[:, 0] + prior.means @ prior.precision
        return conditional(precision, right, self._draws.normal(*right.shape))

    def _resample_noise(self) -> None:
        """Draw α, then ω of people and of items."""
        people, items = self._by_person.owners, self._by_person.partners
        agreed = (self.people[people, :-1] * self.items[items, :-1]).sum(1)
        error = self._rows.values - agreed - self.people[people, -1] - self.items[items, -1]
        squares = self._rows.weights * error.square()
        weight = float(self._rows.weights.sum())
        total = float((squares * self._omega_people[people] * self._omega_items[items]).sum())
        self._alpha = float(self._draws.gamma(np.array(1 + weight / 2), np.array(1 + total / 2)))
        of_items = self._alpha * self._omega_items[items]
        self._omega_people = self._scatter(self._by_person, self._rows.weights, squares * of_items)
        of_people = (squares * self._alpha * self._omega_people[people])[self._order]
        self._omega_items = self._scatter(self._by_item, self._item_rows.weights, of_people)

    def _scatter(self, bags: Bags, weights: Tensor, squares: Tensor) -> Tensor:
        shape: Doubles = (SCATTER_DEGREES + bags.totals(weights)) / 2
        drawn = self._draws.gamma(shape, (SCATTER_DEGREES + bags.totals(squares)) / 2)
        return torch.from_numpy(drawn.astype(np.float32)).to(squares.device)
