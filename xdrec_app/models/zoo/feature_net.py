"""Feature net: ratings and click probabilities from ids, content and attributes (DeepFM, Guo et al., IJCAI 2017)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Bools, Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.feature_bags import FeatureBag, embedded, scaled
from xdrec_app.models.features import item_features, no_features, person_features
from xdrec_app.models.gradient import GradientRecommender, RatingScale, RowTensors, row_weights, seen, to_numpy
from xdrec_app.training.batching import shuffled_batches
from xdrec_app.training.objectives import OptimiserName, make_optimiser
from xdrec_app.training.phase import Phase, Phases

CELLS_AT_ONCE = 4_000_000
CLICKED_OR_NOT = (0.0, 1.0)


class FeatureNetParams(Params):
    """Hyper-parameters of :class:`FeatureNet`."""

    embedding_size: int = param(32, "Numbers per feature.", low=1, high=512, search=Search(low=8, high=64))
    n_layers: int = param(
        2,
        "Hidden layers; 0 leaves a plain factorisation machine.",
        low=0,
        high=5,
        search=Search(low=0, high=3),
    )
    hidden_size: int = param(64, "Width of each hidden layer.", low=1, high=1024)
    dropout: float = param(0.2, "Share of values dropped in the layers while training.", low=0.0, high=0.9)
    id_dropout: float = param(
        0.1,
        "Share of rows whose person or item is known by features and history alone in each step.",
        low=0.0,
        high=1.0,
        search=Search(low=0, high=0.6),
    )
    epochs: int = param(60, "At most that many passes over the data.", low=1, high=1000)
    batch_size: int = param(1024, "Rows per step.", low=1, high=65_536)
    optimiser: OptimiserName = param("adamw", "How steps are taken.")
    learning_rate: float = param(0.003, "Step size.", low=1e-6, high=1.0, search=Search(low=5e-4, high=0.02, log=True))
    weight_decay: float = param(
        2.0, "L2 on all weights.", low=0.0, high=10.0, search=Search(low=0.1, high=5.0, log=True)
    )
    source_weight: float = param(
        0.5, "Weight of a source's row against one of the target.", low=0.0, high=1.0, search=Search(low=0.1, high=1)
    )
    patience: int = param(4, "Epochs without improvement before training ends.", low=1, high=100)


class Net(nn.Module):
    """Embeddings of the five fields (person, history, attributes; item, content), their pairs, and the layers.

    The last number of each embedding is its linear weight.
    """

    people: Tensor
    known_people: Tensor
    known_items: Tensor
    offsets: Tensor
    means: Tensor
    units: Tensor

    def __init__(
        self, items: sparse.csr_matrix, n_users: int, n_attributes: int, n_domains: int, params: Params
    ) -> None:
        super().__init__()
        options = FeatureNetParams.model_validate(params.model_dump())
        size, n_items, self.id_dropout = options.embedding_size + 1, items.shape[0], options.id_dropout
        self.person_ids = nn.Parameter(torch.randn(n_users, size) * 0.05)
        self.item_ids = nn.Parameter(torch.randn(n_items, size) * 0.05)
        self.taken_ids = nn.Parameter(torch.randn(n_items, size) * 0.05)
        self.taken_content = FeatureBag(items, size)
        self.content = FeatureBag(items, size)
        self.attributes = nn.Parameter(torch.zeros(n_attributes, size))
        self.first_of_person = nn.Linear(3 * size, options.hidden_size)
        self.first_of_item = nn.Linear(2 * size, options.hidden_size, bias=False)
        layers: list[nn.Module] = []
        for _ in range(options.n_layers - 1):
            layers += [nn.ReLU(), nn.Dropout(options.dropout), nn.Linear(options.hidden_size, options.hidden_size)]
        self.layers = nn.Sequential(*layers, nn.ReLU(), nn.Dropout(options.dropout), nn.Linear(options.hidden_size, 1))
        self.is_deep = options.n_layers > 0
        self.register_buffer("people", torch.zeros(n_users, 3 * size))
        self.register_buffer("known_people", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))
        for name in ("offsets", "means", "units"):
            self.register_buffer(name, torch.zeros(n_domains))

    def taken(self) -> Tensor:
        """Return every item as part of a history, [n_items, size]."""
        return (self.taken_ids * self.known_items[:, None]).add(self.taken_content())

    def items(self, numbers: Tensor) -> Tensor:
        """Return the two fields of items side by side, [n, 2 * size]."""
        ids = self.item_ids[numbers] * self.known_items[numbers, None]
        return torch.cat([self.seldom(ids), self.content()[numbers]], dim=1)

    def seldom(self, ids: Tensor) -> Tensor:
        """Return embeddings of which some are hidden while training."""
        return ids * (torch.rand(len(ids)) >= self.id_dropout).to(ids)[:, None] if self.training else ids

    def forward(self, person: Tensor, item: Tensor) -> Tensor:
        """Return x of pairs, [...]; `person` is [..., 3 * size], `item` [..., 2 * size], as far as they broadcast."""
        fields = [part.reshape(*part.shape[:-1], n, part.shape[-1] // n) for part, n in ((person, 3), (item, 2))]
        sums = [own.sum(-2) for own in fields]
        x: Tensor = sums[0][..., -1] + sums[1][..., -1] + (sums[0][..., :-1] * sums[1][..., :-1]).sum(-1)
        for own, whole in zip(fields, sums, strict=True):  # the pairs within one side
            x = x + 0.5 * (whole[..., :-1].square() - own[..., :-1].square().sum(-2)).sum(-1)
        if self.is_deep:
            x = x + self.layers(self.first_of_person(person) + self.first_of_item(item)).squeeze(-1)
        return x


@recommenders.register
class FeatureNet(GradientRecommender):
    r"""Linear weights, pairs and a deep network over the same embeddings of all that is said of a person and an item.

    .. math:: x_{ui} = o_d + \sum_f w_f + \sum_{f < g} v_f^\top v_g + \text{MLP}(v_1, \dots, v_5)

    (eqs. 1 to 4 of the paper) over five fields: the person, the items they had, weighted by how they valued them
    and without the row itself, and their attributes; the item, and its tags, category path, price range and
    domain. On a scale from 0 to 1, :math:`\sigma(x)` is the probability of a click, learnt by cross-entropy; ratings
    are mean + unit · x, learnt by squared error. Domains without ratings speak through the histories.
    """

    key: ClassVar[str] = "feature_net"
    title: ClassVar[str] = "Feature net"
    family: ClassVar[str] = "Content"
    reference: ClassVar[str] = (
        "Guo, Tang, Ye, Li and He: DeepFM, a factorization-machine based neural network for CTR prediction. IJCAI 2017"
    )
    Params: ClassVar[type[Params]] = FeatureNetParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="rating", rating=True, fold_in=True, new_items=True, trains_by_epochs=True, needs=("target ratings",)
    )

    network: Net

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        self._items = item_features(data.catalogue).matrix
        self._people = person_features(data.attributes, data.n_users).matrix
        report = yield from super()._fit(data, options)
        del self._people  # what is needed of it stands in the states
        return report

    def build_network(self) -> Net:
        """See :meth:`GradientRecommender.build_network`."""
        return Net(self._items, len(self.users), self._people.shape[1], len(self.scales), self.params)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, device = self.params, self.network, options.device
        self._set_scales(data)
        network.known_items.copy_(torch.from_numpy(seen(data.interactions.items, data.n_items)))
        history = self._history(data.interactions, data.n_users)
        lengths = torch.from_numpy(_lengths(history)).to(device)
        domains = data.item_domains[data.interactions.items]
        is_rated = np.array([low < high for low, high in self.scales])[domains]
        rows = data.interactions.take(is_rated)
        is_click = np.array([scale == CLICKED_OR_NOT for scale in self.scales])[domains[is_rated]]
        values = np.where(is_click, rows.values, self._standardised(rows))
        tensors = RowTensors(rows.users, rows.items, values, row_weights(data, params.source_weight)[is_rated], device)
        own = torch.from_numpy(self._strengths(rows)).to(device) / lengths[tensors.users]
        offsets = network.offsets[torch.from_numpy(domains[is_rated].astype(np.int64)).to(device)]
        clicks = torch.from_numpy(is_click).to(device)

        def batches(epoch: int) -> Iterator[Tensor]:
            return shuffled_batches(len(tensors), params.batch_size, device)

        def loss(batch: Tensor) -> Tensor:
            users, items, targets, weights = tensors.take(batch)
            people, places = torch.unique(users, return_inverse=True)
            taken, numbers = network.taken(), people.cpu().numpy()
            histories = embedded(taken, scaled(history[numbers]))[places] - own[batch, None] * taken[items]
            about = embedded(network.attributes, self._people[numbers])[places]
            person = torch.cat([network.seldom(network.person_ids[users]), histories, about], dim=1)
            x = network(person, network.items(items)) + offsets[batch]
            losses = torch.where(
                clicks[batch],
                nn.functional.binary_cross_entropy_with_logits(x, targets, reduction="none"),
                (x - targets).square(),
            )
            return (losses * weights).mean()

        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=make_optimiser(params.optimiser, network.parameters(), params.learning_rate, params.weight_decay),
            batches=batches,
            loss=loss,
            n_rows=len(tensors),
            epochs=params.epochs,
            patience=params.patience,
        )
        rated = seen(rows.users, data.n_users)
        yield self.watched(phase, options, before=lambda: self._place_everybody(history, rated))
        self._place_everybody(history, rated)

    def user_states(self, users: Ints) -> States:
        """Return the fields of people, [n, 3 * (embedding_size + 1)]; NaN where nothing is known of them."""
        states = to_numpy(self.network.people)[users]
        states[~to_numpy(self.network.known_people)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; probabilities or unclipped ratings."""
        n = self.n_target_items
        people, scores = torch.from_numpy(np.asarray(states)), np.empty((states.shape[0], n), np.float32)
        step = max(1, CELLS_AT_ONCE // max(1, n * self.params.hidden_size))
        with torch.no_grad():
            items = self.network.items(torch.arange(n))
            for start in range(0, len(scores), step):
                x = self.network(people[start : start + step, None], items[None])
                scores[start : start + step] = self._on_scale(to_numpy(x))
        scores[:, ~self._knows_items()] = np.nan
        return scores

    def _predict(self, users: Ints, items: Ints) -> Floats:
        """Rate pairs by what is known of either side; NaN where nothing is known of both."""
        with torch.no_grad():
            about = self.network.items(torch.from_numpy(items.astype(np.int64)))
            predicted = self._on_scale(to_numpy(self.network(self.network.people[users], about)))
        predicted[~(to_numpy(self.network.known_people)[users] | self._knows_items()[items])] = np.nan
        return predicted

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`; people without a number of their own are known by their histories."""
        history = self._history(histories, n_people)
        with torch.no_grad():
            fields = to_numpy(embedded(self.network.taken(), scaled(history)))
        states = np.hstack([np.zeros_like(fields), fields, np.zeros_like(fields)])
        states[np.diff(history.indptr) == 0] = np.nan
        return states

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        bag = tuple(arrays[f"content.{part}"] for part in ("amounts", "indices", "starts"))
        self._items = sparse.csr_matrix(bag, shape=(self.n_items, len(arrays["content.weight"])))
        self._people = no_features(len(self.users), len(arrays["attributes"]))
        super().load_arrays(arrays)

    def _set_scales(self, data: CrossDomainData) -> None:
        """Set mean, unit and the first x of each domain; where there are no ratings, the fact counts 1."""
        scale = RatingScale(data)
        is_rated = scale.units > 0
        means = np.where(is_rated, scale.means, 0)
        shares = np.clip(means, 1e-4, 1 - 1e-4)
        is_click = np.array([ends == CLICKED_OR_NOT for ends in self.scales])
        self.network.means.copy_(torch.from_numpy(means))
        self.network.units.copy_(torch.from_numpy(np.where(is_rated, scale.units, 1)))
        self.network.offsets.copy_(torch.from_numpy(np.where(is_click, np.log(shares / (1 - shares)), 0)))

    def _standardised(self, rows: Interactions) -> Floats:
        domains = self.item_domains[rows.items]
        standardised: Floats = (rows.values - to_numpy(self.network.means)[domains]) / to_numpy(self.network.units)[
            domains
        ]
        return standardised

    def _strengths(self, rows: Interactions) -> Floats:
        """Return what each row weighs in a history, float32 [n_rows]."""
        in_target = rows.items < self.n_target_items
        return self._standardised(rows) * np.where(in_target, np.float32(1), np.float32(self.params.source_weight))

    def _history(self, rows: Interactions, n_people: int) -> sparse.csr_matrix:
        return rows.matrix(n_people, self.n_items, self._strengths(rows))

    def _place_everybody(self, history: sparse.csr_matrix, rated: Bools) -> None:
        """Let the fields of people follow the weights as they are now; who never rated has none of their own."""
        network = self.network
        with torch.no_grad():
            ids = network.person_ids * torch.from_numpy(rated).to(network.people.device)[:, None]
            about = embedded(network.attributes, self._people)
            network.people.copy_(torch.cat([ids, embedded(network.taken(), scaled(history)), about], dim=1))
        has_rows, is_described = np.diff(history.indptr) > 0, np.diff(self._people.indptr) > 0
        network.known_people.copy_(torch.from_numpy(has_rows | is_described))

    def _knows_items(self) -> Bools:
        """Return which target items were seen or have more said of them than their domain, bool [n_target_items]."""
        n_features = np.diff(to_numpy(self.network.content.starts))[: self.n_target_items]
        knows: Bools = to_numpy(self.network.known_items)[: self.n_target_items] | (n_features > 1)
        return knows

    def _on_scale(self, x: Floats) -> Floats:
        x = x + to_numpy(self.network.offsets)[0]
        if self.scales[0] == CLICKED_OR_NOT:
            return np.asarray(1 / (1 + np.exp(-x)), np.float32)
        return np.asarray(to_numpy(self.network.means)[0] + to_numpy(self.network.units)[0] * x, np.float32)


def _lengths(history: sparse.csr_matrix) -> Floats:
    """Return the lengths of the rows of a matrix, float32, nowhere 0."""
    squares = np.asarray(history.multiply(history).sum(axis=1)).ravel()
    lengths: Floats = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
    return lengths
