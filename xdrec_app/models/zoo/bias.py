"""Bias terms: the mean, how generous a person is, how well an item is liked. The baseline of rating prediction."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Params, Search, param
from xdrec_app.datasets.arrays import Doubles, Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, Recommender, States, recommenders
from xdrec_app.models.capabilities import Capabilities


class BiasParams(Params):
    """Hyper-parameters of :class:`Bias`."""

    user_damping: float = param(
        5.0, "Imagined mean ratings of each person.", low=0.0, high=1000.0, search=Search(low=0, high=30)
    )
    item_damping: float = param(
        3.0, "Imagined mean ratings of each item.", low=0.0, high=1000.0, search=Search(low=0, high=30)
    )
    n_iterations: int = param(10, "How often the two kinds of biases are fitted in turn.", low=1, high=1000)


@recommenders.register
class Bias(Recommender):
    r"""Ratings as :math:`\mu + b_u + b_i`, on the target alone.

    The biases minimise the squared error with an L2 penalty of `user_damping` and `item_damping`, by alternating
    least squares: each bias is the damped mean of what the mean and the other bias leave over.
    """

    key: ClassVar[str] = "bias"
    title: ClassVar[str] = "Bias terms"
    family: ClassVar[str] = "Baselines"
    reference: ClassVar[str] = "Koren, Factor in the Neighbors, TKDD 2010, section 2.1"
    Params: ClassVar[type[Params]] = BiasParams
    capabilities: ClassVar[Capabilities] = Capabilities(task="rating", rating=True, fold_in=True, uses_sources=False)

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        rows = data.target_interactions
        values = rows.values.astype(np.float64)
        n_users, n_items = data.n_users, data.n_target_items
        self._mean = float(values.mean())
        user_biases, item_biases = np.zeros(n_users), np.zeros(n_items)
        item_counts = np.bincount(rows.items, minlength=n_items)
        user_counts = np.bincount(rows.users, minlength=n_users)
        for _ in range(self.params.n_iterations):
            left = values - self._mean - user_biases[rows.users]
            item_biases = _damped_means(rows.items, left, item_counts, self.params.item_damping)
            left = values - self._mean - item_biases[rows.items]
            user_biases = _damped_means(rows.users, left, user_counts, self.params.user_damping)
            yield Tick()
        # A person or item without ratings gets no bias: the mean is the best guess, and a ranking leaves them out.
        self._user_biases = user_biases.astype(np.float32)
        self._item_biases = item_biases.astype(np.float32)
        self._known_items = item_counts > 0
        return FitReport()

    def user_states(self, users: Ints) -> States:
        """See :meth:`Recommender.user_states`: the person's bias, float32 [n, 1]."""
        return self._user_biases[users][:, None]

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`."""
        rows = histories.take(histories.items < self.n_target_items)
        left = rows.values.astype(np.float64) - self._mean - self._item_biases[rows.items]
        counts = np.bincount(rows.users, minlength=n_people)
        return _damped_means(rows.users, left, counts, self.params.user_damping).astype(np.float32)[:, None]

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`: expected ratings."""
        items = np.where(self._known_items, self._item_biases, np.float32(np.nan))
        scores: Floats = np.float32(self._mean) + np.asarray(states) + items[None, :]
        return scores

    def _predict(self, users: Ints, items: Ints) -> Floats:
        predictions: Floats = np.float32(self._mean) + self._user_biases[users] + self._item_biases[items]
        return predictions

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return {
            "mean": np.array([self._mean]),
            "user_biases": self._user_biases,
            "item_biases": self._item_biases,
            "known_items": self._known_items,
        }

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._mean = float(arrays["mean"][0])
        self._user_biases, self._item_biases = arrays["user_biases"], arrays["item_biases"]
        self._known_items = arrays["known_items"]


def _damped_means(groups: Ints, values: Doubles, counts: np.ndarray, damping: float) -> Doubles:
    """Return the mean of `values` per group with `damping` imagined zeros each; 0 for an empty group."""
    sums = np.bincount(groups, weights=values, minlength=len(counts))
    means: Doubles = sums / np.maximum(counts + damping, 1e-12)
    return means
