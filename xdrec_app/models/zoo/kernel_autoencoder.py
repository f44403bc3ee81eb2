"""A kernel autoencoder of ratings: each item's ratings are rebuilt from themselves, through weights that are local."""

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
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gibbs import Bags
from xdrec_app.models.gradient import GradientRecommender, RatingScale, row_weights, seen, to_numpy
from xdrec_app.training.batching import shuffled_batches
from xdrec_app.training.objectives import make_optimiser, weighted_mean
from xdrec_app.training.phase import Phase, Phases

N_PLACES = 5
"""Dimensions of the space in which units of two layers are near each other or not."""

ITEMS_PER_BLOCK = 4096
N_ITERATIONS = 10
BIAS_DAMPING = 5.0


class KernelAutoencoderParams(Params):
    """Hyper-parameters of :class:`KernelAutoencoder`."""

    hidden_size: int = param(200, "Units of each hidden layer.", low=1, high=4096, search=Search(low=50, high=500))
    epochs: int = param(60, "At most that many passes over the data.", low=1, high=1000)
    batch_size: int = param(64, "Items per step.", low=1, high=65536)
    learning_rate: float = param(0.001, "Step size.", low=1e-5, high=1.0, search=Search(low=3e-4, high=3e-3, log=True))
    l2: float = param(
        3.0, "L2 on the weights, in thousandths.", low=0.0, high=1e4, search=Search(low=0.5, high=20, log=True)
    )
    dropout: float = param(0.5, "Share of an item's ratings that are hidden in a step.", low=0.0, high=0.95)
    source_weight: float = param(
        0.5, "Weight of a source's rating against one of the target.", low=0.0, high=1.0, search=Search(low=0.1, high=1)
    )
    patience: int = param(6, "Epochs without improvement before training ends.", low=1, high=100)


