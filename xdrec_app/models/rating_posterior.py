"""What is kept of a sampled posterior of ratings: one factor per person and item, and what places a new person.

The mean of all draws' predictions is a matrix of low rank; kept are the two factors that come nearest to it, so that
serving costs no more than a plain matrix factorisation. A new person is placed by a few draws of the items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from xdrec_app.datasets.arrays import Floats
from xdrec_app.models.gibbs import Bags, Draws, RowEvidence, conditional, evidence, with_ones
from xdrec_app.models.rating_sampler import SCATTER_DEGREES, RatingSampler, implicit_features

N_PLACING_DRAWS = 20
"""So many draws place a new person."""

KEPT_NUMBERS = 1 << 28
"""At most that many numbers of draws are held in memory; of large data fewer draws are kept."""

N_POWER_STEPS = 2

CELLS_PER_BLOCK = 1 << 23
"""Numbers of the largest tensor while people are placed."""


@dataclass(frozen=True, eq=False)
class MeanFactors:
    """Factors (p, b) of people and (q, c) of items that agree by p · q + b + c as all draws do on average.

    Attributes
    ----------
    people, items
        float32 [n_people, rank + 1] and [n_items, rank + 1]; the q are orthonormal in their columns.
    """

    people: Tensor
    items: Tensor

    @classmethod
    def of(cls, people: Sequence[Tensor], items: Sequence[Tensor], rank: int, draws: Draws) -> Self:
        """Bring one pair of factors per draw, [n_people, k] and [n_items, k], down to one.

        Halko, Martinsson and Tropp, Finding structure with randomness, SIAM Review 2011, algorithm 4.4; no product of
        people and items is ever formed.
        """
        left, right = [p[:, :-1] for p in people], [q[:, :-1] for q in items]
        rank = min(rank, len(left) * left[0].shape[1], len(left[0]), len(right[0]))
        basis = _orthonormal(_mixed(right, left, draws.normal(len(left[0]), rank)))
        for _ in range(N_POWER_STEPS):
            basis = _orthonormal(_mixed(right, left, _orthonormal(_mixed(left, right, basis))))
        biases = [torch.stack([x[:, -1] for x in side]).mean(0)[:, None] for side in (people, items)]
        return cls(torch.cat([_mixed(left, right, basis), biases[0]], 1), torch.cat([basis, biases[1]], 1))


@dataclass(frozen=True, eq=False)
class Placement:
    """Draws of what is needed to place a person by a history.

    Attributes
    ----------
    items
        Factors, float32 [n_items, n_draws, k]; 0 for items without ratings.
    certainty
        Precision of a rating as far as the item knows it, float32 [n_items, n_draws]; 0 for items without ratings.
    effects
        What having an item says about a person's factor, float32 [n_items, n_draws, k].
    means, precisions
        Of the factor of a person without history, float32 [n_draws, k] and [n_draws, k, k].
    mixing
        From a draw's factor to a share of the kept one, float32 [n_draws, k, rank + 1].
    """

    items: Floats
    certainty: Floats
    effects: Floats
    means: Floats
    precisions: Floats
    mixing: Floats

    def states(self, values: sparse.csr_matrix, counts: sparse.csr_matrix) -> Floats:
        """Return the kept factors of people, float32 [n_people, rank + 1].

        Parameters
        ----------
        values, counts
            Ratings in units and how much each counts, CSR [n_people, n_items] with the same entries.
        """
        states = np.empty((values.shape[0], self.mixing.shape[2]), np.float32)
        step = max(1, CELLS_PER_BLOCK // (2 * self.precisions.size))
        for start in range(0, len(states), step):
            block = slice(start, start + step)
            states[block] = self._block(values[block], counts[block])
        return states

    def _block(self, values: sparse.csr_matrix, counts: sparse.csr_matrix) -> Floats:
        used, places = np.unique(np.append(values.indices, 0), return_inverse=True)  # never empty
        bags = Bags(sparse.csr_matrix((values.data, places[:-1], values.indptr), (values.shape[0], len(used))))
        rows = RowEvidence(torch.from_numpy(values.data), torch.from_numpy(counts.data))
        items, certainty = torch.from_numpy(self.items[used]), torch.from_numpy(self.certainty[used])
        precisions = torch.from_numpy(self.precisions)
        effects = self.effects[used].reshape(len(used), -1)
        said = implicit_features(counts[:, used]) @ effects
        expected = torch.from_numpy((said.reshape(-1, *self.means.shape) + self.means).astype(np.float32))
        prior = torch.einsum("ndk,dkl->ndl", expected, precisions)
        precision, right = evidence(bags, rows, items, certainty)
        nothing = torch.zeros_like(right)
        _, factors = conditional(precision + precisions, right + prior, nothing)
        omega = _omega(bags, rows, factors, items, certainty)
        _, factors = conditional(omega[..., None] * precision + precisions, omega * right + prior, nothing)
        states: Floats = torch.einsum("ndk,dkr->nr", factors, torch.from_numpy(self.mixing)).numpy()
        return states

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all arrays by name, as the constructor takes them."""
        return {field.name: np.ascontiguousarray(getattr(self, field.name)) for field in fields(self)}


