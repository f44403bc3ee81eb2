"""A model fitted some time ago, asked about the people of today: the data have grown, the model has not."""

from __future__ import annotations

import numpy as np

from xdrec_app.datasets.arrays import Floats, Ints
from xdrec_app.datasets.cross_domain import CrossDomainData
from xdrec_app.datasets.interactions import Interactions
from xdrec_app.datasets.vocabulary import UNKNOWN
from xdrec_app.models.base import Recommender

PEOPLE_AT_ONCE = 512


class OutdatedModel:
    """Scores people by their numbers in today's data, and items by those of the model.

    Where the model can, people are served from what is known of them today, whether or not it ever saw them; otherwise
    those it was fitted on as it learnt them, and the others not at all.

    Parameters
    ----------
    model
        Fitted on less than `data`.
    data
        What is known today.
    """

    def __init__(self, model: Recommender, data: CrossDomainData) -> None:
        self._model = model
        self._numbers = model.users.numbers(data.users.ids)
        items = data.catalogue.numbers_in(model.catalogue)
        self._known = in_numbers(data.interactions, items)

    def scores(self, users: Ints) -> Floats:
        """Return float32 [n_users, n_items of the model's target]; NaN = cannot score."""
        model = self._model
        if model.capabilities.fold_in:
            return model.scores_of(model.fold_in(self._histories(users), len(users)))
        scores = np.full((len(users), model.n_target_items), np.nan, np.float32)
        numbers = self._numbers[users]
        is_known = numbers != UNKNOWN
        if is_known.any():
            scores[is_known] = model.scores(numbers[is_known])
        return scores

    def predict(self, users: Ints, items: Ints) -> Floats:
        """Return float32 [n_rows] on the model's rating scale; NaN = cannot predict."""
        model = self._model
        predicted = np.full(len(users), np.nan, np.float32)
        if model.capabilities.fold_in and model.capabilities.task == "rating":
            people, places = np.unique(users, return_inverse=True)
            for start in range(0, len(people), PEOPLE_AT_ONCE):
                rows = np.flatnonzero((places >= start) & (places < start + PEOPLE_AT_ONCE))
                scores = self.scores(people[start : start + PEOPLE_AT_ONCE])
                predicted[rows] = np.clip(scores[places[rows] - start, items[rows]], *model.scales[0])
        numbers = self._numbers[users]
        left = np.isnan(predicted) & (numbers != UNKNOWN)
        if left.any():
            predicted[left] = model.predict(numbers[left], items[left])
        return predicted

    def _histories(self, users: Ints) -> Interactions:
        places = np.full(len(self._numbers), UNKNOWN, np.int32)
        places[users] = np.arange(len(users), dtype=np.int32)
        rows = self._known.take(places[self._known.users] != UNKNOWN)
        return Interactions(places[rows.users], rows.items, rows.values, rows.times)


def in_numbers(rows: Interactions, items: Ints) -> Interactions:
    """Return the rows with other numbers of their items; rows of items that have none are left out."""
    kept = rows.take(items[rows.items] != UNKNOWN)
    return Interactions(kept.users, items[kept.items], kept.values, kept.times)