class KernelLayer(nn.Module):
    r"""Weights :math:`w_{ij} \max(0, 1 - \lVert u_i - v_j \rVert^2)` (Muller et al., eq. 4): near units connect."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out) / max(n_in, 1) ** 0.5)
        self.inputs = nn.Parameter(0.03 * torch.randn(n_in, N_PLACES))
        self.outputs = nn.Parameter(0.03 * torch.randn(n_out, N_PLACES))

    def forward(self) -> Tensor:
        """Return the weights, float32 [n_in, n_out]."""
        u, v = self.inputs, self.outputs
        distances = u.square().sum(1)[:, None] + v.square().sum(1) - 2 * u @ v.T
        return self.weight * (1 - distances).clamp(min=0)


class Coder(nn.Module):
    """The layers, the biases that are taken off first, and what scoring needs of the training data."""

    codes: Tensor
    people: Tensor
    user_biases: Tensor
    item_biases: Tensor
    mean: Tensor
    unit: Tensor
    known_users: Tensor
    known_items: Tensor

    def __init__(self, n_users: int, n_items: int, hidden_size: int) -> None:
        super().__init__()
        self.first, self.second = KernelLayer(n_users, hidden_size), KernelLayer(hidden_size, hidden_size)
        self.last = KernelLayer(hidden_size, n_users)
        self.offsets = nn.ParameterList([torch.zeros(hidden_size), torch.zeros(hidden_size)])
        self.register_buffer("codes", torch.zeros(n_items, hidden_size))
        self.register_buffer("people", torch.zeros(n_users, hidden_size))
        self.register_buffer("user_biases", torch.zeros(n_users))
        self.register_buffer("item_biases", torch.zeros(n_items))
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("unit", torch.ones(()))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))

    def encode(self, bags: Bags, values: Tensor, first: Tensor, second: Tensor) -> Tensor:
        """Return the codes of items from their ratings, float32 [n_items, hidden_size]."""
        hidden = torch.tanh(bags.sums(first, values) + self.offsets[0])
        return torch.tanh(hidden @ second + self.offsets[1])


@recommenders.register
class KernelAutoencoder(GradientRecommender):
    r"""Ratings as biases plus what an autoencoder over people makes of the item's other ratings (I-AutoRec, WWW 2015).

    .. math:: \hat r_{ui} = \mu_d + s_d\,(b_u + b_i + h(x_i)^\top W_u), \quad h(x) = \tanh(W_2 \tanh(W_1 x + a_1) + a_2)

    x_i has the deviations of the item's ratings from the biases; weights are kernelised as in
    :class:`KernelLayer`. The items of all domains are examples for one network over people.
    """

    key: ClassVar[str] = "kernel_autoencoder"
    title: ClassVar[str] = "Kernel autoencoder"
    family: ClassVar[str] = "Neural networks"
    reference: ClassVar[str] = (
        "Muller, Martel and Indiveri: Kernelized synaptic weight matrices. ICML 2018; "
        "Han et al.: GLocal-K: global and local kernels for recommender systems. CIKM 2021"
    )
    Params: ClassVar[type[Params]] = KernelAutoencoderParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="rating", rating=True, trains_by_epochs=True, needs=("ratings",)
    )

    network: Coder

    def build_network(self) -> Coder:
        """See :meth:`GradientRecommender.build_network`."""
        return Coder(len(self.users), self.n_items, self.params.hidden_size)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, rows = self.params, self.network, data.interactions
        scale, weights = RatingScale(data), row_weights(data, params.source_weight)
        network.mean.fill_(float(scale.means[0]))
        network.unit.fill_(float(scale.units[0]))
        network.known_users.copy_(torch.from_numpy(seen(rows.users, data.n_users)))
        network.known_items.copy_(torch.from_numpy(seen(rows.items, data.n_items)))
        rest = self._without_biases(scale.standardise(data), weights, data)
        order = np.argsort(rows.items, kind="stable")
        starts = np.append(0, np.cumsum(np.bincount(rows.items, minlength=data.n_items)))
        by_item = sparse.csr_matrix((order, rows.users[order], starts), (data.n_items, data.n_users))
        values, counts = (torch.from_numpy(x).to(options.device) for x in (rest, weights))
        items = np.unique(rows.items)
        per_row = len(items) / len(rows)

        def batches(epoch: int) -> Iterator[Tensor]:
            return shuffled_batches(len(items), params.batch_size, torch.device("cpu"))

        def loss(batch: Tensor) -> Tensor:
            part = by_item[items[batch.numpy()]]
            bags, numbers = Bags(part, options.device), torch.from_numpy(part.data).to(options.device)
            layers = network.first(), network.second(), network.last()
            shown = functional.dropout(values[numbers], params.dropout)
            codes = network.encode(bags, shown, layers[0], layers[1])
            rebuilt = (codes @ layers[2])[bags.owners, bags.partners]
            error = weighted_mean((rebuilt - values[numbers]).square(), counts[numbers])
            norms = torch.stack([layer.square().sum() for layer in layers]).sum()
            total: Tensor = error * (len(numbers) * per_row / len(batch)) + params.l2 / 1000 * norms
            return total

        def bring_up_to_date() -> None:
            with torch.no_grad():
                first, second = network.first(), network.second()
                for start in range(0, data.n_items, ITEMS_PER_BLOCK):
                    part = by_item[start : start + ITEMS_PER_BLOCK]
                    shown = values[torch.from_numpy(part.data).to(options.device)]
                    codes = network.encode(Bags(part, options.device), shown, first, second)
                    network.codes[start : start + ITEMS_PER_BLOCK] = codes
                network.people.copy_(network.last().T)

        optimiser = make_optimiser("adam", network.parameters(), params.learning_rate)
        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=optimiser,
            batches=batches,
            loss=loss,
            n_rows=len(rows),
            epochs=params.epochs,
            patience=params.patience,
        )
        try:
            yield self.watched(phase, options, bring_up_to_date)
        finally:
            bring_up_to_date()

    def _without_biases(self, units: Floats, weights: Floats, data: CrossDomainData) -> Floats:
        """Fit the biases by turns and return what they leave over, float32 [n_rows]."""
        rows, network = data.interactions, self.network
        people, items = np.zeros(data.n_users), np.zeros(data.n_items)
        user_mass = np.bincount(rows.users, weights, data.n_users) + BIAS_DAMPING
        item_mass = np.bincount(rows.items, weights, data.n_items) + BIAS_DAMPING
        for _ in range(N_ITERATIONS):
            items = np.bincount(rows.items, weights * (units - people[rows.users]), data.n_items) / item_mass
            people = np.bincount(rows.users, weights * (units - items[rows.items]), data.n_users) / user_mass
        network.user_biases.copy_(torch.from_numpy(people))
        network.item_biases.copy_(torch.from_numpy(items))
        rest: Floats = (units - people[rows.users] - items[rows.items]).astype(np.float32)
        return rest

    def user_states(self, users: Ints) -> States:
        """Return [n, hidden_size + 1]: weights of the last layer and bias; NaN for people without any row."""
        network = self.network
        states = np.hstack([to_numpy(network.people)[users], to_numpy(network.user_biases)[users, None]])
        states[~to_numpy(network.known_users)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; unclipped ratings."""
        network, n = self.network, self.n_target_items
        units = states[:, :-1] @ to_numpy(network.codes)[:n].T + states[:, -1:] + to_numpy(network.item_biases)[:n]
        scores: Floats = np.asarray(float(network.mean) + float(network.unit) * units, np.float32)
        scores[:, ~to_numpy(network.known_items)[:n]] = np.nan
        return scores

    def _predict(self, users: Ints, items: Ints) -> Floats:
        """Rate pairs; where one side is unknown the bias of the other is used, where both are, NaN."""
        network = self.network
        knows_user, knows_item = to_numpy(network.known_users)[users], to_numpy(network.known_items)[items]
        agreed = np.einsum("nk,nk->n", to_numpy(network.people)[users], to_numpy(network.codes)[items])
        biases = to_numpy(network.user_biases)[users] + to_numpy(network.item_biases)[items]
        units = (knows_user & knows_item) * agreed + biases
        ratings = float(network.mean) + float(network.unit) * units
        return np.where(knows_user | knows_item, ratings, np.nan).astype(np.float32)
