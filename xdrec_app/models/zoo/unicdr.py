"""UniCDR: representations shared by all domains beside those of one alone (Cao et al., WSDM 2023)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.histories import HistoryRows
from xdrec_app.models.history_encoder import HistoryNetwork, HistoryRecommender


class UniCDRParams(Params):
    """Hyper-parameters of :class:`UniCDR`."""

    embedding_size: int = param(64, "Numbers per person and item.", low=1, high=1024, search=Search(low=32, high=128))
    epochs: int = param(100, "At most that many passes over the people.", low=1, high=10_000)
    batch_size: int = param(256, "People per step.", low=2, high=65_536)
    n_negatives: int = param(1024, "Random items of each domain per step.", low=1, high=65_536)
    learning_rate: float = param(0.005, "Step size.", low=1e-6, high=1.0, search=Search(low=1e-3, high=0.02, log=True))
    weight_decay: float = param(
        0.3, "L2 on all embeddings.", low=0.0, high=10.0, search=Search(low=0.01, high=1.0, log=True)
    )
    dropout: float = param(
        0.5, "Share of a history hidden in each step.", low=0.0, high=0.95, search=Search(low=0.2, high=0.8)
    )
    domain_masking: float = param(
        0.3,
        "Chance that a domain of a person is hidden as a whole.",
        low=0.0,
        high=0.95,
        search=Search(low=0, high=0.7),
    )
    contrast: float = param(
        0.1, "Weight of the contrastive loss.", low=0.0, high=10.0, search=Search(low=0.01, high=1.0, log=True)
    )
    temperature: float = param(0.2, "Of the contrastive loss.", low=0.01, high=10.0)
    source_weight: float = param(
        0.5,
        "Weight of an interaction in a source beside one in the target.",
        low=0.0,
        high=2.0,
        search=Search(low=0.1, high=1.5),
    )
    patience: int = param(6, "Epochs without improvement before training ends.", low=1, high=1000)


class TwoFoldSpace(HistoryNetwork):
    """Items as they speak for all domains, for their own domain, and as they are offered; people placed among them."""

    weights: Tensor

    def __init__(self, n_users: int, n_items: int, n_domains: int, embedding_size: int) -> None:
        super().__init__(n_users, n_items, embedding_size, state_size=embedding_size)
        self.shared = nn.Embedding(n_items, embedding_size)
        self.specific = nn.Embedding(n_items, embedding_size)
        for embedding in (self.shared, self.specific):
            nn.init.normal_(embedding.weight, std=embedding_size**-0.5)
        self.register_buffer("weights", torch.ones(n_domains))

    def shared_part(self, rows: HistoryRows, is_seen: Tensor) -> Tensor:
        """Return what all visible domains together say of people, [n_people, embedding_size]."""
        weights = self.weights[rows.domains] * is_seen
        mass = rows.counts(weights * weights).sum(1, keepdim=True)
        part: Tensor = rows.sums(self.shared.weight, weights).sum(1) / mass.clamp(min=1e-6).sqrt()
        return part

    def specific_part(self, rows: HistoryRows, is_seen: Tensor) -> Tensor:
        """Return what each domain says of people by itself, [n_people, n_domains, embedding_size]."""
        mass = rows.counts(is_seen)[..., None]
        return rows.sums(self.specific.weight, is_seen) / mass.clamp(min=1).sqrt()


@recommenders.register
class UniCDR(HistoryRecommender):
    r"""What a person is everywhere, and what they are in this domain alone.

    A history is summed up twice, by what items say in general (g) and what they say within their domain (h):

    .. math::
        z_u = \frac{\sum_d w_d \sum_{j \in H_u^d} g_j}{\sqrt{\sum_d w_d^2 |H_u^d|}}, \qquad
        z_u^d = \frac{\sum_{j \in H_u^d} h_j}{\sqrt{|H_u^d|}}, \qquad
        s_{ui} = (z_u + z_u^{d(i)})^\top v_i + b_i

    In each step single interactions and whole domains of a person are hidden (the paper's interaction and domain
    masking), so that the shared part learns to stand in for a domain of which nothing is known: a person without
    history in the target is served by it alone. A contrastive loss holds the shared part of the masked history near
    that of the whole, against other people's. Each liked item is ranked by the softmax over random items of its domain.
    The aggregator is the paper's mean pooling, normalised by the root of the length.
    """

    key: ClassVar[str] = "unicdr"
    title: ClassVar[str] = "UniCDR (shared and specific)"
    family: ClassVar[str] = "Cross-domain"
    reference: ClassVar[str] = (
        "Cao, Li, Yu, Guo, Liu and Wang: Towards universal cross-domain recommendation. WSDM 2023"
    )
    Params: ClassVar[type[Params]] = UniCDRParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="ranking", fold_in=True, trains_by_epochs=True, needs=("shared people",)
    )

    network: TwoFoldSpace

    def build_network(self) -> TwoFoldSpace:
        """See :meth:`GradientRecommender.build_network`."""
        network = TwoFoldSpace(len(self.users), self.n_items, len(self.scales), self.params.embedding_size)
        network.weights[1:] = self.params.source_weight
        return network

    def row_values(self, rows: Interactions) -> Tensor:
        """Return 1 for what was liked, 0 otherwise."""
        middles = np.array([(low + high) / 2 for low, high in self.scales], np.float32)
        is_liked = rows.values >= middles[self.item_domains[rows.items]]
        return torch.from_numpy(is_liked.astype(np.float32)).to(self.network.people.device)

    def encoded(self, rows: HistoryRows) -> Tensor:
        """Return where people stand in the target, by the whole history."""
        everything = torch.ones_like(rows.values)
        return self.network.shared_part(rows, everything) + self.network.specific_part(rows, everything)[:, 0]

    def step_loss(self, rows: HistoryRows) -> Tensor:
        """Return the ranking loss of masked histories, and the contrastive loss beside it."""
        network, params = self.network, self.params
        is_seen = self._masked(rows)
        z = network.shared_part(rows, is_seen)
        places = z[:, None] + network.specific_part(rows, is_seen)  # [n, n_domains, embedding_size]
        liked = rows.where((rows.values > 0) & (network.weights[rows.domains] > 0))
        weights = network.weights[liked.domains]
        loss = network.offers.loss(places, liked, weights, self.catalogue.slices, params.n_negatives, "softmax")
        if params.contrast == 0:
            return loss
        whole = network.shared_part(rows, torch.ones_like(is_seen))
        total: Tensor = loss + params.contrast * info_nce(z, whole, params.temperature)
        return total

    def _masked(self, rows: HistoryRows) -> Tensor:
        """Return which rows are seen in this step, 0 or 1, float32 [n_rows]; somebody of one domain keeps it."""
        is_there = rows.counts(torch.ones_like(rows.values)) > 0
        keeps_domain = (torch.rand(is_there.shape) >= self.params.domain_masking).to(is_there.device)
        keeps_domain |= is_there.sum(1, keepdim=True) < 2
        is_seen: Tensor = self.dropped(rows, self.params.dropout) & keeps_domain[rows.persons, rows.domains]
        return is_seen.float()


def info_nce(queries: Tensor, keys: Tensor, temperature: float) -> Tensor:
    """Return the mean of -log softmax of each query's similarity to its own key among all keys (van den Oord 2018)."""
    similarities = functional.normalize(queries, dim=1) @ functional.normalize(keys, dim=1).T
    own = torch.arange(len(queries), device=queries.device)
    return functional.cross_entropy(similarities / temperature, own)
