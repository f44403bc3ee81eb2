"""A small world of two domains, and models whose scores can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest

from xdrec_app.core.events import Tick
from xdrec_app.core.params import Params
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.models.base import FitReport, Recommender
from xdrec_app.models.capabilities import Capabilities

BOOKS = {
    "b1": ("Dune", "", ("space", "classic")),
    "b2": ("Emma", "", ("romance", "classic")),
    "b3": ("", "", ("space",)),
}
MOVIES = {"m1": ("Alien", "", ("space",)), "m2": ("Amélie", "", ("romance",)), "m3": ("Heat", "", ())}


class FoldingModel(Recommender):
    """Scores are a product of history and `weights` [n_items, n_target_items], put through `shape`."""

    key: ClassVar[str] = "folding"
    title: ClassVar[str] = "Folding"
    family: ClassVar[str] = "test"
    reference: ClassVar[str] = "none"
    Params: ClassVar[type[Params]] = Params
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking", fold_in=True)
    largest_fold = 0

    def __init__(self, weights, shape=lambda scores: scores):
        super().__init__()
        self.weights, self.shape = np.asarray(weights, np.float32), shape

    def _fit(self, data, options):
        yield Tick()
        return FitReport()

    def user_states(self, users):
        raise NotImplementedError

    def fold_in(self, histories, n_people):
        self.largest_fold = max(self.largest_fold, n_people)
        return histories.matrix(n_people, self.n_items)

    def scores_of(self, states):
        return self.shape(np.asarray(states @ self.weights, np.float32))

    def arrays(self):
        return {"weights": self.weights}

    def load_arrays(self, arrays):
        self.weights = arrays["weights"]


class AdditiveModel(FoldingModel):
    """The same, telling its terms itself."""

    key: ClassVar[str] = "additive_folding"

    def contributions(self, history, item):
        return history.values * self.weights[history.items, item]


class PlainModel(FoldingModel):
    """One that cannot serve new people."""

    key: ClassVar[str] = "plain"
    capabilities: ClassVar[Capabilities] = Capabilities(task="ranking")


@pytest.fixture
def world() -> CrossDomainData:
    """Four people; target books (items 0…2), source movies (items 3…5)."""
    books = [("ann", "b1", 5, 1), ("ann", "b2", 1, 2), ("bob", "b1", 4, 3), ("cid", "b2", 5, 4), ("bob", "b3", 5, 5)]
    movies = [("ann", "m1", 5, 6), ("bob", "m1", 5, 7), ("dee", "m2", 5, 8), ("ann", "m3", 1, 9)]
    return CrossDomainData.join(DomainTable.of("Books", books, BOOKS), [DomainTable.of("Movies", movies, MOVIES)])


@pytest.fixture
def make_model(world) -> Callable[..., Recommender]:
    """Make a model of the world; `kind` is "folding", "additive" or "plain"."""
    kinds = {"folding": FoldingModel, "additive": AdditiveModel, "plain": PlainModel}

    def make(weights=None, kind="folding", **shape):
        model = kinds[kind](np.zeros((6, 3)) if weights is None else weights, **shape)
        model.bind(world.users, world.catalogue, world.scales)
        return model

    return make
