"""LightGCN on the joint graph of all domains (He et al., SIGIR 2020)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.graph import degrees, edge_weights, joint_graph, normalised
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import GradientRecommender, to_numpy
from xdrec_app.models.graph import LikedRows, RankingLoss, SparseProduct, rank
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM
from xdrec_app.training.objectives import make_optimiser, squared_norm
from xdrec_app.training.phase import Phase, Phases


class LightGCNParams(Params):
    """Hyper-parameters of :class:`LightGCN`."""

    embedding_size: int = param(64, "Numbers per person and item.", low=1, high=2048, search=Search(low=32, high=256))
    n_layers: int = param(3, "Steps of propagation.", low=1, high=10, search=Search(low=1, high=4))
    epochs: int = param(100, "At most that many passes over the interactions.", low=1, high=10_000)
    batch_size: int = param(
        2048, "Interactions per step; the whole graph is propagated in each.", low=1, high=1_000_000
    )
    loss: RankingLoss = param(
        "bpr", "Each liked item against random ones of its own by BPR, or the softmax over those all share."
    )
    n_negatives: int = param(
        8, "Random items: per liked item for BPR, of each domain per step for softmax.", low=1, high=65_536
    )
    learning_rate: float = param(0.01, "Step size.", low=1e-6, high=10.0, search=Search(low=5e-4, high=0.05, log=True))
    weight_decay: float = param(
        1e-4, "L2 on the embeddings a step uses.", low=0.0, high=1.0, search=Search(low=1e-6, high=1e-2, log=True)
    )
    source_weight: float = SOURCE_WEIGHT_PARAM
    patience: int = param(8, "Epochs without improvement before training ends.", low=1, high=1000)


class Nodes(nn.Module):
    """Embeddings of people and items, and where propagation has put them."""

    people: Tensor
    offered: Tensor
    spread: Tensor
    user_degrees: Tensor
    item_degrees: Tensor

    def __init__(self, n_users: int, n_items: int, embedding_size: int) -> None:
        super().__init__()
        self.users = nn.Embedding(n_users, embedding_size)
        self.items = nn.Embedding(n_items, embedding_size)
        for embedding in (self.users, self.items):
            nn.init.normal_(embedding.weight, std=0.1)
        self.register_buffer("people", torch.zeros(n_users, embedding_size))
        self.register_buffer("offered", torch.zeros(n_items, embedding_size))
        self.register_buffer("spread", torch.zeros(n_items, embedding_size))
        self.register_buffer("user_degrees", torch.zeros(n_users))
        self.register_buffer("item_degrees", torch.zeros(n_items))


@recommenders.register
class LightGCN(GradientRecommender):
    r"""Embeddings that flow along the edges of the joint graph; nothing else is learnt.

    With R the interactions over all domains, a source's edge weighing `source_weight`, and
    :math:`\hat R = D_U^{-1/2} R D_I^{-1/2}`, each of K layers passes (paper, eq. 3 and 7)

    .. math:: P^{(k+1)} = \hat R Q^{(k)}, \qquad Q^{(k+1)} = \hat R^\top P^{(k)},

    and a node stands at the mean of its layers (eq. 4, α = 1 / (K + 1)); the score is the dot product (eq. 5). The
    whole graph is propagated in every step, never once for several. A person who is folded in is a node with edges but
    without an embedding of their own: :math:`\sum_{k<K} \hat r Q^{(k)} / (K + 1)`.
    """

    key: ClassVar[str] = "lightgcn"
    title: ClassVar[str] = "LightGCN"
    family: ClassVar[str] = "Graph"
    reference: ClassVar[str] = (
        "He et al., LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation, SIGIR 2020"
    )
    Params: ClassVar[type[Params]] = LightGCNParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True, trains_by_epochs=True)

    network: Nodes

    def build_network(self) -> Nodes:
        """See :meth:`GradientRecommender.build_network`."""
        return Nodes(len(self.users), self.n_items, self.params.embedding_size)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, device = self.params, self.network, options.device
        graph = joint_graph(data, params.source_weight)
        network.user_degrees.copy_(torch.from_numpy(degrees(graph, axis=1)))
        network.item_degrees.copy_(torch.from_numpy(degrees(graph, axis=0)))
        edges = SparseProduct(normalised(graph), device)
        rows = LikedRows(data, params.source_weight, device)

        def batches(epoch: int) -> Iterator[Tensor]:
            return rows.batches(params.batch_size)

        def loss(batch: Tensor) -> Tensor:
            people, offered, _ = self._propagated(edges)
            ranked = rank(params.loss, rows, batch, people, offered, params.n_negatives)
            used = (network.users(ranked.nodes), network.items(ranked.liked), network.items(ranked.drawn))
            total: Tensor = ranked.loss + params.weight_decay * squared_norm(*used)
            return total

        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=make_optimiser("adam", network.parameters(), params.learning_rate),
            batches=batches,
            loss=loss,
            n_rows=len(rows),
            epochs=params.epochs,
            patience=params.patience,
        )
        yield self.watched(phase, options, before=lambda: self._place_everybody(edges))
        self._place_everybody(edges)

    def _propagated(self, edges: SparseProduct) -> tuple[Tensor, Tensor, Tensor]:
        """Return where people and items end up, and what the items have given away to people on the way.

        All are divided by the number of layers and have the shape of the embeddings.
        """
        p, q = self.network.users.weight, self.network.items.weight
        people, offered, spread = p, q, torch.zeros_like(q)
        for _ in range(self.params.n_layers):
            spread = spread + q.detach()
            p, q = edges(q), edges.transposed(p)
            people, offered = people + p, offered + q
        share = 1 / (self.params.n_layers + 1)
        return people * share, offered * share, spread * share

    def _place_everybody(self, edges: SparseProduct) -> None:
        """Let the buffers that scoring reads follow the embeddings as they are now."""
        with torch.no_grad():
            people, offered, spread = self._propagated(edges)
        self.network.people.copy_(people)
        self.network.offered.copy_(offered)
        self.network.spread.copy_(spread)

    def user_states(self, users: Ints) -> States:
        """Return where people stand, [n, embedding_size]; NaN for people without a history."""
        states = to_numpy(self.network.people)[users]
        states[to_numpy(self.network.user_degrees)[users] == 0] = np.nan
        return states

    def scores_of(self, states: States) -> np.ndarray:
        """See :meth:`Recommender.scores_of`."""
        n = self.n_target_items
        scores = np.asarray(states @ to_numpy(self.network.offered)[:n].T, np.float32)
        scores[:, to_numpy(self.network.item_degrees)[:n] == 0] = np.nan
        return scores

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`; items nobody had in training say nothing."""
        item_degrees = to_numpy(self.network.item_degrees)
        known = histories.take(item_degrees[histories.items] > 0)
        weights = edge_weights(known.items, self.n_target_items, self.params.source_weight)
        graph = known.matrix(n_people, self.n_items, weights)
        states = normalised(graph, item_degrees=item_degrees) @ to_numpy(self.network.spread)
        states[degrees(graph, axis=1) == 0] = np.nan
        return np.asarray(states, np.float32)
