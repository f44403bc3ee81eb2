"""Gibbs sampling of a matrix factorisation whose factors are expected from features: the steps, and no more.

A factor is a row of k numbers whose last one is a bias: person (p, b) and item (q, c) agree by p · q + b + c. Each step
draws one kind of unknowns given all others; in which order, and what the features are, is for the model to say.

* factors given the other side: Salakhutdinov and Mnih, Bayesian PMF using MCMC, ICML 2008, eq. 11-13;
* what features say about factors: Simm et al., Macau: scalable Bayesian factorization with high-dimensional side
  information, MLSP 2017, eq. 4-6;
* how much single people and items scatter: Lakshminarayanan et al., Robust Bayesian matrix factorisation, AISTATS 2011.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional

from xdrec_app.datasets.arrays import Doubles

MAX_CG_STEPS = 40
CG_TOLERANCE = 1e-3
"""Of the residual's norm against the right side's; the sampler's own noise is far larger."""


class Draws:
    """Random numbers on a device; drawn on the CPU so that they are the same on every device."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self._random = np.random.default_rng(seed)
        self.device = device

    def normal(self, *shape: int) -> Tensor:
        """Return standard normal numbers, float32."""
        return torch.from_numpy(self._random.standard_normal(shape, np.float32)).to(self.device)

    def gamma(self, shape: Doubles, rate: Doubles) -> Doubles:
        """Return Gamma numbers with the density x^(shape-1) exp(-rate x)."""
        numbers: Doubles = self._random.standard_gamma(shape) / rate
        return numbers

    def wishart(self, inverse_scale: Tensor, degrees: float) -> Tensor:
        """Draw a precision matrix around ``degrees * inverse(inverse_scale)`` (Bartlett's decomposition)."""
        size = len(inverse_scale)
        root = np.tril(self._random.standard_normal((size, size)), -1)
        root[np.diag_indices(size)] = np.sqrt(self._random.chisquare(degrees - np.arange(size)))
        scale = torch.linalg.inv(inverse_scale.double().cpu())
        draw = torch.linalg.cholesky((scale + scale.T) / 2) @ torch.from_numpy(root)
        precision: Tensor = (draw @ draw.T).float().to(self.device)
        return precision


class Bags:
    """Rows of pairs gathered by their owner: weighted sums over each owner's partners.

    Parameters
    ----------
    matrix
        CSR [n_owners, n_partners] of which only the places count.
    """

    def __init__(self, matrix: sparse.csr_matrix, device: torch.device | None = None) -> None:
        self.partners = torch.from_numpy(matrix.indices.astype(np.int64)).to(device)
        self._starts = torch.from_numpy(matrix.indptr.astype(np.int64)).to(device)
        self._lengths = np.diff(matrix.indptr)
        self.owners = torch.from_numpy(np.repeat(np.arange(matrix.shape[0]), self._lengths)).to(device)

    def sums(self, vectors: Tensor, weights: Tensor) -> Tensor:
        """Return the sum over each owner's rows of weight times the partner's vector, [n_owners, size]."""
        return functional.embedding_bag(
            self.partners, vectors, self._starts, mode="sum", per_sample_weights=weights, include_last_offset=True
        )

    def totals(self, numbers: Tensor) -> Doubles:
        """Return the sum of one number per row over each owner's rows, float64 [n_owners]."""
        totals = np.bincount(self.owners.cpu().numpy(), numbers.double().cpu().numpy(), len(self._lengths))
        return totals.astype(np.float64)


@dataclass(frozen=True)
class RowEvidence:
    """Ratings in units around the mean, and how much each counts; float32 [n_rows]."""

    values: Tensor
    weights: Tensor


class Prior:
    r"""What is believed of the factors of one side before their ratings are seen: N(m + x B, Λ⁻¹).

    x are the owner's features, B their effects; m, Λ, B and the precision of B are drawn with the factors.

    Parameters
    ----------
    features
        float32 CSR [n_owners, n_features]; may have no column.
    size
        Numbers per factor, the bias included.
    """

    def __init__(self, features: sparse.csr_matrix, size: int, draws: Draws) -> None:
        device, transposed = draws.device, sparse.csr_matrix(features.T)
        self._draws, self._size = draws, size
        self._rows, self._columns = _Weighted(features, device), _Weighted(transposed, device)
        self._diagonal = torch.from_numpy(np.bincount(features.indices, features.data**2, features.shape[1]))
        self._diagonal = self._diagonal.float().to(device)
        self.mean = torch.zeros(size, device=device)
        self.precision = torch.eye(size, device=device)
        self.effects = torch.zeros(features.shape[1], size, device=device)
        self._effect_precision = 5.0
        self.means = self._means()

    def resample(self, factors: Tensor) -> None:
        """Draw m, Λ, B and the precision of B given the factors [n_owners, size]."""
        n_owners, n_features = len(factors), len(self.effects)
        own = factors - self._rows(self.effects)
        centre = own.mean(0)
        spread = (own - centre).T @ (own - centre)
        pull = 2.0 * n_owners / (2.0 + n_owners) * torch.outer(centre, centre)
        unit = torch.eye(self._size, device=centre.device)
        scale = unit + spread + pull + self._effect_precision * self.effects.T @ self.effects
        self.precision = self._draws.wishart(scale, self._size + n_owners + n_features)
        root = torch.linalg.cholesky(self.precision)
        self.mean = centre * n_owners / (2.0 + n_owners) + self._scatter(root, 1)[0] / math.sqrt(2.0 + n_owners)
        if n_features:
            self._resample_effects(factors, root)
        self.means = self._means()

    def _resample_effects(self, factors: Tensor, root: Tensor) -> None:
        """Draw B by solving one noisy system (Macau, eq. 5), then its precision."""
        n_owners, n_features = len(factors), len(self.effects)
        precision = self._effect_precision
        right = self._columns(factors - self.mean + self._scatter(root, n_owners))
        right += math.sqrt(precision) * self._scatter(root, n_features)
        self.effects = self._solve(right, precision)
        size = float(((self.effects @ self.precision) * self.effects).sum())
        shape, rate = np.array((n_features * self._size + 1.0) / 2), np.array((size + 1.0) / 2)
        self._effect_precision = float(self._draws.gamma(shape, rate))

    def _solve(self, right: Tensor, precision: float) -> Tensor:
        """Solve (XᵀX + precision I) B = right by conjugate gradients from the last B, all columns at once."""
        scale = 1 / (self._diagonal + precision)[:, None]
        solution = self.effects
        rest = right - self._columns(self._rows(solution)) - precision * solution
        enough = CG_TOLERANCE * right.norm(dim=0)
        step = scale * rest
        product = (rest * step).sum(0)
        for _ in range(MAX_CG_STEPS):
            if bool((rest.norm(dim=0) <= enough).all()):
                break
            image = self._columns(self._rows(step)) + precision * step
            length = product / (step * image).sum(0).clamp(min=1e-30)
            solution, rest = solution + length * step, rest - length * image
            scaled = scale * rest
            before, product = product, (rest * scaled).sum(0)
            step = scaled + product / before.clamp(min=1e-30) * step
        return solution

    def _scatter(self, root: Tensor, n: int) -> Tensor:
        """Draw from N(0, Λ⁻¹), float32 [n, size]; `root` is the lower Cholesky factor of Λ."""
        normal = self._draws.normal(self._size, n)
        drawn: Tensor = torch.linalg.solve_triangular(root.T, normal, upper=True).T
        return drawn

    def _means(self) -> Tensor:
        return self.mean + self._rows(self.effects)


class _Weighted:
    """Product of a constant sparse matrix with dense ones."""

    def __init__(self, matrix: sparse.csr_matrix, device: torch.device) -> None:
        self._bags = Bags(matrix, device)
        self._weights = torch.from_numpy(matrix.data.astype(np.float32)).to(device)

    def __call__(self, x: Tensor) -> Tensor:
        return self._bags.sums(x, self._weights)


def with_ones(factors: Tensor) -> Tensor:
    """Return what a factor means for the other side: its numbers, and 1 in the place of the bias."""
    return torch.cat([factors[..., :-1], torch.ones_like(factors[..., -1:])], dim=-1)


def evidence(bags: Bags, rows: RowEvidence, others: Tensor, certainty: Tensor) -> tuple[Tensor, Tensor]:
    """Return what rows say about their owners' factors, for several draws of the other side at once.

    Parameters
    ----------
    rows
        Ratings, in the order of the bags' rows.
    others
        Factors of the other side, [n_partners, n_draws, k].
    certainty
        Precision of a rating that comes from the partner, [n_partners, n_draws].

    Returns
    -------
    precision : Tensor
        [n_owners, n_draws, k, k].
    right : Tensor
        Precision times mean, [n_owners, n_draws, k].
    """
    n_partners, n_draws, size = others.shape
    directions = with_ones(others)
    upper = torch.triu_indices(size, size, device=others.device)
    sure = directions * certainty[..., None]
    products = torch.cat([sure[..., upper[0]] * directions[..., upper[1]], sure * others[..., -1:]], dim=-1)
    sums = bags.sums(products.reshape(n_partners, -1), rows.weights).view(-1, n_draws, products.shape[-1])
    right = bags.sums(sure.reshape(n_partners, -1), rows.weights * rows.values).view(-1, n_draws, size)
    precision = sums.new_empty(len(sums), n_draws, size, size)
    precision[..., upper[0], upper[1]] = precision[..., upper[1], upper[0]] = sums[..., : upper.shape[1]]
    return precision, right - sums[..., upper.shape[1] :]


def conditional(precision: Tensor, right: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Return draws from N(A⁻¹ r, A⁻¹) and their means, [..., k], given standard normal noise of the same shape."""
    root = torch.linalg.cholesky(precision)
    half = torch.linalg.solve_triangular(root, right[..., None], upper=False)
    both = torch.linalg.solve_triangular(root.mT, torch.cat([half + noise[..., None], half], -1), upper=True)
    return both[..., 0], both[..., 1]
