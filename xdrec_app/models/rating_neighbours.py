"""What neighbourhood models of ratings share: biases as the baseline, deviations from it, and likeness of rows.

Knows not whether people or items are neighbours; a model of the zoo says whose deviations count for what.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal

import numpy as np
from scipy import sparse

from xdrec_app.core.jobs import Job
from xdrec_app.core.params import Search, param
from xdrec_app.datasets.arrays import Doubles, Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.models.base import Arrays, FitOptions, FitReport, Recommender, States
from xdrec_app.models.gradient import RatingScale, seen
from xdrec_app.models.neighbourhood import csr_arrays, csr_from

Similarity = Literal["cosine", "adjusted_cosine", "pearson_baseline"]
"""What is compared: ratings around the mean, around the person's mean, or around all biases."""

PEOPLE_PER_BLOCK = 256
N_ITERATIONS = 10
TINY = 1e-12

SIMILARITY_WORDS = "What is compared: ratings as they are, without the person's mean, or without all biases."
AMPLIFICATION_PARAM = param(
    2.0, "Power of the likeness: above 1 the nearest count for more.", low=0.5, high=6.0, search=Search(low=1, high=4)
)
DAMPING_WORDS = "Likeness of an imagined neighbour who agrees with the baseline."
DAMPING_SEARCH = Search(low=0.01, high=3, log=True)


class RatingNeighbours(Recommender):
    r"""Ratings as baseline plus the weighted mean of what neighbours deviate from theirs (Koren, TKDD 2010, eq. 3).

    .. math:: \hat r_{ui} = \mu_d + s_d\Bigl(b_u + b_i + \frac{\sum_n s_n^a (r_n - b_n)}{\delta + \sum_n s_n^a}\Bigr)

    The biases are fitted by turns over all domains in units of a star. A state is a row of deviations over all items
    and, in the last column, the person's bias. A subclass gives `_learn`, `_deviations` and its own arrays; its
    `Params` have `source_weight`, `similarity`, `user_damping` and `item_damping`.
    """

    @abstractmethod
    def _learn(self, deviations: sparse.csr_matrix, compared: sparse.csr_matrix) -> Job[None]:
        """Learn from deviations [n_users, n_items] and from what is compared, with the same entries. A job."""

    @abstractmethod
    def _neighbours_say(self, deviations: sparse.csr_matrix, biases: Floats) -> Floats:
        """Return the weighted mean deviation of target items for people, float32 [n, n_target_items]."""

    def _fit(self, data: CrossDomainData, options: FitOptions) -> Job[FitReport]:
        scale = RatingScale(data)
        self._means, self._units = scale.means, scale.units
        rows = self._counted(data.interactions)
        units, weights = self._in_units(rows), self._weights(rows.items)
        people, items = np.zeros(data.n_users), np.zeros(data.n_items)
        for _ in range(N_ITERATIONS):
            items = _damped_means(
                rows.items, units - people[rows.users], weights, data.n_items, self.params.item_damping
            )
            people = self._person_biases(rows, units - items[rows.items], data.n_users)
        self._item_biases = items.astype(np.float32)
        self._known_items = seen(rows.items, data.n_items)
        self._states = self._state_matrix(rows, data.n_users)
        deviations, biases = split_states(self._states)
        yield from self._learn(deviations, self._compared(deviations, biases))
        return FitReport()

    def _compared(self, deviations: sparse.csr_matrix, biases: Floats) -> sparse.csr_matrix:
        """Return what the similarity compares, with the entries of the deviations of people with these biases."""
        compared = deviations.copy()
        if self.params.similarity != "pearson_baseline":
            compared.data = compared.data + self._item_biases[compared.indices]
        if self.params.similarity == "cosine":
            compared.data = compared.data + np.repeat(biases, np.diff(compared.indptr))
        return compared

    def _counted(self, rows: Interactions) -> Interactions:
        """Return the rows that count at all."""
        return rows if self.params.source_weight > 0 else rows.take(rows.items < self.n_target_items)

    def _weights(self, items: Ints) -> Floats:
        """Return how much a rating of an item counts, float32."""
        return np.where(items < self.n_target_items, 1.0, self.params.source_weight).astype(np.float32)

    def _in_units(self, rows: Interactions) -> Doubles:
        sizes = [part.stop - part.start for part in self.catalogue.slices]
        domains = np.repeat(np.arange(len(sizes)), sizes)[rows.items]
        units: Doubles = (rows.values.astype(np.float64) - self._means[domains]) / self._units[domains]
        return units

    def _person_biases(self, rows: Interactions, rest: Doubles, n_people: int) -> Doubles:
        return _damped_means(rows.users, rest, self._weights(rows.items), n_people, self.params.user_damping)

    def _state_matrix(self, rows: Interactions, n_people: int) -> sparse.csr_matrix:
        """Return deviations and biases of people, float32 CSR [n_people, n_items + 1]; every rating is stored."""
        rest = self._in_units(rows) - self._item_biases[rows.items]
        biases = self._person_biases(rows, rest, n_people)
        sums = rows.matrix(n_people, self.n_items, (rest - biases[rows.users]).astype(np.float32))
        counts = rows.matrix(n_people, self.n_items, np.ones(len(rows), np.float32))
        sums.data = sums.data / counts.data  # the mean, should a pair be there twice
        column = sparse.csr_matrix(
            (biases.astype(np.float32), np.zeros(n_people, np.int32), np.arange(n_people + 1)), (n_people, 1)
        )
        return sparse.csr_matrix(sparse.hstack([sums, column], format="csr"), dtype=np.float32)

    def user_states(self, users: Ints) -> States:
        """See :meth:`Recommender.user_states`: deviations, and the bias."""
        return self._states[users]

    def fold_in(self, histories: Interactions, n_people: int) -> States:
        """See :meth:`Recommender.fold_in`."""
        rows = self._counted(histories)
        return self._state_matrix(rows.take(self._known_items[rows.items]), n_people)

    def scores_of(self, states: States) -> Floats:
        """See :meth:`Recommender.scores_of`; unclipped ratings, NaN for people without history."""
        rows = sparse.csr_matrix(states)
        scores = np.empty((rows.shape[0], self.n_target_items), np.float32)
        for start in range(0, len(scores), PEOPLE_PER_BLOCK):
            block = slice(start, start + PEOPLE_PER_BLOCK)
            scores[block] = self._rated(rows[block])
        scores[np.diff(rows.indptr) <= 1] = np.nan  # nothing but the bias
        scores[:, ~self._known_items[: self.n_target_items]] = np.nan
        return scores

    def _rated(self, rows: sparse.csr_matrix) -> Floats:
        deviations, biases = split_states(rows)
        said = self._neighbours_say(deviations, biases)
        units = biases[:, None] + self._item_biases[: self.n_target_items] + said
        ratings: Floats = self._means[0] + self._units[0] * units
        return ratings

    def _predict(self, users: Ints, items: Ints) -> Floats:
        """Rate pairs; where one side is unknown the bias of the other is used, where both are, the mean."""
        ratings = np.empty(len(users), np.float32)
        people, places = np.unique(users, return_inverse=True)
        order = np.argsort(places, kind="stable")
        for start in range(0, len(people), PEOPLE_PER_BLOCK):
            first, last = np.searchsorted(places[order], [start, start + PEOPLE_PER_BLOCK])
            asked = order[first:last]
            block = self._rated(self._states[people[start : start + PEOPLE_PER_BLOCK]])
            ratings[asked] = block[places[asked] - start, items[asked]]
        return ratings

    def arrays(self) -> Arrays:
        """See :meth:`Recommender.arrays`."""
        return {
            **csr_arrays("states", self._states),
            "means": self._means,
            "units": self._units,
            "item_biases": self._item_biases,
            "known_items": self._known_items,
        }

    def load_arrays(self, arrays: Arrays) -> None:
        """See :meth:`Recommender.load_arrays`."""
        self._states = csr_from(arrays, "states", (len(self.users), self.n_items + 1))
        self._means, self._units = arrays["means"], arrays["units"]
        self._item_biases, self._known_items = arrays["item_biases"], arrays["known_items"]


