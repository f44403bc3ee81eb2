"""Ranking by matrix factorisation over the joint catalogue of all domains (BPR, Rendle et al. 2009, and softmax)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, States, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.gradient import GradientRecommender, interaction_weights, row_weights, seen, to_numpy
from xdrec_app.models.placement import PlacedRows, fold_in
from xdrec_app.training.batching import NegativePools, Negatives, bounded_batch_size, shuffled_batches
from xdrec_app.training.objectives import FactorBPR, sampled_softmax, weighted_mean
from xdrec_app.training.phase import Phase, Phases

PEOPLE_AT_ONCE = 256
"""Histories folded in together; each takes a row of scores over all items."""


class BPRMFParams(Params):
    """Hyper-parameters of :class:`BPRMF`."""

    embedding_size: int = param(64, "Numbers per person and item.", low=1, high=1024, search=Search(low=16, high=128))
    epochs: int = param(100, "At most that many passes over the data.", low=1, high=10_000)
    batch_size: int = param(2048, "Interactions per step.", low=1, high=1_000_000)
    loss: Literal["softmax", "bpr"] = param(
        "softmax", "Each chosen item against all drawn ones at once, or against each by itself."
    )
    negatives: Negatives = param(
        "uniform", "Which items are drawn: any, those often chosen, or what others chose in the same step."
    )
    n_negatives: int = param(
        512,
        "Drawn items, of the domain of each interaction: per step with softmax, per interaction with bpr.",
        low=1,
        high=65_536,
    )
    learning_rate: float = param(0.005, "Step size.", low=1e-6, high=1.0, search=Search(low=1e-3, high=0.03, log=True))
    weight_decay: float = param(
        0.03,
        "L2 on the embeddings of each interaction.",
        low=0.0,
        high=10.0,
        search=Search(low=1e-4, high=0.1, log=True),
    )
    source_weight: float = param(
        0.5,
        "Weight of a source's interaction against one of the target.",
        low=0.0,
        high=2.0,
        search=Search(low=0.1, high=1),
    )
    patience: int = param(5, "Epochs without improvement before training ends.", low=1, high=1000)


class Factors(nn.Module):
    """Embeddings of people and items, and how likely an item is for everybody."""

    known_users: Tensor
    known_items: Tensor

    def __init__(self, n_users: int, n_items: int, embedding_size: int) -> None:
        super().__init__()
        self.users = nn.Parameter(torch.zeros(n_users, embedding_size))  # nothing is known of anybody
        self.items = nn.Parameter(torch.randn(n_items, embedding_size) * 0.1)
        self.item_biases = nn.Parameter(torch.zeros(n_items))
        self.register_buffer("known_users", torch.zeros(n_users, dtype=torch.bool))
        self.register_buffer("known_items", torch.zeros(n_items, dtype=torch.bool))


@recommenders.register
class BPRMF(GradientRecommender):
    r"""An embedding for each person and item, :math:`s_{ui} = p_u^\top q_i + b_i`, learnt by ranking.

    A chosen item i is held against items j drawn from its own domain, by BPR (Rendle et al., UAI 2009, section 4.2) or
    by the sampled softmax, whose logits are corrected by the log of how likely each item was drawn (Yi et al., RecSys
    2019, eq. 3):

    .. math:: -\log \sigma(s_{ui} - s_{uj}) \quad\text{or}\quad
              -\log \frac{e^{s_{ui}}}{e^{s_{ui}} + \sum_{j=1}^n e^{s_{uj}} / (n \pi_j)}

    plus :math:`\lambda` times the squared norms of the embeddings of the row. A person has one embedding for all
    domains, which is what carries taste from the sources to the target. Biases begin at the log of the popularity.
    """

    key: ClassVar[str] = "bpr_mf"
    title: ClassVar[str] = "Ranking matrix factorisation"
    family: ClassVar[str] = "Matrix factorisation"
    reference: ClassVar[str] = (
        "Rendle, Freudenthaler, Gantner and Schmidt-Thieme: BPR: Bayesian personalized ranking from implicit "
        "feedback. UAI 2009; softmax: Yi et al.: Sampling-bias-corrected neural modeling for large corpus item "
        "recommendations. RecSys 2019"
    )
    Params: ClassVar[type[Params]] = BPRMFParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True, trains_by_epochs=True)

    network: Factors

    def build_network(self) -> Factors:
        """See :meth:`GradientRecommender.build_network`."""
        return Factors(len(self.users), self.n_items, self.params.embedding_size)

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """See :meth:`GradientRecommender.phases`."""
        params, network, device = self.params, self.network, options.device
        weights = row_weights(data, params.source_weight)
        rows, weights = data.interactions.take(weights > 0), weights[weights > 0]
        network.known_users.copy_(torch.from_numpy(seen(rows.users, data.n_users)))
        network.known_items.copy_(torch.from_numpy(seen(rows.items, data.n_items)))
        # popularity needs no learning: the embeddings begin where it ends
        counts = np.bincount(rows.items, minlength=data.n_items)
        network.item_biases.data.copy_(torch.from_numpy(np.log1p(counts)))
        users, items = (torch.from_numpy(column.astype(np.int64)).to(device) for column in (rows.users, rows.items))
        weight = torch.from_numpy(weights / weights.mean()).to(device)
        pools = NegativePools(params.negatives, data.catalogue.slices, items)
        batch_size = bounded_batch_size(len(users), params.batch_size)

        def batches(epoch: int) -> Iterator[Tensor]:
            return shuffled_batches(len(users), batch_size, device)

        def loss(batch: Tensor) -> Tensor:
            objective = self._softmax if params.loss == "softmax" else self._bpr
            return objective(users[batch], items[batch], weight[batch], pools)

        phase = Phase(
            name="fit",
            modules=[network],
            optimiser=torch.optim.Adam(network.parameters(), lr=params.learning_rate, fused=True),
            batches=batches,
            loss=loss,
            n_rows=len(users),
            epochs=params.epochs,
            patience=params.patience,
        )
        yield self.watched(phase, options)

    def _softmax(self, users: Tensor, chosen: Tensor, weights: Tensor, pools: NegativePools) -> Tensor:
        """Return the mean loss of some rows, each against items drawn once for all rows of its domain."""
        network, params = self.network, self.params
        p, q = network.users.index_select(0, users), network.items.index_select(0, chosen)
        positive = torch.linalg.vecdot(p, q) + network.item_biases.index_select(0, chosen)
        costs = params.weight_decay * (p.square().sum(1) + q.square().sum(1))
        total = weighted_mean(costs, weights)
        for domain, own in pools.by_domain(chosen):
            drawn = pools.draw(domain, chosen[own], (params.n_negatives,))
            # a drawn item stands for all that were not drawn: the mean of exp(s) / (n chance) is the sum over all
            offsets = network.item_biases[drawn] - pools.log_chance(drawn) - math.log(params.n_negatives)
            competing = p[own] @ network.items.index_select(0, drawn).T + offsets  # [n, n_negatives]
            share = len(competing) / len(chosen)
            total = total + share * sampled_softmax(positive[own], competing, weights[own])
        return total

    def _bpr(self, users: Tensor, chosen: Tensor, weights: Tensor, pools: NegativePools) -> Tensor:
        """Return the mean loss of some rows, each against items of its own."""
        network, params = self.network, self.params
        n = params.n_negatives
        drawn = pools.draw_for_each(chosen, n).flatten()
        pairs = (
            (users, chosen, weights) if n == 1 else (column.repeat_interleave(n) for column in (users, chosen, weights))
        )
        of, to, weight = pairs
        loss: Tensor = FactorBPR.apply(  # type: ignore[no-untyped-call]
            network.users, network.items, network.item_biases, of, to, drawn, weight, params.weight_decay
        )
        return loss

    def user_states(self, users: Ints) -> States:
        """Return embeddings, [n, embedding_size]; NaN for people without any row."""
        states = to_numpy(self.network.users)[users].copy()
        states[~to_numpy(self.network.known_users)[users]] = np.nan
        return states

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`."""
        network, n = self.network, self.n_target_items
        biases = to_numpy(network.item_biases)[:n].copy()
        biases[~to_numpy(network.known_items)[:n]] = np.nan
        return np.asarray(states @ to_numpy(network.items)[:n].T + biases, np.float32)

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        r"""Place people where the softmax loss of their rows is lowest, the items standing still.

        .. math:: \min_p \sum_{j \in H_u} w_j \Big(\log \sum_{i \in d(j)} e^{s_i} - s_j\Big) - \log P(p)

        over all known items i of the row's domain d(j), whichever loss was trained with; P is how the people of the
        training are spread (:mod:`xdrec_app.models.placement`).
        """
        network, size = self.network, self.params.embedding_size
        Q, biases = network.items.detach(), network.item_biases.detach()
        known = to_numpy(network.known_items)

        def loss_of(rows: PlacedRows) -> Callable[[Tensor], Tensor]:
            # what a person's rows add to the score of their place: a sum, so it is gathered once
            pull = torch.zeros(rows.n_people, size).index_add_(0, rows.people, Q[rows.items] * rows.weights[:, None])
            offered = []
            for domain, weight in rows.weight_by_domain(self.item_domains):
                part = self.catalogue.slices[domain]
                numbers = torch.from_numpy(part.start + np.flatnonzero(known[part]))
                offered.append((Q[numbers].T.contiguous(), biases[numbers], weight))

            def loss(states: Tensor) -> Tensor:
                cost: Tensor = -(pull * states).sum()
                for columns, offsets, weight in offered:
                    cost = cost + (weight * (states @ columns + offsets).logsumexp(dim=1)).sum()
                return cost

            return loss

        weights = known[histories.items] * interaction_weights(
            histories.items, self.n_target_items, self.params.source_weight
        )
        return fold_in(
            histories, weights, n_people, network.users.detach()[network.known_users], loss_of, PEOPLE_AT_ONCE
        )
