"""Collective matrix factorisation of the ratings of all domains (Singh and Gordon, KDD 2008)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import FitOptions, recommenders
from xdrec_app.models.capabilities import Capabilities
from xdrec_app.models.least_squares import GroupedRows, factorise, ridge
from xdrec_app.models.neighbourhood import SOURCE_WEIGHT_PARAM
from xdrec_app.models.rating_factors import RatingFactorRecommender
from xdrec_app.training.phase import Phases


class CMFParams(Params):
    """Hyper-parameters of :class:`CMF`."""

    embedding_size: int = param(16, "Numbers per person and item.", low=1, high=256, search=Search(low=8, high=64))
    n_sweeps: int = param(15, "Times that people and items are solved by turns.", low=1, high=200)
    l2: float = param(
        0.1, "L2 on the embeddings of each rating.", low=0.0, high=10.0, search=Search(low=0.02, high=0.3, log=True)
    )
    damping: float = param(
        3.0, "L2 on embedding and bias, however many ratings.", low=0.01, high=100.0, search=Search(low=1, high=10)
    )
    source_weight: float = SOURCE_WEIGHT_PARAM


@recommenders.register
class CMF(RatingFactorRecommender):
    r"""The rating matrices of all domains are factorised at once, and share the factors of the people.

    With X_d the ratings of domain d and weights :math:`\alpha_d`, 1 for the target and `source_weight` for a source,

    .. math:: \min_{U, V} \sum_d \alpha_d \lVert X_d - U V_d^\top \rVert^2_{\mathrm{observed}} + \mathrm{reg}

    the paper's objective with squared loss and identity link. The minimum is found by turns over the rows of U and of
    each V, as in the paper; with squared loss its Newton step is a ridge regression. L2 counts once per
    rating and once for all.
    """

    key: ClassVar[str] = "cmf"
    title: ClassVar[str] = "Collective matrix factorisation"
    family: ClassVar[str] = "Cross-domain"
    reference: ClassVar[str] = (
        "Singh and Gordon: Relational learning via collective matrix factorization. KDD 2008; regularised as in Zhou "
        "et al.: Large-scale parallel collaborative filtering for the Netflix prize. AAIM 2008"
    )
    Params: ClassVar[type[Params]] = CMFParams
    capabilities: ClassVar[Capabilities] = Capabilities(
        task="rating", rating=True, fold_in=True, needs=("ratings", "shared people")
    )

    def phases(self, data: CrossDomainData, options: FitOptions) -> Phases:
        """Everything is solved in closed form."""
        yield from ()

    def factors(self, rows: Interactions, values: Tensor) -> Job[Tensor]:
        """See :meth:`RatingFactorRecommender.factors`."""
        params, weights = self.params, self._weights(rows)
        by_person = GroupedRows(rows.users, len(self.users), rows.items, values, weights)
        by_item = GroupedRows(rows.items, self.n_items, rows.users, values, weights)
        message = "Factorising all domains"
        _, items = yield from factorise(by_person, by_item, params.embedding_size, params.n_sweeps, self.decay, message)
        return items

    def placed(self, rows: Interactions, values: Tensor, n_people: int) -> Tensor:
        """Solve each person's factors on the rows of all domains."""
        by_person = GroupedRows(rows.users, n_people, rows.items, values, self._weights(rows))
        return ridge(by_person, self.network.items, self.decay)

    def _weights(self, rows: Interactions) -> Tensor:
        weights = np.where(rows.items < self.n_target_items, 1.0, self.params.source_weight).astype(np.float32)
        return torch.from_numpy(weights).to(self.network.means.device)