class Likeness:
    r"""Likeness of rows of two matrices over the columns both have (Koren, TKDD 2010, section 2.2).

    .. math:: s_{ij} = \frac{n_{ij}}{n_{ij} + \lambda}
        \frac{\sum_c w_c x_{ic} x_{jc}}{\sqrt{\sum_c w_c x_{ic}^2 \sum_c w_c x_{jc}^2}}

    Sums go over the :math:`n_{ij} = \sum_c w_c` common columns; negative likeness counts as none.

    Parameters
    ----------
    rows
        CSR [n, n_columns] of what others are compared with.
    weights
        float32 [n_columns].
    shrinkage
        λ.
    """

    def __init__(self, rows: sparse.csr_matrix, weights: Floats, shrinkage: float) -> None:
        self._weights, self._shrinkage = sparse.diags_array(weights), shrinkage
        self._values, self._there, self._squares = (sparse.csc_matrix(part.T) for part in _parts(rows))

    def to(self, rows: sparse.csr_matrix) -> Floats:
        """Return the likeness of rows [m, n_columns] to all, float32 [m, n]."""
        values, there, squares = (sparse.csr_matrix(part @ self._weights) for part in _parts(rows))
        common = (there @ self._there).toarray()
        lengths = (squares @ self._there).toarray() * (there @ self._squares).toarray()
        likeness = (values @ self._values).toarray() / np.sqrt(np.maximum(lengths, TINY))
        likeness *= common / np.maximum(common + self._shrinkage, TINY)
        positive: Floats = np.maximum(likeness, 0).astype(np.float32)
        return positive


def _parts(rows: sparse.csr_matrix) -> tuple[sparse.csr_matrix, sparse.csr_matrix, sparse.csr_matrix]:
    """Return values, ones and squares at the same places."""
    shape, places = rows.shape, (rows.indices, rows.indptr)
    columns = (rows.data, np.ones_like(rows.data), rows.data**2)
    values, ones, squares = (sparse.csr_matrix((data, *places), shape) for data in columns)
    return values, ones, squares


def split_states(states: sparse.csr_matrix) -> tuple[sparse.csr_matrix, Floats]:
    """Return deviations [n, n_items] and biases [n] of people."""
    return sparse.csr_matrix(states[:, :-1]), states[:, [-1]].toarray().ravel()


def as_ones(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return a matrix with 1 at every stored place, zeros that are stored included."""
    return _parts(rows)[1]


def _damped_means(groups: Ints, values: Doubles, weights: Floats, n: int, damping: float) -> Doubles:
    """Return the weighted mean of `values` per group with `damping` imagined zeros each; 0 for an empty group."""
    sums = np.bincount(groups, weights=weights * values, minlength=n)
    means: Doubles = sums / np.maximum(np.bincount(groups, weights=weights, minlength=n) + damping, TINY)
    return means
