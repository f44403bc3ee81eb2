"""UniCDR: representations shared by all domains beside those of one alone (Cao et al., WSDM 2023)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import GradientRecommender, seen, to_numpy
from xdrec_app.models.histories import Histories, HistoryRows
from xdrec_app.training.batching import shared_negatives, shuffled_batches
from xdrec_app.training.objectives import make_optimiser, sampled_softmax
from xdrec_app.training.phase import Phase, Phases

PEOPLE_PER_BLOCK = 4096


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


class TwoFoldSpace(nn.Module):
    """Items as they speak for all domains, for their own domain, and as they are offered; people placed among them."""

    people: Tensor
    known_users: Tensor
    known_items: Tensor
    weights: Tensor

    def __init__(self, n_users: int, n_items: int, n_domains: int, embedding_size: int) -> None:
        super().__init__()
        self.shared = nn.Embedding(n_items, embedding_size)
        self.specific = nn.Embedding(n_items, embedding_size)
        self.offered = nn.Embedding(n_items, embedding_size)
        self.item_biases = nn.Embedding(n_items, 1)
        for embedding in (self.shared, self.specific, self.offered):
            nn.init.normal_(embedding.weight, std=embedding_size**-0.5)
        nn.init.zeros_(self.item_biases.weight)
        self.register_buffer("people", torch.zeros(n_users, embedding_size))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))
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
class UniCDR(GradientRecommender):
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
        return TwoFoldSpace(len(self.users), self.n_items, len(self.scales), self.params.embedding_size)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, device = self.params, self.network, options.device
        network.weights[1:] = params.source_weight
        rows = data.interactions
        network.known_users.copy_(torch.from_numpy(seen(rows.users, data.n_users)))
        network.known_items.copy_(torch.from_numpy(seen(rows.items, data.n_items)))
        is_liked = data.liked()
        # popularity needs no learning: the embeddings begin where it ends
        popularity = np.log1p(np.bincount(rows.items[is_liked], minlength=data.n_items)).astype(np.float32)
        network.item_biases.weight.data[:, 0] = torch.from_numpy(popularity).to(device)
        histories = self._histories(rows, data.n_users, torch.from_numpy(is_liked.astype(np.float32)).to(device))

        def batches(epoch: int) -> Iterator[Tensor]:
            for places in shuffled_batches(len(histories.people), params.batch_size, torch.device("cpu")):
                yield histories.people[places].to(device)

        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=make_optimiser("adamw", network.parameters(), params.learning_rate, params.weight_decay),
            batches=batches,
            loss=lambda people: self._loss(histories.of(people)),
            n_rows=len(histories),
            epochs=params.epochs,
            patience=params.patience,
        )
        yield self.watched(phase, options, before=lambda: self._place_everybody(histories))
        self._place_everybody(histories)

    def _loss(self, rows: HistoryRows) -> Tensor:
        network, params = self.network, self.params
        is_seen = self._masked(rows)
        z = network.shared_part(rows, is_seen)
        places = z[:, None] + network.specific_part(rows, is_seen)  # [n, n_domains, embedding_size]
        loss = self._ranking_loss(places, rows.where((rows.values > 0) & (network.weights[rows.domains] > 0)))
        if params.contrast == 0:
            return loss
        whole = network.shared_part(rows, torch.ones_like(is_seen))
        total: Tensor = loss + params.contrast * info_nce(z, whole, params.temperature)
        return total

    def _masked(self, rows: HistoryRows) -> Tensor:
        """Return which rows are seen in this step, 0 or 1, float32 [n_rows]; somebody of one domain keeps it."""
        device = rows.items.device
        is_there = rows.counts(torch.ones_like(rows.values)) > 0
        keeps_domain = (torch.rand(is_there.shape) >= self.params.domain_masking).to(device)
        keeps_domain |= is_there.sum(1, keepdim=True) < 2
        keeps_row = (torch.rand(len(rows)) >= self.params.dropout).to(device)
        is_seen: Tensor = keeps_row & keeps_domain[rows.persons, rows.domains]
        return is_seen.float()

    def _ranking_loss(self, places: Tensor, liked: HistoryRows) -> Tensor:
        """Return the weighted mean of -log softmax of liked items against random ones of their domain."""
        network, n_negatives = self.network, self.params.n_negatives
        if len(liked) == 0:
            return places.sum() * 0
        n_domains = len(self.catalogue.slices)
        drawn = shared_negatives(self.catalogue.slices, n_negatives, places.device)
        offered = network.offered(drawn).view(n_domains, n_negatives, -1)
        biases = network.item_biases(drawn).view(n_domains, 1, n_negatives)
        competing = torch.baddbmm(biases, places.transpose(0, 1), offered.mT)  # [n_domains, n, n_negatives]
        scale = [math.log(max(1, part.stop - part.start) / n_negatives) for part in self.catalogue.slices]
        # summed up once per person and domain, and scaled: a sample stands for the whole domain
        others = competing.logsumexp(dim=2) + torch.tensor(scale, device=places.device)[:, None]
        positive = (places[liked.persons, liked.domains] * network.offered(liked.items)).sum(1)
        positive = positive + network.item_biases(liked.items).squeeze(1)
        weights = network.weights[liked.domains]
        return sampled_softmax(positive, others[liked.domains, liked.persons][:, None], weights / weights.mean())

    def user_states(self, users: Ints) -> States:
        """Return where people stand in the target, [n, embedding_size]; NaN for people without a history."""
        states: Floats = to_numpy(self.network.people)[users].copy()
        states[~to_numpy(self.network.known_users)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`."""
        network, n = self.network, self.n_target_items
        biases = to_numpy(network.item_biases.weight)[:n, 0].copy()
        biases[~to_numpy(network.known_items)[:n]] = np.nan
        return np.asarray(states @ to_numpy(network.offered.weight)[:n].T + biases, np.float32)

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`; a person's place is a function of the history, known or new."""
        known = histories.take(to_numpy(self.network.known_items)[histories.items])
        states = np.full((n_people, self.params.embedding_size), np.nan, np.float32)
        tensors = self._histories(known, n_people, torch.ones(len(known)))
        for people, places in self._placed(tensors):
            states[people.numpy()] = to_numpy(places)
        return states

    def _histories(self, rows: Interactions, n_people: int, values: Tensor) -> Histories:
        return Histories(rows, n_people, self.item_domains, len(self.scales), values)

    def _place_everybody(self, histories: Histories) -> None:
        """Let the people follow the items as they are now."""
        for people, places in self._placed(histories):
            self.network.people[people.to(places.device)] = places

    def _placed(self, histories: Histories) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield everybody with a history, on the CPU, and where they stand in the target, in blocks."""
        network = self.network
        for people in torch.split(histories.people, PEOPLE_PER_BLOCK):
            with torch.no_grad():
                rows = histories.of(people.to(network.people.device))
                everything = torch.ones_like(rows.values)
                places = network.shared_part(rows, everything) + network.specific_part(rows, everything)[:, 0]
            yield people, places


def info_nce(queries: Tensor, keys: Tensor, temperature: float) -> Tensor:
    """Return the mean of -log softmax of each query's similarity to its own key among all keys (van den Oord 2018)."""
    similarities = functional.normalize(queries, dim=1) @ functional.normalize(keys, dim=1).T
    own = torch.arange(len(queries), device=queries.device)
    return functional.cross_entropy(similarities / temperature, own)
