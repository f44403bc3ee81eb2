"""A multinomial variational autoencoder over the joint catalogue of all domains (Liang et al., WWW 2018)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import GradientRecommender, seen, to_numpy
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM, history_matrix
from xdrec_app.training.batching import shuffled_batches
from xdrec_app.training.phase import Phase, Phases

PEOPLE_AT_ONCE = 4096
"""Histories encoded together outside training."""


class MultiVAEParams(Params):
    """Hyper-parameters of :class:`MultiVAE`."""

    embedding_size: int = param(128, "Numbers per person.", low=1, high=2048, search=Search(low=32, high=256))
    hidden_size: int = param(256, "Width of the encoder.", low=1, high=4096, search=Search(low=64, high=1024))
    epochs: int = param(200, "At most that many passes over the people.", low=1, high=10_000)
    batch_size: int = param(128, "People per step.", low=1, high=100_000)
    learning_rate: float = param(0.002, "Step size.", low=1e-6, high=1.0, search=Search(low=5e-4, high=0.01, log=True))
    weight_decay: float = param(0.01, "Decoupled decay of all weights.", low=0.0, high=10.0)
    dropout: float = param(
        0.5, "Share of a history hidden in each step.", low=0.0, high=0.95, search=Search(low=0.2, high=0.8)
    )
    kl_weight: float = param(
        0.005,
        "Weight of the prior per interaction of a history.",
        low=0.0,
        high=10.0,
        search=Search(low=5e-4, high=0.05, log=True),
    )
    source_weight: float = SOURCE_WEIGHT_PARAM
    patience: int = param(10, "Epochs without improvement before training ends.", low=1, high=1000)


class Autoencoder(nn.Module):
    """From a history to where a person probably is, and from there to what comes next.

    The widest layers are linear: histories are sparse, so the first is a sum of embeddings.
    """

    people: Tensor
    known_users: Tensor
    known_items: Tensor

    def __init__(self, n_users: int, n_items: int, embedding_size: int, hidden_size: int) -> None:
        super().__init__()
        self.taken = nn.Embedding(n_items, hidden_size)
        self.norm = nn.LayerNorm(hidden_size)
        self.place = nn.Linear(hidden_size, 2 * embedding_size)
        self.offered = nn.Embedding(n_items, embedding_size)
        self.item_biases = nn.Parameter(torch.zeros(n_items))
        nn.init.normal_(self.taken.weight, std=hidden_size**-0.5)
        nn.init.normal_(self.offered.weight, std=embedding_size**-0.5)
        self.register_buffer("people", torch.zeros(n_users, embedding_size))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))

    def encode(self, history: sparse.csr_matrix) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of each person's place, float32 [n, embedding_size] each."""
        device = self.item_biases.device
        squares = np.asarray(history.multiply(history).sum(axis=1)).ravel()
        lengths = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
        shares = torch.from_numpy(history.data / np.repeat(lengths, np.diff(history.indptr))).to(device)
        starts, items = (
            torch.from_numpy(part.astype(np.int64)).to(device) for part in (history.indptr, history.indices)
        )
        sums = functional.embedding_bag(
            items, self.taken.weight, starts, mode="sum", per_sample_weights=shares, include_last_offset=True
        )
        mean, log_variance = self.place(torch.tanh(self.norm(sums))).chunk(2, dim=1)
        return mean, log_variance


