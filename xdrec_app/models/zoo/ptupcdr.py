"""PTUPCDR: a personalised bridge for every person (Zhu et al., WSDM 2022)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.models.base import recommenders
from xdrec_app.models.bridges import Bridge, BridgeRecommender, SourceView
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.training.objectives import squared_error

MAX_LOGIT = 5.0
"""Attention is kept within e^±5, so that no item drowns all others and no person's items vanish together."""


class PTUPCDRParams(Params):
    """Hyper-parameters of :class:`PTUPCDR`."""

    embedding_size: int = param(16, "Numbers per person and item.", low=1, high=128, search=Search(low=4, high=32))
    n_sweeps: int = param(15, "Times that people and items are solved by turns.", low=1, high=200)
    l2: float = param(
        0.1, "L2 on the embeddings of each rating.", low=0.0, high=10.0, search=Search(low=0.02, high=0.3, log=True)
    )
    damping: float = param(
        3.0, "L2 on embedding and bias, however many ratings.", low=0.01, high=100.0, search=Search(low=1, high=10)
    )
    hidden_size: int = param(50, "Width of the meta network.", low=1, high=1024, search=Search(low=16, high=128))
    epochs: int = param(30, "At most that many passes over the ratings of shared people.", low=1, high=10_000)
    batch_size: int = param(1024, "Ratings per step.", low=1, high=65_536)
    learning_rate: float = param(0.001, "Step size.", low=1e-6, high=1.0, search=Search(low=3e-4, high=0.02, log=True))
    weight_decay: float = param(0.01, "L2 on the weights of the networks.", low=0.0, high=10.0)
    patience: int = param(5, "Epochs without improvement before training ends.", low=1, high=1000)


class PersonalBridge(Bridge):
    """A matrix for every person, which a meta network makes of what they liked in the source."""

    def __init__(self, size: int, hidden_size: int) -> None:
        super().__init__()
        self.attention = nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.Linear(size, 1, bias=False))
        self.meta = nn.Sequential(nn.Linear(size, hidden_size), nn.ReLU(), nn.Linear(hidden_size, size * size))

    def forward(self, view: SourceView, items: Tensor) -> Tensor:
        """See :class:`Bridge`."""
        n, size = view.factors.shape
        liked, of_row = torch.unique(view.liked, return_inverse=True)
        factors = items[liked]
        logits = MAX_LOGIT * torch.tanh(self.attention(factors) / MAX_LOGIT)
        strengths = torch.exp(logits)  # [n_liked, 1]
        # the softmax over a history, for all people at once: sums of weighted items over sums of weights
        table = torch.cat([strengths * factors, strengths], dim=1)
        sums = nn.functional.embedding_bag(of_row, table, view.starts, mode="sum", include_last_offset=True)
        tastes = sums[:, :-1] / sums[:, -1:].clamp(min=1e-6)  # [n, size]; 0 without a liked item
        matrices = self.meta(tastes).view(n, size, size)
        mapped: Tensor = (matrices @ view.factors[..., None]).squeeze(-1)
        return mapped


@recommenders.register
class PTUPCDR(BridgeRecommender):
    r"""Tastes cross from a source to the target over a bridge of each person's own.

    The *characteristic encoder* sums up what a person liked in the source, :math:`c_u = \sum_j a_j v_j` with attention
    :math:`a = \operatorname{softmax}(h(v))`; a *meta network* makes a matrix of it, :math:`W_u = g(c_u)`; and the
    *personalised bridge* is :math:`\hat p_u^t = W_u p_u^s`. It is trained for the task and not for the mapping, on the
    target's ratings of the shared people: :math:`\min \sum_{u,i} (r_{ui} - \hat p_u^{t\top} q_i)^2`.

    Liked means rated at least as high as the source's mean. For several sources, and people with a few ratings in the
    target, see :class:`~xdrec_app.models.bridges.BridgeRecommender`.
    """

    key: ClassVar[str] = "ptupcdr"
    title: ClassVar[str] = "PTUPCDR"
    family: ClassVar[str] = "Cross-domain"
    reference: ClassVar[str] = (
        "Zhu, Tang, Liu, Zhuang, Xie, Zhang, Lin and He: Personalized transfer of user preferences for cross-domain "
        "recommendation. WSDM 2022"
    )
    Params: ClassVar[type[Params]] = PTUPCDRParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="rating", rating=True, fold_in=True, trains_by_epochs=True, needs=("ratings", "shared people")
    )

    def build_bridge(self) -> PersonalBridge:
        """See :meth:`BridgeRecommender.build_bridge`."""
        return PersonalBridge(self.params.embedding_size + 1, self.params.hidden_size)

    def lessons(self, data: CrossDomainData, views: list[SourceView]) -> list[tuple[Tensor, ...]]:
        """Return for each source the target's ratings of shared people: person, item and value."""
        rows, values = self.target_rows(data.interactions, self.in_units(data.interactions))
        users, items = (torch.from_numpy(part.astype(np.int64)).to(values.device) for part in (rows.users, rows.items))
        lessons: list[tuple[Tensor, ...]] = []
        for view in views:
            place = torch.full((data.n_users,), -1, device=values.device)
            place[view.people] = torch.arange(len(view.people), device=values.device)
            is_shared = place[users] >= 0
            lessons.append((place[users][is_shared], items[is_shared], values[is_shared]))
        return lessons

    def lesson_loss(self, mapped: Tensor, rows: tuple[Tensor, ...]) -> Tensor:
        """Return the mean squared error of the target's ratings, in units."""
        _, items, values = rows
        factors = self.network.items[items]
        return squared_error((mapped[:, :-1] * factors[:, :-1]).sum(1) + mapped[:, -1] + factors[:, -1], values)
