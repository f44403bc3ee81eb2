"""Biased matrix factorisation over the joint catalogue of all domains (Koren, Bell and Volinsky 2009)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import GradientRecommender, RatingScale, RowTensors, row_weights, seen, to_numpy
from xdrec_app.training.batching import n_batches, shuffled_batches
from xdrec_app.training.objectives import OptimiserName, make_optimiser, squared_error, weighted_mean
from xdrec_app.training.phase import Phase, Phases

MAX_STEPS_AT_ONCE = 16
"""With SGD no person or item takes more full steps than this in one batch, or small catalogues diverge."""


class BiasedMFParams(Params):
    """Hyper-parameters of :class:`BiasedMF`."""

    embedding_size: int = param(64, "Numbers per person and item.", low=1, high=512, search=Search(low=16, high=128))
    epochs: int = param(100, "At most that many passes over the data.", low=1, high=1000)
    batch_size: int = param(1024, "Ratings per step.", low=1, high=65536)
    optimiser: OptimiserName = param("sgd", "How steps are taken; with sgd the learning rate is per rating.")
    learning_rate: float = param(0.01, "Step size.", low=1e-5, high=1.0, search=Search(low=2e-3, high=0.03, log=True))
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
    patience: int = param(10, "Epochs without improvement before training ends.", low=1, high=100)


class Factors(nn.Module):
    """Embeddings and biases of people and items, and what is needed to come back to the target's scale.

    Scores are in units of a star around the target's mean; see :class:`~xdrec_app.models.gradient.RatingScale`.
    """

    means: Tensor
    units: Tensor
    weights: Tensor
    known_users: Tensor
    known_items: Tensor

    def __init__(self, n_users: int, n_items: int, n_domains: int, embedding_size: int, initial_scale: float) -> None:
        super().__init__()
        self.users = nn.Embedding(n_users, embedding_size)
        self.items = nn.Embedding(n_items, embedding_size)
        self.user_biases = nn.Embedding(n_users, 1)
        self.item_biases = nn.Embedding(n_items, 1)
        for embedding in (self.users, self.items):
            nn.init.normal_(embedding.weight, std=initial_scale)
        for biases in (self.user_biases, self.item_biases):
            nn.init.zeros_(biases.weight)
        self.register_buffer("means", torch.zeros(n_domains))
        self.register_buffer("units", torch.ones(n_domains))
        self.register_buffer("weights", torch.ones(n_domains))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))


@recommenders.register
class BiasedMF(GradientRecommender):
    r"""Ratings as mean + bias of the person + bias of the item + how well their embeddings agree.

    .. math:: \hat r_{ui} = \mu_d + s_d (b_u + b_i + p_u^\top q_i)

    with the mean and unit of the item's domain d. A person has one embedding for all domains, which is what carries
    taste from the sources to the target.
    """

    key: ClassVar[str] = "biased_mf"
    title: ClassVar[str] = "Biased matrix factorisation"
    family: ClassVar[str] = "Matrix factorisation"
    reference: ClassVar[str] = (
        "Koren, Bell and Volinsky: Matrix factorization techniques for recommender systems. IEEE Computer 42(8), 2009; "
        "joint over domains as in Singh and Gordon: Relational learning via collective matrix factorization. KDD 2008"
    )
    Params: ClassVar[type[Params]] = BiasedMFParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="rating", rating=True, fold_in=True, trains_by_epochs=True, needs=("ratings",)
    )

    network: Factors

    def build_network(self) -> Factors:
        """See :meth:`GradientRecommender.build_network`."""
        params = self.params
        return Factors(len(self.users), self.n_items, len(self.scales), params.embedding_size, params.initial_scale)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network = self.params, self.network
        scale = RatingScale(data)
        network.means.copy_(torch.from_numpy(scale.means))
        network.units.copy_(torch.from_numpy(scale.units))
        network.weights[1:] = params.source_weight
        network.known_users.copy_(torch.from_numpy(seen(data.interactions.users, data.n_users)))
        network.known_items.copy_(torch.from_numpy(seen(data.interactions.items, data.n_items)))
        rows = data.interactions
        tensors = RowTensors(
            rows.users, rows.items, scale.standardise(data), row_weights(data, params.source_weight), options.device
        )
        decays_rows = params.optimiser != "adamw"  # adamw decays the weights themselves

        def batches(epoch: int) -> Iterator[Tensor]:
            return shuffled_batches(len(tensors), params.batch_size, options.device)

        def loss(batch: Tensor) -> Tensor:
            users, items, values, weights = tensors.take(batch)
            p, q = network.users(users), network.items(items)  # [n, embedding_size]
            b_u, b_i = network.user_biases(users), network.item_biases(items)  # [n, 1]
            error = squared_error((b_u + b_i).squeeze(1) + (p * q).sum(1), values, weights)
            if not decays_rows:
                return error
            norms = params.weight_decay * (p.square() + q.square()).sum(1)
            bias_norms = params.bias_weight_decay * (b_u.square() + b_i.square()).squeeze(1)
            return error + weighted_mean(norms + bias_norms, weights)

        optimiser = make_optimiser(
            params.optimiser, network.parameters(), self._step_size(rows), 0.0 if decays_rows else params.weight_decay
        )
        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=optimiser,
            batches=batches,
            loss=loss,
            n_rows=len(tensors),
            epochs=params.epochs,
            patience=params.patience,
            schedule=torch.optim.lr_scheduler.ExponentialLR(optimiser, params.learning_rate_decay),
        )
        yield self.watched(phase, options)

    def _step_size(self, rows: Interactions) -> float:
        """Return the optimiser's learning rate; for SGD, which sees the mean of a batch, the step of its sum."""
        rate: float = self.params.learning_rate
        if self.params.optimiser != "sgd":
            return rate
        most_frequent = max(np.bincount(rows.users).max(), np.bincount(rows.items).max())
        batch_size = len(rows) / n_batches(len(rows), self.params.batch_size)
        return rate * min(batch_size, MAX_STEPS_AT_ONCE * len(rows) / float(most_frequent))

    def user_states(self, users: Ints) -> States:
        """Return [n, embedding_size + 1]: embedding and bias; NaN for people without any row."""
        network = self.network
        states = np.hstack([to_numpy(network.users.weight)[users], to_numpy(network.user_biases.weight)[users]])
        states[~to_numpy(network.known_users)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; unclipped ratings."""
        network, n = self.network, self.n_target_items
        factors = np.hstack([to_numpy(network.items.weight)[:n], np.ones((n, 1), np.float32)])
        offsets = to_numpy(network.item_biases.weight)[:n, 0].copy()
        offsets[~to_numpy(network.known_items)[:n]] = np.nan
        mean, unit = to_numpy(network.means)[0], to_numpy(network.units)[0]
        return np.asarray(mean + unit * (states @ factors.T + offsets), dtype=np.float32)

    def _predict(self, users: Ints, items: Ints) -> Floats:
        """Rate pairs; where one side is unknown the bias of the other is used, where both are, NaN."""
        network = self.network
        knows_user, knows_item = to_numpy(network.known_users)[users], to_numpy(network.known_items)[items]
        agreement = (to_numpy(network.users.weight)[users] * to_numpy(network.items.weight)[items]).sum(1)
        units = (
            knows_user * to_numpy(network.user_biases.weight)[users, 0]
            + knows_item * to_numpy(network.item_biases.weight)[items, 0]
            + (knows_user & knows_item) * agreement
        )
        ratings = to_numpy(network.means)[0] + to_numpy(network.units)[0] * units
        return np.where(knows_user | knows_item, ratings, np.nan).astype(np.float32)

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        r"""Solve each person's embedding and bias by ridge regression on the fixed items.

        The closed-form minimum of the training loss over one person:
        :math:`(X^\top W X + \Lambda \sum_j w_j) x = X^\top W y`, X = rows (q_i, 1), y = r - b_i in units.
        """
        network = self.network
        rows = histories.take(to_numpy(network.known_items)[histories.items])
        domains = self.item_domains[rows.items]
        values = (rows.values - to_numpy(network.means)[domains]) / to_numpy(network.units)[domains]
        values = values - to_numpy(network.item_biases.weight)[rows.items, 0]
        weights = to_numpy(network.weights)[domains]
        item_factors = to_numpy(network.items.weight)
        decay = np.full(item_factors.shape[1] + 1, self.params.weight_decay, np.float64)
        decay[-1] = self.params.bias_weight_decay
        states = np.full((n_people, len(decay)), np.nan, np.float32)
        order = np.argsort(rows.users, kind="stable")
        people, starts = np.unique(rows.users[order], return_index=True)
        ends = np.append(starts[1:], len(order))
        for person, start, end in zip(people, starts, ends[: len(people)], strict=True):
            own = order[start:end]
            X = np.hstack([item_factors[rows.items[own]], np.ones((len(own), 1))]).astype(np.float64)
            W = weights[own, None]
            # a touch of ridge keeps the system solvable when the decay or all weights are zero
            gram = X.T @ (W * X) + np.diag(decay * W.sum() + 1e-6)
            states[person] = np.linalg.solve(gram, X.T @ (W[:, 0] * values[own]))
        return states
