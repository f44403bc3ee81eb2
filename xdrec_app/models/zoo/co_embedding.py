"""Joint co-embedding: the people and items of all domains in one space, learnt by ranking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

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
from xdrec_app.models.gradient import GradientRecommender, row_weights, seen, to_numpy
from xdrec_app.models.neighbourhood import history_matrix
from xdrec_app.training.batching import shared_negatives, shuffled_batches
from xdrec_app.training.objectives import OptimiserName, bpr, make_optimiser, sampled_softmax
from xdrec_app.training.phase import Phase, Phases

PEOPLE_AT_ONCE = 8192


class CoEmbeddingParams(Params):
    """Hyper-parameters of :class:`CoEmbedding`."""

    embedding_size: int = param(128, "Numbers per person and item.", low=1, high=2048, search=Search(low=32, high=256))
    epochs: int = param(100, "At most that many passes over the people.", low=1, high=10_000)
    batch_size: int = param(64, "People per step.", low=1, high=100_000)
    loss: Literal["softmax", "bpr"] = param(
        "softmax", "Each liked item against all random ones at once, or against each by itself."
    )
    n_negatives: int = param(2048, "Random items of each domain per step.", low=1, high=65_536)
    optimiser: OptimiserName = param("adamw", "How steps are taken.")
    learning_rate: float = param(0.005, "Step size.", low=1e-6, high=10.0, search=Search(low=5e-4, high=0.02, log=True))
    weight_decay: float = param(
        0.6, "L2 on all embeddings.", low=0.0, high=10.0, search=Search(low=1e-4, high=1.0, log=True)
    )
    dropout: float = param(
        0.5, "Share of a history hidden in each step.", low=0.0, high=0.95, search=Search(low=0.2, high=0.8)
    )
    source_weight: float = param(
        0.5,
        "Weight of an interaction in a source beside one in the target.",
        low=0.0,
        high=2.0,
        search=Search(low=0.1, high=1.5),
    )
    patience: int = param(8, "Epochs without improvement before training ends.", low=1, high=1000)


class Space(nn.Module):
    """Where items stand (as taken up from a history, and as offered), and the people placed among them."""

    people: Tensor
    known_users: Tensor
    known_items: Tensor

    def __init__(self, n_users: int, n_items: int, embedding_size: int) -> None:
        super().__init__()
        self.taken = nn.Embedding(n_items, embedding_size)
        self.offered = nn.Embedding(n_items, embedding_size)
        self.item_biases = nn.Embedding(n_items, 1)
        for embedding in (self.taken, self.offered):
            nn.init.normal_(embedding.weight, std=embedding_size**-0.5)
        nn.init.zeros_(self.item_biases.weight)
        self.register_buffer("people", torch.zeros(n_users, embedding_size))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))


@recommenders.register
class CoEmbedding(GradientRecommender):
    r"""A person stands where their history over all domains puts them, and likes the items nearby.

    With :math:`w_j` 1 for an interaction in the target and `source_weight` in a source,

    .. math:: p_u = \sum_{j \in H_u} w_j y_j \Big/ \sqrt{\textstyle\sum_j w_j^2}, \qquad s_{ui} = p_u^\top q_i + b_i

    In each step part of every history is hidden, and each liked item is held against random items of its own domain,
    by BPR or by the softmax over them. People without an embedding of their own need no retraining to be served, and
    taste shown in one domain speaks in all.
    """

    key: ClassVar[str] = "co_embedding"
    title: ClassVar[str] = "Joint co-embedding"
    family: ClassVar[str] = "Embeddings"
    reference: ClassVar[str] = (
        "People as sums of items: Kabbur et al., FISM, KDD 2013; denoising and softmax: Liang et al., Variational "
        "Autoencoders for Collaborative Filtering, WWW 2018; BPR: Rendle et al., UAI 2009"
    )
    Params: ClassVar[type[Params]] = CoEmbeddingParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True, trains_by_epochs=True)

    network: Space

    def build_network(self) -> Space:
        """See :meth:`GradientRecommender.build_network`."""
        return Space(len(self.users), self.n_items, self.params.embedding_size)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, device = self.params, self.network, options.device
        history = self._history(data.interactions, data.n_users)
        liked = _LikedRows(data, params.source_weight)
        network.known_users.copy_(torch.from_numpy(np.diff(history.indptr) > 0))
        network.known_items.copy_(torch.from_numpy(seen(history.indices, data.n_items)))
        # Popularity needs no learning: the embeddings begin where it ends.
        network.item_biases.weight.data[:, 0] = torch.from_numpy(liked.log_popularity()).to(device)
        people = torch.from_numpy(liked.people)

        def batches(epoch: int) -> Iterator[Tensor]:
            for places in shuffled_batches(len(people), params.batch_size, torch.device("cpu")):
                yield people[places]

        def loss(users: Tensor) -> Tensor:
            own = users.numpy()
            p = _placed(network.taken.weight, _thinned(history[own], params.dropout))
            person, item, domain, weight = liked.of(own, device)
            drawn = shared_negatives(self.catalogue.slices, params.n_negatives, device)
            # one lookup for both, because each costs a gradient of the size of the catalogue
            both, sizes = torch.cat([drawn, item]), (len(drawn), len(item))
            offered, offered_liked = network.offered(both).split(sizes)
            bias, bias_liked = network.item_biases(both).squeeze(1).split(sizes)
            competing = (p @ offered.T + bias).view(len(users), len(self.catalogue.slices), -1)
            positive = (p[person] * offered_liked).sum(1) + bias_liked
            return self._objective(positive, competing, person, domain, weight)

        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=make_optimiser(params.optimiser, network.parameters(), params.learning_rate, params.weight_decay),
            batches=batches,
            loss=loss,
            n_rows=len(liked),
            epochs=params.epochs,
            patience=params.patience,
        )
        yield self.watched(phase, options, before=lambda: self._place_everybody(history))
        self._place_everybody(history)

    def _objective(self, positive: Tensor, competing: Tensor, person: Tensor, domain: Tensor, weight: Tensor) -> Tensor:
        """Return the weighted mean loss of the liked rows; `competing` is [n_people, n_domains, n_negatives]."""
        weights = weight / weight.mean()
        if self.params.loss == "bpr":
            return bpr(positive, competing[person, domain], weights)
        sizes = torch.tensor([max(1, part.stop - part.start) for part in self.catalogue.slices])
        scale = torch.log(sizes / self.params.n_negatives).to(positive.device)  # a sample stands for the whole domain
        # summed up once per person and domain: a row then meets its competitors as one
        others = competing.logsumexp(dim=2)[person, domain] + scale[domain]
        return sampled_softmax(positive, others[:, None], weights)

    def user_states(self, users: Ints) -> States:
        """Return where people stand, [n, embedding_size]; NaN for people without a history."""
        states = to_numpy(self.network.people)[users].copy()
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
        history = self._history(known, n_people)
        with torch.no_grad():
            states = to_numpy(_placed(self.network.taken.weight, history))
        states[np.diff(history.indptr) == 0] = np.nan
        return states

    def _history(self, rows: Interactions, n_people: int) -> sparse.csr_matrix:
        return history_matrix(rows, n_people, self.n_items, self.n_target_items, self.params.source_weight)

    def _place_everybody(self, history: sparse.csr_matrix) -> None:
        """Let the people follow the items as they are now, some at a time so that memory stays small."""
        people, taken = self.network.people, self.network.taken.weight
        with torch.no_grad():
            for start in range(0, len(people), PEOPLE_AT_ONCE):
                some = slice(start, start + PEOPLE_AT_ONCE)
                people[some] = _placed(taken, history[some])


class _LikedRows:
    """What people liked, row after row, grouped by person.

    Attributes
    ----------
    people
        int64, numbers of everybody who liked something.
    """

    def __init__(self, data: CrossDomainData, source_weight: float) -> None:
        weights = row_weights(data, source_weight)
        counted = data.liked() & (weights > 0)
        users = data.interactions.users[counted]
        order = np.argsort(users, kind="stable")
        self._items = data.interactions.items[counted][order]
        self._weights = weights[counted][order]
        self._item_domains = data.item_domains.astype(np.int64)
        counts = np.bincount(users, minlength=data.n_users)
        self._ends = np.cumsum(counts)
        self.people = np.flatnonzero(counts)

    def __len__(self) -> int:
        return len(self._items)

    def log_popularity(self) -> Floats:
        """Return the logarithm of how often each item was liked, with one imagined time, float32 [n_items]."""
        return np.log1p(np.bincount(self._items, minlength=len(self._item_domains))).astype(np.float32)

    def of(self, users: np.ndarray, device: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the rows of some people: position in `users`, item, domain (int64) and weight, each [n_rows]."""
        begins = np.where(users > 0, self._ends[users - 1], 0)
        counts = self._ends[users] - begins
        persons = np.repeat(np.arange(len(users)), counts)
        rows = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(begins, counts)
        items = self._items[rows].astype(np.int64)
        columns = (persons, items, self._item_domains[items], self._weights[rows])
        person, item, domain, weight = (torch.from_numpy(column).to(device) for column in columns)
        return person, item, domain, weight


def _thinned(history: sparse.csr_matrix, dropout: float) -> sparse.csr_matrix:
    """Return a copy of a history in which each entry is hidden with probability `dropout`."""
    kept = (torch.rand(history.nnz) >= dropout).numpy()
    return sparse.csr_matrix((history.data * kept, history.indices, history.indptr), shape=history.shape)


def _placed(taken: Tensor, history: sparse.csr_matrix) -> Tensor:
    """Return the normalised sums of the items of each history, float32 [n, embedding_size]; 0 for an empty one."""
    squares = np.asarray(history.multiply(history).sum(axis=1)).ravel()
    lengths = np.sqrt(np.maximum(squares, 1e-12))
    data = history.data / np.repeat(lengths, np.diff(history.indptr)).astype(np.float32)
    device = taken.device
    rows, items = (torch.from_numpy(part.astype(np.int64)).to(device) for part in (history.indptr, history.indices))
    return nn.functional.embedding_bag(
        items, taken, rows, mode="sum", per_sample_weights=torch.from_numpy(data).to(device), include_last_offset=True
    )
