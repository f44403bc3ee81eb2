"""Neural matrix factorisation over the joint catalogue of all domains (He et al., WWW 2017)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import relu, softplus

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import GradientRecommender, interaction_weights, row_weights, seen, to_numpy
from xdrec_app.models.placement import PlacedRows, fold_in, spread
from xdrec_app.training.batching import NegativePools, Negatives, bounded_batch_size, shuffled_batches
from xdrec_app.training.phase import Phase, Phases

CELLS_AT_ONCE = 1 << 22
"""Numbers of the largest tensor while scoring."""

RIVALS = 256
"""Items of each domain that stand for all others when a person is folded in."""

PEOPLE_AT_ONCE = 64
"""People folded in together."""


class NeuMFParams(Params):
    """Hyper-parameters of :class:`NeuMF`."""

    embedding_size: int = param(
        32, "Numbers per person and item in each of the two parts.", low=2, high=512, search=Search(low=8, high=64)
    )
    n_layers: int = param(2, "Hidden layers, each half as wide as the one before.", low=1, high=5)
    epochs: int = param(50, "At most that many passes over the data.", low=1, high=1000)
    batch_size: int = param(4096, "Interactions per step.", low=1, high=1_000_000)
    negatives: Negatives = param(
        "uniform", "Which items are drawn: any, those often chosen, or what others chose in the same step."
    )
    n_negatives: int = param(4, "Items drawn for each interaction.", low=1, high=100, search=Search(low=1, high=10))
    learning_rate: float = param(0.003, "Step size.", low=1e-6, high=1.0, search=Search(low=5e-4, high=0.02, log=True))
    weight_decay: float = param(
        0.05, "Decoupled decay of all weights.", low=0.0, high=10.0, search=Search(low=1e-3, high=1.0, log=True)
    )
    dropout: float = param(0.0, "Share of hidden units left out in each step.", low=0.0, high=0.9)
    source_weight: float = param(
        0.5,
        "Weight of a source's interaction against one of the target.",
        low=0.0,
        high=2.0,
        search=Search(low=0.1, high=1),
    )
    patience: int = param(4, "Epochs without improvement before training ends.", low=1, high=100)


class Network(nn.Module):
    """A weighted inner product and a small tower side by side.

    A state is what is known of a person: both embeddings in one row, [2 * embedding_size].
    """

    known_users: Tensor
    known_items: Tensor

    def __init__(self, n_users: int, n_items: int, params: NeuMFParams) -> None:
        super().__init__()
        size = params.embedding_size
        widths = [max(2, 2 * size >> layer) for layer in range(1, params.n_layers + 1)]
        self.users = nn.Parameter(0.1 * torch.randn(n_users, 2 * size))
        self.items = nn.Parameter(0.1 * torch.randn(n_items, 2 * size))
        self.item_biases = nn.Parameter(torch.zeros(n_items))
        # the first layer over (p, q) is a sum of one for people and one for items
        self.from_user = nn.Linear(size, widths[0])
        self.from_item = nn.Linear(size, widths[0], bias=False)
        self.tower = nn.ModuleList(nn.Linear(wide, narrow) for wide, narrow in pairwise(widths))
        self.product = nn.Parameter(torch.ones(size))
        self.last = nn.Linear(widths[-1], 1)
        self.dropout = nn.Dropout(params.dropout)
        self.width = widths[0]
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))

    def forward(self, states: Tensor, items: Tensor, biases: Tensor) -> Tensor:
        """Return logits; states and items broadcast against each other over all but the last axis."""
        (p, p_tower), (q, q_tower) = states.chunk(2, dim=-1), items.chunk(2, dim=-1)
        hidden = relu(self.from_user(p_tower) + self.from_item(q_tower))
        for layer in self.tower:
            hidden = relu(layer(self.dropout(hidden)))
        logits: Tensor = (p * self.product * q).sum(dim=-1) + self.last(self.dropout(hidden)).squeeze(-1) + biases
        return logits


@recommenders.register
class NeuMF(GradientRecommender):
    r"""How much a person likes an item, as an inner product and a neural network together say.

    .. math:: s_{ui} = h^\top (p_u \odot q_i) + a^\top \phi_L(\dots \phi_1(p'_u, q'_i)) + b_i

    (paper, eq. 12, with a bias of the item), trained with the log-loss of chosen items against drawn ones of the same
    domain (eq. 7). A person has the same two embeddings in all domains. People who were not there are placed by
    gradient steps on their own embeddings, all else standing still.
    """

    key: ClassVar[str] = "neumf"
    title: ClassVar[str] = "Neural matrix factorisation"
    family: ClassVar[str] = "Neural networks"
    reference: ClassVar[str] = "He, Liao, Zhang, Nie, Hu and Chua: Neural Collaborative Filtering. WWW 2017"
    Params: ClassVar[type[Params]] = NeuMFParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True, trains_by_epochs=True)

    network: Network

    def build_network(self) -> Network:
        """See :meth:`GradientRecommender.build_network`."""
        return Network(len(self.users), self.n_items, self.params)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, device = self.params, self.network, options.device
        weights = row_weights(data, params.source_weight)
        rows, weights = data.interactions.take(weights > 0), weights[weights > 0]
        network.known_users.copy_(torch.from_numpy(seen(rows.users, data.n_users)))
        network.known_items.copy_(torch.from_numpy(seen(rows.items, data.n_items)))
        network.item_biases.data.copy_(torch.from_numpy(_log_odds(rows.items, data)))
        users, items = (torch.from_numpy(column.astype(np.int64)).to(device) for column in (rows.users, rows.items))
        weight = torch.from_numpy(weights / weights.mean()).to(device)
        pools = NegativePools(params.negatives, data.catalogue.slices, items)
        batch_size = bounded_batch_size(len(users), params.batch_size)

        def batches(epoch: int) -> Iterator[Tensor]:
            return shuffled_batches(len(users), batch_size, device)

        def loss(batch: Tensor) -> Tensor:
            drawn = pools.draw_for_each(items[batch], params.n_negatives)  # [n, n_negatives]
            offered = torch.cat([items[batch][:, None], drawn], dim=1)
            factors = network.items.index_select(0, offered.flatten()).view(*offered.shape, -1)
            states = network.users.index_select(0, users[batch])
            logits = network(states[:, None], factors, network.item_biases[offered])  # [n, 1 + n_negatives]
            costs = softplus(-logits[:, 0]) + softplus(logits[:, 1:]).sum(dim=1)
            return (weight[batch] * costs).mean() / offered.shape[1]

        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=torch.optim.AdamW(
                network.parameters(), params.learning_rate, weight_decay=params.weight_decay, fused=True
            ),
            batches=batches,
            loss=loss,
            n_rows=len(users),
            epochs=params.epochs,
            patience=params.patience,
        )
        yield self.watched(phase, options)

    def user_states(self, users: Ints) -> States:
        """Return both embeddings, [n, 2 * embedding_size]; NaN for people without any row."""
        states = to_numpy(self.network.users)[users].copy()
        states[~to_numpy(self.network.known_users)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; logits."""
        network, n = self.network, self.n_target_items
        biases = network.item_biases[:n].masked_fill(~network.known_items[:n], torch.nan)
        step = max(1, CELLS_AT_ONCE // max(1, n * network.width))
        scores = np.empty((len(states), n), np.float32)
        with torch.no_grad():
            for start in range(0, len(states), step):
                block = torch.from_numpy(states[start : start + step]).to(biases.device)
                scores[start : start + step] = to_numpy(network(block[:, None], network.items[:n], biases))
        return scores

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`; the training loss of a person's rows with some items in place of all."""
        network, known = self.network, to_numpy(self.network.known_items)
        all_items, all_biases = network.items.detach(), network.item_biases.detach()

        def loss_of(rows: PlacedRows) -> Callable[[Tensor], Tensor]:
            rivals = []
            for domain, weight in rows.weight_by_domain(self.item_domains):
                part = self.catalogue.slices[domain]
                numbers = torch.from_numpy(part.start + spread(known[part], RIVALS))
                rivals.append((all_items[numbers], all_biases[numbers], weight))
            chosen, chosen_biases = all_items[rows.items], all_biases[rows.items]

            def loss(states: Tensor) -> Tensor:
                cost = (rows.weights * softplus(-network(states[rows.people], chosen, chosen_biases))).sum()
                for factors, biases, weight in rivals:
                    means = softplus(network(states[:, None], factors, biases)).mean(dim=1)  # [n_people]
                    cost = cost + self.params.n_negatives * (weight * means).sum()
                return cost

            return loss

        weights = known[histories.items] * interaction_weights(
            histories.items, self.n_target_items, self.params.source_weight
        )
        trained = network.users.detach()[network.known_users]
        return fold_in(histories, weights, n_people, trained, loss_of, PEOPLE_AT_ONCE)


def _log_odds(items: Ints, data: CrossDomainData) -> Floats:
    """Return the logarithm of how much more often each item is chosen than the average of its domain, [n_items]."""
    counts = np.bincount(items, minlength=data.n_items) + 0.5
    for part in data.catalogue.slices:
        counts[part] /= counts[part].mean() if part.stop > part.start else 1.0
    odds: Floats = np.log(counts).astype(np.float32)
    return odds
