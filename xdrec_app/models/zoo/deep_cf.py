"""Deep collaborative filtering: embeddings of person and item, concatenated, into a small network (He et al. 2017)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import GradientRecommender, RatingScale, RowTensors, row_weights, seen, to_numpy
from xdrec_app.training.batching import shuffled_batches
from xdrec_app.training.objectives import (
    OptimiserName,
    binary_cross_entropy,
    make_optimiser,
    squared_error,
    squared_norm,
)
from xdrec_app.training.phase import Phase, Phases

SCORED_AT_ONCE = 2**23
"""Hidden values (people × items × hidden size) held in memory while scoring."""


class DeepCFParams(Params):
    """Hyper-parameters of :class:`DeepCF`."""

    embedding_size: int = param(32, "Numbers per person and item.", low=1, high=512, search=Search(low=8, high=128))
    hidden_size: int = param(64, "Width of the first hidden layer; each further one is half as wide.", low=2, high=1024)
    n_layers: int = param(2, "Hidden layers.", low=1, high=5, search=Search(low=1, high=3))
    dropout: float = param(
        0.2, "Share of values dropped while training.", low=0.0, high=0.9, search=Search(low=0, high=0.5)
    )
    loss: Literal["mse", "bce"] = param("mse", "mse: squared error; bce: cross-entropy of the place on the scale.")
    epochs: int = param(60, "At most that many passes over the data.", low=1, high=1000)
    batch_size: int = param(1024, "Ratings per step.", low=1, high=65536)
    optimiser: OptimiserName = param("adam", "How steps are taken.")
    learning_rate: float = param(0.004, "Step size.", low=1e-6, high=1.0, search=Search(low=1e-3, high=0.02, log=True))
    learning_rate_decay: float = param(0.95, "Factor on the learning rate after each epoch.", low=0.5, high=1.0)
    weight_decay: float = param(
        0.001, "L2 on the layers' weights.", low=0.0, high=1.0, search=Search(low=1e-5, high=1e-2, log=True)
    )
    embedding_weight_decay: float = param(
        0.05, "L2 on the embeddings of each rating.", low=0.0, high=10.0, search=Search(low=0.005, high=0.2, log=True)
    )
    source_weight: float = param(
        0.5, "Weight of a source's rating against one of the target.", low=0.0, high=1.0, search=Search(low=0.1, high=1)
    )
    patience: int = param(5, "Epochs without improvement before training ends.", low=1, high=100)


class Network(nn.Module):
    """Embeddings, biases and layers; the output is in units of a star around the mean (mse) or a logit (bce)."""

    offsets: Tensor
    units: Tensor
    known_users: Tensor
    known_items: Tensor

    def __init__(self, n_users: int, n_items: int, n_domains: int, params: DeepCFParams) -> None:
        super().__init__()
        self.users = nn.Embedding(n_users, params.embedding_size)
        self.items = nn.Embedding(n_items, params.embedding_size)
        self.user_biases = nn.Embedding(n_users, 1)
        self.item_biases = nn.Embedding(n_items, 1)
        for embedding in (self.users, self.items):
            nn.init.normal_(embedding.weight, std=0.05)
        for biases in (self.user_biases, self.item_biases):
            nn.init.zeros_(biases.weight)
        self.input_dropout = nn.Dropout(params.dropout)
        self.first = nn.Linear(2 * params.embedding_size, params.hidden_size)
        self.rest = nn.Sequential(*_layers(params))
        self.register_buffer("offsets", torch.zeros(n_domains))
        self.register_buffer("units", torch.ones(n_domains))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))

    def forward(self, p: Tensor, q: Tensor, b_u: Tensor, b_i: Tensor) -> Tensor:
        """Return the output of pairs, float32 [n], from embeddings [n, embedding_size] and biases [n, 1]."""
        hidden = self.first(self.input_dropout(torch.cat([p, q], dim=1)))  # [n, hidden_size]
        output: Tensor = (self.rest(hidden) + b_u + b_i).squeeze(1)
        return output

    def layer_weights(self) -> list[nn.Parameter]:
        """Return the parameters of the layers, without embeddings and biases of people and items."""
        return [*self.first.parameters(), *self.rest.parameters()]

    def tables(self) -> list[Tensor]:
        """Return embeddings and biases of people and items."""
        return [table.weight for table in (self.users, self.items, self.user_biases, self.item_biases)]


def _layers(params: DeepCFParams) -> Iterator[nn.Module]:
    width = params.hidden_size
    for _ in range(params.n_layers - 1):
        yield from (nn.ReLU(), nn.Dropout(params.dropout), nn.Linear(width, max(width // 2, 1)))
        width = max(width // 2, 1)
    yield from (nn.ReLU(), nn.Dropout(params.dropout), nn.Linear(width, 1))


@recommenders.register
class DeepCF(GradientRecommender):
    r"""Ratings from a network over the concatenated embeddings of person and item.

    .. math:: \hat r_{ui} = \mu_d + s_d (b_u + b_i + f([p_u; q_i]))

    The network of most tutorials, with what it lacks there: biases and the mean of the item's domain d outside the
    network, dropout, regularisation, a decaying learning rate and early stopping.
    """

    key: ClassVar[str] = "deep_cf"
    title: ClassVar[str] = "Deep collaborative filtering"
    family: ClassVar[str] = "Neural networks"
    reference: ClassVar[str] = (
        "He, Liao, Zhang, Nie, Hu and Chua: Neural collaborative filtering. WWW 2017 (the MLP part, for ratings)"
    )
    Params: ClassVar[type[Params]] = DeepCFParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="rating", rating=True, trains_by_epochs=True, needs=("ratings",)
    )

    network: Network

    def build_network(self) -> Network:
        """See :meth:`GradientRecommender.build_network`."""
        return Network(len(self.users), self.n_items, len(self.scales), self.params)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, rows = self.params, self.network, data.interactions
        network.known_users.copy_(torch.from_numpy(seen(rows.users, data.n_users)))
        network.known_items.copy_(torch.from_numpy(seen(rows.items, data.n_items)))
        weights = row_weights(data, params.source_weight)
        tensors = RowTensors(rows.users, rows.items, self._targets(data), weights, options.device)
        domains = torch.from_numpy(data.item_domains.astype(np.int64)).to(options.device)

        def batches(epoch: int) -> Iterator[Tensor]:
            return shuffled_batches(len(tensors), params.batch_size, options.device)

        def loss(batch: Tensor) -> Tensor:
            users, items, targets, row_weight = tensors.take(batch)
            p, q = network.users(users), network.items(items)
            b_u, b_i = network.user_biases(users), network.item_biases(items)
            output = network(p, q, b_u, b_i)
            penalty: Tensor = params.embedding_weight_decay * squared_norm(p, q, b_u, b_i)
            if params.loss == "bce":
                logits = output + network.offsets[domains[items]]
                return binary_cross_entropy(logits, targets, row_weight) + penalty
            return squared_error(output, targets, row_weight) + penalty

        optimiser = make_optimiser(params.optimiser, network.layer_weights(), params.learning_rate, params.weight_decay)
        optimiser.add_param_group({"params": network.tables(), "weight_decay": 0.0})
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

    def _targets(self, data: CrossDomainData) -> Floats:
        """Return what the output is compared with, float32 [n_rows], and remember the way back to the scale."""
        scale = RatingScale(data)
        if self.params.loss == "mse":
            self.network.offsets.copy_(torch.from_numpy(scale.means))
            self.network.units.copy_(torch.from_numpy(scale.units))
            return scale.standardise(data)
        lows, highs = np.array(data.scales, np.float32).T
        shares = np.clip((scale.means - lows) / (highs - lows), 0.01, 0.99)
        self.network.offsets.copy_(torch.from_numpy(np.log(shares / (1 - shares)).astype(np.float32)))
        domains = data.item_domains[data.interactions.items]
        places: Floats = (data.interactions.values - lows[domains]) / (highs - lows)[domains]
        return np.clip(places, np.float32(0), np.float32(1))

    def _ratings(self, output: Tensor) -> Tensor:
        """Bring outputs to the target's scale."""
        network = self.network
        if self.params.loss == "mse":
            return network.offsets[0] + network.units[0] * output
        low, high = self.scales[0]
        return low + (high - low) * torch.sigmoid(network.offsets[0] + output)

    def user_states(self, users: Ints) -> States:
        """Return [n, embedding_size + 1]: embedding and bias; NaN for people without any row."""
        network = self.network
        states = np.hstack([to_numpy(network.users.weight)[users], to_numpy(network.user_biases.weight)[users]])
        states[~to_numpy(network.known_users)[users]] = np.nan
        return states

    @torch.no_grad()
    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; unclipped ratings.

        The first layer is linear in its two halves, so it is applied to people and items once instead of to pairs.
        """
        network, n = self.network, self.n_target_items
        given = torch.as_tensor(np.asarray(states), device=network.offsets.device)
        size = self.params.embedding_size
        for_users, for_items = (
            network.first.weight[:, :size],
            network.first.weight[:, size:],
        )  # [hidden_size, embedding_size] each
        of_items = network.items.weight[:n] @ for_items.T + network.first.bias  # [n_items, hidden_size]
        of_users = given[:, :size] @ for_users.T  # [n_users, hidden_size]
        biases = network.item_biases.weight[:n]  # [n_items, 1]
        per_chunk = max(1, SCORED_AT_ONCE // max(of_items.numel(), 1))
        scores = np.empty((len(given), n), np.float32)
        for start in range(0, len(given), per_chunk):
            part = slice(start, start + per_chunk)
            hidden = of_users[part, None, :] + of_items  # [n_users, n_items, hidden_size]
            output = (network.rest(hidden) + given[part, None, size:] + biases).squeeze(2)
            scores[part] = to_numpy(self._ratings(output))
        scores[:, ~to_numpy(network.known_items)[:n]] = np.nan
        return scores

    @torch.no_grad()
    def _predict(self, users: Ints, items: Ints) -> Floats:
        network = self.network
        device = network.offsets.device
        user, item = (torch.from_numpy(numbers.astype(np.int64)).to(device) for numbers in (users, items))
        output = network(network.users(user), network.items(item), network.user_biases(user), network.item_biases(item))
        known = network.known_users[user] & network.known_items[item]
        ratings: Floats = to_numpy(torch.where(known, self._ratings(output), torch.nan))
        return ratings