@recommenders.register
class MultiVAE(GradientRecommender):
    r"""An encoder places a person from a part of the history; from there a softmax must guess all of it.

    With :math:`z_u \sim N(\mu(x_u), \sigma^2(x_u))` (paper, eq. 3 to 7) and :math:`\pi_d` the softmax over the items of
    domain d, the loss of a person is

    .. math:: -\sum_{j \in H_u} w_j \log \pi_{d(j)}(j \mid z_u)
              + \gamma \Big(\sum_j w_j\Big) \mathrm{KL}\big(N(\mu, \sigma^2) \,\Vert\, N(0, 1)\big)

    where the prior weighs as much as the history is long and the decoder is one linear layer (both Shenbin et al.,
    RecVAE, WSDM 2020). Histories reach over all domains; a source's interactions count `source_weight`, as input and as
    what is to be guessed.
    """

    key: ClassVar[str] = "multi_vae"
    title: ClassVar[str] = "Multinomial autoencoder"
    family: ClassVar[str] = "Autoencoders"
    reference: ClassVar[str] = (
        "Liang, Krishnan, Hoffman and Jebara: Variational Autoencoders for Collaborative Filtering. WWW 2018; prior "
        "and decoder as in Shenbin et al.: RecVAE. WSDM 2020"
    )
    Params: ClassVar[type[Params]] = MultiVAEParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True, trains_by_epochs=True)

    network: Autoencoder

    def build_network(self) -> Autoencoder:
        """See :meth:`GradientRecommender.build_network`."""
        return Autoencoder(len(self.users), self.n_items, self.params.embedding_size, self.params.hidden_size)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network = self.params, self.network
        history = self._history(data.interactions, data.n_users)
        people = torch.from_numpy(np.flatnonzero(np.diff(history.indptr)))
        network.known_users[people] = True
        network.known_items.copy_(torch.from_numpy(seen(history.indices, data.n_items)))
        # popularity needs no learning: the decoder begins where it ends
        counts = np.bincount(history.indices, minlength=data.n_items)
        network.item_biases.data.copy_(torch.from_numpy(np.log1p(counts)))
        mean_length = float(history.sum()) / len(people)

        def batches(epoch: int) -> Iterator[Tensor]:
            for places in shuffled_batches(len(people), params.batch_size, torch.device("cpu")):
                yield people[places]

        def loss(users: Tensor) -> Tensor:
            whole = history[users.numpy()]
            return self._loss(whole) / (len(users) * mean_length)

        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=torch.optim.AdamW(
                network.parameters(), params.learning_rate, weight_decay=params.weight_decay, fused=True
            ),
            batches=batches,
            loss=loss,
            n_rows=history.nnz,
            epochs=params.epochs,
            patience=params.patience,
        )
        yield self.watched(phase, options, before=lambda: self._place_everybody(history))
        self._place_everybody(history)

    def _loss(self, whole: sparse.csr_matrix) -> Tensor:
        """Return the summed loss of some people, seen through a part of their histories."""
        network = self.network
        kept = (torch.rand(whole.nnz) >= self.params.dropout).numpy()
        mean, log_variance = network.encode(
            sparse.csr_matrix((whole.data * kept, whole.indices, whole.indptr), shape=whole.shape)
        )
        noise = torch.randn(mean.shape).to(mean.device)
        logits = (mean + noise * (log_variance / 2).exp()) @ network.offered.weight.T + network.item_biases
        log_chances = torch.cat([logits[:, part].log_softmax(dim=1) for part in self.catalogue.slices], dim=1)
        persons = np.repeat(np.arange(whole.shape[0]), np.diff(whole.indptr))
        person, item = (torch.from_numpy(of.astype(np.int64)).to(mean.device) for of in (persons, whole.indices))
        weight = torch.from_numpy(whole.data).to(mean.device)
        lengths = torch.zeros(len(mean), device=mean.device).index_add_(0, person, weight)
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1) / 2
        guessed: Tensor = (weight * log_chances[person, item]).sum()
        loss: Tensor = self.params.kl_weight * (lengths * divergence).sum() - guessed
        return loss

    def user_states(self, users: Ints) -> States:
        """Return where people are, [n, embedding_size]; NaN for people without a history."""
        states = to_numpy(self.network.people)[users].copy()
        states[~to_numpy(self.network.known_users)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`."""
        network, n = self.network, self.n_target_items
        biases = to_numpy(network.item_biases)[:n].copy()
        biases[~to_numpy(network.known_items)[:n]] = np.nan
        return np.asarray(states @ to_numpy(network.offered.weight)[:n].T + biases, np.float32)

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`; a person's place is a function of the history, known or new."""
        history = self._history(histories.take(to_numpy(self.network.known_items)[histories.items]), n_people)
        states = to_numpy(self._places(history)).copy()
        states[np.diff(history.indptr) == 0] = np.nan
        return states

    def _history(self, rows: Interactions, n_people: int) -> sparse.csr_matrix:
        return history_matrix(rows, n_people, self.n_items, self.n_target_items, self.params.source_weight)

    def _places(self, history: sparse.csr_matrix) -> Tensor:
        """Return the mean place of each history, float32 [n, embedding_size]."""
        starts = range(0, max(1, history.shape[0]), PEOPLE_AT_ONCE)
        with torch.no_grad():
            return torch.cat([self.network.encode(history[start : start + PEOPLE_AT_ONCE])[0] for start in starts])

    def _place_everybody(self, history: sparse.csr_matrix) -> None:
        """Let the people follow the network as it is now."""
        with torch.no_grad():
            self.network.people.copy_(self._places(history))