class RatingPosterior:
    """Gathers the draws of a chain.

    Parameters
    ----------
    sampler
        The chain.
    new_items
        Features of items without ratings, CSR [n_new, n_features], the last columns of the sampler's item features.
    n_draws
        How many draws will be offered.
    """

    def __init__(self, sampler: RatingSampler, new_items: sparse.csr_matrix, n_draws: int) -> None:
        self._sampler, self._new_items, self._n_offered = sampler, new_items, 0
        size = sampler.people.numel() + sampler.items.numel()
        self._thinning = -(-n_draws * size // KEPT_NUMBERS)
        self._placing = max(1, n_draws // self._thinning // N_PLACING_DRAWS)
        self._people: list[Tensor] = []
        self._items: list[Tensor] = []
        self._places: list[tuple[Tensor, ...]] = []

    @property
    def is_empty(self) -> bool:
        """Whether no draw was kept yet."""
        return not self._people

    def keep(self) -> None:
        """Offer the latest draw; keeps it unless too many would not fit into memory."""
        sampler = self._sampler
        if self._n_offered % self._thinning == 0:
            if len(self._people) % self._placing == 0:
                prior = sampler.person_prior
                place = (sampler.items, sampler.item_certainty, prior.effects, prior.mean, prior.precision)
                self._places.append(place)
            self._people.append(sampler.people)
            self._items.append(torch.cat([sampler.expected_items, self._expected_of_new()]))
        self._n_offered += 1

    def _expected_of_new(self) -> Tensor:
        prior = self._sampler.item_prior
        effects = prior.effects[len(prior.effects) - self._new_items.shape[1] :]
        said = torch.from_numpy((self._new_items @ effects.cpu().numpy()).astype(np.float32))
        return prior.mean + said.to(effects.device)

    def factors(self, rank: int, draws: Draws) -> MeanFactors:
        """Return the mean of all draws; items are those of the sampler, then the new ones."""
        return MeanFactors.of(self._people, self._items, rank, draws)

    def placement(self, factors: MeanFactors, items: np.ndarray, n_items: int) -> Placement:
        """Return what places people, for items in a numbering of `n_items` in which the sampler's are `items`."""
        factor, certainty, effects, means, precisions = zip(*self._places, strict=True)
        basis = factors.items[: len(items)]
        return Placement(
            items=placed(torch.stack(factor, 1), items, n_items),
            certainty=placed(torch.stack(certainty, 1), items, n_items),
            effects=placed(torch.stack(effects, 1), items, n_items),
            means=torch.stack(means).cpu().numpy(),
            precisions=torch.stack(precisions).cpu().numpy(),
            mixing=(torch.stack([_mixing(draw, basis) for draw in factor]) / len(factor)).cpu().numpy(),
        )


def placed(rows: Tensor, numbers: np.ndarray, n: int) -> Floats:
    """Return an array with `rows` at the given numbers and 0 elsewhere, float32 [n, ...]."""
    array = np.zeros((n, *rows.shape[1:]), np.float32)
    array[numbers] = rows.cpu().numpy()
    return array


def _omega(bags: Bags, rows: RowEvidence, factors: Tensor, items: Tensor, certainty: Tensor) -> Tensor:
    """Return how certain each person's ratings are beside those of all, [n_people, n_draws, 1]."""
    squares = torch.zeros(factors.shape[:2])
    for draw in range(items.shape[1]):
        directions = with_ones(items[:, draw])[bags.partners]
        agreed = (directions * factors[bags.owners, draw]).sum(1) + items[bags.partners, draw, -1]
        error = rows.weights * certainty[bags.partners, draw] * (rows.values - agreed).square()
        squares[:, draw] = torch.from_numpy(bags.totals(error).astype(np.float32))
    counts = torch.from_numpy(bags.totals(rows.weights).astype(np.float32))[:, None]
    return ((SCATTER_DEGREES + counts) / (SCATTER_DEGREES + squares))[..., None]


def _mixing(items: Tensor, basis: Tensor) -> Tensor:
    """Return what turns a draw's (p, b) into the kept (p', b), so that p' · q' is p · q, [k, rank + 1]."""
    mixing = items.new_zeros(items.shape[1], basis.shape[1])
    mixing[:-1, :-1] = items[:, :-1].T @ basis[:, :-1]
    mixing[-1, -1] = 1
    return mixing


def _mixed(left: Sequence[Tensor], right: Sequence[Tensor], x: Tensor) -> Tensor:
    """Return the mean of all A Bᵀ times x."""
    total = left[0] @ (right[0].T @ x)
    for a, b in zip(left[1:], right[1:], strict=True):
        total += a @ (b.T @ x)
    return total / len(left)


def _orthonormal(x: Tensor) -> Tensor:
    basis: Tensor = torch.linalg.qr(x.double()).Q
    return basis.float()
