"""BiTGCF: one graph per domain, and features that pass between the nodes of a person (Liu et al., CIKM 2020)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.graph import degrees, domain_graphs, normalised
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import GradientRecommender, to_numpy
from xdrec_app.models.graph import LikedRows, RankingLoss, SparseProduct, rank
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM
from xdrec_app.training.objectives import make_optimiser, squared_norm
from xdrec_app.training.phase import Phase, Phases


class BiTGCFParams(Params):
    """Hyper-parameters of :class:`BiTGCF`."""

    embedding_size: int = param(64, "Numbers per person and item.", low=1, high=2048, search=Search(low=32, high=256))
    n_layers: int = param(2, "Steps of propagation and transfer.", low=1, high=10, search=Search(low=1, high=4))
    own_share: float = param(
        0.8,
        "What a shared person keeps of their own in each domain, λ; the rest comes from the other domains.",
        low=0.0,
        high=1.0,
        search=Search(low=0.5, high=1.0),
    )
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
    learning_rate: float = param(0.005, "Step size.", low=1e-6, high=10.0, search=Search(low=5e-4, high=0.05, log=True))
    weight_decay: float = param(
        0.01, "L2 on the embeddings a step uses.", low=0.0, high=1.0, search=Search(low=1e-4, high=0.1, log=True)
    )
    source_weight: float = SOURCE_WEIGHT_PARAM
    patience: int = param(8, "Epochs without improvement before training ends.", low=1, high=1000)


class DomainNodes(nn.Module):
    """Embeddings of items and of people, one per domain, and what scoring needs of the propagation."""

    people: Tensor
    offered: Tensor
    layers: Tensor
    counts: Tensor
    item_degrees: Tensor

    def __init__(self, n_domains: int, n_users: int, n_items: int, embedding_size: int, n_layers: int) -> None:
        super().__init__()
        self.users = nn.Embedding(n_domains * n_users, embedding_size)
        self.items = nn.Embedding(n_items, embedding_size)
        for embedding in (self.users, self.items):
            nn.init.normal_(embedding.weight, std=0.1)
        self.register_buffer("people", torch.zeros(n_users, embedding_size))
        self.register_buffer("offered", torch.zeros(n_items, embedding_size))
        self.register_buffer("layers", torch.zeros(n_layers, n_items, embedding_size))
        self.register_buffer("counts", torch.zeros(n_domains, n_users))
        self.register_buffer("item_degrees", torch.zeros(n_items))


@recommenders.register
class BiTGCF(GradientRecommender):
    r"""Graph convolution within each domain; after each layer the nodes of a shared person exchange what they learnt.

    In a layer every node takes up its neighbours and what it has in common with them (paper, feature propagation),

    .. math:: a_u = \sum_i \frac{q_i}{\sqrt{n_u n_i}}, \qquad p_u \leftarrow p_u + a_u + a_u \odot p_u,

    items likewise. Then, with :math:`n_{ud}` interactions of person u in domain d, a shared person's nodes become the
    mean of what is common and what is specific to the domain (paper, feature transfer), here for any number of domains:

    .. math:: \tfrac12 \frac{\sum_e w_e n_{ue} p_{ue}}{\sum_e w_e n_{ue}}
              + \tfrac12 \Big(\lambda p_{ud} + (1 - \lambda) \operatorname{mean}_{e \ne d} p_{ue}\Big)

    with w 1 for the target and `source_weight` for sources, of the loss too. A person without history in a domain gets
    there what the others give (λ = 0). A node ends at the mean of its layers, as in LightGCN; without sources nothing
    is transferred and this is a convolution over one domain.
    """

    key: ClassVar[str] = "bitgcf"
    title: ClassVar[str] = "BiTGCF"
    family: ClassVar[str] = "Graph"
    reference: ClassVar[str] = (
        "Liu et al., Cross Domain Recommendation via Bi-directional Transfer Graph Collaborative Filtering Networks, "
        "CIKM 2020"
    )
    Params: ClassVar[type[Params]] = BiTGCFParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="ranking", fold_in=True, trains_by_epochs=True, needs=("shared people",)
    )

    network: DomainNodes

    def build_network(self) -> DomainNodes:
        """See :meth:`GradientRecommender.build_network`."""
        params = self.params
        return DomainNodes(len(self.scales), len(self.users), self.n_items, params.embedding_size, params.n_layers)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, device = self.params, self.network, options.device
        graph = domain_graphs(data.interactions, data.item_domains, data.n_users, len(data.scales))
        network.counts.copy_(torch.from_numpy(self._counts(degrees(graph, axis=1))))
        network.item_degrees.copy_(torch.from_numpy(degrees(graph, axis=0)))
        edges = SparseProduct(normalised(graph), device)
        exchange = transfer_weights(network.counts, params.own_share)
        rows = LikedRows(data, params.source_weight, device, by_domain=True)

        def batches(epoch: int) -> Iterator[Tensor]:
            return rows.batches(params.batch_size)

        def loss(batch: Tensor) -> Tensor:
            people, offered, _ = self._propagated(edges, exchange)
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
        yield self.watched(phase, options, before=lambda: self._place_everybody(edges, exchange))
        self._place_everybody(edges, exchange)

    def _counts(self, node_degrees: Floats) -> Floats:
        """Return each person's interactions per domain, a source's weighing `source_weight`, [n_domains, n]."""
        n_domains = len(self.scales)
        weights = np.full((n_domains, 1), self.params.source_weight, np.float32)
        weights[0] = 1
        weighted: Floats = weights * node_degrees.reshape(n_domains, -1)
        return weighted

    def _propagated(self, edges: SparseProduct, exchange: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Return where the nodes of people and the items end up, and the items before each layer."""
        p, q = self.network.users.weight, self.network.items.weight
        people, offered, layers = p, q, []
        for _ in range(self.params.n_layers):
            layers.append(q.detach())
            to_people, to_items = edges(q), edges.transposed(p)
            p, q = exchanged(taken_up(p, to_people), exchange), taken_up(q, to_items)
            people, offered = people + p, offered + q
        share = 1 / (self.params.n_layers + 1)
        return people * share, offered * share, layers

    def _place_everybody(self, edges: SparseProduct, exchange: Tensor) -> None:
        """Let the buffers that scoring reads follow the embeddings as they are now."""
        with torch.no_grad():
            people, offered, layers = self._propagated(edges, exchange)
        self.network.people.copy_(people[: len(self.users)])
        self.network.offered.copy_(offered)
        self.network.layers.copy_(torch.stack(layers))

    def user_states(self, users: Ints) -> States:
        """Return the target's nodes of people, [n, embedding_size]; NaN for people without a history."""
        states = to_numpy(self.network.people)[users]
        states[~(to_numpy(self.network.counts)[:, users] > 0).any(axis=0)] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`."""
        n = self.n_target_items
        scores = np.asarray(states @ to_numpy(self.network.offered)[:n].T, np.float32)
        scores[:, to_numpy(self.network.item_degrees)[:n] == 0] = np.nan
        return scores

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`: nodes with edges and transfer, but without embeddings of their own."""
        item_degrees = to_numpy(self.network.item_degrees)
        known = histories.take(item_degrees[histories.items] > 0)
        graph = domain_graphs(known, self.item_domains, n_people, len(self.scales))
        counts = torch.from_numpy(self._counts(degrees(graph, axis=1)))
        exchange = transfer_weights(counts, self.params.own_share)
        edges = SparseProduct(normalised(graph, item_degrees=item_degrees), counts.device)
        p = torch.zeros(graph.shape[0], self.params.embedding_size)
        people = p
        for q in self.network.layers:
            p = exchanged(taken_up(p, edges(q)), exchange)
            people = people + p
        states = to_numpy(people[:n_people] / (self.params.n_layers + 1))
        states[~to_numpy(counts > 0).any(axis=0)] = np.nan
        return states


def taken_up(own: Tensor, neighbours: Tensor) -> Tensor:
    """Return ``own + neighbours + neighbours * own``, the convolution of one layer."""
    return own + neighbours + neighbours * own


def exchanged(nodes: Tensor, exchange: Tensor) -> Tensor:
    """Return the nodes of people [n_domains * n, size] after each person's own have been mixed."""
    n_domains, _, n_people = exchange.shape
    if n_domains == 1:
        return nodes
    mixed = torch.einsum("deu,eus->dus", exchange, nodes.view(n_domains, n_people, nodes.shape[1]))
    return mixed.reshape(nodes.shape)


def transfer_weights(counts: Tensor, own_share: float) -> Tensor:
    """Return how much of a person's node in domain e passes into that of domain d, [n_domains d, n_domains e, n].

    Parameters
    ----------
    counts
        Weighted interactions per domain and person, float32 [n_domains, n].
    own_share
        λ.
    """
    is_active = (counts > 0).float()
    common = counts / counts.sum(0).clamp(min=1e-12)  # [e, n]
    own = torch.eye(len(counts), device=counts.device)[:, :, None]  # [d, e, 1]
    others = is_active[None] * (1 - own)
    n_others = others.sum(1, keepdim=True)
    others = others / n_others.clamp(min=1)
    active = is_active[:, None]  # of domain d
    kept = torch.where(n_others > 0, own_share * active, active)
    specific = kept * own + (1 - kept) * others
    return torch.where((n_others > 0) | (active == 0), (common[None] + specific) / 2, own)
