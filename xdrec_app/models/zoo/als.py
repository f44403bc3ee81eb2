"""Implicit ALS over the joint catalogue of all domains, by preconditioned conjugate gradients."""

from __future__ import annotations

import warnings
from typing import ClassVar

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional

from xdrec_app.core.events import Progress
from xdrec_app.core.jobs import Job, StopRequested
from xdrec_app.core.params import Params, Search, param
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.arrays import Bools, Doubles, Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, Recommender, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM, history_matrix, without_evidence

FINAL_STEPS = 12
"""Conjugate gradient steps after which people stand where their history puts them, to float32 precision."""


class ALSParams(Params):
    """Hyper-parameters of :class:`ALS`."""

    embedding_size: int = param(64, "Numbers per person and item.", low=1, high=1024, search=Search(low=32, high=256))
    iterations: int = param(15, "Times that people and items are solved in turn.", low=1, high=1000)
    confidence: float = param(
        2.0,
        "How much more an interaction counts than its absence, α of the paper.",
        low=0.01,
        high=1000.0,
        search=Search(low=0.5, high=50, log=True),
    )
    l2: float = param(2.5, "L2 on people and items, λ.", low=1e-3, high=1e5, search=Search(low=0.5, high=50, log=True))
    l2_power: float = param(
        0.5,
        "How λ grows with the number n of a row's interactions, as n to this power; 0 is the paper's.",
        low=0.0,
        high=1.0,
        search=Search(low=0, high=1),
    )
    cg_steps: int = param(2, "Conjugate gradient steps per solution.", low=1, high=100)
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class ALS(Recommender):
    r"""Factors of people and items, each solved for in turn, with every absent interaction a weak zero.

    With :math:`h_{ui}` 1 for an interaction in the target, `source_weight` in a source, and 0 for none,
    :math:`c_{ui} = 1 + \alpha h_{ui}` and :math:`p_{ui} = [h_{ui} > 0]`, the loss is (Hu et al., eq. 3)

    .. math:: \sum_{u,i} c_{ui} (p_{ui} - x_u^\top y_i)^2 + \sum_u \lambda_u \lVert x_u \rVert^2
              + \sum_i \lambda_i \lVert y_i \rVert^2,
              \qquad \lambda_u = \lambda \Big( \sum_i h_{ui} \Big)^\nu

    with the same :math:`\lambda_i` over people; the exponent ν follows Rendle et al. (2022), who count
    absent cells too. Solving for people,

    .. math:: x_u = (Y^\top Y + Y^\top (C^u - I) Y + \lambda_u I)^{-1} Y^\top C^u p_u  \qquad \text{(eq. 4)}

    is not inverted but approached from the last x by conjugate gradients (Takács et al., 2011), which touch
    interactions only. All people share :math:`Y^\top Y`, so its regularised inverse preconditions them: two steps get
    further than three without. In the end people are solved to precision, so that a history that is folded in gives
    the same person.
    """

    key: ClassVar[str] = "als"
    title: ClassVar[str] = "Implicit ALS"
    family: ClassVar[str] = "Closed form"
    reference: ClassVar[str] = (
        "Hu, Koren and Volinsky, Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008; conjugate "
        "gradients: Takács et al., RecSys 2011; regularisation by frequency: Rendle et al., Revisiting the Performance "
        "of iALS, RecSys 2022"
    )
    Params: ClassVar[type[Params]] = ALSParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True)

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        history = self._history_of(data.interactions, data.n_users)
        by_person = _Side(history, self.params, options.device)
        by_item = _Side(sparse.csr_matrix(history.T, dtype=np.float32), self.params, options.device)
        x = torch.zeros(by_person.n_rows, self.params.embedding_size, device=options.device)
        y = torch.from_numpy(self._first_items(by_item.is_known, options.seed)).to(options.device)
        stopped = False
        try:
            for done in range(self.params.iterations):
                x = by_person.solve(x, y, self.params.cg_steps)
                yield Progress(done=2 * done + 1, total=2 * self.params.iterations, message="ALS: people")
                y = by_item.solve(y, x, self.params.cg_steps)
                yield Progress(done=2 * done + 2, total=2 * self.params.iterations, message="ALS: items")
        except StopRequested:
            stopped = True
        self._people: Floats = by_person.solve(x, y, FINAL_STEPS).cpu().numpy()
        self._people[~by_person.is_known] = np.nan
        self._items: Floats = y.cpu().numpy()
        self._known_items = by_item.is_known
        return FitReport(stopped=stopped)

    def _first_items(self, is_known: Bools, seed: int) -> Floats:
        """Draw the factors of items; those of the target do not depend on which sources follow."""
        random = np.random.default_rng(derive_seed(seed, "fit", self.key))
        size = self.params.embedding_size
        factors = random.standard_normal((len(is_known), size), np.float32) * np.float32(0.1 * size**-0.5)
        factors[~is_known] = 0
        return factors

    def _history_of(self, rows: Interactions, n_people: int) -> sparse.csr_matrix:
        return history_matrix(rows, n_people, self.n_items, self.n_target_items, self.params.source_weight)

    def user_states(self, users: Ints) -> States:
        """Return the factors of people, float32 [n, embedding_size]; NaN for people without a history."""
        return self._people[users]

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`."""
        n = self.n_target_items
        factors: Floats = np.asarray(states, np.float32)
        return without_evidence(factors @ self._items[:n].T, ~np.isnan(factors[:, 0]), self._known_items[:n])

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`: eq. 4 for each person."""
        history = self._history_of(histories.take(self._known_items[histories.items]), n_people)
        states = np.full((n_people, self.params.embedding_size), np.nan, np.float32)
        gram = self._gram()
        for person in np.flatnonzero(np.diff(history.indptr)):
            entries = slice(history.indptr[person], history.indptr[person + 1])
            items, confidence = history.indices[entries], self.params.confidence * history.data[entries]
            normal = self._normal(gram, items, confidence)
            states[person] = np.linalg.solve(normal, (1 + confidence) @ self._items[items])
        return states

    def contributions(self, history: Interactions, item: int) -> Floats:
        """See :class:`~xdrec_app.models.base.Additive`: the terms of Hu et al., eq. 7."""
        in_target = history.items < self.n_target_items
        strengths = np.where(in_target, 1.0, self.params.source_weight) * self._known_items[history.items]
        counted = strengths > 0
        if not (self._known_items[item] and counted.any()):
            return np.full(len(history), np.nan, np.float32)
        items, confidence = history.items[counted], self.params.confidence * strengths[counted]
        normal = self._normal(self._gram(), items, confidence)
        likeness = self._items[items] @ np.linalg.solve(normal, self._items[item].astype(np.float64))
        terms = np.zeros(len(history), np.float32)
        # rows of one item are one entry of the history: they share its 1
        terms[counted] = (1 / np.bincount(items)[items] + confidence) * likeness
        return terms

    def _gram(self) -> Doubles:
        items = self._items.astype(np.float64)
        return items.T @ items

    def _normal(self, gram: Doubles, items: Ints, confidence: Doubles | Floats) -> Doubles:
        """Return the matrix of eq. 4 for one person, float64 [embedding_size, embedding_size]."""
        factors = self._items[items].astype(np.float64)
        l2 = self.params.l2 * (confidence.sum() / self.params.confidence) ** self.params.l2_power
        normal: Doubles = gram + factors.T @ (factors * confidence[:, None]) + l2 * np.eye(len(gram))
        return normal

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return {"people": self._people, "items": self._items, "known_items": self._known_items}

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._people, self._items, self._known_items = arrays["people"], arrays["items"], arrays["known_items"]


class _Side:
    """The history seen from the rows that are solved for: people by items, or items by people.

    Attributes
    ----------
    is_known
        Which rows have an entry, bool [n_rows].
    """

    def __init__(self, matrix: sparse.csr_matrix, params: ALSParams, device: torch.device) -> None:
        self.n_rows = matrix.shape[0]
        self.is_known: Bools = np.diff(matrix.indptr) > 0
        n_interactions = np.asarray(matrix.sum(axis=1, dtype=np.float64)).ravel()
        l2 = params.l2 * n_interactions**params.l2_power
        self._l2 = torch.from_numpy(l2.astype(np.float32)).to(device)[:, None]  # [n_rows, 1]
        self._mean_l2 = float(l2[self.is_known].mean())
        parts = (matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), params.confidence * matrix.data)
        self._offsets, self._columns, self._confidence = (torch.from_numpy(part).to(device) for part in parts)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta", UserWarning)
            self._pattern = torch.sparse_csr_tensor(
                self._offsets, self._columns, self._confidence, matrix.shape, check_invariants=False
            )

    def solve(self, x: Tensor, y: Tensor, n_steps: int) -> Tensor:
        """Return x after some steps of conjugate gradients towards the solution of eq. 4 for all rows, given y."""
        gram = y.T @ y
        inverse = torch.linalg.inv(gram + self._mean_l2 * torch.eye(len(gram), device=y.device))
        residual = self._sums(1 + self._confidence - self._weighted(x, y), y) - x @ gram - self._l2 * x
        direction = preconditioned = residual @ inverse
        norm = _dots(residual, preconditioned)
        for step in range(1, n_steps + 1):
            image = direction @ gram + self._l2 * direction + self._sums(self._weighted(direction, y), y)
            length = norm / _dots(direction, image)
            x = x + length * direction
            if step < n_steps:
                residual = residual - length * image
                preconditioned = residual @ inverse
                norm, last_norm = _dots(residual, preconditioned), norm
                direction = preconditioned + norm / last_norm * direction
        return x

    def _weighted(self, x: Tensor, y: Tensor) -> Tensor:
        """Return α h x y for every entry, float32 [n_entries]."""
        products: Tensor = torch.sparse.sampled_addmm(self._pattern, x, y.T, beta=0.0).values()
        return self._confidence * products

    def _sums(self, weights: Tensor, y: Tensor) -> Tensor:
        """Return the sum of weight times y over the entries of each row, float32 [n_rows, embedding_size]."""
        sums: Tensor = functional.embedding_bag(
            self._columns, y, self._offsets, mode="sum", per_sample_weights=weights, include_last_offset=True
        )
        return sums


def _dots(a: Tensor, b: Tensor) -> Tensor:
    """Return the scalar product of each row with its counterpart, [n_rows, 1], never 0 so that one may divide by it."""
    return (a * b).sum(dim=1, keepdim=True).clamp(min=torch.finfo(a.dtype).tiny)
