"""Factorisation machine over histories, item features and people's attributes (Rendle, ICDM 2010), trained to rank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.feature_bags import FeatureBag, embedded, scaled, thinned
from xdrec_app.models.features import item_features, no_features, person_features
from xdrec_app.models.gradient import GradientRecommender, row_weights, seen, to_numpy
from xdrec_app.models.neighbourhood import history_matrix
from xdrec_app.training.batching import shuffled_batches
from xdrec_app.training.objectives import OptimiserName, make_optimiser
from xdrec_app.training.phase import Phase, Phases


class FactorisationMachineParams(Params):
    """Hyper-parameters of :class:`FactorisationMachine`."""

    embedding_size: int = param(64, "Numbers per feature.", low=1, high=1024, search=Search(low=16, high=128))
    epochs: int = param(100, "At most that many passes over the people.", low=1, high=10_000)
    batch_size: int = param(64, "People per step.", low=1, high=100_000)
    optimiser: OptimiserName = param("adamw", "How steps are taken.")
    learning_rate: float = param(0.005, "Step size.", low=1e-6, high=1.0, search=Search(low=5e-4, high=0.02, log=True))
    weight_decay: float = param(
        2.0, "L2 on all embeddings.", low=0.0, high=10.0, search=Search(low=0.1, high=5.0, log=True)
    )
    dropout: float = param(
        0.5, "Share of a history hidden in each step.", low=0.0, high=0.95, search=Search(low=0.2, high=0.8)
    )
    id_dropout: float = param(
        0.15,
        "Share of the items known by their features alone in each step; the more, the better for new items.",
        low=0.0,
        high=1.0,
        search=Search(low=0, high=0.8),
    )
    source_weight: float = param(
        0.5,
        "Weight of an interaction in a source beside one in the target.",
        low=0.0,
        high=2.0,
        search=Search(low=0.1, high=1.5),
    )
    patience: int = param(8, "Epochs without improvement before training ends.", low=1, high=1000)


class Machine(nn.Module):
    """Embeddings of items and of their features, as taken up from a history and as offered, and of people's attributes.

    The last number of what is offered is the linear weight.
    """

    people: Tensor
    known_items: Tensor
    described_items: Tensor

    def __init__(self, items: sparse.csr_matrix, n_users: int, n_attributes: int, embedding_size: int) -> None:
        super().__init__()
        n_items = items.shape[0]
        self.taken_ids = nn.Parameter(torch.randn(n_items, embedding_size) * embedding_size**-0.5)
        self.offered_ids = nn.Parameter(torch.randn(n_items, embedding_size + 1) * embedding_size**-0.5)
        self.taken_features = FeatureBag(items, embedding_size)
        self.offered_features = FeatureBag(items, embedding_size + 1)
        self.attributes = nn.Parameter(torch.zeros(n_attributes, embedding_size))
        self.register_buffer("people", torch.zeros(n_users, embedding_size))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))
        self.register_buffer("described_items", torch.from_numpy(np.diff(items.indptr) > 1))  # one is the domain

    def taken(self, hidden_ids: Tensor | None = None) -> Tensor:
        """Return every item as part of a history, [n_items, embedding_size]; hidden ids leave the features alone."""
        return self._own(self.taken_ids, hidden_ids).add(self.taken_features())

    def offered(self, hidden_ids: Tensor | None = None) -> Tensor:
        """Return every item as a candidate, [n_items, embedding_size + 1]."""
        return self._own(self.offered_ids, hidden_ids).add(self.offered_features())

    def _own(self, ids: Tensor, hidden: Tensor | None) -> Tensor:
        shown = self.known_items if hidden is None else self.known_items & ~hidden
        return ids * shown[:, None]


@recommenders.register
class FactorisationMachine(GradientRecommender):
    r"""Linear weights and pairwise agreement of all that is said of a person and an item.

    Eq. 1 of the paper, without the pairs within one side, with the sums taken first (lemma 3.1):

    .. math:: s_{ui} = \sum_{f \in i} x_{if} w_f + p_u^\top \sum_{f \in i} x_{if} v_f, \qquad
              p_u = \sum_{j \in H_u} w_j \sum_{f \in j} x_{jf} t_f + \sum_{a \in u} c_a

    The features f of an item are its id, tags, steps of the category path, price range and domain; those of a person
    are the items they have (as in fig. 1 of the paper), with all that is said of these, and the attributes a. So new
    items and new people are served by what is known of them, and content carries taste between domains without shared
    people. It is learnt by the softmax over all items of a domain.
    """

    key: ClassVar[str] = "factorisation_machine"
    title: ClassVar[str] = "Factorisation machine"
    family: ClassVar[str] = "Content"
    reference: ClassVar[str] = (
        "Rendle: Factorization machines. ICDM 2010; pairs across the two sides as in Kula: Metadata embeddings for "
        "user and item cold-start recommendations. CBRecSys 2015; hidden ids: Volkovs et al., DropoutNet, NeurIPS 2017"
    )
    Params: ClassVar[type[Params]] = FactorisationMachineParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="ranking", fold_in=True, new_items=True, trains_by_epochs=True
    )

    network: Machine

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        self._items = item_features(data.catalogue).matrix
        self._people = person_features(data.attributes, data.n_users).matrix
        report = yield from super()._fit(data, options)
        del self._people  # what is needed of it stands in the states
        return report

    def build_network(self) -> Machine:
        """See :meth:`GradientRecommender.build_network`."""
        return Machine(self._items, len(self.users), self._people.shape[1], self.params.embedding_size)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, device = self.params, self.network, options.device
        history = self._history(data.interactions, data.n_users)
        liked = _liked_matrix(data, params.source_weight)
        network.known_items.copy_(torch.from_numpy(seen(data.interactions.items, data.n_items)))
        # Popularity needs no learning: the linear weights begin where it ends.
        popularity = np.log1p(np.bincount(liked.indices, minlength=data.n_items)).astype(np.float32)
        network.offered_ids.data[:, -1] = torch.from_numpy(popularity).to(device)
        people = np.flatnonzero(np.diff(liked.indptr))
        domains = torch.from_numpy(data.item_domains.astype(np.int64)).to(device)

        def batches(epoch: int) -> Iterator[Tensor]:
            return shuffled_batches(len(people), params.batch_size, torch.device("cpu"))

        def loss(batch: Tensor) -> Tensor:
            users = people[batch.numpy()]
            hidden = (torch.rand(data.n_items) < params.id_dropout).to(device)
            offered = network.offered(hidden)
            p = self._placed(network.taken(hidden), thinned(history[users], params.dropout), self._people[users])
            logits = p @ offered[:, :-1].T + offered[:, -1]  # [n, n_items]
            totals = torch.stack([logits[:, part].logsumexp(1) for part in self.catalogue.slices], dim=1)
            wanted = liked[users].tocoo()
            rows, items = (torch.from_numpy(part.astype(np.int64)).to(device) for part in (wanted.row, wanted.col))
            weights = torch.from_numpy(wanted.data).to(device)
            return ((totals[rows, domains[items]] - logits[rows, items]) * weights).sum() / weights.sum()

        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=make_optimiser(params.optimiser, network.parameters(), params.learning_rate, params.weight_decay),
            batches=batches,
            loss=loss,
            n_rows=liked.nnz,
            epochs=params.epochs,
            patience=params.patience,
        )
        yield self.watched(phase, options, before=lambda: self._place_everybody(history))
        self._place_everybody(history)

    def user_states(self, users: Ints) -> States:
        """Return where people stand, [n, embedding_size]; NaN where nothing is known of them."""
        return to_numpy(self.network.people)[users]

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; NaN for items that nobody touched and nothing is said of."""
        network, n = self.network, self.n_target_items
        with torch.no_grad():
            offered = to_numpy(network.offered())[:n]
        scores = np.asarray(states @ offered[:, :-1].T + offered[:, -1], np.float32)
        scores[:, ~to_numpy(network.known_items | network.described_items)[:n]] = np.nan
        return scores

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`; a person's place is a function of the history, known or new."""
        history = self._history(histories, n_people)
        with torch.no_grad():
            states = to_numpy(self._placed(self.network.taken(), history, None))
        states[np.diff(history.indptr) == 0] = np.nan
        return states

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        bag = tuple(arrays[f"offered_features.{part}"] for part in ("amounts", "indices", "starts"))
        self._items = sparse.csr_matrix(bag, shape=(self.n_items, len(arrays["offered_features.weight"])))
        self._people = no_features(len(self.users), len(arrays["attributes"]))
        super().load_arrays(arrays)

    def _history(self, rows: Interactions, n_people: int) -> sparse.csr_matrix:
        return history_matrix(rows, n_people, self.n_items, self.n_target_items, self.params.source_weight)

    def _placed(self, taken: Tensor, history: sparse.csr_matrix, attributes: sparse.csr_matrix | None) -> Tensor:
        """Return p of people, [n, embedding_size]."""
        place = embedded(taken, scaled(history))
        return place if attributes is None else place + embedded(self.network.attributes, attributes)

    def _place_everybody(self, history: sparse.csr_matrix) -> None:
        """Let the people follow the items as they are now."""
        with torch.no_grad():
            states = self._placed(self.network.taken(), history, self._people)
            is_known = (np.diff(history.indptr) > 0) | (np.diff(self._people.indptr) > 0)
            states[torch.from_numpy(~is_known)] = torch.nan
            self.network.people.copy_(states)


def _liked_matrix(data: CrossDomainData, source_weight: float) -> sparse.csr_matrix:
    """Return what people liked and what it weighs, float32 CSR [n_users, n_items]."""
    liked = data.interactions.take(data.liked())
    matrix = liked.matrix(data.n_users, data.n_items, row_weights(data, source_weight)[data.liked()])
    matrix.eliminate_zeros()
    return matrix
