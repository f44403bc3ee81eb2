"""Several targets at once: one encoder of people, one head per domain and kind of feedback."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import to_numpy
from xdrec_app.models.histories import HistoryRows
from xdrec_app.models.history_encoder import HistoryNetwork, HistoryRecommender, RankingLoss
from xdrec_app.training.objectives import weighted_mean


class MultiTaskParams(Params):
    """Hyper-parameters of :class:`MultiTask`."""

    embedding_size: int = param(64, "Numbers per person and item.", low=1, high=1024, search=Search(low=32, high=128))
    epochs: int = param(100, "At most that many passes over the people.", low=1, high=10_000)
    batch_size: int = param(256, "People per step.", low=1, high=65_536)
    ranking_loss: RankingLoss = param("softmax", "How clicks, and items that were rated well, are learnt.")
    rating_loss: Literal["squared_error", "absolute_error", "none"] = param(
        "squared_error", "How ratings are learnt, beside which items were liked."
    )
    rating_weight: float = param(
        0.3, "Weight of the loss of ratings.", low=0.0, high=10.0, search=Search(low=0.05, high=2, log=True)
    )
    n_negatives: int = param(1024, "Random items of each domain per step.", low=1, high=65_536)
    learning_rate: float = param(0.005, "Step size.", low=1e-6, high=1.0, search=Search(low=1e-3, high=0.02, log=True))
    weight_decay: float = param(
        0.3, "L2 on all weights.", low=0.0, high=10.0, search=Search(low=0.01, high=1.0, log=True)
    )
    dropout: float = param(
        0.5, "Share of a history hidden in each step.", low=0.0, high=0.95, search=Search(low=0.2, high=0.8)
    )
    source_weight: float = param(
        0.5,
        "Weight of the other domains' losses beside the target's.",
        low=0.0,
        high=2.0,
        search=Search(low=0.1, high=1.5),
    )
    patience: int = param(6, "Epochs without improvement before training ends.", low=1, high=1000)


class TaskNetwork(HistoryNetwork):
    """The encoder's tables, and a head for liking and for rating per domain.

    Attributes
    ----------
    means, units, liked_from
        float32 [n_domains]: of ratings, and the value in units from which they count as liked.
    has_ratings
        bool [n_domains].
    weights
        float32 [n_domains], of the losses.
    """

    means: Tensor
    units: Tensor
    liked_from: Tensor
    has_ratings: Tensor
    weights: Tensor

    def __init__(self, n_users: int, n_items: int, n_domains: int, embedding_size: int) -> None:
        super().__init__(n_users, n_items, embedding_size, state_size=embedding_size)
        self.taken = nn.Embedding(n_items, embedding_size)
        self.valued = nn.Embedding(n_items, embedding_size)
        self.rated = nn.Embedding(n_items, embedding_size)
        self.rating_biases = nn.Embedding(n_items, 1)
        for embedding in (self.taken, self.valued, self.rated):
            nn.init.normal_(embedding.weight, std=embedding_size**-0.5)
        nn.init.zeros_(self.rating_biases.weight)
        # heads say by how much a domain differs from the common place; they begin with no difference
        self.liking = nn.Parameter(torch.zeros(n_domains, embedding_size, embedding_size))
        self.rating = nn.Parameter(torch.zeros(n_domains, embedding_size, embedding_size))
        self.leniency = nn.Parameter(torch.zeros(n_domains, embedding_size))
        for name in ("means", "liked_from"):
            self.register_buffer(name, torch.zeros(n_domains))
        for name in ("units", "weights"):
            self.register_buffer(name, torch.ones(n_domains))
        self.register_buffer("has_ratings", torch.zeros(n_domains, dtype=torch.bool))

    def encoded(self, rows: HistoryRows, is_seen: Tensor) -> Tensor:
        """Return the common place of people, by what they had and how they rated it, [n_people, embedding_size]."""
        lengths = rows.counts(is_seen).sum(1, keepdim=True).clamp(min=1).sqrt()
        sums = rows.sums(self.taken.weight, is_seen) + rows.sums(self.valued.weight, is_seen * rows.values)
        place: Tensor = sums.sum(1) / lengths
        return place

    def ratings(self, z: Tensor, persons: Tensor, domains: Tensor, items: Tensor) -> Tensor:
        """Return ratings in units around the mean of their domain; `persons` are rows of `z`."""
        places = in_domains(z, self.rating)[persons, domains]
        lenient = (z @ self.leniency.T)[persons, domains]
        rating: Tensor = (places * self.rated(items)).sum(1) + lenient + self.rating_biases(items).squeeze(1)
        return rating


def in_domains(z: Tensor, heads: Tensor) -> Tensor:
    """Return where people stand in each domain, [n, n_domains, embedding_size]: z (I + A_d)."""
    places: Tensor = z[:, None] + torch.einsum("ne,def->ndf", z, heads)
    return places


@recommenders.register
class MultiTask(HistoryRecommender):
    r"""All domains are learnt as targets at once, by a loss that fits their feedback, from one encoder.

    .. math::
        z_u = \frac{1}{\sqrt{|H_u|}} \sum_{j \in H_u} (g_j + r_{uj} h_j), \qquad
        s_{ui} = z_u^\top (I + A_d) v_i + b_i, \qquad
        \hat r_{ui} = \mu_d + \sigma_d \left( z_u^\top (I + B_d) q_i + z_u^\top c_d + c_i \right)

    with hard sharing of z (Caruana 1997) and a head :math:`A_d, B_d, c_d` per domain d. What was liked or clicked is
    ranked against random items of its domain, by softmax or BPR; ratings are learnt by squared or absolute error too.
    The loss is the sum over domains, those of sources weighing `source_weight`. Part of each history is hidden.
    """

    key: ClassVar[str] = "multi_task"
    title: ClassVar[str] = "Multi-task encoder"
    family: ClassVar[str] = "Cross-domain"
    reference: ClassVar[str] = (
        "Caruana: Multitask learning. Machine Learning 28, 1997; histories as people and softmax: Liang et al., "
        "Variational autoencoders for collaborative filtering, WWW 2018"
    )
    Params: ClassVar[type[Params]] = MultiTaskParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="ranking", rating=True, fold_in=True, trains_by_epochs=True
    )

    network: TaskNetwork

    def build_network(self) -> TaskNetwork:
        """See :meth:`GradientRecommender.build_network`."""
        return TaskNetwork(len(self.users), self.n_items, len(self.scales), self.params.embedding_size)

    def prepare(self, data: CrossDomainData, options: FitOptions) -> Job[None]:
        """See :meth:`GradientRecommender.prepare`: the scales of the domains."""
        yield from ()
        network = self.network
        network.weights[1:] = self.params.source_weight
        domains = self.item_domains[data.interactions.items]
        for domain, (low, high) in enumerate(self.scales):
            values = data.interactions.values[domains == domain]
            network.means[domain] = float(values.mean()) if len(values) else (low + high) / 2
            network.units[domain] = (high - low) / 4 if low < high else 1
            network.has_ratings[domain] = low < high
        middles = torch.tensor([(low + high) / 2 for low, high in self.scales], device=options.device)
        network.liked_from.copy_((middles - network.means) / network.units - 1e-4)

    def row_values(self, rows: Interactions) -> Tensor:
        """Return ratings in units around the mean of their domain."""
        network = self.network
        device = network.means.device
        domains = torch.from_numpy(self.item_domains[rows.items].astype(np.int64)).to(device)
        values = torch.from_numpy(rows.values.astype(np.float32)).to(device)
        return (values - network.means[domains]) / network.units[domains]

    def encoded(self, rows: HistoryRows) -> Tensor:
        """Return the common place of people."""
        return self.network.encoded(rows, torch.ones_like(rows.values))

    def step_loss(self, rows: HistoryRows) -> Tensor:
        """Return the sum of the losses of ranking and rating."""
        network, params = self.network, self.params
        is_seen = self.dropped(rows, params.dropout)
        z = network.encoded(rows, is_seen.float())
        learnt = rows.where(network.weights[rows.domains] > 0)
        liked = learnt.where(learnt.values >= network.liked_from[learnt.domains])
        weights = network.weights[liked.domains]
        places = in_domains(z, network.liking)
        loss = network.offers.loss(
            places, liked, weights, self.catalogue.slices, params.n_negatives, params.ranking_loss
        )
        # a rating that the encoder sees is no test of what it foretells
        rated = rows.where(~is_seen & network.has_ratings[rows.domains] & (network.weights[rows.domains] > 0))
        if params.rating_loss == "none" or len(rated) == 0:
            return loss
        errors = network.ratings(z, rated.persons, rated.domains, rated.items) - rated.values
        losses = errors.square() if params.rating_loss == "squared_error" else errors.abs()
        total: Tensor = loss + params.rating_weight * weighted_mean(losses, network.weights[rated.domains])
        return total

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`."""
        return self.scores_in(self.catalogue.domains[0], states)

    def scores_in(self, domain: str, states: States) -> Floats:
        """Score all items of any of the domains that were learnt, float32 [n, n_items]."""
        place = self.catalogue.domains.index(domain)
        head = np.eye(states.shape[1], dtype=np.float32) + to_numpy(self.network.liking)[place]
        return self.network.offers.scores(states @ head, self.catalogue.slices[place])

    def _predict(self, users: Ints, items: Ints) -> Floats:
        """Rate pairs of known people and items; NaN for others, and where ratings were not learnt."""
        network = self.network
        if self.params.rating_loss == "none" or not bool(network.has_ratings[0]):
            return np.full(len(users), np.nan, np.float32)
        ratings = np.empty(len(users), np.float32)
        for part in np.array_split(np.arange(len(users)), 1 + len(users) // 65_536):
            z = torch.from_numpy(self.user_states(users[part])).to(network.means.device)
            numbers = torch.from_numpy(items[part].astype(np.int64)).to(network.means.device)
            with torch.no_grad():
                persons = torch.arange(len(z), device=z.device)
                ratings[part] = to_numpy(network.ratings(z, persons, torch.zeros_like(numbers), numbers))
        ratings[~to_numpy(network.offers.known_items)[items]] = np.nan
        rating: Floats = to_numpy(network.means)[0] + to_numpy(network.units)[0] * ratings
        return rating
