"""Popularity: what everybody likes. The baseline that every figure stands beside."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params
from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, Recommender, States, recommenders
from xdrec_app.models.capabilities import Capabilities


class PopularityParams(Params):
    """Popularity has nothing to set."""


@recommenders.register
class Popularity(Recommender):
    """The same list for everybody: items by the number of people who liked them in the target.

    A person needs no history for it, so it serves anybody. An item that nobody has interacted with has no score.
    """

    key: ClassVar[str] = "popularity"
    title: ClassVar[str] = "Popularity"
    family: ClassVar[str] = "Baselines"
    reference: ClassVar[str] = "The usual non-personalised baseline"
    Params: ClassVar[type[Params]] = PopularityParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True, uses_sources=False)

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        yield Tick()
        in_target = data.interactions.items < data.n_target_items
        items = data.interactions.items[in_target]
        liked = np.bincount(items[data.liked()[in_target]], minlength=data.n_target_items).astype(np.float32)
        is_known = np.bincount(items, minlength=data.n_target_items) > 0
        self._counts: Floats = np.where(is_known, liked, np.float32(np.nan))
        return FitReport()

    def user_states(self, users: Ints) -> States:
        """See :meth:`Recommender.user_states`; there is nothing to know about anybody, float32 [n, 0]."""
        return np.empty((len(users), 0), np.float32)

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`."""
        return np.empty((n_people, 0), np.float32)

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`."""
        return np.tile(self._counts, (states.shape[0], 1))

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return {"counts": self._counts}

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._counts = arrays["counts"]
