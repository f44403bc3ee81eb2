"""SVD++: what a person chose says something about taste, whatever the ratings (Koren, KDD 2008)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gibbs import Bags, RowEvidence, evidence
from xdrec_app.models.gradient import GradientRecommender, RatingScale, seen, to_numpy
from xdrec_app.training.batching import n_batches
from xdrec_app.training.objectives import make_optimiser, squared_error, weighted_mean
from xdrec_app.training.phase import Phase, Phases

MAX_STEPS_AT_ONCE = 32
"""A batch has all rows of its people; nobody takes more full steps than this at once, or the active ones diverge."""


class SVDppParams(Params):
    """Hyper-parameters of :class:`SVDpp`."""

    embedding_size: int = param(32, "Numbers per person and item.", low=1, high=512, search=Search(low=16, high=128))
    epochs: int = param(100, "At most that many passes over the data.", low=1, high=1000)
    batch_size: int = param(2048, "Ratings per step, about: a step has whole people.", low=1, high=65536)
    learning_rate: float = param(
        0.01, "Step size per rating.", low=1e-5, high=1.0, search=Search(low=1e-3, high=0.01, log=True)
    )
    learning_rate_decay: float = param(0.97, "Factor on the learning rate after each epoch.", low=0.5, high=1.0)
    weight_decay: float = param(
        0.09, "L2 on the embeddings of each rating.", low=0.0, high=10.0, search=Search(low=0.02, high=0.3, log=True)
    )
    bias_weight_decay: float = param(
        0.005, "L2 on the biases of each rating.", low=0.0, high=10.0, search=Search(low=0.001, high=0.1, log=True)
    )
    source_weight: float = param(
        0.5, "Weight of a source's rating against one of the target.", low=0.0, high=1.0, search=Search(low=0.1, high=1)
    )
    initial_scale: float = param(0.02, "Standard deviation of the first embeddings.", low=1e-4, high=1.0)
    patience: int = param(8, "Epochs without improvement before training ends.", low=1, high=100)


class ImplicitFactors(nn.Module):
    """Embeddings and biases of people and items, and a second embedding of each item for having chosen it.

    The last column of `users` and `items` is the bias. `states` is what people are with their history counted in.
    """

    means: Tensor
    units: Tensor
    states: Tensor
    known_users: Tensor
    known_items: Tensor

    def __init__(self, n_users: int, n_items: int, n_domains: int, embedding_size: int, initial_scale: float) -> None:
        super().__init__()
        self.users = nn.Embedding(n_users, embedding_size + 1)
        self.items = nn.Embedding(n_items, embedding_size + 1)
        self.chosen = nn.Embedding(n_items, embedding_size)
        for embedding in (self.users, self.items, self.chosen):
            nn.init.normal_(embedding.weight, std=initial_scale)
        for embedding in (self.users, self.items):
            nn.init.zeros_(embedding.weight[:, -1])
        self.register_buffer("states", torch.zeros(n_users, embedding_size + 1))
        self.register_buffer("means", torch.zeros(n_domains))
        self.register_buffer("units", torch.ones(n_domains))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))


@recommenders.register
class SVDpp(GradientRecommender):
    r"""Ratings as in biased factorisation, with the choices of a person added to the embedding (paper, eq. 15).

    .. math:: \hat r_{ui} = \mu_d + s_d \Bigl(b_u + b_i + q_i^\top
        \bigl(p_u + \lVert w_u \rVert^{-1} \sum_{j \in N(u)} w_j y_j \bigr)\Bigr)

    with the mean and unit of the item's domain d. N(u) has the items of all domains; those of a source count
    :math:`w_j` = `source_weight`, those of the target 1, which gives the paper's :math:`|N(u)|^{-1/2}` without sources.
    """

    key: ClassVar[str] = "svdpp"
    title: ClassVar[str] = "SVD++"
    family: ClassVar[str] = "Matrix factorisation"
    reference: ClassVar[str] = "Koren: Factorization meets the neighborhood. KDD 2008"
    Params: ClassVar[type[Params]] = SVDppParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="rating", rating=True, fold_in=True, trains_by_epochs=True, needs=("ratings",)
    )

    network: ImplicitFactors

    def build_network(self) -> ImplicitFactors:
        """See :meth:`GradientRecommender.build_network`."""
        params = self.params
        return ImplicitFactors(
            len(self.users), self.n_items, len(self.scales), params.embedding_size, params.initial_scale
        )

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, rows, scale = self.params, self.network, data.interactions, RatingScale(data)
        network.means.copy_(torch.from_numpy(scale.means))
        network.units.copy_(torch.from_numpy(scale.units))
        network.known_users.copy_(torch.from_numpy(seen(rows.users, data.n_users)))
        network.known_items.copy_(torch.from_numpy(seen(rows.items, data.n_items)))
        histories = _rows_by_person(rows, data.n_users, data.n_items)
        everything, weights, shares = self._counted(histories, rows)
        values = self._in_units(rows)
        people = np.unique(rows.users)
        mass = torch.from_numpy(np.bincount(rows.users, minlength=data.n_users)).to(options.device)
        batch_size = len(rows) / min(n_batches(len(rows), params.batch_size), len(people))

        def batches(epoch: int) -> Iterator[np.ndarray]:
            n_parts = min(n_batches(len(rows), params.batch_size), len(people))
            shuffled = people[torch.randperm(len(people)).numpy()]
            return iter(np.array_split(shuffled, n_parts))

        def loss(batch: np.ndarray) -> Tensor:
            part = histories[batch]
            bags, numbers = Bags(part, options.device), torch.from_numpy(part.data).to(options.device)
            p, q, y = network.users.weight[batch], network.items(bags.partners), network.chosen(bags.partners)
            choices = bags.sums(network.chosen.weight, shares[numbers])  # [n_people, embedding_size]
            steps = (MAX_STEPS_AT_ONCE / mass[batch]).clamp(max=1)[:, None]
            own, taste = _slowed(p, steps), _slowed(p[:, :-1] + choices, steps)
            predicted = (taste[bags.owners] * q[:, :-1]).sum(1) + own[bags.owners, -1] + q[:, -1]
            norms = params.weight_decay * (own[bags.owners, :-1].square() + q[:, :-1].square() + y.square()).sum(1)
            biases = params.bias_weight_decay * (own[bags.owners, -1].square() + q[:, -1].square())
            counts = weights[numbers]
            return squared_error(predicted, values[numbers], counts) + weighted_mean(norms + biases, counts)

        def bring_up_to_date() -> None:
            with torch.no_grad():
                network.states.copy_(network.users.weight)
                network.states[:, :-1] += everything.sums(network.chosen.weight, shares[histories.data])

        optimiser = make_optimiser("sgd", network.parameters(), params.learning_rate * batch_size)
        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=optimiser,
            batches=batches,
            loss=loss,
            n_rows=len(rows),
            epochs=params.epochs,
            patience=params.patience,
            schedule=torch.optim.lr_scheduler.ExponentialLR(optimiser, params.learning_rate_decay),
        )
        try:
            yield self.watched(phase, options, bring_up_to_date)
        finally:
            bring_up_to_date()

    def _in_units(self, rows: Interactions) -> Tensor:
        """Return values around the mean of their domain in units of a star, float32 [n_rows]."""
        network, domains = self.network, self.item_domains[rows.items]
        values = (rows.values - to_numpy(network.means)[domains]) / to_numpy(network.units)[domains]
        return torch.from_numpy(values.astype(np.float32)).to(network.means.device)

    def _counted(self, histories: sparse.csr_matrix, rows: Interactions) -> tuple[Bags, Tensor, Tensor]:
        """Return all histories as bags, the weight of each row, and its share in the sum of choices."""
        device = self.network.means.device
        weights = np.where(rows.items < self.n_target_items, 1.0, self.params.source_weight).astype(np.float32)
        squares = np.bincount(rows.users, weights**2, histories.shape[0])
        shares = weights / np.sqrt(np.maximum(squares, 1e-12))[rows.users]
        return (
            Bags(histories, device),
            torch.from_numpy(weights).to(device),
            torch.from_numpy(shares.astype(np.float32)).to(device),
        )

    def user_states(self, users: Ints) -> States:
        """Return [n, embedding_size + 1]: embedding with the choices, and bias; NaN for people without any row."""
        states: Floats = to_numpy(self.network.states)[users]
        states[~to_numpy(self.network.known_users)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; unclipped ratings."""
        network, n = self.network, self.n_target_items
        items = to_numpy(network.items.weight)[:n]
        units = states[:, :-1] @ items[:, :-1].T + states[:, -1:] + items[:, -1]
        scores: Floats = np.asarray(to_numpy(network.means)[0] + to_numpy(network.units)[0] * units, np.float32)
        scores[:, ~to_numpy(network.known_items)[:n]] = np.nan
        return scores

    def _predict(self, users: Ints, items: Ints) -> Floats:
        """Rate pairs; where one side is unknown the bias of the other is used, where both are, NaN."""
        network = self.network
        knows_user, knows_item = to_numpy(network.known_users)[users], to_numpy(network.known_items)[items]
        people = to_numpy(network.states)[users] * knows_user[:, None]
        factors = to_numpy(network.items.weight)[items] * knows_item[:, None]
        units = (people[:, :-1] * factors[:, :-1]).sum(1) + people[:, -1] + factors[:, -1]
        ratings = to_numpy(network.means)[0] + to_numpy(network.units)[0] * units
        return np.where(knows_user | knows_item, ratings, np.nan).astype(np.float32)

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """Solve each person's own embedding and bias by ridge regression on the fixed items, the choices given."""
        network, params = self.network, self.params
        rows = histories.take(to_numpy(network.known_items)[histories.items])
        by_person = _rows_by_person(rows, n_people, self.n_items)
        order = torch.from_numpy(by_person.data)
        bags, weights, shares = self._counted(by_person, rows)
        items = network.items.weight.detach()
        chosen = bags.sums(network.chosen.weight.detach(), shares[order])
        values = self._in_units(rows)[order] - (chosen[bags.owners] * items[bags.partners, :-1]).sum(1)
        ones = torch.ones(self.n_items, 1)
        precision, right = evidence(bags, RowEvidence(values, weights[order]), items[:, None], ones)
        mass = torch.from_numpy(bags.totals(weights[order]).astype(np.float32))
        decay = torch.full(items.shape[1:], params.weight_decay)
        decay[-1] = params.bias_weight_decay
        system = precision[:, 0] + torch.diag_embed(mass[:, None] * decay + 1e-6)
        states = torch.linalg.solve(system, right[:, 0])
        states[:, :-1] += chosen
        states[torch.from_numpy(~seen(rows.users, n_people))] = torch.nan
        return to_numpy(states)


def _rows_by_person(rows: Interactions, n_people: int, n_items: int) -> sparse.csr_matrix:
    """Return the positions of each person's rows, int64 CSR [n_people, n_items]; a repeated pair is there twice."""
    order = np.argsort(rows.users, kind="stable")
    starts = np.append(0, np.cumsum(np.bincount(rows.users, minlength=n_people)))
    return sparse.csr_matrix((order, rows.items[order], starts), (n_people, n_items))


def _slowed(x: Tensor, factor: Tensor) -> Tensor:
    """Return x, whose gradient is to be multiplied by a factor on its way back."""
    return factor * x + (1 - factor) * x.detach()
