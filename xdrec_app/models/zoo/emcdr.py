"""EMCDR: embedding and mapping (Man et al., IJCAI 2017)."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.base import recommenders
from xdrec_app.models.bridges import Bridge, BridgeRecommender, SourceView
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.training.objectives import squared_error

Mapping = Literal["linear", "mlp"]


class EMCDRParams(Params):
    """Hyper-parameters of :class:`EMCDR`."""

    embedding_size: int = param(16, "Numbers per person and item.", low=1, high=256, search=Search(low=8, high=64))
    n_sweeps: int = param(15, "Times that people and items are solved by turns.", low=1, high=200)
    l2: float = param(
        0.1, "L2 on the embeddings of each rating.", low=0.0, high=10.0, search=Search(low=0.02, high=0.3, log=True)
    )
    damping: float = param(
        3.0, "L2 on embedding and bias, however many ratings.", low=0.01, high=100.0, search=Search(low=1, high=10)
    )
    mapping: Mapping = param("linear", "From a source to the target: a matrix, or a network with one hidden layer.")
    epochs: int = param(100, "At most that many passes over the shared people.", low=1, high=10_000)
    batch_size: int = param(256, "Shared people per step.", low=1, high=65_536)
    learning_rate: float = param(0.01, "Step size.", low=1e-6, high=1.0, search=Search(low=1e-3, high=0.05, log=True))
    weight_decay: float = param(0.01, "L2 on the weights of the mapping.", low=0.0, high=10.0)
    patience: int = param(10, "Epochs without improvement before training ends.", low=1, high=1000)


class FactorMapping(Bridge):
    """A function of a person's factors alone: a matrix, or one hidden layer of twice their number."""

    def __init__(self, size: int, kind: Mapping) -> None:
        super().__init__()
        self.layers: nn.Module = (
            nn.Linear(size, size)
            if kind == "linear"
            else nn.Sequential(nn.Linear(size, 2 * size), nn.Tanh(), nn.Linear(2 * size, size))
        )

    def forward(self, view: SourceView, items: Tensor) -> Tensor:
        """See :class:`Bridge`."""
        mapped: Tensor = self.layers(view.factors)
        return mapped


@recommenders.register
class EMCDR(BridgeRecommender):
    r"""Factors of each domain by themselves, and a mapping between them that the shared people teach.

    The three steps of the paper:

    1. *Latent factors*: for every domain :math:`\min \sum (r_{ui} - p_u^\top q_i)^2 + \mathrm{reg}`.
    2. *Mapping*: for every source s, :math:`\min_\theta \sum_{u} \lVert f_s(p_u^s; \theta) - p_u^t \rVert^2` over the
       people it shares with the target, f_s linear or a network with a hidden layer and tanh.
    3. *Recommendation*: who has no ratings in the target stands at :math:`\hat p_u^t = f_s(p_u^s)`.

    The bias of a person is one more number of the factor, and mapped with it. For several sources, and people with a
    few ratings in the target, see :class:`~xdrec_app.models.bridges.BridgeRecommender`.
    """

    key: ClassVar[str] = "emcdr"
    title: ClassVar[str] = "EMCDR"
    family: ClassVar[str] = "Cross-domain"
    reference: ClassVar[str] = (
        "Man, Shen, Jin and Cheng: Cross-domain recommendation: an embedding and mapping approach. IJCAI 2017"
    )
    Params: ClassVar[type[Params]] = EMCDRParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="rating", rating=True, fold_in=True, trains_by_epochs=True, needs=("ratings", "shared people")
    )

    def build_bridge(self) -> FactorMapping:
        """See :meth:`BridgeRecommender.build_bridge`."""
        return FactorMapping(self.params.embedding_size + 1, self.params.mapping)

    def lessons(self, data: CrossDomainData, views: list[SourceView]) -> list[tuple[Tensor, ...]]:
        """Return for each source its shared people and their factors in the target."""
        rows, values = self.target_rows(data.interactions, self.in_units(data.interactions))
        factors = self.solved(rows, values, data.n_users)
        is_active = torch.from_numpy(data.active_users[0]).to(factors.device)
        shared = [torch.nonzero(is_active[view.people]).squeeze(1) for view in views]
        return [(places, factors[view.people[places]]) for places, view in zip(shared, views, strict=True)]

    def lesson_loss(self, mapped: Tensor, rows: tuple[Tensor, ...]) -> Tensor:
        """Return the mean of ‖f(pˢ) - pᵗ‖² over people."""
        _, factors = rows
        return squared_error(mapped, factors) * factors.shape[1]
